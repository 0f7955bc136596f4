package links

import (
	"slices"

	tea "github.com/charmbracelet/bubbletea"

	"lastclick/model"
	"lastclick/tui/page"
	"lastclick/tui/ui"
)

// Actions are what the page can do now.
func (p *Tracking) Actions() []ui.Action {
	if p.table.Filtering() {
		return ui.FilterHints
	}
	return p.actions
}

// often are the actions in the order in which the footer has room for them.
var often = []string{"a archive marked", "r restore marked", "w mail marked", "n", "enter", "r restore", "/", "d", "v", "c", "t", "space", "s", "A", "u"}

func (p *Tracking) allActions() []ui.Action {
	var actions []ui.Action
	if p.Actor.Can(model.Member) {
		actions = append(actions, ui.On("n", "new", "create a new tracking link", func() tea.Cmd { return p.Open(NewForm(p.Session, p.filter.Event)) }))
	}
	actions = append(actions, p.markActions()...)
	actions = append(actions, p.linkActions()...)
	actions = append(append(actions, p.viewActions()...), p.moveActions()...)
	return ui.Then(actions, p.sumShown) // what it shows may be others, and so is their sum
}

// linkActions act on the link at the cursor. What writes is absent for those who may
// only look.
func (p *Tracking) linkActions() []ui.Action {
	some := func() bool { return p.link() != nil }
	on := func(show, short, long string, do func(model.Link) tea.Cmd, keys ...string) ui.Action {
		return ui.On(show, short, long, func() tea.Cmd { return do(*p.link()) }, keys...).If(some).With(ui.NeedsRow)
	}
	actions := []ui.Action{
		on("enter", "open", "open the link", func(l model.Link) tea.Cmd { return p.Open(NewLink(p.Session, l)) }),
		on("c", "copy", "copy the shortlink", func(l model.Link) tea.Cmd { return p.CopyText("Shortlink", l.ShortURL) }),
		on("C", "", "copy the full tracking link", func(l model.Link) tea.Cmd { return p.CopyText("Full tracking link", l.FullURL) }),
		on("space", "types", "show or hide the link's ticket types", func(model.Link) tea.Cmd {
			p.table.Fold(!p.table.Opened(p.table.Parent()))
			return nil
		}, " "),
	}
	if p.Actor.Can(model.Member) {
		actions = append(actions,
			on("E", "", "edit the link: name, e-mail, source, digest", func(l model.Link) tea.Cmd { return p.Open(newEditForm(p.Session, l)) }),
			on("r", "restore", "restore the archived link", func(l model.Link) tea.Cmd { return p.RestoreLink(l.Code) }).
				If(func() bool { return some() && p.link().Archived }),
			on("a", "", "archive the link (asks first)", p.ArchiveLink).
				If(func() bool { return some() && !p.link().Archived }))
	}
	return actions
}

// viewActions choose what is shown, and how.
func (p *Tracking) viewActions() []ui.Action {
	loaded := func() bool { return p.data != nil }
	filter := p.table.FilterActions()
	filter[0].Long = "filter by name, code, e-mail or event"
	return slices.Concat(filter[:1], p.table.SortActions(), []ui.Action{
		ui.On("e", "", "show or hide the ticket types of all links", ui.Quietly(p.table.FoldAll)).If(loaded),
		ui.On("u", "unattributed", "show or hide the sales that no link is credited with", ui.Quietly(func() { p.unattributed = !p.unattributed })).If(loaded),
		ui.On("A", "archived", "show or hide archived links", ui.Quietly(p.toggleArchived)).If(func() bool { return p.version.archived > 0 }),
		ui.On("v", "event", "choose the event", p.askEvents).If(loaded),
		ui.On(",", "", "choose the columns, and what stands around them", func() tea.Cmd { return p.Open(newParts(p.Session)) }),
	}, p.dayActions(loaded), []ui.Action{p.ExportAction(p.export).If(loaded)}, filter[1:])
}

// moveActions move the cursor, and open and close the row that it is on.
func (p *Tracking) moveActions() []ui.Action {
	some := func() bool { return p.link() != nil }
	return append([]ui.Action{
		ui.On("→ l", "", "show the ticket types", ui.Quietly(func() { p.table.Fold(true) }), "right", "l").If(some).Moves(),
		ui.On("← h", "", "hide the ticket types", ui.Quietly(func() { p.table.Fold(false) }), "left", "h").If(some).Moves(),
	}, p.table.MoveActions()...)
}

// askEvents opens the list to choose an event from, at once: the events came with the
// numbers, and the next letters are for the list.
func (p *Tracking) askEvents() tea.Cmd {
	return p.Open(page.NewPicker(p.Session, "Choose an event", page.EventChoices(allEvents, p.version.events), p.filter.Event, func(c ui.Choice) tea.Cmd {
		p.filter.Event = c.Value
		return p.refilter()
	}))
}
