package tui

import (
	tea "github.com/charmbracelet/bubbletea"

	"lastclick/model"
)

// keys are what the page can do now. Keys that need a link are absent without one,
// keys that write are absent for who may only look.
func (p *linkTracking) keys() []binding {
	if p.searching {
		return searchKeys
	}
	bs := p.linkKeys()
	if p.lines.sheet == nil {
		return bs
	}
	bs = append(bs, p.viewKeys()...)
	return append(bs, p.moveKeys()...)
}

// searchKeys are for the footer while a filter is typed.
var searchKeys = []binding{{show: "enter", foot: "keep the filter"}, {show: "esc", foot: "clear it"}}

// linkKeys act on the link at the cursor.
func (p *linkTracking) linkKeys() []binding {
	e := p.env
	writes := e.actor.Can(model.Member)
	var bs []binding
	if writes {
		bs = append(bs, binding{[]string{"n"}, "n", "create a new tracking link", "new", func() tea.Cmd {
			return push(newLinkForm(e, p.filter.Event))
		}})
	}
	row := p.lines.link()
	if row == nil {
		return bs
	}
	l := row.Link
	bs = append(bs,
		binding{[]string{"enter"}, "enter", "open the link", "open", func() tea.Cmd { return push(newLinkPage(e, l)) }},
		binding{[]string{"c"}, "c", "copy the shortlink", "copy", func() tea.Cmd { return e.copied("Shortlink", l.ShortURL) }},
		binding{[]string{"C"}, "C", "copy the full tracking link", "", func() tea.Cmd { return e.copied("Full tracking link", l.FullURL) }},
		binding{[]string{" "}, "space", "show or hide the link's ticket types", "types", p.act(func() { p.lines.fold(!p.lines.opened(l.Code)) })})
	switch {
	case !writes:
	case l.Archived:
		bs = append(bs, binding{[]string{"r"}, "r", "restore the archived link", "restore", func() tea.Cmd { return restore(e, l.Code) }})
	default:
		bs = append(bs, binding{[]string{"a"}, "a", "archive the link (asks first)", "", func() tea.Cmd { return archive(e, l) }})
	}
	return bs
}

// viewKeys choose what is shown, and how.
func (p *linkTracking) viewKeys() []binding {
	bs := []binding{
		{[]string{"/"}, "/", "filter by name, code, e-mail or event", "filter", p.act(func() { p.searching = true })},
		{[]string{"s"}, "s", "sort by the next column", "sort", p.act(p.sortNext)},
		{[]string{"S"}, "S", "turn the order round", "", p.act(p.lines.reverse)},
		{[]string{"e"}, "e", "show or hide the ticket types of all links", "", p.act(p.lines.foldAll)},
		{[]string{"u"}, "u", "show or hide the sales that no link is credited with", "unattributed", p.act(func() { p.reasons = !p.reasons })},
		{[]string{"v"}, "v", "choose the event", "event", p.askEvents},
		{[]string{"d"}, "d", "choose the days", "days", func() tea.Cmd {
			return push(newDays(p.env, p.id(), p.filter, p.loc))
		}},
	}
	if p.lines.filter != "" {
		bs = append(bs, binding{[]string{"esc"}, "esc", "clear the filter", "", p.act(func() {
			p.search = newInput("")
			p.lines.search("")
		})})
	}
	return bs
}

func (p *linkTracking) moveKeys() []binding {
	v := &p.lines
	return []binding{
		{[]string{"down", "j"}, "↓ j", "down", "", p.act(func() { v.move(1) })},
		{[]string{"up", "k"}, "↑ k", "up", "", p.act(func() { v.move(-1) })},
		{[]string{"right", "l"}, "→ l", "show the ticket types", "", p.act(func() { v.fold(true) })},
		{[]string{"left", "h"}, "← h", "hide the ticket types", "", p.act(func() { v.fold(false) })},
		{[]string{"pgdown", "ctrl+d"}, "pgdn", "a page down", "", p.act(func() { v.move(v.page) })},
		{[]string{"pgup", "ctrl+u"}, "pgup", "a page up", "", p.act(func() { v.move(-v.page) })},
		{[]string{"g", "home"}, "g", "to the first link", "", p.act(func() { v.move(-len(v.list)) })},
		{[]string{"G", "end"}, "G", "to the last link", "", p.act(func() { v.move(len(v.list)) })},
	}
}

// act is a binding's deed that asks nothing of the store.
func (p *linkTracking) act(do func()) func() tea.Cmd {
	return func() tea.Cmd {
		do()
		return nil
	}
}
