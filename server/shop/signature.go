package shop

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"strconv"
	"strings"
	"time"
)

const (
	tolerance     = 5 * time.Minute // of a signed timestamp, both ways
	maxSignatures = 16              // in one header that are compared
)

// signed says whether one of the secrets made one of the signatures, which are HMAC-SHA256
// sums, over the parts one behind the other. An empty secret signs nothing.
func signed(secrets []string, signatures [][]byte, parts ...[]byte) bool {
	ok := false
	for _, secret := range secrets {
		if secret == "" {
			continue
		}
		want := sign(secret, parts...)
		for _, s := range signatures {
			ok = hmac.Equal(s, want) || ok
		}
	}
	return ok
}

// sign is the HMAC-SHA256 sum over the parts, one behind the other.
func sign(secret string, parts ...[]byte) []byte {
	mac := hmac.New(sha256.New, []byte(secret))
	for _, p := range parts {
		mac.Write(p)
	}
	return mac.Sum(nil)
}

// hexSum is a signature written in hex, nil for one that is none.
func hexSum(s string) []byte {
	sum, err := hex.DecodeString(s)
	if err != nil {
		return nil
	}
	return sum
}

// base64Sum is a signature written in base64, nil for one that is none.
func base64Sum(s string) []byte {
	sum, err := base64.StdEncoding.Strict().DecodeString(s)
	if err != nil {
		return nil
	}
	return sum
}

// stamped is a header of the form "t=1780308000,v1=<hex>,v1=<hex>", as Stripe and Ticket
// Tailor write it.
type stamped struct {
	text       string // the timestamp as it is signed
	at         time.Time
	signatures [][]byte // of the scheme v1
}

// parseStamped reads the header; ok is false where it has no timestamp or no signature.
func parseStamped(header string) (s stamped, ok bool) {
	for field := range strings.SplitSeq(header, ",") {
		name, value, _ := strings.Cut(strings.TrimSpace(field), "=")
		switch {
		case name == "t" && s.text == "":
			seconds, err := strconv.ParseInt(value, 10, 64)
			// The signature covers the text of the number, so only its plain form is taken.
			if err != nil || strconv.FormatInt(seconds, 10) != value {
				return s, false
			}
			s.text, s.at = value, time.Unix(seconds, 0)
		case name == "v1" && len(s.signatures) < maxSignatures:
			if sum := hexSum(value); sum != nil {
				s.signatures = append(s.signatures, sum)
			}
		}
	}
	return s, s.text != "" && len(s.signatures) > 0
}

// fresh says whether at is at most tolerance from now.
func fresh(at, now time.Time) bool {
	off := at.Unix() - now.Unix() // a Duration would end after 292 years
	allowed := int64(tolerance / time.Second)
	return -allowed <= off && off <= allowed
}
