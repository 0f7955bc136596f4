package ssh

import (
	"reflect"
	"strings"
	"sync/atomic"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/x/ansi"
)

// guard stands between Bubble Tea and the screens: a panic in Init, Update, View
// or a command ends this session alone and goes to the log (Bubble Tea would print
// it on the daemon's own output), and the runner's notices take the bottom line.
type guard struct {
	model         tea.Model
	fail          func(fault any) // logs, and asks the session to end; from any goroutine
	broken        atomic.Bool
	notice        string
	width, height int
}

// notice is a sentence of the runner's for the bottom line, until a key is pressed.
type notice string

func (g *guard) Init() (cmd tea.Cmd) {
	defer g.recover()
	return g.wrap(g.model.Init())
}

func (g *guard) Update(msg tea.Msg) (m tea.Model, cmd tea.Cmd) {
	m = g
	defer g.recover()
	switch msg := msg.(type) {
	case notice:
		g.notice = string(msg)
		return g, nil
	case tea.KeyMsg:
		g.notice = ""
	case tea.WindowSizeMsg:
		g.width, g.height = msg.Width, msg.Height
	}
	if g.broken.Load() {
		return g, nil
	}
	g.model, cmd = g.model.Update(msg)
	return g, g.wrap(cmd)
}

func (g *guard) View() (view string) {
	defer g.recover()
	if g.broken.Load() {
		return ""
	}
	view = g.model.View()
	if g.notice == "" {
		return view
	}
	lines := strings.Split(view, "\n")
	if len(lines) < g.height {
		lines = append(lines, "")
	}
	lines[len(lines)-1] = ansi.Truncate(g.notice, g.width, "")
	return strings.Join(lines, "\n")
}

// recover is deferred directly, or it would recover nothing.
func (g *guard) recover() {
	if v := recover(); v != nil {
		g.broken.Store(true)
		g.fail(v)
	}
}

// sequence is the type of what tea.Sequence returns, which has no exported name.
var sequence = reflect.TypeOf(tea.Sequence(tea.Quit, tea.Quit)())

// wrap guards a command, and those that it returns.
func (g *guard) wrap(cmd tea.Cmd) tea.Cmd {
	if cmd == nil {
		return nil
	}
	return func() (msg tea.Msg) {
		defer g.recover()
		msg = cmd()
		if batch, ok := msg.(tea.BatchMsg); ok {
			return tea.BatchMsg(g.wrapAll(batch))
		}
		if v := reflect.ValueOf(msg); msg != nil && v.Type() == sequence {
			cmds := v.Convert(reflect.TypeFor[[]tea.Cmd]()).Interface().([]tea.Cmd)
			return reflect.ValueOf(g.wrapAll(cmds)).Convert(sequence).Interface()
		}
		return msg
	}
}

func (g *guard) wrapAll(cmds []tea.Cmd) []tea.Cmd {
	guarded := make([]tea.Cmd, len(cmds))
	for i, cmd := range cmds {
		guarded[i] = g.wrap(cmd)
	}
	return guarded
}

// execution is the type of what tea.Exec returns.
var execution = reflect.TypeOf(tea.Exec(nil, nil)())

// refuse drops the messages that act on the daemon and not on the session:
// suspending stops the process, and executing hands its terminal over.
func refuse(_ tea.Model, msg tea.Msg) tea.Msg {
	if _, ok := msg.(tea.SuspendMsg); ok || reflect.TypeOf(msg) == execution {
		return nil
	}
	return msg
}
