package main

import (
	"context"
	"errors"
	"net"
	"os"
	"os/exec"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"lastclick/scripts/benchmark/process"
)

// enterNamespaces runs the program again in a namespace of its own for mounts, and one
// for addresses where it asks for that. done is false where the system does not allow it:
// then it runs outside, and skips what needs them.
func enterNamespaces(ctx context.Context, what string, args []string, network bool) (done bool, err error) {
	self, err := os.Executable()
	if err != nil {
		return true, err
	}
	cmd := exec.CommandContext(ctx, self, append([]string{"inside", what}, args...)...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) }
	cmd.WaitDelay = process.StopTime
	attr := &syscall.SysProcAttr{Unshareflags: unix.CLONE_NEWNS, Pdeathsig: syscall.SIGTERM}
	if network {
		attr.Unshareflags |= unix.CLONE_NEWNET
	}
	if uid := os.Getuid(); uid != 0 {
		attr.Cloneflags = unix.CLONE_NEWUSER
		attr.UidMappings = []syscall.SysProcIDMap{{ContainerID: 0, HostID: uid, Size: 1}}
		attr.GidMappings = []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getgid(), Size: 1}}
	}
	cmd.SysProcAttr = attr
	if err := cmd.Start(); err != nil {
		return false, nil //nolint:nilerr // it runs outside
	}
	if err := cmd.Wait(); err != nil {
		return true, errors.New("not all held, see above")
	}
	return true, nil
}

// insideNamespaces says whether mounts and addresses of this process are its own.
func insideNamespaces() bool { return len(os.Args) > 1 && os.Args[1] == "inside" }

// limit sets a resource's soft limit of the process and returns how to set it back.
func limit(pid, resource int, soft uint64) (back func() error, err error) {
	var before unix.Rlimit
	if err := unix.Prlimit(pid, resource, nil, &before); err != nil {
		return nil, err
	}
	if err := unix.Prlimit(pid, resource, &unix.Rlimit{Cur: min(soft, before.Max), Max: before.Max}, nil); err != nil {
		return nil, err
	}
	return func() error { return unix.Prlimit(pid, resource, &before, nil) }, nil
}

// mount mounts a file system, or changes one that is mounted, until the lab closes.
func (l *lab) mount(source, target, kind string, flags uintptr, options string) error {
	if !insideNamespaces() {
		return errors.New("no namespace of its own")
	}
	if err := unix.Mount(source, target, kind, flags, options); err != nil {
		return err
	}
	l.atEnd(func() { _ = unix.Unmount(target, unix.MNT_DETACH) })
	return nil
}

// unmount unmounts it, as soon as what was just killed has let go.
func unmount(target string) (err error) {
	for range 100 {
		if err = unix.Unmount(target, 0); !errors.Is(err, unix.EBUSY) {
			return err
		}
		time.Sleep(20 * time.Millisecond)
	}
	return err
}

// setPace bounds how fast the connection sends, in bytes a second.
func setPace(c net.Conn, rate int) {
	tcp, ok := c.(*net.TCPConn)
	if !ok {
		return
	}
	if raw, err := tcp.SyscallConn(); err == nil {
		_ = raw.Control(func(fd uintptr) { _ = unix.SetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_MAX_PACING_RATE, rate) })
	}
}
