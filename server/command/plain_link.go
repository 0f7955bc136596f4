package command

import (
	"strconv"
	"strings"

	"lastclick/model"
)

// link is the page of one link.
func (m *plainMode) link(code string) error {
	reading, aloud := true, true
	var d model.LinkDetail
	return screen(func(first bool) error {
		if reading {
			var err error
			if d, err = m.Store.Link(m.ctx, m.actor, code); err != nil {
				if err := m.fail(err); err != nil {
					return err
				}
				return errBack
			}
			if aloud {
				m.sayLink(d)
			}
			reading, aloud = false, false
		}
		again := func() error { reading, aloud = true, true; return nil }
		choices := []choice{
			{"o", "for its orders", func() error { return m.orders(model.OrderFilter{Link: code}) }},
		}
		if m.Actor.Can(model.Member) {
			word, turn := "to archive it", m.archive
			if d.Archived {
				word, turn = "to restore it", m.restore
			}
			choices = append(choices, choice{"a", word, func() error { reading = true; return turn(d.Link) }})
			if !d.Archived {
				choices = append(choices, choice{"s", "to send the welcome mail again", func() error { return m.resend(code) }})
			}
		}
		choices = append(choices, choice{"z", m.undoes, func() error { reading = true; return m.takeBack() }}, choice{"r", "to read it again", again}, choice{"b", "to go back", goBack})
		return m.choose(first, 0, "", nil, choices)
	})
}

func (m *plainMode) sayLink(d model.LinkDetail) {
	l := d.Link
	head := l.Name + ", code " + l.Code + ", tracks " + m.tracked(l) + ", source " + l.Source + "."
	if l.Archived {
		head += " It is archived: new clicks do not count."
	}
	m.say(head)
	p := m.page()
	for _, a := range addresses(l) {
		p.put(a[0] + ": " + a[1]) // whole, so that it can be copied
	}
	m.write(p.bytes())
	m.say(warning(l))
	if note := l.TrackingNote(); note != "" {
		m.say(note)
	}
	m.say(numbersLine(d.Numbers) + " " + model.Plural(l.Clicks, "click", "clicks") + " by " + model.Plural(l.Visitors, "visitor", "visitors") + ".")
	for _, t := range d.TicketTypes {
		m.say(m.typeNamed(l, t) + ": " + model.Plural(t.Tickets, "ticket", "tickets") + ", " + model.FormatCount(t.Scanned) + " scanned, " + amount(t.FaceValue) + ".")
	}
	if d.Refunded.Tickets > 0 {
		m.say("Refunded, and not in these numbers: " + model.Plural(d.Refunded.Tickets, "ticket", "tickets") + ", " + amount(d.Refunded.FaceValue) + ".")
	}
	m.sayOverlaps("It took over from", d.TookOverFrom)
	m.sayOverlaps("It was taken over by", d.TakenOverBy)
	m.say(mailed(l, d.MailError))
	m.sayLastOrders(l.Code)
}

// tracked is what a link tracks, by the event's name.
func (m *plainMode) tracked(l model.Link) string {
	if l.Event == nil {
		return "every event"
	}
	return m.eventNamed(*l.Event)
}

func (m *plainMode) typeNamed(l model.Link, t model.TypeStats) string {
	if l.Level == model.EventLevel {
		return t.Name
	}
	return t.Name + ", " + m.eventNamed(t.Event)
}

func numbersLine(n model.Numbers) string {
	return model.Plural(n.Tickets, "ticket", "tickets") + " in " + model.Plural(n.Orders, "order", "orders") + " of " + model.Plural(n.Customers, "customer", "customers") + ", " +
		model.FormatCount(n.NewCustomers) + " of them new; " + model.FormatCount(n.Scanned) + " scanned, " + model.FormatCount(n.Unscanned) + " not; " + amount(n.FaceValue) + "."
}

func (m *plainMode) sayOverlaps(head string, others []model.Overlap) {
	if len(others) == 0 {
		return
	}
	var list []string
	for _, o := range others {
		list = append(list, o.Name+", "+o.Link+", in "+model.Plural(o.Orders, "order", "orders"))
	}
	m.say(head + " " + strings.Join(list, "; ") + ".")
}

func (m *plainMode) sayLastOrders(code string) {
	last, err := m.Store.Orders(m.ctx, m.actor, model.OrderFilter{Link: code, Limit: 3, Uncounted: true})
	if err != nil || len(last.Items) == 0 {
		return // o says what is wrong
	}
	m.say("The last orders:")
	for _, o := range last.Items {
		m.say(orderSentence(o, m.loc))
	}
}

func (m *plainMode) archive(l model.Link) error {
	yes, err := m.confirm("Archive " + l.Name + "? Its link still leads to its page, and new clicks do not count.")
	if err != nil || !yes {
		return err
	}
	if _, err := m.Store.ArchiveLink(m.ctx, m.actor, l.Code); err != nil {
		return m.fail(err)
	}
	m.undoes = "to restore " + l.Code
	m.undo = func() (model.Link, error) { return m.Store.RestoreLink(m.ctx, m.actor, l.Code) }
	m.say("Archived. z restores it.")
	return nil
}

func (m *plainMode) restore(l model.Link) error {
	if _, err := m.Store.RestoreLink(m.ctx, m.actor, l.Code); err != nil {
		return m.fail(err)
	}
	m.undoes = "to archive " + l.Code + " again"
	m.undo = func() (model.Link, error) { return m.Store.ArchiveLink(m.ctx, m.actor, l.Code) }
	m.say("Restored: new clicks count again.")
	return nil
}

func (m *plainMode) resend(code string) error {
	link, err := m.Store.ResendMail(m.ctx, m.actor, code)
	if err != nil {
		return m.fail(err)
	}
	m.say(mailed(link, nil))
	return nil
}

// newLink asks for a new link line by line; a field that is refused is asked for again.
func (m *plainMode) newLink() error {
	var n model.NewLink
	events, err := m.Store.Events(m.ctx, m.actor)
	if err != nil {
		return m.fail(err)
	}
	m.say("A new tracking link. Say . in a line of its own to give up.")
	for _, f := range []struct {
		field, question string
		into            *string
	}{
		{"name", "Name of the person or place that it is for?", &n.Name},
		{"email", "E-mail address of the owner?", &n.Email},
		{"event", m.eventQuestion(events), &n.Event},
		{"source", "Where does it stand? " + strings.Join(model.Sources, ", ") + ". Say nothing for " + model.Sources[0] + ".", &n.Source},
		{"code", "Code of the shortlink? Say nothing to have one chosen.", &n.Code},
	} {
		given, err := m.askField(&n, f.field, f.question, f.into, events)
		if err != nil || !given {
			return err
		}
	}
	mail, err := m.confirm("Send the welcome mail to " + n.Email + "?")
	if err != nil {
		return err
	}
	n.NoMail = !mail
	link, err := m.Store.AddLink(m.ctx, m.actor, n)
	if err != nil {
		return m.fail(err)
	}
	p := m.page()
	p.style = nil
	newLinkPage(p, link, m.competing(m.ctx, m.actor, link))
	m.write(p.bytes())
	return nil
}

func (m *plainMode) eventQuestion(events []model.Event) string {
	q := "Event? Say nothing for all events"
	for i, e := range events[:min(len(events), plainPart)] {
		q += ", " + strconv.Itoa(i+1) + " for " + e.Name
	}
	if len(events) > plainPart {
		q += ", or the slug of another"
	}
	return q + "."
}

// askField asks for one field of a new link until the model takes it.
func (m *plainMode) askField(n *model.NewLink, field, question string, into *string, events []model.Event) (given bool, err error) {
	for {
		m.say(question)
		line, err := m.ask("> ")
		if err != nil {
			return false, err
		}
		if line == "." {
			m.say("Nothing was made.")
			return false, nil
		}
		if i, err := strconv.Atoi(line); field == "event" && err == nil && i >= 1 && i <= len(events) {
			line = events[i-1].Slug
		}
		*into = line
		checked, err := n.Validate()
		if wrong := model.FieldError(err, field); wrong != nil {
			msg, _ := model.PublicMessage(wrong)
			m.say(msg + ".")
			continue
		}
		if field == "event" && line != "" && !knowsEvent(events, checked.Event) {
			m.say("There is no event " + line + ".")
			continue
		}
		return true, nil
	}
}

func knowsEvent(events []model.Event, slug string) bool {
	for _, e := range events {
		if e.Slug == slug {
			return true
		}
	}
	return false
}
