package web

import (
	"net/url"
	"strings"

	"lastclick/model"
)

// qrParam marks the address that a QR code holds.
const qrParam = "qr"

// maxParams bounds the parameters of a request that are looked at: what mail programs
// and ad networks add is under twenty.
const maxParams = 64

// query is the query string of a request for a link or page, parsed once.
type query struct {
	act, code string  // the first value of each of our own parameters
	qr        bool    // the address came from a QR code
	others    []param // the rest, in their order, for the page
}

type param struct {
	name string // decoded
	raw  string // name and value as they came
}

func parseQuery(raw string) query {
	var q query
	if raw == "" {
		return q
	}
	var act, code bool
	n := 0
	for piece := range strings.SplitSeq(raw, "&") {
		if n++; n > maxParams {
			break
		}
		name, value, _ := strings.Cut(piece, "=")
		switch name = unescape(name); name {
		case "":
		case model.ActParam:
			if !act {
				q.act, act = unescape(value), true
			}
		case model.SubParam:
			if !code {
				q.code, code = unescape(value), true
			}
		case qrParam:
			q.qr = true
		default:
			if q.others == nil {
				q.others = make([]param, 0, 8)
			}
			q.others = append(q.others, param{name, piece})
		}
	}
	return q
}

// unescape decodes a name or value; what is not well encoded stays as it is.
func unescape(s string) string {
	if d, err := url.QueryUnescape(s); err == nil {
		return d
	}
	return s
}

// destination is the page's address, to the byte, with the other parameters of the
// request put before its fragment. A parameter that the page has itself is left out.
func destination(page string, q query) string {
	if len(q.others) == 0 {
		return page
	}
	base, fragment, hasFragment := strings.Cut(page, "#")
	_, own, hasQuery := strings.Cut(base, "?")
	size := len(page)
	for _, p := range q.others {
		size += len("&") + len(p.raw)
	}
	b := make([]byte, 0, size)
	b = append(b, base...)
	for _, p := range q.others {
		if hasParam(own, p.name) {
			continue
		}
		switch last := b[len(b)-1]; {
		case !hasQuery:
			b, hasQuery = append(b, '?'), true
		case last != '?' && last != '&':
			b = append(b, '&')
		}
		b = appendEscaped(b, p.raw)
	}
	if hasFragment {
		b = append(append(b, '#'), fragment...)
	}
	return string(b)
}

// hasParam says whether a query string has a parameter of that name.
func hasParam(raw, name string) bool {
	for piece := range strings.SplitSeq(raw, "&") {
		if other, _, _ := strings.Cut(piece, "="); unescape(other) == name {
			return true
		}
	}
	return false
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
