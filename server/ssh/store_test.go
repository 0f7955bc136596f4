package ssh

import (
	"context"
	"fmt"
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

// world is a real store, with its first admin and one client.
type world struct {
	*db.Store
	t     *testing.T
	root  gossh.Signer
	admin model.Actor // on the client acme
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{t: t, root: newKey(t)}
	var err error
	if w.Store, err = db.Open(t.Context(), db.Options{Dir: t.TempDir(), BaseURL: "http://localhost", Now: time.Now, Log: slog.New(slog.DiscardHandler)}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { w.must(w.Close()) })
	_, err = w.EnsureAdmins(t.Context(), []model.NewPerson{{Name: "root", Role: model.Admin, Key: keyOf(w.root)}})
	w.must(err)
	w.admin, err = w.Identify(t.Context(), keyOf(w.root).Fingerprint)
	w.must(err)
	_, err = w.AddClient(t.Context(), w.admin, model.NewClient{Slug: "acme", Name: "Acme", URL: "https://acme.example/"})
	w.must(err)
	w.admin, err = w.Choose(t.Context(), w.admin, "")
	w.must(err)
	return w
}

func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

// invite is the code of an invite for the name.
func (w *world) invite(name string) string {
	w.t.Helper()
	i, err := w.Invite(w.t.Context(), w.admin, model.NewPerson{Name: name, Email: "bo@example.com", Role: model.Viewer})
	w.must(err)
	return i.Code
}

// door opens a door to the store, whose only command says who asks.
func (w *world) door() *door {
	return open(w.t, func(c *Config) {
		c.Store, c.Join = w, ask
		c.Command = func(_ context.Context, e CommandEnv, _ []string) int {
			fmt.Fprintf(e.Stdout, "%s, %s of %s\n", e.Actor.Name, e.Actor.Role, e.Actor.Client)
			return 0
		}
	})
}

// The real store: its signals and look-ups are what removal stands on.
func TestStore_Removal_EndsOpenSessions(t *testing.T) {
	ctx, w := t.Context(), newWorld(t)
	spare, ana := newKey(t), newKey(t)
	_, err := w.AddKey(ctx, w.admin, "", keyOf(spare))
	w.must(err)
	_, err = w.AddPerson(ctx, w.admin, model.NewPerson{Name: "ana", Role: model.Member, Key: keyOf(ana)})
	w.must(err)

	d := w.door()
	a, s, r := d.tui(d.dial(ana)), d.tui(d.dial(spare)), d.tui(d.dial(w.root))
	r.out.wait(t, "root of acme") // the only client is chosen for an admin

	w.must(w.RemovePerson(ctx, w.admin, "ana"))
	if got := a.status(); got != 1 || !strings.Contains(a.errs.String(), removedSentence) {
		t.Errorf("exit status %d, told %q", got, a.errs)
	}
	w.must(w.RemoveKey(ctx, w.admin, keyOf(spare).Fingerprint))
	if got := s.status(); got != 1 {
		t.Errorf("exit status %d", got)
	}
	r.press("x")
	r.out.wait(t, "keys x")
}

func TestStore_Invite_BindsTheKeyThatEntersIt(t *testing.T) {
	w := newWorld(t)
	d := w.door()
	code := w.invite("Bo Lind")
	bo, thief := newKey(t), newKey(t)

	x := d.joinScreenOf(bo)
	x.press("bcdf-bcdf-bcdf-bcdf\r")
	x.out.wait(t, saidAll)
	wrong := firstLine(x.out.String()[strings.Index(x.out.String(), "told: this invite code is not valid"):])
	x.press(strings.ToUpper(code) + "\r")
	x.out.wait(t, "Bo Lind of acme")

	// The key is Bo's from now on, and the code is used.
	y := d.session(d.dial(bo), "")
	if got := y.run("whoami"); got != 0 || y.out.String() != "Bo Lind, viewer of acme\n" {
		t.Errorf("exit status %d, %q %q", got, y.out, y.errs)
	}
	z := d.joinScreenOf(thief)
	z.press(code + "\r")
	z.out.wait(t, saidAll)
	if used := firstLine(z.out.String()[strings.Index(z.out.String(), "told: "):]); used != wrong {
		t.Errorf("a used code is told from a wrong one: %q, %q", used, wrong)
	}
	people, err := w.People(t.Context(), w.admin)
	w.must(err)
	if p := people[len(people)-1]; p.Name != "Bo Lind" || len(p.Keys) != 1 || p.Keys[0].Public != keyOf(bo).Public {
		t.Errorf("joined as %+v", p)
	}

	w.must(w.RemovePerson(t.Context(), w.admin, "Bo Lind"))
	if got := x.status(); got != 1 || !strings.Contains(x.errs.String(), removedSentence) {
		t.Errorf("exit status %d, told %q", got, x.errs)
	}
	x.restored()
}

// firstLine is what the screen says on the line that s begins with. Spaces at its end may be
// written, or what stood there erased.
func firstLine(s string) string {
	return strings.TrimRight(s[:strings.IndexAny(s, "\r\n\x1b")], " ")
}

func TestStore_InviteByCommand_BindsTheKey(t *testing.T) {
	w := newWorld(t)
	d := w.door()
	code := w.invite("Bo Lind")
	c := d.dial(newKey(t))
	x := d.session(c, "")
	if got := x.run("join " + strings.ReplaceAll(code, "-", " ")); got != 0 || !strings.HasPrefix(x.out.String(), "Welcome, Bo Lind. ") {
		t.Fatalf("exit status %d, %q %q", got, x.out, x.errs)
	}
	if y := d.session(c, ""); y.run("whoami") != 0 || y.out.String() != "Bo Lind, viewer of acme\n" {
		t.Errorf("%q %q", y.out, y.errs)
	}
	revoked := w.invite("Cy")
	w.must(w.RevokeInvite(t.Context(), w.admin, "Cy"))
	z := d.session(d.dial(newKey(t)), "")
	if got := z.run("join " + revoked); got != 1 || !strings.HasPrefix(z.errs.String(), "lastclick: this invite code is not valid: ") {
		t.Errorf("a revoked code: exit status %d, %q %q", got, z.out, z.errs)
	}
}

func TestStore_TooManyCodes_AreRefused(t *testing.T) {
	w := newWorld(t)
	d := w.door()
	code := w.invite("Bo Lind")
	x := d.joinScreenOf(newKey(t))
	for range triesPerAddress {
		x.press("nonsense\r")
	}
	x.out.wait(t, "told: this invite code is not valid")
	until(t, "the tries are never used up", func() bool {
		return strings.Count(d.log.String(), `msg="an invite code was refused"`) == triesPerAddress
	})
	x.press(code + "\r")
	x.out.wait(t, "told: too many codes were tried from your address: try again in ")
}
