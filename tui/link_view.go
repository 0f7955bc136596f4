package tui

import (
	"fmt"
	"strings"

	"github.com/charmbracelet/x/ansi"

	"lastclick/model"
)

// shareWarning is the article's own.
const shareWarning = "Share only these two. Do not open the link and copy the address that the browser shows: that one tracks nobody."

func (p *linkPage) view(w, h int) []string { return p.scroll.cut(p.page(w), h) }

// page is all there is to say, of which the window shows a part.
func (p *linkPage) page(w int) []string {
	var d doc
	d.env, d.w = p.env, w
	p.about(&d)
	p.addresses(&d)
	if p.detail == nil {
		switch {
		case p.loading.err != nil:
			d.text(p.env.ink.bad, p.env.mark.bad+" The numbers cannot be shown: "+reason(p.loading.err)+".")
		case p.loading.slow:
			d.text(p.env.ink.faint, "Loading"+p.env.mark.cut)
		}
		return d.lines
	}
	p.numbers(&d)
	p.types(&d)
	p.overTime(&d)
	p.meetings(&d)
	p.recent(&d)
	return d.lines
}

// about says whose link it is and what it tracks.
func (p *linkPage) about(d *doc) {
	e, l := p.env, p.link
	dot := " " + e.mark.dot + " "
	d.line(e.ink.bold.on(e.cut(l.Name, d.w/2)) + e.ink.faint.on(dot+e.cut(l.Email, d.w/3)))
	tracks := "Client level: tracks all events"
	if l.Event != nil {
		tracks = "Event level: tracks " + p.named(*l.Event) + " alone"
	}
	d.text(paint{}, tracks+dot+"source "+l.Source+dot+"created "+l.CreatedAt.In(p.loc).Format("2 Jan 2006"))
	if l.Archived {
		d.text(e.ink.warn, e.mark.archived+" Archived: it still leads to its page and counts no clicks.")
	}
	d.text(p.mailInk(), p.mail())
	d.line("")
}

func (p *linkPage) named(event string) string {
	if name := p.events[event]; name != "" {
		return name
	}
	return event
}

func (p *linkPage) mailInk() paint {
	if p.link.Mail == model.MailFailed {
		return p.env.ink.bad
	}
	return p.env.ink.faint
}

// mail is how far the welcome mail has come.
func (p *linkPage) mail() string {
	why := ""
	if p.detail != nil && p.detail.MailError != nil {
		why = *p.detail.MailError
	}
	again := ""
	if p.env.actor.Can(model.Member) && !p.link.Archived {
		again = " w sends it again."
	}
	switch p.link.Mail {
	case model.MailQueued:
		if why != "" {
			return "Welcome mail: will be tried again, as it failed: " + why
		}
		return "Welcome mail: waiting to be sent"
	case model.MailSent:
		return "Welcome mail: sent"
	case model.MailFailed:
		if why == "" {
			why = "the mail server refused it"
		}
		return p.env.mark.bad + " Welcome mail: failed, " + why + "." + again
	}
	return "Welcome mail: none was asked for"
}

func (p *linkPage) addresses(d *doc) {
	e := p.env
	for _, a := range []struct{ title, key, url string }{
		{"Shortlink", "c", p.link.ShortURL},
		{"Full tracking link", "C", p.link.FullURL},
	} {
		d.line(e.ink.bold.on(a.title) + e.ink.faint.on("  "+a.key+" copies it"))
		d.address(a.url)
	}
	d.text(e.ink.warn, e.mark.bad+" "+shareWarning)
	d.line("")
}

// numbers are the article's columns, side by side where they fit.
func (p *linkPage) numbers(d *doc) {
	e, det := p.env, p.detail
	f := figures{det.Numbers, det.Clicks}
	var heads, values []string
	for c := colClicks; c <= colFace; c++ {
		title, value := columns[c].titles[fullTitles], f.value(e, c, d.w)
		n := max(width(title), width(value))
		heads = append(heads, e.right(title, n))
		values = append(values, e.right(value, n))
	}
	for gap := 3; ; gap-- {
		if gap == 0 {
			d.pairs(heads, values)
			break
		}
		if row := strings.Join(heads, spaces(gap)); width(row)+4 <= d.w {
			d.line(e.ink.faint.on(row))
			d.line(e.ink.bold.on(strings.Join(values, spaces(gap))))
			break
		}
	}
	if det.Refunded.Tickets > 0 {
		d.text(e.ink.faint, "Refunded, and not counted above: "+plural(det.Refunded.Tickets, "ticket", "tickets")+", "+e.mark.money(det.Refunded.FaceValue))
	}
	d.text(e.ink.faint, fmt.Sprintf("Of the clicks: %s, %s by the QR code. Bots apart: %s.",
		plural(det.Visitors, "visitor", "visitors"), model.FormatCount(det.QRScans), model.FormatCount(det.Bots)))
	d.line("")
}

// types are the numbers by ticket type, with a bar for its part of the tickets.
func (p *linkPage) types(d *doc) {
	e := p.env
	d.head("Ticket types")
	if len(p.detail.TicketTypes) == 0 {
		d.text(e.ink.faint, "No ticket sold through this link yet.")
		d.line("")
		return
	}
	var most int64
	var name, count, face int
	for i := range p.detail.TicketTypes {
		t := &p.detail.TicketTypes[i]
		most = max(most, t.Tickets)
		name = max(name, width(p.typeTitle(t, 0)))
		count = max(count, digits(t.Tickets))
		face = max(face, width(e.mark.money(t.FaceValue)))
	}
	const bar = 12
	percent := len("100 %")
	room := d.w - 2*docIndent - count - face - percent - 6
	bars := d.w >= 60
	if bars {
		room -= bar + 2
	}
	name = min(name, max(room, 6))
	for i := range p.detail.TicketTypes {
		t := &p.detail.TicketTypes[i]
		n := 0
		if most > 0 {
			n = int((t.Tickets*bar + most - 1) / most)
		}
		line := p.typeTitle(t, name)
		if bars {
			line += "  " + e.ink.accent.on(strings.Repeat(e.mark.bar, n)) + spaces(bar-n)
		}
		line += "  " + e.right(model.FormatCount(t.Tickets), count) + "  " + e.ink.faint.on(e.right(share(t.Tickets, p.detail.Numbers.Tickets), percent))
		d.line(line + "  " + e.right(e.mark.money(t.FaceValue), face))
	}
	d.line("")
}

// typeTitle is a ticket type in w cells, or as it is for a w of 0. It names the event
// too where the link tracks several.
func (p *linkPage) typeTitle(t *model.TypeStats, w int) string {
	title := t.Name
	if title == "" {
		title = t.Type
	}
	event := ""
	if p.link.Event == nil {
		event = p.named(t.Event)
	}
	switch {
	case w == 0 && event != "":
		return clean(title) + " " + p.env.mark.dot + " " + clean(event)
	case w == 0:
		return clean(title)
	case event != "":
		return p.env.pair(title, event, w)
	}
	return p.env.cell(title, w)
}

// share is part of whole in per cent, rounded.
func share(part, whole int64) string {
	if whole <= 0 {
		return ""
	}
	return fmt.Sprintf("%d %%", (part*200+whole)/(2*whole))
}

// overTime is the chart, drawn once for its data and width.
func (p *linkPage) overTime(d *doc) {
	e := p.env
	spans := e.ink.bold.on("Over time") + " "
	for _, s := range model.Spans {
		if s == p.span {
			spans += e.ink.accent.on("[" + string(s) + "]")
		} else {
			spans += " " + string(s) + " "
		}
	}
	if p.loading.slow {
		spans += e.ink.faint.on("  loading" + e.mark.cut)
	}
	d.line(spread(spans, e.ink.faint.on("[ ] change it"), d.w-2*docIndent))
	if w := d.w - 2*docIndent; p.charted != w {
		p.chart, p.charted = e.chart(p.series, w), w
	}
	for _, l := range p.chart {
		d.line(l)
	}
	d.line("")
}

// meetings are the other links that the same buyers clicked.
func (p *linkPage) meetings(d *doc) {
	e, det := p.env, p.detail
	if len(det.TookOverFrom)+len(det.TakenOverBy) == 0 && det.Assists == 0 {
		return
	}
	d.head("Other links in the same purchases")
	list := func(text string, links []model.Overlap) {
		for _, l := range links {
			d.line(e.cell(text, 16) + orders(e, l.Orders) + e.cut(l.Name, 30) + e.ink.faint.on("  "+e.cut(l.Link, 40)))
			text = ""
		}
	}
	list("Took over from", det.TookOverFrom)
	list("Taken over by", det.TakenOverBy)
	if det.Assists > 0 {
		d.line(e.cell("Assists", 16) + orders(e, det.Assists) + e.ink.faint.on("clicked in time, and another link won"))
	}
	d.line("")
}

// orders is a number of them as a column, wider where it must be.
func orders(e *env, n int64) string {
	s := plural(n, "order", "orders")
	return e.cell(s, max(8, width(s))+2)
}

// recent are the newest orders credited to the link.
func (p *linkPage) recent(d *doc) {
	if len(p.orders) == 0 {
		return
	}
	e := p.env
	d.head("Recent orders")
	var id, count, face, when int
	for i := range p.orders {
		o := &p.orders[i]
		when = max(when, width(e.moment(o.PlacedAt, p.loc)))
		id = max(id, min(width(clean(o.ID)), 20))
		count = max(count, width(plural(o.Tickets, "ticket", "tickets")))
		face = max(face, width(e.mark.money(o.FaceValue)))
	}
	for i := range p.orders {
		o := &p.orders[i]
		line := e.cell(e.moment(o.PlacedAt, p.loc), when) + "  "
		if d.w >= 60 {
			line += e.cell(o.ID, id) + "  "
		}
		d.line(line + e.right(plural(o.Tickets, "ticket", "tickets"), count) + "  " + e.right(e.mark.money(o.FaceValue), face) + "  " +
			e.ink.faint.on(clean(why(o))))
	}
}

// creditText is the reason of a credited ticket in words, or of one that is not.
func creditText(r model.Reason) string {
	switch r {
	case model.ReasonLastClick:
		return "last click"
	case model.ReasonCode:
		return "code quoted"
	}
	return strings.ToLower(reasonText(r))
}

// doc is a page that is written from the top.
type doc struct {
	env   *env
	w     int
	lines []string
}

const docIndent = 2

// line takes a line that is drawn already.
func (d *doc) line(s string) {
	if s != "" {
		s = spaces(docIndent) + s
	}
	d.lines = append(d.lines, s)
}

func (d *doc) head(s string) { d.line(d.env.ink.bold.on(s)) }

// text takes sentences, cleans and wraps them.
func (d *doc) text(ink paint, s string) {
	for _, l := range wrap(clean(s), d.w-2*docIndent) {
		d.line(ink.on(l))
	}
}

// address is never cut: somebody may select it.
func (d *doc) address(url string) {
	for _, l := range hardwrap(url, d.w-2*docIndent) {
		d.line(d.env.ink.accent.on(l))
	}
}

func hardwrap(s string, w int) []string {
	return strings.Split(ansi.Hardwrap(clean(s), max(w, 1), true), "\n")
}

// pairs are a title and a value a line, for narrow windows.
func (d *doc) pairs(heads, values []string) {
	for i := range heads {
		title, value := strings.TrimSpace(heads[i]), strings.TrimSpace(values[i])
		d.line(d.env.ink.faint.on(d.env.cell(title, 15)) + d.env.ink.bold.on(value))
	}
}
