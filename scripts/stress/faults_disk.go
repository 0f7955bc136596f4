//go:build linux

package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"
)

// diskFaults are what a disk does to a file that is whole.
func diskFaults() []fault {
	return []fault{
		{name: "disk full", run: diskFull},
		{name: "file size limit reached (ulimit -f)", run: fileSizeLimit},
		{name: "disk answers with I/O errors for a while", run: ioErrors},
		{name: "disk dies (ext4 shut down), and is mounted again", run: diskDies},
		{name: "disk turns read-only under the daemon", run: diskReadOnly},
		{name: "started on a read-only disk", run: startReadOnly},
	}
}

// diskFull fills a small disk of its own until nothing more fits on it.
func diskFull(t *trial) error {
	filler := filepath.Join(t.d.data, "filler")
	return t.under(under{
		prepare: func() error {
			if err := os.MkdirAll(t.d.data, 0o700); err != nil {
				return err
			}
			if err := t.mount("tmpfs", t.d.data, "tmpfs", 0, "size=64m,mode=0700"); err != nil {
				return t.skip("a small file system cannot be mounted here: %v", err)
			}
			return nil
		},
		harm: func() error { return fill(filler) },
		mend: func() (string, error) { return "by itself once there is room", os.Remove(filler) },
	})
}

// fill writes a file until the disk is full.
func fill(path string) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	for piece := make([]byte, 256<<10); ; {
		_, err := f.Write(piece)
		switch {
		case err == nil:
		case !errors.Is(err, syscall.ENOSPC):
			return errors.Join(err, f.Close())
		case len(piece) == 1:
			return f.Close()
		default:
			piece = piece[:max(len(piece)/16, 1)]
		}
	}
}

func fileSizeLimit(t *trial) error {
	var back func() error
	return t.under(under{
		harm: func() error {
			wal, err := os.Stat(t.d.file() + "-wal")
			if err != nil {
				return err
			}
			back, err = limit(t.d.PID(), unix.RLIMIT_FSIZE, uint64(wal.Size()))
			return err
		},
		mend: func() (string, error) { return "by itself once the limit is raised", back() },
	})
}

// ioErrors puts a shim between the daemon and the C library, which SQLite writes by: as
// long as a file is there, all that is written or synced fails with EIO.
func ioErrors(t *trial) error {
	trigger := filepath.Join(t.dir, "errors")
	return t.under(under{
		prepare: func() error {
			shim, err := t.shim("eio", shimErrors)
			if err != nil {
				return t.skip("%v", err)
			}
			t.d.env = append(t.d.env, "LD_PRELOAD="+shim, "STRESS_TRIGGER="+trigger)
			return nil
		},
		harm: func() error { return os.WriteFile(trigger, nil, 0o600) },
		mend: func() (string, error) { return "by itself", os.Remove(trigger) },
	})
}

const shimErrors = `#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>
static int ill(void) { const char *t = getenv("STRESS_TRIGGER"); return t && access(t, F_OK) == 0; }
#define FAIL(type, name, params, args) \
  type name params { \
    static type (*real) params; \
    if (ill()) { errno = EIO; return -1; } \
    if (!real) real = dlsym(RTLD_NEXT, #name); \
    return real args; \
  }
FAIL(ssize_t, pwrite, (int f, const void *b, size_t n, off_t o), (f, b, n, o))
FAIL(ssize_t, pwrite64, (int f, const void *b, size_t n, off64_t o), (f, b, n, o))
FAIL(int, fsync, (int f), (f))
FAIL(int, fdatasync, (int f), (f))
FAIL(int, ftruncate, (int f, off_t n), (f, n))
FAIL(int, ftruncate64, (int f, off64_t n), (f, n))
`

// shimNoSync keeps a program from making anything durable.
const shimNoSync = `int fsync(int f) { return 0; }
int fdatasync(int f) { return 0; }
`

// shim compiles a library that is loaded before the C library.
func (l *lab) shim(name, source string) (string, error) {
	compiler := os.Getenv("CC")
	if compiler == "" {
		compiler = "cc"
	}
	if _, err := exec.LookPath(compiler); err != nil {
		return "", fmt.Errorf("no C compiler %q", compiler)
	}
	c, so := filepath.Join(l.dir, name+".c"), filepath.Join(l.dir, name+".so")
	if err := os.WriteFile(c, []byte(source), 0o600); err != nil {
		return "", err
	}
	_, err := l.run(compiler, "-shared", "-fPIC", "-O1", "-o", so, c, "-ldl")
	return so, err
}

// disk is an ext4 file system in a file, mounted at the lab's data directory.
type disk struct {
	l             *lab
	image, target string
}

// newDisk makes and mounts one. Its own commits, which would make durable what was not
// synced, come once in ten minutes.
func (l *lab) newDisk(target string, megabytes int) (*disk, error) {
	d := &disk{l: l, image: filepath.Join(l.dir, "disk.img"), target: target}
	if !insideNamespaces() || os.Geteuid() != 0 {
		return nil, errors.New("a loop device needs root")
	}
	if err := os.MkdirAll(target, 0o700); err != nil {
		return nil, err
	}
	if err := os.WriteFile(d.image, nil, 0o600); err != nil {
		return nil, err
	}
	if err := os.Truncate(d.image, int64(megabytes)<<20); err != nil {
		return nil, err
	}
	if _, err := l.run("mkfs.ext4", "-q", "-F", d.image); err != nil {
		return nil, err
	}
	l.atEnd(func() { _ = unmount(target) })
	return d, d.mount()
}

func (d *disk) mount() error {
	if _, err := d.l.run("mount", "-o", "loop,commit=600,errors=remount-ro", d.image, d.target); err != nil {
		return err
	}
	return os.Chmod(d.target, 0o700)
}

// device is the loop device's name below /dev.
func (d *disk) device() (string, error) {
	out, err := d.l.run("findmnt", "-n", "-o", "SOURCE", d.target)
	return filepath.Base(strings.TrimSpace(out)), err
}

// shutDown has the file system answer every request with an error from now on; what was
// not synced is never written (FS_IOC_SHUTDOWN without a flush of the journal).
func (d *disk) shutDown() error {
	const ioctlShutdown, withoutFlush = 0x8004587d, 2
	f, err := os.Open(d.target)
	if err != nil {
		return err
	}
	defer f.Close()
	return unix.IoctlSetPointerInt(int(f.Fd()), ioctlShutdown, withoutFlush)
}

// remount mounts it again, which replays its journal, as after a power cut.
func (d *disk) remount() error {
	if err := unmount(d.target); err != nil {
		return err
	}
	return d.mount()
}

func (t *trial) onDisk() (*disk, error) {
	d, err := t.newDisk(t.d.data, 128)
	if err != nil {
		return nil, t.skip("an ext4 file system in a file cannot be mounted here: %v", err)
	}
	return d, nil
}

func diskDies(t *trial) error {
	disk, err := t.onDisk()
	if err != nil {
		return err
	}
	return t.under(under{
		refuses: true,
		harm:    disk.shutDown,
		mend: func() (string, error) {
			stopped := t.d.Stop()
			how := "stopped (exit 0), mounted again, started"
			if stopped != nil {
				t.d.Kill()
				how = "stopped (with an error), mounted again, started"
			}
			return how, errors.Join(disk.remount(), t.d.start())
		},
	})
}

// diskReadOnly has ext4 find an error: it turns read-only, as it does where a disk fails.
//
// Linux 6.18 loses the commit whose fsync is under way at that very moment: strace shows
// that fsync return 0 while ext4 aborts its journal, and the next write fail with EROFS. So
// db writes once more before it answers (sqliteFile.intact).
func diskReadOnly(t *trial) error {
	disk, err := t.onDisk()
	if err != nil {
		return err
	}
	device, err := disk.device()
	if err != nil {
		return err
	}
	return t.under(under{
		refuses: true,
		harm: func() error {
			return os.WriteFile(filepath.Join("/sys/fs/ext4", device, "trigger_fs_error"), []byte("stress"), 0o200)
		},
		mend: func() (string, error) {
			_ = t.d.Stop() // its last writes fail
			if err := unmount(disk.target); err != nil {
				return "", err
			}
			_, _ = t.run("fsck.ext4", "-fy", disk.image) // its status says that it mended
			return "stopped, fsck, mounted, started", errors.Join(disk.mount(), t.d.start())
		},
	})
}

func startReadOnly(t *trial) error {
	if err := t.stopped(); err != nil {
		return err
	}
	if err := t.mount(t.d.data, t.d.data, "", unix.MS_BIND, ""); err != nil {
		return t.skip("nothing can be mounted here: %v", err)
	}
	if err := unix.Mount("", t.d.data, "", unix.MS_BIND|unix.MS_REMOUNT|unix.MS_RDONLY, ""); err != nil {
		return t.skip("nothing can be mounted read-only here: %v", err)
	}
	said, err := t.d.refused()
	if err != nil {
		return err
	}
	if err := unmount(t.d.data); err != nil {
		return err
	}
	t.recovery = "refuses: " + said + "; starts once it is writable"
	return t.audit()
}
