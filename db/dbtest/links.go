package dbtest

import (
	"fmt"
	"slices"
	"time"

	"lastclick/model"
)

var linkTests = []test{
	{"link is added and read", func(w *World) {
		l, err := w.Store.AddLink(w.Ctx, As("acme"), model.NewLink{Name: "Kim", Email: "kim@example.com", Event: "summerfest", Source: "email"})
		w.Must(err)
		if !model.ValidSlug(l.Code) || l.Level != model.EventLevel || *l.Event != "summerfest" || l.Mail != model.MailQueued || len(l.StatsToken) != 22 || l.Source != "email" {
			w.Errorf("added %s", asJSON(l))
		}
		d, err := w.Store.Link(w.Ctx, As("acme"), l.Code)
		w.Must(err)
		if asJSON(d.Link) != asJSON(l) {
			w.Errorf("read %s, want %s", asJSON(d.Link), asJSON(l))
		}
		l, err = w.Store.AddLink(w.Ctx, As("acme"), model.NewLink{Name: "Kim", Email: "kim@example.com", NoMail: true})
		w.Must(err)
		if l.Mail != model.MailNone || l.Level != model.ClientLevel || l.Event != nil {
			w.Errorf("added %s", asJSON(l))
		}
		list, err := w.Store.Links(w.Ctx, As("acme"), false)
		w.Must(err)
		if len(list) != 4 || list[0].Code != "ana" || list[3].Code != l.Code {
			w.Errorf("links in the order of their creation: %s", asJSON(list))
		}
	}},
	{"R6 a code is given once, for ever", func(w *World) {
		w.AddClient("zenith")
		_, err := w.Store.ArchiveLink(w.Ctx, As("acme"), "ana")
		w.Must(err)
		_, err = w.Store.AddLink(w.Ctx, As("zenith"), model.NewLink{Name: "Z", Email: "z@example.com", Code: "ANA"})
		w.wantKind(err, model.Conflict)
		_, err = w.Store.AddLink(w.Ctx, As("acme"), model.NewLink{Name: "Z", Email: "z@example.com", Code: "stats"})
		w.wantKind(err, model.Invalid)
	}},
	{"R6 archive and restore", func(w *World) {
		l, err := w.Store.ArchiveLink(w.Ctx, As("acme"), "Ana")
		w.Must(err)
		if t, ok := w.Store.LinkByCode("ana"); !l.Archived || !ok || !t.Archived {
			w.Errorf("archived %+v, in memory %+v", l, t)
		}
		live, err := w.Store.Links(w.Ctx, As("acme"), false)
		w.Must(err)
		all, err := w.Store.Links(w.Ctx, As("acme"), true)
		w.Must(err)
		if len(live) != 1 || len(all) != 2 || !all[0].Archived {
			w.Errorf("live %s, all %s", asJSON(live), asJSON(all))
		}
		if st := w.stats("acme", model.Filter{}); len(st.Links) != 2 || !st.Links[0].Link.Archived {
			w.Errorf("archived links are listed, marked: %s", asJSON(st))
		}
		l, err = w.Store.RestoreLink(w.Ctx, As("acme"), "ana")
		w.Must(err)
		if t, _ := w.Store.LinkByCode("ana"); l.Archived || t.Archived {
			w.Errorf("restored %+v, in memory %+v", l, t)
		}
	}},
	{"link is changed", func(w *World) {
		before, err := w.Store.Link(w.Ctx, As("acme"), "ana")
		w.Must(err)
		name, email, source := "Ann", "ann@example.com", "social"
		l, err := w.Store.SetLink(w.Ctx, As("acme"), "ana", model.LinkChange{Name: &name, Email: &email, Source: &source})
		w.Must(err)
		if l.Name != name || l.Email != email || l.Source != source || l.StatsToken != before.StatsToken {
			w.Errorf("changed %s", asJSON(l))
		}
		l, err = w.Store.SetLink(w.Ctx, As("acme"), "ana", model.LinkChange{NewStatsToken: true})
		w.Must(err)
		if l.StatsToken == before.StatsToken || l.Name != name {
			w.Errorf("renewed %s", asJSON(l))
		}
		source = "none"
		_, err = w.Store.SetLink(w.Ctx, As("acme"), "ana", model.LinkChange{Source: &source})
		w.wantKind(err, model.Invalid)
	}},
	{"competing links are those that the page of all links says", func(w *World) {
		add := func(code, event, source string) model.Link {
			l, err := w.Store.AddLink(w.Ctx, As("acme"), model.NewLink{Name: code, Email: code + "@example.com", Code: code, Event: event, Source: source, NoMail: true})
			w.Must(err)
			return l
		}
		for _, code := range []string{"one", "two", "three", "four"} {
			add(code, map[string]string{"four": "summerfest"}[code], "email")
		}
		for n, code := range []string{"ana", "bea", "one", "one", "two", "four"} {
			id := fmt.Sprint(code, n)
			w.Place(Order{ID: id, Receipt: w.Receipt(code + "@50"), Tickets: []Ticket{{ID: id}}})
		}
		w.Place(Order{ID: "back", Receipt: w.Receipt("three@50"), Tickets: []Ticket{{ID: "back", Status: model.Refunded}}})
		_, err := w.Store.ArchiveLink(w.Ctx, As("acme"), "two")
		w.Must(err)
		found := 0
		for _, l := range []model.Link{add("five", "", "social"), add("six", "", "email"), add("seven", "summerfest", "social")} {
			got, err := w.Store.Competing(w.Ctx, As("acme"), l.Code)
			w.Must(err)
			var want []model.Competitor
			for _, o := range model.Competing(w.stats("acme", model.Filter{}).Links, l.PageURL, l.Source) {
				want = append(want, model.Competitor{Code: o.Link.Code, Source: o.Link.Source, Orders: o.Orders})
			}
			if found += len(want); !slices.Equal(got, want) {
				w.Errorf("%s: %+v, want %+v", l.Code, got, want)
			}
		}
		if found == 0 {
			w.Error("none competes")
		}
		w.AddClient("zenith")
		_, err = w.Store.Competing(w.Ctx, As("zenith"), "five")
		w.wantKind(err, model.NotFound)
	}},
	{"another client's link is not there", func(w *World) {
		w.AddClient("zenith")
		_, err := w.Store.Link(w.Ctx, As("zenith"), "ana")
		w.wantKind(err, model.NotFound)
		_, err = w.Store.SetLink(w.Ctx, As("zenith"), "ana", model.LinkChange{})
		w.wantKind(err, model.NotFound)
		_, err = w.Store.ArchiveLink(w.Ctx, As("zenith"), "ana")
		w.wantKind(err, model.NotFound)
		_, err = w.Store.RestoreLink(w.Ctx, As("zenith"), "ana")
		w.wantKind(err, model.NotFound)
		_, err = w.Store.Stats(w.Ctx, As("zenith"), model.Filter{Link: "ana"})
		w.wantKind(err, model.NotFound)
		_, err = w.Store.Orders(w.Ctx, As("zenith"), model.OrderFilter{Link: "ana"})
		w.wantKind(err, model.NotFound)
	}},
	{"R20 clicks are counted at once, bots apart", func(w *World) {
		ana, _ := w.Store.LinkByCode("ana")
		for i := range 200 { // more than one multi-row insert
			w.click(model.Click{Link: ana.Link, At: Minute(i), Visitor: i < 50, QR: i < 20})
		}
		w.click(model.Click{Link: ana.Link, At: Minute(0), Bot: true, Visitor: true, QR: true})
		d, err := w.Store.Link(w.Ctx, As("acme"), "ana")
		w.Must(err)
		if d.Clicks != 200 || d.Visitors != 50 || d.QRScans != 20 || d.Bots != 1 {
			w.Errorf("clicks %d, visitors %d, QR %d, bots %d", d.Clicks, d.Visitors, d.QRScans, d.Bots)
		}
	}},
	{"R21 clicks belong to the day they were made", func(w *World) {
		ana, _ := w.Store.LinkByCode("ana")
		for _, at := range []time.Time{
			time.Date(2025, 3, 29, 23, 59, 59, 0, time.UTC), // the 29th, winter time
			time.Date(2025, 3, 30, 0, 0, 0, 0, time.UTC),    // the 30th has 23 hours
			time.Date(2025, 3, 30, 22, 59, 59, 0, time.UTC),
			time.Date(2025, 3, 30, 23, 0, 0, 0, time.UTC), // the 31st, summer time
		} {
			w.click(model.Click{Link: ana.Link, At: at, Visitor: true})
		}
		st := w.stats("acme", model.Filter{From: "2025-03-30", To: "2025-03-30"})
		if l := st.Links[0].Link; l.Clicks != 2 || l.Visitors != 2 {
			w.Errorf("%d clicks, %d visitors on the day, want 2", l.Clicks, l.Visitors)
		}
	}},
}

// click counts a click; the queue of a test is never full.
func (w *World) click(c model.Click) {
	w.Helper()
	if !w.Store.Click(c) {
		w.Fatal("the queue of clicks is full")
	}
}
