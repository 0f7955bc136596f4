package events

import (
	"context"
	"fmt"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"lastclick/model"
	"lastclick/tui/page"
	"lastclick/tui/ui"
)

// What stands around the table of events: above it the last days of all of them, and
// beside it the event under the cursor.

const (
	periodDays    = 30 // of the cards and of the charts
	previewLinks  = 6
	previewOrders = 8
)

// seen is what the preview has of an event.
type seen struct {
	overview model.Overview // of the last days
	links    []model.LinkStats
	names    int                  // links that sold, those that are not shown among them
	orders   []model.OrderSummary // the newest
}

// period is the filter of the last days of the client.
func period(ctx context.Context, s page.Store, a model.Actor, now time.Time) (model.Filter, error) {
	zone, err := page.ClientZone(ctx, s, a)
	if err != nil {
		return model.Filter{}, err
	}
	return model.Filter{From: now.In(zone).AddDate(0, 0, 1-periodDays).Format(time.DateOnly)}, nil
}

// initAround makes ready what stands around the table.
func (p *Events) initAround() {
	p.overview = page.NewLoader(p.Base, p.readOverview, func(o *model.Overview) tea.Cmd {
		p.now = o
		return nil
	})
	p.preview = page.NewPreview(p.Base, p.readPreview)
	p.Around.Above = p.above
	page.Follow(&p.Around, &p.preview, &p.Table, &p.Rows, eventKey, p.writePreview)
}

// Reload loads the events, and what is above them where there is room for it.
func (p *Events) Reload() tea.Cmd {
	if !page.ShowsCards(p.Around.Width(), p.Around.High()) {
		return p.ListPage.Reload()
	}
	return tea.Batch(p.ListPage.Reload(), p.overview.Load())
}

// Start loads.
func (p *Events) Start() tea.Cmd { return p.Reload() }

func (p *Events) readOverview() page.Call[*model.Overview] {
	now := p.Now()
	return func(ctx context.Context, s page.Store, a model.Actor) (*model.Overview, error) {
		f, err := period(ctx, s, a, now)
		if err != nil {
			return nil, err
		}
		o, err := s.Overview(ctx, a, f)
		return &o, err
	}
}

// above are the cards of the last days.
func (p *Events) above(w, h int) []string {
	if !page.ShowsCards(w, h) {
		return nil
	}
	return p.cards.Draw(p.Theme, page.CardsOf{Overview: p.now, Chart: fmt.Sprintf(", %d days, all events", periodDays)}, w, h)
}

func (p *Events) readPreview(slug string) page.Call[*seen] {
	now := p.Now()
	return func(ctx context.Context, s page.Store, a model.Actor) (*seen, error) {
		f, err := period(ctx, s, a, now)
		if err != nil {
			return nil, err
		}
		var v seen
		f.Event = slug
		if v.overview, err = s.Overview(ctx, a, f); err != nil {
			return nil, err
		}
		stats, err := s.Stats(ctx, a, model.Filter{Event: slug})
		if err != nil {
			return nil, err
		}
		v.links, v.names = best(stats.Links)
		list, err := s.Orders(ctx, a, model.OrderFilter{Event: slug, Limit: previewOrders, Uncounted: true})
		v.orders = list.Items
		return &v, err
	}
}

// best are the links that sold the most tickets, and how many sold any. The list is the
// store's, and stays as it is.
func best(all []model.LinkStats) (top []model.LinkStats, sold int) {
	for i := range all {
		l := &all[i]
		if l.Tickets <= 0 {
			continue
		}
		sold++
		at := len(top)
		for at > 0 && top[at-1].Tickets < l.Tickets {
			at--
		}
		if at == previewLinks {
			continue
		}
		top = append(top[:at], append([]model.LinkStats{*l}, top[at:]...)...)
		top = top[:min(len(top), previewLinks)]
	}
	return top, sold
}

// writePreview is the event in short: what the table does not say.
func (p *Events) writePreview(v *model.EventStats, s *seen, w, h int) []string {
	t := p.Theme
	dot := " " + t.Glyph.Dot + " "
	slug := model.Line(v.Event.Slug)
	lines := []string{ui.Spread(t.Bold.Render(t.Cut(v.Event.Name, max(w-ui.Width(slug)-2, w/2))), t.Faint.Render(t.Cut(slug, w/2-1)), w)}
	for _, part := range ui.Hardwrap(v.Event.URL, w) {
		lines = append(lines, t.Accent.Render(part))
	}
	about := model.Plural(v.Links, "link in use tracks it", "links in use track it")
	if v.Event.StartsAt != nil {
		about = "Starts " + p.starts(v) + dot + about
	}
	for _, part := range ui.Wrap(about, w) {
		lines = append(lines, t.Faint.Render(part))
	}
	if v.Unattributed > 0 {
		text := "No link is credited with " + model.Plural(v.Unattributed, "further ticket", "further tickets")
		lines = append(lines, t.Faint.Render(t.Cut(text, w)))
	}
	if s == nil {
		return lines
	}
	lines = append(lines, "")
	lines = append(lines, p.previewPeriod(s, w, h)...)
	if len(s.links) > 0 {
		lines = append(lines, "", t.Bold.Render("Best links"))
		for i := range s.links {
			lines = append(lines, p.previewLink(&s.links[i], w))
		}
		if more := s.names - len(s.links); more > 0 {
			lines = append(lines, t.Faint.Render("and "+model.FormatCount(int64(more))+" more: enter shows all"))
		}
	}
	if room := h - len(lines) - 2; len(s.orders) > 0 && room > 0 {
		lines = append(lines, "", t.Bold.Render("Last orders"))
		for i := range s.orders[:min(len(s.orders), room)] {
			lines = append(lines, p.OrderLine(&s.orders[i], p.Zone, w))
		}
	}
	return lines
}

// previewPeriod is the last days of the event, in numbers and as a chart.
func (p *Events) previewPeriod(s *seen, w, h int) []string {
	t, o := p.Theme, &s.overview
	title := fmt.Sprintf("Tickets by the %s, %d days", o.Unit, periodDays)
	lines := t.Plot(ui.NewPlot(title, o.Unit, page.PreviewChart(h), o.Points, model.Location(o.Timezone), func(p *model.Point) int64 { return p.Tickets }), w)
	return append(lines, page.CardsOf{Overview: o, Event: true}.Lines(t, w)...)
}

func (p *Events) previewLink(l *model.LinkStats, w int) string {
	t := p.Theme
	room := max(w-1-7-2-14, 1)
	return t.Cell(l.Link.Name, room) + " " + t.Right(ui.Count(l.Tickets, 7), 7) + "  " + t.Right(t.MoneyIn(l.FaceValue, 14), 14)
}
