package dbtest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"lastclick/model"
)

// World is a small platform in a store: the client acme (Europe/London) with the
// events summerfest and winterball, the checkout box for all clients, and the links
// ana (client level) and bea (of summerfest alone).
type World struct {
	testing.TB
	Ctx   context.Context
	Store model.Store
	Admin model.Actor // of the platform, working on acme
	Owner model.Actor // of acme; without a key

	webhooks int
}

// Minute0 is when the clicks' minutes begin; orders are placed at minute 100 unless
// they say otherwise.
var Minute0 = time.Date(2025, 6, 2, 10, 0, 0, 0, time.UTC)

// Minute is so many minutes after Minute0.
func Minute(n int) time.Time { return Minute0.Add(time.Duration(n) * time.Minute) }

// Seed fills an empty store. It fails the test where the store refuses.
func Seed(t testing.TB, s model.Store) *World {
	t.Helper()
	w := emptyWorld(t, s)
	w.AddClient("acme")
	w.AddEvent("acme", "summerfest")
	w.AddEvent("acme", "winterball")
	w.AddCheckout("box", "")
	w.AddLink("acme", "ana", "")
	w.AddLink("acme", "bea", "summerfest")
	return w
}

// emptyWorld is a world with nothing in it.
func emptyWorld(t testing.TB, s model.Store) *World {
	return &World{
		TB: t, Ctx: context.Background(), Store: s,
		Admin: model.Actor{Name: "root", Role: model.Admin, Client: "acme"},
		Owner: model.Actor{Name: "olga", Role: model.Owner, Client: "acme"},
	}
}

// As is the owner of a client.
func As(client string) model.Actor {
	return model.Actor{Name: "owner of " + client, Role: model.Owner, Client: client}
}

// AddClient adds a client with a window of an hour and the rule last-click.
func (w *World) AddClient(slug string) model.Client {
	w.Helper()
	c, err := w.Store.AddClient(w.Ctx, w.Admin, model.NewClient{Slug: slug, Name: "Client " + slug, URL: "https://tickets.example/" + slug, Window: "1h"})
	w.Must(err)
	return c
}

// AddEvent adds an event to the client.
func (w *World) AddEvent(client, slug string) model.Event {
	w.Helper()
	e, err := w.Store.AddEvent(w.Ctx, As(client), model.NewEvent{Slug: slug, Name: "Event " + slug, URL: "https://tickets.example/events/" + slug})
	w.Must(err)
	return e
}

// AddLink adds a link to the client; an empty event makes one at client level.
func (w *World) AddLink(client, code, event string) model.Link {
	w.Helper()
	l, err := w.Store.AddLink(w.Ctx, As(client), model.NewLink{Name: "Name of " + code, Email: code + "@example.com", Code: code, Event: event})
	w.Must(err)
	return l
}

// AddCheckout adds a checkout for all clients, or for one.
func (w *World) AddCheckout(name, client string) model.CheckoutSecret {
	w.Helper()
	k, err := w.Store.AddCheckout(w.Ctx, w.Admin, model.NewCheckout{Name: name, Client: client})
	w.Must(err)
	return k
}

// Must fails the test on an error.
func (w *World) Must(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

// Receipt is a signed receipt of clicks, each "code@minute", the earliest first.
func (w *World) Receipt(clicks ...string) string {
	w.Helper()
	var r model.Receipt
	for _, c := range clicks {
		code, minute, _ := strings.Cut(c, "@")
		n, err := strconv.Atoi(minute)
		w.Must(err)
		link, ok := w.Store.LinkByCode(code)
		if !ok {
			w.Fatalf("there is no link %q", code)
		}
		r = r.Clicked(link.Link, Minute(n))
	}
	return w.Store.Receipts().Sign(r, Minute0)
}

// Token is the click token of a click, "code@minute", by a visitor.
func (w *World) Token(click string, visitor byte) string {
	w.Helper()
	code, minute, _ := strings.Cut(click, "@")
	n, err := strconv.Atoi(minute)
	w.Must(err)
	link, ok := w.Store.LinkByCode(code)
	if !ok {
		w.Fatalf("there is no link %q", code)
	}
	return string(w.Store.Receipts().AppendClick(nil, link.Link, Minute(n), [16]byte{visitor}))
}

// Order is an order as a test writes it: a zero field takes the usual value.
type Order struct {
	ID        string
	Checkout  string // box
	WebhookID string // a new one for each delivery
	Version   int64  // 1
	Placed    time.Time
	Test      bool
	Currency  string // GBP
	Customer  string // the checkout's id; empty for none
	Email     string
	Returning bool
	Receipt   string
	Code      string
	Click     string // a click token
	Coupon    string
	Channel   string
	Consent   model.Consent
	Tickets   []Ticket
}

// Ticket is a ticket of an Order.
type Ticket struct {
	ID     string
	Event  string // summerfest
	Type   string // ga
	Name   string // of the type; Type ga
	Face   int64  // minor units; 0 takes 4500, Free is a free ticket
	Paid   int64  // minor units; 0 does not say, Free says 0
	Status model.Status
}

// Free is the face value of a free ticket.
const Free = -1

// Body is the order's webhook.
func (o Order) Body() []byte {
	type object = map[string]any
	tickets := []object{}
	for _, t := range o.Tickets {
		face := map[bool]int64{true: 4500, false: max(t.Face, 0)}[t.Face == 0]
		ticket := object{
			"id": t.ID, "event": or(t.Event, "summerfest"), "type": or(t.Type, "ga"),
			"type_name": or(t.Name, "Type "+or(t.Type, "ga")), "face_value": face, "status": or(t.Status, model.Valid),
		}
		if t.Paid != 0 {
			ticket["paid"] = max(t.Paid, 0)
		}
		tickets = append(tickets, ticket)
	}
	tracking := object{"receipt": o.Receipt, "code": o.Code}
	if o.Click != "" {
		tracking["click"] = o.Click
	}
	if o.Coupon != "" {
		tracking["coupon"] = o.Coupon
	}
	if given := o.Consent.Said(); given != nil {
		tracking["consent"] = *given
	}
	placed := o.Placed
	if placed.IsZero() {
		placed = Minute(100)
	}
	b, err := json.Marshal(object{"type": "order.updated", "timestamp": placed, "data": object{
		"id": or(o.ID, "A-1"), "version": or(o.Version, 1), "placed_at": placed, "test": o.Test, "currency": or(o.Currency, "GBP"),
		"customer": object{"id": o.Customer, "email": o.Email, "returning": o.Returning},
		"tracking": tracking, "tickets": tickets, "channel": o.Channel,
	}})
	if err != nil {
		panic(err) // maps of strings and numbers always marshal
	}
	return b
}

func or[T comparable](v, usual T) T {
	var zero T
	if v == zero {
		return usual
	}
	return v
}

// Send delivers an order.
func (w *World) Send(o Order) (model.Outcome, error) {
	w.Helper()
	return w.Deliver(or(o.Checkout, "box"), o.WebhookID, o.Body())
}

// Place delivers an order that must be applied.
func (w *World) Place(o Order) model.Outcome {
	w.Helper()
	out, err := w.Send(o)
	w.Must(err)
	if out.Status != model.Applied {
		w.Fatalf("order %s: %s, want applied", or(o.ID, "A-1"), out.Status)
	}
	return out
}

// Scan delivers a scan, or its undoing, of a ticket at a minute.
func (w *World) Scan(ticket string, minute int, scanned bool) model.Outcome {
	w.Helper()
	out, err := w.Deliver("box", "", scanBody(ticket, Minute(minute), scanned))
	w.Must(err)
	return out
}

func scanBody(ticket string, at time.Time, scanned bool) []byte {
	typ := map[bool]string{true: "ticket.scanned", false: "ticket.unscanned"}[scanned]
	return fmt.Appendf(nil, `{"type":%q,"data":{"ticket":%q,"at":%q}}`, typ, ticket, at.Format(time.RFC3339))
}

// Deliver parses a body and gives it to the store, as the webhook door does. An
// empty webhook id is a new one.
func (w *World) Deliver(checkout, webhookID string, body []byte) (model.Outcome, error) {
	w.Helper()
	if webhookID == "" {
		w.webhooks++
		webhookID = fmt.Sprintf("msg_%d", w.webhooks)
	}
	return w.Store.Receive(w.Ctx, w.Delivery(checkout, webhookID, body))
}

// Delivery is a body as the webhook door hands it over.
func (w *World) Delivery(checkout, webhookID string, body []byte) model.Delivery {
	w.Helper()
	k, ok := w.Store.CheckoutByName(checkout)
	if !ok {
		w.Fatalf("there is no checkout %q", checkout)
	}
	now := time.Now()
	hook, err := model.ParseWebhook(body, now)
	d := model.Delivery{Checkout: k.ID, CheckoutName: k.Name, WebhookID: webhookID, Body: body, Received: now, Webhook: hook}
	if e, ok := errors.AsType[*model.Error](err); ok {
		d.Faults = e.Faults
	}
	return d
}

// ScanDelivery is the delivery of a scan.
func (w *World) ScanDelivery(webhookID, ticket string, minute int) model.Delivery {
	w.Helper()
	return w.Delivery("box", webhookID, scanBody(ticket, Minute(minute), true))
}
