package build

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"github.com/ai-now/platform/images/tools/lock"
)

// StandIn is a base image made on this machine.
type StandIn struct {
	// Base that it stands in for.
	Base lock.Base
	// Is says what it is made of.
	Is string
	// make writes its files to a folder and returns what it sets.
	make func(root string) (settings []string, err error)
}

const (
	path       = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
	busybox    = "/bin/busybox" // where Debian's package busybox-static puts it
	authoritys = "/etc/ssl/certs/ca-certificates.crt"
)

// StandIns makes Alpine of Debian's busybox and this machine's certificates, and the image with Go of the same and this
// machine's Go. What Alpine has besides, its package manager above all, is not there: a Dockerfile that runs apk does not
// build on them.
func StandIns(bases lock.Lock) ([]StandIn, error) {
	var list []StandIn
	for _, base := range bases.Bases {
		switch filepath.Base(base.Name) {
		case "alpine":
			list = append(list, StandIn{base, "Debian's busybox-static and this machine's certificates", alpine})
		case "golang":
			list = append(list, StandIn{base, "the same, and this machine's " + runtime.Version(), golang})
		default:
			return nil, fmt.Errorf("nothing on this machine can stand in for %s; build where its registry can be reached", base.Name)
		}
	}
	return list, nil
}

func alpine(root string) ([]string, error) {
	for _, folder := range []string{"bin", "etc/ssl/certs", "tmp", "root", "usr/local/bin", "var/tmp"} {
		if err := os.MkdirAll(filepath.Join(root, folder), 0o755); err != nil {
			return nil, err
		}
	}
	for _, folder := range []string{"tmp", "var/tmp"} {
		if err := os.Chmod(filepath.Join(root, folder), 0o777|os.ModeSticky); err != nil {
			return nil, err
		}
	}
	for from, to := range map[string]string{busybox: "bin/busybox", authoritys: "etc/ssl/certs/ca-certificates.crt"} {
		if err := copyFile(from, filepath.Join(root, to)); err != nil {
			return nil, fmt.Errorf("%w; on Debian: apt-get install busybox-static ca-certificates", err)
		}
	}
	for name, content := range map[string]string{ //nolint:gosec // users without passwords
		"passwd": "root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/:/sbin/nologin\n",
		"group":  "root:x:0:\nnobody:x:65534:\n",
	} {
		if err := os.WriteFile(filepath.Join(root, "etc", name), []byte(content), 0o644); err != nil { //nolint:gosec // a root file system
			return nil, err
		}
	}
	applets, err := output(context.Background(), nil, busybox, "--list")
	if err != nil {
		return nil, err
	}
	for _, applet := range strings.Fields(applets) {
		if applet == "busybox" {
			continue
		}
		if err := os.Symlink("busybox", filepath.Join(root, "bin", applet)); err != nil {
			return nil, err
		}
	}
	return []string{"--env", path, "--cmd", "/bin/sh"}, nil
}

func golang(root string) ([]string, error) {
	if _, err := alpine(root); err != nil {
		return nil, err
	}
	goroot, err := output(context.Background(), nil, "go", "env", "GOROOT")
	if err != nil {
		return nil, err
	}
	if err := os.CopyFS(filepath.Join(root, "usr/local/go"), os.DirFS(strings.TrimSpace(goroot))); err != nil {
		return nil, err
	}
	if err := os.MkdirAll(filepath.Join(root, "go"), 0o755); err != nil {
		return nil, err
	}
	return []string{
		"--env", "PATH=/go/bin:/usr/local/go/bin:" + strings.TrimPrefix(path, "PATH="),
		"--env", "GOPATH=/go", "--env", "GOTOOLCHAIN=local", "--workingdir", "/go",
	}, nil
}

func copyFile(from, to string) error {
	content, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	info, err := os.Stat(from)
	if err != nil {
		return err
	}
	return os.WriteFile(to, content, info.Mode().Perm())
}
