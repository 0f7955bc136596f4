package tui

import (
	"context"
	"log/slog"
	"strings"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/lipgloss"

	"lastclick/model"
	"lastclick/tui/page"
	"lastclick/tui/ui"
)

// JoinOptions are what a session brings along whose key is not known yet.
type JoinOptions struct {
	// Context is the session's.
	Context  context.Context
	Renderer *lipgloss.Renderer
	ASCII    bool
	NoColour bool
	// Width and Height are the terminal's, in cells; zero until the first
	// tea.WindowSizeMsg says.
	Width, Height int
	// Fingerprint is the key's that signed in: the code binds it.
	Fingerprint string
	// Note is a sentence for those who have an SSH certificate; empty for none.
	Note string
	// Log takes the faults of the screen itself; nil keeps none.
	Log *slog.Logger
	// Try redeems a code. An error of Kind Busy is shown in its own words, every other
	// in the same ones, so that what was wrong with a code cannot be told.
	Try func(ctx context.Context, code string) (model.Actor, error)
	// Welcome makes the console of the person who has joined.
	Welcome func(model.Actor) tea.Model
}

// NewJoin returns the screen that takes an invite code. Once a code was taken it is the
// model that Welcome returns.
func NewJoin(o JoinOptions) tea.Model {
	j := &join{Session: newSession(Options{Context: o.Context, Renderer: o.Renderer, ASCII: o.ASCII, NoColour: o.NoColour, Log: o.Log}), o: o, w: o.Width, h: o.Height}
	j.form = ui.NewForm(j.Theme)
	j.form.Button, j.form.Doing, j.form.Quick = "Join", "Looking at the code", true
	j.form.Ask("code", "Invite code", "", "").SetLimit(maxCode)
	j.form.Send, j.form.Leave = j.try, func() tea.Cmd { return tea.Quit }
	j.footer = ui.NewFooter(j.Theme)
	j.frame = j.draw()
	return j
}

// join is the screen. As in the console, Update draws and View hands out.
type join struct {
	*page.Session
	o      JoinOptions
	w, h   int
	form   ui.Form
	footer *ui.Footer
	frame  []string
}

// joinedMsg is what a code came to.
type joinedMsg struct {
	actor model.Actor
	err   error
}

// maxCode bounds what is typed, in characters: codes are far shorter.
const maxCode = 64

func (j *join) Init() tea.Cmd { return nil }

func (j *join) View() string { return strings.Join(j.frame, "\n") }

func (j *join) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	var cmd tea.Cmd
	switch m := msg.(type) {
	case tea.WindowSizeMsg:
		j.w, j.h = m.Width, m.Height
	case tea.KeyMsg:
		cmd = j.key(m)
	case joinedMsg:
		if m.err == nil {
			return j.welcome(m.actor)
		}
		j.form.Refuse("code", refusal(m.err))
	}
	j.frame = j.draw()
	return j, cmd
}

// welcome hands over to the console, which learns the size of now.
func (j *join) welcome(a model.Actor) (tea.Model, tea.Cmd) {
	next := j.o.Welcome(a)
	cmds := []tea.Cmd{next.Init()}
	if j.w > 0 && j.h > 0 {
		var cmd tea.Cmd
		next, cmd = next.Update(tea.WindowSizeMsg{Width: j.w, Height: j.h})
		cmds = append(cmds, cmd)
	}
	return next, tea.Batch(cmds...)
}

// key takes a key.
func (j *join) key(k tea.KeyMsg) tea.Cmd {
	switch name := k.String(); {
	case name == "ctrl+c" || name == "esc", name == "q" && j.small():
		return tea.Quit
	case j.small():
		return nil
	}
	return j.form.Update(k)
}

// try redeems what was typed.
func (j *join) try() tea.Cmd {
	code := j.form.Value("code")
	if code == "" {
		j.form.Refuse("code", "Enter the code first.")
		return nil
	}
	s, redeem := j.Session, j.o.Try
	return func() (msg tea.Msg) {
		defer func() {
			if s.Caught(recover()) {
				msg = joinedMsg{err: &model.Error{Msg: "the code could not be looked at"}}
			}
		}()
		ctx, cancel := context.WithTimeout(s.Context, page.CallLimit)
		defer cancel()
		actor, err := redeem(ctx, code)
		return joinedMsg{actor, err}
	}
}

// refusal is the sentence for a code that was not taken.
func refusal(err error) string {
	switch model.KindOf(err) {
	case model.Busy:
		return page.Sentence(err) + "."
	case model.Internal, model.Full:
		return "The server could not look at the code now: try again in a moment."
	}
	return "This code is not valid: it is mistyped, was used, or has expired. Ask for a new one."
}

func (j *join) small() bool { return j.w < minWidth || j.h < minHeight }

// draw is the whole screen: exactly h lines, none wider than w.
func (j *join) draw() []string {
	t := j.Theme
	if j.w <= 0 || j.h <= 0 {
		return nil
	}
	if j.small() {
		return drawSmall(t, "q", j.w, j.h)
	}
	lines := []string{" " + t.Bold.Render("Welcome")}
	gap := func() {
		if j.h >= page.Roomy {
			lines = append(lines, "")
		}
	}
	say := func(st ui.Style, s string) { lines = append(lines, t.Paragraph(j.w, st, s)[1:]...) }
	gap()
	say(ui.Style{}, "This key is new here. Enter the invite code that you were given, and the key is yours to sign in with from now on.")
	gap()
	foot := []string{j.footer.Line([]ui.Action{ui.Hint("enter", "join"), ui.Hint("esc", "leave")}, nil, j.w)}
	lines = append(lines, j.form.View(j.w, j.h-len(lines)-len(foot), false)...)
	gap()
	say(t.Faint, "Your key: "+j.o.Fingerprint)
	if j.o.Note != "" {
		say(t.Faint, j.o.Note)
	}
	return screen(t, lines, foot, j.w, j.h, nil)
}

var _ tea.Model = (*join)(nil)
