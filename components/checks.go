package components

import (
	"fmt"
	"regexp"
	"strings"

	"k8s.io/apimachinery/pkg/api/resource"

	"github.com/ai-now/platform/clusters/check"
)

// quantity adds a mistake unless text is a positive Kubernetes quantity.
func quantity(list *check.List, path, text, example string) {
	if text == "" {
		list.Missing(path, "write a quantity such as "+example)
		return
	}
	q, err := resource.ParseQuantity(text)
	switch {
	case err != nil:
		list.Add(path, text, "is not a Kubernetes quantity", fmt.Sprintf("write it as %s; units are m, Ki, Mi, Gi, Ti, k, M, G, T", example))
	case q.Sign() <= 0:
		list.Add(path, text, "is not more than nothing", "write a quantity such as "+example)
	}
}

// Grammar of image references, without the rarely used forms:
// https://github.com/distribution/reference/blob/main/reference.go
var (
	imageName   = regexp.MustCompile(`^([a-zA-Z0-9.-]+(:[0-9]+)?/)?[a-z0-9]+([._/-]+[a-z0-9]+)*$`)
	imageTag    = regexp.MustCompile(`^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$`)
	imageDigest = regexp.MustCompile(`^sha256:[0-9a-f]{64}$`)
)

// splitImage takes an image reference apart; missing parts are empty.
func splitImage(image string) (name, tag, digest string) {
	name, digest, _ = strings.Cut(image, "@")
	if colon := strings.LastIndex(name, ":"); colon > strings.LastIndex(name, "/") {
		name, tag = name[:colon], name[colon+1:]
	}
	return name, tag, digest
}

// checkImage adds a mistake unless the image names one version.
func checkImage(list *check.List, path, image string) {
	if image == "" {
		list.Missing(path, "name an image and its version, such as registry.k8s.io/pause:3.10")
		return
	}
	const pin = "name a version: a tag other than latest, or better a digest (@sha256:…)"
	name, tag, digest := splitImage(image)
	switch {
	case !imageName.MatchString(name):
		list.Add(path, image, "is not an image reference", "write registry/repository:tag")
	case strings.Contains(image, "@") && !imageDigest.MatchString(digest):
		list.Add(path, image, "has a digest that is not sha256: and 64 hexadecimal digits", "copy the digest from the registry")
	case digest != "":
	case tag == "":
		list.Add(path, image, "names no version, which means latest", pin)
	case tag == "latest":
		list.Add(path, image, "means another image tomorrow", pin)
	case !imageTag.MatchString(tag):
		list.Add(path, image, "has a tag that is none", "use letters, digits, '-', '_' and '.', at most 128")
	}
}
