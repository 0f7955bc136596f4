package tui

import (
	"maps"
	"strings"

	"lastclick/model"
)

// columnID is a column of the Link Tracking table, in the article's order with the
// clicks before it.
type columnID uint8

const (
	colLink columnID = iota
	colEvent
	colClicks
	colCustomers
	colNew
	colOrders
	colTickets
	colScanned
	colUnscanned
	colFace
	columnCount
)

// column says how a column is called, in full and shorter twice, and how early it
// gives way when the window is narrow: the highest goes first, 0 stays.
type column struct {
	titles [3]string
	drop   int
}

func titled(full, less, short string, drop int) column {
	return column{[3]string{full, less, short}, drop}
}

// The lengths of titles, as index of column.titles.
const (
	fullTitles = iota
	lessTitles
	shortTitles
)

var columns = [columnCount]column{
	colLink:      titled("Link", "Link", "Link", 0),
	colEvent:     titled("Event", "Event", "Event", 7),
	colClicks:    titled("Clicks", "Clicks", "Clicks", 8),
	colCustomers: titled("Customers", "Customers", "Cust.", 4),
	colNew:       titled("New Customers", "New Cust.", "New", 5),
	colOrders:    titled("Orders", "Orders", "Orders", 2),
	colTickets:   titled("Tickets", "Tickets", "Tickets", 1),
	colScanned:   titled("Scanned", "Scanned", "Scan.", 3),
	colUnscanned: titled("Unscanned", "Unscanned", "Unsc.", 6),
	colFace:      titled("Face Value", "Face Value", "Face Value", 0),
}

// columnLegend says what the columns count.
func columnLegend() [][2]string {
	return [][2]string{
		{"Clicks", "people who followed the link; bots and previews are not counted"},
		{"Customers", "different buyers (Cust.)"},
		{"New Customers", "buyers whose first purchase on the whole platform this was (New)"},
		{"Orders", "purchases with at least one ticket that still holds"},
		{"Tickets", "tickets sold and not refunded"},
		{"Scanned", "of these, entered at the event (Scan.)"},
		{"Unscanned", "of these, not used yet (Unsc.)"},
		{"Face Value", "their list price without fees, for each currency"},
		{"Total", "over all links, each buyer and each order once: less than the sum of the rows where somebody bought through two links"},
	}
}

func (c columnID) text() bool { return c <= colEvent }

// figures is what stands in a row: the article's numbers and the clicks before
// them; clicks below zero are not kept for that row.
type figures struct {
	model.Numbers
	clicks int64
}

const noClicks = -1

func (f *figures) equal(g *figures) bool {
	for c := colClicks; c < colFace; c++ {
		if f.count(c) != g.count(c) {
			return false
		}
	}
	return maps.Equal(f.FaceValue, g.FaceValue)
}

// count is the number in column c, which is not the face value.
func (f *figures) count(c columnID) int64 {
	switch c {
	case colClicks:
		return f.clicks
	case colCustomers:
		return f.Customers
	case colNew:
		return f.NewCustomers
	case colOrders:
		return f.Orders
	case colTickets:
		return f.Tickets
	case colScanned:
		return f.Scanned
	case colUnscanned:
		return f.Unscanned
	}
	return 0
}

// value is what column c shows in w cells. A number is never cut: where several
// currencies do not fit, their number is said instead of half an amount.
func (f *figures) value(e *env, c columnID, w int) string {
	if c != colFace {
		if n := f.count(c); n >= 0 {
			return model.FormatCount(n)
		}
		return ""
	}
	s := e.mark.money(f.FaceValue)
	if len(f.FaceValue) > 1 && width(s) > w {
		return plural(int64(len(f.FaceValue)), "currency", "currencies")
	}
	return s
}

// money writes amounts with the marks of this session's terminal.
func (m marks) money(a model.Money) string {
	if len(a) == 0 {
		return m.none
	}
	return clean(a.String())
}

// layout is where the columns stand at one width.
type layout struct {
	w      int
	gap    int
	titles [columnCount]int // fullTitles, lessTitles or shortTitles
	shown  []columnID
	widths [columnCount]int // 0 where a column is not shown
	code   int              // cells at the end of the link column for the code; 0: no room
	trend  int              // days of the sparkline at the end; 0: no room
}

const (
	lead      = 4  // cells before the link: the cursor and the fold mark
	wantLink  = 36 // what a link's name and code want at most before others get theirs
	fairLink  = 26 // what they get before titles are written in full
	leanLink  = 18 // and what they make do with
	leastLink = 8
	wantEvent = 24
	trendDays = 14 // of a sparkline where there is room, or half of them
	leanEvent = 12
)

// arrange chooses columns for w cells: all of them with room for what they hold,
// then closer, and then without those that matter least. content is what each
// column's longest value takes, money what the longest face value of several
// currencies takes, if there is one.
func arrange(w int, content [columnCount]int, money int) layout {
	all := columns[colClicks].drop
	link, event := min(max(content[colLink], leanLink), wantLink), min(content[colEvent], wantEvent)
	narrow := content[colFace]
	content[colFace] = max(narrow, money)
	if l, ok := place(w, content, all, 2, link, event); ok {
		l.trail(min(max(content[colLink], leanLink), wantLink))
		return l
	}
	event, content[colFace] = min(event, leanEvent), narrow
	for keep := all; keep > 1; keep-- {
		for gap := 2; gap >= 1; gap-- {
			if l, ok := place(w, content, keep, gap, leanLink+2*gap, event); ok {
				return l
			}
		}
	}
	for keep := 1; keep >= 0; keep-- {
		if l, ok := place(w, content, keep, 1, leastLink, event); ok {
			return l
		}
	}
	l, _ := place(w, content, 0, 1, 0, event)
	return l
}

// place puts the columns whose drop is at most keep side by side, and says whether
// link cells are left for the link. What is over goes to the link as far as its
// content wants it, to titles in full, and then to the event and the link.
func place(w int, content [columnCount]int, keep, gap, link, event int) (layout, bool) {
	l := layout{w: w, gap: gap}
	room := w - lead - 1
	for c := range columnCount {
		l.titles[c] = shortTitles
		if columns[c].drop > keep {
			continue
		}
		l.shown = append(l.shown, c)
		switch c {
		case colLink:
			continue
		case colEvent:
			l.widths[c] = max(event, len(allEvents))
		default:
			l.widths[c] = max(len(columns[c].titles[shortTitles]), content[c])
		}
		room -= l.widths[c] + gap
	}
	if room < link {
		return l, false
	}
	link = max(link, min(content[colLink], room, fairLink))
	room -= link
	if gap > 1 {
		room = l.lengthen(room, content)
	}
	if l.widths[colEvent] > 0 {
		grow := max(min(room, content[colEvent]-l.widths[colEvent]), 0)
		l.widths[colEvent] += grow
		room -= grow
	}
	l.widths[colLink] = max(link+room, 1)
	return l, true
}

// trail takes the cells that the link does not want for a sparkline of its days.
func (l *layout) trail(link int) {
	for _, days := range []int{trendDays, trendDays / 2} {
		if l.widths[colLink]-days-l.gap >= link {
			l.widths[colLink] -= days + l.gap
			l.trend = days
			return
		}
	}
}

// longTitles are the columns whose titles come in several lengths, in the order in
// which they get theirs in full.
var longTitles = []columnID{colCustomers, colScanned, colUnscanned, colNew}

// lengthen writes titles in full as far as room goes, and returns what is left.
func (l *layout) lengthen(room int, content [columnCount]int) int {
	for _, c := range longTitles {
		if l.widths[c] == 0 {
			continue
		}
		for t := shortTitles; t >= fullTitles; t-- {
			wide := max(len(columns[c].titles[t]), content[c])
			if more := wide - l.widths[c]; more <= room {
				l.titles[c], l.widths[c] = t, wide
				room -= more
			}
		}
	}
	return room
}

// split divides the link column between name and code.
func (l *layout) split(longestCode int) {
	w := l.widths[colLink]
	code := min(longestCode, w/2, 16)
	if w-code-2 < leastLink {
		code = 0
	}
	l.code = code
}

// join sets a row's cells side by side. The gap before a number is part of its
// cell, as numbers stand at the right.
func (l *layout) join(cell func(c columnID, w int) string) string {
	var b strings.Builder
	for _, c := range l.shown {
		if c == colEvent {
			b.WriteString(spaces(l.gap))
		}
		b.WriteString(cell(c, l.widths[c]))
	}
	return b.String()
}
