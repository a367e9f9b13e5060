// Command images builds the production images with the engine that this machine has, runs them hardened, measures them
// and keeps their budgets.
//
//	go run ./cmd/images                 all of them
//	go run ./cmd/images -only sample    one
//	go run ./cmd/images -write          and the table in docs/images.md
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"syscall"

	"github.com/ai-now/platform/images/tools/build"
	"github.com/ai-now/platform/images/tools/lock"
	"github.com/ai-now/platform/images/tools/repository"
)

const page = "docs/images.md"

type options struct {
	root, version string
	only          []string
	write         bool
}

func main() { os.Exit(execute()) }

func execute() int {
	var o options
	only := ""
	flag.StringVar(&o.root, "root", "../..", "the checkout's root")
	flag.StringVar(&o.version, "version", "0.0.0-dev", "the version that the images get")
	flag.StringVar(&only, "only", "", "images, with commas between them; all if left out")
	flag.BoolVar(&o.write, "write", false, "write the table into "+page)
	flag.Parse()
	if only != "" {
		o.only = strings.Split(only, ",")
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, o); err != nil {
		fmt.Fprintln(os.Stderr, "error:", err)
		return 1
	}
	return 0
}

func run(ctx context.Context, o options) error {
	root, err := filepath.Abs(o.root)
	if err != nil {
		return err
	}
	images, err := selected(o.only)
	if err != nil {
		return err
	}
	if build.DockerWorks(ctx) {
		return build.WithDocker(ctx, root, images, o.version, os.Stderr)
	}
	bases, err := lock.Read(filepath.Join(root, repository.Lock))
	if err != nil {
		return err
	}
	standIns, err := build.StandIns(bases)
	if err != nil {
		return err
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		return err
	}
	engine, err := build.NewBuildah(ctx, filepath.Join(cache, "ai-now", "images"), standIns, os.Stderr)
	if err != nil {
		return fmt.Errorf("no image can be built here. Docker does not answer, and for Debian's buildah: %w", err)
	}
	fmt.Fprintln(os.Stderr, "Docker does not answer: building with buildah, on base images made on this machine")
	if err := engine.Prepare(ctx); err != nil {
		return err
	}
	var measured []build.Measured
	var problems []error
	for _, image := range images {
		if err := engine.Build(ctx, root, image, o.version); err != nil {
			return fmt.Errorf("%s is not built: %w", image.Name, err)
		}
		m, err := engine.Measure(ctx, image)
		if err != nil {
			problems = append(problems, err)
			continue
		}
		measured = append(measured, m)
	}
	name, err := engine.Name(ctx)
	if err != nil {
		return err
	}
	table := build.Table(name, standIns, measured)
	fmt.Print(table)
	if o.write {
		problems = append(problems, write(filepath.Join(root, page), table))
	}
	return errors.Join(problems...)
}

func selected(only []string) ([]build.Image, error) {
	if len(only) == 0 {
		return build.Images, nil
	}
	var images []build.Image
	for _, name := range only {
		i := slices.IndexFunc(build.Images, func(image build.Image) bool { return image.Name == name })
		if i < 0 {
			return nil, fmt.Errorf("there is no image %q; there are sample, debug and runner", name)
		}
		images = append(images, build.Images[i])
	}
	return images, nil
}

func write(file, table string) error {
	content, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	text, err := build.Replace(string(content), table)
	if err != nil {
		return err
	}
	return os.WriteFile(file, []byte(text), 0o644) //nolint:gosec // a page
}
