package web

import (
	"net/url"
	"strings"

	"lastclick/model"
)

// maxParams bounds the parameters of a request that are looked at: what mail programs
// and ad networks add is under twenty.
const maxParams = 64

// query is the query string of a request for a link or page, parsed once.
type query struct {
	act, code string  // the first value of each of our own parameters
	qr        bool    // the address came from a QR code
	consents  bool    // a parameter for it says so (R26)
	refuses   bool    // and one says something else
	others    []param // the rest, in their order, for the page
}

type param struct {
	name string // decoded
	raw  string // name and value as they came
}

// parseQuery parses the query of a request for a link or page of a client with that
// tracking. Where it is consent, the parameters that say so are addressed to us, like those
// that name the link, and the page never sees them. Elsewhere they are as any other, for
// nothing here reads them and a page may.
func parseQuery(raw string, tracking model.TrackingMode) query {
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
		case model.QRParam:
			q.qr = true
		case model.ConsentParam, model.AwinConsentParam:
			if tracking != model.TrackConsent {
				q.pass(name, piece)
				break
			}
			if unescape(value) == model.ConsentValue {
				q.consents = true
			} else {
				q.refuses = true
			}
		default:
			q.pass(name, piece)
		}
	}
	return q
}

// pass has a parameter passed on to the page.
func (q *query) pass(name, piece string) {
	if q.others == nil {
		q.others = make([]param, 0, 8)
	}
	q.others = append(q.others, param{name, piece})
}

// unescape decodes a name or value; what is not well encoded stays as it is.
func unescape(s string) string {
	if d, err := url.QueryUnescape(s); err == nil {
		return d
	}
	return s
}

// usualPage is the length of an address that is put together without an allocation.
const usualPage = 512

// destination is the page's address, to the byte, with the other parameters of the
// request put before its fragment, and last, where there is a token, the parameter that
// carries it. A parameter that the page has itself is left out; the carrying one is ours
// alone, whatever the page and the request say.
func destination(page string, q query, carry model.Carry, token []byte) string {
	if len(token) == 0 {
		carry = ""
	}
	if len(q.others) == 0 && carry == "" {
		return page
	}
	base, fragment, hasFragment := strings.Cut(page, "#")
	path, own, hasQuery := strings.Cut(base, "?")
	b := append(make([]byte, 0, usualPage), path...)
	if hasQuery {
		b = append(b, '?')
		if carry != "" && hasParam(own, string(carry)) {
			b = appendWithout(b, own, string(carry))
		} else {
			b = append(b, own...)
		}
	}
	for _, p := range q.others {
		if !hasParam(own, p.name) && p.name != string(carry) {
			b = appendEscaped(appendSeparator(b, len(path)), p.raw)
		}
	}
	if carry != "" {
		b = append(append(appendSeparator(b, len(path)), carry...), '=')
		b = append(b, token...)
	}
	if hasFragment {
		b = append(append(b, '#'), fragment...)
	}
	return string(b)
}

// appendSeparator appends what stands before one more parameter behind a path of that
// length. A query may itself end with a ?.
func appendSeparator(b []byte, path int) []byte {
	switch {
	case len(b) == path:
		return append(b, '?')
	case len(b) > path+1 && b[len(b)-1] != '&':
		return append(b, '&')
	}
	return b
}

// appendWithout appends a query string without the parameters of that name.
func appendWithout(b []byte, raw, without string) []byte {
	first := true
	for piece := range strings.SplitSeq(raw, "&") {
		if name, _, _ := strings.Cut(piece, "="); unescape(name) == without {
			continue
		}
		if !first {
			b = append(b, '&')
		}
		b, first = append(b, piece...), false
	}
	return b
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
