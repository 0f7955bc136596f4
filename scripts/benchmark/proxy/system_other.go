//go:build !linux

package proxy

import "time"

// sleep may be a millisecond late.
func sleep(d time.Duration) { time.Sleep(d) }
