package main

import "fmt"

// shot is a picture: the keys that lead to a page, on a terminal of a size and a look.
type shot struct {
	name string
	w, h int
	look look
	page view
}

// look is a terminal's colours, and what it says of them.
type look struct {
	name    string
	palette palette
	term    string
	env     map[string]string
}

// view is a page, and how it is reached from the first one that the person sees: for the
// owner Link Tracking, for an admin Clients. Each step's keys are typed once what it waits
// for is on the screen.
type view struct {
	name  string
	as    string // who signs in; empty is the owner
	steps []step
	last  string // is on the page, and comes last
	wide  string // comes last in a window of at least from columns, which shows more
	from  int
}

// Who signs in, beside the owner.
const (
	admin    = "admin"
	stranger = "stranger" // a key that is not known
)

type step struct{ sees, keys string }

var (
	dark    = look{"dark", oneHalfDark, "xterm-256color", map[string]string{"COLORTERM": "truecolor", "COLORFGBG": "15;0"}}
	light   = look{"light", oneHalfLight, "xterm-256color", map[string]string{"COLORTERM": "truecolor", "COLORFGBG": "0;15"}}
	sixteen = look{"16", xterm, "xterm", nil}
	mono    = look{"mono", oneHalfDark, "xterm-256color", map[string]string{"NO_COLOR": "1"}}
)

var (
	tracking = view{name: "link-tracking", last: "Total", wide: "Last orders", from: 140}
	oneLink  = view{name: "link", steps: []step{{"Total", "/ana\r"}, {"Ana Diaz", "\r"}}, last: "Shortlink", wide: "Of the clicks", from: 120}

	views = []view{
		tracking,
		oneLink,
		{name: "unfolded", steps: []step{{"Total", "e"}}, last: "General Admission"},
		{name: "unattributed", steps: []step{{"Total", "u"}}, last: "No link clicked"},
		{name: "palette", steps: []step{{"Total", ":"}, {"go to, do or find", "sumf"}}, last: "search orders"},
		{name: "days-list", steps: []step{{"Total", "D"}}, last: "last month"},
		{name: "themes", steps: []step{{"Total", "T"}}, last: "contrast"},
		{name: "columns", steps: []step{{"Total", ","}}, last: "preview"},
		{name: "edit-link", steps: []step{{"Total", "E"}}, last: "Source"},
		{name: "filter", steps: []step{{"Total", "/news"}}, last: "/"},
		{name: "mail-asks", steps: []step{{"Total", "/ana\r"}, {"Ana Diaz", "\r"}, {"Shortlink", "w"}}, last: "y/N"},
		{name: "qr", steps: []step{{"Total", "/ana\r"}, {"Ana Diaz", "\r"}, {"Shortlink", "Q"}}},
		{name: "new-link", steps: []step{{"Total", "n"}}, last: "Add Tracking Link"},
		{name: "days", steps: []step{{"Total", "d"}}},
		{name: "event-picker", steps: []step{{"Total", "v"}}},
		{name: "archive-asks", steps: []step{{"Total", "a"}}, last: "y/N"},
		{name: "help", steps: []step{{"Total", "?"}}, last: "On this page"},
		{name: "events", steps: []step{{"Total", "2"}}, last: "Summer Fest"},
		{name: "new-event", steps: []step{{"Total", "2"}, {"Summer Fest", "n"}}, last: "Slug"},
		{name: "orders", steps: []step{{"Total", "3"}}, last: "Credited"},
		{name: "order", steps: []step{{"Total", "3"}, {"Credited", "\r"}}, last: "laced"},
		{name: "team", steps: []step{{"Total", "4"}}, last: "Bea Ford"},
		{name: "invite", steps: []step{{"Total", "4"}, {"Bea Ford", "n"}}},
		{name: "hooks", steps: []step{{"Total", "4"}, {"Bea Ford", "H"}}},
		{name: "audit", steps: []step{{"Total", "5"}}, last: "promoter invite"},
		{name: "clients", as: admin, last: "Harbour Hall"},
		{name: "new-client", as: admin, steps: []step{{"Harbour Hall", "n"}}},
		{name: "checkouts", as: admin, steps: []step{{"Harbour Hall", "\t"}}, last: "harbour-shop"},
		{name: "checkout", as: admin, steps: []step{{"Harbour Hall", "\t"}, {"harbour-shop", "\r"}}, last: "boxoffice"},
		{name: "inbox", as: admin, steps: []step{{"Harbour Hall", "\t\t"}}, last: "parked"},
		{name: "inbox-item", as: admin, steps: []step{{"Harbour Hall", "\t\t"}, {"parked", "\r"}}},
		{name: "join", as: stranger, last: "Invite code"},
	}
)

// all is every page at the common size, and the first two at all sizes and looks.
func all() (shots []shot) {
	for _, v := range views {
		shots = append(shots, shotOf(v, 120, 36, dark))
	}
	for _, v := range []view{tracking, oneLink} {
		for _, size := range [][2]int{{80, 24}, {120, 36}, {200, 50}} {
			for _, l := range []look{dark, light, sixteen, mono} {
				if size[0] == 120 && l.name == dark.name {
					continue // it is there already
				}
				shots = append(shots, shotOf(v, size[0], size[1], l))
			}
		}
	}
	return shots
}

// whole is what a picture of the view waits for.
func (s shot) whole() string {
	if s.page.wide != "" && s.w >= s.page.from {
		return s.page.wide
	}
	return s.page.last
}

func shotOf(v view, w, h int, l look) shot {
	return shot{fmt.Sprintf("%s-%dx%d-%s", v.name, w, h, l.name), w, h, l, v}
}

// ofReadme are the README's pictures.
func ofReadme() []shot {
	return []shot{
		{"console-dark", 140, 36, dark, tracking},
		{"console-light", 140, 36, light, tracking},
		{"link", 120, 36, dark, oneLink},
	}
}
