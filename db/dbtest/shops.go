package dbtest

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"lastclick/model"
)

// addShop adds a checkout of a shop that takes our secret.
func (w *World) addShop(name string) model.Checkout {
	w.Helper()
	_, err := w.Store.AddCheckout(w.Ctx, w.Admin, model.NewCheckout{Name: name, Kind: "woocommerce", URL: "https://woo.example/", Token: "ck_1:cs_1234"})
	w.Must(err)
	k, ok := w.Store.CheckoutByName(name)
	if !ok {
		w.Fatalf("there is no checkout %q", name)
	}
	return k
}

// shopOrder delivers an order of a shop, else of webshop, whose tickets name events by its ids.
func (w *World) shopOrder(o Order) (model.Outcome, error) {
	w.Helper()
	w.webhooks++
	d := w.Delivery(or(o.Checkout, "webshop"), or(o.WebhookID, fmt.Sprintf("woo_%d", w.webhooks)), o.Body())
	var err error
	d.Webhook, err = model.ParseShopWebhook(d.Body, time.Now())
	d.Faults = nil
	if e, ok := errors.AsType[*model.Error](err); ok {
		d.Faults = e.Faults
	}
	return w.Store.Receive(w.Ctx, d)
}

func (w *World) setShops(slug string, shops ...string) (model.Event, error) {
	return w.Store.SetEvent(w.Ctx, As("acme"), slug, model.EventChange{Shops: shops})
}

// due takes what is due, as a worker does, and returns the bodies.
func (w *World) dueDeliveries(lease time.Duration) (list []model.ShopDelivery) {
	w.Helper()
	list, err := w.Store.DueShopDeliveries(w.Ctx, model.ShopTake{Limit: 10, Each: 10, Lease: lease})
	w.Must(err)
	return list
}

func (w *World) wantDue(lease time.Duration, bodies ...string) []model.ShopDelivery {
	w.Helper()
	list := w.dueDeliveries(lease)
	var got []string
	for _, d := range list {
		got = append(got, string(d.Body))
	}
	if !slices.Equal(got, bodies) {
		w.Errorf("due %q, want %q", got, bodies)
	}
	return list
}

// keep keeps a delivery of a shop.
func (w *World) keep(k model.Checkout, body, key string, lease time.Duration) int64 {
	w.Helper()
	id, err := w.Store.KeepShopDelivery(w.Ctx, model.ShopDelivery{
		Checkout: k.ID, CheckoutName: k.Name, Header: map[string][]string{"X-Topic": {"order.updated"}}, Body: []byte(body), Received: time.Now(), FetchKey: key,
	}, lease)
	w.Must(err)
	return id
}

var shopTests = []test{
	{"an order of a shop is parked for NAME:ID, and applied once an event is that", func(w *World) {
		w.addShop("webshop")
		out, err := w.shopOrder(Order{Receipt: w.Receipt("ana@50"), Tickets: []Ticket{{ID: "T-1", Event: "Festival 2025/7"}, {ID: "T-2", Event: "1345"}}})
		w.wantStatus(out, err, model.Parked)
		items := w.wantInbox("parked order.updated woo_1")
		if *items[0].Event != "webshop:Festival 2025/7" || items[0].Reason != `the event webshop:Festival 2025/7 is not known yet: event set SLUG --shop "webshop:Festival 2025/7", or checkout set webshop --ignore "Festival 2025/7" if it is no event` {
			w.Errorf("item %s", asJSON(items[0]))
		}
		e, err := w.setShops("summerfest", "webshop:Festival 2025/7")
		w.Must(err)
		if !slices.Equal(e.Shops, []model.ShopID{{Checkout: "webshop", ID: "Festival 2025/7"}}) {
			w.Errorf("shops %s", asJSON(e.Shops))
		}
		if items = w.wantInbox("parked order.updated woo_1"); *items[0].Event != "webshop:1345" {
			w.Errorf("waits for %s now", *items[0].Event)
		}
		_, err = w.setShops("winterball", "webshop:1345", "webshop:1346")
		w.Must(err)
		w.wantInbox()
		w.want(model.Filter{}, "ana: c0 n0 o1 t2 s0/2 GBP 90.00\ntotal: c0 n0 o1 t2 s0/2 GBP 90.00")
		w.want(model.Filter{Event: "winterball"}, "ana: c0 n0 o1 t1 s0/1 GBP 45.00\ntotal: c0 n0 o1 t1 s0/1 GBP 45.00")
		out, err = w.shopOrder(Order{ID: "A-2", Receipt: w.Receipt("ana@50"), Tickets: []Ticket{{ID: "T-9", Event: "1346"}}})
		w.wantStatus(out, err, model.Applied)
		list, err := w.Store.Events(w.Ctx, As("acme"))
		w.Must(err)
		if len(list) != 2 || len(list[1].Shops) != 2 || list[1].Shops[0].ID != "1345" {
			w.Errorf("events %s", asJSON(list))
		}
	}},
	{"a shop's id that is a slug names the event of that slug, also one that is added later", func(w *World) {
		w.addShop("webshop")
		out, err := w.shopOrder(Order{Tickets: []Ticket{{ID: "T-1"}}})
		w.wantStatus(out, err, model.Applied)
		out, err = w.shopOrder(Order{ID: "A-2", Tickets: []Ticket{{ID: "T-2", Event: "gala"}}})
		w.wantStatus(out, err, model.Parked)
		parked, err := w.Send(Order{ID: "A-3", WebhookID: "msg_std", Tickets: []Ticket{{ID: "T-3", Event: "gala"}}}) // of the standard checkout
		w.wantStatus(parked, err, model.Parked)
		out, err = w.shopOrder(Order{ID: "A-4", Tickets: []Ticket{{ID: "T-4", Event: "encore"}}})
		w.wantStatus(out, err, model.Parked)
		w.AddEvent("acme", "gala")
		w.updated(model.Applied, eventBody("acme", "encore", "Encore", Minute(1)))
		w.wantInbox()
	}},
	{"a shop's id goes before a slug, and is one event's alone", func(w *World) {
		w.addShop("webshop")
		_, err := w.setShops("winterball", "webshop:summerfest")
		w.Must(err)
		out, err := w.shopOrder(Order{Tickets: []Ticket{{ID: "T-1", Event: "summerfest"}}})
		w.wantStatus(out, err, model.Applied)
		w.want(model.Filter{Event: "winterball"}, "total: "+nothing+"\nno_click: c0 n0 o1 t1 s0/1 GBP 45.00")
		_, err = w.setShops("summerfest", "webshop:summerfest")
		w.wantKind(err, model.Conflict)
		if !strings.Contains(fmt.Sprint(err), "event set winterball --shop webshop:") {
			w.Errorf("error %v", err)
		}
		w.AddClient("zenith")
		_, err = w.Store.AddEvent(w.Ctx, As("zenith"), model.NewEvent{Slug: "night", Name: "N", URL: "https://n.example/"})
		w.Must(err)
		_, err = w.Store.SetEvent(w.Ctx, As("zenith"), "night", model.EventChange{Shops: []string{"webshop:summerfest"}})
		w.wantKind(err, model.Conflict)
		if strings.Contains(fmt.Sprint(err), "winterball") {
			w.Errorf("another client's event is named: %v", err)
		}
		e, err := w.setShops("winterball", "webshop:", "webshop:7")
		w.Must(err)
		if !slices.Equal(e.Shops, []model.ShopID{{Checkout: "webshop", ID: "7"}}) {
			w.Errorf("shops %s", asJSON(e.Shops))
		}
		_, err = w.setShops("summerfest", "webshop:summerfest")
		w.Must(err)
		audit, err := w.Store.Audit(w.Ctx, w.Admin, model.Paging{Limit: 1})
		w.Must(err)
		if a := audit.Items[0]; a.Action != "event set" || !strings.Contains(*a.After, `"id":"summerfest"`) {
			w.Errorf("audit %s", asJSON(a))
		}
		for _, bad := range []string{"nowhere:1", "box:1", "webshop", ":1", "webshop:a\x1b", "webshop:" + strings.Repeat("x", model.MaxID+1)} {
			if _, err := w.setShops("summerfest", bad); err == nil {
				w.Errorf("%q was taken", bad)
			}
		}
		_, err = w.Store.AddCheckout(w.Ctx, w.Admin, model.NewCheckout{Name: "zshop", Kind: "plain", Client: "zenith"})
		w.Must(err)
		_, err = w.setShops("summerfest", "zshop:1")
		w.wantKind(err, model.NotFound)
	}},
	{"of two changes of a shop's order in one version the later arrival holds", func(w *World) {
		w.addShop("webshop")
		first, second := Order{WebhookID: "a", Tickets: []Ticket{{ID: "T-1"}, {ID: "T-2"}}}, Order{WebhookID: "b", Tickets: []Ticket{{ID: "T-1"}, {ID: "T-2", Status: model.Refunded}}}
		for range 2 { // also redelivered
			for i, o := range []Order{first, second} {
				if _, err := w.shopOrder(o); err != nil {
					w.Fatalf("%d: %v", i, err)
				}
			}
		}
		w.wantInbox()
		w.want(model.Filter{}, "total: "+nothing+"\nno_click: c0 n0 o1 t1 s0/1 GBP 45.00")
		out, err := w.shopOrder(Order{WebhookID: "d", Version: 2, Tickets: []Ticket{{ID: "T-1"}}})
		w.wantStatus(out, err, model.Applied)
		out, err = w.shopOrder(Order{WebhookID: "e", Version: 1, Tickets: []Ticket{{ID: "T-3"}}})
		w.wantStatus(out, err, model.Stale)
	}},
	{"a delivery is leased to one, and done with", func(w *World) {
		k := w.addShop("webshop")
		w.wantDue(time.Minute)
		id := w.keep(k, "one", "", 0)
		held := w.keep(k, "held", "", time.Minute) // by the door
		d := w.wantDue(time.Minute, "one")[0]
		if d.ID != id || d.CheckoutName != "webshop" || d.Checkout != k.ID || d.Header["X-Topic"][0] != "order.updated" || d.Tries != 0 || time.Since(d.Received) > time.Minute {
			w.Errorf("delivery %+v", d)
		}
		w.wantDue(time.Minute)
		w.Must(w.Store.ShopDeliveryLater(w.Ctx, id, model.ShopLater{Reason: "busy"}))
		if d = w.wantDue(0, "one")[0]; d.Tries != 1 {
			w.Errorf("%d tries", d.Tries)
		}
		w.wantDue(time.Minute, "one") // the lease of no length has ended
		w.Must(w.Store.ShopDeliveryDone(w.Ctx, id, ""))
		w.Must(w.Store.ShopDeliveryDone(w.Ctx, held, ""))
		w.wantInbox()
		if n, err := w.Store.ForgetShopDeliveries(w.Ctx, time.Now().Add(-time.Hour), 10); err != nil || n != 0 {
			w.Errorf("%d forgotten, %v", n, err)
		}
		if n, err := w.Store.ForgetShopDeliveries(w.Ctx, time.Now().Add(time.Hour), 10); err != nil || n != 2 {
			w.Errorf("%d forgotten, %v", n, err)
		}
	}},
	{"of one object one fetch is under way, of the newest delivery", func(w *World) {
		k := w.addShop("webshop")
		for _, body := range []string{"a1", "b1", "a2", "a3"} {
			w.keep(k, body, body[:1], 0)
		}
		list := w.wantDue(time.Minute, "a3", "b1")
		w.keep(k, "a4", "a", 0)
		w.wantDue(time.Minute) // a is being fetched
		w.Must(w.Store.ShopDeliveryDone(w.Ctx, list[0].ID, ""))
		w.wantDue(time.Minute, "a4")
		if c, err := w.Store.Checkout(w.Ctx, w.Admin, "webshop"); err != nil || c.Queued != 2 { // a4 and b1
			w.Errorf("%d queued, %v", c.Queued, err)
		}
	}},
	{"an API that is held is not asked, and a retry asks it", func(w *World) {
		k := w.addShop("webshop")
		w.keep(k, "a1", "a", 0)
		id := w.wantDue(time.Minute, "a1")[0].ID
		w.Must(w.Store.ShopDeliveryLater(w.Ctx, id, model.ShopLater{After: time.Hour, Hold: time.Hour, Reason: "503 \x1b[2J", Tell: true}))
		w.keep(k, "b1", "b", 0)
		w.keep(k, "whole", "", 0) // needs no API
		w.wantDue(time.Minute, "whole")
		c, err := w.Store.Checkout(w.Ctx, w.Admin, "webshop")
		w.Must(err)
		if c.HeldUntil == nil || time.Until(*c.HeldUntil) < 50*time.Minute || strings.Contains(*c.HeldReason, "\x1b") {
			w.Errorf("held %s", asJSON(c))
		}
		item := w.wantInbox(fmt.Sprintf("waiting woocommerce delivery-%d", id))[0]
		out, err := w.Store.RetryInbox(w.Ctx, w.Admin, item.ID)
		w.wantStatus(out, err, model.Queued)
		for _, d := range w.dueDeliveries(time.Minute) { // both, in any order
			w.Must(w.Store.ShopDeliveryDone(w.Ctx, d.ID, ""))
		}
		w.wantSettled(item.ID, "applied")
	}},
	{"what cannot be mapped stands in the inbox, is retried, dismissed, taken up again", func(w *World) {
		k := w.addShop("webshop")
		_, err := w.Store.KeepShopDelivery(w.Ctx, model.ShopDelivery{Checkout: k.ID, Body: []byte(`{"id":1}`), Received: time.Now(), Fault: model.Fault{Field: "line_items[0].price", Detail: "is\x1b no number"}}, 0)
		w.Must(err)
		item := w.wantInbox("unmapped woocommerce delivery-1")[0]
		item, err = w.Store.InboxItem(w.Ctx, w.Admin, item.ID)
		w.Must(err)
		if item.Body != `{"id":1}` || item.Checkout != "webshop" || item.Reason != "line_items[0].price is no number" || len(item.Errors) != 1 {
			w.Errorf("item %s", asJSON(item))
		}
		w.wantDue(time.Minute)
		out, err := w.Store.RetryInbox(w.Ctx, w.Admin, item.ID)
		w.wantStatus(out, err, model.Queued)
		d := w.wantDue(time.Minute, `{"id":1}`)[0]
		w.Must(w.Store.ShopDeliveryFailed(w.Ctx, d.ID, model.Fault{Detail: "the token is refused"}))
		if again := w.wantInbox("unmapped woocommerce delivery-1")[0]; again.Reason != "the token is refused" {
			w.Errorf("item %s", asJSON(again))
		}
		_, err = w.Store.DismissInbox(w.Ctx, w.Admin, item.ID)
		w.Must(err)
		w.wantInbox()
		_, err = w.Store.DismissInbox(w.Ctx, w.Admin, item.ID) // again is no fault
		w.Must(err)
		_, err = w.Store.DismissInbox(w.Ctx, w.Admin, 99)
		w.wantKind(err, model.NotFound)
		out, err = w.Store.RetryInbox(w.Ctx, w.Admin, item.ID)
		w.wantStatus(out, err, model.Queued)
		w.wantInbox("retrying woocommerce delivery-1")
		d = w.wantDue(time.Minute, `{"id":1}`)[0]
		w.Must(w.Store.ShopDeliveryDone(w.Ctx, d.ID, "a refund is not the price of whole tickets"))
		if note := w.wantInbox("note woocommerce delivery-1")[0]; note.Reason != "a refund is not the price of whole tickets" {
			w.Errorf("note %s", asJSON(note))
		}
		audit, err := w.Store.Audit(w.Ctx, w.Admin, model.Paging{Limit: 2})
		w.Must(err)
		if audit.Items[0].Action != "inbox retry" || audit.Items[1].Action != "inbox dismiss" {
			w.Errorf("audit %s", asJSON(audit.Items))
		}
	}},
	{"a parked webhook that is dismissed is not applied with its event, and may be taken up", func(w *World) {
		order := Order{WebhookID: "msg_a", Tickets: []Ticket{{ID: "T-1", Event: "gala"}}}
		out, err := w.Send(order)
		w.wantStatus(out, err, model.Parked)
		item := w.wantInbox("parked order.updated msg_a")[0]
		_, err = w.Store.DismissInbox(w.Ctx, w.Admin, item.ID)
		w.Must(err)
		w.AddEvent("acme", "gala")
		w.wantInbox()
		w.want(model.Filter{}, "total: "+nothing)
		out, err = w.Store.RetryInbox(w.Ctx, w.Admin, item.ID)
		w.wantStatus(out, err, model.Applied)
		w.wantSettled(item.ID, "applied")
	}},
	{"a removed checkout's queue waits, and goes on with a new token", func(w *World) {
		k := w.addShop("webshop")
		w.keep(k, "a1", "a", 0)
		d := w.wantDue(time.Minute, "a1")[0]
		w.Must(w.Store.ShopDeliveryFailed(w.Ctx, d.ID, model.Fault{Detail: "the token is refused"}))
		w.keep(k, "b1", "", 0)
		w.Must(w.Store.RemoveCheckout(w.Ctx, w.Admin, "webshop"))
		w.wantDue(time.Minute)
		_, err := w.Store.KeepShopDelivery(w.Ctx, model.ShopDelivery{Checkout: k.ID, CheckoutName: "webshop", Body: []byte("late"), Received: time.Now()}, 0)
		w.wantKind(err, model.NotFound)
		w.addShop("webshop")
		if list := w.dueDeliveries(time.Minute); len(list) != 2 {
			w.Errorf("due %+v", list)
		}
	}},
	{"the last accepted and refused delivery, and the use of secrets, are known", func(w *World) {
		first, _ := w.Store.CheckoutByName("box")
		w.Store.Heard(model.Contact{Checkout: first.ID, At: Minute(1), Refused: "401 \x1b[31mno"})
		w.Store.Heard(model.Contact{Checkout: first.ID, At: Minute(2), Secret: first.SecretIDs[0]})
		c, err := w.Store.Checkout(w.Ctx, w.Admin, "box")
		w.Must(err)
		if !c.AcceptedAt.Equal(Minute(2)) || !c.RefusedAt.Equal(Minute(1)) || *c.RefusedReason != "401 [31mno" || !c.SecretUses[0].UsedAt.Equal(Minute(2)) {
			w.Errorf("known %s", asJSON(c))
		}
		if c.Secrets != nil || c.Token != "" || c.Kind != "standard" || !strings.HasSuffix(c.URL, "/webhooks/box") {
			w.Errorf("checkout %+v", c)
		}
		_, err = w.Store.Checkout(w.Ctx, w.Admin, "nothere")
		w.wantKind(err, model.NotFound)
	}},
	{"a secret in use ends by force alone", func(w *World) {
		_, err := w.Store.RotateCheckout(w.Ctx, w.Admin, "box", model.Rotation{EndOld: true})
		w.wantKind(err, model.Conflict) // there is one alone
		_, err = w.Store.RotateCheckout(w.Ctx, w.Admin, "box", model.Rotation{})
		w.Must(err)
		k, _ := w.Store.CheckoutByName("box")
		w.Store.Heard(model.Contact{Checkout: k.ID, At: time.Now().Add(-23 * time.Hour), Secret: k.SecretIDs[1]})
		for _, r := range []model.Rotation{{}, {EndOld: true}} {
			_, err = w.Store.RotateCheckout(w.Ctx, w.Admin, "box", r)
			w.wantKind(err, model.Conflict)
		}
		ended, err := w.Store.RotateCheckout(w.Ctx, w.Admin, "box", model.Rotation{EndOld: true, Force: true})
		w.Must(err)
		after, _ := w.Store.CheckoutByName("box")
		if len(ended.Ended) != 1 || ended.Ended[0].UsedAt == nil {
			w.Errorf("the ended one is not named with its use: %+v", ended)
		}
		if len(ended.Secrets) != 1 || ended.Secret != "" || len(after.Secrets) != 1 || string(after.Secrets[0]) != string(k.Secrets[0]) {
			w.Errorf("ended %+v, live %d", ended, len(after.Secrets))
		}
	}},
	{"a shop's secret is the text that it gave, or one of ours for addresses", func(w *World) {
		_, err := w.Store.AddCheckout(w.Ctx, w.Admin, model.NewCheckout{Name: "pay", Kind: "stripe", Token: "sk_test_1234", Secret: "whsec_of_stripe"})
		w.Must(err)
		k, _ := w.Store.CheckoutByName("pay")
		if string(k.Secrets[0]) != "whsec_of_stripe" || k.Token != "sk_test_1234" || k.API != nil {
			w.Errorf("stripe %+v", k)
		}
		_, err = w.Store.RotateCheckout(w.Ctx, w.Admin, "pay", model.Rotation{})
		w.wantKind(err, model.Invalid) // it gives its own
		_, err = w.Store.RotateCheckout(w.Ctx, w.Admin, "pay", model.Rotation{Secret: "whsec_new_one"})
		w.Must(err)
		added, err := w.Store.AddCheckout(w.Ctx, w.Admin, model.NewCheckout{Name: "tix", Kind: "pretix", URL: "https://tix.example", Token: "tokentoken"})
		w.Must(err)
		k, _ = w.Store.CheckoutByName("tix")
		if string(k.Secrets[0]) != added.Secret || len(added.Secret) != 52 || *k.API != "https://tix.example" || added.Kind != "pretix" {
			w.Errorf("pretix %+v, %+v", k, added)
		}
		audit, err := w.Store.Audit(w.Ctx, w.Admin, model.Paging{})
		w.Must(err)
		for _, secret := range []string{"whsec_of_stripe", "whsec_new_one", "sk_test_1234", "tokentoken", added.Secret} {
			if strings.Contains(asJSON(audit), secret) {
				w.Errorf("%s is in the audit", secret)
			}
		}
	}},
}
