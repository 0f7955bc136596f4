package links

import (
	"context"
	"fmt"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"lastclick/model"
	"lastclick/tui/page"
	"lastclick/tui/ui"
)

// The preview stands beside the table: what the page of the link under the cursor says in
// short. It is read once the cursor has rested; a move never waits for it.
const (
	previewWindow  = 140 // cells of a window from which on there is one
	previewRest    = 120 * time.Millisecond
	previewRenew   = time.Second // how old it may be while its link changes
	previewOrders  = 8
	previewKept    = 64 // links that are kept while nothing changed
	previewLeast   = 46
	previewMost    = 64
	previewSpacing = 3 // the rule, and a cell on either side
)

// preview is what is known of the link under the cursor.
type preview struct {
	code    string // of the link that is asked for or shown
	gen     int64  // of the newest question; older answers are dropped
	version uint64 // of the page that kept is of
	filter  model.Filter
	kept    map[string]*seen
	renews  bool // it will be read again

	shown *seen // nil while nothing is there yet
	lines []string
	drawn previewKey
}

// seen is what was read of a link.
type seen struct {
	filter model.Filter         // of the page when it was asked for
	detail model.LinkDetail     // of all events and days
	orders []model.OrderSummary // of the event that is chosen
	days   model.Series         // 30 of all events, of which the last 14 are drawn
}

// previewKey says what the preview was drawn from.
type previewKey struct {
	link *model.Link
	seen *seen
	w, h int
}

// previewCells is how wide the preview is in a window of w cells; 0: there is none.
func (p *Tracking) previewCells(w int) int {
	if w < previewWindow || p.hides(partPreview) {
		return 0
	}
	return min(max(w/3, previewLeast), previewMost)
}

// look asks for the preview of the link under the cursor, once the cursor rests.
func (p *Tracking) look() tea.Cmd {
	l := p.link()
	if l == nil || p.previewCells(p.width) == 0 {
		return nil
	}
	v := &p.preview
	if v.code == l.Code {
		return nil
	}
	v.code, v.shown, v.renews = l.Code, v.kept[l.Code], false
	v.gen++
	if v.shown != nil {
		return nil
	}
	return p.readLater(previewRest)
}

// renew reads the preview again after a change, at most once in previewRenew.
func (p *Tracking) renew() tea.Cmd {
	v := &p.preview
	if v.filter != p.version.filter { // it was of other sales
		v.filter, v.version, v.kept = p.version.filter, p.stats.Version, nil
		v.code, v.shown = "", nil
		v.gen++
		return p.look()
	}
	if v.version == p.stats.Version && v.version != 0 {
		return p.look()
	}
	v.version, v.kept = p.stats.Version, nil
	if l := p.link(); l == nil || l.Code != v.code || v.renews || p.previewCells(p.width) == 0 {
		return p.look()
	}
	v.renews = true
	v.gen++
	return p.readLater(previewRenew)
}

func (p *Tracking) readLater(rest time.Duration) tea.Cmd {
	gen := p.preview.gen
	return p.Later(rest, p.ID(), func() tea.Cmd {
		if gen != p.preview.gen {
			return nil
		}
		return p.readPreview(gen)
	})
}

func (p *Tracking) readPreview(gen int64) tea.Cmd {
	code, version, filter := p.preview.code, p.preview.version, p.preview.filter
	read := func(ctx context.Context, s page.Store, a model.Actor) (*seen, error) {
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
	return page.Do(p.Session, p.ID(), read, func(s *seen, err error) tea.Cmd {
		v := &p.preview
		if gen != v.gen || err != nil { // the table says where the store fails
			return nil
		}
		v.renews, v.shown = false, s
		if version == v.version {
			if v.kept == nil || len(v.kept) >= previewKept {
				v.kept = map[string]*seen{}
			}
			v.kept[code] = s
		}
		return nil
	})
}

// previewLines are the preview in w × h cells.
func (p *Tracking) previewLines(w, h int) []string {
	l := p.link()
	if l == nil {
		return nil
	}
	v := &p.preview
	s := v.shown
	if v.code != l.Code {
		s = nil
	}
	if k := (previewKey{l, s, w, h}); v.drawn != k {
		v.drawn, v.lines = k, p.writePreview(l, s, w, h)
	}
	return v.lines
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
	for _, part := range ui.Wrap(mailState(t, &mail), w) {
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
			lines = append(lines, p.previewOrder(&s.orders[i], w))
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
	height := 4
	if h >= 34 {
		height = 6
	}
	tickets := func(p *model.Point) int64 { return p.Tickets }
	return p.Theme.Plot(ui.NewPlot(title, model.PerDay, height, points, model.Location(days.Timezone), tickets), w)
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

func (p *Tracking) previewOrder(o *model.OrderSummary, w int) string {
	t := p.Theme
	value := t.MoneyIn(o.FaceValue, 14)
	tickets := ui.Count(o.Tickets, 5)
	when := t.Cell(p.Moment(o.PlacedAt, p.zone), 13)
	id := max(w-ui.Width(when)-5-14-2, 1)
	return t.Faint.Render(when) + t.Cell(o.ID, id) + t.Right(tickets, 5) + "  " + t.Right(value, 14)
}
