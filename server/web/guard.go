package web

import (
	"crypto/sha256"
	"encoding/base64"
	"net/http"
)

// The Content-Security-Policy of each kind of answer. None allows anything from
// elsewhere, an inline script or a frame.
var (
	// dataPolicy is of text, JSON, pictures and files, which a browser may be made to open
	// as a document of its own.
	dataPolicy = []string{"default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"}
	// pagePolicy allows the one style sheet of the small pages, by its hash.
	pagePolicy = []string{"default-src 'none'; style-src '" + hashSource(pageStyle) + "'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"}
	// formPolicy is pagePolicy with a form that posts to the page itself.
	formPolicy = []string{"default-src 'none'; style-src '" + hashSource(pageStyle) + "'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"}
	// statsPolicy allows the stats page its own script, style, picture and stream.
	statsPolicy = []string{"default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"}
)

// hashSource names an inline style or script in a policy (CSP Level 3 §2.3.1).
func hashSource(text string) string {
	sum := sha256.Sum256([]byte(text))
	return "sha256-" + base64.StdEncoding.EncodeToString(sum[:])
}

// guard sets the headers that every answer with a body carries, so that nothing in it, and
// no secret in its address, reaches a cache, a search engine or another site. An answer that
// may be kept or embedded says so after it.
//
// A redirect has none of them but those against caches and search engines: it has no
// body, and its page's own site decides what referrer it wants.
func guard(h http.Header, policy []string) {
	h["Content-Security-Policy"] = policy
	h["X-Content-Type-Options"] = noSniff
	h["Referrer-Policy"] = noReferrer
	h["Cross-Origin-Opener-Policy"] = sameOrigin
	h["Cross-Origin-Resource-Policy"] = sameOrigin
	h["Cache-Control"] = noStore
	h["X-Robots-Tag"] = noIndex
}
