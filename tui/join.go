package tui

import (
	"context"
	"errors"
	"log/slog"
	"strings"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/lipgloss"

	"lastclick/model"
)

// JoinOptions are what a session brings along whose key nobody knows yet.
type JoinOptions struct {
	// Context is the session's.
	Context  context.Context
	Renderer *lipgloss.Renderer
	ASCII    bool
	// Width and Height are the terminal's, in cells; zero until the first
	// tea.WindowSizeMsg says.
	Width, Height int
	// Fingerprint is the key's that signed in: the code binds it.
	Fingerprint string
	// Address is the public HOST:PORT of the SSH server.
	Address string
	// Log takes the faults of the screen itself; nil keeps none.
	Log *slog.Logger
	// Try redeems a code. An error of Kind Busy is shown in its own words, every
	// other in the same ones, so that nobody learns what was wrong with a code.
	Try func(ctx context.Context, code string) (model.Actor, error)
	// Welcome makes the console of who has joined.
	Welcome func(model.Actor) tea.Model
}

// NewJoin returns the screen that takes an invite code. Once a code was taken it is
// the model that Welcome returns.
func NewJoin(o JoinOptions) tea.Model {
	e := newEnv(Options{Context: o.Context, Renderer: o.Renderer, ASCII: o.ASCII, Address: o.Address, Log: o.Log})
	j := &join{env: e, o: o, w: o.Width, h: o.Height}
	j.frame = j.draw()
	return j
}

// join is the screen. As in the console, Update draws and View hands out.
type join struct {
	env   *env
	o     JoinOptions
	w, h  int
	code  input
	fault string
	busy  bool // a code is being tried
	slow  bool // for longer than patience
	tries int
	frame string
}

type (
	// joinedMsg is what a code came to.
	joinedMsg struct {
		actor model.Actor
		err   error
	}
	joinSlowMsg struct{ try int }
)

// maxCode bounds what is typed, in characters: codes are far shorter.
const maxCode = 64

func (j *join) Init() tea.Cmd { return nil }

func (j *join) View() string { return j.frame }

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
		j.busy, j.slow, j.fault = false, false, refusal(m.err)
	case joinSlowMsg:
		j.slow = j.busy && m.try == j.tries
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

func (j *join) key(k tea.KeyMsg) tea.Cmd {
	switch k.String() {
	case "ctrl+c", "esc":
		return tea.Quit
	case "q":
		if j.small() {
			return tea.Quit
		}
	case "enter":
		return j.try()
	}
	if !j.busy && !j.small() && j.code.key(k) {
		j.fault = ""
		j.code.clusters = j.code.clusters[:min(len(j.code.clusters), maxCode)]
		j.code.at = min(j.code.at, len(j.code.clusters))
	}
	return nil
}

// try redeems what was typed.
func (j *join) try() tea.Cmd {
	code := strings.TrimSpace(j.code.value())
	if j.busy || j.small() || code == "" {
		return nil
	}
	j.busy, j.fault = true, ""
	j.tries++
	e, redeem := j.env, j.o.Try
	return tea.Batch(e.later(patience, joinSlowMsg{j.tries}), func() (msg tea.Msg) {
		defer func() {
			if e.caught(recover()) {
				msg = joinedMsg{err: errors.New("panic")}
			}
		}()
		ctx, cancel := context.WithTimeout(e.ctx, loadLimit)
		defer cancel()
		actor, err := redeem(ctx, code)
		return joinedMsg{actor, err}
	})
}

// refusal is the sentence for a code that was not taken.
func refusal(err error) string {
	if model.KindOf(err) == model.Busy {
		return sentence(err) + "."
	}
	if k := model.KindOf(err); k == model.Internal || k == model.Full {
		return "The server could not look at the code now: try again in a moment."
	}
	return "This code opens nothing: it is mistyped, was used, or has ended. Ask for a new one."
}

func (j *join) small() bool { return j.w < minWidth || j.h < minHeight }

// draw is the whole screen: exactly h lines, none wider than w.
func (j *join) draw() string {
	e := j.env
	if j.w <= 0 || j.h <= 0 {
		return ""
	}
	if j.small() {
		return (&app{env: e, w: j.w, h: j.h}).drawSmall()
	}
	roomy := j.h >= roomyHeight
	lines := []string{" " + e.ink.bold.on("Welcome")}
	gap := func() {
		if roomy {
			lines = append(lines, "")
		}
	}
	say := func(ink paint, s string) {
		for _, l := range wrap(clean(s), j.w-4) {
			lines = append(lines, "  "+ink.on(l))
		}
	}
	gap()
	say(paint{}, "Nobody has signed in with this key yet. Enter the invite code that you were given, and the key is yours to sign in with from now on.")
	gap()
	box := min(j.w-20, boxWidth)
	lines = append(lines, "  Invite code  "+e.box(j.code.view(e, box, !j.busy), !j.busy))
	switch {
	case j.slow:
		lines = append(lines, "  "+e.ink.faint.on("Looking at the code"+e.mark.cut))
	case j.fault != "":
		lines = append(lines, e.fault(j.w, 2, j.fault)...)
	}
	gap()
	say(e.ink.faint, "Your key: "+j.o.Fingerprint)
	foot := " " + e.ink.bold.on("enter") + " join  " + e.ink.bold.on("esc") + " leave"
	lines = e.trim(lines, j.h-1)
	for len(lines) < j.h-1 {
		lines = append(lines, "")
	}
	lines = append(lines, foot)
	for i := range lines {
		lines[i] = e.fit(lines[i], j.w)
	}
	return strings.Join(lines, "\n")
}

var _ tea.Model = (*join)(nil)
