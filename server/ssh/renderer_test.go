package ssh

import (
	"errors"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/hinshun/vt10x"
)

// line is a client's end: it takes a write when it is told to, or all of them.
type line struct {
	mu     sync.Mutex
	writes []string
	at     []time.Time
	take   chan error // nil: every write is taken at once
	screen vt10x.Terminal
}

func (l *line) Write(p []byte) (int, error) {
	var err error
	if l.take != nil {
		err = <-l.take
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.writes, l.at = append(l.writes, string(p)), append(l.at, time.Now())
	_, _ = l.screen.Write(p)
	return len(p), err
}

func newLine() *line { return &line{screen: vt10x.New(vt10x.WithSize(40, 5))} }

func newTestRenderer(l *line) *renderer { return newRenderer(l, &changes{}, 40, 5) }

// A client that does not read has one frame on its way and one that waits: the newest.
func TestRenderer_SlowClient_LatestFrameWins(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLine()
		l.take = make(chan error)
		r := newTestRenderer(l)
		for _, s := range []string{"one", "two", "three", "four"} {
			r.show([]string{s}) // returns at once
			time.Sleep(time.Second)
			synctest.Wait()
		}
		l.take <- nil
		synctest.Wait()
		l.take <- nil
		synctest.Wait()
		if len(l.writes) != 2 || !strings.Contains(l.writes[0], "one") || !strings.Contains(l.writes[1], "four") {
			t.Errorf("written: %q", l.writes)
		}
		close(l.take)
		r.end()
	})
}

func TestRenderer_ManyFrames_NoneSoonerThanARest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLine()
		r := newTestRenderer(l)
		for i := range 1000 {
			r.show([]string{strings.Repeat("x", i%30)})
			time.Sleep(time.Millisecond)
		}
		time.Sleep(time.Second)
		synctest.Wait()
		if n := len(l.at); n < 29 || n > 31 {
			t.Errorf("%d frames in a second", n)
		}
		for i := 1; i < len(l.at); i++ {
			if d := l.at[i].Sub(l.at[i-1]); d < frameRest {
				t.Errorf("frame %d comes %v after the one before", i, d)
			}
		}
		if got := strings.TrimRight(l.screen.String(), " \n"); got != strings.Repeat("x", 999%30) {
			t.Errorf("the screen ends with %q", got)
		}
		n := len(l.writes)
		time.Sleep(time.Hour)
		r.show([]string{strings.Repeat("x", 999%30)})
		synctest.Wait()
		if len(l.writes) != n {
			t.Errorf("%q is written for a frame that is there", l.writes[n:])
		}
		r.end()
	})
}

func TestRenderer_End_LastFrameThenTheTerminalAsItWas(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLine()
		r := newTestRenderer(l)
		r.take(tea.EnableMouseCellMotion())
		r.show([]string{"one"})
		r.show([]string{"two"})
		r.end()
		r.show([]string{"three"})
		time.Sleep(time.Second)
		synctest.Wait()
		all := strings.Join(l.writes, "")
		for _, s := range []string{"\x1b[?1049h", "\x1b[?25l", "\x1b[?2004h", "\x1b[?1002h\x1b[?1006h", "one", "two", "\x1b[?2004l", mouseOff, "\x1b[?1049l", "\x1b[?25h"} {
			at := strings.Index(all, s)
			if at < 0 {
				t.Fatalf("%q is not in its place: %q", s, l.writes)
			}
			all = all[at+len(s):]
		}
		if all != "" {
			t.Errorf("%q is written at the very end", all)
		}
	})
}

func TestRenderer_ClientGone_NothingMoreIsBegun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLine()
		l.take = make(chan error)
		r := newTestRenderer(l)
		r.show([]string{"one"})
		r.show([]string{"two"})
		l.take <- errors.New("gone")
		time.Sleep(time.Second)
		synctest.Wait()
		if len(l.writes) != 1 {
			t.Errorf("written: %q", l.writes)
		}
		close(l.take)
		r.end()
	})
}

// A new size and a cleared screen are drawn whole, whatever was there.
func TestRenderer_UnknownScreen_DrawnWhole(t *testing.T) {
	for name, msg := range map[string]tea.Msg{"size": tea.WindowSizeMsg{Width: 30, Height: 4}, "clear": tea.ClearScreen()} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				l := newLine()
				r := newTestRenderer(l)
				frame := []string{"first", "second"}
				r.show(frame)
				time.Sleep(time.Second)
				synctest.Wait()
				l.screen.Resize(30, 4)
				_, _ = l.screen.Write([]byte("\x1b[1;1Hrubbish rubbish\x1b[4;1Hrubbish"))
				r.take(msg)
				r.show(frame)
				time.Sleep(time.Second)
				synctest.Wait()
				if got := strings.Fields(l.screen.String()); strings.Join(got, " ") != "first second" {
					t.Errorf("the screen shows %q", got)
				}
				r.end()
			})
		})
	}
}

// modesModel changes its terminal as keys ask for it.
type modesModel struct{ keys string }

func (m modesModel) Init() tea.Cmd { return nil }
func (m modesModel) View() string  { return "keys " + m.keys }

func (m modesModel) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	k, ok := msg.(tea.KeyMsg)
	if !ok {
		return m, nil
	}
	m.keys += k.String()
	return m, map[string]tea.Cmd{"m": tea.EnableMouseCellMotion, "M": tea.DisableMouse, "l": tea.ClearScreen, "q": tea.Quit}[k.String()]
}

// What the screens ask of Bubble Tea's renderer reaches the terminal through ours.
func TestScreen_Modes_ReachTheTerminal(t *testing.T) {
	d := open(t, func(c *Config) { c.UI = func(Screen) tea.Model { return modesModel{} } })
	x := d.session(d.dial(d.ana), "xterm")
	if err := x.Shell(); err != nil {
		t.Fatal(err)
	}
	for key, seq := range map[string]string{"m": "\x1b[?1002h\x1b[?1006h", "M": mouseOff, "l": "\x1b[2J\x1b[H\x1b[1Hkeys"} {
		x.press(key)
		x.out.wait(t, seq)
	}
	x.press("m")
	until(t, "the mouse is not on again", func() bool { return strings.Count(x.out.String(), "\x1b[?1002h") == 2 })
	x.press("q")
	if got := x.status(); got != 0 {
		t.Errorf("exit status %d", got)
	}
	x.restored()
	if out := x.out.String(); strings.LastIndex(out, "\x1b[?1002l") < strings.LastIndex(out, "\x1b[?1002h") {
		t.Errorf("the mouse stays on: %q", out)
	}
}
