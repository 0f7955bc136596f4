package command

import (
	"slices"
	"strconv"
	"strings"

	"lastclick/model"
)

// furtherPage is a page that home leads to by a number.
type furtherPage struct {
	name string
	role model.Role
	open func() error
}

// furtherPages are those that are not needed every day.
func (m *plainMode) furtherPages() error {
	var open []furtherPage
	for _, p := range []furtherPage{
		{"Team: people, keys and invites", model.Owner, m.team},
		{"Reports: numbers by mail to people without a login", model.Owner, m.mailedReports},
		{"Hooks: addresses that are told of sales and scans", model.Owner, m.hookPage},
		{"Audit: who did what", model.Owner, m.auditPage},
		{"The client: its rule and window", model.Owner, m.clientPageAloud},
		{"You: your role, your key and your settings", model.Viewer, m.self},
		{"Inbox: webhooks that were parked or refused", model.Admin, m.inboxAloud},
		{"Checkouts: the systems that sell", model.Admin, m.checkoutsAloud},
		{"Clients: work on another one", model.Admin, m.clientsAloud},
		{"The platform: privacy, buyers and keys", model.Admin, m.platformAloud},
	} {
		if m.Actor.Can(p.role) {
			open = append(open, p)
		}
	}
	say := func() {
		for i, p := range open {
			m.say(strconv.Itoa(i+1) + " " + p.name + ".")
		}
	}
	say()
	return screen(func(first bool) error {
		return m.choose(first, len(open), "to open a page", func(n int) error {
			client := m.actor.Client
			if err := open[n-1].open(); err != nil {
				return err
			}
			if m.actor.Client != client {
				return errBack // to what the other client sells
			}
			m.sayBack("further pages")
			return nil
		}, []choice{{"r", "to read them again", func() error { say(); return nil }}, {"b", "to go back", goBack}})
	})
}

// self says who is signed in, and what is kept for the person.
func (m *plainMode) self() error {
	line := "You are " + m.Actor.Name + ", " + string(m.Actor.Role)
	if m.actor.Client != "" {
		line += ", working on " + m.title
	}
	m.say(line + ".")
	m.sayPairs([2]string{"The key that you signed in with", m.Actor.Key})
	if !m.Actor.Can(model.Owner) {
		m.say("An owner of the client, or an admin of the platform, adds and removes keys.")
	}
	set, err := m.Store.Settings(m.ctx, m.actor)
	if err != nil {
		return m.fail(err)
	}
	m.say("In the drawn console your theme is " + themeOf(set) + ", and you have set " + model.Plural(int64(len(strings.Fields(set[model.SettingKeys]))), "key", "keys") + ". Neither is of use here.")
	m.sayCommands("They are set with:", "theme NAME", "keys list", "keys set ACTION=KEY")
	return nil
}

// mailedReports lists whom numbers are mailed to; the number of one ends it.
func (m *plainMode) mailedReports() error {
	list := aloud[model.Report]{none: "No numbers are mailed yet.", sentence: func(r model.Report) string {
		return r.Email + ", " + string(r.Every) + ", " + m.reportAbout(r) + ": the next on " + minute(r.NextAt, m.loc)
	}}
	read := func() error {
		m.called()
		reports, err := m.Store.Reports(m.ctx, m.actor)
		if err != nil {
			return m.fail(err)
		}
		list.begin(m, reports)
		return nil
	}
	if err := read(); err != nil {
		return err
	}
	return screen(func(first bool) error {
		choices := append([]choice{{"n", "for a new report", func() error { return then(m.newReport(), read) }}}, list.further(m)...)
		return m.choose(first, list.shown, "to end a report", func(n int) error {
			return then(m.endReport(list.items[n-1], list.items), read)
		}, append(choices,
			choice{"z", m.undoes(), func() error { return then(m.takeBack(), read) }},
			choice{"b", "to go back", goBack}))
	})
}

func (m *plainMode) reportAbout(r model.Report) string {
	if r.Event == nil {
		return "about every event"
	}
	return "about " + m.eventNamed(*r.Event)
}

func (m *plainMode) newReport() error {
	events, err := m.Store.Events(m.ctx, m.actor)
	if err != nil {
		return m.fail(err)
	}
	var n model.NewReport
	every := ""
	m.say("Numbers by mail. Who gets them needs no login, and ends them with one click. " + giveUp)
	answered, err := m.askAll(func() error {
		switch n.Every = model.ReportEvery(strings.ToLower(every)); {
		case every != "" && n.Every != model.EveryDay && n.Every != model.EveryWeek:
			return model.Invalidf("every", "say daily or weekly")
		case every == "":
			n.Every = model.EveryWeek
		}
		_, err := n.Validate()
		return err
	},
		question{field: "email", text: "To which e-mail address?", into: &n.Email},
		question{field: "every", text: "How often, daily or weekly? Say nothing for weekly.", into: &every},
		question{field: "event", text: eventQuestion(events), into: &n.Event, choices: eventSlugs(events)},
	)
	if err != nil || !answered {
		return err
	}
	r, err := m.Store.AddReport(m.ctx, m.actor, n)
	if err != nil {
		return m.fail(err)
	}
	m.changed(nil)
	m.say("Added. The first mail goes out on " + minute(r.NextAt, m.loc) + ".")
	return nil
}

// endReport ends a report about an event; one about every event goes with all those to the
// address, as in report remove.
func (m *plainMode) endReport(r model.Report, all []model.Report) error {
	what := "the " + string(r.Every) + " numbers " + m.reportAbout(r) + " to " + r.Email + "?"
	if n := int64(len(slices.DeleteFunc(slices.Clone(all), func(of model.Report) bool { return of.Email != r.Email }))); r.Event == nil && n > 1 {
		what = "all " + model.Plural(n, "report", "reports") + " to " + r.Email + "? The one about every event ends with the others; to end one of those alone, choose its own number."
	}
	yes, err := m.confirm("End " + what)
	if err != nil || !yes {
		return err
	}
	ended, err := m.Store.RemoveReport(m.ctx, m.actor, r.Email, or(r.Event, ""))
	if err != nil {
		return m.fail(err)
	}
	m.changed(&undo{
		words: "to mail them again",
		still: func() (bool, error) { // one that was added since would be replaced
			now, err := m.Store.Reports(m.ctx, m.actor)
			return err == nil && !slices.ContainsFunc(now, func(is model.Report) bool {
				return slices.ContainsFunc(ended, func(was model.Report) bool {
					return is.Email == was.Email && or(is.Event, "") == or(was.Event, "")
				})
			}), err
		},
		back: func() (string, error) {
			for _, r := range ended {
				if _, err := m.Store.AddReport(m.ctx, m.actor, model.NewReport{Email: r.Email, Event: or(r.Event, ""), Every: r.Every}); err != nil {
					return "", err
				}
			}
			return model.Plural(int64(len(ended)), "report is", "reports are") + " mailed to " + r.Email + " again", nil
		},
	})
	m.say("Ended: " + model.Plural(int64(len(ended)), "report", "reports") + " to " + r.Email + ". z mails them again.")
	return nil
}
