package model

import (
	"slices"
	"testing"
)

func TestSortedCursor_EachSortAndDirection_ReadBack(t *testing.T) {
	gbp := Money{"GBP": 4500}
	for _, o := range []OrderSummary{
		{ID: "A-1", Checkout: "box", PlacedAt: minute0, Tickets: 3, FaceValue: gbp, Links: []string{"ana", "bea"}},
		{ID: "Bestellung № 7", Checkout: "web", PlacedAt: minute0.AddDate(-100, 0, 0), FaceValue: Money{}},
	} {
		for _, by := range OrderSorts {
			for _, up := range []bool{false, true} {
				p := PlaceOf(&o, by, up)
				if got, err := ParseSortedCursor(p.Cursor()); err != nil || got != p {
					t.Errorf("%+v became %+v, %v", p, got, err)
				}
			}
		}
	}
	if p, err := ParseSortedCursor(IDCursor(AuditList, 7)); KindOf(err) != Invalid {
		t.Errorf("a cursor of the audit trail is the place %+v, %v", p, err)
	}
}

func FuzzParseSortedCursor(f *testing.F) {
	f.Add([]byte{1, 0, 2, 0, 2, 3, 'b', 'o', 'x'})
	f.Add([]byte{2, 1, 0x80})
	f.Fuzz(func(t *testing.T, b []byte) {
		s := cursor(SortedOrderList, b)
		if p, err := ParseSortedCursor(s); err == nil {
			if again, err := ParseSortedCursor(p.Cursor()); err != nil || again != p {
				t.Errorf("%q is %+v, and that %+v, %v", s, p, again, err)
			}
		}
	})
}

func TestSearchWords_Text_CleanWordsAtMostEight(t *testing.T) {
	if got := SearchWords("  VIP\x1b[31m \t ana "); !slices.Equal(got, []string{"VIP[31m", "ana"}) {
		t.Errorf("%q", got)
	}
	if got := SearchWords("a b c d e f g h i j"); len(got) != 8 {
		t.Errorf("%q", got)
	}
}

func TestSearchPatterns_Wildcards_StandForThemselves(t *testing.T) {
	for word, want := range map[string][]string{"Ana": {"ana"}, "50%_~": {"50~%~_~~"}, "ölm": {"ölm", "Ölm"}} {
		got := SearchPatterns(word)
		if !slices.Equal(got, want) {
			t.Errorf("%q gives %q, want %q", word, got, want)
		}
	}
}
