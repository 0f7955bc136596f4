package command

import (
	"context"
	"strings"
	"time"

	"lastclick/model"
)

// warning says which addresses of a link to share.
func warning(l model.Link) string {
	return "Share only the shortlink or the full tracking link. Never share the address that the browser shows after opening one: that one " + l.LandingAddress() + "."
}

// sayWarnings says what to mind about a link's addresses.
func sayWarnings(p *page, l model.Link) {
	p.say(warning(l))
	if note := l.TrackingNote(); note != "" {
		p.say(note)
	}
}

// newLinkPage is what its maker needs of a new link.
func (s *session) newLinkPage(p *page, l model.Link, competing []model.Competitor) {
	if l.Event == nil {
		p.say(l.Name + " has a tracking link, for every event of the client.")
	} else {
		p.say(l.Name + " has a tracking link, for the event " + *l.Event + " alone.")
	}
	p.gap()
	p.pairs(addresses(l)...)
	p.gap()
	sayWarnings(p, l)
	p.say(s.mailed(l, nil))
	if len(competing) > 0 {
		p.gap()
		p.say(competition(competing))
	}
}

// maxCompeting is how many competing links are named.
const maxCompeting = 3

// competing returns the links that compete with l. The link is made in any case, so
// an error here is not the person's: there is no warning then.
func (s *session) competing(ctx context.Context, a model.Actor, l model.Link) []model.Competitor {
	links, err := s.Store.Competing(ctx, a, l.Code)
	if err != nil {
		return nil
	}
	return links
}

// competition warns of competing links, as the console's form does.
func competition(links []model.Competitor) string {
	var named []string
	for _, l := range links[:min(len(links), maxCompeting)] {
		named = append(named, l.Code+" ("+l.Source+", "+model.Plural(l.Orders, "order", "orders")+")")
	}
	list := strings.Join(named, ", ")
	if more := len(links) - len(named); more > 0 {
		list += " and " + model.Plural(int64(more), "more", "more")
	}
	return "Other sources already bring buyers to this page: " + list + ". Only the last link that a buyer clicks gets the sale, so this link may take sales over from them."
}

// addresses are the public ones of a link.
func addresses(l model.Link) [][2]string {
	return [][2]string{{"Shortlink", l.ShortURL}, {"Full tracking link", l.FullURL}, {"Owner's stats page", l.StatsURL}}
}

// mailElse is what to do where no mail goes out.
const mailElse = "Give the owner the shortlink yourself, or send the mail again (link resend) once the daemon has --smtp."

// mailed says how far the welcome mail has come.
func (s *session) mailed(l model.Link, fault *string) string {
	switch l.Mail {
	case model.MailQueued:
		text := "The welcome mail to " + l.Email + " " + model.MailGoes(s.MailsToFiles && fault == nil)
		if s.MailsToFiles && fault == nil {
			return text + ": it reaches no one. " + mailElse
		}
		if fault != nil {
			text += ": the last try failed (" + *fault + "), and it is tried again"
		}
		return text + "."
	case model.MailSent:
		return "The welcome mail to " + l.Email + " is sent."
	case model.MailWritten:
		return "The welcome mail to " + l.Email + " is written to DATA/outbox, no mail server set: it has reached no one. " + mailElse
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
func (s *session) linkPage(p *page, d model.LinkDetail, loc *time.Location) {
	l := d.Link
	title := l.Name
	if l.Archived {
		title += " (archived: new clicks do not count)"
	}
	p.title(title)
	about := append(addresses(l),
		[2]string{"Leads to", l.PageURL},
		[2]string{"Tracks", tracks(l)},
		[2]string{"Source", l.Source},
		[2]string{"Made", minute(l.CreatedAt, loc)},
	)
	if len(l.Aliases) > 0 {
		about = append(about, [2]string{"Further codes", codes(l)})
	}
	p.pairs(about...)
	p.gap()
	sayWarnings(p, l)
	if text := model.SharedAddressText(d.SharedAddress); text != "" {
		p.say(text)
	}
	p.say(s.mailed(l, d.MailError))
	if text := d.Digest.Explain(); text != "" {
		p.say(text)
	}
	p.gap()
	p.say(model.Plural(l.Clicks, "click", "clicks") + " by " + model.Plural(l.Visitors, "visitor", "visitors") + ", " + model.FormatCount(d.QRScans) + " of them by the QR code. " + model.Plural(l.Bots, "request", "requests") + " of bots and previews, counted apart.")
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
		p.say("Refunded, and not in these numbers: " + model.Plural(d.Refunded.Tickets, "ticket", "tickets") + ", " + d.Refunded.FaceValue.String() + ".")
	}
	overlaps(p, "Clicked after this link, and won the order", d.TakenOverBy)
	overlaps(p, "Clicked before this link, which won the order", d.TookOverFrom)
	if d.Assists > 0 {
		p.gap()
		p.say("In " + model.Plural(d.Assists, "order", "orders") + " it was clicked inside the window and another link won.")
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

// overlaps lists links that were clicked for the same orders as this one.
func overlaps(p *page, title string, others []model.Overlap) {
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
