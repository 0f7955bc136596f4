package db

import (
	"context"
	"time"

	"lastclick/model"
)

// doubt is a batch whose COMMIT was not answered. What was committed is found out by the
// row of the batch, never guessed, before anything else is written: else a click could be
// counted twice, or a command answered wrongly.
type doubt struct {
	session   string // that committed it
	batch     int64
	cause     error
	committed func()      // what is to be done if it was
	answer    func(error) // the callers, who still wait; nil: none does
	until     time.Time   // they wait
}

const (
	// doubtWait is how long the committer does nothing but look. Then it refuses what comes,
	// and looks now and then.
	doubtWait  = 2 * time.Second
	doubtRetry = 250 * time.Millisecond
	// answerWait is how long the callers of the batch wait to be told at most, which is
	// longer than a standby takes to take over. A caller's context may end before.
	answerWait = time.Minute
)

// errDoubt is what they are told then.
var errDoubt = &model.Error{Kind: model.Busy, Msg: "the database did not say whether it has committed", Hint: "look, or try again: what was done is not done twice"}

// inDoubt resolves the doubt if that is soon possible. It returns nil if the batch was
// committed, its cause if it was not, and errDoubt while that is not known.
func (s *Store) inDoubt(d *doubt) error {
	s.doubt = d
	ctx, cancel := context.WithTimeout(context.Background(), s.doubtWait)
	defer cancel()
	retry := time.NewTicker(50 * time.Millisecond)
	defer retry.Stop()
	for {
		committed, err := s.lookUpDoubt(ctx)
		switch {
		case err == nil && committed:
			return nil
		case err == nil:
			return d.cause
		}
		select {
		case <-ctx.Done():
			s.log.Warn("the database did not say whether it has committed; it is asked again before anything is written", "err", d.cause)
			return errDoubt
		case <-retry.C:
		}
	}
}

// resolveDoubt clears a doubt up, so that the next batch may be written.
func (s *Store) resolveDoubt() error {
	if s.doubt == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), s.doubtWait)
	defer cancel()
	_, err := s.lookUpDoubt(ctx)
	if err != nil && !time.Now().Before(s.doubt.until) {
		s.doubt.tell(errDoubt)
	}
	return err
}

// lookUpDoubt tells the callers too, once it is known.
func (s *Store) lookUpDoubt(ctx context.Context) (committed bool, err error) {
	ses, err := s.openSession(ctx)
	if err != nil {
		return false, err
	}
	committed, err = s.shared.committed(ctx, ses.conn, s.doubt.session, s.doubt.batch)
	if err != nil {
		s.endSession()
		return false, err
	}
	d := s.doubt
	s.doubt = nil
	if committed {
		d.committed()
		d.tell(nil)
	} else {
		d.tell(d.cause)
	}
	return committed, nil
}

// tell answers the callers, once.
func (d *doubt) tell(err error) {
	if d.answer != nil {
		d.answer(err)
		d.answer = nil
	}
}
