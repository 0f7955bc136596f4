package tui

import (
	"lastclick/model"
	"lastclick/tui/page"
	"lastclick/tui/pages/events"
	"lastclick/tui/pages/links"
	"lastclick/tui/pages/orders"
	"lastclick/tui/pages/platform"
	"lastclick/tui/pages/team"
)

// section is a page that a tab leads to, for those who have the role.
type section struct {
	title    string
	short    string // where there is no room for the title
	role     model.Role
	platform bool // of the whole platform: it takes no client
	make     func(*page.Session) page.Page
	opens    func(*page.Session) page.Page // what enter opens there, of nothing: it tells its actions
}

// sections are the tabs, from the left.
func sections() []section {
	return []section{
		{"Link Tracking", "Links", model.Viewer, false, func(s *page.Session) page.Page { return links.NewTracking(s) }, nil},
		{"Events", "Events", model.Viewer, false, func(s *page.Session) page.Page { return events.New(s) }, nil},
		{"Orders", "Orders", model.Viewer, false, func(s *page.Session) page.Page { return orders.New(s, "") }, func(s *page.Session) page.Page { return orders.NewOrder(s, "", "") }},
		{"Team", "Team", model.Owner, false, func(s *page.Session) page.Page { return team.New(s) }, nil},
		{"Audit", "Audit", model.Owner, false, func(s *page.Session) page.Page { return platform.NewAudit(s) }, nil},
		{"Clients", "Clients", model.Admin, true, func(s *page.Session) page.Page { return platform.NewClients(s) }, nil},
		{"Checkouts", "Checkouts", model.Admin, true, func(s *page.Session) page.Page { return platform.NewCheckouts(s) }, func(s *page.Session) page.Page { return platform.NewCheckout(s, "") }},
		{"Inbox", "Inbox", model.Admin, true, func(s *page.Session) page.Page { return platform.NewInbox(s) }, func(s *page.Session) page.Page { return platform.NewInboxItem(s, 0) }},
	}
}

// routes are the pages that pages of another folder open.
func routes(a *app) page.Routes {
	return page.Routes{
		EventLinks:   func(s *page.Session, e model.Event) page.Page { return links.NewEventTracking(s, e) },
		Orders:       func(s *page.Session, link string) page.Page { return orders.New(s, link) },
		SearchOrders: func(s *page.Session, text string) page.Page { return orders.NewSearch(s, text) },
		Hooks:        func(s *page.Session) page.Page { return platform.NewHooks(s) },
		Choose:       a.choose,
		Restyle:      a.restyle,
	}
}
