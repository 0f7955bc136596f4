package model

import (
	"reflect"
	"slices"
	"strings"
	"testing"
)

// fieldsOf are the paths of a type's JSON, each with its JSON type.
func fieldsOf(t reflect.Type, under string, into map[string]string) {
	for f := range t.Fields() {
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		path, kind := under+"."+name, f.Type
		if kind.Kind() == reflect.Pointer {
			kind = kind.Elem()
		}
		switch {
		case kind.Kind() == reflect.Slice:
			into[path] = "list"
			fieldsOf(kind.Elem(), path+"[]", into)
		case kind.Kind() == reflect.Int64:
			into[path] = "integer"
		default: // times are strings too
			into[path] = "string"
		}
	}
}

func TestHookDocs_Types_AreWhatIsSent(t *testing.T) {
	docs := HookDocs()
	for i, c := range []struct {
		name string
		data any
		less []string // that this type never has
	}{
		{SaleCredited, HookSale{}, []string{"data.tickets[].cause"}},
		{SaleReversed, HookSale{}, nil},
		{TicketScanned, HookScan{}, nil},
		{HookPing, HookPingData{}, nil},
	} {
		want, got := map[string]string{}, map[string]string{}
		fieldsOf(reflect.TypeOf(c.data), "data", want)
		for _, path := range c.less {
			delete(want, path)
		}
		for _, f := range docs[i].Fields {
			got[f.Path] = f.Type
			if f.About == "" {
				t.Errorf("%s: %s is not explained", c.name, f.Path)
			}
		}
		if !slices.Equal(docs[i].Types, []string{c.name}) || !reflect.DeepEqual(got, want) {
			t.Errorf("%v: documented %v, sent %v", docs[i].Types, got, want)
		}
	}
	reversed := docs[1].Fields[len(docs[1].Fields)-1].About
	for _, cause := range []HookCause{CauseRefunded, CauseVoid, CauseTest, CauseChanged} {
		if !strings.Contains(reversed, string(cause)) {
			t.Errorf("%q lacks %s", reversed, cause)
		}
	}
}
