package db

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"

	"lastclick/model"
)

// fillTable adds links with the ids from 1 on.
func fillTable(t *linkTable, links int) {
	for id := 1; id <= links; id++ {
		t.add(int64(id), fmt.Appendf(nil, "code-%d", id), 1, id%7 == 0)
	}
}

func wantAt(t *testing.T, r *linkRow, page uint32, archived bool) {
	t.Helper()
	if p, a := r.at(); p != page || a != archived {
		t.Errorf("link %d leads to page %d, archived %v; want %d, %v", r.id, p, a, page, archived)
	}
}

func TestLinkTable_AnyLinks_FoundAsAdded(t *testing.T) {
	table := newLinkTable(0)
	codes := map[string]int64{}
	ids := map[int64]string{}
	for range 30_000 {
		id := rand.Int64() >> rand.IntN(62) // small and large, close and far
		code := fmt.Sprintf("%0*x", 1+rand.IntN(40), rand.Uint32())
		if _, ok := ids[id]; ok || codes[code] != 0 || len(code) > 40 {
			continue
		}
		if table.get(id) != nil || table.find(code) != nil {
			t.Fatalf("%d or %q is there before it was added", id, code)
		}
		table.add(id, []byte(code), uint32(id)%100, id%2 == 0)
		codes[code], ids[id] = id, code
	}
	for code, id := range codes {
		r := table.find(code)
		if r == nil || r != table.get(id) || r.id != id {
			t.Fatalf("%q: %+v", code, r)
		}
		wantAt(t, r, uint32(id)%100, id%2 == 0)
		r.setArchived(id%3 == 0)
		wantAt(t, r, uint32(id)%100, id%3 == 0)
	}
	for _, code := range []string{"", "nobody", "\x00"} {
		if r := table.find(code); r != nil {
			t.Errorf("%q is %+v", code, r)
		}
	}
	if len(codes) < 20_000 {
		t.Errorf("only %d links were looked at", len(codes))
	}
}

// Readers beside the one that adds: what was added before is found, and whole. The race
// detector reads this too.
func TestLinkTable_ReadersBesideTheWriter_SeeWholeLinks(t *testing.T) {
	const links = 20_000
	table := newLinkTable(0)
	var added atomic.Int64
	var readers sync.WaitGroup
	for range 3 {
		readers.Go(func() {
			for {
				n := added.Load()
				if n > 0 {
					id := 1 + rand.Int64N(n)
					r := table.find(fmt.Sprint("code-", id))
					if r == nil || r.id != id || table.get(id) != r {
						t.Errorf("link %d of %d: %+v", id, n, r)
						return
					}
					if page, _ := r.at(); page != 1 {
						t.Errorf("link %d leads to page %d", id, page)
						return
					}
				}
				// One that is being added, or is not there yet.
				if r := table.find(fmt.Sprint("code-", n+rand.Int64N(3))); r != nil && (r.id < 1 || string(table.view.Load().codeOf(r)) != fmt.Sprint("code-", r.id)) {
					t.Errorf("half a link: %+v", r)
					return
				}
				if n == links {
					return
				}
			}
		})
	}
	for id := 1; id <= links; id++ {
		table.add(int64(id), fmt.Appendf(nil, "code-%d", id), 1, false)
		table.get(1 + rand.Int64N(int64(id))).setArchived(id%2 == 0)
		added.Store(int64(id))
	}
	readers.Wait()
}

// A link in memory costs under 55 bytes, and none that the garbage collector follows.
func TestLinkTable_ManyLinks_SmallWithoutPointers(t *testing.T) {
	const links = 200_000
	heap := func() uint64 {
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	before := heap()
	table := newLinkTable(links)
	fillTable(table, links)
	if each := float64(heap()-before) / links; each > 55 {
		t.Errorf("a link costs %.0f bytes", each)
	}
	if table.find("code-7") == nil {
		t.Error("a link is missing")
	}
}

func TestLinkByCode_AllocatesNothing(t *testing.T) {
	s := openTest(t, Options{})
	_, err := s.AddEvent(t.Context(), admin, model.NewEvent{Slug: "summerfest", Name: "S", URL: "https://s.example/"})
	must(t, err)
	_, err = s.AddLink(t.Context(), admin, model.NewLink{Name: "Bea", Email: "bea@example.com", Code: "bea", Event: "summerfest"})
	must(t, err)
	for _, code := range []string{"ana", "bea", "nobody"} {
		if n := testing.AllocsPerRun(100, func() { s.LinkByCode(code) }); n != 0 {
			t.Errorf("looking for %s allocates %v times", code, n)
		}
	}
	if n := testing.AllocsPerRun(100, func() { s.EventPage("summerfest"); s.ClientPage("acme") }); n != 0 {
		t.Errorf("looking for pages allocates %v times", n)
	}
}

func TestCache_Reopened_AsItWas(t *testing.T) {
	o := Options{Dir: t.TempDir()}
	s := openTest(t, o)
	ctx := t.Context()
	_, err := s.AddClient(ctx, admin, model.NewClient{Slug: "zenith", Name: "Z", URL: "https://zenith.example/"})
	must(t, err)
	for i := range 3 {
		slug := fmt.Sprint("event-", i)
		_, err = s.AddEvent(ctx, admin, model.NewEvent{Slug: slug, Name: "E", URL: "https://" + slug + ".example/"})
		must(t, err)
		_, err = s.AddLink(ctx, admin, model.NewLink{Name: "Bea", Email: "bea@example.com", Code: fmt.Sprint("bea-", i), Event: slug})
		must(t, err)
	}
	_, err = s.ArchiveLink(ctx, admin, "bea-1")
	must(t, err)
	_, err = s.AddCheckout(ctx, admin, model.NewCheckout{Name: "box"})
	must(t, err)
	for _, alias := range []string{"ana10", "ana20"} {
		_, err = s.AddAlias(ctx, admin, "ana", alias)
		must(t, err)
	}
	_, err = s.RemoveAlias(ctx, admin, "ana", "ana20")
	must(t, err)
	carry := "woocommerce"
	_, err = s.SetClient(ctx, admin, "acme", model.ClientChange{Carry: &carry})
	must(t, err)
	tracking := "consent"
	_, err = s.SetClient(ctx, admin, "acme", model.ClientChange{Tracking: &tracking})
	must(t, err)
	carry = "tito"
	_, err = s.SetEvent(ctx, admin, "event-2", model.EventChange{Carry: &carry})
	must(t, err)
	look := func(s *Store) string {
		var all []any
		for _, code := range []string{"ana", "bea-0", "bea-1", "bea-2", "bea-3", "ana10", "ana20"} {
			l, ok := s.LinkByCode(code)
			all = append(all, l, ok)
		}
		for _, slug := range []string{"event-0", "event-2", "event-3", "acme", "zenith"} {
			e, ok := s.EventPage(slug)
			c, ok2 := s.ClientPage(slug)
			all = append(all, e, ok, c, ok2)
		}
		k, ok := s.CheckoutByName("box")
		return fmt.Sprintf("%+v", append(all, k, ok, s.LongestWindow()))
	}
	changed := look(s)
	must(t, s.update(ctx, (*tx).reload))
	if got := look(s); got != changed {
		t.Errorf("read again it is\n%s, it was\n%s", got, changed)
	}
	must(t, s.Close())
	if got := look(openTest(t, o)); got != changed {
		t.Errorf("in the next process it is\n%s, it was\n%s", got, changed)
	}
}

// Several readers share the links, whatever their ids are.
func TestCache_LoadedInParts_Whole(t *testing.T) {
	s := openTest(t, Options{})
	s.sqlDo(t, `INSERT INTO links (id, code, client_id, name, email, source, stats_token, archived_at, created_at)
		WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000)
		SELECT 100 + i * i, 'code-' || i, 1, '', '', '', i, CASE WHEN i % 3 = 0 THEN 1 END, 0 FROM n`)
	for _, parts := range []int64{1, 2, 3, 7} {
		m, err := read(t.Context(), s, func(c *conn) (*cache, error) {
			m := newCache(0)
			return m, c.loadParts(m, 0, 100+20000*20000, parts)
		})
		must(t, err)
		if n := m.links.links.Load(); n != 20_001 {
			t.Fatalf("%d parts have %d links", parts, n)
		}
		for i := range int64(20_000) {
			if r := m.links.find(fmt.Sprint("code-", i+1)); r == nil || r.id != 100+(i+1)*(i+1) || r.page&1 != uint32(flag((i+1)%3 == 0)) {
				t.Fatalf("link %d in %d parts: %+v", i+1, parts, r)
			}
		}
	}
}

func TestAddLines_NotALink_Refused(t *testing.T) {
	for _, lines := range []string{"x ana 1 0 0", "1 ana 1 0", "1 ana 1 0 00", " ana 1 0 0", "1 ana -1 0 0", "1 ana 1 0 0,2"} {
		if err := newCache(0).addLines([]byte(lines)); err == nil {
			t.Errorf("%q is read", lines)
		}
	}
}

// A link or an event that this node adds for a client, or at an event, that another node has
// just made is not known here yet. The next look at the other nodes' changes brings both,
// in this order; until then it must not lead to another page, or to none.
func TestCache_ClientOfOtherNode_LinkWaitsForIt(t *testing.T) {
	m := newCache(0)
	event := model.Event{ID: 3, Slug: "fest", URL: "https://acme.example/fest"}
	ofClient, ofEvent := cachedLink{code: "ana", client: 7}, cachedLink{code: "bea", client: 7, event: 3}
	put := func() {
		m.putEvent(event, 7)
		m.putLink(1, ofClient)
		m.putLink(2, ofEvent)
	}
	put()
	for link := range int64(2) {
		if client, ok := m.clientOf(link + 1); ok {
			t.Errorf("link %d is of client %d", link+1, client)
		}
	}
	if _, ok := m.pageOf(&m.eventSlugs, "fest"); ok {
		t.Error("the event has a page without its client")
	}
	m.putClient(model.Client{ID: 7, Slug: "acme"})
	put()
	for link := range int64(2) {
		if client, ok := m.clientOf(link + 1); !ok || client != 7 {
			t.Errorf("link %d is of client %d, %t; want 7", link+1, client, ok)
		}
	}
}
