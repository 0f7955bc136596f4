package web

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"runtime/debug"
	"sync"
	"time"

	"lastclick/model"
)

const (
	probeTime = 5 * time.Second // for the store to say whether it can commit
	probeKeep = time.Second     // for which an answer holds for all who ask
	// probeWait is how long /readyz waits for an answer. Load balancers give up after two
	// seconds, and a store that hangs must not take the redirects from the pool.
	probeWait = 500 * time.Millisecond
)

// healthz says that the process is alive. It never asks the store: a full disk is no
// reason to restart the process.
func (s *Server) healthz(w http.ResponseWriter) { text(w, http.StatusOK, "alive\n") }

// readiness is what /readyz answers.
type readiness struct {
	Redirects string `json:"redirects"`
	Orders    string `json:"orders"`
	Why       string `json:"why,omitempty"`
}

const (
	ok          = "ok"
	unavailable = "unavailable"
)

// readyz answers 200 while redirects can be answered, which need no database; with
// ?orders, while orders can be committed.
func (s *Server) readyz(w http.ResponseWriter, r *http.Request) {
	a, status := readiness{Redirects: ok, Orders: ok}, http.StatusOK
	if s.draining.Load() {
		a, status = readiness{Redirects: unavailable, Orders: unavailable, Why: "shutting down"}, http.StatusServiceUnavailable
	} else if why := s.probe.unready(r.Context()); why != "" {
		a.Orders, a.Why = unavailable, why
		if r.URL.Query().Has("orders") {
			status = http.StatusServiceUnavailable
		}
	}
	writeJSON(w, status, "application/json", a)
}

// probe asks the store whether it can commit, at most once at a time and once in
// probeKeep, however many ask.
type probe struct {
	ready func(context.Context) error
	log   *slog.Logger
	keep  time.Duration
	wait  time.Duration

	mu      sync.Mutex
	asked   time.Time     // when the newest answer came
	err     error         // that answer
	pending chan struct{} // closed when the one that is asked for has come; nil: none is
}

// unready says why no order can be committed; empty: they can.
func (p *probe) unready(ctx context.Context) string {
	p.mu.Lock()
	pending := p.pending
	if pending == nil && (p.asked.IsZero() || time.Since(p.asked) >= p.keep) {
		pending = make(chan struct{})
		p.pending = pending
		go p.ask(context.WithoutCancel(ctx), pending)
	}
	p.mu.Unlock()
	if pending != nil {
		late := time.NewTimer(p.wait)
		defer late.Stop()
		select {
		case <-pending:
		case <-late.C:
			return "the store does not answer"
		case <-ctx.Done():
			return "the request was given up"
		}
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.err == nil {
		return ""
	}
	reason, _ := model.PublicMessage(p.err)
	return cmp.Or(reason, "the store cannot commit: the log says why")
}

// ask asks the store for all who wait, and logs where its answer is another than before.
func (p *probe) ask(ctx context.Context, pending chan struct{}) {
	ctx, cancel := context.WithTimeout(ctx, probeTime)
	defer cancel()
	err := p.answer(ctx)
	p.mu.Lock()
	before := p.err
	p.asked, p.err, p.pending = time.Now(), err, nil
	p.mu.Unlock()
	switch {
	case err != nil && before == nil:
		p.log.Warn("orders cannot be committed", "err", err)
	case err == nil && before != nil:
		p.log.Info("orders can be committed again")
	}
	close(pending)
}

// answer is the store's. A panic in it would end the daemon, since it runs outside of a
// request.
func (p *probe) answer(ctx context.Context) (err error) {
	defer func() {
		if v := recover(); v != nil {
			err = fmt.Errorf("ask whether the store is ready: panic: %v\n%s", v, debug.Stack())
		}
	}()
	return p.ready(ctx)
}
