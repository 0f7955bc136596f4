package events

import (
	"cmp"
	"context"
	"fmt"

	tea "github.com/charmbracelet/bubbletea"

	"lastclick/model"
	"lastclick/tui/page"
	"lastclick/tui/ui"
)

// Events is the client's events with what tracking links sold of each.
type Events struct {
	page.ListPage[model.EventStats]
	overview page.Loader[*model.Overview]
	now      *model.Overview // of the last days; nil before its first answer
	cards    page.Cards
	preview  page.Preview[seen]
}

// New is the list of events.
func New(s *page.Session) *Events {
	p := &Events{}
	p.InitList(s, "event", "events", eventKey,
		page.Always(page.InClientZone(func(ctx context.Context, s page.Store, a model.Actor) ([]model.EventStats, error) {
			return s.EventStats(ctx, a)
		})))
	p.Table.Columns = p.columns()
	p.About = p.covers
	p.initAround()
	p.None = p.noEvents
	p.ShareAs = func() any { return "events" }
	p.Own = []ui.Action{
		p.OnEnter("links", "show the links that track the event", func(v model.EventStats) tea.Cmd {
			return p.Open(s.Routes.EventLinks(s, v.Event))
		}),
	}
	p.Own = append(p.Own, p.ExportAction(p.export).If(p.HasRow))
	if p.Actor.Can(model.Member) {
		p.Own = append(p.Own,
			ui.On("n", "new", "add an event", func() tea.Cmd { return p.Open(newEventForm(s, model.Event{})) }),
			p.OnRow("E", "edit", "edit the event: name, page, start", func(v model.EventStats) tea.Cmd {
				return p.Open(newEventForm(s, v.Event))
			}))
	}
	return p
}

func eventKey(v *model.EventStats) string { return v.Event.Slug }

// covers says what the list is of, and what the cards above it are of.
func (p *Events) covers() string {
	text := "What tracking links sold of each event"
	if page.ShowsCards(p.Around.Width(), p.Around.High()) {
		text += fmt.Sprintf(" %s cards: last %d days against the %d before", p.Theme.Glyph.Dot, periodDays, periodDays)
	}
	return text
}

func (p *Events) columns() []ui.Column[model.EventStats] {
	type event = model.EventStats
	faint := func(*event) ui.Style { return p.Theme.Faint }
	count := func(title string, cells, drop int, n func(*event) int64, short ...string) ui.Column[event] {
		return ui.Column[event]{
			Title: title, Short: short, Number: true, Drop: drop, Cells: [2]int{cells, 7},
			Text: func(v *event) string { return model.FormatCount(n(v)) },
			Draw: func(c ui.CellOf[event]) string {
				return c.Style.Render(p.Theme.Right(ui.Count(n(c.Row), c.Width), c.Width))
			},
			Compare: func(a, b *event) int { return cmp.Compare(n(a), n(b)) },
		}
	}
	return []ui.Column[event]{
		{Title: "Event", Text: func(v *event) string { return v.Event.Name }, Cells: [2]int{18, 30}, Lends: true, Stretch: true},
		{Title: "Slug", Text: eventKey, Style: faint, Drop: 12, Cells: [2]int{10, 18}, Needs: 24},
		{Title: "Starts", Text: p.starts, Style: faint, Drop: 5, Cells: [2]int{17, 17}, Compare: func(a, b *event) int { return compareStarts(&a.Event, &b.Event) }},
		count("Links", 5, 11, func(v *event) int64 { return v.Links }),
		count("Customers", 6, 7, func(v *event) int64 { return v.Customers }, "Cust."),
		count("New", 5, 8, func(v *event) int64 { return v.NewCustomers }),
		count("Orders", 6, 3, func(v *event) int64 { return v.Orders }, "Ord."),
		count("Tickets", 7, 2, func(v *event) int64 { return v.Tickets }, "Tick."),
		count("Scanned", 6, 4, func(v *event) int64 { return v.Scanned }, "Scan."),
		count("Unscanned", 6, 9, func(v *event) int64 { return v.Unscanned }, "Unsc."),
		{
			Title: "Face Value", Number: true, Cells: [2]int{13, 16}, Text: func(v *event) string { return p.Theme.Money(v.FaceValue) },
			Draw: func(c ui.CellOf[event]) string {
				return c.Style.Render(p.Theme.Right(p.Theme.MoneyIn(c.Row.FaceValue, c.Width), c.Width))
			},
			Compare: func(a, b *event) int { return page.CompareMoney(a.FaceValue, b.FaceValue) },
		},
		count("No link", 7, 10, func(v *event) int64 { return v.Unattributed }),
	}
}

func (p *Events) starts(v *model.EventStats) string {
	if v.Event.StartsAt == nil {
		return p.Theme.Glyph.None
	}
	return v.Event.StartsAt.In(model.Location(v.Event.Timezone)).Format("2 Jan 2006 15:04")
}

// compareStarts puts events whose time is not known yet at the end.
func compareStarts(a, b *model.Event) int {
	switch {
	case a.StartsAt == nil && b.StartsAt == nil:
		return 0
	case a.StartsAt == nil:
		return 1
	case b.StartsAt == nil:
		return -1
	}
	return a.StartsAt.Compare(*b.StartsAt)
}

func (p *Events) noEvents(w int) []string {
	hint := "A member of your team can add one."
	if p.Actor.Can(model.Member) {
		hint = "Press " + p.Keys.Name("n") + " to add the first. A checkout may add them too, by itself."
	}
	return p.Theme.Message(w, "No events yet.", hint)
}

// Legend says what the columns count.
func (p *Events) Legend() [][2]string {
	return append([][2]string{
		{"Links", "links in use that track the event: its own, and the client-level ones"},
		{"No link", "tickets sold that no link is credited with; the other columns leave them out"},
	}, page.ColumnLegend()[1:12]...) // without Clicks and Total
}

// Crumbs is the way here.
func (p *Events) Crumbs() []string { return []string{"Live Stats", "Events"} }

// ShellCommands list the events, and show and change the one at the cursor.
func (p *Events) ShellCommands() []page.Args {
	slug := "SLUG"
	if v := p.Table.Current(); v != nil {
		slug = v.Event.Slug
	}
	commands := []page.Args{"event list", page.Args("stats --event").With(slug)}
	if p.Actor.Can(model.Member) {
		commands = append(commands, page.Args("event set").With(slug)+" --name NAME")
	}
	return commands
}
