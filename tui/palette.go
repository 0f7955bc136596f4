package tui

import (
	"context"
	"strconv"
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
	actions []ui.Action // for the footer
	deeds   []deed      // by the number in a choice's value
	chosen  string      // the code of the link at the cursor beneath
	ofALink []ui.Action // that a link in use can have, by their numbers in pairs
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
	events  []model.Event
	orders  []model.OrderSummary
	clients []model.Client

	choices []ui.Choice // actions, pages and these
	linksAt int         // where the links begin among them
	finder  *ui.Finder
}

// archived stands behind the code of a link that is.
const archived = "archived"

// openPalette puts the palette on top of the page.
func (a *app) openPalette() tea.Cmd {
	under := a.top()
	p := &palette{Base: page.NewBase(a.Session), app: a, under: under, chooser: ui.NewChooser(a.Theme)}
	p.chooser.Limit, p.chooser.Extra, p.chooser.Pairs = paletteMatches, p.extra, p.pairs
	p.actions = []ui.Action{
		ui.Hint("enter", "do it").Says("do or open what the cursor is on"),
		ui.Hint("↑ ↓", "move").Says("the line before and the next (ctrl+p and ctrl+n too)"),
		ui.Hint("tab", "fill in").Says("put the name of the line into the field"),
		ui.Hint("esc", "close").Says("close the palette"),
	}
	p.list()
	local := p.localChoices()
	p.chooser.Offer(local, ui.NewChoiceFinder(local))
	return a.Open(under.ID(), p)
}

// What a choice of the palette is about is the first letter of its value; a number follows.
const (
	ofDeed   = 'd'
	ofLink   = 'l'
	ofEvent  = 'e'
	ofOrder  = 'o'
	ofClient = 'c'
	ofNew    = 'n' // a new link for the event
	ofSearch = 's'
	ofPair   = 'p' // an action of a link
)

func valueOf(kind byte, n int) string { return string(kind) + strconv.Itoa(n) }

// localChoices are the actions, the pages and what else has a name of its own here.
func (p *palette) localChoices() []ui.Choice {
	all := make([]ui.Choice, len(p.deeds))
	for i := range p.deeds {
		all[i] = p.deeds[i].Choice
		all[i].Value = valueOf(ofDeed, i)
	}
	return all
}

// Start reads what else is to be found.
func (p *palette) Start() tea.Cmd {
	local := p.localChoices()
	return page.Do(p.Session, p.ID(), func(ctx context.Context, s page.Store, a model.Actor) (paletteData, error) {
		return readPalette(ctx, s, a, local)
	}, func(d paletteData, err error) tea.Cmd {
		if p.failed = err; err == nil {
			p.data = d
			p.chooser.Offer(d.choices, d.finder)
		}
		return nil
	})
}

// readPalette runs outside of Update: a large client has thousands of links.
func readPalette(ctx context.Context, s page.Store, a model.Actor, local []ui.Choice) (d paletteData, err error) {
	if a.Client != "" {
		if d.events, err = s.Events(ctx, a); err != nil {
			return d, err
		}
		if d.links, err = s.Links(ctx, a, true); err != nil {
			return d, err
		}
		newest, err := s.Orders(ctx, a, model.OrderFilter{Limit: recentOrders, Uncounted: true})
		if err != nil {
			return d, err
		}
		d.orders = newest.Items
	}
	if a.Role == model.Admin {
		if d.clients, err = s.Clients(ctx, a); err != nil {
			return d, err
		}
	}
	d.choices = append(d.choices, local...)
	for i := range d.events {
		d.choices = append(d.choices, ui.Choice{Kind: "event", Title: d.events[i].Name, Note: d.events[i].Slug, Also: "links", Value: valueOf(ofEvent, i)})
	}
	d.linksAt = len(d.choices)
	for i := range d.links {
		l := &d.links[i]
		c := ui.Choice{Kind: "link", Title: l.Name, Note: strings.Join(append([]string{l.Code}, l.Aliases...), " "), Value: valueOf(ofLink, i)}
		if l.Archived {
			c.Note += " " + archived
			c.Weight = weightElse
		}
		d.choices = append(d.choices, c)
	}
	for i := range d.clients {
		d.choices = append(d.choices, ui.Choice{Kind: "client", Title: d.clients[i].Name, Note: d.clients[i].Slug, Value: valueOf(ofClient, i)})
	}
	for i := range d.orders {
		o := &d.orders[i]
		d.choices = append(d.choices, ui.Choice{Kind: "order", Title: o.ID, Note: o.Checkout, Value: valueOf(ofOrder, i)})
	}
	if a.Can(model.Member) {
		for i := range d.events {
			d.choices = append(d.choices, ui.Choice{Kind: "do", Title: "create a link for " + d.events[i].Name, Note: d.events[i].Slug, Value: valueOf(ofNew, i)})
		}
	}
	d.finder = ui.NewChoiceFinder(d.choices)
	return d, nil
}

// extra offers to search all orders for what was typed, soon where that may be an order's id.
func (p *palette) extra(typed string) (choices []ui.Choice, soon bool) {
	if typed == "" || p.Actor.Client == "" {
		return nil, false
	}
	typed = strings.TrimPrefix(typed, "#") // as people write ids
	return []ui.Choice{{Kind: "order", Title: "search orders for “" + typed + "”", Value: valueOf(ofSearch, 0)}}, likeOrderID(typed)
}

// likeOrderID says whether the text may be the id of an order: one word with a digit.
func likeOrderID(s string) bool {
	return len(s) > 1 && strings.ContainsAny(s, "0123456789") && !strings.ContainsFunc(s, unicode.IsSpace)
}

// choose closes the palette and does what the choice says.
func (p *palette) choose(c ui.Choice) tea.Cmd {
	n, err := strconv.Atoi(c.Value[1:])
	if err != nil {
		return nil // values are made above
	}
	a, s, typed := p.app, p.Session, strings.TrimPrefix(strings.TrimSpace(p.chooser.Typed()), "#")
	open := func(made func() page.Page) tea.Cmd {
		return p.CloseThen(func() tea.Cmd { return a.Open(p.under.ID(), made()) })
	}
	switch d := &p.data; c.Value[0] {
	case ofDeed:
		return p.CloseThen(p.deeds[n].do)
	case ofLink:
		return open(func() page.Page { return links.NewLink(s, d.links[n]) })
	case ofPair:
		l, act := d.links[n/len(p.ofALink)], p.ofALink[n%len(p.ofALink)]
		return p.CloseThen(func() tea.Cmd { return p.onLink(l, act.Long) })
	case ofEvent:
		return open(func() page.Page { return s.Routes.EventLinks(s, d.events[n]) })
	case ofNew:
		return open(func() page.Page { return links.NewForm(s, d.events[n].Slug) })
	case ofOrder:
		return open(func() page.Page { return orders.NewOrder(s, d.orders[n].ID, d.orders[n].Checkout) })
	case ofSearch:
		return open(func() page.Page { return s.Routes.SearchOrders(s, typed) })
	case ofClient:
		return p.CloseThen(func() tea.Cmd { return a.chooseClient(d.clients[n].Slug) })
	}
	return nil
}

// chooseClient works on another client, if the store lets the actor.
func (a *app) chooseClient(slug string) tea.Cmd {
	return page.Opening(a.Session, func(ctx context.Context, s page.Store, actor model.Actor) (model.Actor, error) {
		return s.Choose(ctx, actor, slug)
	}, a.choose)
}
