package model

import (
	"fmt"
	"io"
	"net/url"
	"strconv"
	"strings"
)

// reserved are the words that the web server's own paths use, or that would
// mislead a reader behind our host name.
var reserved = map[string]bool{
	"admin": true, "api": true, "assets": true, "favicon": true, "healthz": true,
	"livez": true, "login": true, "logout": true, "metrics": true, "readyz": true,
	"robots": true, "sitemap": true, "static": true, "stats": true, "unsubscribe": true, "webhook": true,
	"webhooks": true, "well-known": true,
}

// Slug takes the short name of a client, an event or a link (its code): 3 to 40 of
// a-z, 0-9 and '-', in any case, not a reserved word.
func Slug(field, s string) (string, error) {
	s = strings.ToLower(strings.TrimSpace(s))
	if !ValidSlug(s) {
		return "", Invalidf(field, "%s %q must be 3 to 40 characters of a-z, 0-9 and -", field, Truncate(Clean(s), 60))
	}
	if reserved[s] {
		return "", Invalidf(field, "%s %q is a reserved word: choose another", field, s)
	}
	return s, nil
}

// ValidSlug says whether s has the form of a slug or a code.
func ValidSlug(s string) bool {
	if len(s) < 3 || len(s) > 40 {
		return false
	}
	for i := 0; i < len(s); i++ {
		c := s[i]
		if !(c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '-') {
			return false
		}
	}
	return true
}

// FoldCode returns a code as it is stored: in lower case, without the punctuation that
// mail programs and people put after an address.
func FoldCode(s string) string {
	return strings.ToLower(strings.TrimRight(s, ".,;:!?)]}'\"/"))
}

// codeAlphabet has no vowels (no words by accident) and no look-alikes (0/o, 1/l/i).
const codeAlphabet = "bcdfghjkmnpqrstvwxz23456789"

// NewCode draws a code of six characters from random, 387 million of them; the
// store draws again when it is taken.
func NewCode(random io.Reader) (string, error) {
	code := make([]byte, 0, 6)
	var buf [16]byte
	for len(code) < cap(code) {
		if _, err := io.ReadFull(random, buf[:]); err != nil {
			return "", fmt.Errorf("draw a code: %w", err)
		}
		for _, b := range buf {
			// 243 = 9*27: what lies above would favour the first letters.
			if b < 243 && len(code) < cap(code) {
				code = append(code, codeAlphabet[int(b)%len(codeAlphabet)])
			}
		}
	}
	return string(code), nil
}

// CheckURL takes the address of a page that a redirect will lead to: absolute,
// http or https, with a host, without user info, backslashes or control
// characters, at most MaxURL bytes.
func CheckURL(field, s string) (string, error) {
	s = strings.TrimSpace(s)
	bad := func(why string) (string, error) {
		return "", &Error{Kind: Invalid, Field: field, Msg: fmt.Sprintf("%s %s", field, why), Hint: "give the whole address, such as https://tickets.example/summerfest"}
	}
	if s == "" {
		return bad("is missing")
	}
	if len(s) > MaxURL {
		return bad(fmt.Sprintf("has %d bytes, at most %d are allowed", len(s), MaxURL))
	}
	for _, r := range s {
		if r <= ' ' || r == 0x7f || r == '\\' || !shown(r, 0, 0) {
			return bad("holds a space, a backslash or an invisible character")
		}
	}
	u, err := url.Parse(s)
	switch {
	case err != nil:
		return bad("is not an address")
	case u.Scheme != "http" && u.Scheme != "https":
		return bad("must begin with https:// or http://")
	case u.Hostname() == "":
		return bad("has no host name")
	case u.User != nil:
		return bad("must not hold a user name or password")
	case !ascii(u.Host):
		return bad("has a host name outside ASCII: give its xn-- form")
	case !rightPort(u.Port()):
		return bad("has a port that is no number from 1 to 65535")
	}
	if s = percentEncoded(s); len(s) > MaxURL {
		return bad(fmt.Sprintf("has %d bytes where what is outside ASCII is written as %%XX, at most %d are allowed", len(s), MaxURL))
	}
	return s, nil
}

func rightPort(port string) bool {
	n, err := strconv.ParseUint(port, 10, 16)
	return port == "" || err == nil && n > 0
}

// percentEncoded writes the bytes outside ASCII as %XX, and all others as they were
// entered.
func percentEncoded(s string) string {
	var b strings.Builder
	for i := range len(s) {
		if s[i] < 0x80 {
			b.WriteByte(s[i])
		} else {
			fmt.Fprintf(&b, "%%%02X", s[i])
		}
	}
	return b.String()
}

func ascii(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] >= 0x80 {
			return false
		}
	}
	return true
}

// CheckEmail takes one plain address, without a display name (RFC 5321 §4.1.2,
// dot-string form). An internationalised domain is given in its xn-- form.
func CheckEmail(field, s string) (string, error) {
	s = strings.TrimSpace(s)
	local, domain, _ := strings.Cut(s, "@")
	ok := len(s) <= MaxEmail && local != "" && len(local) <= 64 && domain != "" &&
		!strings.HasPrefix(local, ".") && !strings.HasSuffix(local, ".") && !strings.Contains(local, "..")
	for i := 0; ok && i < len(local); i++ {
		c := local[i]
		ok = c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || strings.IndexByte(".!#$%&'*+/=?^_`{|}~-", c) >= 0
	}
	for label := range strings.SplitSeq(domain, ".") {
		ok = ok && label != "" && len(label) <= 63 && label[0] != '-' && label[len(label)-1] != '-'
		for i := 0; ok && i < len(label); i++ {
			c := label[i]
			ok = c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '-'
		}
	}
	if !ok {
		return "", Invalidf(field, "%s %q is not an e-mail address such as ana@example.com", field, Truncate(Clean(s), 80))
	}
	return s, nil
}
