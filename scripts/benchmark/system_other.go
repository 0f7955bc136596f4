//go:build !linux

package main

import "time"

// sleep may be a millisecond late.
func sleep(d time.Duration) { time.Sleep(d) }
