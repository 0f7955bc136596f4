package dbtest

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"lastclick/model"
)

// eventBody is an event.updated; a zero time is no timestamp.
func eventBody(client, slug, name string, at time.Time, types ...model.TicketType) []byte {
	body := map[string]any{"type": "event.updated", "data": map[string]any{
		"id": slug, "client": client, "name": name,
		"url": "https://tickets.example/" + slug, "ticket_types": types,
	}}
	if !at.IsZero() {
		body["timestamp"] = at.Format(time.RFC3339Nano)
	}
	b, err := json.Marshal(body)
	if err != nil {
		panic(err) // maps of texts always marshal
	}
	return b
}

// updated delivers an event.updated and wants it answered so.
func (w *World) updated(status model.OutcomeStatus, body []byte) {
	w.Helper()
	out, err := w.Deliver("box", "", body)
	if w.wantStatus(out, err, status); err == nil && out.Event == "" {
		w.Errorf("outcome %s", asJSON(out))
	}
}

// wantEvent compares an event's name and those of its ticket types.
func (w *World) wantEvent(slug, want string) {
	w.Helper()
	e, err := w.Store.Event(w.Ctx, As("acme"), slug)
	w.Must(err)
	got := e.Name
	for _, tt := range e.TicketTypes {
		got += fmt.Sprintf(", %s %s", tt.ID, tt.Name)
	}
	if got != want {
		w.Errorf("event %s: %s, want %s", slug, got, want)
	}
}

func typed(id, name string) model.TicketType { return model.TicketType{ID: id, Name: name} }

var eventTests = []test{
	{"R12 event.updated in any order ends in the newest", func(w *World) {
		for i, order := range [][3]int{{1, 2, 3}, {1, 3, 2}, {2, 1, 3}, {2, 3, 1}, {3, 1, 2}, {3, 2, 1}} {
			slug, newest := fmt.Sprint("gala-", i), 0
			for _, n := range order {
				status := model.Applied
				if n < newest {
					status = model.Stale
				}
				newest = max(newest, n)
				w.updated(status, eventBody("acme", slug, fmt.Sprint("Gala ", n), Minute(n), typed("ga", fmt.Sprint("Standing ", n))))
			}
			w.wantEvent(slug, "Gala 3, ga Standing 3")
			if p, _ := w.Store.EventPage(slug); p.URL != "https://tickets.example/"+slug {
				w.Errorf("page %q", p.URL)
			}
		}
	}},
	{"R15 a test order names no ticket type of its event", func(w *World) {
		w.updated(model.Applied, eventBody("acme", "gala", "Gala", Minute(1), typed("ga", "Standing")))
		trial := func(id string, version int64, test bool) {
			w.Place(Order{ID: id, Version: version, Test: test, Tickets: []Ticket{{ID: id + "-1", Event: "gala", Type: "test"}, {ID: id + "-2", Event: "gala", Type: "ga"}}})
		}
		trial("A-1", 1, true)
		w.wantEvent("gala", "Gala, ga Standing")
		trial("A-1", 2, false) // it was no test after all
		w.wantEvent("gala", "Gala, ga Type ga, test Type test")
	}},
	{"R12 event.updated of one moment", func(w *World) {
		w.updated(model.Applied, eventBody("acme", "gala", "Gala", Minute(1), typed("ga", "Standing")))
		w.updated(model.Duplicate, eventBody("acme", "gala", "Gala", Minute(1), typed("ga", "Standing")))
		w.updated(model.Applied, eventBody("acme", "gala", "Gala", Minute(1), typed("ga", "Sitting"))) // there is no other order than that of arrival
		w.updated(model.Applied, eventBody("acme", "gala", "A Gala", Minute(1)))
		w.wantEvent("gala", "A Gala, ga Sitting")
	}},
	{"R12 event.updated without a timestamp counts by its receipt", func(w *World) {
		w.updated(model.Applied, eventBody("acme", "gala", "Gala 1", time.Time{}))
		w.updated(model.Stale, eventBody("acme", "gala", "Gala 0", Minute(1)))
		w.updated(model.Applied, eventBody("acme", "gala", "Gala 2", time.Time{}))
		w.wantEvent("gala", "Gala 2")
		// Nor does a clock that is years ahead close the door to all that follows.
		w.updated(model.Applied, eventBody("acme", "gala", "Gala 3", time.Now().AddDate(5, 0, 0)))
		w.updated(model.Applied, eventBody("acme", "gala", "Gala 4", time.Now().Add(time.Minute)))
		w.wantEvent("gala", "Gala 4")
	}},
	{"R12 event.updated and what a person set", func(w *World) {
		w.updated(model.Applied, eventBody("acme", "summerfest", "By the checkout", Minute(1))) // a person added it, and knew no more
		name := "By hand"
		_, err := w.Store.SetEvent(w.Ctx, As("acme"), "summerfest", model.EventChange{Name: &name})
		w.Must(err)
		w.updated(model.Stale, eventBody("acme", "summerfest", "Before", time.Now().Add(-time.Minute), typed("ga", "Standing")))
		w.wantEvent("summerfest", "By hand")
		// Checkouts stamp whole seconds: one of the very second counts as after it.
		w.updated(model.Applied, eventBody("acme", "summerfest", "After", time.Now().Truncate(time.Second), typed("ga", "Standing")))
		w.wantEvent("summerfest", "After, ga Standing")
	}},
	{"R12 what was said before 1970 has its place in the order too", func(w *World) {
		said := func(year int) time.Time { return time.Date(year, 6, 1, 10, 0, 0, 0, time.UTC) }
		named := func(order string, year int, name string) Order {
			return Order{ID: order, Placed: said(year), Tickets: []Ticket{{ID: "T-" + order, Name: name}}}
		}
		w.Place(named("A-1", 2020, "ga")) // its id is no name, and older ones replace it
		w.Place(named("A-2", 1961, "Standing"))
		w.Place(named("A-3", 1960, "Sitting"))
		w.wantEvent("summerfest", "Event summerfest, ga Standing")
		w.updated(model.Applied, eventBody("acme", "summerfest", "Of 1960", said(1960))) // a person added it, and knew no more
		w.updated(model.Stale, eventBody("acme", "summerfest", "Of 1959", said(1959)))
		w.updated(model.Applied, eventBody("acme", "summerfest", "Of 1970", time.Unix(0, 0).UTC()))
		w.updated(model.Stale, eventBody("acme", "summerfest", "Of 1961", said(1961)))
		w.updated(model.Duplicate, eventBody("acme", "summerfest", "Of 1970", time.Unix(0, 0).UTC()))
		w.wantEvent("summerfest", "Of 1970, ga Standing")
	}},
	{"events by their time, those whose time is not known first", func(w *World) {
		for slug, starts := range map[string]string{"moonwalk": "1969-07-20T20:17:40Z", "finale": "1966-07-30", "encore": "2031-01-01"} {
			_, err := w.Store.AddEvent(w.Ctx, As("acme"), model.NewEvent{Slug: slug, Name: slug, URL: "https://t.example/" + slug, StartsAt: starts})
			w.Must(err)
		}
		events, err := w.Store.Events(w.Ctx, As("acme"))
		w.Must(err)
		var slugs []string
		for _, e := range events {
			slugs = append(slugs, e.Slug)
		}
		if want := []string{"summerfest", "winterball", "finale", "moonwalk", "encore"}; !slices.Equal(slugs, want) {
			w.Errorf("events %q, want %q", slugs, want)
		}
	}},
	{"R12 an event.updated that waited in the inbox counts by its own time", func(w *World) {
		body := []byte(`{"type":"event.updated","timestamp":"2025-06-01T10:00:00Z","data":{"id":"nightshift","client":"zenith","name":"Old","url":"https://z.example/"}}`)
		_, err := w.Deliver("box", "msg_a", body)
		w.wantFaults(err, "data.client")
		item := w.wantInbox("refused event.updated msg_a")[0]
		w.AddClient("zenith")
		out, err := w.Deliver("box", "", []byte(`{"type":"event.updated","timestamp":"2025-06-02T10:00:00Z","data":{"id":"nightshift","client":"zenith","name":"New","url":"https://z.example/"}}`))
		w.wantStatus(out, err, model.Applied)
		out, err = w.Store.RetryInbox(w.Ctx, w.Admin, item.ID)
		w.wantStatus(out, err, model.Stale)
		w.wantInbox()
		if e, err := w.Store.Event(w.Ctx, As("zenith"), "nightshift"); err != nil || e.Name != "New" {
			w.Errorf("%s %v", e.Name, err)
		}
	}},
	{"R12 the name of a ticket type is the newest known, whatever the order of arrival", func(w *World) {
		said := func(order string, version int64, minute int, name string) Order {
			return Order{ID: order, Version: version, Placed: Minute(minute), Tickets: []Ticket{{ID: "T-" + order, Event: "gala", Name: name}}}
		}
		for i, orders := range [][]Order{
			{said("A", 1, 1, "One"), said("A", 2, 1, "Two"), said("B", 1, 0, "Zero")},
			{said("A", 2, 1, "Two"), said("A", 1, 1, "One"), said("B", 1, 0, "Zero")},
			{said("B", 1, 0, "Zero"), said("A", 2, 1, "Two"), said("C", 1, 2, "ga")}, // its id is no name
			{said("B", 1, 2, "Two"), said("A", 1, 2, "One")},                         // of one moment and version
			{said("B", 1, 2, "One"), said("A", 1, 2, "Two")},
		} {
			slug := fmt.Sprint("gala-", i)
			w.AddEvent("acme", slug)
			for _, o := range orders {
				o.ID += slug
				o.Tickets[0].Event, o.Tickets[0].ID = slug, o.Tickets[0].ID+slug
				_, err := w.Send(o)
				w.Must(err)
			}
			w.wantEvent(slug, "Event "+slug+", ga Two")
			w.updated(model.Applied, eventBody("acme", slug, "Gala", Minute(2), typed("ga", "Its own")))
			w.wantEvent(slug, "Gala, ga Its own")
		}
	}},
}
