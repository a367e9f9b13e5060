// Command check says what is wrong with the files that the images are made of. It needs neither an engine nor a
// registry.
//
//	go run ./cmd/check              what a test run checks
//	go run ./cmd/check -strict      what a publication checks: an unpinned base fails too
//	go run ./cmd/check -ignore IMG  writes the exemptions of an image for the scanner
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/ai-now/platform/images/tools/exemptions"
	"github.com/ai-now/platform/images/tools/finding"
	"github.com/ai-now/platform/images/tools/repository"
)

func main() { os.Exit(execute()) }

func execute() int {
	root := flag.String("root", "../..", "the checkout's root")
	strict := flag.Bool("strict", false, "an unpinned base fails too")
	image := flag.String("ignore", "", "write the exemptions of this image and check nothing else")
	flag.Parse()
	if *image != "" {
		if err := ignore(*root, *image); err != nil {
			fmt.Fprintln(os.Stderr, "error:", err)
			return 1
		}
		return 0
	}
	findings, err := repository.Check(context.Background(), *root, time.Now())
	if err != nil {
		fmt.Fprintln(os.Stderr, "error:", err)
		return 1
	}
	for _, f := range findings {
		fmt.Println(f)
	}
	if len(finding.Failing(findings, *strict)) > 0 {
		return 1
	}
	return 0
}

func ignore(root, image string) error {
	content, err := os.ReadFile(filepath.Join(root, repository.Exemptions))
	if err != nil {
		return err
	}
	list, err := exemptions.Parse(content, time.Now())
	if err != nil {
		return err
	}
	return exemptions.Ignore(os.Stdout, list, image)
}
