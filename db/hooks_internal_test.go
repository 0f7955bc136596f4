package db

import (
	"path/filepath"
	"testing"
	"time"

	"lastclick/model"
)

// A hook that takes messages more slowly than they come is disabled before the outbox
// fills the disk.
func TestHooks_MillionWaiting_Disabled(t *testing.T) {
	s := openTest(t, Options{})
	_, err := s.AddHook(t.Context(), admin, "https://receiver.example/")
	must(t, err)
	fill := func(n int) {
		t.Helper()
		must(t, s.update(t.Context(), func(tx *tx) error {
			_, err := tx.exec(`WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < $1)
				INSERT INTO hook_outbox (hook_id, order_id, message, type, body, attempts, next_at, created_at) SELECT 1, i, 'm', 't', '{}', 0, 0, 0 FROM n`, n)
			return err
		}))
	}
	state := func() model.Hook {
		t.Helper()
		must(t, s.ReportHook(t.Context(), model.HookReport{Hook: 1, Next: time.Now()}))
		list, err := s.Hooks(t.Context(), admin)
		must(t, err)
		return list[0]
	}
	fill(maxWaiting)
	if h := state(); h.State != model.HookActive || h.Waiting != maxWaiting {
		t.Errorf("with as many as there may be: %+v", h)
	}
	fill(1)
	if h := state(); h.State != model.HookDisabled || h.Waiting != 0 || *h.LastError != "too many messages wait: it takes them more slowly than they come" {
		t.Errorf("with one more: %+v", h)
	}
}

// The mails that wait when a database gets hooks are still sent, under their ids.
func TestMigrations_HooksAdded_QueuedMailsStay(t *testing.T) {
	o := Options{Dir: t.TempDir()}
	must(t, MigrateTo(t.Context(), o, 6))
	readers, writer, err := (&sqlite{path: filepath.Join(o.Dir, "lastclick.db")}).open(t.Context())
	must(t, err)
	_, err = writer.ExecContext(t.Context(), `INSERT INTO clients (id, slug, name, url, timezone, rule, window_s, created_at, days_timezone) VALUES (1, 'acme', 'Acme', 'https://acme.example/', 'UTC', 'last-click', 60, 0, 'UTC');
		INSERT INTO links (id, code, client_id, name, email, source, stats_token, created_at) VALUES (1, 'ana', 1, 'Ana', 'ana@example.com', 'email', 'token', 0);
		INSERT INTO outbox (id, link_id, kind, to_email, state, attempts, next_at, created_at) VALUES (7, 1, 'welcome', 'ana@example.com', 'queued', 2, 0, 0)`)
	must(t, err)
	must(t, writer.Close())
	must(t, readers.Close())
	s := openTest(t, o)
	mails, err := s.DueMail(t.Context(), 0, time.Hour)
	must(t, err)
	if len(mails) != 1 || mails[0].ID != 7 || mails[0].Attempts != 2 || mails[0].Link.Code != "ana" {
		t.Errorf("%+v", mails)
	}
}
