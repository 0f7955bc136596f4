package db

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"lastclick/model"
)

// commitBatch commits a batch in one transaction and answers each operation in it. What
// cannot be written together is tried again one by one, so that one poisoned operation
// harms no other. The error is that of the whole transaction.
func (s *Store) commitBatch(batch []op, how flush) error {
	var ops []op
	for _, o := range batch {
		if !o.isFlush() {
			ops = append(ops, o)
		}
	}
	errs := make([]error, len(ops))
	if err := s.intact(false); err != nil {
		s.answer(batch, errs, err)
		return err
	}
	began := time.Now()
	err := s.transactAgain(ops, errs, how)
	s.metrics.batch(len(ops), time.Since(began), err)
	if d := s.doubt; d != nil && d.answer == nil && errors.Is(err, errDoubt) && len(ops) > 0 {
		// The callers are told once it is known: a command that says that it failed has not
		// committed, and one that shows a secret shows it.
		d.until = time.Now().Add(answerWait)
		d.answer = func(err error) { s.answer(batch, errs, err) }
		return err
	}
	if err != nil && len(ops) > 1 && s.mayBePoisoned(err) {
		s.log.Error("a batch could not be written; its operations are tried one by one", "operations", len(ops), "err", err)
		for i := range ops {
			errs[i] = nil
			if err := s.transactAgain(ops[i:i+1], errs[i:i+1], flushNone); err != nil {
				errs[i] = err
			}
		}
		s.answer(batch, errs, s.intact(true))
		return err
	}
	if err == nil {
		err = s.intact(true) // what was committed to a file without a name is lost
	}
	s.answer(batch, errs, err)
	return err
}

// intact says whether the database's file is the one that was opened, behind a commit also
// whether its disk takes writes, and logs where that changes.
func (s *Store) intact(committed bool) error {
	if s.file == nil {
		return nil
	}
	err := s.file.intact(committed)
	switch {
	case err != nil && !s.gone:
		s.log.Error("nothing is committed until the file of the database is back", "err", err)
	case err == nil && s.gone:
		s.log.Info("the file of the database is back")
	}
	s.gone = err != nil
	return err
}

// mayBePoisoned says that one operation may be what keeps its batch from being written.
// A full disk, a lost server or lost changes keep each from it, and a batch in doubt may be
// committed.
func (s *Store) mayBePoisoned(err error) bool {
	for _, known := range []error{errDoubt, errSetBack, errNotRead, errOutdated} {
		if errors.Is(err, known) {
			return false
		}
	}
	if s.file != nil && s.file.damaged(err) {
		return true // a page that others may not need
	}
	kind := s.engine.classify(err)
	return kind != model.Full && kind != model.Busy
}

// answer answers the operations of a batch: with whole where that is set, else each with
// its own error.
func (s *Store) answer(batch []op, errs []error, whole error) {
	i := 0
	for _, o := range batch {
		err := whole
		if !o.isFlush() {
			if whole == nil {
				err = errs[i]
			}
			i++
		}
		if p, ok := errors.AsType[*panicError](err); ok {
			s.log.Error("panic in the store", "panic", fmt.Sprint(p.value), "stack", string(p.stack))
		}
		o.done <- s.failed(err)
	}
}

// transactTries bounds how often a batch is tried that met another node's.
const transactTries = 4

// transactAgain is transact, tried again where two nodes were in one another's way.
func (s *Store) transactAgain(ops []op, errs []error, how flush) (err error) {
	more := locks{others: slices.ContainsFunc(ops, func(o op) bool { return o.delivery == nil && !o.probe })}
	for range transactTries {
		if err = s.transact(ops, errs, how, more); err == nil || s.shared == nil || !s.shared.retriable(err) {
			return err
		}
		if missing, ok := errors.AsType[*moreLocks](err); ok {
			more.clients, more.all = append(more.clients, missing.clients...), more.all || missing.all
		}
		clear(errs)
	}
	return err
}

// transact returns an error when nothing at all was committed; errs are those of
// single operations, which were undone.
func (s *Store) transact(ops []op, errs []error, how flush, more locks) (err error) {
	if !s.clicks.needs(how) {
		how = flushNone
	}
	if len(ops) == 0 && how == flushNone {
		return nil
	}
	if s.shared != nil {
		defer s.versions.abandon() // the counts that were not committed
	}
	ctx := context.Background() // a context that can end costs a goroutine for each statement, and may lose a commit
	if err := s.resolveDoubt(); err != nil {
		return err
	}
	if err := s.upToDate(); err != nil {
		return err
	}
	ses, err := s.currentSession(ctx)
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
	late, err := t.decide(ops, errs, more)
	if err != nil {
		return err
	}
	if slices.ContainsFunc(ops, func(o op) bool { return o.probe }) {
		t.written = append(t.written, s.engine.probe()...)
	}
	if len(late) > 0 || how != flushNone {
		if err := t.writeOut(); err != nil {
			return err
		}
	}
	for _, i := range late {
		if errs[i], err = t.attempt(ops[i].run); err != nil {
			return err
		}
	}
	if how != flushNone {
		if err := t.flushClicks(how); err != nil {
			return err
		}
	}
	return t.commit()
}

// commit commits, and does what was to be done once that has succeeded.
func (t *tx) commit() error {
	s := t.s
	slices.Sort(t.changed)
	t.changed = slices.Compact(t.changed)
	commit := []request{{text: "COMMIT"}}
	if s.shared != nil {
		s.batches++
		t.batch = lastBatch{t.ses.node, s.batches}
		counted, err := t.countChanges()
		if err != nil {
			return err
		}
		commit = append(counted, s.shared.committedRequest(t.ses.node, t.ses.batch, s.batches, t.now), commit[0])
	}
	err := t.ses.run(t.ctx, append(t.written, commit...)...)
	switch {
	case err == nil:
		t.ses.batch = s.batches
		t.finish()
	case s.shared != nil && s.shared.wasSetBack(err):
		s.endSession()
		return errSetBack
	case s.shared != nil && s.shared.lostAnswer(err):
		s.endSession()
		return s.inDoubt(&doubt{session: t.ses.node, batch: s.batches, cause: err, committed: t.finish})
	}
	return err
}

// finish is run once the transaction is committed.
func (t *tx) finish() {
	if t.s.shared != nil {
		t.s.versions.noteBatch(t.batch)
	}
	t.s.doneAt.Store(time.Now().UnixNano())
	for _, f := range t.after {
		f()
	}
	t.s.signal(t.changed)
}

// lockSales keeps the other nodes from changing sales. Where the transaction holds some of
// them, it has to be tried again: nodes that lock in different orders wait for one another.
func (t *tx) lockSales() error {
	if t.s.shared == nil {
		return nil
	}
	if t.ses.partly {
		return &moreLocks{all: true}
	}
	_, err := t.exec(t.s.shared.lockText(true))
	return err
}

// decide begins the transaction and makes one unit of work of the deliveries among the
// operations: it loads what they read, decides one after the other, and writes what they
// changed. It returns the operations that are to run after it, each in a savepoint.
func (t *tx) decide(ops []op, errs []error, more locks) (late []int, err error) {
	var deliveries []*delivery
	for i, o := range ops {
		switch {
		case o.probe:
		case o.delivery == nil:
			late = append(late, i)
		default:
			deliveries = append(deliveries, o.delivery)
		}
	}
	u := t.newUnit(batchSource{t.ctx, t.ses})
	if err := t.ses.begin(t.ctx, u, deliveries, more); err != nil || len(deliveries) == 0 {
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

func (t *tx) newUnit(src source) *unit {
	u := newUnit(src, t.now, t.s.customers, t.s.keyring)
	u.hooked = t.s.cache.Load().hookedNow()
	return u
}

// inUnit does something that changes sales in a unit of work of its own.
func (t *tx) inUnit(do func(u *unit) error) error {
	if err := t.lockSales(); err != nil {
		return err
	}
	t.ses.locked = nil
	u := t.newUnit(txSource{batchSource{t.ctx, t.ses}, t})
	if err := do(u); err != nil {
		return err
	}
	if u.err != nil {
		return u.err
	}
	if err := t.writeUnit(u); err != nil {
		return err
	}
	return t.writeOut()
}

// writeOut writes what would else go out with the COMMIT, for what reads it before.
func (t *tx) writeOut() error {
	list := t.written
	t.written = nil
	return t.ses.run(t.ctx, list...)
}

func (t *tx) writeUnit(u *unit) error {
	list, err := t.ses.write(t.ctx, u)
	if err != nil {
		return err
	}
	t.written = list
	for _, e := range u.events {
		if e != nil && e.now != e.before {
			t.updateCache(anEvent, e.id, func(m *cache) {
				m.putEvent(model.Event{ID: e.id, Slug: e.slug, URL: e.now.url, Carry: e.carry}, e.client)
			})
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
	ids, err := x.t.parkedFor(event)
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
	changed, after, cached := len(t.changed), len(t.after), len(t.cacheChanges)
	if _, err := t.exec(`SAVEPOINT op`); err != nil {
		return nil, err
	}
	if failed = t.recovered(do); failed != nil {
		if t.s.shared != nil && t.s.shared.retriable(failed) {
			return nil, failed // another node was in the way, or a lock is missing: all of it is tried again
		}
		t.changed, t.after, t.cacheChanges = t.changed[:changed], t.after[:after], t.cacheChanges[:cached]
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
