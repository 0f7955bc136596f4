package dbtest

import (
	"context"
	"time"

	"lastclick/model"
)

// patience is how long a test waits for what must come.
const patience = 10 * time.Second

// signalled waits for a signal on a watched channel.
func (w *World) signalled(ch <-chan struct{}) {
	w.Helper()
	select {
	case _, ok := <-ch:
		if !ok {
			w.Error("the channel was closed, want a signal")
		}
	case <-time.After(patience):
		w.Error("no signal came")
	}
}

// quiet fails if a signal is there. It is asked after another watcher has had its
// signal of the same commit.
func (w *World) quiet(ch <-chan struct{}) {
	w.Helper()
	select {
	case <-ch:
		w.Error("a signal came, want none")
	default:
	}
}

var keeperTests = []test{
	{"watchers are told what moved, and only they", func(w *World) {
		w.AddClient("zenith")
		w.AddEvent("zenith", "nightshift")
		ctx, cancel := context.WithCancel(w.Ctx)
		defer cancel()
		acme, zenith, all := w.Store.Watch(ctx, "acme"), w.Store.Watch(ctx, "zenith"), w.Store.Watch(ctx, "")
		w.Place(Order{Tickets: []Ticket{{ID: "T-1"}}})
		w.signalled(acme)
		w.signalled(all)
		w.quiet(zenith)
		w.Scan("T-1", 200, true)
		w.signalled(acme)
		w.signalled(all)
		ana, _ := w.Store.LinkByCode("ana")
		w.click(model.Click{Link: ana.Link, At: Minute(1)})
		w.signalled(acme)
		w.signalled(all)
		w.AddLink("zenith", "zoe", "")
		w.signalled(zenith)
		w.signalled(all)
		w.quiet(acme)
		w.person("root", model.Admin)
		w.signalled(all)
		w.quiet(acme)
		for i := range 5 { // unread signals are one
			w.Place(Order{ID: string(rune('a' + i)), Tickets: []Ticket{{ID: string(rune('a' + i)), Event: "nightshift"}}})
		}
		w.signalled(zenith)
		w.quiet(zenith)
		cancel()
		for _, ch := range []<-chan struct{}{acme, zenith, all} {
			w.closes(ch)
		}
	}},
	{"a new customer's mark moves another client's page", func(w *World) {
		w.AddClient("zenith")
		w.AddEvent("zenith", "nightshift")
		w.Place(Order{ID: "A-2", Customer: "kim", Tickets: []Ticket{{ID: "T-2"}}})
		ctx, cancel := context.WithCancel(w.Ctx)
		defer cancel()
		acme := w.Store.Watch(ctx, "acme")
		w.Place(Order{ID: "A-1", Placed: Minute(1), Customer: "kim", Tickets: []Ticket{{ID: "T-1", Event: "nightshift"}}})
		w.signalled(acme)
	}},
	{"people are watched apart from what checkouts do", func(w *World) {
		ctx, cancel := context.WithCancel(w.Ctx)
		defer cancel()
		moved := w.Store.Watch(ctx, model.WatchPeople)
		w.Place(Order{Tickets: []Ticket{{ID: "T-1"}}})
		w.Scan("T-1", 200, true)
		w.quiet(moved)
		key := w.person("kim", model.Viewer).Keys[0].Fingerprint
		w.signalled(moved)
		w.Must(w.Store.RemoveKey(w.Ctx, w.Admin, key))
		w.signalled(moved)
	}},
	{"a watcher may come before its client", func(w *World) {
		ctx, cancel := context.WithCancel(w.Ctx)
		defer cancel()
		zenith := w.Store.Watch(ctx, "zenith")
		w.AddClient("zenith")
		w.signalled(zenith)
		w.AddEvent("zenith", "nightshift")
		w.signalled(zenith)
		w.AddLink("acme", "amy", "")
		w.quiet(zenith)
	}},
	{"ready", func(w *World) { w.Must(w.Store.Ready(w.Ctx)) }},
	{"a wait that ends does not end the commit", func(w *World) {
		ctx, cancel := context.WithCancel(w.Ctx)
		cancel()
		_, err := w.Store.Receive(ctx, w.Delivery("box", "msg_a", Order{Tickets: []Ticket{{ID: "T-1"}}}.Body()))
		if err != nil {
			w.wantKind(err, model.Busy)
		}
		out, err := w.Send(Order{WebhookID: "msg_a", Tickets: []Ticket{{ID: "T-1"}}})
		w.wantStatus(out, err, model.Duplicate)
	}},
}

// closes waits until the channel is closed.
func (w *World) closes(ch <-chan struct{}) {
	w.Helper()
	deadline := time.After(patience)
	for {
		select {
		case _, ok := <-ch:
			if !ok {
				return
			}
		case <-deadline:
			w.Error("the channel was not closed")
			return
		}
	}
}

// closed proves what holds when the store has closed; there is nothing to recount
// then.
func closed(w *World) {
	watched := w.Store.Watch(w.Ctx, "")
	w.Must(w.Store.Close())
	w.Must(w.Store.Close())
	w.closes(watched)
	w.closes(w.Store.Watch(w.Ctx, ""))
	_, err := w.Send(Order{Tickets: []Ticket{{ID: "T-1"}}})
	w.wantKind(err, model.Busy)
	_, err = w.Store.Stats(w.Ctx, As("acme"), model.Filter{})
	w.wantKind(err, model.Busy)
	w.wantKind(w.Store.Ready(w.Ctx), model.Busy)
	if w.Store.Click(model.Click{Link: 1, At: Minute(1)}) {
		w.Error("a click was taken that will never be counted")
	}
}
