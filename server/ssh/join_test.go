package ssh

import (
	"net"
	"strings"
	"testing"
	"time"

	tea "github.com/charmbracelet/bubbletea"
	gossh "golang.org/x/crypto/ssh"

	"lastclick/model"
)

// asking is a screen that asks for a code, line by line, as the console's own does.
type asking struct {
	screen  Screen
	request JoinRequest
	code    string
	said    string
}

type joined model.Actor

func ask(s Screen, r JoinRequest) tea.Model { return asking{screen: s, request: r} }

func (a asking) Init() tea.Cmd { return nil }
func (a asking) View() string {
	view := "code for " + a.request.Fingerprint + "? " + a.code + "\n" + a.said
	if a.said != "" {
		view += "\n" + saidAll
	}
	return view
}

// saidAll stands on the line behind what was said, which has come whole then.
const saidAll = "that is all"

func (a asking) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	switch msg := msg.(type) {
	case joined:
		next := a.request.Welcome(model.Actor(msg))
		return next, tea.Batch(next.Init(), tea.WindowSize())
	case error:
		a.said = "told: " + msg.Error()
	case tea.KeyMsg:
		switch msg.Type {
		case tea.KeyEsc:
			return a, tea.Quit
		case tea.KeyEnter:
			code, ctx, try := a.code, a.screen.Context, a.request.Try
			a.code, a.said = "", ""
			return a, func() tea.Msg {
				actor, err := try(ctx, code)
				if err != nil {
					return err
				}
				return joined(actor)
			}
		default:
			a.code += msg.String()
		}
	}
	return a, nil
}

// joinScreenOf opens the screen that asks the unknown key for a code.
func (d *door) joinScreenOf(key gossh.Signer) *terminal {
	d.t.Helper()
	x := d.session(d.dial(key), "xterm-256color")
	if err := x.Shell(); err != nil {
		d.t.Fatal(err)
	}
	x.out.wait(d.t, "code for "+gossh.FingerprintSHA256(key.PublicKey())+"?")
	return x
}

func (d *door) invite(code string, a model.Actor) {
	d.people.mu.Lock()
	defer d.people.mu.Unlock()
	d.people.codes[code] = a
}

var bo = model.Actor{Person: 2, Name: "bo", Role: model.Member, Client: "acme"}

func TestJoin_OnScreen_GoesOnAsThatPerson(t *testing.T) {
	d := open(t, func(c *Config) { c.Join = ask })
	d.invite("bcdf", bo)
	x := d.joinScreenOf(newKey(t))
	x.press("wrong\r")
	x.out.wait(t, "told: this code is not valid")
	x.press("bcdf\r")
	x.out.wait(t, "bo of acme")
	x.press("jk")
	x.out.wait(t, "keys jk")
	x.press("q")
	if got := x.status(); got != 0 {
		t.Errorf("exit status %d: %s", got, x.errs)
	}
	x.restored()
	d.empty()
	for _, line := range []string{`msg="an invite code was refused"`, "msg=joined", `msg="signed out"`} {
		d.log.wait(t, line)
	}
	if strings.Contains(d.log.String(), "bcdf") {
		t.Errorf("the log holds the code: %s", d.log)
	}
	if d.joins.open != 0 || len(d.joins.from) != 0 {
		t.Errorf("screens are still counted in: %d", d.joins.open)
	}
}

func TestJoin_LeaveScreen_DoesNotSignIn(t *testing.T) {
	d := open(t, func(c *Config) { c.Join = ask })
	x := d.joinScreenOf(newKey(t))
	x.press("\x1b")
	if got := x.status(); got != 1 {
		t.Errorf("exit status %d", got)
	}
	x.restored()
	d.empty()
}

func TestJoin_PersonRemoved_EndsSession(t *testing.T) {
	d := open(t, func(c *Config) { c.Join = ask })
	d.invite("bcdf", bo)
	key := newKey(t)
	x := d.joinScreenOf(key)
	x.press("bcdf\r")
	x.out.wait(t, "bo of acme")
	d.people.remove(key)
	if got := x.status(); got != 1 || !strings.Contains(x.errs.String(), removedSentence) {
		t.Errorf("exit status %d, told %q", got, x.errs)
	}
	x.restored()
	d.empty()
}

func TestJoin_ByCommand_BindsTheKey(t *testing.T) {
	d := open(t, func(c *Config) { c.Join = ask })
	d.invite("bcdf ghjk", bo)
	key := newKey(t)
	c := d.dial(key)
	for _, w := range []struct {
		line   string
		status int
		out    string
		errs   string
	}{
		{"join", 2, "", "lastclick: CODE is missing\nUsage: ssh -p 2222 tickets.example join CODE\n"},
		{"join wrong", 1, "", "lastclick: this code is not valid\n"},
		{"join bcdf ghjk", 0, "Welcome, bo. This key signs you in from now on, as member of acme: ssh -p 2222 tickets.example\n", ""},
		{"join bcdf ghjk", 1, "", "lastclick: this key signs in already, as bo: an invite code is for a key that is not known yet\n"},
		{"whoami", 0, "", ""},
	} {
		x := d.session(c, "")
		if got := x.run(w.line); got != w.status || x.out.String() != w.out || x.errs.String() != w.errs {
			t.Errorf("%s: exit status %d, %q, %q", w.line, got, x.out, x.errs)
		}
	}
	// The screen is for no command alone.
	y := d.session(d.dial(newKey(t)), "xterm")
	if got := y.run("whoami"); got != 1 || !strings.Contains(y.errs.String(), "not known here") {
		t.Errorf("exit status %d, told %q", got, y.errs)
	}
}

func TestJoin_TooManyTries_AreRefused(t *testing.T) {
	d := open(t, func(c *Config) { c.Join = ask })
	d.invite("bcdf", bo)
	c := d.dial(newKey(t))
	for range triesPerAddress {
		if x := d.session(c, ""); x.run("join wrong") != 1 || !strings.Contains(x.errs.String(), "not valid") {
			t.Fatalf("told %q", x.errs)
		}
	}
	for _, code := range []string{"wrong", "bcdf"} { // the right one too
		if x := d.session(c, ""); x.run("join "+code) != 1 || !strings.Contains(x.errs.String(), "too many codes were tried from your address: try again in ") {
			t.Errorf("%s: told %q", code, x.errs)
		}
	}
	// Another key makes no difference, nor does the screen.
	x := d.joinScreenOf(newKey(t))
	x.press("bcdf\r")
	x.out.wait(t, "told: too many codes were tried from your address")
}

func TestJoin_NoCodeEntered_EndsSession(t *testing.T) {
	d := open(t, func(c *Config) { c.Join, c.JoinTimeout = ask, time.Second })
	d.invite("bcdf", bo)
	key := newKey(t)
	x := d.joinScreenOf(key)
	x.press("bcdf\r")
	x.out.wait(t, "bo of acme")
	y := d.joinScreenOf(newKey(t))
	if got := y.status(); got != 1 || !strings.Contains(y.errs.String(), "no code was entered in 1 second") {
		t.Errorf("exit status %d, told %q", got, y.errs)
	}
	x.press("q") // who has joined stays
	if got := x.status(); got != 0 {
		t.Errorf("exit status %d, told %q", got, x.errs)
	}
}

func TestJoin_TooManyScreens_ShowsFingerprint(t *testing.T) {
	d := open(t, func(c *Config) { c.Join = ask })
	for range maxJoins {
		if _, ok := d.joins.acquire(addressed{}.RemoteAddr()); !ok {
			t.Fatal("full too early")
		}
	}
	x := d.session(d.dial(newKey(t)), "xterm")
	if err := x.Shell(); err != nil {
		t.Fatal(err)
	}
	x.out.wait(t, "ssh -p 2222 tickets.example join CODE")
	x.press("x")
	if got := x.status(); got != 1 {
		t.Errorf("exit status %d", got)
	}
}

func address(ip string) net.Addr { return addressed{ip: ip}.RemoteAddr() }

func TestJoinLimiter_Screens_AreCountedByAddress(t *testing.T) {
	l := newJoinLimiter(time.Now)
	var release func()
	for range maxJoinsPerAddress {
		var ok bool
		if release, ok = l.acquire(address("192.0.2.1")); !ok {
			t.Fatal("full too early")
		}
	}
	if _, ok := l.acquire(address("192.0.2.1")); ok {
		t.Error("one too many from one address")
	}
	if _, ok := l.acquire(address("192.0.2.2")); !ok {
		t.Error("another address is refused")
	}
	release()
	release() // counts once
	if _, ok := l.acquire(address("192.0.2.1")); !ok {
		t.Error("the place is not given back")
	}
	if _, ok := l.acquire(address("192.0.2.1")); ok {
		t.Error("a place is given back twice")
	}
}

func TestJoinLimiter_Tries_ComeBack(t *testing.T) {
	now := time.Unix(1_800_000_000, 0)
	l := newJoinLimiter(func() time.Time { return now })
	try := func(ip string) string {
		if err := l.try(address(ip)); err != nil {
			if model.KindOf(err) != model.Busy {
				t.Errorf("kind %v", model.KindOf(err))
			}
			return err.Error()
		}
		return ""
	}
	for range triesPerAddress {
		if got := try("2001:db8::1"); got != "" {
			t.Fatal(got)
		}
	}
	if got, want := try("2001:db8::2"), "too many codes were tried from your address: try again in 12 seconds"; got != want { // of one /64
		t.Errorf("%q, want %q", got, want)
	}
	now = now.Add(11 * time.Second)
	if got, want := try("2001:db8::1"), "too many codes were tried from your address: try again in 1 second"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	now = now.Add(time.Second)
	if got := try("2001:db8::1"); got != "" {
		t.Error(got)
	}
	// In all, from as many addresses as there are.
	now = now.Add(time.Hour)
	for i := range triesInAll {
		if got := try(net.IPv4(192, 0, 2, byte(i)).String()); got != "" {
			t.Fatal(i, got)
		}
	}
	if got, want := try("198.51.100.1"), "too many people try codes at this moment: try again in 1 second"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	// Who was refused for others' sake has lost no try.
	for i := range 10_000 {
		now = now.Add(time.Second)
		if got := try(net.IPv4(10, 0, byte(i>>8), byte(i)).String()); got != "" {
			t.Fatal(i, got)
		}
	}
}
