package dockerfiles

import (
	"path"
	"slices"
	"strings"

	"github.com/moby/buildkit/frontend/dockerfile/instructions"
)

// User is whom every image runs as: no user of any host, and the one that distroless images made usual.
const User = "65532:65532"

// command returns the last instruction of a kind in the image's own stage.
func command[T instructions.Command](f *file) (last T, found bool) {
	for _, c := range f.last().Commands {
		if c, ok := c.(T); ok {
			last, found = c, true
		}
	}
	return last, found
}

func fixedUser(f *file) {
	user, found := command[*instructions.UserCommand](f)
	switch {
	case !found:
		f.add("non-root", f.last().Location, "the image runs as root; end it with USER %s", User)
	case user.User != User:
		f.add("non-root", user.Location(), "USER is %q; it takes %s, as numbers, because Kubernetes cannot tell that a name is not root", user.User, User)
	}
}

func oneProcess(f *file) {
	entry, found := command[*instructions.EntrypointCommand](f)
	line := entryLine(f)
	switch {
	case !found && f.production:
		f.add("one-process", f.last().Location, "the image has no ENTRYPOINT; name the one program it runs")
	case found && entry.PrependShell:
		f.add("one-process", entry.Location(), "ENTRYPOINT is run by a shell, which does not pass signals on; write it as a list")
	case len(line) > 1 && isShell(line[0]) && line[1] == "-c":
		f.add("one-process", f.last().Location, "the image starts a shell that starts others; name the one program it runs")
	case len(line) > 0 && slices.Contains([]string{"supervisord", "s6-svscan", "runsvdir"}, path.Base(line[0])):
		f.add("one-process", f.last().Location, "%s keeps several programs in one container; make an image of each", path.Base(line[0]))
	}
}

func entryLine(f *file) []string {
	if entry, found := command[*instructions.EntrypointCommand](f); found {
		return entry.CmdLine
	}
	if cmd, found := command[*instructions.CmdCommand](f); found {
		return cmd.CmdLine
	}
	return nil
}

func isShell(program string) bool {
	return slices.Contains([]string{"sh", "ash", "bash"}, path.Base(program))
}

// Labels of the OCI standard: https://github.com/opencontainers/image-spec/blob/v1.1.1/annotations.md
const label = "org.opencontainers.image."

func labels(f *file) {
	wanted := []string{"title", "source", "licenses"}
	if f.production {
		wanted = append(wanted, "description", "version", "revision", "created", "base.name")
	}
	found := map[string]bool{}
	for _, c := range f.last().Commands {
		if l, ok := c.(*instructions.LabelCommand); ok {
			for _, pair := range l.Labels {
				found[pair.Key] = true
			}
		}
	}
	var missing []string
	for _, name := range wanted {
		if !found[label+name] {
			missing = append(missing, label+name)
		}
	}
	if len(missing) > 0 {
		f.add("labels", f.last().Location, "these labels are missing: %s", strings.Join(missing, ", "))
	}
}

func healthCheck(f *file) {
	_, serves := command[*instructions.ExposeCommand](f)
	check, found := command[*instructions.HealthCheckCommand](f)
	switch {
	case serves && !found:
		f.add("health-check", f.last().Location, "the image serves and has no HEALTHCHECK; name a program in it that asks whether it works")
	case found && len(check.Health.Test) > 0 && check.Health.Test[0] == "CMD-SHELL":
		f.add("health-check", check.Location(), "HEALTHCHECK is run by a shell; write it as a list")
	}
}

func copiesAlone(f *file) {
	if !f.production {
		return
	}
	for _, c := range f.last().Commands {
		if run, ok := c.(*instructions.RunCommand); ok {
			f.add("copies-alone", run.Location(), "a production image runs nothing while it is built: it would need an emulator on the other platform, and leaves what it wrote; do it in a stage before, and COPY the result")
		}
	}
	if !strings.HasPrefix(f.last().BaseName, "docker.io/library/alpine:") {
		f.add("copies-alone", f.last().Location, "a production image is made on Alpine; %s brings more than it needs", f.last().BaseName)
	}
}
