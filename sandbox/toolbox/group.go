package toolbox

import (
	"os/exec"
	"syscall"
	"time"
)

// endGroupOnCancel makes the command the leader of a process group, so that the compilers it starts end with it.
func endGroupOnCancel(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGTERM) }
	cmd.WaitDelay = 5 * time.Second
}
