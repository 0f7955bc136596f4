package dbtest

import (
	"encoding/base64"
	"slices"
	"strings"
	"time"

	"lastclick/model"
)

var platformTests = []test{
	{"client is added, read and changed", func(w *World) {
		c, err := w.Store.AddClient(w.Ctx, w.Admin, model.NewClient{Slug: "Zenith", Name: "Zénith\u0301", URL: "https://z.example/", Timezone: "Asia/Tokyo", Rule: "in-scope", Window: "12h"})
		w.Must(err)
		got, err := w.Store.Client(w.Ctx, w.Admin, "zenith")
		w.Must(err)
		if asJSON(got) != asJSON(c) || got.ID == 0 || got.Window != model.Window(12*time.Hour) || got.Rule != model.InScope {
			w.Errorf("read back %s, want %s", asJSON(got), asJSON(c))
		}
		name := "e\u0301toile" // decomposed
		got, err = w.Store.SetClient(w.Ctx, w.Admin, "zenith", model.ClientChange{Name: &name})
		w.Must(err)
		if got.Name != "\u00e9toile" || got.Timezone != "Asia/Tokyo" {
			w.Errorf("changed to %s; text is kept composed, the rest stays", asJSON(got))
		}
		all, err := w.Store.Clients(w.Ctx, w.Admin)
		w.Must(err)
		if len(all) != 2 || all[0].Slug != "acme" || all[1].Slug != "zenith" {
			w.Errorf("clients %s", asJSON(all))
		}
		if p, ok := w.Store.ClientPage("zenith"); !ok || p.URL != "https://z.example/" || p.Client != "zenith" {
			w.Errorf("page in memory: %+v", p)
		}
	}},
	{"client slug is taken once", func(w *World) {
		_, err := w.Store.AddClient(w.Ctx, w.Admin, model.NewClient{Slug: "acme", Name: "A", URL: "https://a.example/"})
		w.wantKind(err, model.Conflict)
		_, err = w.Store.AddClient(w.Ctx, w.Admin, model.NewClient{Slug: "stats", Name: "A", URL: "https://a.example/"})
		w.wantKind(err, model.Invalid)
		_, err = w.Store.SetClient(w.Ctx, w.Admin, "nobody", model.ClientChange{})
		w.wantKind(err, model.NotFound)
	}},
	{"the longest window of all clients is the cookie's", func(w *World) {
		if d := w.Store.LongestWindow(); d != time.Hour {
			w.Errorf("%s, want 1h", d)
		}
		w.AddClient("zenith")
		long, short := "90d", "5m"
		_, err := w.Store.SetClient(w.Ctx, w.Admin, "zenith", model.ClientChange{Window: &long})
		w.Must(err)
		if d := w.Store.LongestWindow(); d != 90*24*time.Hour {
			w.Errorf("%s, want 90d", d)
		}
		_, err = w.Store.SetClient(w.Ctx, w.Admin, "zenith", model.ClientChange{Window: &short})
		w.Must(err)
		if d := w.Store.LongestWindow(); d != time.Hour {
			w.Errorf("%s, want 1h again", d)
		}
	}},
	{"choose", func(w *World) {
		choose := func(a model.Actor, client, want string, kind model.Kind) {
			w.Helper()
			got, err := w.Store.Choose(w.Ctx, a, client)
			if kind != 0 {
				w.wantKind(err, kind)
			} else if w.Must(err); got.Client != want {
				w.Errorf("%q chosen, want %q", got.Client, want)
			}
		}
		admin := model.Actor{Role: model.Admin}
		choose(admin, "", "acme", 0) // the only one there is
		choose(admin, "nobody", "", model.NotFound)
		w.AddClient("zenith")
		choose(admin, "", "", 0)
		choose(admin, "zenith", "zenith", 0)
		choose(As("acme"), "", "acme", 0)
		choose(As("acme"), "acme", "acme", 0)
		choose(As("acme"), "zenith", "", model.NotFound)
	}},
	{"checkout secrets rotate", func(w *World) {
		k, ok := w.Store.CheckoutByName("box")
		if !ok || len(k.Secrets) != 1 || k.Live != 1 {
			w.Fatalf("checkout %+v", k)
		}
		first, made := k.Secrets[0], k.SecretUses[0].CreatedAt
		s, err := w.Store.RotateCheckout(w.Ctx, w.Admin, "box", model.Rotation{})
		w.Must(err)
		k, _ = w.Store.CheckoutByName("box")
		if len(k.Secrets) != 2 || secretOf(s) != string(k.Secrets[0]) || string(first) != string(k.Secrets[1]) || len(first) != 32 {
			w.Errorf("after one rotation: the newest first, and the one before it: %v", k.Secrets)
		}
		s, err = w.Store.RotateCheckout(w.Ctx, w.Admin, "box", model.Rotation{})
		w.Must(err)
		if k, _ = w.Store.CheckoutByName("box"); len(k.Secrets) != 2 || secretOf(s) != string(k.Secrets[0]) || string(first) == string(k.Secrets[1]) {
			w.Errorf("after two rotations the first one is over: %v", k.Secrets)
		}
		said := s.ExplainSecrets()
		if len(s.Ended) != 1 || !s.Ended[0].CreatedAt.Equal(made) || len(said) != 2 || !strings.Contains(said[1], s.Ended[0].String()+", no longer works") || !strings.Contains(said[0], "stays valid") {
			w.Errorf("the one that is over is not named: %+v, %q", s, said)
		}
		list, err := w.Store.Checkouts(w.Ctx, w.Admin)
		w.Must(err)
		if len(list) != 1 || list[0].Live != 2 || list[0].Secrets != nil {
			w.Errorf("a list shows how many secrets there are, never one: %+v", list)
		}
	}},
	{"checkout is removed and revived", func(w *World) {
		w.Place(Order{Customer: "kim", Tickets: []Ticket{{ID: "T-1"}}})
		before, _ := w.Store.CheckoutByName("box")
		w.Must(w.Store.RemoveCheckout(w.Ctx, w.Admin, "box"))
		if _, ok := w.Store.CheckoutByName("box"); ok {
			w.Error("the removed checkout is still there")
		}
		w.wantKind(w.Store.RemoveCheckout(w.Ctx, w.Admin, "box"), model.NotFound)
		_, err := w.Store.RotateCheckout(w.Ctx, w.Admin, "box", model.Rotation{})
		w.wantKind(err, model.NotFound)
		w.want(model.Filter{}, "no_click: c1 n1 o1 t1 s0/1 GBP 45.00")
		w.AddCheckout("box", "")
		after, _ := w.Store.CheckoutByName("box")
		if len(after.Secrets) != 1 || string(after.Secrets[0]) == string(before.Secrets[0]) {
			w.Error("a revived checkout has one secret, a new one")
		}
		w.Place(Order{Version: 2, Customer: "kim", Tickets: []Ticket{{ID: "T-1", Status: model.Refunded}}}) // the same order
		w.want(model.Filter{}, "total: "+nothing)
	}},
	{"checkout name is taken once", func(w *World) {
		_, err := w.Store.AddCheckout(w.Ctx, w.Admin, model.NewCheckout{Name: "box"})
		w.wantKind(err, model.Conflict)
		_, err = w.Store.AddCheckout(w.Ctx, w.Admin, model.NewCheckout{Name: "b"})
		w.wantKind(err, model.Invalid)
		_, err = w.Store.AddCheckout(w.Ctx, w.Admin, model.NewCheckout{Name: "box2", Client: "nobody"})
		w.wantKind(err, model.NotFound)
	}},
	{"event is added, read and changed", func(w *World) {
		e, err := w.Store.AddEvent(w.Ctx, As("acme"), model.NewEvent{Slug: "gala", Name: "Gala", URL: "https://g.example/", StartsAt: "2025-07-01T19:30"})
		w.Must(err)
		if e.Timezone != "Europe/London" || e.StartsAt == nil || !e.StartsAt.Equal(time.Date(2025, 7, 1, 18, 30, 0, 0, time.UTC)) {
			w.Errorf("added %s; it starts in the client's timezone", asJSON(e))
		}
		url := "https://g.example/new"
		_, err = w.Store.SetEvent(w.Ctx, As("acme"), "gala", model.EventChange{URL: &url})
		w.Must(err)
		w.AddLink("acme", "gia", "gala")
		if p, ok := w.Store.EventPage("gala"); !ok || p.URL != url {
			w.Errorf("page in memory: %+v", p)
		}
		if l, _ := w.Store.LinkByCode("gia"); l.URL != url || l.Event != "gala" || l.Client != "acme" {
			w.Errorf("link in memory: %+v", l)
		}
		url = "https://g.example/newer"
		_, err = w.Store.SetEvent(w.Ctx, As("acme"), "gala", model.EventChange{URL: &url})
		w.Must(err)
		if l, _ := w.Store.LinkByCode("gia"); l.URL != url {
			w.Errorf("a link leads where its event's page is now: %+v", l)
		}
		all, err := w.Store.Events(w.Ctx, As("acme"))
		w.Must(err)
		if len(all) != 3 || all[2].Slug != "gala" {
			w.Errorf("events %s", asJSON(all))
		}
	}},
	{"event slug is unique on the platform", func(w *World) {
		w.AddClient("zenith")
		_, err := w.Store.AddEvent(w.Ctx, As("zenith"), model.NewEvent{Slug: "summerfest", Name: "S", URL: "https://s.example/"})
		w.wantKind(err, model.Conflict)
		_, err = w.Store.Event(w.Ctx, As("zenith"), "summerfest")
		w.wantKind(err, model.NotFound)
		_, err = w.Store.SetEvent(w.Ctx, As("zenith"), "summerfest", model.EventChange{})
		w.wantKind(err, model.NotFound)
		_, err = w.Store.AddLink(w.Ctx, As("zenith"), model.NewLink{Name: "Z", Email: "z@example.com", Event: "summerfest"})
		w.wantKind(err, model.NotFound)
	}},
	{"roles", roles},
	{"what was done is in the audit, secrets are not", func(w *World) {
		k, _ := w.Store.CheckoutByName("box")
		l, err := w.Store.SetLink(w.Ctx, As("acme"), "ana", model.LinkChange{NewStatsToken: true})
		w.Must(err)
		audit, err := w.Store.Audit(w.Ctx, w.Admin, model.Paging{})
		w.Must(err)
		list, text := audit.Items, asJSON(audit)
		if len(list) != 7 || list[0].Action != "link set" || list[0].Object != "ana" || list[0].Actor != "owner of acme" || *list[0].Client != "acme" {
			w.Errorf("audit, the newest first: %s", text)
		}
		if !slices.ContainsFunc(list[0].Changes(), func(c model.FieldChange) bool {
			return c.Name == "stats page" && *c.Before == "old address" && *c.After == "new address"
		}) {
			w.Errorf("it does not say that the stats page is renewed: %s", text)
		}
		for _, secret := range []string{base64.StdEncoding.EncodeToString(k.Secrets[0]), l.StatsToken} {
			if strings.Contains(text, secret) {
				w.Errorf("the secret %s is in the audit", secret)
			}
		}
		w.AddClient("zenith")
		audit, err = w.Store.Audit(w.Ctx, As("zenith"), model.Paging{})
		w.Must(err)
		if list = audit.Items; len(list) != 1 || list[0].Action != "client add" || list[0].Before != nil || list[0].After == nil {
			w.Errorf("an owner sees their client's alone: %s", asJSON(list))
		}
	}},
}

func secretOf(s model.CheckoutSecret) string {
	b, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(s.Secret, "whsec_"))
	if err != nil {
		return err.Error()
	}
	return string(b)
}
