package command

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"lastclick/model"
)

// home is Link Tracking: what all links sold, and the links, at first by their tickets.
func (m *plainMode) home() error {
	shown, reading, from := []model.LinkStats(nil), true, 0
	return screen(func(first bool) error {
		if reading {
			reading = false // also where it fails: r reads again, not this loop
			switch links, err := m.readLinks(); {
			case err != nil && first:
				return err
			case err != nil:
				if err := m.fail(err); err != nil {
					return err
				}
			default:
				shown, from = links, 0
				m.sayLinks(shown, from)
			}
		}
		again := func(err error) error { reading = true; return err }
		quietly := func() error { reading = true; return nil }
		// back is after a page that left what is shown here as it is: the numbers go on
		// meaning the same links, and nothing is heard twice.
		event, client := m.filter.Event, m.actor.Client
		back := func(err error) error {
			if reading = m.filter.Event != event || m.actor.Client != client; err == nil && !reading {
				m.sayBack("links")
			}
			return err
		}
		more := choice{"m", "", func() error { m.say("There are no more links."); return nil }}
		if from+plainPart < len(shown) {
			more = choice{"m", "for more", func() error { from += plainPart; m.sayLinks(shown, from); return nil }}
		}
		choices := []choice{
			{"o", "for orders", func() error { return back(m.orders(model.OrderFilter{})) }},
			{"e", "for events", func() error { return back(m.events()) }},
			{"d", "for days", func() error { return again(m.askDays()) }},
			{"f", "to find links", func() error { return again(m.askWords()) }},
			more,
			{"z", m.undoes(), func() error { return again(m.takeBack()) }},
			{"p", "for further pages", func() error { return back(m.furtherPages()) }},
			rarely,
			{"u", "for sales without a link", m.sayUnattributed},
			{"v", "for the days beside those before", m.overview},
			{"s", "to sort", func() error { return again(m.askSort()) }},
			{"a", m.archiveWord(), func() error { m.archived = !m.archived; return quietly() }},
			{"w", "to watch", func() error { return m.watch(model.OrderFilter{Event: m.filter.Event}) }},
			{"x", "for the commands that export", func() error { return m.sayExports(shown) }},
			{"r", "to read the list again", quietly},
			{"b", "for all links of all days", func() error {
				m.filter, m.days, m.find = model.Filter{}, "", ""
				return quietly()
			}},
		}
		if m.Actor.Can(model.Member) {
			choices = append([]choice{{"n", "for a new link", func() error { return again(m.newLink()) }}}, choices...)
		}
		return m.choose(first, len(shown), "to open a link", func(n int) error { return back(m.link(shown[n-1].Link.Code)) }, choices)
	})
}

func (m *plainMode) archiveWord() string {
	if m.archived {
		return "to leave archived links out"
	}
	return "for archived links too"
}

// readLinks are the links as the filter wants them.
func (m *plainMode) readLinks() ([]model.LinkStats, error) {
	if m.days != "" {
		if from, to, err := m.readDays(m.days); err == nil {
			m.filter.From, m.filter.To = from, to
		}
	}
	st, err := m.Store.Stats(m.ctx, m.actor, m.filter)
	if err != nil {
		return nil, err
	}
	events := m.called()
	sort, err := statsOrder(m.sort)
	if err != nil {
		return nil, err
	}
	sort(&st)
	words := model.FoldWords(m.find)
	shown := slices.DeleteFunc(slices.Clone(st.Links), func(l model.LinkStats) bool {
		return l.Link.Archived && !m.archived || !hasWords(l.Link, events, words)
	})
	m.saySummary(st, shown)
	return shown, nil
}

// called are the names of the events, read once a list.
func (m *plainMode) called() map[string]string {
	events, _ := m.Store.Events(m.ctx, m.actor) // else they are called by their slugs
	m.eventNames = model.NamesOf(nil, events).Events
	return m.eventNames
}

// eventNamed is the event as people know it.
func (m *plainMode) eventNamed(slug string) string {
	return model.Called{Events: m.eventNames}.Event(slug)
}

// hasWords says whether each of the words, which are folded, is in the name, code, e-mail
// or event of a link, in any order.
func hasWords(l model.Link, events map[string]string, words []string) bool {
	if len(words) == 0 {
		return true
	}
	event := or(l.Event, "")
	return model.HoldsWords(model.Fold(strings.Join([]string{l.Name, l.Code, l.Email, event, events[event], strings.Join(l.Aliases, " ")}, "\n")), words)
}

func (m *plainMode) saySummary(st model.Stats, shown []model.LinkStats) {
	about := "Link tracking for " + m.title
	if m.filter.Event != "" {
		about += ", event " + m.eventNamed(m.filter.Event)
	}
	if st.From != nil && st.To != nil {
		about += ", " + *st.From + " to " + *st.To
	}
	tickets, face := st.Total.Tickets, st.Total.FaceValue
	count := model.Plural(int64(len(shown)), "link", "links")
	end := " in all."
	if m.find != "" {
		tickets, face = 0, model.Money{}
		for _, l := range shown { // tickets and amounts add up, people and orders do not
			tickets += l.Tickets
			for currency, n := range l.FaceValue {
				face[currency] += n
			}
		}
		count += " with “" + m.find + "”"
		end = " together."
	}
	m.say(about + ". " + count + ", " + model.Plural(tickets, "ticket", "tickets") + ", " + amount(face) + end + " As of " + m.Now().In(m.loc).Format("15:04 MST") + ".")
}

// amount is money as it is read aloud.
func amount(f model.Money) string {
	if len(f) == 0 {
		return "no money"
	}
	return f.String()
}

func (m *plainMode) sayLinks(links []model.LinkStats, from int) {
	if len(links) == 0 {
		m.say("No link is shown.")
	}
	to := min(from+plainPart, len(links))
	for i, l := range links[from:to] {
		m.say(strconv.Itoa(from+i+1) + " " + m.linkSentence(l) + ".")
	}
	if len(links) > plainPart {
		m.say("That was " + strconv.Itoa(from+1) + " to " + strconv.Itoa(to) + " of " + model.FormatCount(int64(len(links))) + ".")
	}
}

func (m *plainMode) linkSentence(l model.LinkStats) string {
	event := "all events"
	if l.Link.Event != nil {
		event = m.eventNamed(*l.Link.Event)
	}
	line := l.Link.Name + ", " + l.Link.Code + ", " + event
	if l.Link.Archived {
		line += ", archived"
	}
	return line + ": " + model.Plural(l.Tickets, "ticket", "tickets") + ", " + model.FormatCount(l.Scanned) + " scanned, " + amount(l.FaceValue)
}

func (m *plainMode) sayUnattributed() error {
	st, err := m.Store.Stats(m.ctx, m.actor, m.filter)
	if err != nil {
		return m.fail(err)
	}
	if len(st.Unattributed) == 0 {
		m.say("Every sale is credited to a link.")
	}
	for _, u := range st.Unattributed {
		m.say(u.Reason.Label() + ": " + model.Plural(u.Orders, "order", "orders") + ", " + model.Plural(u.Tickets, "ticket", "tickets") + ", " + amount(u.FaceValue) + ".")
	}
	return nil
}

// askDays asks for the days of the numbers.
func (m *plainMode) askDays() error {
	m.say("Which days? Say " + inWords(model.DayWords, "or") + ", a day such as 2026-06-01, or a first and a last day.")
	line, err := m.ask("> ")
	if err != nil || line == "" {
		return err
	}
	filter := m.filter
	if filter.From, filter.To, err = m.readDays(line); err != nil {
		m.say("“" + model.Truncate(line, 40) + "” says no days.")
		return nil
	}
	if _, _, err := filter.Range(m.loc); err != nil {
		return m.fail(err)
	}
	m.filter, m.days = filter, line
	return nil
}

func (m *plainMode) readDays(text string) (from, to string, err error) {
	return model.ParseDayRange("days", text, m.Now().In(m.loc))
}

// askWords asks what the links that are shown must have.
func (m *plainMode) askWords() error {
	m.say("Find links with which words of their name, code, e-mail or event? Say nothing for all links.")
	line, err := m.ask("> ")
	if err != nil {
		return err
	}
	m.find = strings.Join(strings.Fields(model.Clean(line)), " ")
	return nil
}

// askSort asks for the column that links are sorted by.
func (m *plainMode) askSort() error {
	m.say("Sort the links by what? Say " + strings.ReplaceAll(inWords(statsColumnNames(), "or"), "_", " ") + ", with a - before it for the other way round.")
	line, err := m.ask("> ")
	if err != nil || line == "" {
		return err
	}
	if _, err := statsOrder(line); err != nil {
		m.say("There is no column “" + model.Truncate(line, 40) + "”.")
		return nil
	}
	m.sort = line
	return nil
}

// watch says a line for each order of the list that comes, until the next line is said. It
// goes on from a cursor as order list --follow does, so a hurry of orders is said whole.
func (m *plainMode) watch(f model.OrderFilter) error {
	ctx, stop := context.WithCancel(m.ctx)
	defer stop()
	moved := m.Store.Watch(ctx, m.actor.Client) // before the cursor, so that nothing is missed
	start, err := m.Store.OrdersSince(ctx, m.actor, f, "")
	if err != nil {
		return m.fail(err)
	}
	m.say("Each new order" + ordersAbout(f) + " is said as it comes. Press Enter to stop.")
	var fresh freshOrders
	failing := false
	for cursor := start.Next; ; {
		select {
		case _, more := <-m.in.lines:
			if !more {
				return errLeave
			}
			return nil
		case <-m.ctx.Done():
			return errLeave
		case _, more := <-moved:
			if !more {
				m.say("Orders are no longer said: w goes on.")
				return nil
			}
		}
		came, err := m.Store.OrdersSince(ctx, m.actor, f, cursor)
		if err != nil {
			if !failing { // the next change asks again
				failing = true
				if err := m.fail(err); err != nil {
					return err
				}
			}
			continue
		}
		cursor, failing = came.Next, false
		for _, o := range fresh.of(came.Items) {
			m.say(orderSentence(o, m.loc) + ".")
		}
	}
}
