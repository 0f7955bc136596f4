package db_test

import (
	"testing"

	"lastclick/db/dbtest"
	"lastclick/model"
)

// BenchmarkOrders is a page of 40 of 100,000 orders with 5,000 links, and how many there
// are; each time after a change, so that it is read from the tables. The bound is 50 ms.
func BenchmarkOrders(b *testing.B) {
	s, w := openBench(b)
	dbtest.Season(w, 5000, 100_000)
	for _, bench := range []struct {
		name   string
		filter model.OrderFilter
	}{
		{"newest", model.OrderFilter{}},
		{"oldest", model.OrderFilter{Up: true}},
		{"by_tickets", model.OrderFilter{Sort: model.SortTickets}},
		{"by_face_value", model.OrderFilter{Sort: model.SortFace}},
		{"by_link", model.OrderFilter{Sort: model.SortLink}},
		{"of_a_link", model.OrderFilter{Link: "sub-50"}},
		{"unattributed", model.OrderFilter{Unattributed: true}},
		{"event", model.OrderFilter{Event: "summerfest"}},
		{"search_event", model.OrderFilter{Search: "winterball"}},
		{"search_type_by_face", model.OrderFilter{Search: "vip", Sort: model.SortFace}},
		{"search_order", model.OrderFilter{Search: "s-77"}},
		{"search_link", model.OrderFilter{Search: "sub-50"}},
		{"search_words", model.OrderFilter{Search: "person vip summer", Sort: model.SortTickets}},
		{"search_nothing", model.OrderFilter{Search: "nobody"}},
	} {
		filter := bench.filter
		filter.Limit = 40
		read := func(b *testing.B) {
			for b.Loop() {
				b.StopTimer()
				w.Place(dbtest.Order{ID: "A-1", WebhookID: "", Version: nextVersion(), Tickets: []dbtest.Ticket{{ID: "A-1"}}})
				b.StartTimer()
				page, err := s.Orders(b.Context(), w.Owner, filter)
				if err != nil || len(page.Items) == 0 && bench.name != "search_nothing" {
					b.Fatalf("%d orders, %v", len(page.Items), err)
				}
			}
		}
		b.Run(bench.name, read)
		page, err := s.Orders(b.Context(), w.Owner, filter)
		if err != nil || page.Next == "" {
			continue
		}
		filter.Before = page.Next
		b.Run(bench.name+"_next", read)
	}
}

var benchVersion int64

func nextVersion() int64 {
	benchVersion++
	return benchVersion
}
