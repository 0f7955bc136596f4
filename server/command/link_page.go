package command

import (
	"context"
	"strings"
	"time"

	"lastclick/model"
)

// warning is the article's: what a customer may be given, and what not.
const warning = "Share only the shortlink or the full tracking link. Never share the address that the browser shows after opening one: it tracks nobody."

// newLinkPage is what its maker needs of a new link.
func newLinkPage(p *page, l model.Link, rivals []string) {
	if l.Event == nil {
		p.say(l.Name + " has a tracking link, for every event of the client.")
	} else {
		p.say(l.Name + " has a tracking link, for the event " + *l.Event + " alone.")
	}
	p.gap()
	p.pairs(addresses(l)...)
	p.gap()
	p.say(warning)
	p.say(mailed(l, nil))
	if len(rivals) > 0 {
		p.gap()
		p.say("Mind that links of other sources bring buyers to the same page: " + strings.Join(rivals, ", ") + ". Whoever follows both counts for the last one clicked.")
	}
}

// maxRivals is how many of them are named.
const maxRivals = 5

// rivals are the links of other sources that already bring buyers to the page of l,
// with their orders. The new link is made in any case, so a fault here is silent.
func (s *session) rivals(ctx context.Context, a model.Actor, l model.Link) []string {
	stats, err := s.Store.Stats(ctx, a, model.Filter{})
	if err != nil {
		return nil
	}
	var found []string
	for _, other := range stats.Links {
		if other.Link.PageURL != l.PageURL || other.Link.Source == l.Source || other.Link.Archived || other.Orders == 0 {
			continue
		}
		if len(found) == maxRivals {
			return append(found, "and others")
		}
		found = append(found, other.Link.Code+" ("+other.Link.Source+", "+plural(other.Orders, "order")+")")
	}
	return found
}

// addresses are the public ones of a link.
func addresses(l model.Link) [][2]string {
	return [][2]string{{"Shortlink", l.ShortURL}, {"Full tracking link", l.FullURL}, {"Owner's stats page", l.StatsURL}}
}

// mailed says how far the welcome mail has come.
func mailed(l model.Link, fault *string) string {
	switch l.Mail {
	case model.MailQueued:
		text := "The welcome mail to " + l.Email + " is queued"
		if fault != nil {
			text += ": the last try failed (" + *fault + "), and it is tried again"
		}
		return text + "."
	case model.MailSent:
		return "The welcome mail to " + l.Email + " is sent."
	case model.MailFailed:
		text := "The welcome mail to " + l.Email + " could not be sent"
		if fault != nil {
			text += " (" + *fault + ")"
		}
		return text + ": check the address (link set --email) and send it again (link resend), or give the owner the shortlink yourself."
	}
	return "No welcome mail is sent: give the owner the shortlink yourself."
}

// linkPage is everything about one link.
func linkPage(p *page, d model.LinkDetail, loc *time.Location) {
	l := d.Link
	title := l.Name
	if l.Archived {
		title += " (archived: it counts nothing more)"
	}
	p.title(title)
	p.pairs(append(addresses(l),
		[2]string{"Leads to", l.PageURL},
		[2]string{"Tracks", tracks(l)},
		[2]string{"Source", l.Source},
		[2]string{"Made", minute(l.CreatedAt, loc)},
	)...)
	p.gap()
	p.say(warning)
	p.say(mailed(l, d.MailError))
	p.gap()
	p.say(plural(l.Clicks, "click") + " by " + plural(l.Visitors, "visitor") + ", " + model.FormatCount(d.QRScans) + " of them by the QR code. " + plural(l.Bots, "request") + " of bots and previews, counted apart.")
	p.gap()
	t := numbersTable("Ticket type", currencies(d.Numbers, d.TicketTypes))
	for _, tt := range d.TicketTypes {
		t.rows = append(t.rows, row{cells: t.numbers(typeName(l, tt), tt.Numbers)})
	}
	if len(d.TicketTypes) > 0 {
		t.rows = append(t.rows, row{rule: true})
	}
	t.rows = append(t.rows, row{cells: t.numbers("Total", d.Numbers), bold: true})
	p.list(&t.table)
	if d.Refunded.Tickets > 0 {
		p.say("Refunded, and not in these numbers: " + plural(d.Refunded.Tickets, "ticket") + ", " + d.Refunded.FaceValue.String() + ".")
	}
	interplay(p, "Clicked after this link, and won the order", d.TakenOverBy)
	interplay(p, "Clicked before this link, which won the order", d.TookOverFrom)
	if d.Assists > 0 {
		p.gap()
		p.say("In " + plural(d.Assists, "order") + " it was clicked inside the window and another link won.")
	}
}

// typeName names a ticket type under its link: with the event, where the link tracks
// several.
func typeName(l model.Link, tt model.TypeStats) string {
	if l.Level == model.EventLevel {
		return tt.Name
	}
	return tt.Name + " · " + tt.Event
}

// interplay lists the links that this one meets in orders, if any.
func interplay(p *page, title string, others []model.Overlap) {
	if len(others) == 0 {
		return
	}
	p.gap()
	p.title(title)
	t := &table{columns: []column{{title: "Link", min: 8}, {title: "Name", min: 10}, {title: "Orders", right: true}}}
	for _, o := range others {
		t.add(o.Link, o.Name, model.FormatCount(o.Orders))
	}
	p.list(t)
}
