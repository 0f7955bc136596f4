package process

import "syscall"

// endWithParent has the kernel send the signal when the program that started it is gone.
func endWithParent(attr *syscall.SysProcAttr, signal syscall.Signal) { attr.Pdeathsig = signal }
