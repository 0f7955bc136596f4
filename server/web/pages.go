package web

import (
	"net/http"
	"strconv"
)

// Values of headers, shared by all answers. They have no spare capacity, so an append
// copies them.
var (
	noStore            = []string{"no-store"}
	noIndex            = []string{"noindex"}
	noSniff            = []string{"nosniff"}
	noReferrer         = []string{"no-referrer"}
	sameOrigin         = []string{"same-origin"}
	crossOrigin        = []string{"cross-origin"}
	oneDay             = []string{"max-age=86400"}
	immutable          = []string{"public, max-age=31536000, immutable"}
	htmlType           = []string{"text/html; charset=utf-8"}
	textType           = []string{"text/plain; charset=utf-8"}
	pngType            = []string{"image/png"}
	svgType            = []string{"image/svg+xml"}
	streamType         = []string{"text/event-stream"}
	allowReading       = []string{"GET, HEAD"}
	allowUnsubscribing = []string{"GET, HEAD, POST"}
	allowPosting       = []string{"POST"}
)

// The pages that have no content of a client. They hold no links: a visitor came by a
// link that only the person who shared it can correct.
var (
	homePage    = newPage("Tracking links", "This host serves tracking links of ticketed events. Follow the link that you were given to get to its page.")
	unknownPage = newPage("This link does not exist", "Please check that the address is complete and spelled as you were given it, or ask the person who shared it.")
	limitedPage = newPage("Too many unknown links", "Your network asked for many addresses that do not exist. Please wait a moment and try again.")
	unsurePage  = newPage("Not available right now", "This link cannot be looked up at this moment. Please try again in a few seconds.")
	methodPage  = newPage("Not possible here", "This address can only be opened. Nothing can be sent to it.")
	busyPage    = newPage("Not available right now", "The numbers cannot be read at this moment. Please try again in a few seconds.")
	faultPage   = newPage("Something went wrong", "The fault is on our side. Please try again in a moment.")
)

type page struct {
	body   []byte
	length []string
}

// pageStyle is the style of these pages, in the colours of the stats page. Their policy
// allows it by its hash.
const pageStyle = `:root{color-scheme:light dark;--ground:#f4f5f8;--text:#161a22;--focus:#1b4fd8}` +
	`@media(prefers-color-scheme:dark){:root{--ground:#10131a;--text:#edf0f6;--focus:#9db7ff}}` +
	`html{-webkit-text-size-adjust:100%}` +
	`body{max-width:32rem;margin:0 auto;padding:15vh 1.25rem 2rem;background:var(--ground);color:var(--text);font:1rem/1.5 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif;overflow-wrap:anywhere}` +
	`h1{margin:0 0 .75rem;font-size:1.6rem;line-height:1.2}p{margin:0 0 1rem}a{color:inherit;text-underline-offset:.15em}` +
	`button{min-height:3rem;margin:0 0 1rem;padding:.6rem 1.25rem;border:0;border-radius:.5rem;background:var(--text);color:var(--ground);font:inherit;font-weight:600;cursor:pointer}` +
	`:focus-visible{outline:3px solid var(--focus);outline-offset:2px;border-radius:4px}`

// newPage takes texts of our own: they are not escaped.
func newPage(title, sentence string) page {
	body := `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><meta name="robots" content="noindex">
<title>` + title + `</title>
<style>` + pageStyle + `</style>
</head><body><main><h1>` + title + `</h1><p>` + sentence + `</p></main></body></html>
`
	return page{[]byte(body), []string{strconv.Itoa(len(body))}}
}

// page answers with such a page. To a HEAD, net/http sends its headers alone.
func (s *Server) page(w http.ResponseWriter, status int, p page) {
	h := w.Header()
	h["Content-Type"] = htmlType
	h["Content-Length"] = p.length
	guard(h, pagePolicy)
	write(w, status, p.body)
}

// unknown answers a code, an event or a client that does not exist. Only such
// requests are counted against a network, so a crowd behind one address that follows
// real links never meets the limit.
func (s *Server) unknown(w http.ResponseWriter, r *http.Request) {
	if wait := s.guessWait(r); wait > 0 {
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
	guard(h, dataPolicy)
	write(w, status, []byte(body))
}

// write sends the status and the body. An error is that the client is gone, and then
// there is no one left to tell.
func write(w http.ResponseWriter, status int, body []byte) {
	w.WriteHeader(status)
	_, _ = w.Write(body)
}
