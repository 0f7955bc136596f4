package platform

import (
	"testing"

	"lastclick/model"
	"lastclick/tui/ui"
)

func TestAuditSummary_AnyValue_InWords(t *testing.T) {
	text := func(s string) *string { return &s }
	for _, one := range []struct {
		before, after *string
		want          string
	}{
		{nil, nil, ""},
		{nil, text(`{"a":1,"b":[1,2],"c":null,"d":"","e_f":true}`), "a 1, b [1,2], e f yes"},
		{text(`{"a":1}`), nil, "a 1 → –"},
		{text(`{"a":"x"}`), text(`{"a":"x","b":"y","c":null}`), "b – → y"},
		{text(`not json`), text(`"text"`), `value not json → "text"`},
		{text(`{"a":`), text(`{"a":"x"}`), "a – → x"},
	} {
		if got := summary(ui.NewTheme(nil, false), &model.AuditEntry{Before: one.before, After: one.after}); got != one.want {
			t.Errorf("%q, not %q", got, one.want)
		}
	}
}
