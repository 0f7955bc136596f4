//go:build linux

package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"lastclick/scripts/stress/visit"
)

// A power cut is made with a real file system: ext4 in a file, on a loop device. Under
// load the daemon is frozen, and the file system shut down without a flush of its journal
// (what xfstests do too): nothing reaches the device any more. Mounted again, it has what
// was synced, and little else. A canary that was written and not synced is in every
// round: were it still there, the round would prove nothing.
//
// Disks also write some of what was not synced, in any order. So every other round takes
// for each sector of each file at random what was synced or what was last written, and
// for the length one of the two. A sector is written whole or not at all, as SQLite wants
// it (sqlite.org/psow.html).
const sector = 512

// powerCuts cuts the power so many times, and audits after each start.
func powerCuts(ctx context.Context, r report, cuts int, seed uint64, control bool) error {
	l, err := newLab(ctx, "power")
	if err != nil {
		return err
	}
	defer l.close()
	d := l.daemon()
	disk, err := l.newDisk(d.data, 512)
	if err != nil {
		return fmt.Errorf("power cuts are NOT RUN: an ext4 file system in a file cannot be mounted here: %w", err)
	}
	if control {
		shim, err := l.shim("nosync", shimNoSync)
		if err != nil {
			return err
		}
		d.env = append(d.env, "LD_PRELOAD="+shim)
	}
	if err := d.begin(); err != nil {
		return err
	}
	syscall.Sync() // what is added before orders come is no part of it, and the control keeps the daemon from doing it
	v, err := d.visit(pace{customers: 2, checkouts: 16, click: time.Millisecond, order: time.Millisecond, stats: 100 * time.Millisecond, refused: 10 * time.Millisecond}, nil)
	if err != nil {
		return err
	}
	defer func() { v.stop() }()
	c := &cutter{daemon: d, disk: disk, v: v, random: rand.New(rand.NewPCG(seed, 0))}
	var lines [][]string
	for round := range cuts {
		line, err := c.round(round)
		if control {
			return wantLoss(r, err)
		}
		if err != nil {
			return fmt.Errorf("power cut %d, seed %d: %w", round+1, seed, err)
		}
		lines = append(lines, line)
	}
	visit.Table(r.out, []string{"power cut", "unsynced writes", "acknowledged in all", "without an answer", "lost", "doubled", "start to ready", "check"}, lines)
	return nil
}

// wantLoss is the control: a daemon that syncs nothing must lose something.
func wantLoss(r report, err error) error {
	if err == nil {
		return errors.New("control: a daemon that syncs nothing lost nothing: the cuts prove nothing")
	}
	fmt.Fprintf(r.out, "control: without syncs the first power cut is noticed, as it must be: %s\n", strings.ReplaceAll(err.Error(), "\n", "; "))
	return nil
}

// cutter cuts the power of a daemon's disk.
type cutter struct {
	*daemon
	disk   *disk
	v      *visitors
	random *rand.Rand
}

func (c *cutter) round(round int) ([]string, error) {
	if _, err := c.v.until(60+131*(round%5), recoveryTime); err != nil {
		return nil, err
	}
	kept := "all lost"
	var torn bool
	if torn = round%2 == 1; torn {
		kept = "a random part kept"
	}
	if err := c.cut(torn); err != nil {
		return nil, err
	}
	begin := time.Now()
	if err := c.start(); err != nil {
		return nil, err
	}
	started := time.Since(begin)
	a, err := c.v.audit(c.daemon)
	if err := errors.Join(err, a.Err()); err != nil {
		return nil, err
	}
	if err := c.check(); err != nil {
		return nil, err
	}
	_, open := c.v.ledger.Counts()
	line := []string{fmt.Sprint(round + 1), kept, fmt.Sprint(a.Acknowledged), fmt.Sprint(open), fmt.Sprint(a.Lost), fmt.Sprint(a.Doubled), fmt.Sprintf("%d ms", started.Milliseconds()), "clean"}
	return line, errors.Join(c.v.redeliver(), c.v.begin())
}

// cut freezes the daemon, shuts its file system down, and leaves what a disk has after
// that. The visitors have stopped.
func (c *cutter) cut(torn bool) error {
	canary := filepath.Join(c.data, fmt.Sprint("canary-", time.Now().UnixNano())) // a new file: ext4 hurries with one that is overwritten
	written := bytes.Repeat([]byte("written, not synced "), 1000)
	if err := os.WriteFile(canary, written, 0o600); err != nil {
		return err
	}
	if err := syscall.Kill(c.PID(), syscall.SIGSTOP); err != nil {
		return err
	}
	time.Sleep(20 * time.Millisecond) // what is inside a system call ends it
	last, err := readFiles(c.data)
	if err != nil {
		return err
	}
	if err := c.disk.shutDown(); err != nil {
		return err
	}
	c.Kill()
	c.v.stop()
	if err := c.disk.remount(); err != nil {
		return err
	}
	if now, err := os.ReadFile(canary); err == nil && bytes.Equal(now, written) {
		return errors.New("what was not synced is still there: the cut proves nothing")
	}
	if !torn {
		return nil
	}
	return c.keepSome(last)
}

// keepSome writes a random part of what the files last were over what was synced.
func (c *cutter) keepSome(last map[string][]byte) error {
	synced, err := readFiles(c.data)
	if err != nil {
		return err
	}
	for name, was := range synced {
		now, there := last[name]
		if !there || bytes.Equal(was, now) {
			continue
		}
		if err := os.WriteFile(filepath.Join(c.data, name), mix(was, now, c.random), 0o600); err != nil {
			return err
		}
	}
	return nil
}

// mix is a file of which a part of the sectors is as in a, the others as in b.
func mix(a, b []byte, random *rand.Rand) []byte {
	length := len(a)
	if random.IntN(2) == 1 {
		length = len(b)
	}
	share := random.Float64()
	mixed := make([]byte, length)
	for at := 0; at < length; at += sector {
		end := min(at+sector, length)
		from, other := a, b
		if random.Float64() < share {
			from, other = b, a
		}
		if at >= len(from) {
			from = other
		}
		if at < len(from) {
			copy(mixed[at:end], from[at:])
		}
	}
	return mixed
}

// readFiles reads the files of a folder. -shm is left out: it is memory that SQLite
// builds again.
func readFiles(folder string) (map[string][]byte, error) {
	files := map[string][]byte{}
	err := filepath.WalkDir(folder, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || !entry.Type().IsRegular() || strings.HasSuffix(path, "-shm") {
			return err
		}
		name, err := filepath.Rel(folder, path)
		if err != nil {
			return err
		}
		files[name], err = os.ReadFile(path)
		return err
	})
	return files, err
}
