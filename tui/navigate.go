package tui

import (
	"slices"
	"time"

	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"

	"lastclick/tui/page"
)

// The frame is the page.Navigator of its pages.
var _ page.Navigator = (*app)(nil)

// find is the stack that holds the page, nil for one that was closed.
func (a *app) find(id int64) *[]page.Page {
	for i := range a.tabs {
		if a.index(a.tabs[i].stack, id) >= 0 {
			return &a.tabs[i].stack
		}
	}
	return nil
}

func (a *app) index(stack []page.Page, id int64) int {
	return slices.IndexFunc(stack, func(p page.Page) bool { return p.ID() == id })
}

// OnScreen says whether the page is one of the tab that is shown.
func (a *app) OnScreen(id int64) bool { return a.find(id) == &a.tabs[a.tab].stack }

// Open puts p above the page from: on top, unless something was opened since it asked.
// Where that page is closed, p is dropped.
func (a *app) Open(from int64, p page.Page) tea.Cmd {
	s := a.find(from)
	if s == nil {
		return nil
	}
	*s = slices.Insert(*s, a.index(*s, from)+1, p)
	return a.fitted(p).Start()
}

// Replace puts p in the place of the page from.
func (a *app) Replace(from int64, p page.Page) tea.Cmd {
	s := a.find(from)
	if s == nil {
		return nil
	}
	(*s)[a.index(*s, from)] = p
	return a.fitted(p).Start()
}

// fitted is the page, which knows the window by now: what it asks for goes by the room
// that it had when it was drawn last.
func (a *app) fitted(p page.Page) page.Page {
	if a.w > 0 && !a.small() {
		p.View(a.w, a.h)
	}
	return p
}

// Close closes the page, unless it is the root of its tab.
func (a *app) Close(from int64, then func() tea.Cmd) tea.Cmd {
	s := a.find(from)
	if s == nil {
		return nil
	}
	i := a.index(*s, from)
	if i == 0 {
		return nil
	}
	*s = slices.Delete(*s, i, i+1)
	if then != nil {
		return then()
	}
	return a.top().Reload()
}

// Made tells all pages that something was made.
func (a *app) Made(what, key string) {
	for i := range a.tabs {
		for _, p := range a.tabs[i].stack {
			if m, ok := p.(page.Maker); ok {
				m.Made(what, key)
			}
		}
	}
}

// root is the page of its own that a tab has, which has not loaded where it was never shown.
func (a *app) root(i int) page.Page {
	t := &a.tabs[i]
	if t.stack == nil {
		t.stack = []page.Page{t.make(a.Session)}
	}
	return t.stack[0]
}

// toRoot shows a tab's own page. Where a form is open above it that is shown instead, and is
// not lost.
func (a *app) toRoot(i int) (cmd tea.Cmd, there bool) {
	t, root := &a.tabs[i], a.root(i)
	if slices.ContainsFunc(t.stack[1:], page.Page.Typing) {
		return tea.Batch(a.show(i), a.Toast(page.Warning, "A form is open on "+t.title+": send or leave it first")), false
	}
	t.stack = t.stack[:1:1]
	if i == a.tab {
		return root.Reload(), true
	}
	return a.show(i), true
}

// question is asked before something is done; only y says yes.
type question struct {
	text    string
	yes     func() tea.Cmd
	leaving bool // esc says yes too
}

var yes = key.NewBinding(key.WithKeys("y", "Y"), key.WithHelp("y", "yes"))

// Ask asks; a question that waits already gives way.
func (a *app) Ask(text string, yes func() tea.Cmd) tea.Cmd {
	a.asked = &question{text: text, yes: yes}
	return nil
}

// AskLeaving is Ask where esc, which brought the question up, says yes too.
func (a *app) AskLeaving(text string, yes func() tea.Cmd) tea.Cmd {
	a.asked = &question{text: text, yes: yes, leaving: true}
	return nil
}

// answer ends the question that waits, and does what it is about where the answer is yes.
func (a *app) answer(isYes bool) tea.Cmd {
	q := a.asked
	if a.asked = nil; isYes {
		return q.yes()
	}
	return nil
}

const (
	toastFor = 4 * time.Second
	undoFor  = 10 * time.Second
	hintFor  = 10 * time.Second
)

// toast is the one line that says what just happened. A failure stays until a key is
// pressed, the others for a while; what to press next is for the page that it was said on.
type toast struct {
	level  page.Level
	text   string
	serial int64
	on     int64
}

// Toast shows a toast and, unless it is a failure, arranges that it goes.
func (a *app) Toast(l page.Level, text string) tea.Cmd {
	a.setToast(l, text)
	switch l {
	case page.Failure:
		return nil
	case page.Hint:
		return a.clearToast(hintFor)
	}
	return a.clearToast(toastFor)
}

func (a *app) setToast(l page.Level, text string) {
	a.toast = toast{l, text, a.toast.serial + 1, a.top().ID()}
}

// dismissFailure takes a failure away: something else is done now.
func (a *app) dismissFailure() {
	if a.toast.level == page.Failure {
		a.toast.text = ""
	}
}

// clearToast takes the toast of now away after d; a later one stays.
func (a *app) clearToast(d time.Duration) tea.Cmd {
	serial := a.toast.serial
	return a.Later(d, 0, func() tea.Cmd {
		if serial == a.toast.serial {
			a.toast.text = ""
		}
		return nil
	})
}

// undo is the change that can still be taken back.
type undo struct {
	page.Undo
	until time.Time
}

// open says whether the time to take it back has not passed.
func (u undo) open(now time.Time) bool { return u.Possible() && now.Before(u.until) }

// Changed says what a change came to, and reads the page on top again. What can be
// undone is said for as long as it can.
func (a *app) Changed(done page.Done) tea.Cmd {
	text, last := done.Text, toastFor
	a.undo = undo{Undo: done.Undo, until: a.Now().Add(undoFor)}
	if done.Undo.Possible() {
		text += " " + a.Theme.Glyph.Dot + " " + done.Undo.Says(a.Keys.Name("z"))
		last = undoFor
	}
	a.setToast(done.Level, text)
	return tea.Batch(a.clearToast(last), a.top().Reload())
}

// takeBack undoes the change of a moment ago.
func (a *app) takeBack() tea.Cmd {
	u := a.undo.Undo
	a.undo = undo{}
	return a.TakeBack(u)
}
