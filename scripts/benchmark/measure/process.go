package measure

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// CPU returns the processor time that the process and those that it started have used so
// far, user and system, as Linux accounts it for each thread in nanoseconds
// (/proc/PID/task/TID/schedstat). A thread or process that ends takes its time with it;
// the threads of a Go program stay.
func CPU(pid int) (time.Duration, error) {
	threads, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*", pid))
	if err != nil {
		return 0, err
	}
	var all time.Duration
	read := 0
	for _, thread := range threads {
		used, err := threadCPU(thread)
		if errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ESRCH) {
			continue // it has ended meanwhile
		}
		if err != nil {
			return 0, err
		}
		all += used
		read++
	}
	if read == 0 {
		return 0, fmt.Errorf("process %d: no /proc/PID/task/TID/schedstat: has it ended, or does this kernel not account for threads?", pid)
	}
	return all, nil
}

// threadCPU is the time of a thread and of the processes that it started.
func threadCPU(thread string) (time.Duration, error) {
	line, err := os.ReadFile(filepath.Join(thread, "schedstat"))
	if err != nil {
		return 0, err
	}
	running, _, _ := strings.Cut(string(line), " ")
	n, err := strconv.ParseInt(running, 10, 64)
	if err != nil {
		return 0, fmt.Errorf("%s/schedstat: %w", thread, err)
	}
	children, err := os.ReadFile(filepath.Join(thread, "children"))
	if err != nil {
		return 0, err
	}
	all := time.Duration(n)
	for field := range strings.FieldsSeq(string(children)) {
		child, err := strconv.Atoi(field)
		if err != nil {
			return 0, fmt.Errorf("%s/children: %w", thread, err)
		}
		if used, err := CPU(child); err == nil { // else it has ended meanwhile
			all += used
		}
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
