package tui

import (
	"context"
	"strings"
	"unicode"

	tea "github.com/charmbracelet/bubbletea"

	"lastclick/model"
	"lastclick/tui/page"
	"lastclick/tui/pages/links"
	"lastclick/tui/pages/orders"
	"lastclick/tui/ui"
)

// palette finds what can be done and opened: the actions of the page beneath it and of all
// other pages, the pages, and the client's links, events and newest orders. It lists what the
// tables of actions and the store give this actor, so it offers nothing that the role forbids.
type palette struct {
	page.Base
	app     *app
	under   page.Page
	chooser ui.Chooser
	actions []ui.Action     // for the footer
	local   []ui.Choice     // the actions, the pages and what else has a name of its own here
	chosen  string          // the code of the link at the cursor beneath
	ofALink []ui.Action     // that a link in use can have
	onLinks map[string]bool // those of them that are in local, by their sentences
	data    paletteData
	failed  error // why links, events and orders are missing
	rowsTop int
}

const (
	// paletteMatches are how many matches are listed; the count says how many there are.
	paletteMatches = 100
	// recentOrders are how many of the newest orders are found by their ids. Older ones are
	// found by the search that the palette offers, and by #.
	recentOrders = 200
)

// paletteData is what the palette finds beside actions and pages.
type paletteData struct {
	links   []model.Link
	choices []ui.Choice // actions, pages, links and the rest
	linksAt int         // where the links begin among them
	finder  *ui.Finder
}

// besides is the value of a choice that is made of what was typed: its title finds nothing.
const besides = "besides"

// archived stands behind the code of a link that is.
const archived = "archived"

// openPalette puts the palette on top of the page.
func (a *app) openPalette() tea.Cmd {
	under := a.top()
	p := &palette{Base: page.NewBase(a.Session), app: a, under: under, chooser: ui.NewChooser(a.Theme), onLinks: map[string]bool{}}
	p.chooser.Limit, p.chooser.Extra, p.chooser.Pairs = paletteMatches, p.extra, p.pairs
	p.actions = []ui.Action{
		ui.Hint("enter", "do it").Says("do or open what the cursor is on"),
		ui.Hint("↑ ↓", "move").Says("the line before and the next (ctrl+p and ctrl+n too)"),
		ui.Hint("tab", "fill in").Says("put the name of the line into the field"),
		ui.Hint("esc", "close").Says("close the palette"),
	}
	p.list()
	p.chooser.Offer(p.local, ui.NewChoiceFinder(p.local))
	return a.Open(under.ID(), p)
}

// Start reads what else is to be found.
func (p *palette) Start() tea.Cmd {
	return page.Do(p.Session, p.ID(), p.read, func(d paletteData, err error) tea.Cmd {
		if p.failed = err; err == nil {
			p.data = d
			p.chooser.Offer(d.choices, d.finder)
		}
		return nil
	})
}

// read runs outside of Update, for a large client has thousands of links: of the palette it
// uses what does not change.
func (p *palette) read(ctx context.Context, store page.Store, a model.Actor) (d paletteData, err error) {
	var events []model.Event
	var newest model.Listing[model.OrderSummary]
	var clients []model.Client
	if a.Client != "" {
		if events, err = store.Events(ctx, a); err != nil {
			return d, err
		}
		if d.links, err = store.Links(ctx, a, true); err != nil {
			return d, err
		}
		if newest, err = store.Orders(ctx, a, model.OrderFilter{Limit: recentOrders, Uncounted: true}); err != nil {
			return d, err
		}
	}
	if a.Role == model.Admin {
		if clients, err = store.Clients(ctx, a); err != nil {
			return d, err
		}
	}
	s := p.Session
	add := func(c ui.Choice, do func() tea.Cmd) {
		c.Do = do
		d.choices = append(d.choices, c)
	}
	d.choices = append(d.choices, p.local...)
	for _, e := range events {
		add(ui.Choice{Kind: "event", Title: e.Name, Note: e.Slug, Also: "links"}, func() tea.Cmd { return p.open(s.Routes.EventLinks(s, e)) })
	}
	d.linksAt = len(d.choices)
	for i := range d.links {
		l := &d.links[i]
		c := ui.Choice{Kind: "link", Title: l.Name, Note: strings.Join(append([]string{l.Code}, l.Aliases...), " ")}
		if l.Archived {
			c.Note += " " + archived
			c.Weight = weightElse
		}
		add(c, func() tea.Cmd { return p.open(links.NewLink(s, *l)) })
	}
	for _, c := range clients {
		add(ui.Choice{Kind: "client", Title: c.Name, Note: c.Slug}, func() tea.Cmd { return p.app.chooseClient(c.Slug) })
	}
	for i := range newest.Items {
		o := &newest.Items[i]
		add(ui.Choice{Kind: "order", Title: o.ID, Note: o.Checkout}, func() tea.Cmd { return p.open(orders.NewOrder(s, o.ID, o.Checkout)) })
	}
	if a.Can(model.Member) {
		for _, e := range events {
			add(ui.Choice{Kind: "do", Title: "create a link for " + e.Name, Note: e.Slug}, func() tea.Cmd { return p.open(links.NewForm(s, e.Slug)) })
		}
	}
	d.finder = ui.NewChoiceFinder(d.choices)
	return d, nil
}

// open opens a page on the one beneath.
func (p *palette) open(of page.Page) tea.Cmd { return p.app.Open(p.under.ID(), of) }

// extra offers to search all orders for what was typed, soon where that may be an order's id.
func (p *palette) extra(typed string) (choices []ui.Choice, soon bool) {
	if typed == "" || p.Actor.Client == "" {
		return nil, false
	}
	typed = strings.TrimPrefix(typed, "#") // as people write ids
	search := func() tea.Cmd { return p.open(p.Routes.SearchOrders(p.Session, typed)) }
	return []ui.Choice{{Kind: "order", Title: "search orders for “" + typed + "”", Value: besides, Do: search}}, likeOrderID(typed)
}

// likeOrderID says whether the text may be the id of an order: one word with a digit.
func likeOrderID(s string) bool {
	return len(s) > 1 && strings.ContainsAny(s, "0123456789") && !strings.ContainsFunc(s, unicode.IsSpace)
}

// chooseClient works on another client, if the store lets the actor.
func (a *app) chooseClient(slug string) tea.Cmd {
	return page.Opening(a.Session, func(ctx context.Context, s page.Store, actor model.Actor) (model.Actor, error) {
		return s.Choose(ctx, actor, slug)
	}, a.choose)
}
