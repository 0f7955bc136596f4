package links

import (
	"fmt"
	"strings"

	"lastclick/model"
	"lastclick/tui/page"
	"lastclick/tui/ui"
)

// shareWarning stands beneath the two addresses of a link.
func shareWarning(l model.Link) string {
	return "Share only these two. Do not open the link and copy the address that the browser shows: that one " + l.LandingAddress() + "."
}

// View is the part of the page that the window shows.
func (p *Link) View(w, h int) []string {
	if p.lines == nil || p.width != w || !p.Loader.Loaded() {
		p.lines, p.width = p.write(w), w
	}
	return p.pager.View(p.lines, w, h)
}

// write is all there is to say, in lines of w cells.
func (p *Link) write(w int) []string {
	d := &ui.Writer{Theme: p.Theme, W: w}
	p.about(d)
	p.addresses(d)
	if !p.Loader.Loaded() {
		if err := p.Loader.Err(); err != nil {
			d.Text(d.Bad, d.Glyph.Alert+" The numbers cannot be shown: "+page.Reason(err)+".")
		}
		return d.Lines
	}
	if w < twoColumns {
		p.numbers(d)
		p.types(d)
		p.overTime(d)
		p.otherLinks(d)
		p.ownerPage(d)
		p.recent(d)
		return d.Lines
	}
	left, right := &ui.Writer{Theme: p.Theme, W: w * 3 / 5}, &ui.Writer{Theme: p.Theme, W: w - w*3/5 - 1}
	p.numbers(left)
	p.types(left)
	p.overTime(left)
	p.ownerPage(right)
	p.otherLinks(right)
	p.recent(right)
	return append(d.Lines, ui.SideBySide(p.Theme, left, right)...)
}

// twoColumns is the cells from which on what was sold stands beside whom it was sold to.
const twoColumns = 140

// about says whose link it is and what it tracks.
func (p *Link) about(d *ui.Writer) {
	l := p.link
	dot := " " + d.Glyph.Dot + " "
	d.Line(d.Bold.Render(d.Cut(l.Name, d.W/2)) + d.Faint.Render(dot+d.Cut(l.Email, d.W/3)))
	tracks := "Client level: tracks all events"
	if l.Event != nil {
		tracks = "Event level: tracks " + page.NameOr(p.names, *l.Event) + " alone"
	}
	d.Text(ui.Style{}, tracks+dot+"source "+l.Source+dot+"created "+l.CreatedAt.In(p.Zone).Format("2 Jan 2006"))
	if p.Loader.Loaded() {
		d.Text(d.Faint, "Attribution: "+p.client.Attribution()+p.ChangesClient())
	}
	if l.Archived {
		d.Text(d.Warn, d.Glyph.Cross+" Archived: it still leads to its page and counts no clicks.")
	}
	style := d.Faint
	switch l.Mail {
	case model.MailFailed:
		style = d.Bad
	case model.MailWritten:
		style = d.Warn
	}
	d.Text(style, p.mail())
	d.Gap()
}

// mail is how far the welcome mail has come, and what can be done.
func (p *Link) mail() string {
	d := p.detail
	d.Link = p.link
	text := mailState(p.Theme, &d, p.MailsToFiles)
	if p.link.Mail == model.MailFailed || p.link.Mail == model.MailWritten {
		text += "."
		if p.Actor.Can(model.Member) && !p.link.Archived {
			text += " " + p.Keys.Name("w") + " tries again."
		}
	}
	return text
}

// mailState is how far the welcome mail has come.
func mailState(t *ui.Theme, d *model.LinkDetail, toFiles bool) string {
	why := ""
	if d.MailError != nil {
		why = *d.MailError
	}
	switch d.Mail {
	case model.MailQueued:
		if why != "" {
			return "Welcome mail: will be tried again, as it failed: " + why
		}
		if toFiles {
			return t.Glyph.Alert + " Welcome mail: " + strings.TrimPrefix(model.MailGoes(true), "is ")
		}
		return "Welcome mail: waiting to be sent"
	case model.MailSent:
		return "Welcome mail: sent"
	case model.MailWritten:
		return t.Glyph.Alert + " Welcome mail: written to DATA/outbox, no mail server set"
	case model.MailFailed:
		if why == "" {
			why = "the mail server refused it"
		}
		return t.Glyph.Alert + " Welcome mail: failed, " + why
	}
	return "Welcome mail: none was asked for"
}

func (p *Link) addresses(d *ui.Writer) {
	for _, a := range []struct{ title, key, url string }{
		{"Shortlink", "c", p.link.ShortURL},
		{"Full tracking link", "C", p.link.FullURL},
	} {
		d.Line(d.Bold.Render(a.title) + d.Faint.Render("  "+p.Keys.Name(a.key)+" copies it"))
		d.Address(a.url)
	}
	if len(p.link.Aliases) > 0 {
		d.Text(ui.Style{}, "Further codes: "+strings.Join(p.link.Aliases, ", "))
	}
	d.Text(d.Warn, d.Glyph.Alert+" "+shareWarning(p.link))
	if note := p.link.TrackingNote(); note != "" {
		d.Text(d.Warn, d.Glyph.Alert+" "+note)
	}
	if text := model.SharedAddressText(p.detail.SharedAddress); text != "" {
		d.Text(d.Warn, d.Glyph.Alert+" "+text)
	}
	d.Gap()
}

// numbers are the columns of Link Tracking, side by side where they fit.
func (p *Link) numbers(d *ui.Writer) {
	n := p.detail.Numbers
	var titles, values []string
	for _, v := range []struct{ title, value string }{
		{"Clicks", model.FormatCount(p.detail.Clicks)},
		{"Customers", model.FormatCount(n.Customers)},
		{"New Customers", model.FormatCount(n.NewCustomers)},
		{"Orders", model.FormatCount(n.Orders)},
		{"Tickets", model.FormatCount(n.Tickets)},
		{"Scanned", model.FormatCount(n.Scanned)},
		{"Unscanned", model.FormatCount(n.Unscanned)},
		{"Face Value", d.MoneyIn(n.FaceValue, d.W)},
	} {
		w := max(ui.Width(v.title), ui.Width(v.value))
		titles, values = append(titles, d.Right(v.title, w)), append(values, d.Right(v.value, w))
	}
	gap := 3
	for gap > 0 && ui.Width(strings.Join(titles, ui.Spaces(gap)))+2*ui.Indent > d.W {
		gap--
	}
	if gap == 0 {
		d.Pairs(titles, values)
	} else {
		d.Line(d.Faint.Render(strings.Join(titles, ui.Spaces(gap))))
		d.Line(d.Bold.Render(strings.Join(values, ui.Spaces(gap))))
	}
	if r := p.detail.Refunded; r.Tickets > 0 {
		d.Text(d.Faint, "Refunded, and not counted above: "+model.Plural(r.Tickets, "ticket", "tickets")+", "+d.Money(r.FaceValue))
	}
	d.Text(d.Faint, fmt.Sprintf("Of the clicks: %s, %s by the QR code. Bots apart: %s.",
		model.Plural(p.detail.Visitors, "visitor", "visitors"), model.FormatCount(p.detail.QRScans), model.FormatCount(p.detail.Bots)))
	d.Gap()
}

// types are the numbers by ticket type.
func (p *Link) types(d *ui.Writer) {
	if len(p.detail.TicketTypes) == 0 {
		d.Head("Ticket types")
		d.Text(d.Faint, "No ticket sold through this link yet.")
		d.Gap()
		return
	}
	p.sold.Layout(d.W - ui.Indent + 1)
	d.Lines = append(d.Lines, p.sold.Header())
	for i := range p.sold.Len() {
		d.Lines = append(d.Lines, p.sold.PinnedRow(i))
	}
	d.Gap()
}

// typeTitle is a ticket type in w cells, or as it is for a w of 0. It names the event
// too where the link tracks several.
func (p *Link) typeTitle(t *model.TypeStats, w int) string {
	name, event := title(t), ""
	if p.link.Event == nil {
		event = page.NameOr(p.names, t.Event)
	}
	switch {
	case w == 0 && event != "":
		return model.Line(name) + " " + p.Theme.Glyph.Dot + " " + model.Line(event)
	case w == 0:
		return model.Line(name)
	case event != "":
		return p.Theme.Pair(name, event, w)
	}
	return p.Theme.Cell(name, w)
}

// share is part of whole in per cent, rounded.
func share(part, whole int64) string {
	if whole <= 0 {
		return ""
	}
	return fmt.Sprintf("%d %%", (part*200+whole)/(2*whole))
}

// overTime is the chart, drawn once for its data and width.
func (p *Link) overTime(d *ui.Writer) {
	spans := d.Bold.Render("Over time") + " "
	for _, s := range model.Spans {
		if s == p.span {
			spans += d.Accent.Render("[" + string(s) + "]")
		} else {
			spans += " " + string(s) + " "
		}
	}
	d.Line(ui.Spread(spans, d.Faint.Render(p.Keys.Name("[")+" "+p.Keys.Name("]")+" change it"), d.Room()))
	if w := d.Room(); p.charted != w {
		p.chart, p.charted = d.Chart(p.series, w), w
	}
	for _, l := range p.chart {
		d.Line(l)
	}
	d.Gap()
}

// otherLinks are those that the same buyers clicked.
func (p *Link) otherLinks(d *ui.Writer) {
	det := &p.detail
	if len(det.TookOverFrom)+len(det.TakenOverBy) == 0 && det.Assists == 0 {
		return
	}
	d.Head("Other links in the same purchases")
	list := func(text string, links []model.Overlap) {
		for _, l := range links {
			d.Line(d.Cell(text, 16) + orders(d, l.Orders) + d.Cut(l.Name, 30) + d.Faint.Render("  "+d.Cut(l.Link, 40)))
			text = ""
		}
	}
	list("Took over from", det.TookOverFrom)
	list("Taken over by", det.TakenOverBy)
	if det.Assists > 0 {
		d.Line(d.Cell("Assists", 16) + orders(d, det.Assists) + d.Faint.Render("clicked in time, and another link won"))
	}
	d.Gap()
}

// orders is a number of them as a column, wider where it must be.
func orders(d *ui.Writer, n int64) string {
	s := model.Plural(n, "order", "orders")
	return d.Cell(s, max(8, ui.Width(s))+2)
}

// recent are the newest orders credited to the link.
func (p *Link) recent(d *ui.Writer) {
	if len(p.orders) == 0 {
		return
	}
	d.Head("Recent orders")
	var id, count, value, when int
	for i := range p.orders {
		o := &p.orders[i]
		when = max(when, ui.Width(p.Moment(o.PlacedAt, p.Zone)))
		id = max(id, min(ui.Width(model.Line(o.ID)), 20))
		count = max(count, ui.Width(model.Plural(o.Tickets, "ticket", "tickets")))
		value = max(value, ui.Width(d.Money(o.FaceValue)))
	}
	for i := range p.orders {
		o := &p.orders[i]
		line := d.Cell(p.Moment(o.PlacedAt, p.Zone), when) + "  "
		if d.W >= 60 {
			line += d.Cell(o.ID, id) + "  "
		}
		d.Line(line + d.Right(model.Plural(o.Tickets, "ticket", "tickets"), count) + "  " + d.Right(d.Money(o.FaceValue), value) + "  " +
			d.Faint.Render(model.Line(page.Reasons(o))))
	}
}
