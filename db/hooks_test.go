package db_test

import (
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"lastclick/db"
	"lastclick/db/dbtest"
	"lastclick/model"
)

func TestSQLite_HookHistories(t *testing.T) {
	dbtest.HookHistories(t, func(t *testing.T) dbtest.CrashingStore { return openCrashing(t, db.Options{Dir: memoryDir(t)}) }, howManyCrashes())
}

// Without hooks an order, a scan and a look for messages cost no statement more, nor with
// a hook of another client. With one of the client an order costs one more, and a scan
// three: it names a link and an event that it does not read otherwise.
func TestHooks_StatementsOfAnOrder(t *testing.T) {
	w, taken := recordedWorld(t, db.Options{Dir: memoryDir(t)})
	w.AddClient("zenith")
	n := 0
	cost := func() (all int, ofHooks []string) {
		t.Helper()
		taken()
		id := "A-" + string(rune('a'+n))
		n++
		w.Place(dbtest.Order{ID: id, Receipt: w.Receipt("ana@50"), Tickets: []dbtest.Ticket{{ID: "T-" + id}, {ID: "U-" + id}}})
		w.Scan("T-"+id, 200, true)
		statements, _ := taken()
		for _, s := range statements {
			if strings.Contains(s, "hook_outbox") || strings.Contains(s, "hooks h") {
				ofHooks = append(ofHooks, s)
			}
		}
		return len(statements), ofHooks
	}
	cost() // finds its cells
	plain, ofHooks := cost()
	if len(ofHooks) > 0 {
		t.Errorf("without hooks: %q", ofHooks)
	}
	taken()
	if due, err := w.Store.DueHooks(t.Context(), 0, time.Hour); err != nil || len(due) > 0 {
		t.Errorf("%v %v", due, err)
	}
	if statements, _ := taken(); len(statements) > 0 {
		t.Errorf("to look for messages without hooks: %q", statements)
	}
	if _, err := w.Store.AddHook(t.Context(), dbtest.As("zenith"), "https://zenith.example/"); err != nil {
		t.Fatal(err)
	}
	if other, ofHooks := cost(); other != plain || len(ofHooks) > 0 {
		t.Errorf("with a hook of another client %d statements, without %d: %q", other, plain, ofHooks)
	}
	if _, err := w.Store.AddHook(t.Context(), w.Owner, "https://acme.example/"); err != nil {
		t.Fatal(err)
	}
	if with, ofHooks := cost(); with != plain+4 || len(ofHooks) != 2 {
		t.Errorf("with a hook %d statements for an order and a scan, without %d: %q", with, plain, ofHooks)
	}
	t.Logf("an order and a scan: %d statements", plain)
}

// A message that was committed is there after the process was killed, with the id that it
// had.
func TestHooks_KilledBeforeSending_SentAfterRestart(t *testing.T) {
	s := openCrashing(t, db.Options{Dir: memoryDir(t)})
	w := dbtest.Seed(t, s.Store)
	if _, err := s.AddHook(t.Context(), w.Owner, "https://acme.example/"); err != nil {
		t.Fatal(err)
	}
	w.Place(dbtest.Order{Receipt: w.Receipt("ana@50"), Tickets: []dbtest.Ticket{{ID: "T-1"}}})
	before, err := s.DueHooks(t.Context(), 0, 0)
	if err != nil || len(before) != 1 {
		t.Fatalf("%v %v", before, err)
	}
	s.Crash(0, false)
	again := s.Reopen()
	defer again.Close()
	after, err := again.DueHooks(t.Context(), 0, time.Hour)
	if err != nil || len(after) != 1 || after[0].Messages[0].ID != before[0].Messages[0].ID {
		t.Errorf("%+v %v, was %+v", after, err, before)
	}
}

// testHooksOfNodes has two nodes over one database: what one node learns of hooks the
// other knows soon, and no batch is handed out to both.
func testHooksOfNodes(t *testing.T, c *cluster) {
	o := db.Options{URL: c.url(c.schema(t))}
	a, b := openStore(t, o), openStore(t, o)
	w := dbtest.Seed(t, a)
	there := *w
	there.Store = b
	soon(t, b, "", func() bool { _, ok := b.LinkByCode("bea"); return ok })
	soon(t, b, "", func() bool { _, ok := b.CheckoutByName("box"); return ok })
	if _, err := a.AddHook(t.Context(), w.Owner, "https://acme.example/"); err != nil {
		t.Fatal(err)
	}
	// The other node sells and sends.
	n := 0
	soon(t, b, "", func() bool {
		n++
		id := string(rune('a' + n))
		there.Place(dbtest.Order{ID: id, WebhookID: "b-" + id, Receipt: w.Receipt("ana@50"), Tickets: []dbtest.Ticket{{ID: id}}})
		hooks, err := a.Hooks(t.Context(), w.Owner)
		return err == nil && hooks[0].Waiting > 0
	})
	handed := make(chan int, 40)
	for range 20 {
		for _, node := range []*db.Store{a, b} {
			go func() {
				batches, err := node.DueHooks(t.Context(), 0, time.Hour)
				if err != nil {
					t.Error(err)
				}
				handed <- len(batches)
			}()
		}
	}
	sum := 0
	for range 40 {
		sum += <-handed
	}
	if sum != 1 {
		t.Errorf("the hook was handed out %d times", sum)
	}
	if _, err := a.RemoveHook(t.Context(), w.Owner, "https://acme.example/"); err != nil {
		t.Fatal(err)
	}
	// A node whose cache still knows the hook leaves nothing in the outbox.
	there.Place(dbtest.Order{ID: "last", WebhookID: "b-last", Receipt: w.Receipt("ana@50"), Tickets: []dbtest.Ticket{{ID: "last"}}})
	if h, err := a.AddHook(t.Context(), w.Owner, "https://acme.example/"); err != nil || h.State != model.HookActive {
		t.Fatal(err)
	}
	if hooks, err := a.Hooks(t.Context(), w.Owner); err != nil || hooks[0].Waiting != 0 {
		t.Errorf("%+v %v", hooks, err)
	}
}

// BenchmarkReceiveHooked is an order of two credited tickets, durable, as 64 checkouts post
// at once: without hooks, and with one that is told of each.
func BenchmarkReceiveHooked(b *testing.B) {
	for _, hooks := range []int{0, 1} {
		b.Run(fmt.Sprint("hooks=", hooks), func(b *testing.B) {
			s, w := openBench(b)
			for range hooks {
				if _, err := s.AddHook(b.Context(), w.Owner, "https://acme.example/"); err != nil {
					b.Fatal(err)
				}
			}
			receipt := w.Receipt("ana@50")
			var n atomic.Int64
			b.SetParallelism(32)
			b.ResetTimer()
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					o := benchOrder(receipt, n.Add(1))
					o.Placed = dbtest.Minute(100)
					if _, err := s.Receive(w.Ctx, w.Delivery("box", o.ID, o.Body())); err != nil {
						b.Error(err)
					}
				}
			})
		})
	}
}
