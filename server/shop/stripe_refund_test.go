package shop

import (
	"math/rand/v2"
	"testing"

	"lastclick/model"
)

// TestStripeRefunds_Rule has the cases that the rule names. A line is its units and what
// each has cost; want has a letter a ticket, v for valid and r for refunded.
func TestStripeRefunds_Rule(t *testing.T) {
	type l struct{ units, each int }
	for _, c := range []struct {
		name    string
		lines   []l
		refunds []int64
		all     bool
		want    string
	}{
		{"none", []l{{2, 45}}, nil, false, "vv"},
		{"one of two: the highest", []l{{2, 45}}, []int64{45}, false, "vr"},
		{"both at once", []l{{2, 45}}, []int64{90}, false, "rr"},
		{"just a line's", []l{{2, 45}, {1, 20}}, []int64{90}, false, "rrv"},
		{"just a unit of an earlier line", []l{{2, 45}, {1, 20}}, []int64{45}, false, "vrv"},
		{"the last line where two fit", []l{{1, 45}, {1, 45}}, []int64{45}, false, "vr"},
		{"one after the other", []l{{2, 45}, {1, 90}}, []int64{45, 45}, false, "rrv"},
		{"less than a ticket", []l{{2, 45}}, []int64{20}, false, "vv"},
		{"less, and the rest", []l{{2, 45}}, []int64{20, 25}, false, "vr"},
		{"over lines, the last first", []l{{2, 45}, {1, 20}}, []int64{65}, false, "vrr"},
		{"a dearer one is passed over", []l{{2, 45}, {1, 90}}, []int64{50}, false, "vrv"},
		{"a free one stays", []l{{1, 45}, {1, 0}}, []int64{45}, false, "rv"},
		{"a free one stays beside more than a ticket", []l{{1, 45}, {1, 0}}, []int64{50}, false, "rv"},
		{"all, a free one too", []l{{1, 45}, {1, 0}}, nil, true, "rr"},
		{"an empty line", []l{{1, 45}, {0, 0}, {1, 20}}, []int64{20}, false, "vr"},
		{"more than all", []l{{2, 45}}, []int64{1000}, false, "rr"},
	} {
		var lines []line
		var tickets []ticket
		for _, x := range c.lines {
			paid := int64(x.units * x.each)
			ln := line{id: "l", units: x.units, paid: &paid}
			lines, tickets = append(lines, ln), append(tickets, ln.tickets("o")...)
		}
		applyStripeRefunds(tickets, lines, c.refunds, c.all)
		if got := letters(tickets); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
}

func letters(tickets []ticket) string {
	var b []byte
	for _, t := range tickets {
		b = append(b, string(t.Status)[0])
	}
	return string(b)
}

// TestStripeRefunds_Properties: a further refund never gives a ticket back, and the
// tickets that are refunded have cost at most what was given back.
func TestStripeRefunds_Properties(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for range 2000 {
		var lines []line
		for range 1 + random.IntN(4) {
			paid := random.Int64N(300)
			lines = append(lines, line{id: "l", units: random.IntN(4), paid: &paid})
		}
		make1 := func() (tickets []ticket) {
			for _, l := range lines {
				tickets = append(tickets, l.tickets("o")...)
			}
			return tickets
		}
		var refunds []int64
		before := make1()
		for range 5 {
			refunds = append(refunds, random.Int64N(120))
			now := make1()
			applyStripeRefunds(now, lines, refunds, false)
			taken, given := int64(0), int64(0)
			for i, x := range now {
				if before[i].Status == model.Refunded && x.Status != model.Refunded {
					t.Fatalf("%v gives ticket %d back", refunds, i)
				}
				if x.Status == model.Refunded {
					taken += *x.Paid
				}
			}
			for _, r := range refunds {
				given += r
			}
			if taken > given {
				t.Fatalf("%v takes tickets of %d", refunds, taken)
			}
			before = now
		}
	}
}
