package proxy

import (
	"syscall"
	"time"
)

// sleep is as precise as the kernel, some 0.05 ms. The timers of Go may come a whole
// millisecond late in a process that has nothing else to do.
func sleep(d time.Duration) {
	t := syscall.NsecToTimespec(d.Nanoseconds())
	_ = syscall.Nanosleep(&t, nil) // a signal may end it early: see sleepUntil
}
