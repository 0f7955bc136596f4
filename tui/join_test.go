package tui

import (
	"context"
	"errors"
	"io"
	"strings"
	"testing"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/lipgloss"
	"github.com/charmbracelet/x/exp/golden"
	"github.com/muesli/termenv"

	"lastclick/model"
	"lastclick/tui/ui"
)

// door drives a join screen as a program would.
type door struct {
	t     *testing.T
	model tea.Model
	quit  bool
}

func knock(t *testing.T, w, h int, try func(context.Context, string) (model.Actor, error)) *door {
	r := lipgloss.NewRenderer(io.Discard)
	r.SetColorProfile(termenv.Ascii)
	d := &door{t: t, model: NewJoin(JoinOptions{
		Context: t.Context(), Renderer: r, Width: w, Height: h, Try: try,
		Fingerprint: "SHA256:qH8baHrA5X0qCBovKCZyM02Q7TFtK4GMqVgOo4TZJAE",
		Welcome:     func(a model.Actor) tea.Model { return welcomed{a.Name, "", 0} },
	})}
	d.drain(d.model.Init())
	return d
}

// welcomed stands for the console.
type welcomed struct {
	name, said string
	width      int
}

func (w welcomed) Init() tea.Cmd { return func() tea.Msg { return "started" } }
func (w welcomed) View() string  { return w.name }
func (w welcomed) Update(m tea.Msg) (tea.Model, tea.Cmd) {
	switch m := m.(type) {
	case string:
		w.said = m
	case tea.WindowSizeMsg:
		w.width = m.Width
	}
	return w, nil
}

func (d *door) drain(cmd tea.Cmd) {
	if cmd == nil {
		return
	}
	switch msg := cmd().(type) {
	case nil:
	case tea.BatchMsg:
		for i := len(msg) - 1; i >= 0; i-- { // the answer before the patience
			d.drain(msg[i])
		}
	case tea.QuitMsg:
		d.quit = true
	default:
		d.send(msg)
	}
}

func (d *door) send(msg tea.Msg) {
	var cmd tea.Cmd
	d.model, cmd = d.model.Update(msg)
	d.drain(cmd)
}

func (d *door) sees(text string) {
	d.t.Helper()
	if !strings.Contains(d.model.View(), text) {
		d.t.Fatalf("the screen does not show %q:\n%s", text, d.model.View())
	}
}

func refusing(err error) func(context.Context, string) (model.Actor, error) {
	return func(context.Context, string) (model.Actor, error) { return model.Actor{}, err }
}

func TestJoin_Code_LeadsToTheConsole(t *testing.T) {
	var tried string
	d := knock(t, 80, 24, func(_ context.Context, code string) (model.Actor, error) {
		tried = code
		return model.Actor{Name: "Kim"}, nil
	})
	d.send(keyMsg("enter")) // nothing typed: nothing tried
	d.send(tea.WindowSizeMsg{Width: 100, Height: 30})
	d.send(tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune(" K7QF-2MXP\r\n"), Paste: true})
	d.send(keyMsg("-"))
	d.send(keyMsg("enter"))
	if want := (welcomed{"Kim", "started", 100}); tried != "K7QF-2MXP-" || d.model != want {
		t.Errorf("%q leads to %+v", tried, d.model)
	}
}

func TestJoin_WrongCode_SameWordsAlways(t *testing.T) {
	var said []string
	for _, err := range []error{
		model.NotFoundError("invite", "x"), &model.Error{Kind: model.Conflict, Msg: "used"}, &model.Error{Kind: model.Denied, Msg: "expired"}, &model.Error{Kind: model.Invalid, Msg: "odd"},
	} {
		d := knock(t, 80, 24, refusing(err))
		d.send(keyMsg("x"))
		d.send(keyMsg("enter"))
		d.sees("! This code is not valid: it is mistyped, was used, or has")
		said = append(said, d.model.View())
	}
	for _, s := range said {
		if s != said[0] {
			t.Errorf("%q differs from %q", s, said[0])
		}
	}
}

func TestJoin_RateLimit_InItsOwnWords(t *testing.T) {
	d := knock(t, 80, 24, refusing(&model.Error{Kind: model.Busy, Msg: "too many codes were tried", Hint: "wait a minute"}))
	d.send(keyMsg("x"))
	d.send(keyMsg("enter"))
	d.sees("! Too many codes were tried: wait a minute.")
	d.send(keyMsg("y"))
	if strings.Contains(d.model.View(), "Too many") {
		t.Error("the fault stays while a code is typed")
	}
	d = knock(t, 80, 24, func(context.Context, string) (model.Actor, error) { panic("boom") })
	d.send(keyMsg("x"))
	d.send(keyMsg("enter"))
	d.sees("The server could not look at the code now")
}

func TestJoin_CodeIsTried_FieldIsLocked(t *testing.T) {
	d := knock(t, 80, 24, refusing(errors.New("x")))
	j := d.model.(*join)
	j.Update(keyMsg("x"))
	j.Update(keyMsg("enter")) // its command is kept back
	j.Update(keyMsg("y"))
	d.sees("Looking at the code…")
	if j.form.Value("code") != "x" {
		t.Error("a code is changed while it is tried")
	}
}

func TestJoin_EscOrCtrlC_Leaves(t *testing.T) {
	for _, key := range []string{"esc", "ctrl+c"} {
		d := knock(t, 80, 24, refusing(nil))
		d.send(keyMsg("q"))
		if d.quit {
			t.Error("a letter of the code leaves")
		}
		if d.send(keyMsg(key)); !d.quit {
			t.Errorf("%s does not leave", key)
		}
	}
	d := knock(t, 20, 5, refusing(nil))
	if d.send(keyMsg("q")); !d.quit {
		t.Error("a small window is not left by q")
	}
}

func TestScreens_Join(t *testing.T) {
	for name, size := range map[string][2]int{"80x24": {80, 24}, "40x10": {40, 10}, "39x9": {39, 9}} {
		t.Run(name, func(t *testing.T) {
			d := knock(t, size[0], size[1], refusing(model.NotFoundError("invite", "x")))
			d.send(keyMsg("x"))
			d.send(keyMsg("enter"))
			lines := strings.Split(d.model.View(), "\n")
			for _, l := range lines {
				if ui.Width(l) > size[0] {
					t.Errorf("%d cells: %q", ui.Width(l), l)
				}
			}
			if len(lines) != size[1] {
				t.Errorf("%d lines", len(lines))
			}
			golden.RequireEqual(t, trimmed(d.model.View()))
		})
	}
}
