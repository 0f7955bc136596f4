package model

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

func live(client, event int64, typ string, link int64, face int64) TicketState {
	t := TicketState{Client: client, Event: event, Type: typ, FaceValue: face, Status: Valid, Link: link, Reason: ReasonLastClick}
	if link == 0 {
		t.Reason = ReasonNoClick
	}
	return t
}

func TestAccumulator_R17_SeveralCells_DistinctInEach(t *testing.T) {
	tally := NewAccumulator()
	tally.Add(OrderState{Currency: "GBP", Customer: 1, New: true, Tickets: []TicketState{live(1, 1, "ga", 7, 4500), live(1, 1, "vip", 7, 9000), live(1, 2, "ga", 8, 100)}})
	tally.Add(OrderState{Currency: "EUR", Customer: 1, Tickets: []TicketState{live(1, 1, "ga", 7, 0)}})
	tally.Add(OrderState{Currency: "GBP", Tickets: []TicketState{live(1, 1, "ga", 0, 1)}})

	for cell, want := range map[Bucket]Numbers{
		{Client: 1}:          {Customers: 1, NewCustomers: 1, Orders: 2, Tickets: 4, Unscanned: 4, FaceValue: Money{"GBP": 13600, "EUR": 0}},
		{Client: 1, Link: 7}: {Customers: 1, NewCustomers: 1, Orders: 2, Tickets: 3, Unscanned: 3, FaceValue: Money{"GBP": 13500, "EUR": 0}},
		{Client: 1, Link: 7, Event: 1, Type: "vip"}: {Customers: 1, NewCustomers: 1, Orders: 1, Tickets: 1, Unscanned: 1, FaceValue: Money{"GBP": 9000}},
		{Client: 1, Reason: ReasonNoClick}:          {Orders: 1, Tickets: 1, Unscanned: 1, FaceValue: Money{"GBP": 1}},
	} {
		if got := tally.Sums()[cell]; got == nil || !equal(got.Numbers, want) {
			t.Errorf("%+v: %+v, want %+v", cell, got, want)
		}
	}
}

func equal(a, b Numbers) bool {
	am, bm := a.FaceValue, b.FaceValue
	a.FaceValue, b.FaceValue = nil, nil
	return am.String() == bm.String() && a.Customers == b.Customers && a.NewCustomers == b.NewCustomers && a.Orders == b.Orders &&
		a.Tickets == b.Tickets && a.Scanned == b.Scanned && a.Unscanned == b.Unscanned
}

func TestContribute_R13_RefundedAndVoid_NotCounted(t *testing.T) {
	refunded, void := live(1, 1, "ga", 7, 4500), live(1, 1, "ga", 7, 4500)
	refunded.Status, refunded.Scanned, void.Status = Refunded, true, Void
	parts := Contribute(OrderState{Currency: "GBP", Tickets: []TicketState{refunded, void}})
	if got := parts[Bucket{Client: 1, Link: 7}]; got != (Delta{Refunded: 1, RefundedFace: 4500}) {
		t.Errorf("%+v", got)
	}
	tally := NewAccumulator()
	tally.Add(OrderState{Currency: "GBP", Customer: 1, New: true, Tickets: []TicketState{refunded}})
	if got := tally.Sums()[Bucket{Client: 1}]; !equal(got.Numbers, Numbers{}) || got.Refunded.Tickets != 1 {
		t.Errorf("%+v", got)
	}
}

func TestContribute_R15_TestOrder_CountsNowhere(t *testing.T) {
	if parts := Contribute(OrderState{Test: true, Tickets: []TicketState{live(1, 1, "ga", 7, 1)}}); len(parts) != 0 {
		t.Errorf("%+v", parts)
	}
}

// The invariants that every read must keep, on random orders.
func TestAccumulator_RandomOrders_Invariants(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		tally := NewAccumulator()
		for range rapid.IntRange(1, 20).Draw(t, "orders") {
			o := OrderState{Currency: "GBP", Customer: rapid.Int64Range(1, 5).Draw(t, "customer")}
			for range rapid.IntRange(1, 5).Draw(t, "tickets") {
				ticket := live(1, rapid.Int64Range(1, 2).Draw(t, "event"), rapid.SampledFrom([]string{"ga", "vip"}).Draw(t, "type"), rapid.Int64Range(0, 3).Draw(t, "link"), 100)
				ticket.Status = rapid.SampledFrom([]Status{Valid, Valid, Refunded, Void}).Draw(t, "status")
				ticket.Scanned = rapid.Bool().Draw(t, "scanned")
				o.Tickets = append(o.Tickets, ticket)
			}
			tally.Add(o)
		}
		var links, total Numbers
		for cell, s := range tally.Sums() {
			if s.Scanned+s.Unscanned != s.Tickets || s.Customers > s.Orders || s.NewCustomers > s.Customers || s.Orders > s.Tickets {
				t.Fatalf("%+v: %+v", cell, s)
			}
			if cell.Event == 0 && cell.Link != 0 {
				links.Tickets += s.Tickets
				links.Orders += s.Orders
			}
			if cell == (Bucket{Client: 1}) {
				total = s.Numbers
			}
		}
		if links.Tickets != total.Tickets || total.Orders > links.Orders {
			t.Fatalf("links %+v, total %+v", links, total)
		}
	})
}

func TestFilter_R21_ClockChange_LengthOfDay(t *testing.T) {
	for _, tt := range []struct {
		zone, day string
		from      string
		hours     float64
	}{
		{"Europe/London", "2025-06-02", "2025-06-02T00:00:00+01:00", 24},
		{"Europe/London", "2025-03-30", "2025-03-30T00:00:00Z", 23},
		{"Europe/London", "2025-10-26", "2025-10-26T00:00:00+01:00", 25},
		{"America/Santiago", "2025-09-06", "2025-09-06T00:00:00-04:00", 24},
		{"America/Santiago", "2025-09-07", "2025-09-07T01:00:00-03:00", 23}, // without a midnight
		{"America/Havana", "2025-11-02", "2025-11-02T00:00:00-04:00", 25},   // with two
		{"Africa/Cairo", "2025-04-25", "2025-04-25T01:00:00+03:00", 23},
		{"Asia/Kathmandu", "2025-01-01", "2025-01-01T00:00:00+05:45", 24},
	} {
		loc, err := time.LoadLocation(tt.zone)
		if err != nil {
			t.Fatal(err)
		}
		from, until, err := Filter{From: tt.day, To: tt.day}.Range(loc)
		if got := from.Format(time.RFC3339); err != nil || got != tt.from || until.Sub(from).Hours() != tt.hours {
			t.Errorf("%s in %s begins at %s and has %v hours (%v), want %s and %v", tt.day, tt.zone, got, until.Sub(from).Hours(), err, tt.from, tt.hours)
		}
	}
}
