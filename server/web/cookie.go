package web

import (
	"net/http"
	"strconv"
	"strings"
	"time"

	"lastclick/model"
)

// cookieName is the cookie of the receipt. A checkout sends its value as
// tracking.receipt.
const cookieName = "lastclick"

// cookieShape holds the attributes that all our cookies share.
type cookieShape struct {
	domain string
	secure bool
}

// maxCookie is the length of a Set-Cookie that is written without another allocation.
const maxCookie = 640

// header is the Set-Cookie that keeps the receipt as it is at a time for maxAge. A
// receipt is base64url, so it needs no quotes.
func (c cookieShape) header(keys *model.Keyring, r model.Receipt, at time.Time, maxAge time.Duration) string {
	b := make([]byte, 0, maxCookie)
	b = append(b, cookieName+"="...)
	b = keys.AppendSign(b, r, at)
	b = append(b, "; Path=/"...)
	if c.domain != "" {
		b = append(append(b, "; Domain="...), c.domain...)
	}
	b = append(b, "; Max-Age="...)
	b = strconv.AppendInt(b, int64(maxAge/time.Second), 10)
	b = append(b, "; HttpOnly"...)
	if c.secure {
		b = append(b, "; Secure"...)
	}
	b = append(b, "; SameSite=Lax"...)
	return string(b)
}

// receipt is the request's receipt: the first cookie of ours that verifies, since a
// browser may hold several, of other domains and paths.
func (s *Server) receipt(r *http.Request) (model.Receipt, bool) {
	for _, line := range r.Header["Cookie"] {
		for line != "" {
			var pair string
			pair, line, _ = strings.Cut(line, ";")
			value, ok := strings.CutPrefix(strings.TrimSpace(pair), cookieName+"=")
			if !ok {
				continue
			}
			if receipt, ok := s.store.Receipts().Verify(value); ok {
				return receipt, true
			}
		}
	}
	return model.Receipt{}, false
}
