package command

import (
	"slices"
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
				return then(m.fail(err), goBack)
			}
			if aloud {
				m.sayLink(d)
			}
			reading, aloud = false, false
		}
		again := func() error { reading, aloud = true, true; return nil }
		return m.choose(first, 0, "", nil, m.linkChoices(d, again, func() { reading = true }))
	})
}

// linkChoices are what can be done with a link. changed says that it is to be read before
// the next of them.
func (m *plainMode) linkChoices(d model.LinkDetail, again func() error, changed func()) []choice {
	code := d.Code
	choices := []choice{{"o", "for its orders", func() error { return m.orders(model.OrderFilter{Link: code}) }}}
	if m.Actor.Can(model.Member) {
		word, turn := "to archive it", m.archive
		if d.Archived {
			word, turn = "to restore it", m.restore
		}
		choices = append(choices,
			choice{"c", "to change it", func() error { changed(); return m.changeLink(d) }},
			choice{"a", word, func() error { changed(); return turn(d.Link) }})
		if !d.Archived {
			choices = append(choices, choice{"s", "to send the welcome mail again", func() error { return m.resend(d.Link) }})
		}
	}
	choices = append(choices, choice{"z", m.undoes(), func() error { changed(); return m.takeBack() }}, choice{"b", "to go back", goBack}, rarely,
		choice{"t", "to test it", func() error { return m.testLink(code) }})
	if m.Actor.Can(model.Member) {
		choices = append(choices,
			choice{"n", "for a new address of the stats page", func() error { changed(); return m.renewStats(d.Link) }},
			choice{"k", "for further codes", func() error { m.sayFurtherCodes(d.Link); return nil }})
	}
	if m.Actor.Can(model.Owner) {
		choices = append(choices, choice{"p", "for a statement of a period", func() error { return m.statementOf(d.Link) }})
	}
	return append(choices, choice{"r", "to read it again", again})
}

func (m *plainMode) sayLink(d model.LinkDetail) {
	l := d.Link
	head := l.Name + ", code " + l.Code + ", tracks " + m.tracked(l) + ", source " + l.Source + "."
	if l.Archived {
		head += " It is archived: new clicks do not count."
	}
	m.say(head)
	m.sayPairs(addresses(l)...)
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
	m.say(m.mailed(l, d.MailError))
	if text := d.Digest.Explain(); text != "" {
		m.say(text)
	}
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
		m.say(orderSentence(o, m.loc) + ".")
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
	m.changed(&undo{
		words: "to restore " + l.Code,
		still: m.linkAs(l.Code, func(d model.LinkDetail) bool { return d.Archived }),
		back:  linkIs(func() (model.Link, error) { return m.Store.RestoreLink(m.ctx, m.actor, l.Code) }),
	})
	m.say("Archived. z restores it.")
	return nil
}

// linkIs is an undo that says whether the link is in use.
func linkIs(undo func() (model.Link, error)) func() (string, error) {
	return func() (string, error) {
		l, err := undo()
		return l.Name + " is " + state(l), err
	}
}

func (m *plainMode) restore(l model.Link) error {
	if _, err := m.Store.RestoreLink(m.ctx, m.actor, l.Code); err != nil {
		return m.fail(err)
	}
	m.changed(&undo{
		words: "to archive " + l.Code + " again",
		still: m.linkAs(l.Code, func(d model.LinkDetail) bool { return !d.Archived }),
		back:  linkIs(func() (model.Link, error) { return m.Store.ArchiveLink(m.ctx, m.actor, l.Code) }),
	})
	m.say("Restored: new clicks count again.")
	return nil
}

func (m *plainMode) resend(l model.Link) error {
	yes, err := m.confirm("Send the welcome mail to " + l.Email + " again?")
	if err != nil || !yes {
		return err
	}
	link, err := m.Store.ResendMail(m.ctx, m.actor, l.Code)
	if err != nil {
		return m.fail(err)
	}
	m.changed(nil)
	m.say(m.mailed(link, nil))
	return nil
}

// newLink asks for a new link line by line; a field that is refused is asked for again.
func (m *plainMode) newLink() error {
	var n model.NewLink
	events, err := m.Store.Events(m.ctx, m.actor)
	if err != nil {
		return m.fail(err)
	}
	m.say("A new tracking link. " + giveUp)
	checked := n
	check := func() (err error) { checked, err = n.Validate(); return err }
	answered, err := m.askAll(check,
		question{field: "name", text: "Name of the person or place that it is for?", into: &n.Name},
		question{field: "email", text: "E-mail address of the owner?", into: &n.Email},
		question{field: "event", text: eventQuestion(events), into: &n.Event, choices: eventSlugs(events), knows: func(string) string {
			if checked.Event == "" || slices.Contains(eventSlugs(events), checked.Event) {
				return ""
			}
			return "There is no event " + checked.Event + "."
		}},
		question{field: "source", text: "Where does it stand? " + inWords(model.Sources, "or") + ". Say nothing for " + model.Sources[0] + ".", into: &n.Source},
		question{field: "code", text: "Code of the shortlink? Say nothing to have one chosen.", into: &n.Code},
	)
	if err != nil || !answered {
		return err
	}
	mail, err := m.askYes("Send the welcome mail to " + n.Email + "?")
	if err != nil {
		return err
	}
	n.NoMail = !mail
	link, err := m.Store.AddLink(m.ctx, m.actor, n)
	if err != nil {
		return m.fail(err)
	}
	m.changed(nil)
	m.sayPage(func(p *page) { m.newLinkPage(p, link, m.competing(m.ctx, m.actor, link)) })
	return nil
}

func eventQuestion(events []model.Event) string {
	q := "Event? Say nothing for all events"
	for i, e := range events[:min(len(events), plainPart)] {
		q += ", " + strconv.Itoa(i+1) + " for " + e.Name
	}
	if len(events) > plainPart {
		q += ", or the slug of another"
	}
	return q + "."
}

func eventSlugs(events []model.Event) []string {
	slugs := make([]string, len(events))
	for i, e := range events {
		slugs[i] = e.Slug
	}
	return slugs
}
