package db_test

import (
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"lastclick/db"
	"lastclick/db/dbtest"
	"lastclick/model"
)

// openDeaf opens a node that hears of what other nodes do when it polls alone.
func openDeaf(t *testing.T, o db.Options) *db.Deaf {
	t.Helper()
	o.FreshWait = time.Minute
	d, err := db.OpenUnpolled(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := d.Close(); err != nil {
			t.Error(err)
		}
	})
	return d
}

// testNodesLookUps has a node be asked for what another one made, before it has heard of it.
func testNodesLookUps(t *testing.T, c *cluster) {
	schema := c.schema(t)
	o := db.Options{URL: c.url(schema)}
	a, b := openStore(t, o), openDeaf(t, o)
	w := dbtest.Seed(t, a)
	w.AddClient("zenith")
	w.AddEvent("zenith", "nightshift")
	w.AddLink("zenith", "zoe", "nightshift")
	carry := "woocommerce"
	if _, err := a.SetClient(w.Ctx, w.Admin, "zenith", model.ClientChange{Carry: &carry}); err != nil {
		t.Fatal(err)
	}
	if _, err := a.AddAlias(w.Ctx, dbtest.As("zenith"), "zoe", "zoe10"); err != nil {
		t.Fatal(err)
	}
	if _, err := a.ArchiveLink(w.Ctx, w.Owner, "bea"); err != nil {
		t.Fatal(err)
	}

	t.Run("Unheard", func(t *testing.T) {
		for _, code := range []string{"ana", "bea", "zoe", "zoe10"} {
			want, _ := a.LinkByCode(code)
			if _, known := b.LinkByCode(code); known && code == "ana" {
				t.Fatal("the node has heard of it")
			}
			if got, err := b.LookUpLink(w.Ctx, code); err != nil || got != want {
				t.Errorf("%s: %+v %v, want %+v", code, got, err, want)
			}
		}
		event, _ := a.EventPage("nightshift")
		if got, err := b.LookUpEvent(w.Ctx, "nightshift"); err != nil || got != event {
			t.Errorf("the event: %+v %v", got, err)
		}
		client, _ := a.ClientPage("zenith")
		if got, err := b.LookUpClient(w.Ctx, "zenith"); err != nil || got != client {
			t.Errorf("the client: %+v %v", got, err)
		}
		box, _ := a.CheckoutByName("box")
		if got, err := b.LookUpCheckout(w.Ctx, "box"); err != nil || got.ID != box.ID || string(got.Secrets[0]) != string(box.Secrets[0]) {
			t.Errorf("the checkout: %+v %v", got, err)
		}
		soon(t, b.Store, "", func() bool { _, known := b.LinkByCode("zoe10"); return known }) // a look-up that finds something has it poll
	})

	t.Run("FirstClickAndWebhook", func(t *testing.T) {
		w.AddLink("acme", "nina", "")
		w.AddCheckout("kiosk", "")
		// The click is counted before memory knows whose link it is.
		nina, _ := a.LinkByCode("nina")
		if !b.Click(model.Click{Link: nina.Link, At: time.Now()}) {
			t.Fatal("the click is not taken")
		}
		soon(t, a, "acme", func() bool { return clicksOf(t, a, w, "nina") == 1 })
		if link, err := b.LookUpLink(w.Ctx, "nina"); err != nil || link != nina {
			t.Errorf("%+v %v", link, err)
		}
		k, err := b.LookUpCheckout(w.Ctx, "kiosk")
		if err != nil {
			t.Fatal(err)
		}
		delivery := w.Delivery("kiosk", "kiosk-1", dbtest.Order{ID: "K-1", Tickets: []dbtest.Ticket{{ID: "KT-1"}}}.Body())
		delivery.Checkout = k.ID
		if out, err := b.Receive(w.Ctx, delivery); err != nil || out.Status != model.Applied {
			t.Errorf("its first webhook: %+v %v", out, err)
		}
		if diffs, err := a.Check(w.Ctx); err != nil || len(diffs) > 0 {
			t.Errorf("check: %v %v", diffs, err)
		}
	})

	t.Run("Secrets", func(t *testing.T) {
		b.Poll()
		known, _ := b.CheckoutByName("box")
		if k, err := b.LookUpSecrets(w.Ctx, known); model.KindOf(err) != model.NotFound {
			t.Errorf("nothing is new: %+v %v", k, err)
		}
		if _, err := a.RotateCheckout(w.Ctx, w.Admin, "box", model.Rotation{}); err != nil {
			t.Fatal(err)
		}
		b.Pass(db.LookUpKept)
		fresh, _ := a.CheckoutByName("box")
		if k, err := b.LookUpSecrets(w.Ctx, known); err != nil || len(k.Secrets) != 2 || string(k.Secrets[0]) != string(fresh.Secrets[0]) {
			t.Errorf("rotated: %+v %v", k, err)
		}
	})

	t.Run("UnknownIsKeptForASecond", func(t *testing.T) {
		b.Statements()
		for range 3 {
			if _, err := b.LookUpLink(w.Ctx, "vera"); model.KindOf(err) != model.NotFound {
				t.Errorf("%v", err)
			}
		}
		if n := lookUpsIn(b); n != 1 {
			t.Errorf("the database was asked %d times", n)
		}
		w.AddLink("acme", "vera", "")
		b.Pass(db.LookUpKept)
		if _, err := b.LookUpLink(w.Ctx, "vera"); err != nil {
			t.Errorf("a second later: %v", err)
		}
	})

	// Guessing loads the database so far and no further, and keeps checkouts out of it.
	t.Run("Attack", func(t *testing.T) {
		b.Pass(time.Minute)         // the rates are full
		defer b.Wait(time.Minute)() // a busy machine is no database that hangs
		b.Statements()
		var attackers sync.WaitGroup
		var others atomic.Int64
		for n := range 8 {
			attackers.Go(func() {
				for i := range 1250 {
					if _, err := b.LookUpLink(w.Ctx, fmt.Sprintf("guess-%d-%d", n, i)); model.KindOf(err) != model.NotFound {
						others.Add(1)
					}
				}
			})
		}
		attackers.Wait()
		if n := lookUpsIn(b); n > db.MostLookUps() || n == 0 {
			t.Errorf("10,000 guesses asked the database %d times, want at most %d", n, db.MostLookUps())
		}
		if n := others.Load(); n > 0 {
			t.Errorf("%d guesses got another answer than that there is no such link", n)
		}
		if _, err := b.LookUpCheckout(w.Ctx, "box"); err != nil {
			t.Errorf("a checkout meanwhile: %v", err)
		}
		for i := range 60 {
			_, err := b.LookUpCheckout(w.Ctx, fmt.Sprint("guess-", i))
			if kind := model.KindOf(err); kind != model.NotFound && kind != model.Busy {
				t.Errorf("%v", err)
			}
		}
		if _, err := b.LookUpCheckout(w.Ctx, "one-more"); model.KindOf(err) != model.Busy {
			t.Errorf("too many unknown checkouts: %v, want Busy: 404 would be taken for final", err)
		}
	})

	// A database that hangs is asked once a second, by one who waits for a bounded time.
	t.Run("Hangs", func(t *testing.T) {
		b.Pass(time.Minute)
		hold, err := c.admin.BeginTx(w.Ctx, nil)
		if err != nil {
			t.Fatal(err)
		}
		defer hold.Rollback()
		if _, err := hold.ExecContext(w.Ctx, "LOCK TABLE "+schema+".links IN ACCESS EXCLUSIVE MODE"); err != nil {
			t.Fatal(err)
		}
		begin := time.Now()
		if _, err := b.LookUpLink(w.Ctx, "late"); model.KindOf(err) != model.Busy {
			t.Errorf("%v", err)
		}
		if waited := time.Since(begin); waited > 5*time.Second {
			t.Errorf("it waited %s", waited)
		}
		b.Statements()
		if _, err := b.LookUpLink(w.Ctx, "later"); model.KindOf(err) != model.Busy || lookUpsIn(b) != 0 {
			t.Errorf("just after that: %v", err)
		}
		if err := hold.Rollback(); err != nil {
			t.Fatal(err)
		}
		for try := 1; ; try++ { // a busy machine may take longer than one look-up waits
			b.Pass(db.LookUpKept)
			_, err := b.LookUpLink(w.Ctx, "later")
			if model.KindOf(err) == model.NotFound {
				break
			}
			if try == 10 {
				t.Fatalf("once it answers: %v", err)
			}
		}
	})
}

// lookUpsIn is how often the database was asked for a link.
func lookUpsIn(d *db.Deaf) (n int) {
	statements, _ := d.Statements()
	for _, s := range statements {
		if strings.Contains(s, "UNION ALL SELECT link_id FROM aliases") {
			n++
		}
	}
	return n
}

// On one node memory is the truth, and strangers never make it ask the database.
func TestLookUps_SQLite_NotFoundWithoutAsking(t *testing.T) {
	s, taken, err := db.OpenRecorded(t.Context(), db.Options{Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	w := dbtest.Seed(t, s)
	taken()
	_, link := s.LookUpLink(w.Ctx, "ana")
	_, event := s.LookUpEvent(w.Ctx, "summerfest")
	_, client := s.LookUpClient(w.Ctx, "acme")
	_, checkout := s.LookUpCheckout(w.Ctx, "box")
	known, _ := s.CheckoutByName("box")
	_, secrets := s.LookUpSecrets(w.Ctx, known)
	for _, err := range []error{link, event, client, checkout, secrets} {
		if model.KindOf(err) != model.NotFound {
			t.Errorf("%v", err)
		}
	}
	if statements, _ := taken(); len(statements) > 0 {
		t.Errorf("asked: %q", statements)
	}
}
