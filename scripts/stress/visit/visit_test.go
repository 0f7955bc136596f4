package visit

import (
	"bytes"
	"strings"
	"testing"
)

func TestCompare_LostAndDoubled(t *testing.T) {
	there, err := countOrders("id,checkout\na,box\nb,box\nb,box\nunanswered,box\n")
	if err != nil {
		t.Fatal(err)
	}
	a := compare([]string{"a", "b", "c"}, there)
	if a.Acknowledged != 3 || a.Lost != 1 || a.Doubled != 1 || a.Err() == nil || !strings.Contains(a.Err().Error(), "c is lost") {
		t.Errorf("%+v: %v", a, a.Err())
	}
	if a := compare([]string{"a"}, there); a.Lost != 0 || a.Doubled != 1 {
		t.Errorf("one that is doubled and was not acknowledged: %+v", a)
	}
	if a := compare([]string{"a"}, map[string]int{"a": 1, "unanswered": 1}); a.Err() != nil {
		t.Error(a.Err())
	}
	for _, bad := range []string{"", "order,checkout\na,box\n", "no client is chosen"} {
		if there, err := countOrders(bad); err == nil {
			t.Errorf("%q is %v", bad, there)
		}
	}
}

// An order that is delivered again has the same bytes; another version has not.
func TestOrderBody_Again_SameBytes(t *testing.T) {
	if !bytes.Equal(OrderBody("o1-7"), OrderBody("o1-7")) {
		t.Error("it differs")
	}
	if body := string(OrderVersion("o1-7", 2, "refunded")); !strings.Contains(body, `"version":2`) || !strings.Contains(body, `"refunded"`) {
		t.Error(body)
	}
}

func TestWanted_Words_OneIsEnough(t *testing.T) {
	if Wanted("disk full", []string{"WAL"}) || !Wanted("disk full", []string{"WAL", "disk"}) || !Wanted("x", nil) {
		t.Error("--only")
	}
}
