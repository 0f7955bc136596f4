package db

import (
	"bytes"
	"path/filepath"
	"testing"
	"time"

	"lastclick/model"
	"lastclick/model/testenv"
)

// mailState is the state of the invites' mails and whether their codes are kept.
func (s *Store) mailState(t *testing.T) (state string) {
	t.Helper()
	must(t, s.readers.QueryRowContext(t.Context(), `SELECT COALESCE(group_concat(state || CASE WHEN code IS NULL THEN '' ELSE ' with code' END, ', ' ORDER BY id), '') FROM outbox WHERE invite_id IS NOT NULL`).Scan(&state))
	return state
}

func TestInvite_Expired_NotFound(t *testing.T) {
	clock := testenv.NewClock(time.Date(2025, 6, 2, 10, 0, 0, 0, time.UTC))
	s := openTest(t, Options{Now: clock.Now})
	ctx := t.Context()
	key := func(n string) model.Key { return model.Key{Fingerprint: "SHA256:" + n, Public: "ssh-ed25519 " + n} }
	i, err := s.Invite(ctx, admin, model.NewPerson{Name: "Mia", Email: "mia@example.com"})
	must(t, err)
	if !i.ExpiresAt.Equal(clock.Now().Add(inviteLife)) {
		t.Errorf("it expires at %s", i.ExpiresAt)
	}
	clock.Set(i.ExpiresAt)
	_, err = s.Join(ctx, i.Code, key("mia"))
	wantKind(t, err, model.NotFound)
	list, err := s.Invites(ctx, admin)
	must(t, err)
	if len(list) != 0 {
		t.Errorf("open %v", list)
	}
	wantKind(t, s.RevokeInvite(ctx, admin, "Mia"), model.NotFound)
	mails, err := s.DueMail(ctx, 10, time.Minute)
	must(t, err)
	if len(mails) != 1 || mails[0].Kind != model.WelcomeMail || s.mailState(t) != "failed" {
		t.Errorf("due %v, invites' mails %s", mails, s.mailState(t))
	}
	i, err = s.Invite(ctx, admin, model.NewPerson{Name: "Mia"}) // the name is free again
	must(t, err)
	clock.Set(i.ExpiresAt.Add(-time.Millisecond))
	_, err = s.Join(ctx, i.Code, key("mia"))
	must(t, err)
}

// A copy of the database does not let its reader in: a code is there only while its
// mail waits.
func TestInvite_Ended_CodeForgotten(t *testing.T) {
	s := openTest(t, Options{})
	ctx := t.Context()
	end := map[string]func(model.Invite, int64){
		"sent":   func(_ model.Invite, mail int64) { must(t, s.MailSent(ctx, mail)) },
		"failed": func(_ model.Invite, mail int64) { must(t, s.MailFailed(ctx, mail, "550 no", time.Time{})) },
		"revoke": func(i model.Invite, _ int64) { must(t, s.RevokeInvite(ctx, admin, i.Name)) },
		"join": func(i model.Invite, _ int64) {
			_, err := s.Join(ctx, i.Code, model.Key{Fingerprint: "SHA256:" + i.Name})
			must(t, err)
		},
	}
	for name, how := range end {
		i, err := s.Invite(ctx, admin, model.NewPerson{Name: name, Email: "mia@example.com"})
		must(t, err)
		mails, err := s.DueMail(ctx, 10, time.Hour)
		must(t, err)
		how(i, mails[len(mails)-1].ID)
		var left int
		must(t, s.readers.QueryRowContext(t.Context(), `SELECT count(*) FROM outbox WHERE code IS NOT NULL`).Scan(&left))
		if left != 0 {
			t.Errorf("%s: the code is still there", name)
		}
		var digest []byte
		must(t, s.readers.QueryRowContext(t.Context(), `SELECT digest FROM invites WHERE name = $1`, name).Scan(&digest))
		if len(digest) != 32 || bytes.Contains(digest, []byte(i.Code[:4])) {
			t.Errorf("%s: kept is %x", name, digest)
		}
	}
}

// A mail that was leased to a worker that died is due again when the lease ends.
func TestMail_LeaseEnds_DueAgain(t *testing.T) {
	clock := testenv.NewClock(time.Date(2025, 6, 2, 10, 0, 0, 0, time.UTC))
	s := openTest(t, Options{Now: clock.Now})
	for _, tt := range []struct {
		after time.Duration
		due   int
	}{{0, 1}, {time.Minute - time.Millisecond, 0}, {time.Millisecond, 1}} {
		clock.Add(tt.after)
		mails, err := s.DueMail(t.Context(), 10, time.Minute)
		if err != nil || len(mails) != tt.due {
			t.Errorf("%s: %d due (%v), want %d", clock.Now(), len(mails), err, tt.due)
		}
	}
}

// A database of the first schema keeps its mails, in their order.
func TestMigrate_FirstSchema_MailsKept(t *testing.T) {
	o := Options{Dir: t.TempDir()}
	must(t, MigrateTo(t.Context(), o, 1))
	sqlExec(t, filepath.Join(o.Dir, "lastclick.db"), `INSERT INTO clients (id, slug, name, url, timezone, rule, window_s, created_at) VALUES (1, 'acme', 'Acme', 'https://acme.example/', 'UTC', 'last-click', 60, 0);
		INSERT INTO links (id, code, client_id, name, email, source, stats_token, created_at) VALUES (1, 'ana', 1, 'Ana', 'ana@example.com', 'email', 'AAAAAAAAAAAAAAAAAAAAAA', 0);
		INSERT INTO outbox (id, link_id, kind, to_email, state, attempts, next_at, last_error, created_at, sent_at) VALUES
			(7, 1, 'welcome', 'old@example.com', 'failed', 3, 5, '550 no', 1, NULL), (9, 1, 'welcome', 'ana@example.com', 'queued', 2, 6, '450 later', 2, NULL)`)
	s := openTest(t, o)
	d, err := s.Link(t.Context(), admin, "ana")
	must(t, err)
	if d.Mail != model.MailQueued || d.MailError == nil || *d.MailError != "450 later" {
		t.Errorf("mail %s, %v", d.Mail, d.MailError)
	}
	mails, err := s.DueMail(t.Context(), 10, time.Hour)
	must(t, err)
	if len(mails) != 1 || mails[0].To != "ana@example.com" || mails[0].Attempts != 2 {
		t.Errorf("due %+v", mails)
	}
	if _, err := s.SubPromoter(t.Context(), "AAAAAAAAAAAAAAAAAAAAAA"); err != nil {
		t.Error(err)
	}
}

// The look-ups that strangers cause go by an index.
func TestIndexes_LookupsByStrangers_Used(t *testing.T) {
	s := openTest(t, Options{})
	for query, index := range map[string]string{
		`SELECT id, stats_token FROM links WHERE substr(stats_token, 1, 6) = $1`: "links_stats",
		`SELECT id FROM invites WHERE digest = $1`:                               "sqlite_autoindex_invites",
	} {
		var id, parent, unused int
		var detail string
		must(t, s.readers.QueryRowContext(t.Context(), `EXPLAIN QUERY PLAN `+query, "x").Scan(&id, &parent, &unused, &detail))
		if !bytes.Contains([]byte(detail), []byte(index)) {
			t.Errorf("%s: %s, want the index %s", query, detail, index)
		}
	}
}
