package web

import (
	"crypto/rand"
	"io"
	"net/http"

	"github.com/prometheus/client_golang/prometheus"

	"lastclick/model"
)

// What a click does, from top to bottom: a shortlink, or the full tracking link of an
// event's or a client's page, names a link; follow counts the click, has it leave what
// proves it as the client's tracking allows (consent.go), and redirects to the link's page.

// shortlink answers /{code}.
func (s *Server) shortlink(w http.ResponseWriter, r *http.Request, code string) {
	link, err := s.link(r, model.FoldCode(code))
	if err != nil {
		s.notFound(w, r, err)
		return
	}
	s.follow(w, r, link, parseQuery(r.URL.RawQuery, link.Tracking))
}

// eventPage answers /e/{slug}.
func (s *Server) eventPage(w http.ResponseWriter, r *http.Request, slug string) {
	slug = model.FoldCode(slug)
	page, err := s.event(r, slug)
	if err != nil {
		s.notFound(w, r, err)
		return
	}
	s.fullLink(w, r, page, func(link model.Target) bool { return link.Event == slug })
}

// clientPage answers /c/{slug}.
func (s *Server) clientPage(w http.ResponseWriter, r *http.Request, slug string) {
	slug = model.FoldCode(slug)
	page, err := s.client(r, slug)
	if err != nil {
		s.notFound(w, r, err)
		return
	}
	s.fullLink(w, r, page, func(link model.Target) bool { return link.Event == "" && link.Client == slug })
}

// fullLink follows the link that the query names, if that is one of this page. It
// redirects any other request to the page, and counts nothing.
func (s *Server) fullLink(w http.ResponseWriter, r *http.Request, page model.Page, ofPage func(model.Target) bool) {
	q := parseQuery(r.URL.RawQuery, page.Tracking)
	if q.act == model.ActValue {
		if link, err := s.link(r, model.FoldCode(q.code)); err == nil && ofPage(link) {
			s.follow(w, r, link, q)
			return
		}
	}
	s.metrics.plain.Inc()
	redirect(w, destination(page.URL, q, "", nil), "")
}

// follow redirects to the link's page. A person's click is counted and leaves a
// receipt, and a token in the page's address where a carrier is set (R23), as far as the
// client's tracking allows (R26). A bot's is counted apart and leaves none, and an archived
// link only redirects (R6).
func (s *Server) follow(w http.ResponseWriter, r *http.Request, link model.Target, q query) {
	if link.Archived {
		s.metrics.archived.Inc()
		redirect(w, destination(link.URL, q, "", nil), "")
		return
	}
	click := model.Click{Link: link.Link, At: s.now(), QR: q.qr}
	if counter := s.botCounter(r); counter != nil {
		counter.Inc()
		click.Bot = true
		s.count(click)
		redirect(w, destination(link.URL, q, "", nil), "")
		return
	}
	var space [model.MaxClickToken]byte
	token, cookie := space[:0], ""
	switch {
	case link.Tracking == model.TrackURL:
		token = s.proveByToken(token, link, &click)
	case link.Tracking != model.TrackConsent || consents(q, r.Header):
		token, cookie = s.prove(token, r, link, &click)
	}
	s.metrics.person.Inc()
	s.count(click)
	redirect(w, destination(link.URL, q, link.Carry, token), cookie)
}

// botCounter is the counter of the kind of request that is no person's click; nil
// where it is one.
func (s *Server) botCounter(r *http.Request) prometheus.Counter {
	switch {
	case r.Method == http.MethodHead:
		return s.metrics.head
	case isPrefetch(r.Header):
		return s.metrics.prefetch
	case isBot(r.Header):
		return s.metrics.bot
	}
	return nil
}

// newVisitor draws a visitor's id. Without one there is no receipt, and the customer
// still gets to the page.
func (s *Server) newVisitor() (id [16]byte, ok bool) {
	if s.random == rand.Reader { // which never fails, and needs no memory of its own
		rand.Read(id[:])
		return id, true
	}
	drawn := make([]byte, len(id))
	if _, err := io.ReadFull(s.random, drawn); err != nil {
		s.log.Error("a click leaves no receipt: no random bytes for the visitor's id", "err", err)
		return id, false
	}
	return [16]byte(drawn), true
}

// count has the store count the click; where that takes no more, it is dropped.
func (s *Server) count(click model.Click) {
	if !s.store.Click(click) {
		s.metrics.dropped.Inc()
	}
}

// redirect answers 302 with nothing that a cache or a search engine may keep.
func redirect(w http.ResponseWriter, location, cookie string) {
	h := w.Header()
	values := [2]string{location, cookie}
	h["Location"] = values[0:1:1]
	if cookie != "" {
		h["Set-Cookie"] = values[1:2:2]
	}
	h["Cache-Control"] = noStore
	h["X-Robots-Tag"] = noIndex
	w.WriteHeader(http.StatusFound)
}
