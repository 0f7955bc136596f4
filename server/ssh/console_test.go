package ssh

import (
	"context"
	"encoding/json"
	"strings"
	"testing"
	"time"

	gossh "golang.org/x/crypto/ssh"

	"lastclick/model"
	"lastclick/server/command"
)

// console opens a door to the real store with the real commands.
func (w *world) console() *door {
	return open(w.t, func(c *Config) {
		c.Store, c.Join = w, ask
		c.Command = func(ctx context.Context, e CommandEnv, args []string) int {
			return command.Run(ctx, command.Env{
				Store: w.Store, Actor: e.Actor, In: e.Stdin, Out: e.Stdout, Err: e.Stderr,
				Width: e.Width, Renderer: e.Renderer, Address: c.Address, Now: time.Now,
			}, args)
		}
	})
}

// command runs a command line with the key, and reads its JSON into v where that is not nil.
func (d *door) command(key gossh.Signer, line string, v any) (status int, errs string) {
	d.t.Helper()
	x := d.session(d.dial(key), "")
	x.in.Close()
	status = x.run(line)
	if v != nil {
		if err := json.Unmarshal([]byte(x.out.String()), v); err != nil {
			d.t.Fatalf("%s: exit status %d, %v\n%s%s", line, status, err, x.out, x.errs)
		}
	}
	return status, x.errs.String()
}

// A team comes together by commands over SSH alone, and each sees and does what their
// role and their client allow.
func TestConsole_TeamByCommandsAlone_EachMayWhatTheRoleAllows(t *testing.T) {
	w := newWorld(t)
	d := w.console()
	bo, rita, other := newKey(t), newKey(t), newKey(t)
	_, err := w.AddClient(t.Context(), w.admin, model.NewClient{Slug: "north", Name: "North", URL: "https://north.example/"})
	w.must(err)
	for _, p := range []struct {
		line, name, role, client string
		key                      gossh.Signer
	}{
		{`promoter invite "Bo Lind" bo@example.com --role owner --client acme --json`, "Bo Lind", "owner", "acme", bo},
		{`promoter invite 'Rita "Ri" Ora' rita@example.com --role viewer --client acme --json`, `Rita "Ri" Ora`, "viewer", "acme", rita},
		{`promoter invite Nils nils@example.com --client north --json`, "Nils", "member", "north", other},
	} {
		var invite struct{ Code, Name string }
		if status, errs := d.command(w.root, p.line, &invite); status != 0 || invite.Name != p.name {
			t.Fatalf("%s: exit status %d, %+v, %s", p.line, status, invite, errs)
		}
		if status, errs := d.command(p.key, "join "+invite.Code, nil); status != 0 {
			t.Fatalf("join: exit status %d, %s", status, errs)
		}
		var who struct{ Name, Role, Client, Fingerprint string }
		d.command(p.key, "whoami --json", &who)
		if who.Name != p.name || who.Role != p.role || who.Client != p.client || who.Fingerprint != keyOf(p.key).Fingerprint {
			t.Errorf("joined as %+v", who)
		}
	}

	var link struct{ Code, Name, Mail string }
	if status, errs := d.command(bo, `link add Ana "de la" Diaz ana@example.com --code ana --no-mail --json`, &link); status != 0 || link.Name != "Ana de la Diaz" || link.Mail != "none" {
		t.Fatalf("exit status %d, %+v, %s", status, link, errs)
	}
	d.command(bo, `link set ana --name "Ana  Diaz" --json`, &link)
	d.command(bo, "link resend ana --json", &link)
	if link.Name != "Ana Diaz" || link.Mail != "queued" {
		t.Errorf("changed to %+v", link)
	}
	for _, c := range []struct {
		key    gossh.Signer
		line   string
		status int
		errs   string
	}{
		{rita, "link show ana", 0, ""},
		{rita, "export links", 0, ""},
		{rita, "link archive ana", 1, "your role viewer does not allow this: a member or an owner of acme can do it, and so can an admin of the platform\n"},
		{rita, "promoter invite Cy cy@example.com", 1, "your role viewer does not allow this: an owner of acme can do it, and so can an admin of the platform\n"},
		{other, "link show ana", 1, "there is no link \"ana\"\n"},
		{other, "link resend ana", 1, "there is no link \"ana\"\n"},
		{other, "stats --client acme", 1, "there is no client \"acme\"\n"},
		{bo, "promoter remove Nils", 1, "there is no person \"Nils\"\n"},
		{bo, "promoter remove Rita \"Ri\" Ora", 1, "there is no person \"Rita Ri Ora\"\n"}, // its quotes are the shell's
		{bo, `promoter remove 'Rita "Ri" Ora'`, 0, ""},
		{bo, "stats lst", 2, "\"lst\" is one word too many"},
	} {
		if status, errs := d.command(c.key, c.line, nil); status != c.status || !strings.HasPrefix(errs, c.errs) || (c.errs == "") != (errs == "") {
			t.Errorf("%s: exit status %d\n%s", c.line, status, errs)
		}
	}
	if status, errs := d.command(rita, "whoami", nil); status != 1 || !strings.Contains(errs, "not known here") {
		t.Errorf("removed, and still in: exit status %d, %s", status, errs)
	}
}
