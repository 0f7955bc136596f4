package orders

import (
	"lastclick/tui/page"
	"lastclick/tui/ui"
)

// NewOrder explains the order of the checkout.
func NewOrder(s *page.Session, id, checkout string) page.Page { return newOrder(s, id, checkout) }

// search is the orders that hold a text, on top of the page that asked for them.
type search struct{ *Orders }

// NewSearch is the orders that the store finds for the text.
func NewSearch(s *page.Session, text string) page.Page {
	p := New(s, "")
	p.SearchFor(text)
	as := func() bool { return p.Table.Filter() == text } // as it was opened: esc leaves it
	p.Own = append(p.Own, ui.On("esc", "", "back", p.Close).If(as).Leaves())
	return search{p}
}

// Crumbs is a step of the page that it stands on.
func (search) Crumbs() []string { return []string{"Orders"} }
