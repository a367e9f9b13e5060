// Package process starts, finds and ends the processes that a sandbox leaves running.
//
// A process is known by a record on disk: its id and the moment it started, because ids are used again. Every
// process is started as the leader of a session of its own, so that it survives the terminal it was started from and
// that all it starts in turn can be found and ended with it.
package process

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"syscall"
	"time"

	"github.com/shirou/gopsutil/v4/process"
	"golang.org/x/sys/unix"
)

// Record identifies a process across runs of the launcher.
type Record struct {
	PID     int    `json:"pid"`
	Started int64  `json:"started"`        // when it started, in the operating system's own count; see startOf
	Boot    string `json:"boot,omitempty"` // the run of the operating system that count belongs to
}

// poll is how often the end of a process is looked for.
const poll = 20 * time.Millisecond

// Detach makes cmd, which is not yet started, the leader of a session of its own.
func Detach(cmd *exec.Cmd) {
	if cmd.SysProcAttr == nil {
		cmd.SysProcAttr = &syscall.SysProcAttr{}
	}
	cmd.SysProcAttr.Setsid = true
}

// Start runs cmd detached and writes its record to file.
func Start(cmd *exec.Cmd, file string) (*Record, error) {
	Detach(cmd)
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	record, err := Of(cmd.Process.Pid)
	if err == nil {
		err = record.Save(file)
	}
	if err != nil {
		return nil, errors.Join(err, cmd.Process.Kill(), ignoreExit(cmd.Wait()))
	}
	return record, nil
}

func ignoreExit(err error) error {
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		return nil
	}
	return err
}

func find(pid int) (*process.Process, error) {
	return process.NewProcess(int32(pid)) //nolint:gosec // ids of processes have 32 bits
}

// Of returns the record of a running process.
func Of(pid int) (*Record, error) {
	started, boot, err := startOf(pid)
	if err != nil {
		return nil, fmt.Errorf("process %d: %w", pid, err)
	}
	return &Record{PID: pid, Started: started, Boot: boot}, nil
}

// Save writes the record to file.
func (r *Record) Save(file string) error {
	content, err := json.Marshal(r)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		return err
	}
	temporary := file + ".new"
	if err := os.WriteFile(temporary, append(content, '\n'), 0o600); err != nil {
		return err
	}
	return os.Rename(temporary, file)
}

// Load reads a record. The error is os.ErrNotExist where there is none.
func Load(file string) (*Record, error) {
	content, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	var record Record
	if err := json.Unmarshal(content, &record); err != nil || record.PID <= 1 {
		return nil, fmt.Errorf("%s is no record of a process; delete it", file)
	}
	return &record, nil
}

// Running reports whether the very process of the record still runs. A process that has ended and was not yet
// waited for counts as ended.
func (r *Record) Running() bool {
	running, err := find(r.PID)
	if err != nil {
		return false
	}
	started, boot, err := startOf(r.PID)
	if err != nil || started != r.Started || boot != r.Boot {
		return false
	}
	status, err := running.Status()
	if err != nil {
		return true
	}
	if !slices.Contains(status, process.Zombie) {
		return true
	}
	// Its first thread can be done while others still hold its files and ports.
	threads, err := running.NumThreads()
	return err == nil && threads > 1
}

// End asks the process to end, and kills it when the grace period is over or the context ends.
func (r *Record) End(ctx context.Context, grace time.Duration) error {
	if !r.Running() {
		return nil
	}
	if err := syscall.Kill(r.PID, syscall.SIGTERM); err != nil && !errors.Is(err, syscall.ESRCH) {
		return fmt.Errorf("process %d: %w", r.PID, err)
	}
	deadline := time.After(grace)
	tick := time.NewTicker(poll)
	defer tick.Stop()
	for r.Running() {
		select {
		case <-tick.C:
			continue
		case <-deadline:
		case <-ctx.Done():
		}
		if err := syscall.Kill(r.PID, syscall.SIGKILL); err != nil && !errors.Is(err, syscall.ESRCH) {
			return fmt.Errorf("process %d: %w", r.PID, err)
		}
		for i := 0; r.Running(); i++ {
			if i == 250 {
				return fmt.Errorf("process %d does not end", r.PID)
			}
			time.Sleep(poll)
		}
	}
	return nil
}

// Session returns the processes of the session that the process of the record leads or led, the leader included.
// With belongs they are limited to those it accepts: the id of a session whose processes have all ended may be
// somebody else's by now.
func (r *Record) Session(belongs func(pid int) bool) ([]int, error) {
	all, err := process.Pids()
	if err != nil {
		return nil, err
	}
	var members []int
	for _, pid := range all {
		session, err := unix.Getsid(int(pid))
		if err != nil || session != r.PID {
			continue // gone by now, or another's
		}
		if member, err := Of(int(pid)); err != nil || !member.Running() {
			continue // ended; its parent has not looked yet
		}
		if belongs == nil || belongs(int(pid)) {
			members = append(members, int(pid))
		}
	}
	return members, nil
}

// HasEnvironment returns a filter for Session: it accepts processes whose environment has the variable with that
// value, and those whose environment the operating system does not show.
func HasEnvironment(name, value string) func(pid int) bool {
	return func(pid int) bool {
		running, err := find(pid)
		if err != nil {
			return false
		}
		environment, err := running.Environ()
		if err != nil || len(environment) == 0 {
			return true
		}
		for _, entry := range environment {
			if entry == name+"="+value {
				return true
			}
		}
		return false
	}
}

// EndSession ends what is left of the session: asks first, then kills. It returns how many processes it found.
func (r *Record) EndSession(ctx context.Context, grace time.Duration, belongs func(pid int) bool) (int, error) {
	members, err := r.Session(belongs)
	if err != nil {
		return 0, err
	}
	records := make([]*Record, 0, len(members))
	for _, pid := range members {
		record, err := Of(pid)
		if err != nil {
			continue // ended meanwhile
		}
		records = append(records, record)
		_ = syscall.Kill(pid, syscall.SIGTERM)
	}
	deadline, cancel := context.WithTimeout(ctx, grace)
	defer cancel()
	var failures []error
	for _, record := range records {
		failures = append(failures, record.End(deadline, grace))
	}
	return len(records), errors.Join(failures...)
}
