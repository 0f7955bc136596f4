package web

import (
	"net/url"
	"strings"

	"lastclick/model"
)

// qrParam marks the address that a QR code holds.
const qrParam = "qr"

// maxForwarded bounds the parameters of a request that are looked at: what mail
// programs and ad networks add is under twenty.
const maxForwarded = 64

// tracking is what a request's query says to us.
type tracking struct {
	act, code string
	qr        bool
}

// readTracking takes the first value of each of our parameters.
func readTracking(query string) tracking {
	var t tracking
	var act, sp bool
	n := 0
	for piece := range strings.SplitSeq(query, "&") {
		if n++; n > maxForwarded {
			break
		}
		name, value := param(piece)
		switch {
		case name == model.ActParam && !act:
			t.act, act = value, true
		case name == model.SubParam && !sp:
			t.code, sp = value, true
		case name == qrParam:
			t.qr = true
		}
	}
	return t
}

// destination is the page's address, to the byte, with the parameters of the
// request's query that are neither ours nor the page's own, put before its
// fragment.
func destination(page, query string) string {
	if query == "" {
		return page
	}
	base, fragment, fragmented := strings.Cut(page, "#")
	_, own, asked := strings.Cut(base, "?")
	b := make([]byte, 0, len(page)+len(query)+16)
	b = append(b, base...)
	n := 0
	for piece := range strings.SplitSeq(query, "&") {
		if n++; n > maxForwarded {
			break
		}
		name, _ := param(piece)
		if name == "" || name == model.ActParam || name == model.SubParam || name == qrParam || holds(own, name) {
			continue
		}
		switch last := b[len(b)-1]; {
		case !asked:
			b, asked = append(b, '?'), true
		case last != '?' && last != '&':
			b = append(b, '&')
		}
		b = appendEscaped(b, piece)
	}
	if fragmented {
		b = append(append(b, '#'), fragment...)
	}
	return string(b)
}

// holds says whether a query has a parameter of that name.
func holds(query, name string) bool {
	for piece := range strings.SplitSeq(query, "&") {
		if other, _ := param(piece); other == name {
			return true
		}
	}
	return false
}

// param splits a piece of a query and decodes both sides; a side that is not well
// encoded stays as it is.
func param(piece string) (name, value string) {
	name, value, _ = strings.Cut(piece, "=")
	return decoded(name), decoded(value)
}

func decoded(s string) string {
	if d, err := url.QueryUnescape(s); err == nil {
		return d
	}
	return s
}

// appendEscaped appends a piece of a query as it came, but for the bytes that
// cannot stand there (RFC 3986 §3.4) or that would end it: '#', and ';', which some
// servers read as '&'.
func appendEscaped(b []byte, piece string) []byte {
	const hex = "0123456789ABCDEF"
	for i := 0; i < len(piece); i++ {
		c := piece[i]
		switch {
		case c == '%' && i+2 < len(piece) && isHex(piece[i+1]) && isHex(piece[i+2]), queryByte(c):
			b = append(b, c)
		default:
			b = append(b, '%', hex[c>>4], hex[c&15])
		}
	}
	return b
}

func queryByte(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || strings.IndexByte("-._~!$()*+,=:@/?", c) >= 0
}

func isHex(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'a' && c <= 'f' || c >= 'A' && c <= 'F'
}
