package tui

import (
	"testing"

	"pgregory.net/rapid"

	"lastclick/model"
)

// Rows kept from the version before must look as they would drawn anew.
func TestKeptRowsAreThoseDrawnAnew(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		e := newEnv(Options{})
		before := hostileStore(t).stats
		after := hostileStore(t).stats
		for i := range before.Links { // most links are the same, most of them unchanged
			if i < len(after.Links) && rapid.IntRange(0, 3).Draw(t, "keep") > 0 {
				after.Links[i] = before.Links[i]
				if rapid.Bool().Draw(t, "moves") {
					after.Links[i].Numbers = amounts(t)
				}
			}
		}
		w := rapid.IntRange(40, 140).Draw(t, "w")
		old := newDrawing(e, newSheet(e.mark, before, nil), w, nil)
		everyRow(old, func(k rowKey) { old.row(k) })
		s := newSheet(e.mark, after, []model.Event{{Slug: "Ana", Name: "Renamed"}})
		kept, fresh := newDrawing(e, s, w, old), newDrawing(e, s, w, nil)
		everyRow(fresh, func(k rowKey) {
			if got, want := kept.row(k), fresh.row(k); got != want {
				t.Fatalf("row %+v is\n%q, drawn anew\n%q", k, got, want)
			}
		})
	})
}

func everyRow(d *drawing, do func(rowKey)) {
	for i := range d.stats.Links {
		for _, selected := range []bool{false, true} {
			do(rowKey{int32(i), -1, false, selected})
			do(rowKey{int32(i), -1, true, selected})
			for j := range d.stats.Links[i].TicketTypes {
				do(rowKey{int32(i), int32(j), false, selected})
			}
		}
	}
}

func TestAChangeDrawsOnlyTheRowsThatChanged(t *testing.T) {
	c := acme(t, 120, 36)
	page := c.top().(*linkTracking)
	before := page.drawing
	store := c.env.store.(*fakeStore)
	links := append([]model.LinkStats(nil), store.stats.Links...)
	links[1].Tickets, links[1].Unscanned = links[1].Tickets+2, links[1].Unscanned+2
	store.stats.Links = links
	s := newSheet(c.env.mark, store.stats, store.events)
	kept := newDrawing(c.env, s, 120, before)
	if n := len(before.rows) - len(kept.rows); n != 1 {
		t.Errorf("%d rows of %d are drawn again, not 1", n, len(before.rows))
	}
}
