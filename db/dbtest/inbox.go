package dbtest

import (
	"fmt"
	"slices"
	"strings"

	"lastclick/model"
)

// wantInbox compares the open items, the newest first, each "state type webhook-id".
func (w *World) wantInbox(want ...string) []model.InboxItem {
	w.Helper()
	inbox, err := w.Store.Inbox(w.Ctx, w.Admin, model.Paging{Limit: model.MaxLimit})
	w.Must(err)
	var got []string
	for _, i := range inbox.Items {
		got = append(got, i.State+" "+i.Type+" "+i.WebhookID)
	}
	if !slices.Equal(got, want) {
		w.Errorf("inbox %q, want %q", got, want)
	}
	return inbox.Items
}

// wantSettled fails unless nothing waits, and the item keeps its state.
func (w *World) wantSettled(id int64, state string) {
	w.Helper()
	w.wantInbox()
	item, err := w.Store.InboxItem(w.Ctx, w.Admin, id)
	w.Must(err)
	if item.State != state || item.ResolvedAt == nil {
		w.Errorf("settled %s", asJSON(item))
	}
	_, err = w.Store.RetryInbox(w.Ctx, w.Admin, id)
	w.wantKind(err, model.Conflict)
}

var inboxTests = []test{
	{"a body with faults is kept, and may come again corrected", func(w *World) {
		bad := Order{WebhookID: "msg_a", Currency: "XXX", Tickets: []Ticket{{ID: "T-1", Face: -9, Event: "no"}}}
		for range 3 {
			_, err := w.Send(bad)
			w.wantFaults(err, "data.currency", "data.tickets[0].event")
		}
		items := w.wantInbox("refused order.updated msg_a") // once
		item, err := w.Store.InboxItem(w.Ctx, w.Admin, items[0].ID)
		w.Must(err)
		if item.Body != string(bad.Body()) || len(item.Errors) != 2 || item.Checkout != "box" || !strings.Contains(item.Reason, "data.currency") {
			w.Errorf("kept %s", asJSON(item))
		}
		_, err = w.Store.RetryInbox(w.Ctx, w.Admin, item.ID)
		w.wantFaults(err, "data.currency", "data.tickets[0].event")
		w.Place(Order{WebhookID: "msg_a", Tickets: []Ticket{{ID: "T-1"}}}) // the same id, corrected
		w.want(model.Filter{}, "no_click: c0 n0 o1 t1 s0/1 GBP 45.00")
		w.wantSettled(item.ID, "refused")
	}},
	{"a refused body is resolved also by a corrected one that was parked first", func(w *World) {
		for _, at := range []string{"box", "web"} {
			if at == "web" {
				w.AddCheckout("web", "")
			}
			_, err := w.Send(Order{Checkout: at, WebhookID: "msg_a", Currency: "XXX", Tickets: []Ticket{{ID: "T-1"}}})
			w.wantFaults(err, "data.currency")
		}
		out, err := w.Send(Order{WebhookID: "msg_a", Tickets: []Ticket{{ID: "T-1", Event: "gala"}}})
		w.wantStatus(out, err, model.Parked)
		refused := w.wantInbox("parked order.updated msg_a", "refused order.updated msg_a", "refused order.updated msg_a")[2]
		w.AddEvent("acme", "gala")
		w.wantInbox("refused order.updated msg_a") // the other checkout's
		_, err = w.Store.RetryInbox(w.Ctx, w.Admin, refused.ID)
		w.wantKind(err, model.Conflict)
	}},
	{"R12 an order of an unknown event is parked, and applied once the event is there", func(w *World) {
		order := Order{WebhookID: "msg_a", Customer: "kim", Receipt: w.Receipt("ana@50"), Tickets: []Ticket{{ID: "T-1"}, {ID: "T-2", Event: "gala"}, {ID: "T-3", Event: "encore"}}}
		for range 2 {
			out, err := w.Send(order)
			w.wantStatus(out, err, model.Parked)
			if out.Reason != "unknown_event" || out.Event != "gala" {
				w.Errorf("outcome %s", asJSON(out))
			}
		}
		items := w.wantInbox("parked order.updated msg_a")
		if *items[0].Event != "gala" {
			w.Errorf("waits for %s, want the first event that is missing", *items[0].Event)
		}
		w.want(model.Filter{}, "total: "+nothing)
		out, err := w.Store.RetryInbox(w.Ctx, w.Admin, items[0].ID)
		w.wantStatus(out, err, model.Parked)
		w.AddEvent("acme", "gala")
		if items = w.wantInbox("parked order.updated msg_a"); *items[0].Event != "encore" {
			w.Errorf("waits for %s now", *items[0].Event)
		}
		w.AddEvent("acme", "encore")
		w.wantInbox()
		w.want(model.Filter{}, "ana: c1 n1 o1 t3 s0/3 GBP 135.00\ntotal: c1 n1 o1 t3 s0/3 GBP 135.00")
		out, err = w.Send(order)
		w.wantStatus(out, err, model.Duplicate)
		if verdicts(out) != "T-1 ana last_click, T-2 ana last_click, T-3 ana last_click" {
			w.Errorf("after all: %s", asJSON(out))
		}
		item, err := w.Store.InboxItem(w.Ctx, w.Admin, items[0].ID)
		w.Must(err)
		if item.State != "applied" || item.ResolvedAt == nil {
			w.Errorf("item %s", asJSON(item))
		}
		_, err = w.Store.RetryInbox(w.Ctx, w.Admin, item.ID)
		w.wantKind(err, model.Conflict)
	}},
	{"R11 R12 parked orders are applied in the order of their arrival", func(w *World) {
		for v := range 5 {
			out, err := w.Send(Order{Version: int64(5 - v), Tickets: []Ticket{{ID: fmt.Sprint("T-", v), Event: "gala"}}})
			w.wantStatus(out, err, model.Parked)
		}
		out, err := w.Deliver("box", "", []byte(`{"type":"event.updated","data":{"id":"gala","client":"acme","name":"Gala","url":"https://g.example/"}}`))
		w.wantStatus(out, err, model.Applied)
		if out.Event != "gala" {
			w.Errorf("outcome %s", asJSON(out))
		}
		w.wantInbox()
		orders, err := w.Store.Orders(w.Ctx, As("acme"), model.OrderFilter{})
		w.Must(err)
		if len(orders.Items) != 1 || orders.Items[0].Version != 5 {
			w.Errorf("orders %s", asJSON(orders))
		}
	}},
	{"what was parked may end refused or in conflict", func(w *World) {
		out, err := w.Send(Order{ID: "A-1", WebhookID: "msg_a", Tickets: []Ticket{{ID: "T-1", Event: "gala"}}})
		w.wantStatus(out, err, model.Parked)
		out, err = w.Send(Order{ID: "A-2", WebhookID: "msg_b", Tickets: []Ticket{{ID: "T-1", Event: "gala"}}}) // the same ticket
		w.wantStatus(out, err, model.Parked)
		out, err = w.Send(Order{ID: "A-1", WebhookID: "msg_c", Tickets: []Ticket{{ID: "T-2", Event: "gala"}}}) // the same version
		w.wantStatus(out, err, model.Parked)
		w.AddEvent("acme", "gala")
		w.wantInbox("conflict order.updated msg_c", "refused order.updated msg_b")
		_, err = w.Send(Order{ID: "A-2", WebhookID: "msg_b", Tickets: []Ticket{{ID: "T-1", Event: "gala"}}})
		w.wantFaults(err, "data.tickets[0].id")
		w.Place(Order{ID: "A-2", WebhookID: "msg_b", Tickets: []Ticket{{ID: "T-3", Event: "gala"}}}) // corrected, under its id
	}},
	{"an event of an unknown client is refused until the client is there", func(w *World) {
		body := []byte(`{"type":"event.updated","data":{"id":"nightshift","client":"zenith","name":"Night","url":"https://z.example/","starts_at":"2025-06-20T19:30:00+01:00"}}`)
		_, err := w.Deliver("box", "msg_a", body)
		w.wantFaults(err, "data.client")
		item := w.wantInbox("refused event.updated msg_a")[0]
		w.AddClient("zenith")
		out, err := w.Store.RetryInbox(w.Ctx, w.Admin, item.ID)
		w.wantStatus(out, err, model.Applied)
		w.wantInbox()
		e, err := w.Store.Event(w.Ctx, As("zenith"), "nightshift")
		w.Must(err)
		if e.Timezone != "Europe/London" || e.StartsAt == nil {
			w.Errorf("event %s", asJSON(e))
		}
		out, err = w.Deliver("box", "msg_a", body)
		w.wantStatus(out, err, model.Duplicate)
		_, err = w.Deliver("box", "", []byte(`{"type":"event.updated","data":{"id":"nightshift","client":"acme","name":"Mine","url":"https://a.example/"}}`))
		w.wantFaults(err, "data.client")
	}},
	{"a refused body that comes again when it fits leaves the inbox", func(w *World) {
		body := []byte(`{"type":"event.updated","data":{"id":"nightshift","client":"zenith","name":"Night","url":"https://z.example/"}}`)
		_, err := w.Deliver("box", "msg_a", body)
		w.wantFaults(err, "data.client")
		w.AddClient("zenith")
		out, err := w.Deliver("box", "msg_a", body)
		w.wantStatus(out, err, model.Applied)
		w.wantInbox()
	}},
	{"an admin applies what came under a used webhook-id", func(w *World) {
		w.Place(Order{WebhookID: "msg_a", Tickets: []Ticket{{ID: "T-1"}}})
		_, err := w.Send(Order{WebhookID: "msg_a", Version: 2, Tickets: []Ticket{{ID: "T-1", Status: model.Refunded}}})
		w.wantKind(err, model.Conflict)
		item := w.wantInbox("conflict order.updated msg_a")[0]
		out, err := w.Store.RetryInbox(w.Ctx, w.Admin, item.ID)
		w.wantStatus(out, err, model.Applied)
		w.want(model.Filter{}, "total: "+nothing)
		w.wantInbox()
		out, err = w.Send(Order{WebhookID: "msg_a", Version: 2, Tickets: []Ticket{{ID: "T-1", Status: model.Refunded}}})
		w.wantStatus(out, err, model.Duplicate)
		w.wantInbox()
	}},
	{"there is no such item", func(w *World) {
		_, err := w.Store.InboxItem(w.Ctx, w.Admin, 99)
		w.wantKind(err, model.NotFound)
		_, err = w.Store.RetryInbox(w.Ctx, w.Admin, 99)
		w.wantKind(err, model.NotFound)
	}},
}
