package web

import (
	"net/http"
	"strconv"
)

// Values of headers, shared by all answers; nobody appends to them in place,
// because they have no room.
var (
	noStore      = []string{"no-store"}
	noIndex      = []string{"noindex"}
	noSniff      = []string{"nosniff"}
	noReferrer   = []string{"no-referrer"}
	oneDay       = []string{"max-age=86400"}
	forGood      = []string{"public, max-age=31536000, immutable"}
	htmlType     = []string{"text/html; charset=utf-8"}
	textType     = []string{"text/plain; charset=utf-8"}
	pngType      = []string{"image/png"}
	svgType      = []string{"image/svg+xml"}
	streamType   = []string{"text/event-stream"}
	svgPolicy    = []string{"default-src 'none'; frame-ancestors 'none'"}
	pagePolicy   = []string{"default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"}
	allowReading = []string{"GET, HEAD"}
	allowPosting = []string{"POST"}
)

// The few pages of our own. They lead nowhere: whoever reads one came by a link
// that somebody else has to mend.
var (
	homePage    = newPage("Tracking links", "This host serves tracking links of ticketed events. Follow the link that you were given to get to its page.")
	unknownPage = newPage("This link does not exist", "Please check that the address is complete and spelled as you were given it, or ask the person who shared it.")
	limitedPage = newPage("Too many unknown links", "Many addresses that do not exist were asked for from your network. Please wait a moment and try again.")
	methodPage  = newPage("Not possible here", "This address can only be opened, nothing can be sent to it.")
	busyPage    = newPage("Not now", "The numbers cannot be read at this moment. Please try again in a few seconds.")
	faultPage   = newPage("Something went wrong", "The fault is on our side. Please try again in a moment.")
)

type page struct {
	body   []byte
	length []string
}

// newPage takes texts of our own: they are not escaped.
func newPage(title, sentence string) page {
	body := `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><meta name="robots" content="noindex">
<title>` + title + `</title>
<style>:root{color-scheme:light dark}body{font:1rem/1.5 system-ui,sans-serif;max-width:32rem;margin:20vh auto;padding:0 1rem}</style>
</head><body><main><h1>` + title + `</h1><p>` + sentence + `</p></main></body></html>
`
	return page{[]byte(body), []string{strconv.Itoa(len(body))}}
}

// page answers with a page of our own. A HEAD gets its headers: net/http leaves
// the body out.
func (s *Server) page(w http.ResponseWriter, status int, p page) {
	h := w.Header()
	h["Content-Type"] = htmlType
	h["Content-Length"] = p.length
	h["Content-Security-Policy"] = pagePolicy
	h["X-Content-Type-Options"] = noSniff
	h["Cache-Control"] = noStore
	h["X-Robots-Tag"] = noIndex
	w.WriteHeader(status)
	w.Write(p.body) // a client that went away is nobody's fault
}

// unknown answers a code, an event or a client that is not there. Only such
// requests are counted against an address, so that a crowd behind one address
// that follows real links never meets the limit.
func (s *Server) unknown(w http.ResponseWriter, r *http.Request) {
	if wait := s.guesses.take(s.network(r), s.now()); wait > 0 {
		s.metrics.limited.Inc()
		w.Header()["Retry-After"] = []string{seconds(wait)}
		s.page(w, http.StatusTooManyRequests, limitedPage)
		return
	}
	s.metrics.unknown.Inc()
	s.page(w, http.StatusNotFound, unknownPage)
}

// text answers with a plain sentence.
func text(w http.ResponseWriter, status int, body string) {
	h := w.Header()
	h["Content-Type"] = textType
	h["X-Content-Type-Options"] = noSniff
	h["Cache-Control"] = noStore
	h["X-Robots-Tag"] = noIndex
	w.WriteHeader(status)
	w.Write([]byte(body))
}
