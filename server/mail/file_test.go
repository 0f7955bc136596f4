package mail

import (
	"bytes"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"lastclick/model"
)

func TestWorker_NoServer_MailsAreFiles(t *testing.T) {
	odd := welcomeMail(11, "Ana", "")
	odd.Link.Code = "../../etc/passwd"
	store := newShelf(welcomeMail(2, "Ana", "Summer Fest"), inviteMail(10, "Ben"), odd)
	c := testConfig(t, store)
	var log bytes.Buffer
	c.Log = slog.New(slog.NewTextHandler(&log, nil))
	stop := run(t, c)
	store.until(t, "all written", allWritten)
	// The same row again, as after a crash between sending and noting.
	store.change(func() { store.rows[0].state = model.MailQueued; store.rows[0].next = written })
	store.until(t, "written again", allWritten)
	stop()
	entries, err := os.ReadDir(c.Outbox)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
		info, err := e.Info()
		if err != nil {
			t.Fatal(err)
		}
		if info.Mode() != 0o600 {
			t.Errorf("%s has the mode %s", e.Name(), info.Mode())
		}
	}
	if want := []string{"0000000002-welcome-ana-2.eml", "0000000010-invite.eml", "0000000011-welcome.eml"}; !slices.Equal(names, want) {
		t.Errorf("files %q, want %q", names, want)
	}
	if info, err := os.Stat(c.Outbox); err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("the directory: %v, %v", info.Mode(), err)
	}
	raw, err := os.ReadFile(filepath.Join(c.Outbox, names[0]))
	if err != nil {
		t.Fatal(err)
	}
	if got := scan(t, parse(t, string(raw)).picture); got != base+"/ana-2?qr" {
		t.Errorf("the QR code says %s", got)
	}
	if n := strings.Count(log.String(), `level=WARN msg="no --smtp: mails are written as files and reach no one"`); n != 1 {
		t.Errorf("said %d times:\n%s", n, log.String())
	}
	if strings.Contains(log.String(), "mail sent") || !strings.Contains(log.String(), "file="+filepath.Join(c.Outbox, names[0])) {
		t.Errorf("a file is no mail that was sent:\n%s", log.String())
	}
}

func TestWorker_OutboxNotWritable_LosesNoMail(t *testing.T) {
	store := newShelf(several(2)...)
	c := testConfig(t, store)
	if err := os.WriteFile(c.Outbox, nil, 0o600); err != nil { // a file where the directory should be
		t.Fatal(err)
	}
	run(t, c)
	store.until(t, "notes", func(rows []*row) bool { return rows[0].Attempts > 0 && rows[1].Attempts > 0 })
	if err := os.Remove(c.Outbox); err != nil {
		t.Fatal(err)
	}
	store.until(t, "all written", allWritten)
}
