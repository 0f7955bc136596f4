package tui

import (
	"cmp"
	"context"

	tea "github.com/charmbracelet/bubbletea"

	"lastclick/model"
)

// eventsPage is the client's events with what tracking links sold of each.
type eventsPage struct {
	listPage[model.EventStats]
}

func newEvents(e *env) *eventsPage {
	p := &eventsPage{newListPage(e, "event", "events", func(v *model.EventStats) string { return v.Event.Slug })}
	type event = model.EventStats
	faint := func(*event) paint { return e.ink.faint }
	count := func(title string, drop int, n func(*event) int64) listColumn[event] {
		return listColumn[event]{title: title, right: true, drop: drop,
			text:  func(v *event) string { return model.FormatCount(n(v)) },
			order: func(a, b *event) int { return cmp.Compare(n(a), n(b)) }}
	}
	p.columns = []listColumn[event]{
		{title: "Event", text: func(v *event) string { return v.Event.Name }, least: 14, most: 30},
		{title: "Slug", text: func(v *event) string { return v.Event.Slug }, ink: faint, drop: 10},
		{title: "Starts", text: p.starts, ink: faint, drop: 7, order: func(a, b *event) int { return compareStarts(&a.Event, &b.Event) }},
		count("Links", 11, func(v *event) int64 { return v.Links }),
		count("Customers", 5, func(v *event) int64 { return v.Customers }),
		count("New", 6, func(v *event) int64 { return v.NewCustomers }),
		count("Orders", 2, func(v *event) int64 { return v.Orders }),
		count("Tickets", 1, func(v *event) int64 { return v.Tickets }),
		count("Scanned", 3, func(v *event) int64 { return v.Scanned }),
		count("Unscanned", 8, func(v *event) int64 { return v.Unscanned }),
		{title: "Face Value", text: func(v *event) string { return e.mark.briefMoney(v.FaceValue) }, right: true,
			order: func(a, b *event) int { return compareMoney(a.FaceValue, b.FaceValue) }},
		count("No link", 9, func(v *event) int64 { return v.Unattributed }),
	}
	p.query = always(inClient(func(ctx context.Context, s model.Store, a model.Actor) ([]event, error) { return s.EventStats(ctx, a) }))
	p.about = func() string { return "What tracking links sold of each event" }
	p.none = p.noEvents
	return p
}

// briefMoney is money where several currencies have one narrow column.
func (m marks) briefMoney(a model.Money) string {
	if len(a) > 2 {
		return plural(int64(len(a)), "currency", "currencies")
	}
	return m.money(a)
}

func (p *eventsPage) starts(v *model.EventStats) string {
	if v.Event.StartsAt == nil {
		return p.env.mark.none
	}
	return v.Event.StartsAt.In(zone(v.Event.Timezone)).Format("2 Jan 2006 15:04")
}

// compareStarts puts events whose time is not known yet at the end.
func compareStarts(a, b *model.Event) int {
	switch {
	case a.StartsAt == nil || b.StartsAt == nil:
		return cmp.Compare(flag(a.StartsAt == nil), flag(b.StartsAt == nil))
	}
	return a.StartsAt.Compare(*b.StartsAt)
}

func flag(b bool) int {
	if b {
		return 1
	}
	return 0
}

func (p *eventsPage) noEvents(w int) []string {
	e := p.env
	if e.actor.Can(model.Member) {
		return e.message(w, "No events yet.", "Press n to add the first. A checkout may add them too, by itself.")
	}
	return e.message(w, "No events yet.", "A member of your team can add one.")
}

func (p *eventsPage) legend() [][2]string {
	return append([][2]string{
		{"Links", "links in use that track the event: its own, and the client-level ones"},
		{"No link", "tickets sold that no link is credited with; the other columns leave them out"},
	}, columnLegend()[1:8]...)
}

func (p *eventsPage) crumbs() []string { return []string{"Live Stats", "Events"} }

func (p *eventsPage) twins() []string {
	slug := "SLUG"
	if v := p.current(); v != nil {
		slug = v.Event.Slug
	}
	return []string{"event list", "stats --event " + slug, "event set " + slug + " --name NAME"}
}

func (p *eventsPage) keys() []binding {
	if p.searching {
		return p.list.keys()
	}
	e := p.env
	var bs []binding
	v := p.current()
	if v != nil {
		event := v.Event
		bs = append(bs, binding{[]string{"enter", "right", "l"}, "enter", "show the links that track the event", "links", func() tea.Cmd {
			return push(newEventLinks(e, event))
		}})
	}
	if e.actor.Can(model.Member) {
		bs = append(bs, binding{[]string{"n"}, "n", "add an event", "new", func() tea.Cmd { return push(newEventForm(e, nil)) }})
		if v != nil {
			event := v.Event
			bs = append(bs, binding{[]string{"E"}, "E", "edit the event: name, page, start", "edit", func() tea.Cmd { return push(newEventForm(e, &event)) }})
		}
	}
	return append(bs, p.list.keys()...)
}
