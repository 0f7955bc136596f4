package model

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// shape says what a JSON value must be: "string", "time", "integer", "amount", "bool", "any", an
// object (map) or a list (one-element slice). It is only asked when a body did not
// fit the Go types, for encoding/json reports the first misfit and we report all.
type shape any

type object map[string]shape

var (
	envelopeShape = object{"type": "string", "timestamp": "time"}
	orderShape    = object{
		"id": "string", "version": "integer", "placed_at": "time", "test": "bool", "currency": "string", "tracking": "any", "channel": "string",
		"customer": object{"id": "string", "email": "string", "returning": "bool"},
		"tickets":  []shape{object{"id": "string", "event": "string", "type": "string", "type_name": "string", "face_value": "amount", "status": "string", "paid": "amount"}},
	}
	scanShape  = object{"ticket": "string", "at": "time"}
	eventShape = object{
		"id": "string", "client": "string", "name": "string", "url": "string", "starts_at": "time", "timezone": "string",
		"ticket_types": []shape{object{"id": "string", "name": "string"}},
	}
)

// shape adds a fault for every value below data that is not as s wants it.
func (f *faults) shape(data []byte, at string, s shape) {
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.UseNumber()
	var v any
	if dec.Decode(&v) == nil {
		f.compare(v, at, s)
	}
}

func (f *faults) compare(v any, at string, s shape) {
	if v == nil {
		return // null is the same as absent
	}
	misfit := func(want string) {
		kind := kindOfJSON(v)
		if strings.HasPrefix(at, "data.customer.") && strings.HasPrefix(kind, "the number") {
			kind = "a number" // which would stand in the inbox and the audit, and names a person
		}
		f.add(at, fmt.Sprintf("must be %s, not %s", want, kind))
	}
	switch s := s.(type) {
	case object:
		o, ok := v.(map[string]any)
		if !ok {
			misfit("an object")
			return
		}
		for _, key := range slices.Sorted(keysOf(s)) {
			for k, value := range o {
				if strings.EqualFold(k, key) {
					f.compare(value, join(at, key), s[key])
				}
			}
		}
	case []shape:
		list, ok := v.([]any)
		if !ok {
			misfit("a list")
			return
		}
		for i, value := range list {
			f.compare(value, fmt.Sprintf("%s[%d]", at, i), s[0])
		}
	case string:
		f.compareScalar(v, s, misfit)
	}
}

func (f *faults) compareScalar(v any, want string, misfit func(string)) {
	switch want {
	case "string", "time":
		if _, ok := v.(string); !ok {
			misfit(map[string]string{"string": "a string", "time": "a time such as \"2026-06-01T10:00:00Z\""}[want])
		}
	case "bool":
		if _, ok := v.(bool); !ok {
			misfit("true or false")
		}
	case "integer", "amount":
		n, ok := v.(json.Number)
		if _, err := n.Int64(); !ok || err != nil {
			misfit(map[string]string{"integer": "a whole number", "amount": "a whole number of minor units (4500 for GBP 45.00)"}[want])
		}
	}
}

func keysOf(o object) func(func(string) bool) {
	return func(yield func(string) bool) {
		for k := range o {
			if !yield(k) {
				return
			}
		}
	}
}

func join(at, key string) string {
	if at == "" {
		return key
	}
	return at + "." + key
}

func kindOfJSON(v any) string {
	switch v := v.(type) {
	case string:
		return "a string"
	case bool:
		return "true or false"
	case json.Number:
		return "the number " + Truncate(v.String(), 30)
	case []any:
		return "a list"
	}
	return "an object"
}
