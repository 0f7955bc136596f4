package tui

import (
	tea "github.com/charmbracelet/bubbletea"

	"lastclick/model"
)

// page is a screen: a tab's root, what opens from it, and everything that asks for
// a choice. Pages know one another only as what they push.
type page interface {
	id() int64                  // answers with this owner come home here
	crumbs() []string           // what it adds to the breadcrumb
	start() tea.Cmd             // its first load
	reload() tea.Cmd            // something moved, or it is on top again
	update(msg tea.Msg) tea.Cmd // answers, the mouse, and keys while typing
	keys() []binding            // what it can do now; what the role forbids is absent
	typing() bool               // letters are text
	view(w, h int) []string     // at most h lines of at most w cells
	notice() string             // one line that says that the data is old
	twins() []string            // the commands that say the same in a shell
	legend() [][2]string        // names that it shows, and what they mean
}

// binding is one thing that a key does: the keys act, the footer and the help page
// say so, all from here.
type binding struct {
	keys []string // as bubbletea names them
	show string   // how people write them
	what string   // for the help page: a short sentence
	foot string   // for the footer: a word or two; empty keeps it out
	do   func() tea.Cmd
}

// press runs the binding of key k, if there is one.
func press(bs []binding, k string) (tea.Cmd, bool) {
	for _, b := range bs {
		for _, key := range b.keys {
			if key == k {
				return b.do(), true
			}
		}
	}
	return nil, false
}

// section is a page that a tab leads to, for those who have the role.
type section struct {
	title    string
	short    string // where there is no room for the title
	role     model.Role
	platform bool // of the whole platform: it takes no client
	make     func(*env) page
}

// sections are the tabs, from the left.
func sections() []section {
	return []section{
		{"Link Tracking", "Links", model.Viewer, false, func(e *env) page { return newLinkTracking(e) }},
		{"Events", "Events", model.Viewer, false, func(e *env) page { return newEvents(e) }},
		{"Orders", "Orders", model.Viewer, false, func(e *env) page { return newOrders(e, "") }},
		{"Team", "Team", model.Owner, false, func(e *env) page { return newTeam(e) }},
		{"Audit", "Audit", model.Owner, false, func(e *env) page { return newAudit(e) }},
		{"Clients", "Clients", model.Admin, true, func(e *env) page { return newClients(e) }},
		{"Checkouts", "Checkouts", model.Admin, true, func(e *env) page { return newCheckouts(e) }},
		{"Inbox", "Inbox", model.Admin, true, func(e *env) page { return newInbox(e) }},
	}
}

// plainPage answers for pages that load nothing.
type plainPage struct {
	env   *env
	owner int64
}

func newPlainPage(e *env) plainPage { return plainPage{e, e.newOwner()} }

func (p *plainPage) id() int64              { return p.owner }
func (p *plainPage) start() tea.Cmd         { return nil }
func (p *plainPage) reload() tea.Cmd        { return nil }
func (p *plainPage) update(tea.Msg) tea.Cmd { return nil }
func (p *plainPage) typing() bool           { return false }
func (p *plainPage) notice() string         { return "" }
func (p *plainPage) twins() []string        { return nil }
func (p *plainPage) legend() [][2]string    { return nil }

// The messages by which pages speak to the frame around them.
type (
	pushMsg    struct{ page page }
	replaceMsg struct{ page page }    // the page on top gives way to this one
	popMsg     struct{ with claimed } // closes the page on top and delivers what it came to
	askMsg     question
	chosenMsg  struct{ actor model.Actor } // the client to work on
)

func push(p page) tea.Cmd    { return func() tea.Msg { return pushMsg{p} } }
func replace(p page) tea.Cmd { return func() tea.Msg { return replaceMsg{p} } }
func pop() tea.Msg           { return popMsg{} }

// popWith closes the page on top, which leaves an answer to the page beneath.
func popWith(m claimed) tea.Cmd { return func() tea.Msg { return popMsg{m} } }

// question is asked before something is done; only y says yes.
type question struct {
	text string
	yes  tea.Cmd
}

func ask(text string, yes tea.Cmd) tea.Cmd {
	return func() tea.Msg { return askMsg{text, yes} }
}
