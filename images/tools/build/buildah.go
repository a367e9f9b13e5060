package build

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
)

// Buildah builds without a daemon, in a chroot: https://github.com/containers/buildah/blob/main/docs/buildah-build.1.md
type Buildah struct {
	// Folder holds its store, the caches that Dockerfiles mount, and what is written on the way.
	Folder string
	// Out gets what the builds write.
	Out io.Writer

	driver   string
	standIns []StandIn
}

// NewBuildah returns one, or says what it lacks.
func NewBuildah(ctx context.Context, folder string, standIns []StandIn, out io.Writer) (*Buildah, error) {
	for program, pkg := range map[string]string{"buildah": "buildah", "runc": "runc", busybox: "busybox-static"} {
		if _, err := exec.LookPath(program); err != nil {
			return nil, fmt.Errorf("%s is missing; on Debian: apt-get install --no-install-recommends %s", program, pkg)
		}
	}
	if os.Geteuid() != 0 {
		return nil, errors.New("buildah builds in a chroot here, which takes root")
	}
	b := &Buildah{Folder: folder, Out: out, standIns: standIns}
	if err := os.MkdirAll(b.path("tmp"), 0o700); err != nil {
		return nil, err
	}
	// overlay is fast; vfs, which copies every layer, works on any file system.
	var problems []error
	for _, driver := range []string{"overlay", "vfs"} {
		b.driver = driver
		_, err := b.output(ctx, "info")
		if err == nil {
			return b, nil
		}
		problems = append(problems, err)
	}
	return nil, errors.Join(problems...)
}

// Name of the engine and what it builds on.
func (b *Buildah) Name(ctx context.Context) (string, error) {
	version, err := b.output(ctx, "version", "--json")
	if err != nil {
		return "", err
	}
	var told struct {
		Version string `json:"version"`
	}
	if err := json.Unmarshal([]byte(version), &told); err != nil {
		return "", err
	}
	return "buildah " + told.Version + ", chroot isolation, storage driver " + b.driver, nil
}

func (b *Buildah) path(name string) string { return filepath.Join(b.Folder, name) }

func (b *Buildah) args(args []string) []string {
	return append([]string{"--root", b.path("store"), "--runroot", b.path("run"), "--storage-driver", b.driver}, args...)
}

func (b *Buildah) environment() []string { return []string{"TMPDIR=" + b.path("tmp")} }

func (b *Buildah) output(ctx context.Context, args ...string) (string, error) {
	out, err := output(ctx, b.environment(), "buildah", b.args(args)...)
	return strings.TrimSpace(out), err
}

// reference of an image in the store.
func reference(name string) string { return "localhost/ai-now/" + name + ":measured" }

func (s StandIn) reference() string {
	return "localhost/ai-now/stand-in-" + filepath.Base(s.Base.Name) + ":" + strings.TrimPrefix(runtime.Version(), "go")
}

// Prepare makes the stand-ins that are not there yet.
func (b *Buildah) Prepare(ctx context.Context) error {
	for _, s := range b.standIns {
		if _, err := b.output(ctx, "inspect", "--type", "image", s.reference()); err == nil {
			continue
		}
		if err := b.standIn(ctx, s); err != nil {
			return fmt.Errorf("stand-in for %s: %w", s.Base.Name, err)
		}
	}
	return nil
}

func (b *Buildah) standIn(ctx context.Context, s StandIn) (err error) {
	root, err := os.MkdirTemp(b.path("tmp"), "stand-in-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(root)) }()
	if err := os.Chmod(root, 0o755); err != nil { //nolint:gosec // a root file system
		return err
	}
	settings, err := s.make(root)
	if err != nil {
		return err
	}
	container, err := b.output(ctx, "from", "scratch")
	if err != nil {
		return err
	}
	for _, args := range [][]string{
		{"copy", container, root, "/"},
		append(append([]string{"config"}, settings...), container),
		{"commit", container, s.reference()},
		{"rm", container},
	} {
		if _, err := b.output(ctx, args...); err != nil {
			return err
		}
	}
	return nil
}

// Build builds the image from its very Dockerfile: each base is a named context that the stand-in fills.
func (b *Buildah) Build(ctx context.Context, root string, image Image, version string) error {
	args := []string{"build", "--isolation", "chroot", "--format", "docker", "--layers", "--pull-never", "--file", filepath.Join(root, image.Dockerfile), "--tag", reference(image.Name), "--build-arg", "VERSION=" + version, "--platform", "linux/" + runtime.GOARCH}
	for _, s := range b.standIns {
		args = append(args, "--build-context", s.Base.Reference()+"=container-image://"+s.reference())
	}
	if proxy := os.Getenv("GOPROXY"); proxy != "" {
		args = append(args, "--build-arg", "GOPROXY="+proxy)
	}
	return stream(ctx, b.Out, b.environment(), "buildah", b.args(append(args, filepath.Join(root, image.Context)))...)
}

// config is what an image says about how it is run.
type config struct {
	User       string
	Env        []string
	Entrypoint []string
	Cmd        []string
	WorkingDir string
	Labels     map[string]string
	// The first word of Test is CMD; the rest is the command.
	Healthcheck struct{ Test []string }
}

// inspect returns the image's configuration and its layers, with how many are the base's.
func (b *Buildah) inspect(ctx context.Context, image Image) (c config, layers []Layer, base int, err error) {
	text, err := b.output(ctx, "inspect", "--type", "image", reference(image.Name))
	if err != nil {
		return config{}, nil, 0, err
	}
	var told struct {
		Docker struct {
			Config config `json:"config"`
		}
	}
	if err := json.Unmarshal([]byte(text), &told); err != nil {
		return config{}, nil, 0, err
	}
	c = told.Docker.Config
	folder := b.path("layout-" + image.Name)
	defer func() { err = errors.Join(err, os.RemoveAll(folder)) }()
	if _, err := b.output(ctx, "push", reference(image.Name), "oci:"+folder); err != nil {
		return config{}, nil, 0, err
	}
	layers, err = layersOf(folder)
	// A stand-in has one layer, as Alpine has.
	return c, layers, 1, err
}

// rootFS mounts the image's file system and returns where, with what unmounts it.
func (b *Buildah) rootFS(ctx context.Context, image Image) (folder string, release func() error, err error) {
	container, err := b.output(ctx, "from", "--pull-never", reference(image.Name))
	if err != nil {
		return "", nil, err
	}
	release = func() error {
		_, err := b.output(context.WithoutCancel(ctx), "rm", container)
		return err
	}
	folder, err = b.output(ctx, "mount", container)
	if err != nil {
		return "", nil, errors.Join(err, release())
	}
	return folder, release, nil
}
