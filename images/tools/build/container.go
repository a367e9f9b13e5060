package build

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// container runs an image as the platform's admission rules have it: the image's own user, no capability, no new
// privileges, a root file system that cannot be written, and a limit of memory.
type container struct {
	id, bundle string
	cmd        *exec.Cmd
	log        bytes.Buffer
	ended      chan error
}

// uid that every image runs as.
const uid = 65532

// start runs args in root.
func start(ctx context.Context, bundle, root string, image Image, c config, args []string) (*container, error) {
	specification, err := json.Marshal(specify(root, image, c, args))
	if err != nil {
		return nil, err
	}
	if err := os.WriteFile(filepath.Join(bundle, "config.json"), specification, 0o600); err != nil {
		return nil, err
	}
	running := &container{id: "ai-now-" + image.Name + "-" + strconv.Itoa(os.Getpid()), bundle: bundle, ended: make(chan error, 1)}
	running.cmd = exec.CommandContext(ctx, "runc", "run", "--bundle", bundle, running.id)
	running.cmd.Stdout, running.cmd.Stderr = &running.log, &running.log
	if err := running.cmd.Start(); err != nil {
		return nil, err
	}
	go func() { running.ended <- running.cmd.Wait() }()
	return running, nil
}

// specify writes what a runtime needs: https://github.com/opencontainers/runtime-spec/blob/v1.2.1/config.md
func specify(root string, image Image, c config, args []string) map[string]any {
	type object = map[string]any
	mounts := []object{
		{"destination": "/proc", "type": "proc", "source": "proc"},
		{"destination": "/dev", "type": "tmpfs", "source": "tmpfs", "options": []string{"nosuid", "strictatime", "mode=755", "size=65536k"}},
		{"destination": "/etc/resolv.conf", "type": "bind", "source": "/etc/resolv.conf", "options": []string{"rbind", "ro"}},
	}
	if image.Scratch != "" {
		mounts = append(mounts, object{
			"destination": image.Scratch, "type": "tmpfs", "source": "tmpfs",
			"options": []string{"nosuid", "nodev", "size=64m", fmt.Sprintf("uid=%d", uid), fmt.Sprintf("gid=%d", uid), "mode=700"},
		})
	}
	cwd := c.WorkingDir
	if cwd == "" {
		cwd = "/"
	}
	return object{
		"ociVersion": "1.0.2",
		"process": object{
			"user": object{"uid": uid, "gid": uid}, "args": args, "env": append(append([]string{}, c.Env...), image.Env...), "cwd": cwd,
			"noNewPrivileges": true, "capabilities": object{},
			"rlimits": []object{{"type": "RLIMIT_NOFILE", "hard": 1024, "soft": 1024}},
		},
		"root":     object{"path": root, "readonly": true},
		"hostname": image.Name,
		"mounts":   mounts,
		"linux": object{
			"cgroupsPath": "/ai-now-images/" + image.Name,
			"resources":   object{"memory": object{"limit": image.Memory}, "pids": object{"limit": 128}},
			// The network stays the host's: the answer is asked for from outside, over loopback.
			"namespaces":    []object{{"type": "pid"}, {"type": "mount"}, {"type": "ipc"}, {"type": "uts"}},
			"maskedPaths":   []string{"/proc/kcore", "/proc/keys", "/proc/sysrq-trigger"},
			"readonlyPaths": []string{"/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys"},
		},
	}
}

// exec runs a command in the running container and returns what it writes.
func (c *container) exec(ctx context.Context, args ...string) (string, error) {
	out, err := exec.CommandContext(ctx, "runc", append([]string{"exec", c.id}, args...)...).CombinedOutput()
	return strings.TrimSpace(string(out)), err
}

// stop asks the container to end, as Kubernetes does, and waits for it.
func (c *container) stop(ctx context.Context, patience time.Duration) error {
	if err := exec.CommandContext(ctx, "runc", "kill", c.id, "TERM").Run(); err != nil {
		return c.remove(fmt.Errorf("it cannot be asked to end: %w", err))
	}
	select {
	case err := <-c.ended:
		if err != nil {
			err = fmt.Errorf("it ended with %w: %s", err, c.log.String())
		}
		return c.remove(err)
	case <-time.After(patience):
		return c.remove(fmt.Errorf("it did not end within %s of SIGTERM", patience))
	}
}

// remove ends what is left of the container.
func (c *container) remove(before error) error {
	err := exec.Command("runc", "delete", "--force", c.id).Run() //nolint:noctx // it must run when the context is over, too
	var exit *exec.ExitError
	if errors.As(err, &exit) { // it is gone already
		err = nil
	}
	if c.cmd.ProcessState == nil {
		_ = c.cmd.Process.Signal(syscall.SIGKILL)
	}
	return errors.Join(before, err)
}

// status returns a field of the container's first process, as the kernel tells it.
func (c *container) status(field string) (string, error) {
	state, err := exec.Command("runc", "state", c.id).Output() //nolint:noctx // it answers at once
	if err != nil {
		return "", err
	}
	var told struct {
		Pid int `json:"pid"`
	}
	if err := json.Unmarshal(state, &told); err != nil {
		return "", err
	}
	content, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(told.Pid), "status"))
	if err != nil {
		return "", err
	}
	for line := range strings.Lines(string(content)) {
		if name, value, found := strings.Cut(line, ":"); found && name == field {
			return strings.Join(strings.Fields(value), " "), nil
		}
	}
	return "", fmt.Errorf("the kernel tells no %s", field)
}

// memory returns the limit that is in force and the most that was used, from either version of cgroups.
func memory(image Image) (limit, peak int64) {
	for _, files := range [][2]string{
		{"/sys/fs/cgroup/memory/ai-now-images/%s/memory.limit_in_bytes", "/sys/fs/cgroup/memory/ai-now-images/%s/memory.max_usage_in_bytes"},
		{"/sys/fs/cgroup/ai-now-images/%s/memory.max", "/sys/fs/cgroup/ai-now-images/%s/memory.peak"},
	} {
		limit, peak = number(fmt.Sprintf(files[0], image.Name)), number(fmt.Sprintf(files[1], image.Name))
		if limit > 0 {
			return limit, peak
		}
	}
	return 0, 0
}

func number(file string) int64 {
	content, err := os.ReadFile(file)
	if err != nil {
		return 0
	}
	value, err := strconv.ParseInt(strings.TrimSpace(string(content)), 10, 64)
	if err != nil {
		return 0
	}
	return value
}
