// Command pin writes the version and digest of a published image into the stacks' configuration:
//
//	go run ./cmd/pin -image sample -version 0.2.0 -digest sha256:… ../../Pulumi.*.yaml
package main

import (
	"flag"
	"fmt"
	"os"

	"github.com/ai-now/platform/images/tools/pins"
)

func main() {
	image := flag.String("image", "", "the image: runner, debug or sample")
	version := flag.String("version", "", "its version")
	digest := flag.String("digest", "", "its digest")
	flag.Parse()
	for _, file := range flag.Args() {
		if err := pin(file, *image, *version, *digest); err != nil {
			fmt.Fprintf(os.Stderr, "error: %s: %v\n", file, err)
			os.Exit(1)
		}
	}
}

func pin(file, image, version, digest string) error {
	before, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	after, err := pins.Replace(string(before), image, version, digest)
	if err != nil || after == string(before) {
		return err
	}
	return os.WriteFile(file, []byte(after), 0o644) //nolint:gosec // configuration that everybody in the checkout may read
}
