package tui

import (
	"fmt"
	"slices"
	"sync"
	"testing"

	"github.com/muesli/termenv"
	"pgregory.net/rapid"

	"lastclick/model"
	"lastclick/tui/page"
)

// sharedKeys are keys that show a version in other ways.
var sharedKeys = []string{"j", "k", "G", "g", " ", "e", "u", "s", "S", "/", "1", "esc", "n", "enter", "pgdown", "v", "?", "2", "R"}

// nextVersion is what may have happened to the page: sales, new links, other names, a
// refund, links that are gone for the filter.
func nextVersion(t *rapid.T, st model.Stats) model.Stats {
	st.Version++
	st.Links = slices.Clone(st.Links)
	switch rapid.IntRange(0, 5).Draw(t, "happens") {
	case 0:
		l := st.Links[rapid.IntRange(0, len(st.Links)-1).Draw(t, "copied")]
		l.Link.Code = fmt.Sprint("new-", st.Version)
		st.Links = append(st.Links, l)
	case 1:
		i := rapid.IntRange(0, len(st.Links)-1).Draw(t, "renamed")
		st.Links[i].Link.Name = text(t)
		st.Links[i].Link.Archived = !st.Links[i].Link.Archived
	case 2:
		if len(st.Links) > 1 {
			st.Links = st.Links[1:]
		}
	case 3:
		i := rapid.IntRange(0, len(st.Links)-1).Draw(t, "types")
		st.Links[i].TicketTypes = slices.Clone(st.Links[(i+1)%len(st.Links)].TicketTypes)
	default:
		for range rapid.IntRange(1, 3).Draw(t, "sales") {
			st = soldOneMore(st, rapid.IntRange(0, 50).Draw(t, "link"))
		}
	}
	return st
}

// What consoles share shows in none of them: each looks like one that is alone, whatever
// the others have drawn before, in any width, colour, glyphs and role.
func TestShared_Consoles_LookAsIfAlone(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		store := newFake()
		store.stats = manyLinks(rapid.SampledFrom([]int{1, 4, 40}).Draw(rt, "links")).stats
		store.stats.Version = 1
		shared := &page.Shared{}
		type pair struct{ one, alone *console }
		var pairs []pair
		for range rapid.IntRange(2, 4).Draw(rt, "consoles") {
			s := setup{
				client: "acme", store: store,
				role:    rapid.SampledFrom([]model.Role{model.Owner, model.Viewer}).Draw(rt, "role"),
				w:       rapid.SampledFrom([]int{60, 80, 120, 150}).Draw(rt, "w"),
				h:       rapid.SampledFrom([]int{12, 24, 36}).Draw(rt, "h"),
				profile: rapid.SampledFrom([]termenv.Profile{termenv.Ascii, termenv.ANSI}).Draw(rt, "profile"),
				ascii:   rapid.Bool().Draw(rt, "ascii"),
			}
			alone := open(t, s)
			s.shared = shared
			pairs = append(pairs, pair{open(t, s), alone})
		}
		for range rapid.IntRange(1, 25).Draw(rt, "steps") {
			if rapid.IntRange(0, 2).Draw(rt, "step") == 0 {
				store.stats = nextVersion(rt, store.stats)
			}
			p := pairs[rapid.IntRange(0, len(pairs)-1).Draw(rt, "who")]
			if rapid.Bool().Draw(rt, "moved") {
				p.one.send(movedMsg{p.one.live.gen})
				p.alone.send(movedMsg{p.alone.live.gen})
			} else {
				key := rapid.SampledFrom(sharedKeys).Draw(rt, "key")
				p.one.press(key)
				p.alone.press(key)
			}
			for i, p := range pairs {
				if got, want := p.one.View(), p.alone.View(); got != want {
					rt.Fatalf("console %d shows\n%s\nalone it shows\n%s", i, got, want)
				}
			}
		}
	})
}

// Consoles draw and scroll at once, each in the goroutine of its session; run with -race.
func TestShared_ManyAtOnce_NoneWaitsForever(t *testing.T) {
	stats := manyLinks(30).stats
	stats.Version = 1
	versions := []model.Stats{stats}
	for i := range 20 {
		versions = append(versions, soldOneMore(versions[i], i))
	}
	shared := &page.Shared{}
	var all sync.WaitGroup
	for n := range 8 {
		store := newFake()
		store.stats = stats
		c := open(t, setup{client: "acme", store: store, w: 80 + 40*(n%4), h: 30, profile: termenv.ANSI, shared: shared})
		all.Go(func() {
			for i := range 100 {
				store.stats = versions[min(i/5, len(versions)-1)]
				c.send(movedMsg{c.live.gen})
				c.press(sharedKeys[(i+n)%9])
			}
		})
	}
	all.Wait()
}

// However many consoles show a version, its rows are made once.
func TestShared_Version_MadeOnce(t *testing.T) {
	store := manyLinks(30)
	store.stats.Version = 1
	shared := &page.Shared{}
	var consoles []*console
	for range 5 {
		consoles = append(consoles, open(t, setup{client: "acme", store: store, w: 200, h: 50, profile: termenv.ANSI, shared: shared}))
	}
	for made := 1; made <= 3; made++ {
		if store.named != made {
			t.Errorf("the rows of %d versions were made %d times", made, store.named)
		}
		store.stats = soldOneMore(store.stats, made)
		for _, c := range consoles {
			c.send(movedMsg{c.live.gen})
		}
	}
	if store.trended != 1 {
		t.Errorf("sparklines were read %d times in a moment", store.trended)
	}
	if one, other := consoles[0].Lines(), consoles[4].Lines(); !slices.Equal(one, other) {
		t.Errorf("consoles that show the same differ:\n%q\n%q", one, other)
	}
}
