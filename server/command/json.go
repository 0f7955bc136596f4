package command

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"time"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"
)

// document is v as one line of JSON.
func document(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false) // URLs hold &, and this is not embedded in a page
	if err := e.Encode(normal(v)); err != nil {
		return nil, fmt.Errorf("write JSON: %w", err)
	}
	return escapeHidden(b.Bytes()), nil
}

// listed is a list under its plural name.
func listed(name string, items any) any { return map[string]any{name: normal(items)} }

// normal returns v in the form of the contract: a list is never null, a time is in UTC.
func normal(v any) any {
	if v == nil {
		return nil
	}
	copied := reflect.New(reflect.TypeOf(v)).Elem()
	copied.Set(reflect.ValueOf(v))
	normalize(copied)
	return copied.Interface()
}

// normalize does that in place; what v points to is copied first, since the store may
// share it.
func normalize(v reflect.Value) {
	if t, ok := v.Interface().(time.Time); ok {
		v.Set(reflect.ValueOf(t.UTC()))
		return
	}
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			fresh := reflect.New(v.Type().Elem())
			fresh.Elem().Set(v.Elem())
			normalize(fresh.Elem())
			v.Set(fresh)
		}
	case reflect.Slice:
		fresh := reflect.MakeSlice(v.Type(), v.Len(), v.Len())
		reflect.Copy(fresh, v)
		for i := range fresh.Len() {
			normalize(fresh.Index(i))
		}
		v.Set(fresh)
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				normalize(v.Field(i))
			}
		}
	}
}

// escapeHidden writes the characters that a terminal would obey or not show, and that
// encoding/json lets through, as \u escapes: the same JSON, safe on a terminal.
func escapeHidden(doc []byte) []byte {
	out := make([]byte, 0, len(doc)+16)
	for len(doc) > 0 {
		r, n := utf8.DecodeRune(doc)
		if r == '\n' || r < 0x7f || unicode.IsGraphic(r) && !unicode.In(r, unicode.Other_Default_Ignorable_Code_Point) {
			out = append(out, doc[:n]...)
		} else if r > 0xffff {
			high, low := utf16.EncodeRune(r)
			out = appendEscape(appendEscape(out, high), low)
		} else {
			out = appendEscape(out, r)
		}
		doc = doc[n:]
	}
	return out
}

func appendEscape(b []byte, r rune) []byte {
	const hex = "0123456789abcdef"
	return append(b, '\\', 'u', hex[r>>12&15], hex[r>>8&15], hex[r>>4&15], hex[r&15])
}
