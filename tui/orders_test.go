package tui

import (
	"strings"
	"testing"

	"github.com/muesli/termenv"

	"lastclick/model"
)

func TestOrders_NewOrder_OnTop(t *testing.T) {
	store := newFake()
	c := open(t, setup{client: "acme", store: store, profile: termenv.Ascii})
	c.press("3", "j")
	selected := c.line("▌")
	fresh := model.OrderSummary{ID: "A-1043", Checkout: "shop", PlacedAt: noon, Tickets: 1, FaceValue: model.Money{"GBP": 4500}, Links: []string{"ana"}, Reasons: []model.Reason{model.ReasonLastClick}}
	store.orders = append([]model.OrderSummary{fresh}, store.orders...)
	c.send(movedMsg{c.live.gen})
	c.sees("A-1043", "5 orders")
	if got := c.line("▌"); got != selected {
		t.Errorf("the cursor went from %q to %q", selected, got)
	}
	if head, row := c.line("Placed"), c.line("A-1043"); !strings.Contains(c.screen(), head+"\n"+row) {
		t.Errorf("the newest order is not on top:\n%s", c.screen())
	}
}

func TestOrders_Paused_StandsStillAndCounts(t *testing.T) {
	store := newFake()
	c := open(t, setup{client: "acme", store: store, profile: termenv.Ascii})
	c.press("3", "p")
	c.sees("Paused · 0 new · p goes on")
	for _, id := range []string{"A-1", "A-2"} {
		store.orders = append([]model.OrderSummary{{ID: id, Checkout: "shop", PlacedAt: noon}}, store.orders...)
		c.send(movedMsg{c.live.gen})
	}
	c.sees("Paused · 2 new", "4 orders")
	c.misses("A-2 ")
	c.press("space")
	c.sees("A-2 ", "6 orders")
	c.misses("Paused")
}

func TestOrders_Unattributed_OnRequest(t *testing.T) {
	store := newFake()
	c := open(t, setup{client: "acme", store: store, profile: termenv.Ascii})
	c.press("3", "u")
	c.sees("Orders with tickets that no link is credited with")
	if f := store.asked[len(store.asked)-1]; !f.Unattributed || f.Limit != 200 {
		t.Errorf("the store was asked for %+v", f)
	}
	c.press("1", "g", "enter", "o")
	c.sees("Orders credited to ana")
	if f := store.asked[len(store.asked)-1]; f.Link != "ana" {
		t.Errorf("the store was asked for %+v", f)
	}
}

func TestR10_Order_ExplainedClickByClick(t *testing.T) {
	c := acme(t, 120, 40)
	c.press("3", "enter")
	c.sees("Order A-1042 · shop", "a new customer: their first purchase", "Rule last-click", "A click counts for 30 days.",
		"✓ Credited to Ana Lopez (ana): the last link that was clicked, 24 minutes before the order.", "1 × General Admission · Summer Fest 2026", "1 × VIP · Summer Fest 2026",
		"DJ Bo (bo-dj)                came after the order (2 minutes after)",
		"1 Jun 12:59:00  ▸ the order", "won (24 minutes before)", "a later click took over (2 hours before)",
		"another promoter's link", "too old: a click counts for 30 days (39 days before)",
		"refunded · GBP 45.00", "scanned · GBP 45.00",
		"! Credited to no link: the last click was on a link of another event.", "its link does not track this event",
		"! Credited to no link: the customer clicked no tracking link.")
}
