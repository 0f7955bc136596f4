package model

import (
	"encoding/json"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
)

// shapeFields are the fields of a shape by their paths, with their types.
func shapeFields(at string, s shape, into map[string]string) {
	switch s := s.(type) {
	case object:
		if at != "data" && at != "" {
			into[at] = "object"
		}
		for key, value := range s {
			shapeFields(join(at, key), value, into)
		}
	case []shape:
		into[at] = "list"
		for key, value := range s[0].(object) {
			shapeFields(at+"[]."+key, value, into)
		}
	case string:
		if kind, ok := map[string]string{"any": "object", "time": "string", "amount": "integer"}[s]; ok {
			s = kind
		}
		into[at] = s
	}
}

// What the parser takes is what is documented, with the same types.
func TestReference_Fields_AreThoseOfTheParser(t *testing.T) {
	shapes := map[string]object{"order.placed": orderShape, "ticket.scanned": scanShape, "event.updated": eventShape}
	if len(WebhookDocs()) != len(shapes) {
		t.Fatalf("%d types are documented, %d are parsed", len(WebhookDocs()), len(shapes))
	}
	compare := func(name string, want map[string]string, docs []FieldDoc) {
		got := map[string]string{}
		for _, d := range docs {
			if !strings.HasPrefix(d.Path, "data.tracking.") { // it is read leniently: see the next test
				got[d.Path] = d.Type
			}
			if d.About == "" {
				t.Errorf("%s: %s says nothing", name, d.Path)
			}
		}
		if !maps.Equal(got, want) {
			t.Errorf("%s: documented %v, parsed %v", name, got, want)
		}
	}
	for _, doc := range WebhookDocs() {
		want := map[string]string{}
		shapeFields("data", shapes[doc.Types[0]], want)
		compare(doc.Types[0], want, doc.Fields)
	}
	envelope := map[string]string{"data": "object"}
	shapeFields("", envelopeShape, envelope)
	compare("envelope", envelope, EnvelopeDoc())
}

// Each documented part of tracking reaches the order, and each part of it is documented.
func TestReference_Tracking_IsThatOfTheParser(t *testing.T) {
	documented := 0
	for _, d := range WebhookDocs()[0].Fields {
		name, ok := strings.CutPrefix(d.Path, "data.tracking.")
		if !ok {
			continue
		}
		documented++
		var value any = "abc"
		if d.Type == "bool" {
			value = false
		}
		raw, err := json.Marshal(map[string]any{name: value})
		if err != nil {
			t.Fatal(err)
		}
		if parseTracking(raw) == (Tracking{}) {
			t.Errorf("%s is documented and not read", d.Path)
		}
	}
	if n := reflect.TypeFor[Tracking]().NumField(); n != documented {
		t.Errorf("an order's tracking has %d parts, %d are documented", n, documented)
	}
}

// A body without one of the fields that must be there is a fault of that field.
func TestReference_Must_IsThatOfTheParser(t *testing.T) {
	now := time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)
	good := map[string]string{
		"order.placed":   `{"id":"A","version":1,"placed_at":"2026-06-01T10:00:00Z","test":false,"currency":"GBP","customer":{"id":"c","email":"e@example.com","returning":false},"tracking":{"receipt":"r","code":"ana"},"tickets":[{"id":"T","event":"fest","type":"ga","type_name":"GA","face_value":1,"status":"valid"}]}`,
		"ticket.scanned": `{"ticket":"T","at":"2026-06-01T10:00:00Z"}`,
		"event.updated":  `{"id":"fest","client":"acme","name":"Fest","url":"https://x.example/","starts_at":"2026-06-01T10:00:00Z","timezone":"Europe/London","ticket_types":[{"id":"ga","name":"GA"}]}`,
	}
	for _, doc := range WebhookDocs() {
		typ := doc.Types[0]
		for _, f := range doc.Fields {
			var data any
			if err := json.Unmarshal([]byte(good[typ]), &data); err != nil {
				t.Fatal(err)
			}
			remove(data, strings.Split(strings.TrimPrefix(f.Path, "data."), "."))
			body, err := json.Marshal(map[string]any{"type": typ, "data": data})
			if err != nil {
				t.Fatal(err)
			}
			_, err = ParseWebhook(body, now)
			if refused := err != nil; refused != f.Must {
				t.Errorf("%s without %s: %v; documented as must %v", typ, f.Path, err, f.Must)
			}
			if want := strings.ReplaceAll(f.Path, "[]", "[0]"); f.Must && !strings.Contains(fmt.Sprint(faultFields(err)), want) {
				t.Errorf("%s without %s: the faults are %v", typ, f.Path, faultFields(err))
			}
		}
	}
}

func faultFields(err error) (fields []string) {
	if e, ok := errors.AsType[*Error](err); ok {
		for _, f := range e.Faults {
			fields = append(fields, f.Field)
		}
	}
	return fields
}

// remove takes the field at the path away.
func remove(v any, path []string) {
	o := v.(map[string]any)
	name, list := strings.CutSuffix(path[0], "[]")
	switch {
	case len(path) == 1:
		delete(o, name)
	case list:
		remove(o[name].([]any)[0], path[1:])
	default:
		remove(o[name], path[1:])
	}
}

// Every constant that is a Reason is listed.
func TestReference_Reasons_AreAll(t *testing.T) {
	file, err := parser.ParseFile(token.NewFileSet(), "attribute.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	var declared []string
	ast.Inspect(file, func(n ast.Node) bool {
		if v, ok := n.(*ast.ValueSpec); ok && v.Type != nil && fmt.Sprint(v.Type) == "Reason" {
			declared = append(declared, strings.Trim(v.Values[0].(*ast.BasicLit).Value, `"`))
		}
		return true
	})
	var listed []string
	for _, r := range Reasons() {
		listed = append(listed, string(r))
		if r.Explain() == string(r) {
			t.Errorf("the reason %s is not explained", r)
		}
	}
	slices.Sort(declared)
	slices.Sort(listed)
	if len(declared) == 0 || !slices.Equal(declared, listed) {
		t.Errorf("declared %v, listed %v", declared, listed)
	}
}
