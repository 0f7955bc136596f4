package tui

import (
	"strings"

	"lastclick/model"
)

// sheet is one version of the data that the Link Tracking page shows, and what can
// be known of it once for all: names, widths, the total of the clicks. It never
// changes, and knows nothing of a session.
type sheet struct {
	stats   model.Stats
	events  map[string]string // the events' names by slug
	content [columnCount]int  // the longest value of each column
	wide    int               // the longest face value of several currencies
	code    int               // the longest code
	rows    []figures         // of each link
	total   figures
	money   []string // the currencies, in order

	// Made when they are first wanted, for all links at once.
	words         []string  // in lower case, what the filter looks in
	names, titles []string  // in lower case, to sort by: the link's and its event's
	faces         [][]int64 // the amounts in each of the currencies
}

func newSheet(m marks, stats model.Stats, events []model.Event) *sheet {
	s := &sheet{stats: stats, events: make(map[string]string, len(events)), rows: make([]figures, len(stats.Links))}
	for _, ev := range events {
		s.events[ev.Slug] = ev.Name
	}
	s.total = figures{Numbers: stats.Total}
	most := model.Money{}
	for i := range stats.Links {
		l := &stats.Links[i]
		s.rows[i] = figures{l.Numbers, l.Link.Clicks}
		s.total.clicks += l.Link.Clicks
		s.code = max(s.code, width(l.Link.Code))
		s.content[colLink] = max(s.content[colLink], width(l.Link.Name)+2+s.code)
		s.content[colEvent] = max(s.content[colEvent], width(s.eventName(l)))
		s.measure(m, &s.rows[i], most)
	}
	s.measure(m, &s.total, most)
	s.money = stats.Total.FaceValue.Currencies()
	for i := range stats.Unattributed {
		s.measure(m, &figures{stats.Unattributed[i].Numbers, noClicks}, most)
	}
	for c, amount := range most {
		s.content[colFace] = max(s.content[colFace], width(m.money(model.Money{c: amount})))
	}
	return s
}

// measure widens the columns for a row, and notes the most there is of a currency:
// writing 5,000 amounts to find the longest would take longer than all else.
func (s *sheet) measure(m marks, f *figures, most model.Money) {
	for c := colClicks; c < colFace; c++ {
		s.content[c] = max(s.content[c], digits(f.count(c)))
	}
	for c, amount := range f.FaceValue {
		if had, ok := most[c]; !ok || amount > had {
			most[c] = amount
		}
	}
	if len(f.FaceValue) > 1 {
		s.wide = max(s.wide, width(m.money(f.FaceValue)))
		s.content[colFace] = max(s.content[colFace], len("99 currencies"))
	}
}

// digits is the width of model.FormatCount(n), without writing it.
func digits(n int64) int {
	d := 1
	for ; n >= 10; n /= 10 {
		d++
	}
	return d + (d-1)/3
}

const allEvents = "All events"

// eventName is what the link tracks.
func (s *sheet) eventName(l *model.LinkStats) string {
	if l.Link.Event == nil {
		return allEvents
	}
	return s.named(*l.Link.Event)
}

func (s *sheet) named(event string) string {
	if name := s.events[event]; name != "" {
		return name
	}
	return event
}

// matches says whether link i holds the words of a filter, which are in lower case.
func (s *sheet) matches(i int, filter string) bool {
	if s.words == nil {
		s.words = make([]string, len(s.stats.Links))
		for j := range s.words {
			l := &s.stats.Links[j]
			s.words[j] = strings.ToLower(l.Link.Name + "\n" + l.Link.Code + "\n" + l.Link.Email + "\n" + s.eventName(l))
		}
	}
	return strings.Contains(s.words[i], filter)
}

// key is what link i is sorted by in a column of text.
func (s *sheet) key(c columnID, i int32) string {
	if s.names == nil {
		s.names, s.titles = make([]string, len(s.rows)), make([]string, len(s.rows))
		for j := range s.rows {
			s.names[j] = strings.ToLower(s.stats.Links[j].Link.Name)
			s.titles[j] = strings.ToLower(s.eventName(&s.stats.Links[j]))
		}
	}
	if c == colLink {
		return s.names[i]
	}
	return s.titles[i]
}

// amounts are the face values of link i in the order of the sheet's currencies:
// sorting goes by the first in which two links differ, as amounts of different
// currencies are never weighed against each other.
func (s *sheet) amounts(i int32) []int64 {
	if s.faces == nil {
		s.faces = make([][]int64, len(s.rows))
		for j := range s.rows {
			s.faces[j] = make([]int64, len(s.money))
			for k, c := range s.money {
				s.faces[j][k] = s.rows[j].FaceValue[c]
			}
		}
	}
	return s.faces[i]
}

// rowKey is a row in one of its guises. A typ below zero is the link's own row.
type rowKey struct {
	link, typ      int32
	open, selected bool
}

// drawing is a sheet drawn at one width in one set of inks. A row is drawn when it
// is first seen and never again; as a key says all that a row looks like, sessions
// of the same width and colours could show one drawing together.
type drawing struct {
	*sheet
	e    *env
	lay  layout
	rows map[rowKey]string
}

func newDrawing(e *env, s *sheet, w int) *drawing {
	d := &drawing{sheet: s, e: e, lay: arrange(w, s.content, s.wide), rows: make(map[rowKey]string)}
	d.lay.split(s.code)
	return d
}

// row is the line of a link or of a ticket type under it.
func (d *drawing) row(k rowKey) string {
	if line, ok := d.rows[k]; ok {
		return line
	}
	line := d.linkRow(k)
	if k.typ >= 0 {
		line = d.typeRow(k)
	}
	d.rows[k] = line
	return line
}

func (d *drawing) linkRow(k rowKey) string {
	e := d.e
	l := &d.stats.Links[k.link]
	fold := " "
	if len(l.TicketTypes) > 0 {
		if fold = e.mark.closed; k.open {
			fold = e.mark.open
		}
	}
	var name, quiet paint
	switch {
	case k.selected:
		name, quiet = e.ink.bold, e.ink.bold
	case l.Link.Archived:
		name, quiet = e.ink.faint, e.ink.faint
	default:
		quiet = e.ink.faint
	}
	f := &d.sheet.rows[k.link]
	return d.lead(k, fold) + d.lay.join(func(c columnID, w int) string {
		switch c {
		case colLink:
			return d.linkCell(l, w, name, quiet)
		case colEvent:
			return quiet.on(e.cell(d.eventName(l), w))
		}
		return name.on(e.right(f.value(e, c, w), w+d.lay.gap))
	})
}

// lead is the cursor and the fold mark before a row.
func (d *drawing) lead(k rowKey, fold string) string {
	e := d.e
	if k.selected {
		return e.ink.accent.on(e.mark.cursor) + " " + e.ink.accent.on(fold) + " "
	}
	return "  " + e.ink.faint.on(fold) + " "
}

// linkCell is the owner's name, what became of the link, and its code.
func (d *drawing) linkCell(l *model.LinkStats, w int, name, quiet paint) string {
	e := d.e
	code := d.lay.code
	if code > 0 {
		w -= code + 2
	}
	text := e.cell(l.Link.Name, w)
	if l.Link.Archived {
		if tag := " (archived)"; w >= 24 {
			text = e.cell(e.cut(l.Link.Name, w-len(tag))+tag, w)
		} else {
			text = e.cell(e.mark.archived+" "+l.Link.Name, w)
		}
	}
	if code == 0 {
		return name.on(text)
	}
	return name.on(text) + "  " + quiet.on(e.cell(l.Link.Code, code))
}

func (d *drawing) typeRow(k rowKey) string {
	e := d.e
	t := &d.stats.Links[k.link].TicketTypes[k.typ]
	ink := e.ink.faint
	if k.selected {
		ink = e.ink.bold
	}
	f := figures{t.Numbers, noClicks}
	title := t.Name
	if title == "" {
		title = t.Type
	}
	return d.lead(k, " ") + d.lay.join(func(c columnID, w int) string {
		switch c {
		case colLink:
			if d.lay.widths[colEvent] == 0 && d.stats.Links[k.link].Link.Event == nil {
				return ink.on("  " + e.pair(title, d.named(t.Event), w-2))
			}
			return ink.on("  " + e.cell(title, w-2))
		case colEvent:
			return ink.on(e.cell(d.named(t.Event), w))
		}
		return ink.on(e.right(f.value(e, c, w), w+d.lay.gap))
	})
}

// sumRows is what is no link's: the total, or what nobody is credited with. Where
// several currencies do not fit side by side, each has a line of its own.
func (d *drawing) sumRows(label string, f figures, ink paint) []string {
	w, all := d.lay.widths[colFace], f.FaceValue
	if len(all) < 2 || width(d.e.mark.money(all)) <= w {
		return []string{d.sumRow(label, f, ink)}
	}
	var lines []string
	for i, c := range all.Currencies() {
		amount := model.Money{c: all[c]}
		if i == 0 {
			f.FaceValue = amount
			lines = append(lines, d.sumRow(label, f, ink))
			continue
		}
		face := d.e.right(d.e.mark.money(amount), w)
		lines = append(lines, spaces(lead)+d.lay.join(func(c columnID, w int) string {
			switch {
			case c == colFace:
				return spaces(d.lay.gap) + ink.on(face)
			case c.text():
				return spaces(w)
			}
			return spaces(w + d.lay.gap)
		}))
	}
	return lines
}

func (d *drawing) sumRow(label string, f figures, ink paint) string {
	e := d.e
	return spaces(lead) + d.lay.join(func(c columnID, w int) string {
		switch c {
		case colLink:
			return ink.on(e.cell(label, w))
		case colEvent:
			return spaces(w)
		}
		return ink.on(e.right(f.value(e, c, w), w+d.lay.gap))
	})
}

// header is the line of titles, with a mark on the column that is sorted by. The
// mark of a number goes before its title, into the gap if there is no other room.
func (d *drawing) header(by columnID, mark string) string {
	e := d.e
	return spaces(lead) + d.lay.join(func(c columnID, w int) string {
		ink, title := e.ink.faint, columns[c].titles[d.lay.titles]
		switch {
		case c == by && c.text():
			ink, title = e.ink.bold, title+" "+mark
		case c == by:
			ink, title = e.ink.bold, mark+title
		}
		if c.text() {
			return ink.on(e.cell(title, w))
		}
		return ink.on(e.right(title, w+d.lay.gap))
	})
}
