package main

import "syscall"

// endWithParent has the kernel send the signal when the benchmark is gone.
func endWithParent(attr *syscall.SysProcAttr, signal syscall.Signal) { attr.Pdeathsig = signal }
