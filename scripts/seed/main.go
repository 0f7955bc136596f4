// Command seed fills an empty SQLite database with a season of sales, by the store itself:
// clients with events, links and clicks, orders of two tickets on average, new versions
// with refunds, and scans. scripts/release-test moves it to PostgreSQL.
//
//	go run ./scripts/seed DIR ORDERS
package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"sync"
	"time"

	"lastclick/db"
	"lastclick/model"
)

const (
	clients    = 5
	events     = 6   // of a client
	links      = 100 // of a client
	days       = 60  // over which the sales are spread, ending now
	deliverers = 256 // at once, as many as fit in a batch
)

func main() {
	if len(os.Args) != 3 {
		fail(errors.New("usage: seed DIR ORDERS"))
	}
	orders, err := strconv.Atoi(os.Args[2])
	if err != nil {
		fail(err)
	}
	store, err := db.Open(context.Background(), db.Options{Dir: os.Args[1]})
	if err != nil {
		fail(err)
	}
	s := &season{store: store, orders: orders}
	if err := errors.Join(s.fill(context.Background()), store.Close()); err != nil {
		fail(err)
	}
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, "seed:", err)
	os.Exit(1)
}

// season is what is sold.
type season struct {
	store  *db.Store
	orders int
	shops  []model.Checkout // one of each client
	links  [][]int64        // of each client
}

func clientSlug(c int) string   { return fmt.Sprint("client-", c) }
func eventSlug(c, e int) string { return fmt.Sprintf("event-%d-%d", c, e) }
func as(c int) model.Actor {
	return model.Actor{Name: "seed", Role: model.Admin, Client: clientSlug(c)}
}
func linkCode(c, l int) string { return fmt.Sprintf("link-%d-%d", c, l) }
func ago(r *rand.Rand) time.Time {
	return time.Now().Add(-time.Duration(r.Int64N(days*24)) * time.Hour)
}
func random(seed uint64) *rand.Rand { return rand.New(rand.NewPCG(1, seed)) }

func (s *season) fill(ctx context.Context) error {
	for c := range clients {
		if err := s.addClient(ctx, c); err != nil {
			return err
		}
	}
	errs := make([]error, deliverers)
	var all sync.WaitGroup
	for i := range deliverers {
		all.Go(func() {
			r := random(uint64(i))
			for n := i; n < s.orders && errs[i] == nil; n += deliverers {
				errs[i] = s.sell(ctx, n, r)
			}
		})
	}
	all.Wait()
	return errors.Join(errs...)
}

// addClient adds a client with what it sells, and a checkout.
func (s *season) addClient(ctx context.Context, c int) error {
	if _, err := s.store.AddClient(ctx, as(c), model.NewClient{Slug: clientSlug(c), Name: "Größe & Söhne " + fmt.Sprint(c), URL: "https://tickets.example/" + clientSlug(c)}); err != nil {
		return err
	}
	for e := range events {
		if _, err := s.store.AddEvent(ctx, as(c), model.NewEvent{Slug: eventSlug(c, e), Name: "Soirée 🎟 " + fmt.Sprint(e), URL: "https://tickets.example/" + eventSlug(c, e)}); err != nil {
			return err
		}
	}
	var ids []int64
	for l := range links {
		n := model.NewLink{Name: "Ana Nº " + fmt.Sprint(l), Email: fmt.Sprintf("ana%d@example.com", l), Code: linkCode(c, l)}
		if l%2 == 1 {
			n.Event = eventSlug(c, l%events)
		}
		if _, err := s.store.AddLink(ctx, as(c), n); err != nil {
			return err
		}
		link, ok := s.store.LinkByCode(n.Code)
		if !ok {
			return fmt.Errorf("the link %s is not known", n.Code)
		}
		ids = append(ids, link.Link)
	}
	s.links = append(s.links, ids)
	name := fmt.Sprint("shop-", c)
	if _, err := s.store.AddCheckout(ctx, as(c), model.NewCheckout{Name: name, Client: clientSlug(c)}); err != nil {
		return err
	}
	shop, ok := s.store.CheckoutByName(name)
	if !ok {
		return fmt.Errorf("the checkout %s is not known", name)
	}
	s.shops = append(s.shops, shop)
	return nil
}

// sell delivers the n-th order, behind some clicks; of ten, one is refunded in part, and of
// five tickets one is scanned.
func (s *season) sell(ctx context.Context, n int, r *rand.Rand) error {
	c, placed := n%clients, ago(r)
	var receipt model.Receipt
	for range r.IntN(4) {
		link := s.links[c][r.IntN(links)]
		at := placed.Add(-time.Duration(1+r.IntN(20*24)) * time.Hour)
		receipt = receipt.Clicked(link, at)
		s.store.Click(model.Click{Link: link, At: at, Visitor: true, QR: r.IntN(10) == 0})
		s.store.Click(model.Click{Link: link, At: at, Bot: true})
	}
	id := fmt.Sprint("O-", n)
	o := &model.Order{
		ID: id, Version: 1, PlacedAt: placed.UTC(), Currency: []string{"GBP", "EUR"}[r.IntN(2)], Test: r.IntN(200) == 0,
		Customer: model.Customer{ID: fmt.Sprint("cus_", r.IntN(max(s.orders/3, 10)))},
	}
	if len(receipt.Touches) > 0 {
		o.Tracking.Receipt = s.store.Receipts().Sign(receipt, placed)
	}
	for i := range 1 + r.IntN(3) {
		kind := []string{"ga", "vip", "balkon"}[r.IntN(3)]
		o.Tickets = append(o.Tickets, model.Ticket{
			ID: fmt.Sprint(id, "-", i), Event: eventSlug(c, r.IntN(events)), Type: kind, TypeName: "Type " + kind, FaceValue: 1000 + r.Int64N(9000), Status: model.Valid,
		})
	}
	if err := s.deliver(ctx, c, "order.placed", "m1-"+id, model.Webhook{Order: o}); err != nil {
		return err
	}
	if n%10 == 0 {
		later := *o
		later.Version, later.Tickets = 2, append([]model.Ticket(nil), o.Tickets...)
		later.Tickets[0].Status = model.Refunded
		if err := s.deliver(ctx, c, "order.updated", "m2-"+id, model.Webhook{Order: &later}); err != nil {
			return err
		}
	}
	if n%5 == 0 {
		scan := model.Scan{Ticket: o.Tickets[len(o.Tickets)-1].ID, At: placed.Add(time.Hour), Scanned: true}
		return s.deliver(ctx, c, "ticket.scanned", "m3-"+id, model.Webhook{Scan: &scan})
	}
	return nil
}

func (s *season) deliver(ctx context.Context, c int, kind, id string, w model.Webhook) error {
	w.Type, w.Timestamp = kind, time.Now()
	outcome, err := s.store.Receive(ctx, model.Delivery{Checkout: s.shops[c].ID, WebhookID: id, Body: []byte(id), Received: time.Now(), Webhook: w})
	if err == nil && outcome.Status != model.Applied {
		return fmt.Errorf("%s is %s, not applied", id, outcome.Status)
	}
	return err
}
