package ssh

import (
	"context"
	"errors"
	"sync"

	"lastclick/model"
)

// sessions are the open ones: how many a key has, who they belong to, and how to
// end them all.
type sessions struct {
	perKey  int
	running sync.WaitGroup

	mu      sync.Mutex
	open    map[*session]struct{}
	count   map[string]int // by fingerprint
	closing string         // why no more are opened
}

func newSessions(perKey int) *sessions {
	return &sessions{perKey: perKey, open: map[*session]struct{}{}, count: map[string]int{}}
}

// add counts the session in, or says why it may not open. Each add has its remove.
func (o *sessions) add(s *session) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.closing != "" {
		return errors.New(o.closing)
	}
	if o.count[s.fingerprint] >= o.perKey {
		return errors.New("too many sessions are open with this key: close one of them")
	}
	o.open[s] = struct{}{}
	o.count[s.fingerprint]++
	o.running.Add(1)
	return nil
}

func (o *sessions) remove(s *session) {
	o.mu.Lock()
	delete(o.open, s)
	if o.count[s.fingerprint]--; o.count[s.fingerprint] <= 0 {
		delete(o.count, s.fingerprint)
	}
	o.mu.Unlock()
	o.running.Done()
}

// endAll ends every session with the sentence, and lets no new one open.
func (o *sessions) endAll(sentence string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.closing = sentence
	for s := range o.open {
		s.end(sentence, 1)
	}
}

// wait returns once no session is open, or with ctx's error.
func (o *sessions) wait(ctx context.Context) error {
	done := make(chan struct{})
	go func() {
		o.running.Wait()
		close(done)
	}()
	select {
	case <-done:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// byKey is the open sessions by what signed them in, with whom they were opened for.
// Sessions that are just looking up their actor are told to look again.
func (o *sessions) byKey() map[string][]opened {
	o.mu.Lock()
	defer o.mu.Unlock()
	m := map[string][]opened{}
	for s := range o.open {
		if s.actor == nil {
			s.stale = true
			continue
		}
		m[s.proof()] = append(m[s.proof()], opened{s, *s.actor})
	}
	return m
}

type opened struct {
	session *session
	actor   model.Actor
}

// own records whom the session belongs to, and says whether that may have changed
// since it was looked up.
func (o *sessions) own(s *session, a model.Actor) (stale bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if s.stale {
		s.stale = false
		return true
	}
	s.actor = &a
	return false
}

// owner returns whom the session belongs to; false for an unknown key.
func (o *sessions) owner(s *session) (model.Actor, bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if s.actor == nil {
		return model.Actor{}, false
	}
	return *s.actor, true
}
