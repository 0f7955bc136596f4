package shop

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"time"

	"lastclick/model"
)

// decode reads the JSON of a delivery into v. Its error is an *Unmapped.
func decode(body []byte, v any) error {
	err := json.Unmarshal(body, v)
	if err == nil {
		return nil
	}
	if understood, ok := errors.AsType[*Unmapped](err); ok {
		return understood
	}
	if wrong, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		field := wrong.Field
		if field == "" {
			field = "body"
		}
		return unmapped(model.Truncate(model.Clean(field), model.MaxID), "has another type than the shop's documents say: %s", wrong.Value)
	}
	return unmapped("body", "is not JSON: %v", err)
}

// text is a string, or a number that stands for one, such as an id. null is empty.
type text string

// UnmarshalJSON takes a string, a number or null.
func (t *text) UnmarshalJSON(b []byte) error {
	switch {
	case bytes.Equal(b, []byte("null")):
		*t = ""
		return nil
	case b[0] == '"':
		var s string
		if err := json.Unmarshal(b, &s); err != nil {
			return err
		}
		*t = text(strings.TrimSpace(s))
		return nil
	case b[0] == '-' || b[0] >= '0' && b[0] <= '9':
		*t = text(b)
		return nil
	}
	return &json.UnmarshalTypeError{Value: kindOf(b)}
}

// truth is true, "true", 1 and "1". All else is false, null too.
type truth bool

// UnmarshalJSON takes any value.
func (t *truth) UnmarshalJSON(b []byte) error {
	s := strings.ToLower(strings.Trim(string(b), `"`))
	*t = s == "true" || s == "1"
	return nil
}

func kindOf(b []byte) string {
	switch b[0] {
	case '{':
		return "object"
	case '[':
		return "array"
	}
	return "bool"
}

// amount reads t as an amount in major units. Its error is an *Unmapped.
func (t text) amount(field, currency string) (int64, error) {
	n, err := minorUnits(string(t), currency)
	if err != nil {
		return 0, unmapped(field, "%v", err)
	}
	return n, nil
}

// time reads t as a time of RFC 3339. Its error is an *Unmapped.
func (t text) time(field string) (time.Time, error) {
	at, err := model.ParseTime(string(t))
	if err != nil {
		return at, unmapped(field, "%v", err)
	}
	return at, nil
}

// units reads t as a number of tickets, 0 or more; empty is 0. Its error is an *Unmapped.
func (t text) units(field string) (int, error) {
	if t == "" {
		return 0, nil
	}
	n, err := minorUnits(string(t), "JPY") // which has no decimals
	if err != nil || n < 0 {
		return 0, unmapped(field, "must be a whole number, 0 or more")
	}
	return int(min(n, model.MaxTickets+1)), nil
}

// isNumber says whether t is written in digits alone, as the ids of many shops are.
func isNumber(t text) bool {
	return t != "" && len(t) <= 20 && strings.Trim(string(t), "0123456789") == ""
}

// channelName is a shop's own word for where an order was made, as it may be shown.
func channelName(s string) string { return model.Truncate(model.Clean(s), 40) }
