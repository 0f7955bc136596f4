package web

import (
	"net/http"
	"time"
)

// streamWrite is how long one event may take to be written. A slower reader is cut off.
const streamWrite = 10 * time.Second

// stream answers /stats/{token}/live with the page's changes as server-sent events
// (WHATWG HTML §9.2), beginning with its newest state. It ends when the page does,
// when the reader is too slow, and when this server stops. A browser then connects
// again by itself.
func (s *Server) stream(w http.ResponseWriter, r *http.Request, token string) {
	network := s.network(r)
	page, ok := s.feeds.join(token, network, s.refresh)
	if !ok {
		s.metrics.streamsRefused.Inc()
		w.Header()["Retry-After"] = []string{"60"}
		text(w, http.StatusServiceUnavailable, "Too many pages are open live. This one works by reload.\n")
		return
	}
	defer s.feeds.leave(page, network)
	first := s.feeds.newest(page)
	if first.err == nil && first.version == 0 {
		select {
		case <-first.next:
			first = s.feeds.newest(page)
		case <-s.closing:
			text(w, http.StatusServiceUnavailable, "This server is shutting down.\n")
			return
		case <-r.Context().Done():
			return
		}
	}
	if first.err != nil {
		s.refuseStats(w, r, first.err)
		return
	}
	h := w.Header()
	h["Content-Type"] = streamType
	h["X-Accel-Buffering"] = []string{"no"} // nginx would hold events back
	guardStats(h)
	if r.Method == http.MethodHead {
		w.WriteHeader(http.StatusOK)
		return
	}
	s.metrics.streams.Inc()
	defer s.metrics.streams.Dec()
	s.send(w, r, page, first)
}

// send writes the first snapshot and those after it.
func (s *Server) send(w http.ResponseWriter, r *http.Request, page *feed, now *snapshot) {
	out := http.NewResponseController(w)
	// The deadline for reading the request would end the stream.
	if err := out.SetReadDeadline(time.Time{}); err != nil {
		s.log.Error("a live stats page has a connection without deadlines", "err", err)
		return
	}
	// The end of the answer is written after this function, and has a deadline too.
	defer func() { _ = out.SetWriteDeadline(time.Now().Add(s.streamWrite)) }()
	write := func(event []byte) bool {
		if out.SetWriteDeadline(time.Now().Add(s.streamWrite)) != nil {
			return false
		}
		if _, err := w.Write(event); err != nil {
			return false
		}
		// In HTTP/2 a deadline that passes ends the stream, also while nothing is written.
		return out.Flush() == nil && out.SetWriteDeadline(time.Time{}) == nil
	}
	sent := 0
	for {
		event := now.asOf
		switch {
		case isNotFound(now.err):
			event = goneEvent
		case now.err != nil:
			return
		case sent == 0:
			event = append(append([]byte{}, startEvent...), now.page...)
		case sent != now.version:
			event = now.page
		}
		if !write(event) || now.err != nil {
			return
		}
		sent = now.version
		select {
		case <-now.next:
			now = s.feeds.newest(page)
		case <-s.closing:
			return
		case <-r.Context().Done():
			return
		}
	}
}

var (
	startEvent = []byte("retry: 3000\n") // ms until the browser connects again
	goneEvent  = []byte("event: gone\ndata: \n\n")
)
