package web

import (
	"errors"
	"net/http"
	"net/netip"
	"strings"

	"lastclick/model"
	"lastclick/server/shop"
	"lastclick/server/shop/intake"
)

// shopDelivery takes what a shop posted. A shop switches a webhook off that is answered
// with an error, so once the delivery is proved and on disk the answer is 200, whatever
// becomes of it.
func (s *Server) shopDelivery(w http.ResponseWriter, r *http.Request, k model.Checkout, held *hold) (intake.Answer, int64, error) {
	if coding := r.Header.Get("Content-Encoding"); coding != "" && !strings.EqualFold(coding, "identity") {
		return intake.Answer{}, 0, refuse(http.StatusUnsupportedMediaType, "the body must not be compressed", "Accept-Encoding", "identity")
	}
	if shop.Kind(k.Kind) == shop.Plain && !s.isPrivate(r) {
		return intake.Answer{}, 0, refuse(http.StatusForbidden, "this checkout's secret travels with each request, so it is taken over HTTPS alone: post to the address that begins with https://, or from this machine")
	}
	if err := checkLength(w, r); err != nil {
		return intake.Answer{}, 0, err
	}
	body, err := readBody(w, r, held)
	if err != nil {
		return intake.Answer{}, 0, err
	}
	if s.shops == nil {
		return intake.Answer{}, 0, &model.Error{Kind: model.Busy, Msg: "this server takes no deliveries of shops"}
	}
	end, err := s.bodies.turn(r.Context(), len(body))
	if err != nil {
		return intake.Answer{}, 0, err
	}
	defer end()
	d := shop.Delivery{Header: r.Header, Query: r.URL.Query(), Body: body, Received: s.now()}
	a, secret, err := s.shops.Accept(r.Context(), k, d)
	if errors.Is(err, shop.ErrSignature) {
		fresh, rotated, unknown := s.newSecrets(r, k)
		switch {
		case unknown != nil:
			return intake.Answer{}, 0, unknown
		case rotated:
			a, secret, err = s.shops.Accept(r.Context(), fresh, d)
		}
	}
	if errors.Is(err, shop.ErrSignature) {
		// RFC 9110 §11.6.1 requires a 401 to name its scheme.
		err = refuse(http.StatusUnauthorized, err.Error(), "WWW-Authenticate", `Bearer realm="webhook"`)
	}
	return a, secret, err
}

// isPrivate says whether the request could not be read on its way: it came over HTTPS, or
// from this machine. A trusted proxy says so of the way before it; without its word the
// public address tells.
func (s *Server) isPrivate(r *http.Request) bool {
	if r.TLS != nil {
		return true
	}
	peer, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return false
	}
	addr := peer.Addr().Unmap()
	if forwarded := r.Header.Values("X-Forwarded-Proto"); len(forwarded) > 0 && s.trusts(addr) {
		last := forwarded[len(forwarded)-1]
		return strings.EqualFold(strings.TrimSpace(last[strings.LastIndex(last, ",")+1:]), "https")
	}
	return addr.IsLoopback() || s.cookie.secure // the base URL is https
}
