package web

import (
	"context"
	"errors"
	"net/http"
	"time"

	"lastclick/model"
)

// readyWait is how long /readyz waits for the store: an answer that comes later is
// as good as none to whoever balances the load.
const readyWait = 2 * time.Second

// healthz says that the process is alive. It never touches the store: a full disk
// is no reason to be restarted.
func (s *Server) healthz(w http.ResponseWriter) { text(w, http.StatusOK, "alive\n") }

// readyz says whether we can serve and commit.
func (s *Server) readyz(w http.ResponseWriter, r *http.Request) {
	if s.draining.Load() {
		text(w, http.StatusServiceUnavailable, "not ready: shutting down\n")
		return
	}
	ctx, cancel := context.WithTimeout(r.Context(), readyWait)
	defer cancel()
	if err := s.store.Ready(ctx); err != nil {
		s.log.Warn("not ready", "error", err)
		text(w, http.StatusServiceUnavailable, "not ready: "+reason(err)+"\n")
		return
	}
	text(w, http.StatusOK, "ready\n")
}

// reason is what a stranger may know of err.
func reason(err error) string {
	if e, ok := errors.AsType[*model.Error](err); ok && e.Kind != model.Internal {
		return sentence(e)
	}
	return "the store does not answer; the log says why"
}

// sentence is an error without its cause.
func sentence(e *model.Error) string {
	if e.Hint == "" {
		return e.Msg
	}
	return e.Msg + ": " + e.Hint
}
