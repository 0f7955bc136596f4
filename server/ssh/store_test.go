package ssh

import (
	"context"
	"log/slog"
	"strings"
	"testing"
	"time"

	gossh "golang.org/x/crypto/ssh"

	"lastclick/db"
	"lastclick/model"
)

func keyOf(s gossh.Signer) model.Key {
	return model.Key{
		Fingerprint: gossh.FingerprintSHA256(s.PublicKey()),
		Public:      strings.TrimSpace(string(gossh.MarshalAuthorizedKey(s.PublicKey()))),
	}
}

// The real store: its signals and look-ups are what removal stands on.
func TestRemovalInTheStoreEndsOpenSessions(t *testing.T) {
	ctx := context.Background()
	store, err := db.Open(ctx, db.Options{Dir: t.TempDir(), BaseURL: "http://localhost", Now: time.Now, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := store.Close(); err != nil {
			t.Error(err)
		}
	})
	root, spare, ana := newKey(t), newKey(t), newKey(t)
	if _, err := store.EnsureAdmins(ctx, []model.NewPerson{{Name: "root", Role: model.Admin, Key: keyOf(root)}}); err != nil {
		t.Fatal(err)
	}
	admin, err := store.Identify(ctx, keyOf(root).Fingerprint)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := store.AddKey(ctx, admin, "", keyOf(spare)); err != nil {
		t.Fatal(err)
	}
	if _, err := store.AddClient(ctx, admin, model.NewClient{Slug: "acme", Name: "Acme", URL: "https://acme.example/"}); err != nil {
		t.Fatal(err)
	}
	chosen, err := store.Choose(ctx, admin, "")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := store.AddPerson(ctx, chosen, model.NewPerson{Name: "ana", Role: model.Member, Key: keyOf(ana)}); err != nil {
		t.Fatal(err)
	}

	d := open(t, func(c *Config) { c.Store = store })
	a, s, r := d.tui(d.dial(ana)), d.tui(d.dial(spare)), d.tui(d.dial(root))
	r.out.wait(t, "root of acme") // the only client is chosen for an admin

	start := time.Now()
	if err := store.RemovePerson(ctx, chosen, "ana"); err != nil {
		t.Fatal(err)
	}
	if got := a.status(); got != 1 || !strings.Contains(a.errs.String(), removedSentence) {
		t.Errorf("exit status %d, told %q", got, a.errs)
	}
	if took := time.Since(start); took > 2*time.Second {
		t.Errorf("took %v", took)
	}
	if err := store.RemoveKey(ctx, chosen, keyOf(spare).Fingerprint); err != nil {
		t.Fatal(err)
	}
	if got := s.status(); got != 1 {
		t.Errorf("exit status %d", got)
	}
	r.press("x")
	r.out.wait(t, "keys x")
}
