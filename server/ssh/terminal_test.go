package ssh

import (
	"encoding/base64"
	"slices"
	"strings"
	"testing"

	tea "github.com/charmbracelet/bubbletea"
)

func TestTerminal_SeveralAtOnce_KeepTheirOwnColours(t *testing.T) {
	d := open(t, nil)
	c := d.dial(d.ana)
	cases := []struct {
		term string
		env  []string
		want string
	}{
		{"xterm-256color", nil, "\x1b[38;5;208mcolour"},
		{"xterm", nil, "mcolour"},
		// A terminal of an unknown name has the 16 colours that all have.
		{"xterm-ghostty", nil, "\x1b[91mcolour"},
		{"alacritty", nil, "\x1b[91mcolour"},
		{"foot", nil, "\x1b[91mcolour"},
		{"wezterm", nil, "\x1b[91mcolour"},
		{"rio", nil, "\x1b[91mcolour"},
		{"foo", nil, "\x1b[91mcolour"},
		{"foo-direct", nil, "\x1b[38;2;255;135;0mcolour"},
		{"foo", []string{"COLORTERM=24bit"}, "\x1b[38;2;255;135;0mcolour"},
		{"screen", []string{"COLORTERM=truecolor"}, "\x1b[38;5;208mcolour"},
		{"vte-256color", nil, "\x1b[38;5;208mcolour"},
		{"vt220", nil, "colour"},
		{"xterm-256color", []string{"COLORTERM=truecolor"}, "\x1b[38;2;255;135;0mcolour"},
		{"dumb", nil, "colour"},
		{"vt100", nil, "colour"},
	}
	open := make([]*terminal, len(cases))
	for i, k := range cases {
		open[i] = d.session(c, k.term, k.env...)
		if err := open[i].Shell(); err != nil {
			t.Fatal(err)
		}
		open[i].out.wait(t, "drawn 80x24")
	}
	for i, k := range cases {
		out := open[i].out.String()
		if !strings.Contains(out, k.want) || k.want == "colour" && strings.Contains(out, "mcolour") {
			t.Errorf("%s %v: %q holds no %q", k.term, k.env, out, k.want)
		}
	}
}

func TestTerminal_Environment_SetsTheScreen(t *testing.T) {
	screens := make(chan Screen, 1)
	d := open(t, func(c *Config) {
		c.UI = func(s Screen) tea.Model { screens <- s; return &echo{screen: s} }
	})
	c := d.dial(d.ana)
	for _, k := range []struct {
		term        string
		env         []string
		ascii, dark bool
	}{
		{"xterm-256color", nil, false, true},
		{"xterm", []string{"LANG=en_GB.UTF-8", "COLORFGBG=0;15"}, false, false},
		{"xterm", []string{"LANG=C.utf8", "COLORFGBG=15;default;0"}, false, true},
		{"xterm", []string{"LANG=en_GB.UTF-8", "LC_ALL=C"}, true, true},
		{"xterm", []string{"LANG=en_GB.ISO-8859-1"}, true, true},
		{"linux", []string{"LANG=en_GB.UTF-8"}, true, true},
		{"xterm-256color", []string{"NO_COLOR=1"}, false, true},
		{"dumb", nil, true, true},
		{"vt100", nil, true, true},
		{"x\x1b]52;c;aGk=\x07\u202e", nil, false, true},
	} {
		x := d.session(c, k.term, k.env...)
		if err := x.Shell(); err != nil {
			t.Fatal(err)
		}
		s := <-screens
		if s.NoColour != slices.Contains(k.env, "NO_COLOR=1") || s.ASCII != k.ascii || s.Renderer.HasDarkBackground() != k.dark {
			t.Errorf("%q %v: ASCII %v dark %v", k.term, k.env, s.ASCII, s.Renderer.HasDarkBackground())
		}
		if strings.ContainsAny(s.Term, "\x1b\x07\u202e") || s.User != "somebody" || s.Width != 80 || s.Height != 24 {
			t.Errorf("%q: %+q of %q, %dx%d", k.term, s.Term, s.User, s.Width, s.Height)
		}
		x.press("q")
		x.status()
	}
}

func TestCopy_Terminal_GetsItsSequence(t *testing.T) {
	const text = "https://go.example/ana"
	b64 := base64.StdEncoding.EncodeToString([]byte(text))
	plain := "\x1b]52;c;" + b64 + "\x07"
	for term, want := range map[string]string{
		"xterm-256color": plain,
		"tmux-256color":  plain + "\x1bPtmux;\x1b" + plain + "\x1b\\",
		"screen":         plain + "\x1bP" + plain + "\x1b\\",
		"dumb":           "",
		"linux":          "",
	} {
		var got strings.Builder
		copyText := console{term: term}.copier(&got)
		copyText(text)
		copyText(strings.Repeat("x", maxCopy+1))
		copyText("")
		if got.String() != want {
			t.Errorf("%s: %q, want %q", term, got.String(), want)
		}
	}
	d := open(t, nil)
	x := d.tui(d.dial(d.ana))
	x.press("c")
	x.out.wait(t, plain)
}
