package shop

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"
	"time"

	"lastclick/model"
)

// entry is an entry of a ticket that was read over the API, or one that was taken back.
type entry struct {
	ticket  string
	scanned bool
	at      time.Time
}

// fetchedWebhooks makes the webhooks of an order that was read over the API and of the
// entries with its tickets. The order's version is when the fetch began, in milliseconds:
// what is read later is never older, since each change of an order brings a message whose
// fetch begins after the change. The id of an entry is the same whenever it is read.
func fetchedWebhooks(kind Kind, began time.Time, o order, entries []entry) ([]Webhook, error) {
	d := Delivery{Received: began}
	o.Version = began.UnixMilli()
	w, err := orderWebhook(kind, began, o, d)
	if err != nil {
		return nil, err
	}
	webhooks := append(make([]Webhook, 0, 1+len(entries)), w)
	for _, e := range entries {
		if w, err = scanWebhook(kind, e.scanned, e.ticket, e.at.Truncate(time.Millisecond), d); err != nil {
			return nil, err
		}
		webhooks = append(webhooks, w)
	}
	return webhooks, nil
}

// at names a field of an element of a list in a shop's JSON.
func at(list string, i int, field string) string { return fmt.Sprintf("%s[%d].%s", list, i, field) }

// number is an id that the shop writes as a number.
func number(id int64) string { return strconv.FormatInt(id, 10) }

// plainID says whether an id of a message may become part of a path: 1 to limit ASCII
// letters, digits and the characters of more, and not dots alone.
func plainID(id, more string, limit int) bool {
	if id == "" || len(id) > limit {
		return false
	}
	dots := true
	for i := range len(id) {
		c := id[i]
		if !(c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9') {
			ok := false
			for j := range len(more) {
				ok = ok || more[j] == c
			}
			if !ok {
				return false
			}
		}
		dots = dots && c == '.'
	}
	return !dots
}

// list is a list of an answer with at most as many elements as an order has tickets. A
// longer one is an *Unmapped, and is not held in memory.
type list[T any] []T

// UnmarshalJSON takes a list or null.
func (l *list[T]) UnmarshalJSON(b []byte) error {
	*l = nil
	if b[0] != '[' {
		return json.Unmarshal(b, (*[]T)(l))
	}
	in := json.NewDecoder(bytes.NewReader(b))
	if _, err := in.Token(); err != nil {
		return err
	}
	for in.More() {
		if len(*l) == model.MaxTickets {
			return unmapped("body", "holds a list of more than %d elements", model.MaxTickets)
		}
		var v T
		if err := in.Decode(&v); err != nil {
			return err
		}
		*l = append(*l, v)
	}
	return nil
}
