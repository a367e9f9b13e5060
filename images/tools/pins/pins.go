// Package pins writes the version and digest of an image into files that name it.
package pins

import (
	"fmt"
	"regexp"
	"strings"
)

var digest = regexp.MustCompile(`^sha256:[0-9a-f]{64}$`)

// Replace names the image by its new version and digest wherever content names it as …/ai-now/IMAGE:VERSION. The
// registry stays as it is: a stack takes images from the one beside its clusters.
func Replace(content, image, version, sum string) (string, error) {
	if !digest.MatchString(sum) {
		return "", fmt.Errorf("the digest is %q; it takes sha256: and 64 hexadecimal digits", sum)
	}
	if version == "" || version == "latest" || strings.ContainsAny(version, "@:/ ") {
		return "", fmt.Errorf("the version is %q; it takes a tag, such as 0.1.0", version)
	}
	reference := regexp.MustCompile(`([\w.-]+(?::[0-9]+)?(?:/[\w.-]+)*/ai-now/` + regexp.QuoteMeta(image) + `):[\w.-]+(?:@sha256:[0-9a-f]{64})?`)
	return reference.ReplaceAllString(content, "${1}:"+version+"@"+sum), nil
}
