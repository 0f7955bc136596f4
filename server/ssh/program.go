package ssh

import (
	"reflect"
	"strings"
	"sync/atomic"

	tea "github.com/charmbracelet/bubbletea"
	charm "github.com/charmbracelet/ssh"
	"github.com/charmbracelet/x/ansi"

	"lastclick/model"
)

// program makes the program of the session's terminal, which Wish then runs.
//
// The program ends by itself (q), by session.end (idle, removed, restarting: it
// quits, so that the terminal is restored), or with the session's context (the
// client is gone: it is killed). Not used of Wish: MakeRenderer, which asks the terminal and
// waits for an answer that may never come; AllocatePty, which takes two file
// descriptors and buys nothing; MakeOptions, whose input and output have no bound. Not
// used of Bubble Tea: its renderer (renderer.go says why), and its batches, which keep
// one more goroutine for each that waits.
func (s *Server) program(cs charm.Session) *tea.Program {
	sess := sessionOf(cs.Context())
	c := consoleOf(sess)
	g := &guard{fail: sess.fail, running: sess.running}
	g.width, g.height = sess.window()
	g.renderer = newRenderer(sess.out, &s.changes, g.width, g.height)
	sess.renderer = g.renderer
	g.model = sess.model(Screen{
		Context: sess.ctx, Renderer: c.screenRenderer(sess.out), NoColour: c.noColour(), Width: g.width, Height: g.height,
		Copy: c.copier(sess.out), ASCII: c.ascii(), User: sess.user, Term: model.Truncate(model.Clean(sess.term), 64),
	})
	p := tea.NewProgram(g,
		tea.WithContext(sess.ctx), tea.WithInput(&input{session: sess}), tea.WithOutput(sess.out), tea.WithoutRenderer(),
		tea.WithoutSignalHandler(), tea.WithFilter(refuse), tea.WithEnvironment(c.env.Environ()))
	g.send = p.Send
	sess.attach(p.Send)
	return p
}

// guard stands between Bubble Tea and the screens: a panic in Init, Update, View
// or a command ends this session alone and goes to the log, and notices take the bottom
// line. Bubble Tea (v1.3.10) recovers panics too, but prints them on the daemon's own
// output, which belongs to the ready line, and tells neither the person nor the log.
type guard struct {
	model         tea.Model
	renderer      *renderer
	send          func(tea.Msg)
	running       chan struct{}   // closed by Init
	fail          func(fault any) // logs, and asks the session to end; from any goroutine
	broken        atomic.Bool
	notice        string
	width, height int
}

// notice is a sentence for the bottom line, until a key is pressed.
type notice string

// Init is called once; from then on nothing reads the library's copy of the size.
func (g *guard) Init() (cmd tea.Cmd) {
	close(g.running)
	defer g.recover()
	return g.wrap(g.model.Init())
}

func (g *guard) Update(msg tea.Msg) (m tea.Model, cmd tea.Cmd) {
	m = g
	defer g.recover()
	g.renderer.take(msg)
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

// View is called after each Update; what it returns goes nowhere.
func (g *guard) View() string {
	defer g.recover()
	if !g.broken.Load() {
		g.renderer.show(g.frame())
	}
	return ""
}

// frame is what the program shows, line by line, with the notice in the last.
func (g *guard) frame() []string {
	var lines []string
	if m, ok := g.model.(interface{ Lines() []string }); ok {
		lines = m.Lines()
	} else {
		lines = strings.Split(g.model.View(), "\n")
	}
	if g.notice == "" {
		return lines
	}
	lines = append([]string(nil), lines...) // they are the program's
	if len(lines) < g.height {
		lines = append(lines, "")
	}
	lines[len(lines)-1] = ansi.Truncate(g.notice, g.width, "")
	return lines
}

// recover is deferred directly, or it would recover nothing.
func (g *guard) recover() {
	if v := recover(); v != nil {
		g.broken.Store(true)
		g.fail(v)
	}
}

// wrap guards a command, and the commands that it returns: tea.Batch and tea.Sequence
// return theirs as slices, of which the second has no exported type. It runs those of a
// batch itself, the last in the goroutine of the batch.
func (g *guard) wrap(cmd tea.Cmd) tea.Cmd {
	if cmd == nil {
		return nil
	}
	return func() (msg tea.Msg) {
		defer g.recover()
		msg = cmd()
		for {
			batch, ok := msg.(tea.BatchMsg)
			if !ok {
				break
			}
			if msg = nil; len(batch) == 0 {
				break
			}
			for _, one := range batch[:len(batch)-1] {
				if one = g.wrap(one); one != nil {
					go func() {
						if msg := one(); msg != nil {
							g.send(msg)
						}
					}()
				}
			}
			if last := batch[len(batch)-1]; last != nil {
				msg = last()
			}
		}
		v := reflect.ValueOf(msg)
		if v.Kind() != reflect.Slice || v.Type().Elem() != reflect.TypeFor[tea.Cmd]() {
			return msg
		}
		// A copy, for the same command may run again.
		wrapped := reflect.MakeSlice(v.Type(), v.Len(), v.Len())
		for i := range v.Len() {
			wrapped.Index(i).Set(reflect.ValueOf(g.wrap(v.Index(i).Interface().(tea.Cmd))))
		}
		return wrapped.Interface()
	}
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
