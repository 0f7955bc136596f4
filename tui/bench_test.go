package tui

import (
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/muesli/termenv"

	"lastclick/model"
	"lastclick/tui/page"
)

// BenchmarkKeyPress5000 is a key in a table of 5,000 links, and the frame after it.
// The bound is 5 ms a key.
func BenchmarkKeyPress5000(b *testing.B) {
	for _, k := range []struct {
		name string
		keys []string
	}{
		{"move", []string{"j"}},
		{"page", []string{"pgdown", "pgup"}},
		{"sort", []string{"s"}},
		{"unfold", []string{" "}},
		{"unfold_all", []string{"e"}},
		{"filter", []string{"/", "4", "backspace", "esc"}},
		{"filter_close", []string{"/", "p", "r", "n", "backspace", "backspace", "backspace", "esc"}},
	} {
		b.Run(k.name, func(b *testing.B) {
			c := open(b, setup{client: "acme", store: manyLinks(5000), w: 120, h: 36, profile: termenv.ANSI})
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				c.app.Update(keyMsg(k.keys[i%len(k.keys)]))
			}
		})
	}
}

// BenchmarkKeyPressOrders is a key in a full window of orders, beside 5,000 links, and the
// frame after it. The bound is 5 ms a key.
func BenchmarkKeyPressOrders(b *testing.B) {
	store := manyLinks(5000)
	store.orders = nil
	for i := range 1000 {
		store.orders = append(store.orders, model.OrderSummary{
			ID: fmt.Sprint("A-", 100_000-i), Checkout: "shop", PlacedAt: noon.Add(-time.Duration(i) * time.Minute), Tickets: 2,
			FaceValue: model.Money{"GBP": 9000}, Links: []string{"ana"}, Reasons: []model.Reason{model.ReasonLastClick},
		})
	}
	for _, k := range []struct {
		name string
		keys []string
	}{
		{"move", []string{"j"}},
		{"page", []string{"pgdown", "pgup"}},
		{"search", []string{"/", "4", "backspace", "esc"}},
		{"sort", []string{"s"}},
	} {
		b.Run(k.name, func(b *testing.B) {
			c := open(b, setup{client: "acme", store: store, w: 120, h: 36, profile: termenv.ANSI})
			c.press("3")
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				c.app.Update(keyMsg(k.keys[i%len(k.keys)]))
			}
		})
	}
}

// BenchmarkLiveChange is what a change costs a session beside the store: the new data
// measured, taken in, sorted and drawn.
func BenchmarkLiveChange(b *testing.B) {
	b.Run("30_links", func(b *testing.B) { liveChange(b, manyLinks(30)) })
	b.Run("5000_links", func(b *testing.B) { liveChange(b, manyLinks(5000)) })
}

// BenchmarkLiveChange_Shared is what it costs one of 50 sessions that show the same.
func BenchmarkLiveChange_Shared(b *testing.B) {
	b.Run("30_links", func(b *testing.B) { sharedChange(b, manyLinks(30)) })
	b.Run("1000_links", func(b *testing.B) { sharedChange(b, manyLinks(1000)) })
}

func sharedChange(b *testing.B, store *fakeStore) {
	shared := &page.Shared{}
	var consoles []*console
	for range 50 {
		consoles = append(consoles, open(b, setup{client: "acme", store: store, w: 120, h: 36, profile: termenv.ANSI, shared: shared}))
	}
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		if i%len(consoles) == 0 {
			store.filters = nil
			store.stats = soldOneMore(store.stats, i/len(consoles))
		}
		c := consoles[i%len(consoles)]
		c.later = nil
		c.send(movedMsg{c.live.gen})
	}
}

// soldOneMore is the next version of the page: one link has sold a ticket.
func soldOneMore(st model.Stats, link int) model.Stats {
	st.Version++
	st.Links = slices.Clone(st.Links)
	for _, n := range []*model.Numbers{&st.Total, &st.Links[link%len(st.Links)].Numbers} {
		n.Customers, n.NewCustomers, n.Orders, n.Tickets, n.Unscanned = n.Customers+1, n.NewCustomers+1, n.Orders+1, n.Tickets+1, n.Unscanned+1
		n.FaceValue = maps.Clone(n.FaceValue)
		n.FaceValue.Add("GBP", 4500)
	}
	return st
}

func liveChange(b *testing.B, store *fakeStore) {
	c := open(b, setup{client: "acme", store: store, w: 120, h: 36, profile: termenv.ANSI})
	b.ReportAllocs()
	for b.Loop() {
		c.send(movedMsg{c.live.gen})
	}
}

// BenchmarkKeyPress5000_Preview is a move in 5,000 links beside the preview, with the read
// that follows it. The bound is 5 ms a key.
func BenchmarkKeyPress5000_Preview(b *testing.B) {
	c := open(b, setup{client: "acme", store: manyLinks(5000), w: 200, h: 50, profile: termenv.ANSI})
	keys := []string{"j", "j", "pgdown", "k"}
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		c.send(keyMsg(keys[i%len(keys)]))
		c.elapse()
	}
}

// BenchmarkPalette is a key in the palette of a client with 5,000 links, 200 events and
// orders, and the frame after it. The bound is 5 ms a key.
func BenchmarkPalette(b *testing.B) {
	store := manyLinks(5000)
	for i := range 200 {
		store.events = append(store.events, model.Event{Slug: fmt.Sprint("event-", i), Name: fmt.Sprintf("Event number %d of the summer", i)})
	}
	for i := range 200 {
		store.orders = append(store.orders, model.OrderSummary{ID: fmt.Sprint("A-", i), Checkout: "shop"})
	}
	for _, keys := range [][]string{{"p", "e", "r", "7", "backspace", "backspace", "backspace", "backspace"}, {"down"}, {"esc", ":"}} {
		b.Run(keys[0], func(b *testing.B) {
			c := open(b, setup{client: "acme", store: store, w: 120, h: 36, profile: termenv.ANSI})
			c.press(":")
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				c.app.Update(keyMsg(keys[i%len(keys)]))
			}
		})
	}
}
