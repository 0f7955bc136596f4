package web

import (
	"net/http"
	"strings"

	"lastclick/model"
)

// What a click leaves that proves it, by the tracking of the link's client (R26). A click
// that leaves nothing has nothing read either: the receipt of an earlier one, which may be
// of another client's link on this host, is neither renewed nor deleted.

// consents says whether the visitor consents to tracking: the link's address says so, in
// one of its parameters and against none of them, and the browser does not object
// (https://w3c.github.io/gpc/#the-sec-gpc-header-field-for-http-requests).
func consents(q query, h http.Header) bool {
	if !q.consents || q.refuses {
		return false
	}
	for _, v := range h["Sec-Gpc"] {
		if strings.TrimSpace(v) == "1" {
			return false
		}
	}
	return true
}

// prove has the click leave a receipt in the cookie, and its token where a carrier is set,
// which is appended to token. A click on a link that the receipt did not hold is a visitor's
// (R20).
func (s *Server) prove(token []byte, r *http.Request, link model.Target, click *model.Click) ([]byte, string) {
	receipt, known := s.receipt(r)
	click.Visitor = !receipt.Holds(link.Link)
	if !known {
		if receipt.Visitor, known = s.newVisitor(); !known {
			return token, ""
		}
	}
	if link.Carry != "" {
		token = s.store.Receipts().AppendClick(token, link.Link, click.At, receipt.Visitor)
	}
	return token, s.cookie.header(s.store.Receipts(), receipt.Clicked(link.Link, click.At), click.At, s.store.LongestWindow())
}

// proveByToken has the click leave its token alone, which is appended to token where a
// carrier is set. Each click has a visitor of its own, for nothing tells that two are one
// person's: so two people's tokens differ within one second too (R23), and no two clicks can
// be told to be of one browser. With no receipt to hold the link, each is a visitor (R20).
func (s *Server) proveByToken(token []byte, link model.Target, click *model.Click) []byte {
	click.Visitor = true
	if link.Carry == "" {
		return token
	}
	if visitor, ok := s.newVisitor(); ok {
		token = s.store.Receipts().AppendClick(token, link.Link, click.At, visitor)
	}
	return token
}
