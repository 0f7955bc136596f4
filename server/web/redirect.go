package web

import (
	"io"
	"net/http"

	"github.com/prometheus/client_golang/prometheus"

	"lastclick/model"
)

// fullLink answers the address of a public page: a full tracking link when its
// parameters name a link that fits this page, else only the way to it.
func (s *Server) fullLink(w http.ResponseWriter, r *http.Request, page model.Page, found bool, fits func(model.Target) bool) {
	if !found {
		s.unknown(w, r)
		return
	}
	if q := readTracking(r.URL.RawQuery); q.act == model.ActValue {
		if target, ok := s.store.LinkByCode(model.FoldCode(q.code)); ok && fits(target) {
			s.follow(w, r, target)
			return
		}
	}
	s.metrics.plain.Inc()
	redirect(w, destination(page.URL, r.URL.RawQuery), "")
}

// follow sends a request on to the link's page. A person's click is counted, and
// leaves a receipt; what else comes is counted apart and leaves none.
func (s *Server) follow(w http.ResponseWriter, r *http.Request, target model.Target) {
	location := destination(target.URL, r.URL.RawQuery)
	if target.Archived {
		s.metrics.archived.Inc()
		redirect(w, location, "")
		return
	}
	click := model.Click{Link: target.Link, At: s.now(), QR: readTracking(r.URL.RawQuery).qr}
	if counter := s.machine(r); counter != nil {
		counter.Inc()
		click.Bot = true
		s.count(click)
		redirect(w, location, "")
		return
	}
	receipt, known := s.receipt(r)
	click.Visitor = !receipt.Holds(target.Link)
	cookie := ""
	if known || s.newVisitor(&receipt) {
		value := s.store.Receipts().Sign(receipt.Clicked(target.Link, click.At), click.At)
		cookie = s.cookie.header(value, s.store.LongestWindow())
	}
	s.metrics.person.Inc()
	s.count(click)
	redirect(w, location, cookie)
}

// machine says, by the counter of its kind, that the request is no person's click;
// nil means that it is one.
func (s *Server) machine(r *http.Request) prometheus.Counter {
	switch {
	case r.Method == http.MethodHead:
		return s.metrics.head
	case ahead(r.Header):
		return s.metrics.prefetch
	case isBot(r.Header):
		return s.metrics.bot
	}
	return nil
}

// newVisitor draws a visitor's id. Without one there is no receipt, and the
// customer still gets to the page.
func (s *Server) newVisitor(receipt *model.Receipt) bool {
	if _, err := io.ReadFull(s.random, receipt.Visitor[:]); err != nil {
		s.log.Error("a click goes out without a receipt: no random bytes for the visitor's id", "error", err)
		return false
	}
	return true
}

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
