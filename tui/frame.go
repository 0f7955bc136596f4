package tui

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"lastclick/model"
	"lastclick/tui/page"
	"lastclick/tui/ui"
)

// The sizes that the console is made for. Below the smallest it says so; from
// page.Roomy on there are rules and a line for toasts alone.
const (
	minWidth, minHeight = 40, 10
	tabsHeight          = 12  // lower ones have no line for the tabs
	footHeight          = 2   // of a screen that is not low: what just happened, and the keys
	wideFooter          = 100 // cells, from which on the footer names what the help tells of else
)

func (a *app) small() bool { return a.w < minWidth || a.h < minHeight }

// draw is the whole screen: exactly h lines, none wider than w.
func (a *app) draw() []string {
	if a.w <= 0 || a.h <= 0 {
		return nil // the first tea.WindowSizeMsg is on its way
	}
	if a.small() {
		return drawSmall(a.Theme, a.Keys.Name("q"), a.w, a.h)
	}
	lines, foot := append(make([]string, 0, a.h), a.headLines()...), a.foot()
	room := a.h - len(lines) - len(foot)
	if a.asked == nil && a.h >= page.Roomy {
		room = a.h - len(lines) - footHeight // a toast of more lines lies on the page, which stays where it is
	}
	lines = append(lines, a.top().View(a.w, room)...)
	return screen(a.Theme, lines, foot, a.w, a.h, a.frame)
}

// drawSmall says in w × h cells that they are too few; quit is the key that quits.
func drawSmall(t *ui.Theme, quit string, w, h int) []string {
	text := fmt.Sprintf("This window has %d×%d cells; the console needs %d×%d. Make it larger, or press %s.", w, h, minWidth, minHeight, quit)
	if t.ASCII {
		text = strings.ReplaceAll(text, "×", "x")
	}
	return screen(t, ui.Wrap(text, w), nil, w, h, nil)
}

// screen is exactly h lines of at most w cells: lines from the top, foot at the bottom.
// Lines that are as in the frame before, which fits, are not measured again.
func screen(t *ui.Theme, lines, foot []string, w, h int, before []string) []string {
	lines = ui.Trim(lines, h-len(foot))
	for len(lines) < h-len(foot) {
		lines = append(lines, "")
	}
	lines = append(lines, foot...)
	for i := range lines {
		if i >= len(before) || before[i] != lines[i] {
			lines[i] = t.Fit(lines[i], w)
		}
	}
	return lines
}

// head is the lines at the top, and what they were made from: they change seldom.
type head struct {
	w, h, tab, tabs int
	actor           model.Actor
	state           string
	crumbs, lines   []string
	ends            []int // the cells in which the tabs end
}

// headLines is the breadcrumb with who acts, the tabs where there are several, a rule.
func (a *app) headLines() []string {
	var crumbs []string
	for _, p := range a.tabs[a.tab].stack {
		crumbs = append(crumbs, p.Crumbs()...)
	}
	is, state := &a.head, a.state()
	if is.state == state && is.w == a.w && is.h == a.h && is.tab == a.tab && is.tabs == len(a.tabs) && is.actor == a.Actor && slices.Equal(is.crumbs, crumbs) {
		return is.lines
	}
	lines := []string{a.place(crumbs, state)}
	var ends []int
	if len(a.tabs) > 1 && a.h >= tabsHeight {
		var tabs string
		tabs, ends = a.tabLine()
		lines = append(lines, tabs)
	}
	if a.h >= page.Roomy {
		lines = append(lines, a.rule())
	}
	a.head = head{a.w, a.h, a.tab, len(a.tabs), a.Actor, state, crumbs, lines, ends}
	return lines
}

// rule is the line under the head. It holds the notice, which what happens does not
// replace.
func (a *app) rule() string {
	rule := func(n int) string { return a.Theme.Faint.Render(strings.Repeat(a.Theme.Glyph.Rule, max(n, 0))) }
	if a.note == "" {
		return rule(a.w)
	}
	note := " " + a.shortNote(a.w-4) + " "
	return rule(1) + note + rule(a.w-1-ui.Width(note))
}

// shortNote is the notice in w cells; what stands before its colon is left out first.
func (a *app) shortNote(w int) string {
	note := a.note
	if _, short, found := strings.Cut(note, ": "); found && ui.Width(note) > w {
		note = short
	}
	return a.Theme.Cut(note, w)
}

// place is the breadcrumb, at the right edge whether the data is live, and between them
// who acts, where there is room for it.
func (a *app) place(crumbs []string, state string) string {
	t := a.Theme
	right := t.Warn.Render(state) + " "
	if rest, live := strings.CutPrefix(state, t.Glyph.Live); live {
		right = t.Good.Render(t.Glyph.Live) + rest + " "
	}
	left := " " + a.breadcrumb(crumbs, max(a.w-ui.Width(right)-3, 8))
	if who := a.who(); ui.Width(left)+ui.Width(who)+ui.Width(right)+5 <= a.w {
		right = t.Faint.Render(who) + "   " + right
	}
	return ui.Spread(left, right, a.w)
}

// breadcrumb leaves out the outermost places where there is no room for all.
func (a *app) breadcrumb(all []string, w int) string {
	t := a.Theme
	sep := " " + t.Glyph.Crumb + " "
	path := func(cs []string) string { return strings.Join(cs, sep) }
	from := 0
	for from < len(all)-1 && ui.Width(path(all[from:])) > w {
		from++
	}
	last := t.Cut(all[len(all)-1], w)
	before := path(all[from : len(all)-1])
	if before != "" {
		before += sep
	}
	return t.Faint.Render(before) + t.Bold.Render(last)
}

func (a *app) who() string {
	who := a.Theme.Cut(a.Actor.Name, 24) + ", " + string(a.Actor.Role)
	if a.Actor.Client != "" {
		who = model.Line(a.Actor.Client) + " " + a.Theme.Glyph.Dot + " " + who
	}
	return who
}

// tabLine is the tabs with as much of their titles as fits: in the narrowest window
// only the one that is open has a name.
func (a *app) tabLine() (line string, ends []int) {
	for size := range 4 {
		if line, ends = a.tabsOf(size); ui.Width(line) <= a.w {
			break
		}
	}
	return line, ends
}

// tabsOf is the tabs in one of four sizes, and the cells in which they end.
func (a *app) tabsOf(size int) (line string, ends []int) {
	t := a.Theme
	gap := "  "
	if size > 0 {
		gap = " "
	}
	var b strings.Builder
	if size > 0 {
		b.WriteByte(' ')
	}
	for i := range a.tabs {
		title := a.tabs[i].title
		if size > 1 {
			title = a.tabs[i].short
		}
		text := strconv.Itoa(i+1) + " " + title
		switch {
		case i == a.tab:
			b.WriteString(t.Accent.Render("[" + text + "]"))
		case size == 3:
			b.WriteString(strconv.Itoa(i + 1))
		case size == 0:
			b.WriteString(" " + text + " ")
		default:
			b.WriteString(text)
		}
		ends = append(ends, ui.Width(b.String()))
		if i < len(a.tabs)-1 {
			b.WriteString(gap)
		}
	}
	return b.String(), ends
}

// foot is what just happened or is asked, and the keys. A low screen has one line for
// both, and what happened goes first.
func (a *app) foot() []string {
	if a.h >= page.Roomy {
		if a.asked != nil {
			return append(a.question(), a.keyLine())
		}
		if a.toast.text != "" {
			return append(a.toastLines(), a.keyLine())
		}
		return []string{a.news(), a.keyLine()}
	}
	news := a.news()
	if news != "" {
		return []string{news}
	}
	return []string{a.keyLine()}
}

// choice stands behind a question.
const choice = " y/N"

// whileTyping is what the frame does while text is typed. A narrow footer has no room for it
// beside the keys that leave the page.
var whileTyping = []ui.Action{{Binding: helpWhileTyping}}

const helpInFooter = 60

// question is what is asked, in three lines or so: what follows from a yes stands at its
// end.
func (a *app) question() []string {
	lines := ui.Wrap(a.Theme.Cut(a.asked.text, 3*(a.w-2)-len(choice))+choice, a.w-2)
	for i, l := range lines {
		if i == len(lines)-1 {
			l = strings.TrimSuffix(l, strings.TrimSpace(choice))
		}
		lines[i] = " " + a.Theme.Warn.Render(l)
	}
	lines[len(lines)-1] += a.Theme.Bold.Render(strings.TrimSpace(choice))
	return lines
}

// toastLines are the toast in three lines or so: an address that is longer than what is
// left of a line has lines of its own, so that it can be selected whole.
func (a *app) toastLines() []string {
	const indent = 3
	w := a.w - indent - 1
	mark := a.toastMark()
	lines := ui.Wrap(a.Theme.Cut(a.toast.text, 4*w), w)
	for i, l := range lines {
		if i == 0 {
			lines[i] = " " + mark + " " + l
		} else {
			lines[i] = ui.Spaces(indent) + l
		}
	}
	return lines
}

func (a *app) toastMark() string {
	t := a.Theme
	switch a.toast.level {
	case page.Warning:
		return t.Warn.Render(t.Glyph.Alert)
	case page.Failure:
		return t.Bad.Render(t.Glyph.Alert)
	case page.Hint:
		return t.Accent.Render(t.Glyph.Arrow)
	}
	return t.Good.Render(t.Glyph.Check)
}

func (a *app) news() string {
	t := a.Theme
	w := a.w - 2
	switch {
	case a.asked != nil:
		return " " + t.Warn.Render(t.Cut(a.asked.text, w-len(choice))) + t.Bold.Render(choice)
	case a.toast.text != "":
		return " " + a.toastMark() + " " + t.Cut(a.toast.text, w-2)
	}
	if a.slow() {
		return " " + a.spinner.View() + " Loading" + t.Glyph.Ellipsis
	}
	if n := a.top().Notice(); n != "" {
		return " " + t.Warn.Render(t.Cut(n, w))
	}
	if a.note != "" && a.h < page.Roomy { // else it stands in the rule
		return " " + a.shortNote(w)
	}
	return ""
}

// keyLine is as many of the keys as fit; "? help" is always among them, but while text
// is typed.
func (a *app) keyLine() string {
	if a.asked != nil {
		return a.footer.Line([]ui.Action{{Binding: yes}, ui.Hint("any other key", "no")}, nil, a.w)
	}
	actions := a.Keys.Bind(a.top().Actions())
	if a.top().Typing() {
		if a.w < helpInFooter {
			return a.footer.Line(actions, nil, a.w)
		}
		return a.footer.Line(actions, whileTyping, a.w)
	}
	frame := a.actions
	if a.w < wideFooter {
		frame = a.narrow // the page's own keys need the room
	}
	return a.footer.Line(actions, a.Keys.Bind(frame), a.w)
}
