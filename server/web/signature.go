package web

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
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
	maxSignatures = 16              // in one header that are compared
)

// webhookHeaders are the headers of Standard Webhooks. They prove nothing before
// verify.
type webhookHeaders struct {
	id         string
	timestamp  int64 // Unix seconds
	signatures string
}

// parseWebhookHeaders reads the three headers. Its error is a sentence for the sender.
func parseWebhookHeaders(h http.Header) (webhookHeaders, error) {
	parsed := webhookHeaders{
		id:         h.Get(standardwebhooks.HeaderWebhookID),
		signatures: h.Get(standardwebhooks.HeaderWebhookSignature),
	}
	timestamp := h.Get(standardwebhooks.HeaderWebhookTimestamp)
	var missing []string
	for _, f := range []struct{ name, value string }{
		{standardwebhooks.HeaderWebhookID, parsed.id},
		{standardwebhooks.HeaderWebhookTimestamp, timestamp},
		{standardwebhooks.HeaderWebhookSignature, parsed.signatures},
	} {
		if f.value == "" {
			missing = append(missing, f.name)
		}
	}
	if len(missing) > 0 {
		return parsed, fmt.Errorf("missing headers: %s; sign as https://www.standardwebhooks.com says", strings.Join(missing, ", "))
	}
	if !validWebhookID(parsed.id) {
		return parsed, fmt.Errorf("the header webhook-id must be 1 to %d visible ASCII characters", maxWebhookID)
	}
	var err error
	// The signature covers the text of the number, so only its plain form is taken.
	if parsed.timestamp, err = strconv.ParseInt(timestamp, 10, 64); err != nil || strconv.FormatInt(parsed.timestamp, 10) != timestamp {
		return parsed, errors.New("the header webhook-timestamp must be a number of Unix seconds, such as 1780308000")
	}
	return parsed, nil
}

// validWebhookID takes ids with a dot too, which the specification forbids and some
// senders use: the body begins with '{', so the signed text is still read one way only.
func validWebhookID(id string) bool {
	for i := range len(id) {
		if id[i] <= ' ' || id[i] > '~' {
			return false
		}
	}
	return len(id) <= maxWebhookID
}

// checkTime looks whether the timestamp is at most tolerance before or after now. Its
// error is a sentence for the sender.
func (h webhookHeaders) checkTime(now time.Time) error {
	switch allowed := int64(tolerance / time.Second); {
	case h.finer(now) != "":
		return fmt.Errorf("webhook-timestamp is in %s, and it must be in seconds: %d", h.finer(now), now.Unix())
	case h.timestamp < now.Unix()-allowed:
		return fmt.Errorf("webhook-timestamp is more than 5 minutes behind our clock (%s): sign each attempt with the time at which it is sent", now.UTC().Format(time.RFC3339))
	case h.timestamp > now.Unix()+allowed:
		return fmt.Errorf("webhook-timestamp is more than 5 minutes ahead of our clock (%s): set your clock", now.UTC().Format(time.RFC3339))
	}
	return nil
}

// finer is the unit of a timestamp that is as many times larger than now as a second has of
// it; empty where it is in seconds.
func (h webhookHeaders) finer(now time.Time) string {
	for _, u := range []struct {
		name    string
		seconds int64
	}{{"milliseconds", 1_000}, {"microseconds", 1_000_000}, {"nanoseconds", 1_000_000_000}} {
		if in := h.timestamp / u.seconds; in > now.Unix()/2 && in < now.Unix()*2 {
			return u.name
		}
	}
	return ""
}

// verify returns which of the secrets signed the headers and the body, at a time that
// checkTime passes. An empty secret signs nothing. Its error is a sentence for the sender.
func (h webhookHeaders) verify(body []byte, secrets [][]byte, now time.Time) (int, error) {
	if err := h.checkTime(now); err != nil {
		return 0, err
	}
	for i, secret := range secrets {
		if len(secret) == 0 {
			continue
		}
		want := h.sign(body, secret)
		n := 0
		for signature := range strings.SplitSeq(h.signatures, " ") {
			if n++; n > maxSignatures {
				break
			}
			if hmac.Equal([]byte(signature), []byte(want)) {
				return i, nil
			}
		}
	}
	if !strings.Contains(h.signatures, "v1,") {
		return 0, errors.New("webhook-signature holds no signature that begins with v1, and a comma: v1,<base64 of the HMAC-SHA256>")
	}
	return 0, errors.New("webhook-signature does not match: sign webhook-id.webhook-timestamp.body, byte for byte as it is sent, with this checkout's secret")
}

// sign is the signature as the library makes it, which copies the body twice for that: a
// stranger's flood of large bodies would be three times as much work for the garbage
// collector.
func (h webhookHeaders) sign(body, secret []byte) string {
	mac := hmac.New(sha256.New, secret)
	fmt.Fprintf(mac, "%s.%d.", h.id, h.timestamp)
	mac.Write(body)
	return "v1," + base64.StdEncoding.EncodeToString(mac.Sum(nil))
}
