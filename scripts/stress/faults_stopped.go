//go:build linux

package main

import (
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"lastclick/scripts/stress/visit"
)

// stoppedFaults are deeds done to the files while no daemon runs, and programs killed in
// the middle of what they do to them.
func stoppedFaults() []fault {
	return []fault{
		{name: "file removed while stopped", run: whileStopped(os.Remove)},
		{name: "file emptied while stopped", run: whileStopped(func(path string) error { return os.Truncate(path, 0) })},
		{name: "file cut in half while stopped", run: whileStopped(func(path string) error {
			info, err := os.Stat(path)
			if err != nil {
				return err
			}
			return os.Truncate(path, info.Size()/2)
		})},
		{name: "first page overwritten while stopped", run: whileStopped(func(path string) error { return garble(path, 0) })},
		{name: "a page in the middle overwritten", run: middlePage},
		{name: "WAL removed after kill -9", gone: true, run: walRemoved},
		{name: "WAL cut, -shm overwritten after kill -9", run: walCut},
		{name: "backup killed", run: backupKilled},
		{name: "migration killed", run: migrationKilled},
	}
}

// garble overwrites a page with noise.
func garble(path string, page int64) error {
	const size = 4096
	noise := make([]byte, size)
	_, _ = rand.Read(noise)
	f, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	_, err = f.WriteAt(noise, page*size)
	return errors.Join(err, f.Close())
}

// whileStopped is a row of a deed that destroys the file: the daemon must refuse to start
// and say what to do.
func whileStopped(do func(path string) error) func(*trial) error {
	return func(t *trial) error {
		if err := t.stopped(); err != nil {
			return err
		}
		if err := errors.Join(t.backup(), do(t.d.file())); err != nil {
			return err
		}
		said, err := t.d.refused()
		if err != nil {
			return err
		}
		if !strings.Contains(said, "lastclick restore") {
			return fmt.Errorf("it does not say what to do: %s", said)
		}
		t.recovery = "refuses to start, and says what to do; lastclick restore, started"
		return t.restoredStopped()
	}
}

func (t *trial) restoredStopped() error {
	if _, err := t.lastclick("restore", "--data", t.d.data, t.backupPath()); err != nil {
		return err
	}
	return t.audit()
}

// middlePage is found by check, whether or not the daemon starts.
func middlePage(t *trial) error {
	if err := t.stopped(); err != nil {
		return err
	}
	info, err := os.Stat(t.d.file())
	if err != nil {
		return err
	}
	if err := errors.Join(t.backup(), garble(t.d.file(), info.Size()/4096/2)); err != nil {
		return err
	}
	if err := t.d.check(); err == nil {
		return errors.New("check finds nothing")
	}
	t.recovery = "check names the damage (exit 1); lastclick restore, started"
	return t.restoredStopped()
}

// killed runs the daemon, a new one or one that was stopped, with visitors for a moment
// and kills it, so that its WAL is left.
func (t *trial) killed() error {
	start := t.d.begin
	if t.d.secret != "" {
		start = t.d.start
	}
	if err := start(); err != nil {
		return err
	}
	if err := t.visitAll(); err != nil {
		return err
	}
	t.v.paused.Store(true)
	time.Sleep(settle)
	t.d.Kill()
	t.v.stop()
	return nil
}

// walRemoved takes away orders that no other file holds. It cannot be mended, but must be
// said.
func walRemoved(t *trial) error {
	if err := errors.Join(t.d.begin(), t.d.Stop(), t.killed()); err != nil {
		return err
	}
	if err := os.Remove(t.d.file() + "-wal"); err != nil {
		return err
	}
	if err := t.d.start(); err != nil {
		return err
	}
	if err := t.d.Stop(); err != nil {
		return err
	}
	if said := t.d.Said(); !strings.Contains(said, "-wal") {
		return fmt.Errorf("it starts and does not say that orders may be missing: %s", lastLine(said))
	}
	t.recovery = "starts, and warns that orders may be missing; the shops deliver again"
	return t.audit()
}

func walCut(t *trial) error {
	if err := t.killed(); err != nil {
		return err
	}
	wal, err := os.OpenFile(t.d.file()+"-wal", os.O_WRONLY|os.O_APPEND, 0)
	if err != nil {
		return err
	}
	// What a cut write leaves behind the last commit: half a frame.
	_, err = wal.Write(make([]byte, 1000))
	err = errors.Join(err, wal.Close(), garble(t.d.file()+"-shm", 0))
	if err != nil {
		return err
	}
	t.recovery = "starts by itself"
	return t.audit()
}

// backupKilled kills backups at different moments: what has the backup's name is whole.
func backupKilled(t *trial) error {
	if err := t.d.begin(); err != nil {
		return err
	}
	if err := t.visitAll(); err != nil {
		return err
	}
	defer t.v.stop()
	whole := 0
	const tries = 8
	t.v.forget()
	for n := range tries {
		dest := filepath.Join(t.dir, fmt.Sprintf("killed-%d.db", n))
		cmd := exec.CommandContext(t.ctx, t.binary, "backup", "--data", t.d.data, dest)
		if err := cmd.Start(); err != nil {
			return err
		}
		time.Sleep(time.Duration(5+6*n*n) * time.Millisecond)
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		if _, err := os.Stat(dest); err != nil {
			continue
		}
		whole++
		if _, err := t.lastclick("check", "--database", dest); err != nil {
			return fmt.Errorf("a backup that was killed has its name, and is not whole: %w", err)
		}
	}
	t.look()
	t.recovery = fmt.Sprintf("%d of %d were done before, and are whole; the others have no name", whole, tries)
	return t.settle()
}

// migrationKilled makes a database of the third schema, with many orders, and kills the
// daemon that brings it to this one, again and again. In the end all its orders are there
// and the sums are those of the facts.
func migrationKilled(t *trial) error {
	orders, err := oldDatabase(t)
	if errors.Is(err, os.ErrNotExist) {
		return t.skip("it is run from the sources, which have an old database: %v", err)
	}
	if err != nil {
		return err
	}
	kills := 0
	for n := 1; ; n++ {
		began := time.Now()
		if err := t.d.launch(); err != nil {
			return err
		}
		ready := make(chan error, 1)
		go func() {
			_, err := t.d.Line(t.ctx, time.Minute)
			ready <- err
		}()
		select {
		case err := <-ready:
			if err != nil {
				return err
			}
		case <-time.After(time.Duration(n*n) * 12 * time.Millisecond):
			t.d.Kill()
			if err := <-ready; err == nil {
				return errors.New("it was ready after it was killed")
			}
			kills++
			continue
		}
		t.recovery = fmt.Sprintf("killed %d times, after up to %.1f s; then done in %.1f s", kills, float64((n-1)*(n-1))*0.012, time.Since(began).Seconds())
		break
	}
	if err := t.d.Stop(); err != nil {
		return err
	}
	if kills < 3 {
		return fmt.Errorf("it was done after %d kills: that is no large database", kills)
	}
	if err := t.d.check(); err != nil {
		return err
	}
	there, err := countRows(t.ctx, t.d.file(), "orders")
	if err != nil {
		return err
	}
	t.account = visit.Account{Acknowledged: orders, Lost: max(orders-there, 0), Doubled: max(there-orders, 0)}
	return nil
}
