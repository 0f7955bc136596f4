package dbtest

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"lastclick/model"
)

const kimsAddress = "kim@example.com"

// erase erases a customer, whom no page is to show any different for.
func (w *World) erase(word, checkout string) model.CustomerErased {
	w.Helper()
	before := append(pageRows(w.stats("acme", model.Filter{})), pageRows(w.stats("acme", model.Filter{From: "2025-06-02", To: "2025-06-02"}))...)
	out, err := w.Store.EraseCustomer(w.Ctx, w.Admin, model.Buyer{Word: word, Checkout: checkout})
	w.Must(err)
	after := append(pageRows(w.stats("acme", model.Filter{})), pageRows(w.stats("acme", model.Filter{From: "2025-06-02", To: "2025-06-02"}))...)
	if !slices.Equal(before, after) {
		w.Errorf("before the erasure:\n%s\nafter it:\n%s", missing(before, after), missing(after, before))
	}
	w.wantUnknown(word, checkout)
	return out
}

// wantUnknown fails unless nothing is stored about the customer.
func (w *World) wantUnknown(word, checkout string) {
	w.Helper()
	_, err := w.Store.Customer(w.Ctx, w.Admin, model.Buyer{Word: word, Checkout: checkout})
	w.wantKind(err, model.NotFound)
}

func (w *World) customer(word, checkout string) model.CustomerStored {
	w.Helper()
	c, err := w.Store.Customer(w.Ctx, w.Admin, model.Buyer{Word: word, Checkout: checkout})
	w.Must(err)
	return c
}

func (w *World) inboxItem(id int64) model.InboxItem {
	w.Helper()
	i, err := w.Store.InboxItem(w.Ctx, w.Admin, id)
	w.Must(err)
	return i
}

// wantErased fails unless the body names none of the words.
func (w *World) wantErased(body string, words ...string) {
	w.Helper()
	for _, word := range words {
		if strings.Contains(strings.ToLower(body), strings.ToLower(word)) {
			w.Errorf("%q is still in %s", word, body)
		}
	}
}

var customerTests = []test{
	{"R18 what is stored about a customer", func(w *World) {
		w.AddCheckout("web", "")
		receipt := w.Receipt("ana@50", "bea@60")
		w.Place(Order{ID: "A-1", Email: " Kim@Example.COM ", Receipt: receipt, Click: w.Token("ana@50", 1), Tickets: []Ticket{{ID: "T-1"}, {ID: "T-2"}}})
		w.Place(Order{ID: "A-2", Checkout: "web", Email: kimsAddress, Test: true, Tickets: []Ticket{{ID: "T-1"}}})
		w.Place(Order{ID: "A-3", Customer: "77", Email: kimsAddress, Tickets: []Ticket{{ID: "T-3"}}})
		w.Place(Order{ID: "A-4", Customer: "77", Checkout: "web", Tickets: []Ticket{{ID: "T-4"}}})
		out, err := w.Send(Order{ID: "A-5", Customer: "77", Email: "Kim@Example.com", WebhookID: "msg_p", Tickets: []Ticket{{ID: "T-5", Event: "gala"}}})
		w.wantStatus(out, err, model.Parked)
		c := w.customer("kim@EXAMPLE.com", "")
		if len(c.Customers) != 1 || c.Customers[0].KnownBy != "email" || c.Customers[0].OrdersTotal != 2 || c.Customers[0].Clicks != 2 || c.Customers[0].ClickTokens != 1 ||
			c.Customers[0].Orders[0].Tickets != 2 || !c.Customers[0].Orders[1].Test || len(c.Inbox) != 1 || len(c.Deliveries) != 0 || len(c.AlsoKnown) != 1 || c.AlsoKnown[0] != (model.AlsoKnown{Customer: "77", Checkout: "box"}) {
			w.Errorf("by the address: %s", asJSON(c))
		}
		if c = w.customer("77", "box"); *c.Customers[0].Checkout != "box" || c.Customers[0].Orders[0].ID != "A-3" || len(c.Inbox) != 1 || c.AlsoKnown[0].Customer != kimsAddress {
			w.Errorf("by the id: %s", asJSON(c))
		}
		_, err = w.Store.Customer(w.Ctx, w.Admin, model.Buyer{Word: "77"})
		w.wantKind(err, model.Conflict)
		_, err = w.Store.EraseCustomer(w.Ctx, w.Admin, model.Buyer{Word: "77"})
		w.wantKind(err, model.Conflict)
		_, err = w.Store.Customer(w.Ctx, w.Admin, model.Buyer{Word: "77", Checkout: "nothere"})
		w.wantKind(err, model.NotFound)
		for _, word := range []string{"78", "im@example.com", "kim@example.co", "A-1", "T-1"} {
			w.wantUnknown(word, "")
			_, err := w.Store.EraseCustomer(w.Ctx, w.Admin, model.Buyer{Word: word})
			w.wantKind(err, model.NotFound)
		}
		_, err = w.Store.Customer(w.Ctx, w.Admin, model.Buyer{Word: " "})
		w.wantKind(err, model.Invalid)
	}},
	{"only an admin may ask", func(w *World) {
		w.Place(Order{Customer: "kim", Tickets: []Ticket{{ID: "T-1"}}})
		for _, role := range []model.Role{model.Owner, model.Member, model.Viewer} {
			a := model.Actor{Role: role, Client: "acme"}
			_, err := w.Store.Customer(w.Ctx, a, model.Buyer{Word: "kim"})
			_, err2 := w.Store.EraseCustomer(w.Ctx, a, model.Buyer{Word: "kim"})
			_, err3 := w.Store.Privacy(w.Ctx, a)
			for _, err := range []error{err, err2, err3} {
				w.wantKind(err, model.Denied)
			}
		}
		if c := w.customer("kim", ""); len(c.Customers) != 1 {
			w.Errorf("after others tried: %s", asJSON(c))
		}
	}},
	{"R19 later versions of an erased customer's orders are theirs, new purchases are a new customer's", func(w *World) {
		receipt := w.Receipt("ana@50")
		first := Order{ID: "A-1", WebhookID: "msg_a", Customer: "kim", Receipt: receipt, Tickets: []Ticket{{ID: "T-1"}, {ID: "T-2"}}}
		w.Place(first)
		w.Place(Order{ID: "A-2", Placed: Minute(105), Customer: "kim", Receipt: receipt, Tickets: []Ticket{{ID: "T-3"}}})
		out := w.erase("kim", "")
		if out.Customers != 1 || out.Orders != 2 {
			w.Errorf("erased %s", asJSON(out))
		}
		w.want(model.Filter{}, "ana: c1 n1 o2 t3 s0/3 GBP 135.00\ntotal: c1 n1 o2 t3 s0/3 GBP 135.00")
		for range 2 { // the same webhook, and the same version under another id
			o, err := w.Send(first)
			w.wantStatus(o, err, model.Duplicate)
			first.WebhookID = ""
		}
		first.Tickets = first.Tickets[:1] // other content of the version: what it was is not known any more
		o, err := w.Send(first)
		w.wantStatus(o, err, model.Duplicate)
		w.wantUnknown("kim", "")
		first.Version, first.Tickets[0].Status = 2, model.Refunded
		w.Place(first)
		w.wantUnknown("kim", "")
		w.want(model.Filter{}, "ana: c1 n0 o1 t1 s0/1 GBP 45.00\ntotal: c1 n0 o1 t1 s0/1 GBP 45.00")
		first.Tickets[0].Face = 1 // now the content is known again
		_, err = w.Send(first)
		w.wantKind(err, model.Conflict)
		item := w.wantInbox("conflict order.updated msg_" + fmt.Sprint(w.webhooks))[0]
		w.erase("kim", "") // the person is in that body
		w.wantErased(w.inboxItem(item.ID).Body, "kim")
		w.Place(Order{ID: "A-3", Placed: Minute(104), Customer: "kim", Receipt: receipt, Tickets: []Ticket{{ID: "T-4"}}})
		w.want(model.Filter{}, "ana: c2 n1 o2 t2 s0/2 GBP 90.00\ntotal: c2 n1 o2 t2 s0/2 GBP 90.00")
		if c := w.customer("kim", ""); c.Customers[0].OrdersTotal != 1 || c.Customers[0].Orders[0].ID != "A-3" {
			w.Errorf("the new customer: %s", asJSON(c))
		}
	}},
	{"R12 a parked order is applied as the erased customer's, and so are its later versions", func(w *World) {
		receipt := w.Receipt("ana@50")
		w.Place(Order{ID: "A-1", Email: kimsAddress, Receipt: receipt, Tickets: []Ticket{{ID: "T-1"}}})
		parked := Order{ID: "A-2", WebhookID: "msg_p", Email: "KIM@example.com", Returning: true, Receipt: receipt, Placed: Minute(90), Tickets: []Ticket{{ID: "T-2", Event: "gala"}}}
		out, err := w.Send(parked)
		w.wantStatus(out, err, model.Parked)
		id := w.wantInbox("parked order.updated msg_p")[0].ID
		if out := w.erase(kimsAddress, ""); out.Inbox != 1 || out.Orders != 1 {
			w.Errorf("erased %s", asJSON(out))
		}
		item := w.inboxItem(id)
		w.wantErased(item.Body, "kim")
		if item.State != "parked" || item.BodyNote == "" {
			w.Errorf("the item says %s", asJSON(item))
		}
		out, err = w.Send(parked) // the checkout tries it again
		w.wantStatus(out, err, model.Parked)
		w.wantErased(w.inboxItem(id).Body, "kim")
		w.AddEvent("acme", "gala")
		w.want(model.Filter{}, "ana: c1 n0 o2 t2 s0/2 GBP 90.00\ntotal: c1 n0 o2 t2 s0/2 GBP 90.00") // returning: it is the first now
		parked.Version, parked.WebhookID, parked.Returning = 2, "", false
		w.Place(parked)
		w.want(model.Filter{}, "ana: c1 n1 o2 t2 s0/2 GBP 90.00\ntotal: c1 n1 o2 t2 s0/2 GBP 90.00")
		w.wantUnknown(kimsAddress, "")
	}},
	{"a refused body that comes again is tried without the person", func(w *World) {
		refused := Order{ID: "A-1", WebhookID: "msg_a", Customer: "kim", Email: kimsAddress, Receipt: w.Receipt("ana@50"), Tickets: []Ticket{{ID: "T-1"}}}
		w.Place(Order{ID: "A-2", Customer: "lou", Tickets: []Ticket{{ID: "T-1"}}})
		_, err := w.Send(refused)
		w.wantFaults(err, "data.tickets[0].id")
		id := w.wantInbox("refused order.updated msg_a")[0].ID
		if out := w.erase("kim", ""); out.Customers != 0 || out.Inbox != 1 {
			w.Errorf("erased %s", asJSON(out))
		}
		_, err = w.Send(refused)
		w.wantFaults(err, "data.tickets[0].id")
		w.wantErased(w.inboxItem(id).Body, "kim")
		w.wantUnknown("kim", "")
		w.wantUnknown(kimsAddress, "")
	}},
	{"a body that is put away is kept without the person, one that is applied is not kept", func(w *World) {
		for n, event := range []string{"gala", "encore"} {
			out, err := w.Send(Order{ID: fmt.Sprint("A-", n), WebhookID: fmt.Sprint("msg_x", n), Email: kimsAddress, Receipt: w.Receipt("ana@50"), Tickets: []Ticket{{ID: fmt.Sprint("T-", n), Event: event}}})
			w.wantStatus(out, err, model.Parked)
		}
		items := w.wantInbox("parked order.updated msg_x1", "parked order.updated msg_x0")
		w.AddEvent("acme", "gala")
		_, err := w.Store.DismissInbox(w.Ctx, w.Admin, items[0].ID)
		w.Must(err)
		if out := w.erase(kimsAddress, ""); out.Inbox != 2 || out.Customers != 1 {
			w.Errorf("erased %s", asJSON(out))
		}
		if body := w.inboxItem(items[1].ID).Body; body != model.ErasedBody {
			w.Errorf("the applied one has the body %s", body)
		}
		w.wantErased(w.inboxItem(items[0].ID).Body, "kim")
		w.AddEvent("acme", "encore")
		out, err := w.Store.RetryInbox(w.Ctx, w.Admin, items[0].ID)
		w.wantStatus(out, err, model.Applied)
		w.want(model.Filter{}, "ana: c1 n1 o2 t2 s0/2 GBP 90.00\ntotal: c1 n1 o2 t2 s0/2 GBP 90.00")
	}},
	{"R23 the click token of an erased customer is no one else's", func(w *World) {
		token := w.Token("ana@50", 1)
		first := Order{ID: "A-1", Customer: "kim", Click: token, Tickets: []Ticket{{ID: "T-1"}}}
		w.judged(first, "T-1 ana last_click")
		w.erase("kim", "")
		first.Version, first.Tickets = 2, []Ticket{{ID: "T-1"}, {ID: "T-2"}}
		w.judged(first, "T-1 ana last_click, T-2 ana last_click")
		w.judged(Order{ID: "A-2", Customer: "lou", Click: token, Tickets: []Ticket{{ID: "T-3"}}}, "T-3 – copied_address")
		w.judged(Order{ID: "A-3", Customer: "kim", Click: token, Tickets: []Ticket{{ID: "T-4"}}}, "T-4 – copied_address")
	}},
	{"what shops posted is kept without the person, or not at all", func(w *World) {
		k := w.addShop("webshop")
		const order = `{"id":7,"status":"processing","billing":{"email":"Kim@example.com","first_name":"Kim","phone":"020 7946 0018"},"customer_note":"for Kim"}`
		done, waiting, form := w.keep(k, order, "", time.Minute), w.keep(k, order, "", 0), w.keep(k, `name=Kim&email=kim@example.com`, "", time.Minute)
		w.Must(w.Store.ShopDeliveryDone(w.Ctx, done, ""))
		w.Must(w.Store.ShopDeliveryFailed(w.Ctx, form, model.Fault{Field: "body", Detail: "is not JSON"}))
		if c := w.customer(kimsAddress, ""); len(c.Customers) != 0 || len(c.Deliveries) != 3 || len(c.Inbox) != 1 {
			w.Errorf("stored: %s", asJSON(c))
		}
		if out := w.erase(kimsAddress, ""); out.Deliveries != 3 || out.Inbox != 1 || out.UnderWay != 0 {
			w.Errorf("erased %s", asJSON(out))
		}
		taken := w.dueDeliveries(time.Minute)
		if len(taken) != 1 || taken[0].ID != waiting || !strings.Contains(string(taken[0].Body), "@erased.invalid") {
			w.Fatalf("due is %s", asJSON(taken))
		}
		w.wantErased(string(taken[0].Body), "kim", "7946")
		items := w.wantInbox("unmapped woocommerce delivery-" + fmt.Sprint(form))
		if body := w.inboxItem(items[0].ID).Body; body != model.ErasedBody {
			w.Errorf("what is no JSON is kept as %s", body)
		}
		w.keep(k, order, "", 0)
		w.dueDeliveries(time.Minute) // a worker has it in its memory
		if out := w.erase(kimsAddress, ""); out.UnderWay != 1 {
			w.Errorf("erased %s, want one under way", asJSON(out))
		}
	}},
	{"R8 a part of an erased customer's order that was ignored is taken up as before", func(w *World) {
		w.addShop("webshop")
		_, err := w.setShops("summerfest", "webshop:1345")
		w.Must(err)
		no, yes := "ignored", "taken"
		_, err = w.Store.SetCheckout(w.Ctx, w.Admin, "webshop", model.CheckoutChange{Ignore: []string{"99"}})
		w.Must(err)
		order := Order{WebhookID: "woo_x", Email: kimsAddress, Receipt: w.Receipt("ana@50"), Tickets: []Ticket{{ID: "T-1", Event: "1345"}, {ID: "T-2", Event: "99"}}}
		send := func(want model.OutcomeStatus, when string) {
			w.Helper()
			out, err := w.shopOrder(order)
			if w.Must(err); out.Status != want {
				w.Errorf("%s: %s, want %s", when, out.Status, want)
			}
		}
		send(model.Applied, no)
		send(model.Duplicate, no)
		w.erase(kimsAddress, "")
		_, err = w.Store.SetCheckout(w.Ctx, w.Admin, "webshop", model.CheckoutChange{NoIgnore: []string{"99"}})
		w.Must(err)
		_, err = w.setShops("winterball", "webshop:99")
		w.Must(err)
		send(model.Applied, yes)
		send(model.Duplicate, yes)
		w.want(model.Filter{}, "ana: c1 n1 o1 t2 s0/2 GBP 90.00\ntotal: c1 n1 o1 t2 s0/2 GBP 90.00")
		w.wantUnknown(kimsAddress, "")
	}},
	{"R18 an erased customer's order of which all is ignored for a while stays theirs", func(w *World) {
		w.addShop("webshop")
		_, err := w.setShops("summerfest", "webshop:1345")
		w.Must(err)
		_, err = w.Store.SetCheckout(w.Ctx, w.Admin, "webshop", model.CheckoutChange{Ignore: []string{"99"}})
		w.Must(err)
		order := Order{Email: kimsAddress, Receipt: w.Receipt("ana@50"), Tickets: []Ticket{{ID: "T-1", Event: "1345"}}}
		for n, tickets := range [][]Ticket{{{ID: "T-1", Event: "1345"}}, {{ID: "T-2", Event: "99"}}, {{ID: "T-1", Event: "1345"}, {ID: "T-3", Event: "1345"}}} {
			order.Version, order.Tickets = int64(n+1), tickets
			_, err := w.shopOrder(order)
			w.Must(err)
			if n == 0 {
				w.erase(kimsAddress, "")
			}
		}
		w.want(model.Filter{}, "ana: c1 n1 o1 t2 s0/2 GBP 90.00\ntotal: c1 n1 o1 t2 s0/2 GBP 90.00")
		w.wantUnknown(kimsAddress, "")
	}},
	{"the audit says that a customer was erased, and not whom", func(w *World) {
		w.Place(Order{Customer: "kim-of-acme", Tickets: []Ticket{{ID: "T-1"}}})
		w.erase("kim-of-acme", "")
		log, err := w.Store.Audit(w.Ctx, w.Admin, model.Paging{Limit: 1})
		w.Must(err)
		if e := log.Items[0]; e.Action != "customer erase" || e.Actor != "root" || e.After == nil || strings.Contains(asJSON(e), "kim") {
			w.Errorf("the audit says %s", asJSON(e))
		}
	}},
	{"privacy lists what is stored, and how each client tracks", func(w *World) {
		w.AddClient("zenith")
		p, err := w.Store.Privacy(w.Ctx, w.Admin)
		w.Must(err)
		if len(p.Stored) < 8 || len(p.Clients) != 2 || p.Clients[0].Tracking != "cookie" || p.Window != model.Window(time.Hour) || p.KeepInbox != nil || !strings.Contains(p.Text, "1h") {
			w.Errorf("privacy: %s", asJSON(p))
		}
	}},
}
