package command

import (
	"cmp"
	"strconv"
	"strings"

	"lastclick/model"
)

// events lists the events; the number of one opens it.
func (m *plainMode) events() error {
	list := aloud[model.Event]{sentence: eventSentence, none: "There is no event yet. The checkout adds them by itself."}
	read := func() error {
		events, err := m.Store.Events(m.ctx, m.actor)
		if err != nil {
			return m.fail(err)
		}
		list.begin(m, events)
		return nil
	}
	if err := read(); err != nil {
		return err
	}
	return screen(func(first bool) error {
		choices := []choice{{"a", "for the numbers of all events", func() error { m.filter.Event = ""; return errBack }}}
		if m.Actor.Can(model.Member) {
			choices = append(choices, choice{"n", "for a new event", func() error { return then(m.newEvent(), read) }})
		}
		choices = append(choices, list.further(m)...)
		return m.choose(first, len(list.items), "to open an event", func(n int) error {
			chosen, err := m.event(list.items[n-1].Slug)
			switch {
			case err != nil:
				return err
			case chosen:
				return errBack
			}
			m.sayBack("events")
			return nil
		}, append(choices, choice{"r", "", read}, choice{"b", "to go back", goBack}))
	})
}

func eventSentence(e model.Event) string { return e.Name + ", " + e.Slug + ": starts " + starts(e) }

// event is the page of one event. Chosen says that its numbers alone are wanted.
func (m *plainMode) event(slug string) (chosen bool, err error) {
	reading, e := true, model.Event{}
	err = screen(func(first bool) error {
		if reading {
			var err error
			if e, err = m.Store.Event(m.ctx, m.actor, slug); err != nil {
				return then(m.fail(err), goBack)
			}
			m.sayEvent(e)
			reading = false
		}
		choices := []choice{{"s", "for its numbers alone", func() error { m.filter.Event, chosen = slug, true; return errBack }}}
		if m.Actor.Can(model.Member) {
			choices = append(choices, choice{"c", "to change it", func() (err error) { reading, err = m.changeEvent(e); return err }})
		}
		return m.choose(first, 0, "", nil, append(choices,
			choice{"z", m.undoes(), func() error { reading = m.undo != nil; return m.takeBack() }},
			choice{"b", "to go back", goBack}, rarely, choice{"r", "to read it again", func() error { reading = true; return nil }}))
	})
	return chosen, err
}

func (m *plainMode) sayEvent(e model.Event) {
	m.say(e.Name + ", " + e.Slug + ", starts " + starts(e) + ", timezone " + e.Timezone + ".")
	m.sayPairs([2]string{"Page", e.URL}, [2]string{"Carrier", carrier(e.Carry, "the client's")})
	if len(e.Shops) > 0 {
		m.say("Shops call it " + strings.Join(shopIDs(e), ", ") + ".")
	}
	if len(e.TicketTypes) > 0 {
		types := make([]string, len(e.TicketTypes))
		for i, t := range e.TicketTypes {
			types[i] = cmp.Or(t.Name, t.ID)
		}
		m.say(model.Plural(int64(len(types)), "ticket type", "ticket types") + ": " + strings.Join(types, ", ") + ".")
	}
	st, err := m.Store.Stats(m.ctx, m.actor, model.Filter{Event: e.Slug})
	if err != nil {
		return // s says what is wrong
	}
	m.say("By tracking links: " + numbersLine(st.Total))
}

func shopIDs(e model.Event) []string {
	ids := make([]string, len(e.Shops))
	for i, s := range e.Shops {
		ids[i] = s.String()
	}
	return ids
}

// newEvent asks for a new event line by line.
func (m *plainMode) newEvent() error {
	var n model.NewEvent
	client, err := m.Store.Client(m.ctx, m.actor, m.actor.Client)
	if err != nil {
		return m.fail(err)
	}
	m.say("A new event. " + giveUp)
	slug := ""
	name := question{field: "name", text: "Name?", into: &n.Name}
	check := func() error { _, err := n.Validate(client); return err }
	if answered, err := m.askAll(check, name); err != nil || !answered {
		return err
	}
	slug = model.SuggestSlug(n.Name)
	slugText := "What the checkout calls it, 3 to 40 characters of a-z, 0-9 and -?"
	if slug != "" {
		slugText += " Say nothing for " + slug + "."
	}
	n.Slug = slug
	answered, err := m.askAll(check,
		question{field: "slug", text: slugText, into: &n.Slug, now: slug},
		question{field: "url", text: "Address of its page on the ticket site?", into: &n.URL},
		question{field: "starts", text: "When does it start, such as 2026-06-20 19:30? Say nothing where it is not known yet.", into: &n.StartsAt},
		question{field: "timezone", text: "Timezone? Say nothing for the client's, " + client.Timezone + ".", into: &n.Timezone},
	)
	if err != nil || !answered {
		return err
	}
	e, err := m.Store.AddEvent(m.ctx, m.actor, n)
	if err != nil {
		return m.fail(err)
	}
	m.changed(nil)
	m.say("The event " + e.Slug + " is added.")
	if warning := m.noCarrier(m.ctx, m.actor, e); warning != "" {
		m.say("Warning: " + warning)
	}
	return nil
}

// changeEvent asks for each field of an event, and changes those that are answered.
func (m *plainMode) changeEvent(e model.Event) (changed bool, err error) {
	name, url, zone := e.Name, e.URL, e.Timezone
	wasStart := e.StartText()
	start := wasStart
	changes := func() (ch, back model.EventChange) {
		ch = model.EventChange{Name: change(name, e.Name), URL: change(url, e.URL), Timezone: change(zone, e.Timezone)}
		back = model.EventChange{Name: change(e.Name, name), URL: change(e.URL, url), Timezone: change(e.Timezone, zone)}
		e.ChangeStart(start, &ch, &back)
		return ch, back
	}
	m.say("Change " + e.Name + ". " + giveUp)
	answered, err := m.askAll(func() error {
		if start == "-" {
			start = ""
		}
		ch, _ := changes()
		_, err := ch.Apply(e)
		return err
	},
		question{field: "name", text: leave("Name", e.Name), into: &name, now: e.Name},
		question{field: "url", text: leave("Address of its page", e.URL), into: &url, now: e.URL},
		question{field: "timezone", text: leave("Timezone", e.Timezone), into: &zone, now: e.Timezone},
		question{field: "starts", text: leave("Start, such as 2026-06-20 19:30, or - for not known yet", cmp.Or(wasStart, "not known yet")), into: &start, now: cmp.Or(wasStart, "-")},
	)
	if err != nil || !answered {
		return false, err
	}
	ch, back := changes()
	if ch.Empty() {
		m.say("Nothing is changed. What shops call it, and its carrier, are set with : event set " + e.Slug + " --shop NAME:ID, or --carry.")
		return false, nil
	}
	now, err := m.Store.SetEvent(m.ctx, m.actor, e.Slug, ch)
	if err != nil {
		return false, m.fail(err)
	}
	m.changed(&undo{
		words: "to change " + e.Slug + " back",
		still: func() (bool, error) {
			is, err := m.Store.Event(m.ctx, m.actor, e.Slug)
			return err == nil && ch.Holds(is), err
		},
		back: func() (string, error) {
			e, err := m.Store.SetEvent(m.ctx, m.actor, e.Slug, back)
			return e.Name + " is as it was", err
		},
	})
	m.say("Changed: " + now.Name + ". z changes it back.")
	return true, nil
}

// overview says what the days brought beside as many days before.
func (m *plainMode) overview() error {
	o, err := m.Store.Overview(m.ctx, m.actor, m.filter)
	if err != nil {
		return m.fail(err)
	}
	days := "All days"
	if o.From != nil && o.To != nil {
		days = *o.From + " to " + *o.To
	}
	m.say(days + ": " + periodLine(o.Period))
	if o.Before == nil {
		m.say("Choose days with d to hear those before them too.")
		return nil
	}
	m.say(o.Before.From + " to " + o.Before.To + ": " + periodLine(o.Before.Period))
	return nil
}

func periodLine(p model.Period) string {
	line := strings.TrimSuffix(numbersLine(p.Numbers), ".") + "; " + model.Plural(p.Clicks, "click", "clicks")
	if share, ok := p.Conversion(); ok {
		line += ", " + percent(share) + " of them orders"
	}
	if average := p.AverageOrder(); average != nil {
		line += "; average order " + amount(average)
	}
	if share, ok := p.ShowRate(); ok {
		line += "; " + percent(share) + " of the tickets scanned"
	}
	return line + "."
}

func percent(share float64) string { return strconv.FormatFloat(100*share, 'f', 1, 64) + " percent" }
