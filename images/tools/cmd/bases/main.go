// Command bases asks the registries for the digests of the base images, and writes them into the lock and the
// Dockerfiles. It needs a network; where a registry does not answer, it changes nothing.
package main

import (
	"context"
	"flag"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"github.com/ai-now/platform/images/tools/lock"
	"github.com/ai-now/platform/images/tools/repository"
)

func main() {
	root := flag.String("root", "../..", "the checkout's root")
	flag.Parse()
	if err := run(context.Background(), *root); err != nil {
		fmt.Fprintln(os.Stderr, "error:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, root string) error {
	file := filepath.Join(root, repository.Lock)
	bases, err := lock.Read(file)
	if err != nil {
		return err
	}
	client := &http.Client{Timeout: 30 * time.Second}
	resolved := map[string]lock.Base{}
	for _, base := range bases.Bases {
		if resolved[base.Name], err = lock.Resolve(ctx, client, base); err != nil {
			return fmt.Errorf("the registry of %s does not tell the digest of %s: %w", base.Name, base.Tag, err)
		}
	}
	dockerfiles, err := repository.Dockerfiles(root)
	if err != nil {
		return err
	}
	for _, old := range bases.Bases {
		base := resolved[old.Name]
		if base.Digest == old.Digest {
			fmt.Println(base.Reference(), "is up to date")
			continue
		}
		if err := rewrite(file, func(text string) string { return lock.RewriteLock(text, base) }); err != nil {
			return err
		}
		for _, dockerfile := range dockerfiles {
			if err := rewrite(dockerfile, func(text string) string { return lock.RewriteDockerfile(text, old, base) }); err != nil {
				return err
			}
		}
		fmt.Println(old.Reference(), "->", base.Reference())
	}
	return nil
}

func rewrite(file string, change func(string) string) error {
	content, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	return os.WriteFile(file, []byte(change(string(content))), 0o644) //nolint:gosec // sources
}
