package command

import (
	"cmp"
	"strings"

	"lastclick/model"
)

// changeLink asks for each field of a link, and changes those that are answered.
func (m *plainMode) changeLink(d model.LinkDetail) error {
	l := d.Link
	name, email, source, digest := l.Name, l.Email, l.Source, digestWord(d.Digest)
	was := digest
	changes := func() model.LinkChange {
		return model.LinkChange{Name: change(name, l.Name), Email: change(email, l.Email), Source: change(source, l.Source), Digest: change(digest, was)}
	}
	m.say("Change " + l.Name + ". " + giveUp + " The code, and what it tracks, never change.")
	answered, err := m.askAll(func() error { _, err := changes().Apply(l); return err },
		question{field: "name", text: leave("Name", l.Name), into: &name, now: l.Name},
		question{field: "email", text: leave("E-mail address of the owner", l.Email), into: &email, now: l.Email},
		question{field: "source", text: leave("Where does it stand, "+inWords(model.Sources, "or"), l.Source), into: &source, now: l.Source},
		question{field: "digest", text: leave("What is mailed to the owner, weekly numbers, first-sale or none", was), into: &digest, now: was},
	)
	if err != nil || !answered {
		return err
	}
	ch := changes()
	if ch == (model.LinkChange{}) {
		m.say("Nothing is changed.")
		return nil
	}
	changed, err := m.Store.SetLink(m.ctx, m.actor, l.Code, ch)
	if err != nil {
		return m.fail(err)
	}
	back := model.LinkChange{Name: change(l.Name, changed.Name), Email: change(l.Email, changed.Email), Source: change(l.Source, changed.Source), Digest: change(was, digest)}
	m.changed(&undo{
		words: "to change " + l.Code + " back",
		still: m.linkAs(l.Code, ch.Holds),
		back: func() (string, error) {
			l, err := m.Store.SetLink(m.ctx, m.actor, l.Code, back)
			return l.Name + " is as it was", err
		},
	})
	m.say("Changed: " + changed.Name + ", " + changed.Email + ", source " + changed.Source + ", mails to the owner: " + digest + ". z changes it back.")
	return nil
}

// digestWord is a digest as it is said: none has a word too.
func digestWord(d model.ReportEvery) string { return string(cmp.Or(d, model.NoDigest)) }

func (m *plainMode) renewStats(l model.Link) error {
	yes, err := m.confirm("Give the stats page of " + l.Name + " a new address? The old one stops working at once, and cannot be had back. The owner is not told: s sends the welcome mail again, with the new one.")
	if err != nil || !yes {
		return err
	}
	changed, err := m.Store.SetLink(m.ctx, m.actor, l.Code, model.LinkChange{NewStatsToken: true})
	if err != nil {
		return m.fail(err)
	}
	m.changed(nil)
	m.sayPairs([2]string{"Owner's stats page", changed.StatsURL})
	return nil
}

// testLink follows a link as a customer would, and says each step.
func (m *plainMode) testLink(code string) error {
	if m.Connector == nil {
		m.say("No link can be tested from here.")
		return nil
	}
	err := m.Connector.TryLink(m.ctx, m.actor, code, func(step model.TryStep) {
		m.say(step.Step + ", " + string(step.State) + ": " + step.Detail)
	})
	if err != nil {
		return m.fail(err)
	}
	m.say("The whole way works. No click was counted, and no order was made.")
	return nil
}

func (m *plainMode) sayFurtherCodes(l model.Link) {
	if len(l.Aliases) == 0 {
		m.say("No other code or coupon credits this link.")
	} else {
		m.say("These codes and coupons credit it too: " + strings.Join(l.Aliases, ", ") + ".")
	}
	m.sayCommands("Add or remove one, here or over ssh, with:", "link code add "+l.Code+" CODE", "link code remove "+l.Code+" CODE")
}

// statementOf asks for a period and a share, and says what the link sold in it.
func (m *plainMode) statementOf(l model.Link) error {
	q := model.StatementQuery{Link: l.Code, Base: model.BaseFace}
	base := string(q.Base)
	m.say("A statement of " + l.Name + ". " + giveUp)
	day := func(text *string) string { *text = m.day(m.ctx, m.actor, *text); return *text }
	answered, err := m.askAll(func() error {
		q.Base = model.StatementBase(base)
		check := q
		if check.From = day(&q.From); q.To == "" {
			check.To = check.From // it is asked for next
		} else {
			check.To = day(&q.To)
		}
		if _, _, err := (model.Filter{From: check.From, To: check.To}).Range(m.loc); err != nil {
			return err
		}
		_, _, err := check.Validate()
		return err
	},
		question{field: "from", text: "First day, such as 2026-06-01?", into: &q.From},
		question{field: "to", text: "Last day?", into: &q.To, knows: needed("A statement has a last day.")},
		question{field: "rate", text: "Share of the owner, such as 10%? Say nothing for none.", into: &q.Rate},
	)
	if err != nil || !answered {
		return err
	}
	if q.Rate != "" {
		if answered, err = m.askAll(func() error { q.Base = model.StatementBase(base); _, _, err := q.Validate(); return err },
			question{field: "base", text: "Of the face value, or of what was paid? Say face or paid; say nothing for face.", into: &base, now: base}); err != nil || !answered {
			return err
		}
	}
	st, err := m.Store.Statement(m.ctx, m.actor, q)
	if err != nil {
		return m.fail(err)
	}
	m.sayStatement(st)
	return nil
}

func (m *plainMode) sayStatement(st model.Statement) {
	state := "It is preliminary: it is final " + settles + " after the end of its period."
	if st.Final {
		state = "It is final: it does not change any more."
	}
	m.say("Statement of " + st.Name + ", " + st.Link + ", " + st.From + " to " + st.To + ". " + state)
	sold, back := int64(0), int64(0)
	for _, line := range st.Lines {
		if line.Tickets < 0 {
			back -= line.Tickets
			continue
		}
		sold += line.Tickets
	}
	m.say(model.Plural(sold, "ticket", "tickets") + " sold, " + model.Plural(back, "ticket", "tickets") + " taken back, in " + model.Plural(int64(len(st.Lines)), "line", "lines") + ". Amount: " + amount(st.Amount) + ".")
	command := "statement " + st.Link + " --from " + st.From + " --to " + st.To
	if st.Rate != nil {
		m.say("The share is " + st.Rate.String() + " of " + baseWords[st.Base] + ": " + amount(st.Share) + ".")
		command += " --rate " + st.Rate.String() + " --base " + string(st.Base)
	}
	statementRows(&st)
	m.sayPairs([2]string{"SHA-256 of its lines", st.SHA256}, [2]string{"All lines, as a file", m.onClient(command+" --csv") + " > statement.csv"})
}
