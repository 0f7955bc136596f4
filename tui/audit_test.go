package tui

import (
	"testing"

	"lastclick/model"
)

func TestAuditSaysWhatChanged(t *testing.T) {
	c := acme(t, 120, 24)
	c.press("5")
	c.sees("name Ana → Ana Lopez", "archived no → yes", "name Acme Events, window 30d")
	c.press("enter")
	c.sees("link set ana", "by Sam on 1 Jun 2026 12:55:00, client acme", "name      Ana → Ana Lopez", "Unchanged", "archived  no")
}

func TestAuditReadsAnyValue(t *testing.T) {
	c := acme(t, 80, 24)
	text := func(s string) *string { return &s }
	for _, one := range []struct {
		before, after *string
		want          string
	}{
		{nil, nil, ""},
		{nil, text(`{"a":1,"b":[1,2],"c":null,"d":"","e_f":true}`), "a 1, b [1,2], e f yes"},
		{text(`{"a":1}`), nil, "a 1 → –"},
		{text(`{"a":"x"}`), text(`{"a":"x","b":"y"}`), "b – → y"},
		{text(`not json`), text(`"text"`), `value not json → "text"`},
		{text(`{"a":`), text(`{"a":"x"}`), "a – → x"},
	} {
		if got := summary(c.env, &model.AuditEntry{Before: one.before, After: one.after}); got != one.want {
			t.Errorf("%q, not %q", got, one.want)
		}
	}
}
