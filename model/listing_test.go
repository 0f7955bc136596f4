package model

import (
	"strings"
	"testing"
	"time"
)

func TestCursor_EachPlace_ReadBack(t *testing.T) {
	for _, p := range []OrderPlace{
		{minute0, "box", "A-1"},
		{time.UnixMilli(-1).UTC(), "", ""},
		{time.Date(1, 1, 1, 0, 0, 0, 0, time.UTC), "web", "Bestellung № 7 \x00é"},
		{time.Date(9999, 12, 31, 23, 59, 59, 999e6, time.UTC), strings.Repeat("b", 40), strings.Repeat("€", MaxID)},
	} {
		c := p.Cursor()
		if got, err := ParseOrderCursor(c); err != nil || got != p {
			t.Errorf("%+v became %+v, %v", p, got, err)
		}
		if strings.Trim(c, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_") != "" || c[0] == '-' {
			t.Errorf("%q needs quotes in a shell, or looks like a flag", c)
		}
	}
	for _, id := range []int64{1, 50, 1 << 62} {
		if got, err := ParseIDCursor(AuditList, IDCursor(AuditList, id)); err != nil || got != id {
			t.Errorf("%d became %d, %v", id, got, err)
		}
	}
}

func TestCursor_Other_Refused(t *testing.T) {
	order, audit := OrderPlace{minute0, "box", "A-1"}.Cursor(), IDCursor(AuditList, 7)
	wrong := []string{"", "x", "null", "A-1", "%%%", order + "A", "A" + order, order[:len(order)-1], order[1:], strings.ToLower(order), order + "\n", " " + order, "\x1b[31m"}
	for i := range order {
		altered := []byte(order)
		altered[i] = map[bool]byte{true: 'A', false: 'B'}[altered[i] == 'B']
		wrong = append(wrong, string(altered))
	}
	for _, s := range append(wrong, audit) {
		if p, err := ParseOrderCursor(s); KindOf(err) != Invalid || FieldError(err, "before") == nil {
			t.Errorf("%q is the place %+v, %v", s, p, err)
		}
	}
	for _, s := range append(wrong, order) {
		if id, err := ParseIDCursor(AuditList, s); KindOf(err) != Invalid {
			t.Errorf("%q is the id %d, %v", s, id, err)
		}
	}
	if _, err := ParseIDCursor(InboxList, audit); KindOf(err) != Invalid {
		t.Errorf("the inbox takes the cursor of the audit trail: %v", err)
	}
}

func FuzzParseOrderCursor(f *testing.F) {
	f.Add(OrderPlace{minute0, "box", "A-1"}.Cursor())
	f.Add(cursor(OrderList, []byte{0x80}))
	f.Add(cursor(OrderList, []byte{2, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1, 'x'}))
	f.Fuzz(func(t *testing.T, s string) {
		for _, s := range []string{s, cursor(OrderList, []byte(s))} {
			if p, err := ParseOrderCursor(s); err == nil {
				if again, err := ParseOrderCursor(p.Cursor()); err != nil || again != p {
					t.Errorf("%q is %+v, and that %+v, %v", s, p, again, err)
				}
			}
		}
	})
}
