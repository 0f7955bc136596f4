package tui

import (
	tea "github.com/charmbracelet/bubbletea"

	"lastclick/tui/page"
	"lastclick/tui/ui"
)

// ahead is what is to be done once a page has the data that it waits for: something that
// was chosen elsewhere, and the keys that were typed meanwhile. They are kept as long as the
// page is on top, and dropped where its data cannot be read.
type ahead struct {
	page  int64
	opens bool // they are for the page that is on its way; see page.Opening
	do    func() tea.Cmd
	keys  []tea.KeyMsg
	moves bool // the keys only move the cursor, so far
	sent  bool // the page is a form that is on its way: the keys are for what comes after it
	tab   int  // of the form
}

// maxAhead bounds the keys that are kept.
const maxAhead = 64

// awaiting is a page that may wait for data.
type awaiting interface{ Awaits() bool }

func awaits(p page.Page) bool {
	w, ok := p.(awaiting)
	return ok && w.Awaits()
}

func sending(p page.Page) bool {
	f, ok := p.(interface{ Sending() bool })
	return ok && f.Sending()
}

// failed says that what a page waited for cannot be read.
func failed(p page.Page) bool {
	if m, ok := p.(interface{ Missed() bool }); ok && m.Missed() {
		return true
	}
	d, ok := p.(dated)
	return ok && d.Absent()
}

// keep keeps a key for the page on top where it comes before that page's data: one that
// moves, one that acts on a row, and whatever follows on such a key. What leaves the page
// does so at once.
func (a *app) keep(k tea.KeyMsg, actions []ui.Action) bool {
	top := a.top()
	if a.Opens() {
		switch {
		case k.String() == "esc":
			a.StopOpening()
			a.ahead = ahead{}
		case !a.ahead.opens:
			a.ahead = ahead{opens: true, keys: []tea.KeyMsg{k}}
		case len(a.ahead.keys) < maxAhead:
			a.ahead.keys = append(a.ahead.keys, k)
		}
		return true
	}
	if !awaits(top) || k.String() == "esc" {
		a.ahead = ahead{}
		return false
	}
	if a.ahead.page != top.ID() {
		a.ahead = ahead{page: top.ID(), moves: true}
	}
	first := a.ahead.do == nil && len(a.ahead.keys) == 0
	act := ui.OnKey(actions, k)
	switch {
	case act == nil && (first || a.ahead.moves && ui.OnKey(a.Keys.Bind(a.actions), k) != nil):
		return false
	case act != nil && (act.Leaving || first && act.Possible() && !act.Moving && act.Needs == ui.NeedsNothing):
		return false
	case len(a.ahead.keys) < maxAhead:
		a.ahead.keys = append(a.ahead.keys, k)
		a.ahead.moves = a.ahead.moves && act != nil && act.Moving
	}
	return true
}

// keepBehind keeps a key that is typed while a form is on its way, for the page that comes
// after it. One who wants to leave is told that it is too late for that.
func (a *app) keepBehind(k tea.KeyMsg) (cmd tea.Cmd, kept bool) {
	if !sending(a.top()) {
		return nil, false
	}
	if id := a.top().ID(); a.ahead.page != id || !a.ahead.sent {
		a.ahead = ahead{page: id, sent: true, tab: a.tab}
	}
	if k.String() == "esc" {
		a.ahead.keys = nil
		return a.Toast(page.Hint, "It has been sent: the answer is on its way"), true
	}
	if keys := splitRunes(k); !k.Paste && len(a.ahead.keys)+len(keys) <= maxAhead {
		a.ahead.keys = append(a.ahead.keys, keys...)
	}
	return nil, true
}

// followUp takes the keys that were typed behind a form, once the form is closed: up to a
// question, which none of them can have meant. Behind one that was refused, or in another
// tab, they mean nothing.
func (a *app) followUp(kept ahead) tea.Cmd {
	if a.find(kept.page) != nil || a.tab != kept.tab {
		return nil
	}
	var cmds []tea.Cmd
	for _, k := range kept.keys {
		if a.asked != nil || a.top().Typing() {
			break
		}
		cmds = append(cmds, a.keys([]tea.KeyMsg{k}))
	}
	return tea.Batch(cmds...)
}

// catchUp does what was kept for the page on top, now that its data may be there.
func (a *app) catchUp() tea.Cmd {
	kept, top := a.ahead, a.top()
	if kept.opens {
		if a.Opens() {
			return nil
		}
		if a.ahead = (ahead{}); a.OpenMissed() {
			return nil
		}
		a.draw()
		return a.keys(kept.keys)
	}
	if kept.page == 0 || kept.page == top.ID() && (awaits(top) || sending(top)) {
		return nil
	}
	a.ahead = ahead{}
	if kept.sent {
		return a.followUp(kept)
	}
	if kept.page != top.ID() || failed(top) {
		return nil
	}
	a.draw() // what is read has lines now, among which keys move
	var did tea.Cmd
	if kept.do != nil {
		did = kept.do()
	}
	return tea.Batch(did, a.keys(kept.keys))
}

// once does something on the page on top as soon as it has its data.
func (a *app) once(do func() tea.Cmd) tea.Cmd {
	if top := a.top(); awaits(top) {
		a.ahead = ahead{page: top.ID(), do: do}
		return nil
	}
	return do()
}
