package command

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"time"
)

// answer is what a command says, in the forms that may be asked for.
type answer struct {
	json any               // one document
	csv  func() [][]string // the names of the columns first; nil where nothing is listed
	text func(*page)
}

// reply writes the form of the answer that the flags ask for, in one piece.
func (s *session) reply(a answer) error {
	var out []byte
	switch {
	case s.json:
		var err error
		if out, err = document(a.json); err != nil {
			return err
		}
	case s.csv:
		out = sheet(a.csv())
	default:
		p := s.page()
		a.text(p)
		out = p.bytes()
	}
	if _, err := s.Out.Write(out); err != nil {
		return errGone
	}
	return nil
}

// errGone: nobody reads any more.
var errGone = errors.New("the client is gone")

// document is v as one line of JSON.
func document(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false) // addresses hold & and nobody embeds this in a page
	if err := e.Encode(normal(v)); err != nil {
		return nil, fmt.Errorf("write JSON: %w", err)
	}
	return escapeHidden(b.Bytes()), nil
}

// sheet is rows as CSV, in one piece.
func sheet(rows [][]string) []byte {
	var b bytes.Buffer
	w := newSheet(bufio.NewWriter(&b))
	for _, row := range rows {
		_ = w.add(row) // a buffer takes everything
	}
	_ = w.end()
	return b.Bytes()
}

// listed is a list under its plural name.
func listed(name string, items any) any { return map[string]any{name: normal(items)} }

// normal returns v as programs are promised it: a list is never null and a time is
// UTC.
func normal(v any) any {
	if v == nil {
		return nil
	}
	copied := reflect.New(reflect.TypeOf(v)).Elem()
	copied.Set(reflect.ValueOf(v))
	normalize(copied)
	return copied.Interface()
}

// normalize does that in place, on copies of what the store may still hold.
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
