package tui

import (
	"cmp"
	"slices"
	"strings"

	"lastclick/model"
)

// lines is what one session makes of a sheet: the filter, the order, what is
// unfolded, the cursor and the part that is seen.
type lines struct {
	sheet  *sheet
	filter string // in lower case
	by     columnID
	up     bool            // ascending
	open   map[string]bool // links unfolded, by code
	all    bool            // all of them

	order []int32 // all links, sorted; nil when they are to be sorted again
	count int     // how many of them are shown
	list  []rowAt
	at    int // the cursor, in list
	top   int // the first line seen, in list
	page  int // how many lines are seen
}

// rowAt is a line of the table: a link, or the ticket type typ under it.
type rowAt struct{ link, typ int32 }

func newLines() lines {
	return lines{by: colTickets, open: make(map[string]bool), page: 1}
}

// show takes a new version of the data.
func (v *lines) show(s *sheet) {
	v.keep(func() { v.sheet, v.order = s, nil })
}

// keep makes a change and the list anew. The cursor stays on its link, and the link
// stays where it is on the screen as far as there are lines above it.
func (v *lines) keep(change func()) {
	code, typ := v.where()
	offset := v.at - v.top
	change()
	v.rebuild()
	v.find(code, typ)
	v.top = v.at - offset
	v.clamp()
}

// where is the link and the ticket type that the cursor is on; typ is empty on the
// link itself.
func (v *lines) where() (code, typ string) {
	if v.at >= len(v.list) {
		return "", ""
	}
	r := v.list[v.at]
	l := &v.sheet.stats.Links[r.link]
	if r.typ >= 0 {
		typ = l.TicketTypes[r.typ].Event + "\n" + l.TicketTypes[r.typ].Type
	}
	return l.Link.Code, typ
}

// find puts the cursor on the line that where named, or on the link's own.
func (v *lines) find(code, typ string) {
	for i, r := range v.list {
		l := &v.sheet.stats.Links[r.link]
		if l.Link.Code != code {
			continue
		}
		if r.typ < 0 {
			v.at = i
		} else if l.TicketTypes[r.typ].Event+"\n"+l.TicketTypes[r.typ].Type == typ {
			v.at = i
			return
		}
	}
}

// rebuild makes the list anew from sheet, filter, order and folds.
func (v *lines) rebuild() {
	v.list, v.count = v.list[:0], 0
	if v.sheet == nil {
		return
	}
	if v.order == nil {
		v.order = make([]int32, len(v.sheet.stats.Links))
		for i := range v.order {
			v.order[i] = int32(i)
		}
		slices.SortFunc(v.order, v.compare)
	}
	for _, i := range v.order {
		if v.filter != "" && !v.sheet.matches(int(i), v.filter) {
			continue
		}
		v.count++
		v.list = append(v.list, rowAt{i, -1})
		if l := &v.sheet.stats.Links[i]; v.opened(l.Link.Code) {
			for j := range l.TicketTypes {
				v.list = append(v.list, rowAt{i, int32(j)})
			}
		}
	}
}

func (v *lines) opened(code string) bool { return v.open[code] != v.all }

// compare orders two links by the column chosen, then by code so that the order is
// the same every time.
func (v *lines) compare(a, b int32) int {
	n := v.compareBy(a, b)
	if !v.up {
		n = -n
	}
	if n == 0 {
		n = cmp.Compare(v.sheet.stats.Links[a].Link.Code, v.sheet.stats.Links[b].Link.Code)
	}
	return n
}

func (v *lines) compareBy(a, b int32) int {
	s := v.sheet
	switch v.by {
	case colLink, colEvent:
		return strings.Compare(s.key(v.by, a), s.key(v.by, b))
	case colFace:
		return slices.Compare(s.amounts(a), s.amounts(b))
	}
	return cmp.Compare(s.rows[a].count(v.by), s.rows[b].count(v.by))
}

// sort orders by column c, the highest number or the first letter on top.
func (v *lines) sort(c columnID) {
	v.keep(func() { v.by, v.up, v.order = c, c.text(), nil })
}

// reverse turns the order round.
func (v *lines) reverse() {
	v.keep(func() { v.up, v.order = !v.up, nil })
}

// search shows the links that hold the text.
func (v *lines) search(text string) {
	v.keep(func() { v.filter = strings.ToLower(text) })
}

// link is the one that the cursor is on or under; nil where there is none.
func (v *lines) link() *model.LinkStats {
	if v.sheet == nil || v.at >= len(v.list) {
		return nil
	}
	return &v.sheet.stats.Links[v.list[v.at].link]
}

// fold opens or closes the link at the cursor.
func (v *lines) fold(open bool) {
	l := v.link()
	if l == nil || v.opened(l.Link.Code) == open {
		return
	}
	v.keep(func() {
		if code := l.Link.Code; v.open[code] {
			delete(v.open, code)
		} else {
			v.open[code] = true
		}
	})
}

// foldAll opens all links, or closes all where all are open.
func (v *lines) foldAll() {
	v.keep(func() {
		v.all = !v.all
		clear(v.open)
	})
}

// move moves the cursor by n lines.
func (v *lines) move(n int) {
	v.at += n
	v.clamp()
}

// clamp keeps the cursor in the list and the window around the cursor.
func (v *lines) clamp() {
	v.at = max(min(v.at, len(v.list)-1), 0)
	v.top = min(v.top, v.at, max(len(v.list)-v.page, 0))
	v.top = max(v.top, v.at-v.page+1, 0)
}

// window is the part of the list that n lines show.
func (v *lines) window(n int) []rowAt {
	v.page = max(n, 1)
	v.clamp()
	return v.list[v.top:min(v.top+n, len(v.list))]
}
