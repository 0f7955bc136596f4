//go:build !linux

package main

import (
	"syscall"
	"time"
)

// endWithParent does nothing: only Linux knows how.
func endWithParent(*syscall.SysProcAttr, syscall.Signal) {}

// sleep may be a millisecond late.
func sleep(d time.Duration) { time.Sleep(d) }
