package build

import (
	"context"
	"fmt"
	"io"
	"os/exec"
	"runtime"
	"strconv"
	"strings"
	"time"
)

// DockerWorks tells whether there is a Docker engine that answers, with the builder that the bake file needs.
func DockerWorks(ctx context.Context) bool {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	return exec.CommandContext(ctx, "docker", "info").Run() == nil && exec.CommandContext(ctx, "docker", "buildx", "version").Run() == nil
}

// WithDocker builds the images from the bake file for this machine's platform, on the real base images, and runs them
// as hardened as Buildah does. It prints their sizes; the table in the documentation is of builds that everybody can
// repeat without a registry.
func WithDocker(ctx context.Context, root string, images []Image, version string, out io.Writer) error {
	for _, image := range images {
		if err := stream(ctx, out, []string{"VERSION=" + version}, "docker", bake(root, image)...); err != nil {
			return err
		}
		if err := stream(ctx, out, nil, "docker", dockerRun(image, version)...); err != nil {
			return fmt.Errorf("%s does not work: %w", image.Name, err)
		}
		told, err := output(ctx, nil, "docker", "image", "inspect", "--format", "{{.Size}} {{len .RootFS.Layers}}", "ai-now/"+image.Name+":"+version)
		if err != nil {
			return err
		}
		bytes, layers, _ := strings.Cut(strings.TrimSpace(told), " ")
		fmt.Fprintf(out, "%s: %s bytes in %s layers, its base's included\n", image.Name, bytes, layers)
	}
	return nil
}

func bake(root string, image Image) []string {
	return []string{
		"buildx", "bake", "--file", root + "/images/docker-bake.hcl", "--allow", "fs.read=" + root, "--load", "--provenance=false", "--sbom=false",
		"--set", image.Name + ".platform=linux/" + runtime.GOARCH,
		"--set", image.Name + ".context=" + root + "/" + image.Context,
		"--set", image.Name + ".dockerfile=" + root + "/" + image.Dockerfile,
		image.Name,
	}
}

// dockerRun runs the image's command. One that serves shows that it starts, checks itself, and is stopped.
func dockerRun(image Image, version string) []string {
	args := []string{
		"run", "--rm", "--read-only", "--user", fmt.Sprintf("%d:%d", uid, uid), "--cap-drop", "ALL", "--security-opt", "no-new-privileges",
		"--memory", strconv.FormatInt(image.Memory, 10), "--pids-limit", "128",
	}
	for _, variable := range image.Env {
		args = append(args, "--env", variable)
	}
	if image.Scratch != "" {
		args = append(args, "--tmpfs", fmt.Sprintf("%s:uid=%d,gid=%d,size=64m", image.Scratch, uid, uid))
	}
	command := image.Command
	if command == nil {
		command = []string{"/bin/sh", "-c", "/usr/local/bin/" + image.Name + " & pid=$!; for i in 1 2 3 4 5; do sleep 1; " +
			"/usr/local/bin/" + image.Name + " healthcheck && kill $pid && wait $pid; exit $?; done"}
	}
	args = append(args, "--entrypoint", command[0], "ai-now/"+image.Name+":"+version)
	return append(args, command[1:]...)
}
