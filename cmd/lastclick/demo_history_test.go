package main

import (
	"context"
	"log/slog"
	"reflect"
	"slices"
	"testing"
	"time"

	"lastclick/db"
	"lastclick/model"
	"lastclick/server/command"
)

// demoData is the store of a demo that stands still at the time, with an admin of it.
func demoData(t *testing.T, now time.Time) (*db.Store, model.Actor) {
	t.Helper()
	dir, admin := t.TempDir(), newIdentity(t, "admin").public
	owner, err := demoKey("Bea Ford")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := makeHistory(t.Context(), dir, now, "https://tickets.example", []string{admin}, owner, slog.New(slog.DiscardHandler)); err != nil {
		t.Fatal(err)
	}
	store, err := db.Open(t.Context(), db.Options{Dir: dir, Now: func() time.Time { return now }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = store.Close() })
	key, err := command.ParseKey(admin)
	if err != nil {
		t.Fatal(err)
	}
	actor, err := store.Identify(t.Context(), key.Fingerprint)
	if err != nil {
		t.Fatal(err)
	}
	if actor, err = store.Choose(t.Context(), actor, northside.Slug); err != nil {
		t.Fatal(err)
	}
	return store, actor
}

// asked returns what a method answered, without an error.
func asked[T any](t *testing.T) func(T, error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func TestDemoHistory_SixWeeks_EachPageHasSomethingToSay(t *testing.T) {
	ctx := context.Background()
	store, admin := demoData(t, time.Date(2026, 11, 24, 16, 7, 0, 0, time.UTC))
	if differences := asked[[]model.Difference](t)(store.Check(ctx)); len(differences) > 0 {
		t.Errorf("check finds %v", differences)
	}

	if clients := asked[[]model.Client](t)(store.Clients(ctx, admin)); len(clients) != 3 {
		t.Errorf("%d clients", len(clients))
	}
	for _, c := range demoClients {
		if series := asked[model.Series](t)(store.Series(ctx, asked[model.Actor](t)(store.Choose(ctx, admin, c.Slug)), "", model.All)); daysWithOrders(series) < 35 {
			t.Errorf("%s sold on %d days alone", c.Slug, daysWithOrders(series))
		}
	}
	for _, l := range northside.links {
		if series := asked[model.Series](t)(store.Series(ctx, admin, l.Code, model.All)); l.since > 20 && daysWithClicks(series) < 12 {
			t.Errorf("%s was clicked on %d days alone", l.Code, daysWithClicks(series))
		}
	}

	stats := asked[model.Stats](t)(store.Stats(ctx, admin, model.Filter{}))
	if n := stats.Total; n.NewCustomers == 0 || n.NewCustomers >= n.Customers || n.Scanned == 0 || n.Unscanned == 0 {
		t.Errorf("in all %+v", n)
	}
	if link := asked[model.LinkDetail](t)(store.Link(ctx, admin, "ana")); link.Refunded.Tickets == 0 {
		t.Error("nothing was refunded")
	}
	if !slices.ContainsFunc(stats.Links, func(l model.LinkStats) bool { return l.Link.Archived && l.Tickets > 0 }) {
		t.Error("no link was archived that had sold")
	}
	if !slices.ContainsFunc(stats.Links, func(l model.LinkStats) bool { return len(l.Link.Aliases) > 0 }) {
		t.Error("no link has an alias")
	}
	for _, want := range []model.Reason{model.ReasonNoClick, model.ReasonOtherEvent, model.ReasonBadReceipt, model.ReasonUnknownCode} {
		if !slices.ContainsFunc(stats.Unattributed, func(r model.ReasonStats) bool { return r.Reason == want }) {
			t.Errorf("nothing is unattributed as %s", want)
		}
	}

	if inbox := asked[model.Listing[model.InboxItem]](t)(store.Inbox(ctx, admin, model.Paging{})); inbox.Total != 2 {
		t.Errorf("%d items lie in the inbox", inbox.Total)
	}
	if invites := asked[[]model.Invite](t)(store.Invites(ctx, admin)); len(invites) != 1 {
		t.Errorf("%d invites are open", len(invites))
	}
	if hooks := asked[[]model.Hook](t)(store.Hooks(ctx, admin)); len(hooks) != 1 {
		t.Errorf("%d hooks", len(hooks))
	}
	past, ahead := 0, 0
	for _, e := range asked[[]model.EventStats](t)(store.EventStats(ctx, admin)) {
		switch {
		case e.Scanned > e.Tickets*3/4:
			past++
		case e.Scanned == 0 && e.Tickets > 0:
			ahead++
		}
	}
	if past != 1 || ahead < 2 {
		t.Errorf("%d events are over, %d are ahead", past, ahead)
	}
}

func daysWithOrders(s model.Series) (n int) {
	for _, p := range s.Points {
		if p.Orders > 0 {
			n++
		}
	}
	return n
}

func daysWithClicks(s model.Series) (n int) {
	for _, p := range s.Points {
		if p.Clicks > 0 {
			n++
		}
	}
	return n
}

// Pictures of the demo are the same whenever they are made, and what is of the other
// side of a change of the clocks is believable too.
func TestDemoHistory_SameTime_SameNumbers(t *testing.T) {
	for name, now := range map[string]time.Time{
		"in the evening": time.Date(2026, 11, 24, 20, 0, 0, 0, time.UTC),
		"after midnight, just after the clocks changed": time.Date(2027, 3, 28, 1, 5, 0, 0, time.UTC),
	} {
		t.Run(name, func(t *testing.T) {
			var numbers [2]any
			for i := range numbers {
				store, admin := demoData(t, now)
				s := asked[model.Stats](t)(store.Stats(context.Background(), admin, model.Filter{}))
				numbers[i] = []any{s.Total, s.Unattributed}
				oldest := asked[model.Listing[model.OrderSummary]](t)(store.Orders(context.Background(), admin, model.OrderFilter{Up: true, Limit: 2})).Items
				if ids := []string{oldest[0].ID, oldest[1].ID}; ids[0] != "TEST-1" || ids[1] != "A-1001" {
					t.Errorf("the trial is not before all sales: %v", ids)
				}
			}
			if !reflect.DeepEqual(numbers[0], numbers[1]) {
				t.Errorf("%+v\nand then %+v", numbers[0], numbers[1])
			}
		})
	}
}
