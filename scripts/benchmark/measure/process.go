package measure

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// CPU returns the processor time that the process has used so far, user and system, as
// Linux accounts it for each thread in nanoseconds (/proc/PID/task/TID/schedstat). A
// thread that ends takes its time with it; those of a Go program stay.
func CPU(pid int) (time.Duration, error) {
	threads, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/schedstat", pid))
	if err != nil {
		return 0, err
	}
	var all time.Duration
	read := 0
	for _, path := range threads {
		line, err := os.ReadFile(path)
		if err != nil {
			continue // the thread has ended meanwhile
		}
		running, _, _ := strings.Cut(string(line), " ")
		n, err := strconv.ParseInt(running, 10, 64)
		if err != nil {
			return 0, fmt.Errorf("%s: %w", path, err)
		}
		all += time.Duration(n)
		read++
	}
	if read == 0 {
		return 0, fmt.Errorf("process %d: no /proc/PID/task/*/schedstat: has it ended, or does this kernel not account for threads?", pid)
	}
	return all, nil
}

// Resident returns how much memory of the process is in RAM, in bytes.
func Resident(pid int) (int64, error) {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0, err
	}
	for line := range strings.Lines(string(status)) {
		if value, ok := strings.CutPrefix(line, "VmRSS:"); ok {
			kilobytes, err := strconv.ParseInt(strings.TrimSuffix(strings.TrimSpace(value), " kB"), 10, 64)
			return kilobytes << 10, err
		}
	}
	return 0, fmt.Errorf("process %d: no VmRSS in /proc/PID/status", pid)
}
