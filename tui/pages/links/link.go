package links

import (
	"context"
	"slices"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"lastclick/model"
	"lastclick/tui/page"
	"lastclick/tui/ui"
)

// Link is one link: what to share, what it brought, and the links it met.
type Link struct {
	page.Loading[linkData]
	pager ui.Pager

	link     model.Link        // as it was when the page was opened, until the detail is there
	linkData                   // its detail has a code once it is there
	span     model.Span        // of the chart that is asked for
	counted  time.Time         // when the series was read
	names    map[string]string // the events' names by slug

	lines   []string // the page as written, nil when it is to be written again
	width   int
	chart   []string      // the series as drawn
	charted int           // in so many cells; 0: not yet
	sold    ui.Table[row] // by ticket type
	actions []ui.Action
}

// linkData is what the page loads.
type linkData struct {
	detail model.LinkDetail
	orders []model.OrderSummary // the newest
	events []model.Event
	client model.Client
	series model.Series
	kept   bool // the series is the one that was on screen
}

// newLink is how old a link is whose chart begins with the last hours: days would be a
// single bar.
const newLink = 48 * time.Hour

// recentOrders is how many of the newest orders the page lists.
const recentOrders = 10

// NewLink is the page of the link.
func NewLink(s *page.Session, l model.Link) *Link {
	p := &Link{pager: ui.NewPager(s.Theme), link: l, span: model.Week}
	p.Loading = page.NewLoading(s, p.read, p.take)
	if s.Now().Sub(l.CreatedAt) < newLink {
		p.span = model.Day
	}
	p.sold = typeTable(s.Theme, p.typeTitle)
	p.actions = p.allActions()
	return p
}

// Crumbs is the code.
func (p *Link) Crumbs() []string { return []string{model.Line(p.link.Code)} }

// Legend says what the columns count.
func (p *Link) Legend() [][2]string { return page.ColumnLegend() }

// ShellCommands tell of the same link.
func (p *Link) ShellCommands() []page.Args {
	of := func(command page.Args) page.Args { return command.With(p.link.Code) }
	return []page.Args{of("link show"), of("link qr"), of("link test"), of("stats --link"), of("order list --link")}
}

// seriesEvery is how old a chart may be: to read one looks at every click of its time,
// and a bar of a day hardly moves by an order.
var seriesEvery = map[model.Span]time.Duration{model.Day: time.Second, model.Week: time.Second, model.Month: 2 * time.Second, model.All: 5 * time.Second}

// spanBy shows another span; an answer to the one before is stale.
func (p *Link) spanBy(n int) tea.Cmd {
	i := slices.Index(model.Spans, p.span) + n
	if i < 0 || i >= len(model.Spans) {
		return nil
	}
	p.span, p.lines = model.Spans[i], nil
	return p.Loader.Restart()
}

// read makes the call of now.
func (p *Link) read() page.Call[linkData] {
	code, span, series := p.link.Code, p.span, p.series
	keep := series.Span == span && p.Now().Sub(p.counted) < seriesEvery[span]
	return func(ctx context.Context, s page.Store, a model.Actor) (d linkData, err error) {
		if d.detail, err = s.Link(ctx, a, code); err != nil {
			return d, err
		}
		recent, err := s.Orders(ctx, a, model.OrderFilter{Link: code, Limit: recentOrders, Uncounted: true})
		if err != nil {
			return d, err
		}
		d.orders = recent.Items
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
	}
}

// take shows new data. Where it kept the chart, it is read again once that is too old,
// if nothing else does.
func (p *Link) take(d linkData) tea.Cmd {
	p.linkData, p.link, p.Zone, p.lines = d, d.detail.Link, d.client.Location(), nil
	p.names = model.NamesOf(nil, d.events).Events
	rows := make([]row, len(d.detail.TicketTypes))
	for i := range rows {
		t := &p.detail.TicketTypes[i]
		rows[i] = row{typ: t, share: share(t.Tickets, d.detail.Numbers.Tickets), Numbers: t.Numbers}
	}
	p.sold.Show(ui.NewData(p.sold.Columns, rows))
	if d.kept {
		return p.Loader.After(p.counted.Add(seriesEvery[p.span]).Sub(p.Now()))
	}
	p.counted, p.charted = p.Now(), 0
	return nil
}

// Update takes the mouse.
func (p *Link) Update(msg tea.Msg) tea.Cmd {
	if m, ok := msg.(tea.MouseMsg); ok {
		p.pager.Mouse(m)
	}
	return nil
}

// Actions are what the page can do.
func (p *Link) Actions() []ui.Action { return p.actions }

func (p *Link) allActions() []ui.Action {
	actions := []ui.Action{
		ui.On("c", "copy shortlink", "copy the shortlink", func() tea.Cmd { return p.CopyText("Shortlink", p.link.ShortURL) }),
		ui.On("C", "full link", "copy the full tracking link", func() tea.Cmd { return p.CopyText("Full tracking link", p.link.FullURL) }),
		ui.On("Q", "QR", "show the shortlink as a QR code", func() tea.Cmd { return p.Open(page.NewQR(p.Session, p.link.Code, p.link.ShortURL+"?qr")) }),
	}
	actions = append(actions, p.ownerActions()...)
	if p.Actor.Can(model.Member) {
		archived := func() bool { return p.link.Archived }
		inUse := func() bool { return !p.link.Archived }
		actions = append(actions,
			ui.On("r", "restore", "restore the archived link", func() tea.Cmd { return p.RestoreLink(p.link.Code) }).If(archived),
			ui.On("a", "archive", "archive the link (asks first)", func() tea.Cmd { return p.ArchiveLink(p.link) }).If(inUse),
			ui.On("E", "edit", "edit the link: name, e-mail, source, digest", p.edit),
			ui.On("w", "mail again", "send the welcome mail again (asks first)", p.resend).If(inUse),
			ui.On("+", "add code", "give the link a further code, such as a coupon", func() tea.Cmd { return p.Open(newCodeForm(p.Session, p.link)) }),
			ui.On("-", "remove code", "take a further code from the link (asks first)", p.removeCode).If(func() bool { return len(p.link.Aliases) > 0 }))
	}
	actions = append(actions,
		ui.On("o", "orders", "all orders credited to the link", func() tea.Cmd { return p.Open(p.Routes.Orders(p.Session, p.link.Code)) }),
		ui.On("t", "test", "test the link: click, page, receipt, order; nothing is counted", p.test).If(func() bool { return p.Connector != nil }),
		p.ExportAction(func() page.Export {
			code := model.Line(p.link.Code)
			return page.Export{Args: page.Args("stats --csv --link").With(code), File: code + ".csv", Notes: []string{"The link with its ticket types. Its orders: " + string(page.Args("order list --link").With(code)) + " --csv."}}
		}),
		ui.On("[", "", "a shorter time in the chart", func() tea.Cmd { return p.spanBy(-1) }),
		ui.On("]", "", "a longer time in the chart", func() tea.Cmd { return p.spanBy(1) }),
		p.Back())
	return append(ui.InOrder(actions, "r restore", "c", "C", "o", "Q", "E", "t", "a", "w", "+"), p.pager.Actions()...)
}

// resend asks, then queues the welcome mail once more.
func (p *Link) resend() tea.Cmd {
	l := p.link
	return p.Ask("Send the welcome mail to "+l.Email+" again?", func() tea.Cmd {
		return p.Change("The welcome mail to "+l.Email+" "+model.MailGoes(p.MailsToFiles), func(ctx context.Context, s page.Store, a model.Actor) error {
			_, err := s.ResendMail(ctx, a, l.Code)
			return err
		})
	})
}
