//go:build !linux

package process

import "syscall"

// endWithParent does nothing: only Linux knows how.
func endWithParent(*syscall.SysProcAttr, syscall.Signal) {}
