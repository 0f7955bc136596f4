package web

import (
	"crypto/hmac"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"
)

const (
	tolerance     = 5 * time.Minute // of a webhook's timestamp, both ways
	maxWebhookID  = 128             // bytes
	maxSignatures = 16              // that are tried of one header
)

// claim is what the headers of a webhook say, not proved yet.
type claim struct {
	id         string
	at         int64 // Unix seconds
	signatures string
}

// readClaim takes the three headers of Standard Webhooks. Its error is a sentence
// for the sender.
func readClaim(h http.Header) (claim, error) {
	c := claim{
		id:         h.Get(standardwebhooks.HeaderWebhookID),
		signatures: h.Get(standardwebhooks.HeaderWebhookSignature),
	}
	stamp := h.Get(standardwebhooks.HeaderWebhookTimestamp)
	var missing []string
	for _, f := range []struct{ name, value string }{
		{standardwebhooks.HeaderWebhookID, c.id},
		{standardwebhooks.HeaderWebhookTimestamp, stamp},
		{standardwebhooks.HeaderWebhookSignature, c.signatures},
	} {
		if f.value == "" {
			missing = append(missing, f.name)
		}
	}
	if len(missing) > 0 {
		return c, fmt.Errorf("missing headers: %s; sign as https://www.standardwebhooks.com says", strings.Join(missing, ", "))
	}
	if !validID(c.id) {
		return c, fmt.Errorf("the header webhook-id must be 1 to %d visible ASCII characters", maxWebhookID)
	}
	var err error
	// Only the one way to write a number: what is signed is its text.
	if c.at, err = strconv.ParseInt(stamp, 10, 64); err != nil || strconv.FormatInt(c.at, 10) != stamp {
		return c, errors.New("the header webhook-timestamp must be a number of Unix seconds, such as 1780308000")
	}
	return c, nil
}

// validID is lenient: the specification asks for an id without a dot, but some
// senders have one, and a body that begins with '{' leaves no second way to read
// what was signed.
func validID(id string) bool {
	for i := range len(id) {
		if id[i] <= ' ' || id[i] > '~' {
			return false
		}
	}
	return len(id) <= maxWebhookID
}

// prove says what is wrong with the claim over the body at the time now, or nil
// when one of the secrets signed it. An empty secret proves nothing.
func (c claim) prove(body []byte, secrets [][]byte, now time.Time) error {
	switch allowed := int64(tolerance / time.Second); {
	case c.at < now.Unix()-allowed:
		return fmt.Errorf("webhook-timestamp lies more than 5 minutes behind our clock (%s): sign every attempt anew", now.UTC().Format(time.RFC3339))
	case c.at > now.Unix()+allowed:
		return fmt.Errorf("webhook-timestamp lies more than 5 minutes ahead of our clock (%s): set your clock", now.UTC().Format(time.RFC3339))
	}
	for _, secret := range secrets {
		if len(secret) == 0 {
			continue
		}
		key, err := standardwebhooks.NewWebhookRaw(secret)
		if err != nil {
			continue
		}
		want, err := key.Sign(c.id, time.Unix(c.at, 0), body)
		if err != nil {
			continue
		}
		n := 0
		for signature := range strings.SplitSeq(c.signatures, " ") {
			if n++; n > maxSignatures {
				break
			}
			if hmac.Equal([]byte(signature), []byte(want)) {
				return nil
			}
		}
	}
	return errors.New("webhook-signature does not hold: sign webhook-id.webhook-timestamp.body, to the byte as it is sent, with this checkout's secret")
}
