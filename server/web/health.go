package web

import (
	"cmp"
	"context"
	"net/http"
	"time"

	"lastclick/model"
)

// readyWait is how long /readyz waits for the store. Load balancers give up after a
// few seconds.
const readyWait = 2 * time.Second

// healthz says that the process is alive. It never asks the store: a full disk is no
// reason to restart the process.
func (s *Server) healthz(w http.ResponseWriter) { text(w, http.StatusOK, "alive\n") }

// readyz says whether this server can serve and the store can commit.
func (s *Server) readyz(w http.ResponseWriter, r *http.Request) {
	if s.draining.Load() {
		text(w, http.StatusServiceUnavailable, "not ready: shutting down\n")
		return
	}
	ctx, cancel := context.WithTimeout(r.Context(), readyWait)
	defer cancel()
	if err := s.store.Ready(ctx); err != nil {
		s.log.Warn("not ready", "err", err)
		reason, _ := model.PublicMessage(err)
		text(w, http.StatusServiceUnavailable, "not ready: "+cmp.Or(reason, "the store does not answer; the log says why")+"\n")
		return
	}
	text(w, http.StatusOK, "ready\n")
}
