package tui

import (
	"context"
	"slices"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"lastclick/model"
)

// linkPage is one link: what to share, what it brought, and the links it met.
type linkPage struct {
	env     *env
	loading loading
	link    model.Link // as it was when the page was opened, until detail is there
	detail  *model.LinkDetail
	orders  []model.OrderSummary // the newest
	span    model.Span           // of the chart that is asked for
	series  model.Series
	counted time.Time         // when the series was read
	chart   []string          // the series as drawn
	charted int               // in so many cells; 0: not yet
	events  map[string]string // the events' names by slug
	loc     *time.Location
	scroll
}

// linkData is what the page loads.
type linkData struct {
	detail model.LinkDetail
	orders []model.OrderSummary
	events []model.Event
	client model.Client
	series model.Series
	kept   bool // the series is the one that was on screen
}

// recentOrders is how many of the newest orders the page lists.
const recentOrders = 10

func newLinkPage(e *env, l model.Link) *linkPage {
	return &linkPage{env: e, loading: newLoading(e), link: l, loc: time.UTC, span: model.Week}
}

func (p *linkPage) id() int64        { return p.loading.id() }
func (p *linkPage) crumbs() []string { return []string{clean(p.link.Code)} }
func (p *linkPage) start() tea.Cmd   { return p.reload() }
func (p *linkPage) typing() bool     { return false }
func (p *linkPage) notice() string   { return p.loading.notice(p.env, p.loc) }

func (p *linkPage) legend() [][2]string { return columnLegend() }

func (p *linkPage) twins() []string {
	code := clean(p.link.Code)
	return []string{"link show " + code, "link qr " + code, "stats --link " + code, "order list --link " + code}
}

func (p *linkPage) reload() tea.Cmd {
	c, ok := p.loading.begin()
	if !ok {
		return nil
	}
	return p.fetch(c, p.detail != nil)
}

// seriesEvery is how old a chart may be: to read one looks at every click of its
// time, and a bar of a day hardly moves by an order.
var seriesEvery = map[model.Span]time.Duration{model.Day: time.Second, model.Week: time.Second, model.Month: 2 * time.Second, model.All: 5 * time.Second}

// spanBy shows another span; an answer to the one before is stale.
func (p *linkPage) spanBy(n int) tea.Cmd {
	i := slices.Index(model.Spans, p.span) + n
	if i < 0 || i >= len(model.Spans) {
		return nil
	}
	p.span = model.Spans[i]
	return p.fetch(p.loading.restart(), false)
}

func (p *linkPage) fetch(c claim, quiet bool) tea.Cmd {
	code, span, series := p.link.Code, p.span, p.series
	keep := series.Span == span && p.env.now().Sub(p.counted) < seriesEvery[span]
	get := load(p.env, c, func(ctx context.Context, s model.Store, a model.Actor) (d linkData, err error) {
		if d.detail, err = s.Link(ctx, a, code); err != nil {
			return d, err
		}
		if d.orders, err = s.Orders(ctx, a, model.OrderFilter{Link: code, Limit: recentOrders}); err != nil {
			return d, err
		}
		if d.events, err = s.Events(ctx, a); err != nil {
			return d, err
		}
		if d.series, d.kept = series, keep; !keep {
			if d.series, err = s.Series(ctx, a, code, span); err != nil {
				return d, err
			}
		}
		d.client, err = s.Client(ctx, a, a.Client)
		return d, err
	})
	if quiet {
		return get
	}
	return tea.Batch(get, p.env.later(patience, slowMsg{c}))
}

func (p *linkPage) update(msg tea.Msg) tea.Cmd {
	switch m := msg.(type) {
	case answer[linkData]:
		if !p.loading.end(m.claim, m.err, p.env.now()) {
			return nil
		}
		if m.err == nil {
			p.take(m.value)
		}
		return tea.Batch(p.loading.after(p.env, p.reload), p.chartLater(m.value))
	case slowMsg:
		p.loading.slowed(m)
	case retryMsg:
		if m.claim == p.loading.newest {
			return p.reload()
		}
	case tea.MouseMsg:
		p.scroll.wheel(m)
	}
	return nil
}

func (p *linkPage) take(d linkData) {
	p.link, p.detail, p.orders, p.loc = d.detail.Link, &d.detail, d.orders, d.client.Location()
	if p.series = d.series; !d.kept {
		p.counted, p.charted = p.env.now(), 0
	}
	p.events = make(map[string]string, len(d.events))
	for _, ev := range d.events {
		p.events[ev.Slug] = ev.Name
	}
}

// chartLater reads again once the chart that an answer kept is too old, if nothing
// else does.
func (p *linkPage) chartLater(d linkData) tea.Cmd {
	if !d.kept {
		return nil
	}
	return p.env.later(p.counted.Add(seriesEvery[p.span]).Sub(p.env.now()), retryMsg{p.loading.newest})
}

func (p *linkPage) keys() []binding {
	e, l := p.env, p.link
	bs := []binding{
		{[]string{"c"}, "c", "copy the shortlink", "copy shortlink", func() tea.Cmd { return e.copied("Shortlink", l.ShortURL) }},
		{[]string{"C"}, "C", "copy the full tracking link", "copy full link", func() tea.Cmd { return e.copied("Full tracking link", l.FullURL) }},
		{[]string{"Q"}, "Q", "show the shortlink as a QR code", "QR", func() tea.Cmd { return push(newQR(e, l.Code, l.ShortURL+"?qr")) }},
	}
	switch {
	case !e.actor.Can(model.Member):
	case l.Archived:
		bs = append(bs, binding{[]string{"r"}, "r", "restore the archived link", "restore", func() tea.Cmd { return restore(e, l.Code) }})
	default:
		bs = append(bs,
			binding{[]string{"a"}, "a", "archive the link (asks first)", "archive", func() tea.Cmd { return archive(e, l) }},
			binding{[]string{"w"}, "w", "send the welcome mail again (asks first)", "mail again", func() tea.Cmd { return resend(e, l) }})
	}
	bs = append(bs, binding{[]string{"o"}, "o", "all orders credited to the link", "orders", func() tea.Cmd { return push(newOrders(e, l.Code)) }})
	bs = append(bs,
		binding{[]string{"["}, "[", "a shorter time in the chart", "", func() tea.Cmd { return p.spanBy(-1) }},
		binding{[]string{"]"}, "]", "a longer time in the chart", "", func() tea.Cmd { return p.spanBy(1) }})
	bs = append(bs, binding{[]string{"left", "h"}, "← h", "back", "", func() tea.Cmd { return pop }})
	return append(bs, p.scroll.keys()...)
}

// resend asks, then queues the welcome mail once more.
func resend(e *env, l model.Link) tea.Cmd {
	yes := change(e, func(ctx context.Context, s model.Store, a model.Actor) changedMsg {
		_, err := s.ResendMail(ctx, a, l.Code)
		return changedMsg{text: "The welcome mail is on its way to " + l.Email, err: err}
	})
	return ask("Send the welcome mail to "+l.Email+" again?", yes)
}
