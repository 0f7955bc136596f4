package db

import (
	"context"
	"time"

	"lastclick/model"
)

const (
	queueLength = 4096        // operations that wait for their commit; more are refused (Busy)
	batchLength = 256         // operations in one transaction at most
	quietDelay  = time.Second // without work, before a checkpoint
)

// tx is one operation's view of the committer's transaction.
type tx struct {
	conn
	ses     *session
	now     time.Time
	batch   lastBatch // it, once it is committed
	written []request // of the unit of work, that go out with the COMMIT
	changed []int64   // clients of which something changed; platform or memory
	after   []func()  // run once the commit has succeeded, by the committer

	cacheChanges []cacheChange
}

// markChanged notes that something of the clients changed.
func (t *tx) markChanged(clients ...int64) { t.changed = append(t.changed, clients...) }

// onCommit runs f once what this operation did is durable.
func (t *tx) onCommit(f func()) { t.after = append(t.after, f) }

// op is one operation: a delivery, or what do does. One with neither only folds the
// clicks.
type op struct {
	do       func(*tx) error
	delivery *delivery
	answer   *answer    // of the delivery
	probe    bool       // commits without changing anything, to see whether that can be done
	done     chan error // holds one, so that the committer never waits
}

func (o op) isFlush() bool { return o.do == nil && o.delivery == nil && !o.probe }

var errClosed = &model.Error{Kind: model.Busy, Msg: "the store is closing: nothing was changed", Hint: "try again in a moment"}

// write is update for an operation that returns a value. What do returned is not read
// where the wait was given up, so do may still run.
func write[T any](ctx context.Context, s *Store, do func(*tx) (T, error)) (T, error) {
	var v, zero T
	err := s.update(ctx, func(t *tx) (err error) {
		v, err = do(t)
		return err
	})
	if err != nil {
		return zero, err
	}
	return v, nil
}

// update queues do for the next transaction and waits until it is durable. The ctx
// bounds the wait only: what is queued is done even if nothing waits for it.
func (s *Store) update(ctx context.Context, do func(*tx) error) error {
	return s.enqueue(ctx, op{do: do})
}

// enqueue queues the operation, unless there is no database to do it in.
func (s *Store) enqueue(ctx context.Context, o op) error {
	if s.readOnly {
		return errReadOnly
	}
	if err := s.Away(); err != nil {
		return err
	}
	return s.submit(ctx, o)
}

// submit is enqueue for the store that opens.
func (s *Store) submit(ctx context.Context, o op) error {
	o.done = make(chan error, 1)
	s.closing.RLock()
	if s.closed {
		s.closing.RUnlock()
		return errClosed
	}
	select {
	case s.ops <- o:
		s.closing.RUnlock()
	default:
		s.closing.RUnlock()
		return &model.Error{Kind: model.Busy, Msg: "too much is waiting to be committed: nothing was changed", Hint: "try again in a moment"}
	}
	select {
	case err := <-o.done:
		return err
	case <-ctx.Done():
		return &model.Error{Kind: model.Busy, Msg: "the commit takes too long: whether it succeeds is not known yet", Hint: "look, or try again", Err: ctx.Err()}
	}
}

// runCommitter is the one goroutine that writes. What queued while it waited for the
// last fsync is its next transaction, so one fsync serves many, and a lone operation
// does not wait for others.
func (s *Store) runCommitter() {
	defer close(s.committed)
	due := time.NewTimer(time.Hour) // of the clicks that came
	due.Stop()
	quiet := time.NewTimer(quietDelay)
	defer quiet.Stop()
	doubtful := time.NewTimer(time.Hour)
	doubtful.Stop()
	failing := false // the last flush
	looked := time.Now()
	for {
		var batch []op
		how := flushNone
		s.busySince.Store(0)
		if s.doubt != nil {
			doubtful.Reset(doubtRetry)
		}
		select {
		case o := <-s.ops:
			s.markBusy()
			batch = append(batch, o)
		case <-s.clicks.due:
			if !failing {
				due.Reset(clickDelay)
			}
			continue
		case <-due.C:
			s.markBusy()
			how = flushSafe
		case <-quiet.C:
			s.markBusy()
			how = flushAll
			if !s.clicks.unread() {
				s.checkpoint()
				continue
			}
		case <-doubtful.C:
			s.markBusy()
			if err := s.resolveDoubt(); err != nil {
				s.log.Debug("it is not known yet whether the database has committed", "err", err)
			}
			continue
		case <-s.quit:
			s.drain()
			if err := s.resolveDoubt(); err != nil {
				s.log.Warn("the database did not say whether it has committed, and the store closes", "err", err)
				s.doubt.tell(errDoubt)
			}
			return
		}
		batch = s.gather(batch)
		// Clicks go with any transaction that is made anyway: under load no more of
		// them wait than came during the last one or two.
		if !failing {
			how = max(how, flushSafe)
		}
		for _, o := range batch {
			if o.isFlush() {
				how = flushAll
			}
		}
		folded := s.clicks.folds
		err := s.commitBatch(batch, how)
		if err != nil {
			s.failedAt.Store(time.Now().UnixNano())
		}
		if how != flushNone {
			due.Stop()
			if failing = err != nil || len(s.clicks.held) > 0; failing { // a full disk is tried only now and then
				due.Reset(clickRetry)
			}
		}
		if time.Since(looked) > quietDelay {
			looked = time.Now()
			if s.file != nil && s.file.overgrown() {
				s.checkpoint()
			}
		}
		rest := quietDelay
		if how == flushAll && s.clicks.folds > folded && s.clicks.journal.entries > 0 {
			rest = 0 // for the next piece, unless work comes
		}
		quiet.Reset(rest)
	}
}

// checkpoint keeps the WAL of a file short, so that no commit has to.
func (s *Store) checkpoint() {
	if s.file == nil || s.session == nil {
		return
	}
	if err := s.file.checkpoint(context.Background(), s.session.conn); err != nil {
		s.log.Warn("the WAL could not be checkpointed", "err", err)
	}
}

// gather adds what queued meanwhile.
func (s *Store) gather(batch []op) []op {
	for len(batch) < s.batchLimit {
		select {
		case o := <-s.ops:
			batch = append(batch, o)
		default:
			return batch
		}
	}
	return batch
}

// drain does what is left when the store closes. Nothing is queued any more.
func (s *Store) drain() {
	for {
		batch := s.gather(nil)
		folded := s.clicks.folds
		err := s.commitBatch(batch, flushAll)
		if len(batch) > 0 {
			continue
		}
		if !s.clicks.unread() {
			return
		}
		if s.clicks.folds == folded { // it failed
			if s.clicks.needs(flushSafe) {
				s.log.Error("clicks could not be counted", "err", err)
			}
			return
		}
	}
}
