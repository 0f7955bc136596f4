package command

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"time"

	"lastclick/model"
)

// document is v as one line of JSON.
func document(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false) // URLs hold &, and this is not embedded in a page
	if err := e.Encode(normal(v)); err != nil {
		return nil, fmt.Errorf("write JSON: %w", err)
	}
	return model.EscapeHidden(b.Bytes()), nil
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
