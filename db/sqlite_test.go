package db_test

import (
	"context"
	"testing"
	"time"

	"lastclick/db"
	"lastclick/model"
)

func TestSmoke(t *testing.T) {
	ctx := context.Background()
	s, err := db.Open(ctx, db.Options{Dir: t.TempDir(), BaseURL: "http://localhost:8080"})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}()
	admin := model.Actor{Role: model.Admin, Client: "acme", Name: "root"}
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	_, err = s.AddClient(ctx, admin, model.NewClient{Slug: "acme", Name: "Acme", URL: "https://acme.example/"})
	must(err)
	_, err = s.AddEvent(ctx, admin, model.NewEvent{Slug: "summerfest", Name: "Summer", URL: "https://acme.example/s"})
	must(err)
	_, err = s.AddCheckout(ctx, admin, "box", "")
	must(err)
	l, err := s.AddLink(ctx, admin, model.NewLink{Name: "Ana", Email: "ana@example.com", Code: "ana"})
	must(err)
	t.Logf("%+v", l)
	target, ok := s.LinkByCode("ana")
	t.Log(target, ok)
	now := time.Now()
	s.Click(model.Click{Link: target.Link, At: now, Visitor: true})
	rc := s.Receipts().Sign(model.Receipt{}.Clicked(target.Link, now.Add(-time.Minute)), now)
	k, _ := s.CheckoutByName("box")
	body := []byte(`{"type":"order.placed","data":{"id":"A-1","version":1,"placed_at":"` + now.UTC().Format(time.RFC3339) + `","currency":"GBP","customer":{"id":"c1"},"tracking":{"receipt":"` + rc + `"},"tickets":[{"id":"T-1","event":"summerfest","type":"ga","type_name":"GA","face_value":4500}]}}`)
	w, err := model.ParseWebhook(body, now)
	must(err)
	for range 2 {
		o, err := s.Receive(ctx, model.Delivery{Checkout: k.ID, WebhookID: "w1", Body: body, Received: now, Webhook: w})
		must(err)
		t.Logf("%+v", o)
	}
	st, err := s.Stats(ctx, admin, model.Filter{})
	must(err)
	t.Logf("%+v", st)
	x, err := s.ExplainOrder(ctx, admin, "A-1", "")
	must(err)
	t.Logf("%+v", x)
	d, err := s.Link(ctx, admin, "ana")
	must(err)
	t.Logf("%+v", d)
	os, err := s.Orders(ctx, admin, model.OrderFilter{})
	must(err)
	t.Logf("%+v", os)
	diff, err := s.Check(ctx)
	must(err)
	t.Log(diff)
	must(s.Backup(ctx, t.TempDir()+"/b.db"))
	must(s.Ready(ctx))
}
