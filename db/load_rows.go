package db

import "lastclick/model"

// How the rows that a load reads are put into its unit.

func (l *loading) checkout(r scanner) error {
	k := checkout{known: true}
	err := r.Scan(&k.id, &k.name, &k.client, &k.kind)
	l.u.checkouts[k.id] = k
	return err
}

func (l *loading) webhook(r scanner) error {
	w := &webhook{}
	err := r.Scan(&w.checkout, &w.id, &w.digest)
	w.saved = w.digest
	l.u.webhooks[w.key] = w
	return err
}

func (l *loading) inbox(r scanner) error {
	var k key
	i := &inboxItem{}
	var resolved *int64
	var erased, length int64
	err := r.Scan(&k.checkout, &k.id, &i.id, &i.digest, &i.before.state, &i.before.reason, &i.before.errors, &i.before.event, &resolved, &erased, &length)
	i.erased, i.forgotten = erased != 0, length == 0
	if resolved != nil {
		i.before.resolved, i.before.resolvedAt = true, *resolved
	}
	i.now = i.before
	w := entry(l.u.webhooks, k)
	w.key = k
	w.inbox = append(w.inbox, i)
	return err
}

func (l *loading) client(r scanner) error {
	c := &client{}
	var rule, days string
	err := r.Scan(&c.id, &c.slug, &c.timezone, &rule, &c.window, &days)
	if err != nil || l.u.clients[c.id] != nil {
		return err
	}
	c.rule, c.calendar = model.Rule(rule), model.NewCalendar(model.Client{Timezone: days}.Location())
	l.u.clients[c.id], l.u.slugs[c.slug] = c, c
	return nil
}

func (l *loading) event(r scanner) error {
	_, err := l.eventAnd(r)
	return err
}

// shopEvent is an event, and what a shop calls it.
func (l *loading) shopEvent(r scanner) error {
	var k key
	e, err := l.eventAnd(r, &k.checkout, &k.id)
	l.u.shopIDs[k] = e.slug
	return err
}

func (l *loading) ignored(r scanner) error {
	var k key
	err := r.Scan(&k.checkout, &k.id)
	l.u.ignored[k] = true
	return err
}

// eventAnd reads an event, and the columns that follow it.
func (l *loading) eventAnd(r scanner, more ...any) (*event, error) {
	e := &event{}
	var starts *int64
	err := r.Scan(append([]any{&e.id, &e.slug, &e.client, &e.clientSlug, &e.before.name, &e.before.url, &e.before.timezone, &starts, &e.before.updatedAt, &e.carry}, more...)...)
	if starts != nil {
		e.before.startsAt, e.before.starts = *starts, true
	}
	e.now = e.before
	if l.u.events[e.slug] == nil {
		l.u.events[e.slug] = e
	}
	return e, err
}

func (l *loading) naming(r scanner) error {
	n := &naming{}
	err := r.Scan(&n.event, &n.typ, &n.before.name, &n.before.at, &n.before.by)
	n.before.known = true
	n.now = n.before
	if l.u.types[n.typeKey] == nil {
		l.u.types[n.typeKey] = n
	}
	return err
}

func (l *loading) link(r scanner) error {
	_, err := l.scanLink(r)
	return err
}

func (l *loading) alias(r scanner) error {
	var alias string
	k, err := l.scanLink(r, &alias)
	if l.u.codes[alias] == nil {
		l.u.codes[alias] = k
	}
	return err
}

func (l *loading) scanLink(r scanner, more ...any) (*link, error) {
	k := &link{}
	var archived int64
	err := r.Scan(append([]any{&k.Link, &k.code, &k.Client, &k.Event, &archived}, more...)...)
	k.Archived = archived != 0
	if l.u.links[k.Link] == nil {
		l.u.links[k.Link] = k
	}
	if l.u.codes[k.code] == nil {
		l.u.codes[k.code] = l.u.links[k.Link]
	}
	return l.u.links[k.Link], err
}

func (l *loading) buyer(r scanner) error {
	c := &customer{}
	err := r.Scan(&c.id, &c.hash, &c.saved, &c.first.id, &c.first.placedAt, &c.first.checkout, &c.first.order)
	if err != nil || l.u.buyerIDs[c.id] != nil {
		return err
	}
	c.places, err = parsePlaces(c.saved)
	l.u.buyerIDs[c.id], l.u.buyers[string(c.hash)] = c, c
	return err
}

func (l *loading) orderID(r scanner) error {
	var k key
	var id int64
	err := r.Scan(&k.checkout, &k.id, &id)
	l.found = append(l.found, id)
	return err
}

func (l *loading) order(r scanner) error {
	o, row := &order{}, &orderRow{}
	var buyer, erased, test, returns int64
	var token []byte
	err := r.Scan(&o.id, &o.checkout, &o.key.id, &row.version, &row.digest, &row.placedAt, &test, &row.currency, &buyer, &erased, &returns,
		&row.proof.receipt, &row.proof.code, &row.proof.coupon, &row.proof.click, &token, &row.channel, &row.consent)
	if err != nil || l.u.orderIDs[o.id] != nil {
		return err
	}
	row.test, row.returns, row.buyer, row.proof.token = test != 0, returns != 0, l.u.buyerIDs[buyer], string(token)
	row.erased = l.u.buyerIDs[erased]
	o.before, o.now = row, row
	l.u.orders[o.key], l.u.orderIDs[o.id], l.fresh[o.id] = o, o, o
	return nil
}

func (l *loading) ticket(r scanner) error {
	var id, listed int64
	var status, reason, rule string
	var at, scanned *int64
	t := ticket{}
	err := r.Scan(&id, &t.id, &t.n, &listed, &t.event, &t.client, &t.typ, &t.typeName, &t.face, &status,
		&t.verdict.link, &reason, &rule, &t.verdict.window, &t.judgedPlacedAt, &t.judgedWith, &t.paid, &at, &scanned)
	o := l.fresh[id]
	if err != nil || o == nil {
		return err
	}
	t.listed, t.status = listed != 0, model.Status(status)
	t.verdict.reason, t.verdict.rule = model.Reason(reason), model.Rule(rule)
	o.now.tickets = append(o.now.tickets, t)
	k := key{o.checkout, t.id}
	l.u.tickets[k] = o
	if l.u.scans[k] == nil {
		s := &scan{key: k}
		if at != nil {
			s.before = scanFact{*at, *scanned != 0, true}
			s.now = s.before
		}
		l.u.scans[k] = s
	}
	return nil
}

func (l *loading) touch(r scanner) error {
	var id, at int64
	var t model.Touch
	err := r.Scan(&id, &t.Link, &at)
	t.At = fromMillis(at)
	if o := l.fresh[id]; o != nil {
		o.now.touches = append(o.now.touches, t)
	}
	return err
}

func (l *loading) scan(r scanner) error {
	s := &scan{}
	var scanned int64
	err := r.Scan(&s.checkout, &s.id, &s.before.at, &scanned)
	s.before.scanned, s.before.known = scanned != 0, true
	s.now = s.before
	if l.u.scans[s.key] == nil {
		l.u.scans[s.key] = s
	}
	return err
}

func (l *loading) owner(r scanner) error {
	var k key
	var id int64
	err := r.Scan(&k.checkout, &k.id, &id)
	l.owners[k] = id
	return err
}
