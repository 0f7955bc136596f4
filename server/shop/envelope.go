package shop

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"lastclick/model"
)

// order is data of an order.updated, as ParseWebhook of package model reads it.
type order struct {
	ID       string   `json:"id"`
	Version  int64    `json:"version"`
	PlacedAt moment   `json:"placed_at"`
	Test     bool     `json:"test"`
	Currency string   `json:"currency"`
	Customer customer `json:"customer"`
	Tracking tracking `json:"tracking"`
	Channel  string   `json:"channel,omitempty"`
	Tickets  []ticket `json:"tickets"`
}

type customer struct {
	ID    string `json:"id,omitempty"`
	Email string `json:"email,omitempty"`
}

type tracking struct {
	Click   string `json:"click,omitempty"`
	Receipt string `json:"receipt,omitempty"`
	Code    string `json:"code,omitempty"`
	Coupon  string `json:"coupon,omitempty"`
}

type ticket struct {
	ID        string       `json:"id"`
	Event     string       `json:"event"` // the shop's own id of it
	Type      string       `json:"type"`
	TypeName  string       `json:"type_name,omitempty"`
	FaceValue int64        `json:"face_value"`
	Paid      *int64       `json:"paid,omitempty"`
	Status    model.Status `json:"status"`
}

// moment is a time that is written as RFC 3339 in UTC, to the microsecond.
type moment struct{ time.Time }

// MarshalText is what encoding/json writes.
func (m moment) MarshalText() ([]byte, error) {
	return m.UTC().AppendFormat(nil, "2006-01-02T15:04:05.999999Z07:00"), nil
}

type envelope struct {
	Type      string `json:"type"`
	Timestamp moment `json:"timestamp"`
	Data      any    `json:"data"`
}

type scan struct {
	Ticket string `json:"ticket"`
	At     moment `json:"at"`
}

// orderWebhook makes the webhook of an order as it stood at the time at. The order of a
// Sample is a test order, of every kind. What the body breaks of the rules of ParseWebhook
// is an *Unmapped.
func orderWebhook(kind Kind, at time.Time, o order, d Delivery) (Webhook, error) {
	o.Test = o.Test || isSample(o.ID)
	return webhook(kind, envelope{"order.updated", moment{at}, o}, d)
}

// scanWebhook makes the webhook of a check-in, or of one that was taken back.
func scanWebhook(kind Kind, scanned bool, ticket string, at time.Time, d Delivery) (Webhook, error) {
	name := "ticket.unscanned"
	if scanned {
		name = "ticket.scanned"
	}
	return webhook(kind, envelope{name, moment{at}, scan{ticket, moment{at}}}, d)
}

// webhook writes the body and derives the id from it: the same content has the same id,
// from whichever delivery it came.
func webhook(kind Kind, e envelope, d Delivery) (Webhook, error) {
	body, err := json.Marshal(e)
	if err != nil {
		return Webhook{}, unmapped("body", "cannot be written as a webhook: %v", err)
	}
	if err := check(body, d.Received); err != nil {
		return Webhook{}, err
	}
	sum := sha256.Sum256(body)
	return Webhook{ID: string(kind) + "-" + hex.EncodeToString(sum[:20]), Body: body}, nil
}

// check lets ParseWebhook judge the body. The names of events are those of the shop, so
// they need not be slugs: they are checked as the ids that they are.
func check(body []byte, received time.Time) error {
	w, err := model.ParseWebhook(body, received)
	faulty, ok := errors.AsType[*model.Error](err)
	switch {
	case err == nil:
	case !ok || len(faulty.Faults) == 0:
		return unmapped("body", "makes no webhook: %v", err)
	default:
		for _, f := range faulty.Faults {
			if !strings.HasSuffix(f.Field, ".event") {
				return unmapped(f.Field, "%s (of the order as it was understood)", f.Detail)
			}
		}
	}
	if w.Order == nil {
		return nil
	}
	for i, t := range w.Order.Tickets {
		if !validID(t.Event) {
			return unmapped(fmt.Sprintf("data.tickets[%d].event", i), "must be 1 to %d visible characters (of the order as it was understood)", model.MaxID)
		}
	}
	return nil
}

func validID(s string) bool {
	return s != "" && utf8.RuneCountInString(s) <= model.MaxID && model.Clean(s) == s
}

// unmapped is an *Unmapped with a formatted detail.
func unmapped(field, format string, args ...any) error {
	return &Unmapped{Field: field, Detail: fmt.Sprintf(format, args...)}
}

// quoted is foreign text as a sentence may hold it.
func quoted(s string) string { return fmt.Sprintf("%q", model.Truncate(model.Clean(s), 60)) }
