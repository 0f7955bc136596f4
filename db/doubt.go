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
	committed func() // what is to be done if it was
}

// doubtWait is how long the callers of a batch in doubt wait to be told.
const doubtWait = 2 * time.Second

// errDoubt is what they are told then.
var errDoubt = &model.Error{Kind: model.Busy, Msg: "the database did not say whether it has committed", Hint: "look, or try again: what was done is not done twice"}

// awaitDoubt resolves the doubt if that is soon possible. It returns nil if the batch was
// committed, cause if it was not.
func (s *Store) awaitDoubt(cause error) error {
	ctx, cancel := context.WithTimeout(context.Background(), doubtWait)
	defer cancel()
	retry := time.NewTicker(50 * time.Millisecond)
	defer retry.Stop()
	for {
		committed, err := s.lookUpDoubt(ctx)
		switch {
		case err == nil && committed:
			return nil
		case err == nil:
			return cause
		}
		select {
		case <-ctx.Done():
			s.log.Warn("the database did not say whether it has committed; it is asked again before anything is written", "err", cause)
			return errDoubt
		case <-retry.C:
		}
	}
}

// resolveDoubt clears a doubt up, so that the next batch may be written.
func (s *Store) resolveDoubt(ctx context.Context) error {
	if s.doubt == nil {
		return nil
	}
	_, err := s.lookUpDoubt(ctx)
	return err
}

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
	}
	return committed, nil
}
