package db

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"slices"
	"time"

	"lastclick/model"
)

const (
	queueLength = 4096 // operations that wait for their commit; more are refused (Busy)
	batchLength = 256  // operations in one transaction at most
	clickDelay  = 20 * time.Millisecond
	quietDelay  = time.Second // without work, before a checkpoint
)

// tx is one operation's view of the committer's transaction.
type tx struct {
	conn
	now     time.Time
	changed []int64  // clients of which something changed; platform or memory
	after   []func() // run once the commit has succeeded, by the committer
}

// markChanged notes that something of the clients changed.
func (t *tx) markChanged(clients ...int64) { t.changed = append(t.changed, clients...) }

// updateCache changes the cache once what this operation did is durable.
func (t *tx) updateCache(change func(*cache)) {
	t.markChanged(memory)
	t.onCommit(func() { change(t.s.cache.Load()) })
}

// onCommit runs f once what this operation did is durable.
func (t *tx) onCommit(f func()) { t.after = append(t.after, f) }

// op is one operation. A nil do only flushes the clicks.
type op struct {
	do   func(*tx) error
	done chan error // holds one, so that the committer never waits
}

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
	if s.writer == nil {
		return errReadOnly
	}
	o := op{do: do, done: make(chan error, 1)}
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
	due := time.NewTimer(time.Hour) // of the clicks that were seen
	due.Stop()
	quiet := time.NewTimer(quietDelay)
	defer quiet.Stop()
	clicks := s.clicks.queue
	failing := false // the last flush
	for {
		var batch []op
		flush := false
		select {
		case o := <-s.ops:
			batch = append(batch, o)
		case c := <-clicks:
			s.clicks.hold(c)
			clicks = nil // looked at again after the flush
			due.Reset(clickDelay)
			continue
		case <-due.C:
			flush = true
		case <-quiet.C:
			s.checkpoint()
			continue
		case <-s.quit:
			s.drain()
			return
		}
		batch = s.gather(batch)
		// Clicks go with any transaction that is made anyway: under load no more of
		// them wait than came during the last one or two.
		flush = flush || !failing
		for _, o := range batch {
			flush = flush || o.do == nil
		}
		s.commitBatch(batch, flush)
		if flush {
			due.Stop()
			clicks = s.clicks.queue
			if failing = s.clicks.held() > 0; failing { // a full disk is tried only now and then
				clicks = nil
				due.Reset(clickRetry)
			}
		}
		quiet.Reset(quietDelay)
	}
}

// checkpoint keeps the WAL of a file short, so that no commit has to.
func (s *Store) checkpoint() {
	if s.file == nil {
		return
	}
	if err := s.file.checkpoint(context.Background(), s.writer); err != nil {
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
		s.commitBatch(batch, true)
		if len(batch) == 0 && s.clicks.pending.Load() == 0 {
			return
		}
		if len(batch) == 0 && s.clicks.held() > 0 {
			s.log.Error("clicks could not be counted", "clicks", s.clicks.pending.Load())
			return
		}
	}
}

// commitBatch commits a batch in one transaction and answers each operation in it.
func (s *Store) commitBatch(batch []op, flush bool) {
	var ops []op
	for _, o := range batch {
		if o.do != nil {
			ops = append(ops, o)
		}
	}
	errs := make([]error, len(ops))
	err := s.transact(ops, errs, flush)
	i := 0
	for _, o := range batch {
		answer := err
		if o.do != nil {
			if err == nil {
				answer = errs[i]
			}
			i++
		}
		o.done <- s.failed(answer)
	}
}

// transact returns an error when nothing at all was committed; errs are those of
// single operations, which were undone.
func (s *Store) transact(ops []op, errs []error, flush bool) error {
	flush = flush && s.clicks.pending.Load() > 0
	if len(ops) == 0 && !flush {
		return nil
	}
	ctx := context.Background() // a context that can end costs a goroutine for each statement, and may lose a commit
	sqltx, err := s.begin(ctx, s.writer, nil)
	if err != nil {
		return err
	}
	defer sqltx.Rollback()
	t := &tx{conn: conn{ctx: ctx, tx: sqltx, s: s}, now: s.now()}
	if s.shared != nil {
		if err := s.shared.lock(ctx, sqltx); err != nil {
			return err
		}
	}
	for i, o := range ops {
		if errs[i], err = t.attempt(o.do); err != nil {
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
	if err := sqltx.Commit(); err != nil {
		return err
	}
	for _, f := range t.after {
		f()
	}
	s.signal(t.changed)
	return nil
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

// recovered turns a panic into an error: a fault in one operation must not end the
// daemon, nor the others' batch.
func (t *tx) recovered(do func(*tx) error) (err error) {
	defer func() {
		if r := recover(); r != nil {
			t.s.log.Error("panic in the store", "panic", fmt.Sprint(r), "stack", string(debug.Stack()))
			err = &model.Error{Kind: model.Internal, Msg: "the store failed", Hint: "an admin finds the cause in the log", Err: fmt.Errorf("panic: %v", r)}
		}
	}()
	return do(t)
}
