package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"sync"
	"time"

	"lastclick/db"
	"lastclick/model"
	"lastclick/scripts/benchmark/load"
)

const (
	storedLinks = 1000
	storedDays  = 30 // over which the orders are spread, ending now

	// fillers is how many deliver at once while the database is filled: as many as fit in
	// a batch.
	fillers = 256
)

// storedData are databases that several rows begin with. They are made once, by the
// store itself: Store.Receive in this process, durable as ever.
type storedData struct {
	made   sync.Once
	err    error
	empty  string // folder of a database with storedLinks links and no order
	full   string // of one with options.orders besides
	secret string // of the checkout in both
}

// customersOf is how many customers so many orders come from.
func customersOf(orders int) int { return max(orders/4, 100) }

// storedData returns the databases, which must be copied before they are used.
func (e *env) storedData() (*storedData, error) {
	s := &e.stored
	s.made.Do(func() {
		s.empty, s.full = filepath.Join(e.benchmark.dir, "empty"), filepath.Join(e.benchmark.dir, "full")
		s.err = s.make(e.ctx, e.options.orders)
	})
	return s, s.err
}

func (s *storedData) make(ctx context.Context, orders int) error {
	store, err := db.Open(ctx, db.Options{Dir: s.empty})
	if err != nil {
		return err
	}
	s.secret, err = addWorld(ctx, store)
	if err := errors.Join(err, store.Close()); err != nil {
		return err
	}
	if err := insertLinks(ctx, filepath.Join(s.empty, "lastclick.db"), storedLinks); err != nil {
		return err
	}
	if err := copyDatabase(s.empty, s.full); err != nil {
		return err
	}
	if store, err = db.Open(ctx, db.Options{Dir: s.full}); err != nil {
		return err
	}
	return errors.Join(placeOrders(ctx, store, orders), store.Close())
}

var (
	admin = model.Actor{Name: "admin", Role: model.Admin, Client: clientSlug}
	owner = model.Actor{Name: "owner", Role: model.Owner, Client: clientSlug}
)

// addWorld adds to a store what fill adds to a daemon, and returns the checkout's secret.
func addWorld(ctx context.Context, s *db.Store) (secret string, err error) {
	if _, err = s.AddClient(ctx, admin, model.NewClient{Slug: clientSlug, Name: "Acme", URL: "https://tickets.example/acme"}); err != nil {
		return "", err
	}
	for _, slug := range eventSlugs {
		if _, err = s.AddEvent(ctx, owner, model.NewEvent{Slug: slug, Name: slug, URL: "https://tickets.example/" + slug}); err != nil {
			return "", err
		}
	}
	k, err := s.AddCheckout(ctx, admin, model.NewCheckout{Name: checkoutName})
	return k.Secret, err
}

// placeOrders delivers so many orders of two or three tickets, spread over the days, each
// credited to a link.
func placeOrders(ctx context.Context, s *db.Store, orders int) error {
	errs := make([]error, fillers)
	var all sync.WaitGroup
	for i := range fillers {
		all.Go(func() {
			random := rand.New(rand.NewPCG(1, uint64(i)))
			for n := i; n < orders && errs[i] == nil; n += fillers {
				placed := time.Now().Add(-time.Duration(random.Int64N(int64(storedDays * 24 * time.Hour))))
				errs[i] = placeOrder(ctx, s, fmt.Sprint("stored-", n), placed, customersOf(orders), random)
			}
		})
	}
	all.Wait()
	return errors.Join(errs...)
}

// placeOrder delivers one order as the webhook handler does after it has parsed it.
func placeOrder(ctx context.Context, s *db.Store, id string, placed time.Time, customers int, random *rand.Rand) error {
	link, ok := s.LinkByCode(load.Code(random.IntN(storedLinks)))
	checkout, there := s.CheckoutByName(checkoutName)
	if !ok || !there {
		return errors.New("the store does not know its link or checkout")
	}
	clicked := placed.Add(-time.Hour)
	o := &model.Order{
		ID: id, Version: 1, PlacedAt: placed.UTC(), Currency: "GBP",
		Customer: model.Customer{ID: fmt.Sprint("cus_", random.IntN(customers))},
		Tracking: model.Tracking{Receipt: s.Receipts().Sign(model.Receipt{}.Clicked(link.Link, clicked), clicked)},
	}
	for i := range 2 + random.IntN(2) {
		kind := ticketTypes[random.IntN(len(ticketTypes))]
		o.Tickets = append(o.Tickets, model.Ticket{
			ID: fmt.Sprint(id, "-", i), Event: eventSlugs[random.IntN(len(eventSlugs))], Type: kind, TypeName: kind,
			FaceValue: 1000 + random.Int64N(9000), Status: model.Valid,
		})
	}
	outcome, err := s.Receive(ctx, model.Delivery{
		Checkout: checkout.ID, WebhookID: "msg_" + id, Body: []byte(id), Received: time.Now(),
		Webhook: model.Webhook{Type: "order.placed", Timestamp: placed, Order: o},
	})
	if err == nil && outcome.Status != model.Applied {
		return fmt.Errorf("order %s is %s, not applied", id, outcome.Status)
	}
	return err
}

// copyDatabase copies the SQLite database of a folder that nothing has open into a new
// folder.
func copyDatabase(from, to string) error {
	if err := os.MkdirAll(to, 0o700); err != nil {
		return err
	}
	source, err := os.Open(filepath.Join(from, "lastclick.db"))
	if err != nil {
		return err
	}
	defer source.Close()
	dest, err := os.OpenFile(filepath.Join(to, "lastclick.db"), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(dest, source)
	return errors.Join(err, dest.Close())
}
