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
	for _, open := range s.sessions.byKey() {
		fingerprint := open[0].session.fingerprint
		now, err := s.identify(s.ctx, open[0].session)
		if err != nil && model.KindOf(err) != model.NotFound && !certificateFails(open[0].session, err) {
			s.cfg.Log.Warn("the key of an open session could not be looked up", "key", fingerprint, "err", err)
			complete = false
			continue
		}
		for _, o := range open {
			switch {
			case err != nil && model.KindOf(err) == model.NotFound:
				o.session.end(removedSentence, 1)
			case err != nil:
				o.session.end(sentenceOf(err), 1)
			case now.Person != o.actor.Person || now.Role != o.actor.Role || now.Client != o.actor.Client:
				o.session.end(changedSentence, 1)
			}
		}
	}
	return complete
}

// proof is the same for sessions that one look-up identifies.
func (s *session) proof() string {
	if s.cert == nil {
		return s.fingerprint
	}
	return string(s.cert.Marshal())
}

// identify looks up, within a bounded time, whom the key or certificate that was proved
// belongs to.
func (s *Server) identify(ctx context.Context, sess *session) (model.Actor, error) {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	if sess.cert != nil {
		actor, err := s.identifyCertificate(ctx, sess.cert, sess.fingerprint)
		if err == nil || model.KindOf(err) != model.NotFound {
			return actor, err
		}
	}
	return s.cfg.Store.Identify(ctx, sess.fingerprint)
}
