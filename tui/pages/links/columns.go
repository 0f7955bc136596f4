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
	colCode
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

	leastEvent = 11 // cells behind a ticket type from which on they hold its event
)

// faceCells are those of the amounts in a table: "GBP 99,999.00", and "GBP 9,999,999.00"
// where there is room.
var faceCells = [2]int{13, 16}

// wholeFace are those of "GBP 999,999.00", which goes before longer names where events
// are written too.
const wholeFace = 14

// count is a column of numbers, in so many cells: 99,999 has 6 digits and 999,999 has 7.
// What is longer is rounded.
func count(title string, cells [2]int, drop int, n func(*row) int64, short ...string) ui.Column[row] {
	return ui.Column[row]{
		Title: title, Short: short, Number: true, Drop: drop, Cells: cells,
		Draw: func(c ui.CellOf[row]) string {
			if n(c.Row) < 0 {
				return ui.Spaces(c.Width)
			}
			text := ui.Count(n(c.Row), c.Width)
			return ui.Spaces(c.Width-len(text)) + c.Style.Render(text)
		},
		Compare: func(a, b *row) int { return cmp.Compare(n(a), n(b)) },
	}
}

// columns are those of the table. Codes give way first, then sparklines, then clicks, then what
// matters least to people who are paid by the ticket. Names come before all that is
// longer than it must be.
func (p *Tracking) columns() []ui.Column[row] {
	t := p.Theme
	cs := []ui.Column[row]{
		colLink: {
			Title: "Link", Cells: [2]int{19, 36}, Lends: true, Spans: (*row).pinned, Stretch: true, Draw: p.drawLink, Style: p.nameStyle,
			Text: func(r *row) string { return r.link.Link.Name }, Width: nameCells,
		},
		colCode: {
			Title: "Code", Cells: [2]int{9, 14}, Drop: 10, Needs: 28, Text: func(r *row) string { return r.code() },
			Style: func(*row) ui.Style { return t.Faint },
		},
		colEvent: {
			Title: "Event", Cells: [2]int{leastEvent, 24}, Drop: 7, Needs: 23, Text: func(r *row) string { return r.event },
			Style: func(*row) ui.Style { return t.Faint },
		},
		colClicks:    count("Clicks", [2]int{6, 7}, 8, func(r *row) int64 { return r.clicks }),
		colCustomers: count("Customers", [2]int{6, 7}, 4, func(r *row) int64 { return r.Customers }, "Cust."),
		colNew:       count("New Customers", [2]int{5, 7}, 5, func(r *row) int64 { return r.NewCustomers }, "New Cust.", "New"),
		colOrders:    count("Orders", [2]int{6, 7}, 2, func(r *row) int64 { return r.Orders }, "Ord."),
		colTickets:   count("Tickets", [2]int{7, 9}, 1, func(r *row) int64 { return r.Tickets }, "Tick."),
		colScanned:   count("Scanned", [2]int{6, 7}, 3, func(r *row) int64 { return r.Scanned }, "Scan."),
		colUnscanned: count("Unscanned", [2]int{6, 7}, 6, func(r *row) int64 { return r.Unscanned }, "Unsc."),
		colFace: {
			Title: "Face Value", Number: true, Cells: faceCells, Ample: wholeFace, Compare: func(a, b *row) int { return page.CompareMoney(a.FaceValue, b.FaceValue) },
			Draw: func(c ui.CellOf[row]) string {
				return c.Style.Render(t.Right(t.MoneyIn(c.Row.FaceValue, c.Width), c.Width))
			},
		},
		colTrend: {
			Title: fmt.Sprintf("%d days", trendDays), Short: []string{fmt.Sprintf("%d days", trendDays/2)}, Drop: 9, Needs: 23,
			Steps: []int{trendDays, trendDays / 2}, Draw: p.drawTrend,
		},
	}
	for i := range cs {
		if cs[i].Number && cs[i].Style == nil {
			cs[i].Style = p.nameStyle
		}
		switch i {
		case colCustomers, colNew, colOrders:
			draw := cs[i].Draw
			cs[i].Draw = func(c ui.CellOf[row]) string {
				if c.Row.link == nil && c.Row.Orders == unknown {
					return c.Style.Render(t.Right(t.Glyph.Ellipsis, c.Width))
				}
				return draw(c)
			}
		}
	}
	return cs
}

// nameCells are those of the owner's name, or of the longest of the ticket types beneath it.
func nameCells(r *row) int {
	n := ui.Width(model.Line(r.link.Link.Name))
	if r.link.Link.Archived {
		n += 2 // the cross before it
	}
	for i := range r.link.TicketTypes {
		n = max(n, 2+ui.Width(model.Line(title(&r.link.TicketTypes[i]))))
	}
	return n
}

// typeTable is the numbers by ticket type on the page of a link, in the columns of Link
// Tracking.
func typeTable(t *ui.Theme, title func(typ *model.TypeStats, w int) string) ui.Table[row] {
	table := ui.NewTable(t, (*row).key)
	table.Tight = true
	table.Columns = []ui.Column[row]{
		{Title: "Ticket types", Cells: [2]int{16, 40}, Draw: func(c ui.CellOf[row]) string { return title(c.Row.typ, c.Width) }},
		count("Customers", [2]int{6, 7}, 4, func(r *row) int64 { return r.Customers }, "Cust."),
		count("New Customers", [2]int{5, 7}, 5, func(r *row) int64 { return r.NewCustomers }, "New Cust.", "New"),
		count("Orders", [2]int{6, 7}, 2, func(r *row) int64 { return r.Orders }),
		count("Tickets", [2]int{7, 7}, 1, func(r *row) int64 { return r.Tickets }),
		{Title: "Share", Number: true, Drop: 7, Cells: [2]int{5, 5}, Text: func(r *row) string { return r.share }, Style: func(*row) ui.Style { return t.Faint }},
		count("Scanned", [2]int{6, 7}, 3, func(r *row) int64 { return r.Scanned }, "Scan."),
		count("Unscanned", [2]int{6, 7}, 6, func(r *row) int64 { return r.Unscanned }, "Unsc."),
		{Title: "Face Value", Number: true, Cells: faceCells, Draw: func(c ui.CellOf[row]) string {
			return t.Right(t.MoneyIn(c.Row.FaceValue, c.Width), c.Width)
		}},
	}
	return table
}

// nameStyle is faint for what is archived and for ticket types.
func (p *Tracking) nameStyle(r *row) ui.Style {
	if r.typ != nil || r.link != nil && r.link.Link.Archived {
		return p.Theme.Faint
	}
	return ui.Style{}
}

// drawLink is the owner's name, and what became of the link; or the ticket type; or the
// label of what is pinned.
func (p *Tracking) drawLink(c ui.CellOf[row]) string {
	t, r, w := p.Theme, c.Row, c.Width
	switch {
	case r.pinned():
		return c.Style.Render(t.Cell(r.label, w))
	case r.typ != nil && p.namesEvents(r) && r.twin:
		return c.Style.Render("  " + p.twin(r, max(w-2, 0)))
	case r.typ != nil && p.namesEvents(r) && ui.Width(title(r.typ))+leastEvent <= w-2:
		return c.Style.Render("  " + t.Pair(title(r.typ), r.event, max(w-2, 0)))
	case r.typ != nil:
		return c.Style.Render("  " + t.Cell(title(r.typ), max(w-2, 0)))
	}
	if !r.link.Link.Archived {
		return c.Style.Render(t.Cell(r.link.Link.Name, w))
	}
	if tag := " (archived)"; ui.Width(model.Line(r.link.Link.Name))+len(tag) <= w {
		return c.Style.Render(t.Cell(r.link.Link.Name+tag, w))
	}
	return c.Style.Render(t.Cell(t.Glyph.Cross+" "+r.link.Link.Name, w))
}

// twin is a ticket type that has the name of another one: the event tells them apart, and
// has what the first letters of the name leave.
func (p *Tracking) twin(r *row, w int) string {
	const letters = 4
	t := p.Theme
	dot := " " + t.Glyph.Dot + " "
	event := t.Cut(r.event, max(w-ui.Width(dot)-letters, 1))
	name := t.Cut(title(r.typ), max(w-ui.Width(dot)-ui.Width(event), 1))
	return t.Cell(name+dot+event, w)
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
