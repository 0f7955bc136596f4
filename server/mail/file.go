package mail

import (
	"context"
	"os"
	"path/filepath"
)

// fileTransport writes each message as a file that mail programs open. The files hold
// invite codes and addresses, so only the daemon's user may read them.
type fileTransport struct{ dir string }

func (f fileTransport) send(_ context.Context, m message) error {
	if err := f.write(m); err != nil {
		return &failure{what: stopSending, reason: sentence("the mail cannot be written to the outbox directory", err)}
	}
	return nil
}

// write puts the whole message in place or nothing. The same row again replaces its
// file.
func (f fileTransport) write(m message) (err error) {
	if err := os.MkdirAll(f.dir, 0o700); err != nil {
		return err
	}
	t, err := os.CreateTemp(f.dir, ".mail-*") // 0600
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			_ = os.Remove(t.Name())
		}
	}()
	if _, err = m.WriteTo(t); err == nil {
		err = t.Sync()
	}
	if e := t.Close(); err == nil {
		err = e
	}
	if err != nil {
		return err
	}
	return os.Rename(t.Name(), filepath.Join(f.dir, m.file))
}

func (fileTransport) release() {}
