package links

import (
	"context"
	"fmt"

	tea "github.com/charmbracelet/bubbletea"

	"lastclick/model"
	"lastclick/tui/page"
	"lastclick/tui/ui"
)

// previewOrders is how many of the newest orders a preview has at most.
const previewOrders = 8

// seen is what the preview has of the link under the cursor: what the link's page says in
// short.
type seen struct {
	filter model.Filter         // of the page when it was asked for
	detail model.LinkDetail     // of all events and days
	orders []model.OrderSummary // of the event that is chosen
	days   model.Series         // 30 of all events, of which the last 14 are drawn
}

// previewCells is how wide the preview is in a window of w cells; 0: there is none.
func (p *Tracking) previewCells(w int) int {
	if p.hides(partPreview) {
		return 0
	}
	return page.PreviewCells(w)
}

// looked is the code of the link whose preview is shown; empty for none.
func (p *Tracking) looked() string {
	if l := p.link(); l != nil && p.previewCells(p.width) > 0 {
		return l.Code
	}
	return ""
}

// look asks for the preview of the link under the cursor, once the cursor rests.
func (p *Tracking) look() tea.Cmd { return p.preview.Look(p.looked()) }

// renew reads the preview again after a change.
func (p *Tracking) renew() tea.Cmd {
	var stamp any
	if p.stats.Version != 0 {
		stamp = p.stats.Version
	}
	return p.preview.Renew(p.looked(), p.version.filter, stamp)
}

func (p *Tracking) readPreview(code string) page.Call[*seen] {
	filter := p.version.filter
	return func(ctx context.Context, s page.Store, a model.Actor) (*seen, error) {
		v := seen{filter: filter}
		var err error
		if v.detail, err = s.Link(ctx, a, code); err != nil {
			return nil, err
		}
		if v.days, err = s.Series(ctx, a, code, model.Month); err != nil {
			return nil, err
		}
		list, err := s.Orders(ctx, a, model.OrderFilter{Link: code, Event: filter.Event, Limit: previewOrders, Uncounted: true})
		v.orders = list.Items
		return &v, err
	}
}

// previewLines are the preview in w × h cells.
func (p *Tracking) previewLines(w, h int) []string {
	l := p.link()
	if l == nil {
		return nil
	}
	return p.preview.Lines(l.Code, l, w, h, func(s *seen) []string { return p.writePreview(l, s, w, h) })
}

// writePreview is the link in short: what the table does not say.
func (p *Tracking) writePreview(l *model.Link, s *seen, w, h int) []string {
	t := p.Theme
	about := model.Line(l.Code) + " " + t.Glyph.Dot + " " + model.Line(l.Source)
	lines := []string{ui.Spread(t.Bold.Render(t.Cut(l.Name, max(w-ui.Width(about)-2, w/2))), t.Faint.Render(about), w)}
	for _, part := range ui.Hardwrap(l.ShortURL, w) {
		lines = append(lines, t.Accent.Render(part))
	}
	mail := model.LinkDetail{Link: *l}
	if s != nil {
		mail = s.detail
	}
	for _, part := range ui.Wrap(mailState(t, &mail, p.MailsToFiles), w) {
		lines = append(lines, t.Faint.Render(part))
	}
	if l.StatsURL != "" {
		lines = append(lines, t.Faint.Render("Owner's stats page"))
		lines = append(lines, ui.Hardwrap(l.StatsURL, w)...)
	}
	if s == nil {
		return ui.Trim(lines, h)
	}
	lines = append(lines, "")
	lines = append(lines, p.previewDays(s, w, h)...)
	if met := p.previewOverlaps(s, w); len(met) > 0 {
		lines = append(append(lines, ""), met...)
	}
	if room := h - len(lines) - 2; len(s.orders) > 0 && room > 0 {
		title := "Last orders"
		if s.filter.From != "" || s.filter.To != "" {
			title += ", all days"
		}
		lines = append(lines, "", t.Bold.Render(title))
		for i := range s.orders[:min(len(s.orders), room)] {
			lines = append(lines, p.OrderLine(&s.orders[i], p.Zone, w))
		}
	}
	return ui.Trim(lines, h)
}

// previewDays are the tickets of each of the last days as a chart, whatever the event: the
// store has no other series of a link.
func (p *Tracking) previewDays(s *seen, w, h int) []string {
	days, title := &s.days, fmt.Sprintf("Tickets a day, %d days", trendDays)
	if s.filter.Event != "" {
		title += ", all events"
	}
	points := days.Points[max(len(days.Points)-trendDays, 0):]
	tickets := func(p *model.Point) int64 { return p.Tickets }
	return p.Theme.Plot(ui.NewPlot(title, model.PerDay, page.PreviewChart(h), points, model.Location(days.Timezone), tickets), w)
}

// previewOverlaps are the links that the same buyers clicked, the most frequent first.
func (p *Tracking) previewOverlaps(s *seen, w int) []string {
	t, d := p.Theme, &s.detail
	var lines []string
	list := func(title string, links []model.Overlap) {
		for i := range min(len(links), 3) {
			count := model.FormatCount(links[i].Orders)
			lines = append(lines, t.Faint.Render(t.Cell(title, 16))+t.Cell(links[i].Name, max(w-16-len(count)-1, 1))+" "+count)
			title = ""
		}
	}
	list("Took over from", d.TookOverFrom)
	list("Taken over by", d.TakenOverBy)
	if len(lines) > 0 && s.filter != (model.Filter{}) {
		lines = append([]string{t.Faint.Render("Of all events and days:")}, lines...)
	}
	return lines
}
