package db

import (
	"context"
	"errors"
	"slices"

	"lastclick/model"
)

// commitBatch commits a batch in one transaction and answers each operation in it. What
// cannot be written together is tried again one by one, so that one poisoned operation
// harms no other.
func (s *Store) commitBatch(batch []op, flush bool) {
	var ops []op
	for _, o := range batch {
		if o.do != nil || o.delivery != nil {
			ops = append(ops, o)
		}
	}
	errs := make([]error, len(ops))
	err := s.transactAgain(ops, errs, flush)
	if err != nil && len(ops) > 1 && s.engine.classify(err) != model.Full && s.engine.classify(err) != model.Busy {
		s.log.Error("a batch could not be written; its operations are tried one by one", "operations", len(ops), "err", err)
		for i := range ops {
			errs[i] = nil
			if err := s.transactAgain(ops[i:i+1], errs[i:i+1], false); err != nil {
				errs[i] = err
			}
		}
		err = nil
	}
	for i, o := range ops {
		if err != nil {
			errs[i] = err
		}
		o.done <- s.failed(errs[i])
	}
	for _, o := range batch {
		if o.do == nil && o.delivery == nil {
			o.done <- s.failed(err)
		}
	}
}

// transactTries bounds how often a batch is tried that met another node's.
const transactTries = 4

// transactAgain is transact, tried again where two nodes were in one another's way.
func (s *Store) transactAgain(ops []op, errs []error, flush bool) (err error) {
	for range transactTries {
		if err = s.transact(ops, errs, flush); err == nil || s.shared == nil || !s.shared.retriable(err) {
			return err
		}
		clear(errs)
	}
	return err
}

// transact returns an error when nothing at all was committed; errs are those of
// single operations, which were undone.
func (s *Store) transact(ops []op, errs []error, flush bool) (err error) {
	flush = flush && s.clicks.pending.Load() > 0
	if len(ops) == 0 && !flush {
		return nil
	}
	ctx := context.Background() // a context that can end costs a goroutine for each statement, and may lose a commit
	ses, err := s.openSession(ctx)
	if err != nil {
		return err
	}
	t := &tx{conn: conn{ctx: ctx, db: ses.conn, s: s}, ses: ses, now: s.now()}
	defer func() {
		if r := recover(); r != nil {
			err = panicked(r)
		}
		if err != nil {
			ses.rollback(ctx)
		}
	}()
	late, err := t.decide(ops, errs)
	if err != nil {
		return err
	}
	for _, i := range late {
		if errs[i], err = t.attempt(ops[i].run); err != nil {
			return err
		}
	}
	if flush {
		if err := t.flushClicks(); err != nil {
			return err
		}
	}
	slices.Sort(t.changed)
	t.changed = slices.Compact(t.changed)
	if s.shared != nil {
		if err := t.countChanges(); err != nil {
			return err
		}
	}
	if err := ses.run(ctx, request{text: "COMMIT"}); err != nil {
		return err
	}
	for _, f := range t.after {
		f()
	}
	s.signal(t.changed)
	return nil
}

// decide begins the transaction and makes one unit of work of the deliveries among the
// operations: it loads what they read, decides one after the other, and writes what they
// changed. It returns the operations that are to run after it, each in a savepoint.
func (t *tx) decide(ops []op, errs []error) (late []int, err error) {
	var deliveries []*delivery
	for i, o := range ops {
		if o.delivery == nil {
			late = append(late, i)
		} else {
			deliveries = append(deliveries, o.delivery)
		}
	}
	u := t.newUnit(batchSource{t.ctx, t.ses})
	if err := t.ses.begin(t.ctx, u, deliveries); err != nil || len(deliveries) == 0 {
		return late, err
	}
	for i, o := range ops {
		if o.delivery == nil {
			continue
		}
		errs[i] = u.attempt(func() (err error) {
			*o.answer, err = u.receive(o.delivery)
			return err
		})
		switch {
		case errors.Is(errs[i], errNewEvent) || errors.Is(u.err, errNewEvent):
			errs[i], u.err = nil, nil
			late = append(late, i)
		case u.err != nil:
			return nil, u.err
		}
	}
	return late, t.writeUnit(u)
}

// run is what the operation does in a savepoint.
func (o op) run(t *tx) error {
	if o.delivery == nil {
		return o.do(t)
	}
	return t.inUnit(func(u *unit) (err error) {
		*o.answer, err = u.receive(o.delivery)
		return err
	})
}

func (t *tx) newUnit(src source) *unit { return newUnit(src, t.now, t.s.customers, t.s.keyring) }

// inUnit does something that changes sales in a unit of work of its own.
func (t *tx) inUnit(do func(u *unit) error) error {
	u := t.newUnit(txSource{batchSource{t.ctx, t.ses}, t})
	if err := do(u); err != nil {
		return err
	}
	if u.err != nil {
		return u.err
	}
	return t.writeUnit(u)
}

func (t *tx) writeUnit(u *unit) error {
	list, err := t.ses.write(t.ctx, u)
	if err == nil {
		err = t.ses.run(t.ctx, list...)
	}
	if err != nil {
		return err
	}
	for _, e := range u.events {
		if e != nil && e.now != e.before {
			t.updateCache(func(m *cache) { m.putEvent(model.Event{ID: e.id, Slug: e.slug, URL: e.now.url}, e.client) })
		}
	}
	t.changed = append(t.changed, u.changed...)
	t.after = append(t.after, u.after...)
	return nil
}

// txSource is the source of a unit that works in a savepoint: it may add events.
type txSource struct {
	batchSource
	t *tx
}

func (x txSource) insertEvent(_ *unit, e *event) error {
	in := model.Event{
		Slug: e.slug, Client: e.clientSlug, Name: e.now.name, URL: e.now.url, Timezone: e.now.timezone,
	}
	if e.now.starts {
		starts := fromMillis(e.now.startsAt)
		in.StartsAt = &starts
	}
	added, err := x.t.insertEvent(in, e.client, e.now.updatedAt)
	e.id = added.ID
	return err
}

func (x txSource) parked(_ *unit, event string) ([]kept, error) {
	ids, err := x.t.ids(`SELECT id FROM inbox WHERE state = 'parked' AND event = $1 ORDER BY id`, event)
	if err != nil {
		return nil, err
	}
	list := make([]kept, len(ids))
	for i, id := range ids {
		if list[i], err = x.t.kept(id); err != nil {
			return nil, err
		}
	}
	return list, nil
}

// attempt runs one operation in a savepoint. The first error is the operation's,
// which was undone; the second one ends the transaction.
func (t *tx) attempt(do func(*tx) error) (failed, fatal error) {
	changed, after := len(t.changed), len(t.after)
	if _, err := t.exec(`SAVEPOINT op`); err != nil {
		return nil, err
	}
	if failed = t.recovered(do); failed != nil {
		t.changed, t.after = t.changed[:changed], t.after[:after]
		if _, err := t.exec(`ROLLBACK TO SAVEPOINT op`); err != nil {
			// A full disk has ended the whole transaction already; then the cause
			// says more than the failure to go back.
			if _, ok := errors.AsType[*model.Error](failed); ok {
				return failed, err
			}
			return failed, errors.Join(failed, err)
		}
	}
	_, err := t.exec(`RELEASE SAVEPOINT op`)
	return failed, err
}

// recovered turns a panic into an error.
func (t *tx) recovered(do func(*tx) error) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = panicked(r)
		}
	}()
	return do(t)
}
