package ssh

import (
	"context"
	"io"
	"net"
	"os"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/lipgloss"
	gossh "golang.org/x/crypto/ssh"
)

var colour = lipgloss.Color("#ff8700")

func itoa(n int) string { return strconv.Itoa(n) }

const (
	altScreen  = "\x1b[?1049h"
	mainScreen = "\x1b[?1049l"
	showCursor = "\x1b[?25h"
)

func (x *terminal) restored() {
	x.t.Helper()
	out := x.out.String()
	if strings.LastIndex(out, mainScreen) < strings.LastIndex(out, altScreen) || !strings.Contains(out[strings.LastIndex(out, altScreen):], showCursor) {
		x.t.Errorf("the terminal is not restored: %q", out)
	}
}

func TestScreen_Quit_RestoresTheTerminal(t *testing.T) {
	d := open(t, nil)
	c := d.dial(d.ana)
	x := d.tui(c)
	x.press("jk")
	x.out.wait(t, "keys jk")
	x.out.wait(t, "ana of acme")
	x.press("q")
	if got := x.status(); got != 0 {
		t.Errorf("exit status %d", got)
	}
	x.restored()
	d.empty()
	d.log.wait(t, `msg="signed in"`)
	d.log.wait(t, `msg="signed out"`)
}

func TestScreen_DroppedConnection_LeavesNothing(t *testing.T) {
	d := open(t, nil)
	raw, err := net.Dial("tcp", d.addr)
	if err != nil {
		t.Fatal(err)
	}
	conn, chans, reqs, err := gossh.NewClientConn(raw, d.addr, clientConfig(gossh.PublicKeys(d.ana)))
	if err != nil {
		t.Fatal(err)
	}
	c := gossh.NewClient(conn, chans, reqs)
	defer c.Close()
	for range 3 {
		d.tui(c)
	}
	raw.Close()
	d.empty()
}

func TestScreen_ClosedChannelOnKeptConnection_LeavesNothing(t *testing.T) {
	var updates atomic.Int64
	d := open(t, func(c *Config) {
		c.UI = func(s Screen) tea.Model { return &echo{screen: s, updates: &updates} }
	})
	c := d.dial(d.ana)
	const n = 10
	all := make([]*terminal, n)
	for i := range all {
		all[i] = d.tui(c)
	}
	for _, x := range all {
		x.Close()
	}
	d.empty()
	if got := updates.Load(); got > 3*n {
		t.Errorf("%d updates for %d sessions: something spins", got, n)
	}
	// The connection is as good as before.
	x := d.tui(c)
	x.press("q")
	if got := x.status(); got != 0 {
		t.Errorf("exit status %d", got)
	}
}

func TestScreen_EndOfInput_EndsTheSession(t *testing.T) {
	d := open(t, nil)
	x := d.tui(d.dial(d.ana))
	x.in.Close()
	if got := x.status(); got != 0 {
		t.Errorf("exit status %d", got)
	}
	x.restored()
	d.empty()
}

// flood draws a large new frame at every tick of its own.
type flood struct {
	n    int
	done <-chan struct{}
}

func (f flood) Init() tea.Cmd { return func() tea.Msg { return tick{} } }
func (f flood) View() string {
	return strings.Repeat(strings.Repeat(string(rune('a'+f.n%26)), 200)+"\n", 200) // another cell everywhere
}

func (f flood) Update(tea.Msg) (tea.Model, tea.Cmd) {
	f.n++
	return f, func() tea.Msg {
		select {
		case <-f.done:
		case <-time.After(5 * time.Millisecond):
		}
		return tick{}
	}
}

// silent opens a session with a flood of output that it never reads, and waits
// until the server is stuck in its write.
func (d *door) silent(c gossh.Conn) gossh.Channel {
	d.t.Helper()
	ch, reqs, err := c.OpenChannel("session", nil)
	if err != nil {
		d.t.Fatal(err)
	}
	go gossh.DiscardRequests(reqs)
	pty := struct {
		Term       string
		W, H, X, Y uint32
		Modes      string
	}{"xterm", 200, 201, 0, 0, ""}
	for _, r := range []struct {
		name    string
		payload []byte
	}{{"pty-req", gossh.Marshal(pty)}, {"shell", nil}} {
		if ok, err := ch.SendRequest(r.name, true, r.payload); !ok || err != nil {
			d.t.Fatal(r.name, ok, err)
		}
	}
	until(d.t, "the server is never stuck", func() bool {
		s := stacks()
		return strings.Contains(s, "ssh.(*window).reserve") && strings.Contains(s, "ssh.(*stream).Write")
	})
	return ch
}

func floods(c *Config) { c.UI = func(s Screen) tea.Model { return flood{done: s.Context.Done()} } }

func TestScreen_ClientStopsReading_IsFreed(t *testing.T) {
	for name, act := range map[string]func(*door, *gossh.Client, gossh.Channel){
		"key removed":     func(d *door, _ *gossh.Client, _ gossh.Channel) { d.people.remove(d.ana) },
		"channel closed":  func(_ *door, _ *gossh.Client, ch gossh.Channel) { ch.Close() },
		"connection gone": func(_ *door, c *gossh.Client, _ gossh.Channel) { c.Close() },
	} {
		t.Run(name, func(t *testing.T) {
			d := open(t, floods)
			c := d.dial(d.ana)
			ch := d.silent(c)
			act(d, c, ch)
			d.empty()
		})
	}
}

// deaf is a client's connection that stops reading, as that of a stopped process.
type deaf struct {
	net.Conn
	stop chan struct{}
}

func (c deaf) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	select {
	case <-c.stop:
		return 0, io.ErrUnexpectedEOF
	default:
		return n, err
	}
}

func (c deaf) Close() error { return nil } // the stopped process keeps its socket

func TestScreen_StoppedClient_LosesItsConnection(t *testing.T) {
	d := open(t, nil)
	raw, err := net.Dial("tcp", d.addr)
	if err != nil {
		t.Fatal(err)
	}
	defer raw.Close()
	mute := deaf{raw, make(chan struct{})}
	conn, chans, reqs, err := gossh.NewClientConn(mute, d.addr, clientConfig(gossh.PublicKeys(d.ana)))
	if err != nil {
		t.Fatal(err)
	}
	c := gossh.NewClient(conn, chans, reqs)
	d.tui(c)
	close(mute.stop)
	d.people.remove(d.ana)
	d.empty() // after closeGrace
}

func TestScreen_ResizeStorm_EndsWithTheLatestSize(t *testing.T) {
	var updates atomic.Int64
	d := open(t, func(c *Config) {
		c.UI = func(s Screen) tea.Model { return &echo{screen: s, updates: &updates} }
	})
	x := d.tui(d.dial(d.ana))
	for i := range 2000 {
		if err := x.WindowChange(20+i%30, 40+i%100); err != nil {
			t.Fatal(err)
		}
	}
	if err := x.WindowChange(33, 111); err != nil {
		t.Fatal(err)
	}
	x.out.wait(t, "drawn 111x33")
	x.press("q")
	x.status()
	d.empty()
}

func TestWindow_AnySize_IsBounded(t *testing.T) {
	s := &session{}
	for _, c := range []struct{ w, h, width, height int }{{0, 0, 80, 24}, {120, 36, 120, 36}, {1 << 31, 1 << 31, maxWidth, maxHeight}} {
		s.setSize(uint32(c.w), uint32(c.h))
		if w, h := s.window(); w != c.width || h != c.height {
			t.Errorf("%dx%d becomes %dx%d, want %dx%d", c.w, c.h, w, h, c.width, c.height)
		}
	}
}

func TestScreen_Panics_EndsAloneAndRestoresTheTerminal(t *testing.T) {
	d := open(t, nil)
	c := d.dial(d.ana)
	other := d.tui(c)
	for key, fault := range map[string]string{"U": "update broke", "V": "view broke", "B": "batch broke", "S": "sequence broke"} {
		x := d.tui(c)
		x.press(key)
		if got := x.status(); got != 1 {
			t.Errorf("%s: exit status %d", key, got)
		}
		x.restored()
		if !strings.Contains(x.errs.String(), "something broke on our side") {
			t.Errorf("%s: the person is told %q", key, x.errs)
		}
		d.log.wait(t, fault)
	}
	other.press("x")
	other.out.wait(t, "keys x")
}

// Bubble Tea prints the panics that it recovers on the daemon's output, which holds one
// line for the programs that start it.
func TestScreen_Panics_PrintNothing(t *testing.T) {
	stdout := os.Stdout
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	os.Stdout = w
	d := open(t, nil)
	c := d.dial(d.ana)
	for _, key := range []string{"U", "V", "B", "S"} {
		x := d.tui(c)
		x.press(key)
		x.status()
	}
	d.empty()
	os.Stdout = stdout
	w.Close()
	if printed, err := io.ReadAll(r); err != nil || len(printed) > 0 {
		t.Errorf("printed %q, %v", printed, err)
	}
}

func TestScreen_SuspendAndExec_AreDropped(t *testing.T) {
	d := open(t, nil)
	x := d.tui(d.dial(d.ana))
	x.press("Z")
	x.out.wait(t, "keys Z")
	x.press("y")
	x.out.wait(t, "keys Zy")
	if strings.Contains(x.out.String(), mainScreen) {
		t.Error("the terminal was given back")
	}
}

func TestIdle_OutputAlone_EndsTheSession(t *testing.T) {
	d := open(t, func(c *Config) { c.IdleTimeout = 2 * time.Second; floods(c) })
	x := d.session(d.dial(d.ana), "xterm")
	if err := x.Shell(); err != nil {
		t.Fatal(err)
	}
	x.out.wait(t, "This session closes in 1 second: press any key to stay.")
	if got := x.status(); got != 1 {
		t.Errorf("exit status %d", got)
	}
	x.restored()
	if want := "lastclick: there was no input for 2 seconds, so the session is closed.\r\n"; x.errs.String() != want {
		t.Errorf("the person is told %q, want %q", x.errs, want)
	}
	d.empty()
}

func TestIdle_KeyPressed_KeepsTheSession(t *testing.T) {
	d := open(t, func(c *Config) { c.IdleTimeout = 4 * time.Second })
	x := d.tui(d.dial(d.ana))
	x.out.wait(t, "This session closes in")
	x.press("x")
	x.out.wait(t, "keys x")
	// The second warning means that the first clock was set back.
	until(t, "no second warning", func() bool { return strings.Count(x.out.String(), "This session closes in") == 2 })
	x.press("q")
	if got := x.status(); got != 0 {
		t.Errorf("exit status %d: %s", got, x.errs)
	}
}

func TestLimits_LongestTime_EndsTheSession(t *testing.T) {
	d := open(t, func(c *Config) { c.MaxTimeout = time.Second })
	x := d.session(d.dial(d.ana), "xterm")
	if err := x.Shell(); err != nil {
		t.Fatal(err)
	}
	if got := x.status(); got != 1 || !strings.Contains(x.errs.String(), "longest time") {
		t.Errorf("exit status %d, told %q", got, x.errs)
	}
	d.empty()
}

func TestShutdown_ScreensOpen_RestoresThem(t *testing.T) {
	d := open(t, nil)
	c := d.dial(d.ana)
	x, y := d.tui(c), d.tui(d.dial(d.ana))
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	if err := d.Shutdown(ctx); err != nil {
		t.Fatal(err)
	}
	for _, x := range []*terminal{x, y} {
		x.status()
		x.restored()
		x.errs.wait(t, "lastclick: the server is restarting")
	}
	if _, err := gossh.Dial("tcp", d.addr, clientConfig(gossh.PublicKeys(d.ana))); err == nil {
		t.Error("still accepting")
	}
	d.empty()
}

func TestShutdown_ClientStuck_IsCutOff(t *testing.T) {
	d := open(t, floods)
	d.silent(d.dial(d.ana))
	// No time at all: with a little, a busy machine could let the session end in it.
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if err := d.Shutdown(ctx); err == nil {
		t.Error("no error, though a session was cut off")
	}
	d.empty()
}
