package links

import (
	"cmp"
	"fmt"
	"strings"

	"lastclick/model"
	"lastclick/tui/page"
	"lastclick/tui/ui"
)

// The columns of Link Tracking, in their order.
const (
	colLink = iota
	colEvent
	colClicks
	colCustomers
	colNew
	colOrders
	colTickets
	colScanned
	colUnscanned
	colFace
	colTrend
)

const (
	allEvents = "All events"
	trendDays = 14 // of a sparkline where there is room, or half of them
	minName   = 8  // cells of a name beside its code
	maxCode   = 16
)

// count is a column of numbers.
func count(title string, drop int, n func(*row) int64, short ...string) ui.Column[row] {
	return ui.Column[row]{
		Title: title, Short: short, Number: true, Drop: drop,
		Text: func(r *row) string {
			if n(r) < 0 {
				return ""
			}
			return model.FormatCount(n(r))
		},
		Width:   func(r *row) int { return ui.Digits(max(n(r), 0)) },
		Compare: func(a, b *row) int { return cmp.Compare(n(a), n(b)) },
	}
}

// columns are those of the table. Clicks give way first, then what matters least to
// people who are paid by the ticket.
func (p *Tracking) columns() []ui.Column[row] {
	t := p.Theme
	cs := []ui.Column[row]{
		colLink: {
			Title: "Link", Min: 20, Max: 36, Stretch: true, Draw: p.drawLink, Style: p.nameStyle,
			Text:  func(r *row) string { return r.link.Link.Name },
			Width: func(r *row) int { return ui.Width(r.link.Link.Name) + 2 + min(len(r.link.Link.Code), maxCode) },
		},
		colEvent:     {Title: "Event", Min: 12, Max: 24, Drop: 7, Text: func(r *row) string { return r.event }, Style: func(*row) ui.Style { return t.Faint }},
		colClicks:    count("Clicks", 8, func(r *row) int64 { return r.clicks }),
		colCustomers: count("Customers", 4, func(r *row) int64 { return r.Customers }, "Customers", "Cust."),
		colNew:       count("New Customers", 5, func(r *row) int64 { return r.NewCustomers }, "New Cust.", "New"),
		colOrders:    count("Orders", 2, func(r *row) int64 { return r.Orders }),
		colTickets:   count("Tickets", 1, func(r *row) int64 { return r.Tickets }),
		colScanned:   count("Scanned", 3, func(r *row) int64 { return r.Scanned }, "Scanned", "Scan."),
		colUnscanned: count("Unscanned", 6, func(r *row) int64 { return r.Unscanned }, "Unscanned", "Unsc."),
		colFace: {
			Title: "Face Value", Number: true, Compare: func(a, b *row) int { return page.CompareMoney(a.FaceValue, b.FaceValue) },
			Text: func(r *row) string { return t.Money(r.FaceValue) },
			Draw: func(c ui.CellOf[row]) string {
				return c.Style.Render(t.Right(face(t, c.Row.FaceValue, c.Width), c.Width))
			},
			Measure: p.measureFaces,
		},
		colTrend: {Title: fmt.Sprintf("%d days", trendDays), Short: []string{fmt.Sprintf("%d days", trendDays/2)}, Spare: []int{trendDays, trendDays / 2}, Draw: p.drawTrend},
	}
	for i := range cs {
		if cs[i].Number && cs[i].Style == nil {
			cs[i].Style = p.nameStyle
		}
		switch i {
		case colCustomers, colNew, colOrders:
			text := cs[i].Text
			cs[i].Text = func(r *row) string {
				if r.link == nil && r.Orders == unknown {
					return t.Glyph.Ellipsis
				}
				return text(r)
			}
		}
	}
	return cs
}

// measureFaces are the cells that amounts make do with, and those that they take in
// full. Writing 5,000 amounts to find the longest would take longer than all else, so
// only the greatest of each currency are written.
func (p *Tracking) measureFaces(rows []row) (narrow, wide int) {
	most := model.Money{}
	for i := range rows {
		m := rows[i].FaceValue
		for c, amount := range m {
			if had, ok := most[c]; !ok || amount > had {
				most[c] = amount
			}
		}
		if len(m) > 1 {
			wide = max(wide, ui.Width(p.Theme.Money(m)))
			narrow = max(narrow, len("99 currencies"))
		}
	}
	for c, amount := range most {
		narrow = max(narrow, ui.Width(p.Theme.Money(model.Money{c: amount})))
	}
	return max(narrow, 1), wide
}

// nameStyle is faint for what is archived and for ticket types.
func (p *Tracking) nameStyle(r *row) ui.Style {
	if r.typ != nil || r.link != nil && r.link.Link.Archived {
		return p.Theme.Faint
	}
	return ui.Style{}
}

// drawLink is the owner's name, what became of the link, and its code; or the ticket
// type; or the label of what is pinned.
func (p *Tracking) drawLink(c ui.CellOf[row]) string {
	t, r, w := p.Theme, c.Row, c.Width
	switch {
	case r.link == nil:
		return c.Style.Render(t.Cell(r.label, w))
	case r.typ != nil && p.namesEvents(r):
		return c.Style.Render("  " + t.Pair(title(r.typ), r.event, max(w-2, 0)))
	case r.typ != nil:
		return c.Style.Render("  " + t.Cell(title(r.typ), max(w-2, 0)))
	}
	code := min(p.longestCode, w/2, maxCode)
	if w-code-2 < minName {
		code = 0
	} else {
		w -= code + 2
	}
	text := t.Cell(r.link.Link.Name, w)
	if r.link.Link.Archived {
		if tag := " (archived)"; w >= 24 {
			text = t.Cell(t.Cut(r.link.Link.Name, w-len(tag))+tag, w)
		} else {
			text = t.Cell(t.Glyph.Cross+" "+r.link.Link.Name, w)
		}
	}
	if code == 0 {
		return c.Style.Render(text)
	}
	quiet := t.Faint
	if c.Selected {
		quiet = c.Style
	}
	return c.Style.Render(text) + "  " + quiet.Render(t.Cell(r.link.Link.Code, code))
}

// namesEvents says whether a ticket type must say which event it is of: where there is
// no column for it, and the link may sell for several.
func (p *Tracking) namesEvents(r *row) bool {
	_, shown := p.table.Has(colEvent)
	return !shown && p.version.filter.Event == "" && r.link.Link.Event == nil
}

func (p *Tracking) drawTrend(c ui.CellOf[row]) string {
	if len(c.Row.trend) == 0 {
		return ui.Spaces(c.Width)
	}
	return p.Theme.Accent.Render(p.Theme.Spark(c.Row.trend, c.Width))
}

// search is what the filter looks in.
func search(r *row) string {
	if r.typ != nil {
		return strings.Join([]string{title(r.typ), r.typ.Type, r.event, r.typ.Event}, "\n")
	}
	l := &r.link.Link
	of := append([]string{l.Name, l.Code, l.Email, r.event}, l.Aliases...)
	if l.Event != nil {
		of = append(of, *l.Event)
	}
	return strings.Join(of, "\n")
}
