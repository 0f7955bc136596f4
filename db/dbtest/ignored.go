package dbtest

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"lastclick/model"
)

func (w *World) ignore(ids ...string) (model.Checkout, error) {
	return w.Store.SetCheckout(w.Ctx, w.Admin, "webshop", model.CheckoutChange{Ignore: ids})
}

func (w *World) noIgnore(ids ...string) {
	w.Helper()
	_, err := w.Store.SetCheckout(w.Ctx, w.Admin, "webshop", model.CheckoutChange{NoIgnore: ids})
	w.Must(err)
}

// wantRefused fails unless err is a conflict that says how.
func (w *World) wantRefused(err error, how string) {
	w.Helper()
	w.wantKind(err, model.Conflict)
	if !strings.Contains(fmt.Sprint(err), how) {
		w.Errorf("error %v, want one that says %q", err, how)
	}
}

// ignoredTests are about what shops sell beside tickets: 77 is a shirt, 78 a poster.
var ignoredTests = []test{
	{"an order waits for an id, and is applied without it once it is ignored", func(w *World) {
		w.addShop("webshop")
		order := Order{WebhookID: "a", Receipt: w.Receipt("ana@50"), Tickets: []Ticket{{ID: "T-1"}, {ID: "S-1", Event: "77"}}}
		out, err := w.shopOrder(order)
		w.wantStatus(out, err, model.Parked)
		item := w.wantInbox("parked order.updated a")[0]
		if want := "the event webshop:77 is not known yet: event set SLUG --shop webshop:77, or checkout set webshop --ignore 77 if it is no event"; item.Reason != want {
			w.Errorf("reason %q", item.Reason)
		}
		k, err := w.ignore("77", " 78 ", "77")
		w.Must(err)
		if !slices.Equal(k.Ignored, []string{"77", "78"}) || k.Secrets != nil || k.Token != "" {
			w.Errorf("checkout %+v", k)
		}
		w.wantSettled(item.ID, "applied")
		sold := "ana: c0 n0 o1 t1 s0/1 GBP 45.00\ntotal: c0 n0 o1 t1 s0/1 GBP 45.00"
		w.want(model.Filter{}, sold)
		for _, id := range []string{"a", "b"} { // again, also under another id
			order.WebhookID = id
			out, err = w.shopOrder(order)
			w.wantStatus(out, err, model.Duplicate)
			if verdicts(out) != "T-1 ana last_click" {
				w.Errorf("%s: %s", id, asJSON(out))
			}
		}
		w.want(model.Filter{}, sold)
		out, err = w.Send(Order{ID: "B-1", Tickets: []Ticket{{ID: "T-1", Event: "mug"}}}) // of another checkout
		w.wantStatus(out, err, model.Parked)
	}},
	{"an order of nothing else is taken, is no fault and counts nowhere", func(w *World) {
		w.addShop("webshop")
		_, err := w.ignore("77", "78")
		w.Must(err)
		merch := Order{ID: "M-1", WebhookID: "m", Placed: Minute(1), Customer: "kim", Receipt: w.Receipt("ana@0"), Click: w.Token("bea@0", 1), Tickets: []Ticket{{ID: "S-1", Event: "77"}, {ID: "S-2", Event: "78"}}}
		out, err := w.shopOrder(merch)
		w.wantStatus(out, err, model.Ignored)
		if out.Order != "M-1" || len(out.Tickets) != 0 {
			w.Errorf("outcome %s", asJSON(out))
		}
		for range 2 {
			out, err = w.shopOrder(merch)
			w.wantStatus(out, err, model.Duplicate)
		}
		w.wantInbox()
		w.want(model.Filter{}, "total: "+nothing)
		// A purchase of a shirt makes no one an older customer, and binds no token.
		out, err = w.shopOrder(Order{ID: "A-1", Customer: "kim", Receipt: w.Receipt("ana@50"), Tickets: []Ticket{{ID: "T-1"}}})
		w.wantStatus(out, err, model.Applied)
		out, err = w.shopOrder(Order{ID: "A-2", Customer: "lou", Click: w.Token("bea@0", 1), Placed: Minute(2), Tickets: []Ticket{{ID: "T-2"}}})
		w.wantStatus(out, err, model.Applied)
		if verdicts(out) != "T-2 bea last_click" {
			w.Errorf("verdicts %s", verdicts(out))
		}
		w.want(model.Filter{}, "ana: c1 n1 o1 t1 s0/1 GBP 45.00\nbea: c1 n1 o1 t1 s0/1 GBP 45.00\ntotal: c2 n2 o2 t2 s0/2 GBP 90.00")
		list, err := w.Store.Orders(w.Ctx, As("acme"), model.OrderFilter{})
		w.Must(err)
		if len(list.Items) != 2 || list.Total != 2 {
			w.Errorf("orders %s", asJSON(list))
		}
		_, err = w.Store.ExplainOrder(w.Ctx, w.Admin, "M-1", "")
		w.wantKind(err, model.NotFound)
	}},
	{"R11 the newest version holds also where nothing is left of it, in any order of arrival", func(w *World) {
		for i, order := range [][]int{{0, 1}, {1, 0}} {
			name := fmt.Sprint("webshop", i)
			w.addShop(name)
			_, err := w.Store.SetCheckout(w.Ctx, w.Admin, name, model.CheckoutChange{Ignore: []string{"77"}})
			w.Must(err)
			versions := []Order{
				{Checkout: name, ID: "A", Version: 1, Email: name + "@example.com", Tickets: []Ticket{{ID: "T-1"}, {ID: "S-1", Event: "77"}}},
				{Checkout: name, ID: "A", Version: 2, Email: name + "@example.com", Tickets: []Ticket{{ID: "S-1", Event: "77"}}},
			}
			for _, v := range order {
				if _, err := w.shopOrder(versions[v]); err != nil {
					w.Fatal(err)
				}
			}
			w.want(model.Filter{}, "total: "+nothing)
			out, err := w.shopOrder(Order{Checkout: name, ID: "B", Email: name + "@example.com", Tickets: []Ticket{{ID: "T-2"}}})
			w.wantStatus(out, err, model.Applied)
			w.want(model.Filter{}, "total: "+nothing+"\nno_click: c1 n1 o1 t1 s0/1 GBP 45.00")
			out, err = w.shopOrder(Order{Checkout: name, ID: "B", Version: 2, Email: name + "@example.com", Tickets: []Ticket{{ID: "T-2", Status: model.Void}}})
			w.wantStatus(out, err, model.Applied)
		}
	}},
	{"an id is an event's or ignored, and each refusal says what frees it", func(w *World) {
		w.addShop("webshop")
		_, err := w.setShops("winterball", "webshop:1345")
		w.Must(err)
		_, err = w.ignore("1345")
		w.wantRefused(err, "event set winterball --client acme --shop webshop:")
		_, err = w.ignore("77", "summerfest") // none of both
		w.wantRefused(err, "slug of an event of acme")
		_, err = w.ignore("77", "gala", "Summer Tour")
		w.Must(err)
		_, err = w.setShops("summerfest", "webshop:Summer Tour")
		w.wantRefused(err, `checkout set webshop --no-ignore "Summer Tour"`)
		_, err = w.Store.AddEvent(w.Ctx, As("acme"), model.NewEvent{Slug: "gala", Name: "Gala", URL: "https://g.example/"})
		w.wantRefused(err, "checkout set webshop --no-ignore gala")
		w.noIgnore("77", "gala")
		w.AddEvent("acme", "gala")
		_, err = w.setShops("winterball", "webshop:", "webshop:77")
		w.Must(err)
		_, err = w.ignore("1345")
		w.Must(err)
		// What a webhook adds is not refused; to the shop its slug stays what is ignored.
		_, err = w.ignore("encore")
		w.Must(err)
		w.updated(model.Applied, eventBody("acme", "encore", "Encore", Minute(1)))
		out, err := w.shopOrder(Order{Tickets: []Ticket{{ID: "T-1", Event: "encore"}}})
		w.wantStatus(out, err, model.Ignored)
	}},
	{"R8 what was accepted under an event stays, whatever is ignored later", func(w *World) {
		w.addShop("webshop")
		_, err := w.setShops("winterball", "webshop:1345")
		w.Must(err)
		order := Order{Receipt: w.Receipt("ana@50"), Tickets: []Ticket{{ID: "T-1", Event: "1345"}, {ID: "T-2", Event: "1345"}}}
		out, err := w.shopOrder(order)
		w.wantStatus(out, err, model.Applied)
		_, err = w.setShops("winterball", "webshop:")
		w.Must(err)
		_, err = w.ignore("1345")
		w.Must(err)
		order.Version, order.Tickets[1].Status = 2, model.Refunded
		order.Tickets = append(order.Tickets, Ticket{ID: "T-3", Event: "1345"})
		out, err = w.shopOrder(order)
		w.wantStatus(out, err, model.Applied)
		if verdicts(out) != "T-1 ana last_click, T-2 ana last_click" {
			w.Errorf("verdicts %s", verdicts(out))
		}
		w.want(model.Filter{Event: "winterball"}, "ana: c0 n0 o1 t1 s0/1 GBP 45.00\ntotal: c0 n0 o1 t1 s0/1 GBP 45.00")
	}},
	{"with no-ignore later deliveries wait again, also those that came before", func(w *World) {
		w.addShop("webshop")
		_, err := w.ignore("77")
		w.Must(err)
		mixed := Order{ID: "A", WebhookID: "a", Tickets: []Ticket{{ID: "T-1"}, {ID: "S-1", Event: "77"}}}
		merch := Order{ID: "M", WebhookID: "m", Tickets: []Ticket{{ID: "S-2", Event: "77"}}}
		out, err := w.shopOrder(mixed)
		w.wantStatus(out, err, model.Applied)
		out, err = w.shopOrder(merch)
		w.wantStatus(out, err, model.Ignored)
		w.noIgnore("77")
		for range 2 {
			for _, o := range []Order{mixed, merch} {
				out, err = w.shopOrder(o)
				w.wantStatus(out, err, model.Parked)
			}
			w.wantInbox("parked order.updated m", "parked order.updated a")
		}
		w.want(model.Filter{}, "total: "+nothing+"\nno_click: c0 n0 o1 t1 s0/1 GBP 45.00")
		_, err = w.setShops("winterball", "webshop:77")
		w.Must(err)
		w.wantInbox()
		w.want(model.Filter{}, "total: "+nothing+"\nno_click: c0 n0 o2 t3 s0/3 GBP 135.00")
		for _, o := range []Order{mixed, merch} {
			out, err = w.shopOrder(o)
			w.wantStatus(out, err, model.Duplicate)
		}
	}},
	{"R12 of two changes in one version the later arrival holds, also of what is left of them", func(w *World) {
		w.addShop("webshop")
		_, err := w.ignore("77")
		w.Must(err)
		shirt := Ticket{ID: "S-1", Event: "77"}
		first, second := Order{WebhookID: "a", Tickets: []Ticket{{ID: "T-1"}, {ID: "T-2"}, shirt}}, Order{WebhookID: "b", Tickets: []Ticket{{ID: "T-1"}, {ID: "T-2", Status: model.Refunded}, shirt}}
		again := func() {
			w.Helper()
			for range 2 {
				for _, o := range []Order{first, second} {
					if _, err := w.shopOrder(o); err != nil {
						w.Fatal(err)
					}
				}
				w.want(model.Filter{}, "total: "+nothing+"\nno_click: c0 n0 o1 t1 s0/1 GBP 45.00")
			}
		}
		again()
		w.noIgnore("77")
		again()
		w.wantInbox("parked order.updated b") // that which holds
	}},
	{"what an admin may say of a checkout, and what the audit keeps of it", func(w *World) {
		w.addShop("webshop")
		_, err := w.Store.SetCheckout(w.Ctx, As("acme"), "webshop", model.CheckoutChange{Ignore: []string{"1"}})
		w.wantKind(err, model.Denied)
		_, err = w.Store.SetCheckout(w.Ctx, w.Admin, "nothere", model.CheckoutChange{Ignore: []string{"1"}})
		w.wantKind(err, model.NotFound)
		_, err = w.Store.SetCheckout(w.Ctx, w.Admin, "box", model.CheckoutChange{Ignore: []string{"1"}})
		w.wantKind(err, model.Invalid)
		for _, bad := range []string{"", "a\x1b", strings.Repeat("x", model.MaxID+1)} {
			_, err = w.ignore(bad)
			w.wantKind(err, model.Invalid)
		}
		_, err = w.Store.SetCheckout(w.Ctx, w.Admin, "webshop", model.CheckoutChange{NoIgnore: []string{"1"}})
		w.wantKind(err, model.NotFound)
		url, token, none := "http://woo.example", "ck_2:cs_5678", ""
		_, err = w.Store.SetCheckout(w.Ctx, w.Admin, "webshop", model.CheckoutChange{URL: &url})
		w.wantKind(err, model.Invalid) // a token goes over https alone
		_, err = w.Store.SetCheckout(w.Ctx, w.Admin, "webshop", model.CheckoutChange{URL: &none})
		w.wantKind(err, model.Invalid) // the token needs it
		url = "https://new.example/"
		k, err := w.Store.SetCheckout(w.Ctx, w.Admin, " Webshop", model.CheckoutChange{URL: &url, Token: &token, Ignore: []string{"77"}})
		w.Must(err)
		live, _ := w.Store.CheckoutByName("webshop")
		if *k.API != "https://new.example" || *live.API != *k.API || live.Token != token || len(live.Secrets) != 1 {
			w.Errorf("shown %+v, live %+v", k, live)
		}
		audit, err := w.Store.Audit(w.Ctx, w.Admin, model.Paging{Limit: 1})
		w.Must(err)
		if a := audit.Items[0]; a.Action != "checkout set" || a.Object != "webshop" || *a.Before != `{"api_url":"https://woo.example","ignored":[]}` || *a.After != `{"api_url":"https://new.example","ignored":["77"],"token":"changed"}` {
			w.Errorf("audit %s", asJSON(a))
		}
		_, err = w.Store.SetCheckout(w.Ctx, w.Admin, "webshop", model.CheckoutChange{URL: &none, Token: &none})
		w.Must(err)
		if live, _ = w.Store.CheckoutByName("webshop"); live.API != nil || live.Token != "" {
			w.Errorf("live %+v", live)
		}
	}},
	{"a new token or address has the API asked at once for what it refused", func(w *World) {
		k := w.addShop("webshop")
		for _, body := range []string{"a1", "b1", "c1"} {
			w.keep(k, body, body[:1], 0)
		}
		due := w.wantDue(time.Minute, "a1", "b1", "c1")
		w.Must(w.Store.ShopDeliveryFailed(w.Ctx, due[0].ID, model.Fault{Detail: "the token is refused"}))
		w.Must(w.Store.ShopDeliveryLater(w.Ctx, due[1].ID, model.ShopLater{After: time.Hour, Hold: time.Hour, Reason: "503", Tell: true}))
		w.wantDue(time.Minute)
		token := "ck_2:cs_5678"
		_, err := w.Store.SetCheckout(w.Ctx, w.Admin, "webshop", model.CheckoutChange{Token: &token})
		w.Must(err)
		for _, d := range w.wantDue(time.Minute, "a1", "b1") { // c1 is under way
			w.Must(w.Store.ShopDeliveryDone(w.Ctx, d.ID, ""))
		}
		w.wantInbox()
		if k, err := w.Store.Checkout(w.Ctx, w.Admin, "webshop"); err != nil || k.HeldUntil != nil {
			w.Errorf("checkout %+v, %v", k, err)
		}
	}},
}
