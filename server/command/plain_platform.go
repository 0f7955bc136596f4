package command

import (
	"cmp"
	"strconv"
	"strings"
	"time"

	"lastclick/model"
)

// auditPage lists who did what; the number of one says what became different.
func (m *plainMode) auditPage() error {
	return paged(m, "What people did", "Nothing has been done yet.", func(p model.Paging) (model.Listing[model.AuditEntry], error) {
		return m.Store.Audit(m.ctx, m.actor, p)
	}, m.auditSentence, "for what became different", func(e model.AuditEntry) (bool, error) {
		m.say(m.auditSentence(e) + ".")
		said := false
		value := func(v *string) string { return cmp.Or(or(v, ""), "nothing") }
		for _, c := range e.Changes() {
			switch {
			case e.Before != nil && e.After != nil && !c.Changed():
				continue
			case e.Before == nil:
				m.say(c.Name + ": " + value(c.After) + ".")
			case e.After == nil:
				m.say(c.Name + " was " + value(c.Before) + ".")
			default:
				m.say(c.Name + ": from " + value(c.Before) + " to " + value(c.After) + ".")
			}
			said = true
		}
		if !said {
			m.say("No details are kept of it.")
		}
		return false, nil
	})
}

func (m *plainMode) auditSentence(e model.AuditEntry) string {
	return minute(e.At, m.loc) + ", " + e.Actor + ": " + e.Action + " " + e.Object
}

// hookPage lists the addresses that are told of sales.
func (m *plainMode) hookPage() error {
	hooks, err := m.Store.Hooks(m.ctx, m.actor)
	if err != nil {
		return m.fail(err)
	}
	if len(hooks) == 0 {
		m.say("No address is told of sales and scans.")
	}
	for _, h := range hooks {
		line := string(h.State) + ", " + model.FormatCount(h.Waiting) + " waiting, last delivered " + minuteOr(h.DeliveredAt, m.loc, "never")
		if h.LastError != nil {
			line += ", the last fault: " + *h.LastError
		}
		m.sayPairs([2]string{"Hook", h.URL})
		m.say(line + ".")
	}
	m.sayCommands("They are made, tried and removed with:", "hook add URL", "hook test URL", "hook remove URL")
	return nil
}

// clientPageAloud says how the client's sales are credited.
func (m *plainMode) clientPageAloud() error {
	c, err := m.Store.Client(m.ctx, m.actor, m.actor.Client)
	if err != nil {
		return m.fail(err)
	}
	m.sayClient(c)
	if m.Actor.Can(model.Admin) {
		m.sayCommands("It is changed with:", "client set "+c.Slug+" --window 14d", "help client set")
	} else {
		m.say("An admin of the platform changes it.")
	}
	return nil
}

func (m *plainMode) sayClient(c model.Client) {
	m.say(c.Name + ", " + c.Slug + ", timezone " + c.Timezone + ", window " + c.Window.String() + ". " + c.Rule.Explain())
	m.sayPairs([2]string{"Profile page", c.URL}, [2]string{"Carrier", carrier(c.Carry, "none")}, [2]string{"Tracking", string(c.Tracking)}, [2]string{"Answers to mails", cmp.Or(c.ReplyTo, "to the person who made the link")})
}

// clientsAloud lists the clients; the number of one is the one to work on.
func (m *plainMode) clientsAloud() error {
	list := aloud[model.Client]{sentence: func(c model.Client) string {
		return c.Name + ", " + c.Slug + ", rule " + string(c.Rule) + ", window " + c.Window.String()
	}}
	clients, err := m.Store.Clients(m.ctx, m.Actor)
	if err != nil {
		return m.fail(err)
	}
	list.begin(m, clients)
	return screen(func(first bool) error {
		choices := append([]choice{{"n", "for a new client", func() error {
			m.sayCommands("A client is added with:", `client add SLUG --name "NAME" --url PROFILE_URL`, "help client add")
			return nil
		}}}, list.further(m)...)
		return m.choose(first, len(list.items), "to work on a client", func(n int) error {
			a := m.Actor
			a.Client = ""
			a, err := m.Store.Choose(m.ctx, a, list.items[n-1].Slug)
			if err != nil {
				return m.fail(err)
			}
			c := list.items[n-1]
			m.actor, m.loc, m.title = a, c.Location(), c.Name
			m.filter, m.days, m.find = model.Filter{}, "", ""
			m.changed(nil)
			m.sayClient(c)
			return errBack
		}, append(choices, choice{"b", "to go back", goBack}))
	})
}

// checkoutsAloud lists the checkouts; the number of one says what was last heard of it.
func (m *plainMode) checkoutsAloud() error {
	list := aloud[model.Checkout]{none: "No checkout is connected yet.", sentence: func(k model.Checkout) string {
		return k.Name + ", " + k.Kind + ", sells for " + or(k.Client, "all clients") + ": last accepted " + minuteOr(k.AcceptedAt, time.UTC, "never") + ", last refused " + minuteOr(k.RefusedAt, time.UTC, "never")
	}}
	checkouts, err := m.Store.Checkouts(m.ctx, m.Actor)
	if err != nil {
		return m.fail(err)
	}
	list.begin(m, checkouts)
	return screen(func(first bool) error {
		choices := append([]choice{{"n", "for a new checkout", func() error {
			m.sayCommands("A checkout is connected, and its secret said once, with:", "checkout add NAME", "help checkout add")
			return nil
		}}}, list.further(m)...)
		return m.choose(first, len(list.items), "to open a checkout", func(n int) error { return m.checkout(list.items[n-1].Name) }, append(choices, choice{"b", "to go back", goBack}))
	})
}

func (m *plainMode) checkout(name string) error {
	k, err := m.Store.Checkout(m.ctx, m.Actor, name)
	if err != nil {
		return m.fail(err)
	}
	m.sayPairs([2]string{"Posts to", k.URL})
	if k.RefusedReason != nil {
		m.say("The last one was refused because: " + *k.RefusedReason + ".")
	}
	if k.Queued > 0 {
		m.say("Still to do: " + model.Plural(k.Queued, "delivery", "deliveries") + ".")
	}
	for i, use := range k.SecretUses {
		m.say([]string{"The newest secret", "The older secret"}[min(i, 1)] + " is " + use.String() + ".")
	}
	if m.Connector != nil {
		for i, step := range m.Connector.Guide(k) {
			m.say("Step " + strconv.Itoa(i+1) + ": " + step)
		}
	}
	m.sayCommands("It is tried and changed with:", "checkout test "+k.Name, "checkout set "+k.Name, "checkout rotate "+k.Name, "checkout remove "+k.Name)
	return nil
}

// inboxAloud lists what was parked or refused.
func (m *plainMode) inboxAloud() error {
	return paged(m, "Webhooks that wait or were refused", "The inbox is empty: every webhook was applied.", func(p model.Paging) (model.Listing[model.InboxItem], error) {
		return m.Store.Inbox(m.ctx, m.actor, p)
	}, inboxSentence, "to open one", func(i model.InboxItem) (bool, error) { return m.inboxItem(i.ID) })
}

func inboxSentence(i model.InboxItem) string {
	return "webhook " + strconv.FormatInt(i.ID, 10) + " of " + i.Checkout + ", " + cmp.Or(i.Type, "of an unknown type") + ", " + i.State + ", " + minute(i.ReceivedAt, time.UTC) + ": " + strings.TrimSuffix(i.Reason, ".")
}

func (m *plainMode) inboxItem(id int64) (moved bool, err error) {
	i, err := m.Store.InboxItem(m.ctx, m.actor, id)
	if err != nil {
		return false, m.fail(err)
	}
	m.say(inboxSentence(i) + ".")
	for _, f := range i.Errors {
		m.say(f.Field + " " + f.Detail + ".")
	}
	if i.Event != nil {
		m.say("It waits for the event " + *i.Event + ".")
	}
	if id, ok := model.ParseShopID(or(i.Event, "")); ok && i.ResolvedAt == nil {
		name, ignore := id.Commands()
		m.sayCommands("Say which event it is, or that it is none, and it is applied by itself:", name, ignore)
	}
	done := func(err error) error {
		return then(err, func() error { moved = true; return errBack })
	}
	err = screen(func(first bool) error {
		return m.choose(first, 0, "", nil, []choice{
			{"t", "to try it again", func() error { return done(m.retryItem(i.ID)) }},
			{"x", "to put it away", func() error { return done(m.dismissItem(i.ID)) }},
			{"v", "to have its body read out", func() error { return m.command("inbox show " + strconv.FormatInt(i.ID, 10)) }},
			{"b", "to go back", goBack},
		})
	})
	if err == nil && !moved {
		m.sayBack("webhooks")
	}
	return moved, err
}

func (m *plainMode) retryItem(id int64) error {
	out, err := m.Store.RetryInbox(m.ctx, m.actor, id)
	if err != nil {
		return m.fail(err)
	}
	m.changed(nil)
	m.say(out.Explain() + ".")
	return nil
}

func (m *plainMode) dismissItem(id int64) error {
	yes, err := m.confirm("Put this webhook away? It is not applied. Its body is kept, and it can be tried again: inbox retry " + strconv.FormatInt(id, 10) + ".")
	if err != nil || !yes {
		return err
	}
	if _, err := m.Store.DismissInbox(m.ctx, m.actor, id); err != nil {
		return m.fail(err)
	}
	m.changed(nil)
	m.say("It is put away.")
	return nil
}

// platformAloud names the commands that only the platform's admins have, and that are
// not used every day.
func (m *plainMode) platformAloud() error {
	m.sayCommands("These commands are for all clients:", "privacy", "customer show ID", "customer erase ID", "host-key show", "receipt-key list", "help secrets", "help webhook")
	return nil
}
