package ssh

import (
	"context"
	"time"

	"lastclick/model"
)

// recheckEvery bounds how often the keys of open sessions are looked up again
// while people are busy; orders are no reason. The first change after a quiet moment acts at once.
const recheckEvery = 500 * time.Millisecond

const (
	removedSentence = "this key was removed, so the session is closed. Ask the person who runs your account."
	changedSentence = "your role was changed, so the session is closed: sign in again."
)

// watchKeys ends the sessions of keys that no longer sign in, or not as the same
// person with the same role, and reads the host keys that another node may have changed.
// It runs until Shutdown.
func (s *Server) watchKeys() {
	moved := s.cfg.Store.Watch(s.ctx, model.WatchPeople)
	for {
		if _, ok := <-moved; !ok {
			return
		}
		for !s.recheckKeys() || !s.rereadHostKeys(s.ctx) {
			// The store could not answer: the change must not be lost.
			if !sleep(s.ctx, recheckEvery) {
				return
			}
		}
		if !sleep(s.ctx, recheckEvery) {
			return
		}
	}
}

// recheckKeys says whether every key could be looked up.
func (s *Server) recheckKeys() bool {
	complete := true
	for fingerprint, open := range s.sessions.byKey() {
		now, err := s.identify(s.ctx, fingerprint)
		if err != nil && model.KindOf(err) != model.NotFound {
			s.cfg.Log.Warn("the key of an open session could not be looked up", "key", fingerprint, "err", err)
			complete = false
			continue
		}
		for _, o := range open {
			switch {
			case err != nil:
				o.session.end(removedSentence, 1)
			case now.Person != o.actor.Person || now.Role != o.actor.Role || now.Client != o.actor.Client:
				o.session.end(changedSentence, 1)
			}
		}
	}
	return complete
}

// identify looks a proved key up, within a bounded time.
func (s *Server) identify(ctx context.Context, fingerprint string) (model.Actor, error) {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	return s.cfg.Store.Identify(ctx, fingerprint)
}
