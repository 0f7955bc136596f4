package tui

import (
	"fmt"
	"reflect"
	"slices"

	"lastclick/model"
)

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

// newDrawing keeps the rows of the drawing before it, nil for none, that look the
// same: an order moves a row or two of a hundred.
func newDrawing(e *env, s *sheet, w int, before *drawing) *drawing {
	d := &drawing{sheet: s, e: e, lay: arrange(w, s.content, s.wide), rows: make(map[rowKey]string)}
	d.lay.split(s.code)
	if before == nil || !reflect.DeepEqual(before.lay, d.lay) || (before.stats.Event == nil) != (s.stats.Event == nil) {
		return d
	}
	for k, line := range before.rows {
		if d.same(before.sheet, k) {
			d.rows[k] = line
		}
	}
	return d
}

// same says whether the row k looks as it did on the sheet before.
func (d *drawing) same(before *sheet, k rowKey) bool {
	if int(k.link) >= len(d.stats.Links) {
		return false
	}
	old, now := &before.stats.Links[k.link], &d.stats.Links[k.link]
	if old.Link.Code != now.Link.Code || (old.Link.Event == nil) != (now.Link.Event == nil) {
		return false
	}
	if k.typ < 0 {
		return old.Link.Name == now.Link.Name && old.Link.Archived == now.Link.Archived &&
			(len(old.TicketTypes) > 0) == (len(now.TicketTypes) > 0) &&
			before.eventName(old) == d.eventName(now) &&
			before.rows[k.link].equal(&d.sheet.rows[k.link]) &&
			slices.Equal(before.trends[old.Link.Code], d.trends[now.Link.Code])
	}
	if int(k.typ) >= len(now.TicketTypes) {
		return false
	}
	a, b := &old.TicketTypes[k.typ], &now.TicketTypes[k.typ]
	return a.Name == b.Name && a.Type == b.Type && before.named(a.Event) == d.named(b.Event) &&
		(&figures{a.Numbers, noClicks}).equal(&figures{b.Numbers, noClicks})
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
	line := d.lead(k, fold) + d.lay.join(func(c columnID, w int) string {
		switch c {
		case colLink:
			return d.linkCell(l, w, name, quiet)
		case colEvent:
			return quiet.on(e.cell(d.eventName(l), w))
		}
		return name.on(e.right(f.value(e, c, w), w+d.lay.gap))
	})
	if days := d.trends[l.Link.Code]; d.lay.trend > 0 && len(days) > 0 {
		line += spaces(d.lay.gap) + e.ink.accent.on(e.spark(days, d.lay.trend))
	}
	return line
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

// namesEvents says whether a ticket type under the link must say which event it is
// of: where there is no column for it, and it may be of several.
func (d *drawing) namesEvents(link int32) bool {
	return d.lay.widths[colEvent] == 0 && d.stats.Event == nil && d.stats.Links[link].Link.Event == nil
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
			if d.namesEvents(k.link) {
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
	line := spaces(lead) + d.lay.join(func(c columnID, w int) string {
		ink, title := e.ink.faint, columns[c].titles[d.lay.titles[c]]
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
	if d.lay.trend > 0 && d.trends != nil {
		line += spaces(d.lay.gap) + e.ink.faint.on(fmt.Sprintf("%d days", d.lay.trend))
	}
	return line
}
