package process

import (
	"bytes"
	"fmt"
	"os"
	"strconv"
)

// startOf returns when a process started. On Linux that is in clock ticks since the machine booted, with the id of that
// boot: a time of day would move with every step of the clock, and a process would no longer be known. Elsewhere it
// is in milliseconds since 1970, which the operating system keeps for each process.
func startOf(pid int) (started int64, boot string, err error) {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		running, err := find(pid)
		if err != nil {
			return 0, "", err
		}
		started, err = running.CreateTime()
		return started, "", err
	}
	// proc_pid_stat(5): the name in parentheses may hold anything; starttime is the 20th field after it.
	const startTime = 20
	fields := bytes.Fields(stat[bytes.LastIndexByte(stat, ')')+1:])
	if len(fields) < startTime {
		return 0, "", fmt.Errorf("/proc/%d/stat has %d fields", pid, len(fields))
	}
	if started, err = strconv.ParseInt(string(fields[startTime-1]), 10, 64); err != nil {
		return 0, "", err
	}
	id, err := os.ReadFile("/proc/sys/kernel/random/boot_id")
	if err != nil {
		return started, "", nil //nolint:nilerr // some containers hide it; the ticks alone do then
	}
	return started, string(bytes.TrimSpace(id)), nil
}
