package shop

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"lastclick/model"
)

func TestLine_RefundTakesTheHighestFirst(t *testing.T) {
	paid := int64(8001)
	l := line{id: "315", event: "1345", kind: "1352", name: "GA", units: 3, face: 13500, paid: &paid, refunded: 2}
	want := []string{"7-315-1 4500 2667 valid", "7-315-2 4500 2667 refunded", "7-315-3 4500 2667 refunded"}
	show := func(tickets []ticket) []string {
		var lines []string
		for _, x := range tickets {
			lines = append(lines, fmt.Sprintf("%s %d %d %s", x.ID, x.FaceValue, *x.Paid, x.Status))
		}
		return lines
	}
	if got := show(l.tickets("7")); !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	l.void = true
	want[0] = "7-315-1 4500 2667 void"
	if got := show(l.tickets("7")); !slices.Equal(got, want) {
		t.Errorf("void: got %q, want %q", got, want)
	}
}

// However a line is refunded over time, its tickets keep their ids and their money, a
// larger refund holds the tickets of a smaller one, and the money adds up.
func TestLine_Properties(t *testing.T) {
	for range 500 {
		l := line{id: "1", event: "e", kind: "k", units: 1 + rand.IntN(12), face: rand.Int64N(100_000)}
		var before []ticket
		for l.refunded = 0; l.refunded <= l.units; l.refunded++ {
			tickets := l.tickets("o")
			sum, gone := int64(0), 0
			for i, x := range tickets {
				sum += x.FaceValue
				if x.Status == model.Refunded {
					gone++
				} else if before != nil && before[i].Status == model.Refunded {
					t.Fatalf("%+v: ticket %s comes back", l, x.ID)
				}
				if before != nil && (before[i].ID != x.ID || before[i].FaceValue != x.FaceValue) {
					t.Fatalf("%+v: ticket %d was %+v, is %+v", l, i, before[i], x)
				}
			}
			if sum != l.face || gone != l.refunded {
				t.Fatalf("%+v: %d in all, %d refunded", l, sum, gone)
			}
			before = tickets
		}
	}
}

func TestTicketsOf_Refused(t *testing.T) {
	minus := int64(-1)
	good := line{id: "1", event: "e", kind: "k", units: 600}
	for _, c := range []struct {
		lines []line
		want  string
	}{
		{nil, "lines holds no tickets"},
		{[]line{{id: "1"}}, "lines holds no tickets"},
		{[]line{good, good}, "lines[1] makes more than 1000"},
		{[]line{{id: "1", units: -1}}, "lines[0] makes more"},
		{[]line{good, {id: "2", units: 1, face: -1}}, "lines[1] has a negative price"},
		{[]line{{id: "2", units: 1, paid: &minus}}, "lines[0] has a negative price"},
	} {
		if tickets, err := ticketsOf("o", "lines", c.lines); err == nil || !strings.HasPrefix(err.Error(), c.want) {
			t.Errorf("%d tickets, %v; want an error %q", len(tickets), err, c.want)
		}
	}
}

func orderOf(status ...model.Status) order {
	o := order{ID: "o", Currency: "GBP"}
	for i, s := range status {
		o.Tickets = append(o.Tickets, ticket{ID: fmt.Sprint(i), Status: s})
	}
	return o
}

// Of two contents of one time the one that came about later is newer, whichever arrives
// first; other contents have other versions; a later time is always newer.
func TestVersion(t *testing.T) {
	at := time.Date(2026, 6, 1, 10, 0, 0, 250_000_000, time.UTC)
	valid := orderOf(model.Valid, model.Valid)
	known := orderOf(model.Valid, model.Valid)
	known.Customer.Email = "kim@example.com"
	tracked := known
	tracked.Tracking.Click = "x"
	part := orderOf(model.Valid, model.Refunded) // even where it knows less
	gone := orderOf(model.Void, model.Refunded)
	inOrder := []order{valid, known, tracked, part, gone}
	for _, step := range []time.Duration{time.Second, time.Millisecond} {
		var versions []int64
		for _, o := range inOrder {
			v := o.version(at, step)
			if again := o.version(at, step); again != v {
				t.Errorf("%d, then %d", v, again)
			}
			if start := at.Truncate(step).UnixMicro(); v < start || v >= start+step.Microseconds() {
				t.Errorf("step %s: version %d is not in the step that begins at %d", step, v, start)
			}
			if v >= 1<<53 {
				t.Errorf("version %d is no whole number in a float", v)
			}
			versions = append(versions, v)
		}
		if !slices.IsSorted(versions) || len(slices.Compact(versions)) != len(inOrder) {
			t.Errorf("step %s: versions %d", step, versions)
		}
		if next := valid.version(at.Add(step), step); next <= gone.version(at, step) {
			t.Errorf("step %s: what came later has version %d", step, next)
		}
	}
	all := orderOf(slices.Repeat([]model.Status{model.Void}, model.MaxTickets)...)
	all.Tracking.Click, all.Customer.Email = "x", "y"
	for _, step := range []time.Duration{time.Second, time.Millisecond, time.Microsecond} {
		if v := all.version(at, step); v < at.Truncate(step).UnixMicro() || v >= at.Truncate(step).Add(step).UnixMicro() {
			t.Errorf("step %s: the largest order has version %d", step, v)
		}
	}
}

// The version that is sent is no content: it must not move itself.
func TestVersion_OfItselfIsNone(t *testing.T) {
	a := orderOf(model.Valid)
	b := a
	b.Version = 99
	if at := time.Unix(1780308000, 0); a.version(at, time.Second) != b.version(at, time.Second) {
		t.Error("the version depends on the version")
	}
}

// Ticket Tailor's messages: a change of a ticket beats any time of sending, and among
// messages of the same tickets the one sent later is newer.
func TestTTVersion(t *testing.T) {
	changed := time.Unix(1780308000, 0)
	valid, void := orderOf(model.Valid, model.Valid), orderOf(model.Valid, model.Void)
	last := int64(0)
	for _, after := range []time.Duration{-time.Second, time.Second, 2 * time.Second, 31 * time.Second, 32 * time.Second, time.Minute, time.Hour, 30 * time.Hour, 1000 * time.Hour, 100000 * time.Hour} {
		v := valid.ttVersion(changed, changed.Add(after))
		if v <= last {
			t.Errorf("sent after %s: version %d, before it %d", after, v, last)
		}
		last = v
	}
	if v := void.ttVersion(changed, changed); v <= last {
		t.Errorf("a void ticket has version %d, the same order sent years later %d", v, last)
	}
	gone := orderOf(slices.Repeat([]model.Status{model.Void}, model.MaxTickets)...)
	if v, next := gone.ttVersion(changed, changed.Add(1<<62)), valid.ttVersion(changed.Add(time.Second), changed); v >= next {
		t.Errorf("a change one second later has version %d, before it %d", next, v)
	}
}

func TestCarried(t *testing.T) {
	token := "mfzwizltmvrgc3dfonzw63djon2a"
	for value, want := range map[string]tracking{
		token:                            {Click: token},
		strings.ToUpper(token):           {Click: strings.ToUpper(token)},
		" " + token + "\n":               {Click: token},
		token[:19]:                       {Code: token[:19]},
		token[:20]:                       {Click: token[:20]},
		token + "aaaa":                   {Click: token + "aaaa"},
		token + "aaaaa":                  {Code: token + "aaaaa"},
		"ana":                            {Code: "ana"},
		"ana-summer-2026-newsletter":     {Code: "ana-summer-2026-newsletter"},
		strings.Repeat("A_", 40) + "-09": {Receipt: strings.Repeat("A_", 40) + "-09"},
	} {
		if got := carried(value); got != want {
			t.Errorf("carried(%q) = %+v, want %+v", value, got, want)
		}
	}
	// The shortest receipt that is ever signed must not be taken for a token.
	key := model.NewKeyring(model.SigningKey{ID: 1, Secret: make([]byte, 32)})
	if receipt := key.Sign(model.Receipt{}, time.Now()); carried(receipt).Receipt != receipt {
		t.Errorf("the receipt %q is taken as %+v", receipt, carried(receipt))
	}
}
