//go:build linux

package main

import (
	"errors"
	"os"
	"path/filepath"
)

// fileFaults are deeds done to the database's file while the daemon runs. Where the deed
// takes away what the file holds, a backup was made just before: what is acknowledged
// after it would be lost, so nothing may be.
func fileFaults() []fault {
	return []fault{
		{name: "directory of the database renamed under the daemon", run: directoryRenamed},
		{name: "file of the database removed under the daemon", run: deed(os.Remove)},
		{name: "directory of the database removed (rm -rf) under the daemon", run: deed(func(path string) error {
			for _, suffix := range []string{"", "-wal", "-shm", ".lock"} {
				if err := os.Remove(path + suffix); err != nil {
					return err
				}
			}
			return nil
		})},
		{name: "backup copied over the file under the daemon", run: copiedOver},
		{name: "file emptied under the daemon", run: deed(func(path string) error { return os.Truncate(path, 0) })},
		{name: "file cut in half under the daemon", run: deed(func(path string) error {
			info, err := os.Stat(path)
			if err != nil {
				return err
			}
			return os.Truncate(path, info.Size()/2)
		})},
	}
}

func directoryRenamed(t *trial) error {
	away := t.d.data + "-away"
	return t.under(under{
		refuses: true,
		harm:    func() error { return os.Rename(t.d.data, away) },
		mend:    func() (string, error) { return "by itself once it is renamed back", os.Rename(away, t.d.data) },
	})
}

func (t *trial) backupPath() string { return filepath.Join(t.dir, "backup.db") }

func (t *trial) backup() error {
	_, err := t.lastclick("backup", "--data", t.d.data, t.backupPath())
	return err
}

// restored stops the daemon, restores the backup and starts it.
func (t *trial) restored() (string, error) {
	how := "stopped, lastclick restore, started"
	if err := t.d.Stop(); err != nil {
		t.d.Kill()
		how = "stopped (with an error that says why), lastclick restore, started"
	}
	if _, err := t.lastclick("restore", "--data", t.d.data, t.backupPath()); err != nil {
		return how, err
	}
	return how, t.d.start()
}

// deed is a row of a deed that destroys the file.
func deed(do func(path string) error) func(*trial) error {
	return func(t *trial) error {
		return t.under(under{
			quiet: true, refuses: true,
			harm: func() error { return errors.Join(t.backup(), do(t.d.file())) },
			mend: t.restored,
		})
	}
}

func copiedOver(t *trial) error {
	return deed(func(path string) error {
		copied, err := os.ReadFile(t.backupPath())
		if err != nil {
			return err
		}
		return os.WriteFile(path, copied, 0o600)
	})(t)
}

// stopped runs a daemon with visitors for a moment, and stops it in order.
func (t *trial) stopped() error {
	if err := t.d.begin(); err != nil {
		return err
	}
	if err := t.visitAll(); err != nil {
		return err
	}
	t.v.stop()
	return errors.Join(t.v.redeliver(), t.d.Stop())
}
