package ui

import (
	"cmp"
	"slices"
	"strings"

	"github.com/charmbracelet/bubbles/help"
	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"
)

// Action is one thing that a key does: the keys, what the footer and the help page
// say of them, and what it does, all in one place. A page has one table of them, made
// once.
type Action struct {
	key.Binding        // its help: how people write the key, and a word or two for the footer
	Long        string // for the help page: a short sentence
	Do          func() tea.Cmd
	When        func() bool // it can be done now; nil: always
	Moving      bool        // it only moves in what is seen: to be pressed, not to be looked for
	Leaving     bool        // it goes back, which never waits
	Needs       Need        // what is chosen first
	Also        string      // words that find it too: what other programs, and our commands, call it
}

// Need is what an action is done with.
type Need uint8

// An action needs nothing, the row at the cursor, or rows that are marked.
const (
	NeedsNothing Need = iota
	NeedsRow
	NeedsMarks
)

// On is an action on keys, written as show; no keys are show itself. An empty short
// keeps it out of the footer.
func On(show, short, long string, do func() tea.Cmd, keys ...string) Action {
	if len(keys) == 0 {
		keys = []string{show}
	}
	return Action{Binding: key.NewBinding(key.WithKeys(keys...), key.WithHelp(show, short)), Long: long, Do: do}
}

// Hint is for the footer alone: what a key does while text is typed, where the field
// takes the keys.
func Hint(show, short string) Action {
	return Action{Binding: key.NewBinding(key.WithKeys(show), key.WithHelp(show, short))}
}

// Moves returns the action as one that only moves.
func (a Action) Moves() Action {
	a.Moving = true
	return a
}

// Called returns the action with words that find it too.
func (a Action) Called(words string) Action {
	a.Also = words
	return a
}

// Leaves returns the action as one that goes back.
func (a Action) Leaves() Action {
	a.Leaving = true
	return a.Moves()
}

// With returns the action as one that needs something.
func (a Action) With(n Need) Action {
	a.Needs = n
	return a
}

// Says returns the action with its sentence for the help page.
func (a Action) Says(long string) Action {
	a.Long = long
	return a
}

// If returns the action, to be done only when can says so.
func (a Action) If(can func() bool) Action {
	a.When = can
	return a
}

// Possible says whether the action can be done now.
func (a Action) Possible() bool { return a.Enabled() && (a.When == nil || a.When()) }

// Quietly is what an action does that starts no command.
func Quietly(do func()) func() tea.Cmd {
	return func() tea.Cmd {
		do()
		return nil
	}
}

// Then returns the actions, on each of which something follows; hints stay.
func Then(all []Action, follow func() tea.Cmd) []Action {
	for i := range all {
		if do := all[i].Do; do != nil {
			all[i].Do = func() tea.Cmd { return tea.Batch(do(), follow()) }
		}
	}
	return all
}

// Possible are the actions that can be done now.
func Possible(all []Action) []Action {
	var now []Action
	for _, a := range all {
		if a.Possible() {
			now = append(now, a)
		}
	}
	return now
}

// OnKey is the action on the key: the first that is possible, else the first; nil for none.
func OnKey(all []Action, k tea.KeyMsg) (first *Action) {
	for i := range all {
		a := &all[i]
		switch {
		case a.Do == nil || !key.Matches(k, a.Binding):
		case a.Possible():
			return a
		case first == nil:
			first = a
		}
	}
	return first
}

// Dispatch does the first possible action on the key; ok says that there is one.
func Dispatch(all []Action, k tea.KeyMsg) (cmd tea.Cmd, ok bool) {
	a := OnKey(all, k)
	if a == nil || !a.Possible() {
		return nil, false
	}
	return a.Do(), true
}

// Footer draws the short help of actions. It keeps the last line, for a frame is drawn
// for every message and what can be done changes seldom.
type Footer struct {
	theme *Theme
	state footerState
	of    string // what line was made from
	line  string
	shown []Action // in the line, from the left
	own   int      // how many of them are the page's
	spans [][2]int // the cells in which each stands, for the mouse
}

// footerState says what line was made from where the tables of actions are the same, which
// is most often so, without a look at their words.
type footerState struct {
	page, frame       *Action
	pageLen, frameLen int
	pageCan, frameCan uint64 // which are possible, as bits
	w                 int
}

func stateOf(page, frame []Action, w int) (s footerState, ok bool) {
	if len(page) == 0 || len(page) > 64 || len(frame) > 64 {
		return s, false
	}
	s = footerState{page: &page[0], pageLen: len(page), frameLen: len(frame), w: w}
	if len(frame) > 0 {
		s.frame = &frame[0]
	}
	can := func(all []Action) (bits uint64) {
		for i := range all {
			if all[i].Possible() {
				bits |= 1 << i
			}
		}
		return bits
	}
	s.pageCan, s.frameCan = can(page), can(frame)
	return s, true
}

// NewFooter makes the footer of a session.
func NewFooter(t *Theme) *Footer { return &Footer{theme: t} }

// shortHelp writes the help. It is made when it is wanted, which is seldom, for it is
// large.
func (t *Theme) shortHelp() help.Model {
	h := help.New()
	h.ShortSeparator, h.Ellipsis = "  ", ""
	plain := t.renderer.NewStyle()
	h.Styles = help.Styles{
		Ellipsis: plain, ShortKey: plain.Bold(true), ShortDesc: plain, ShortSeparator: plain,
		FullKey: plain, FullDesc: plain, FullSeparator: plain,
	}
	return h
}

// Line is as many of the page's actions as fit in w cells beside those of the frame,
// which are always there; an action of the page hides the frame's on the same key.
func (f *Footer) Line(page, frame []Action, w int) string {
	state, ok := stateOf(page, frame, w)
	if ok && state == f.state {
		return f.line
	}
	f.state = state
	own, of := f.named(page, nil)
	shared, more := f.named(frame, own)
	if of += "\n" + more + "\n" + Spaces(w); of == f.of {
		f.shown = slices.Concat(own[:f.own], shared) // the same words, maybe of another page
		return f.line
	}
	h := f.theme.shortHelp()
	last := h.ShortHelpView(bindings(shared))
	// help.Width is not used: where its ellipsis does not fit, help adds the next item
	// instead, and all that do not fit after it.
	for len(own) > 0 && 1+Width(join(h.ShortHelpView(bindings(own)), last)) > w {
		own = own[:len(own)-1]
	}
	f.of, f.line = of, f.theme.Fit(" "+join(h.ShortHelpView(bindings(own)), last), w)
	f.shown, f.own, f.spans = slices.Concat(own, shared), len(own), f.spans[:0]
	at := 1
	for _, a := range f.shown {
		n := Width(a.Help().Key) + 1 + Width(a.Help().Desc)
		f.spans = append(f.spans, [2]int{at, at + n})
		at += n + len(h.ShortSeparator)
	}
	return f.line
}

// ActionAt is the action whose hint stands at the cell x of the line.
func (f *Footer) ActionAt(x int) (a Action, ok bool) {
	for i, s := range f.spans {
		if x >= s[0] && x < s[1] {
			return f.shown[i], true
		}
	}
	return Action{}, false
}

func join(a, b string) string {
	if a == "" || b == "" {
		return a + b
	}
	return a + "  " + b
}

// named are those of the possible actions that have a word for the footer and no key of
// hidden, as the theme writes them, and all that they say as one text.
func (f *Footer) named(all, hidden []Action) (shown []Action, text string) {
	var b strings.Builder
	for _, a := range all {
		if a.Help().Desc == "" || !a.Possible() || hides(hidden, a.Binding) {
			continue
		}
		b.WriteString(a.Help().Key + " " + a.Help().Desc + "\t")
		a.SetHelp(f.theme.keyName(a.Help().Key), a.Help().Desc)
		shown = append(shown, a)
	}
	return shown, b.String()
}

func bindings(all []Action) []key.Binding {
	bs := make([]key.Binding, len(all))
	for i := range all {
		bs[i] = all[i].Binding
	}
	return bs
}

// hides says whether one of all has the first key of b.
func hides(all []Action, b key.Binding) bool {
	return slices.ContainsFunc(all, func(a Action) bool { return len(a.Keys()) > 0 && a.Keys()[0] == b.Keys()[0] })
}

// HelpPage lists actions with their sentences, a heading before each group, in lines
// of at most w cells. help.FullHelpView sets columns side by side and drops those that
// do not fit; here every action must be found in 40 cells.
func (t *Theme) HelpPage(w int, groups ...HelpGroup) []string {
	var lines []string
	const keyWidth = 14
	for _, g := range groups {
		lines = append(lines, " "+t.Bold.Render(g.Title))
		for _, r := range g.Rows {
			name := r[0]
			for _, l := range Wrap(r[1], w-keyWidth-4) {
				lines = append(lines, "   "+t.Accent.Render(t.Cell(name, keyWidth))+l)
				name = ""
			}
		}
		for _, s := range g.Text {
			for _, l := range Wrap(s, w-4) {
				lines = append(lines, "   "+l)
			}
		}
		lines = append(lines, "")
	}
	return lines[:max(len(lines)-1, 0)]
}

// HelpGroup is a part of the help page: rows of a name and a sentence, or text.
type HelpGroup struct {
	Title string
	Rows  [][2]string
	Text  []string
}

// HelpRows are the possible actions with their sentences.
func (t *Theme) HelpRows(all []Action) [][2]string {
	var rows [][2]string
	for _, a := range Possible(all) {
		if a.Long != "" {
			rows = append(rows, [2]string{t.keyName(a.Help().Key), a.Long})
		}
	}
	return rows
}

// InOrder are the actions with those first that are used most, by their keys and, where
// several are on one, their words for the footer: "n", "a archive marked". The others follow
// as they were.
func InOrder(all []Action, first ...string) []Action {
	rank := func(a *Action) int {
		for i, name := range first {
			if h := a.Help(); name == h.Key || name == h.Key+" "+h.Desc {
				return i
			}
		}
		return len(first)
	}
	slices.SortStableFunc(all, func(a, b Action) int { return cmp.Compare(rank(&a), rank(&b)) })
	return all
}
