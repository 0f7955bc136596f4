package db_test

import (
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"lastclick/db"
	"lastclick/db/dbtest"
	"lastclick/model"
)

// testNodesRemovals has a node hear by its poll alone of what ends sessions, redirects and
// webhooks.
func testNodesRemovals(t *testing.T, c *cluster) {
	o := db.Options{URL: c.url(c.schema(t))}
	a, b := openStore(t, o), openDeaf(t, o)
	w := dbtest.Seed(t, a)
	person := func(name string) {
		t.Helper()
		key := model.Key{Fingerprint: "SHA256:" + name, Public: "ssh-ed25519 " + name}
		if _, err := a.AddPerson(w.Ctx, w.Owner, model.NewPerson{Name: name, Role: model.Member, Key: key}); err != nil {
			t.Fatal(err)
		}
	}
	person("mia")
	person("max")
	b.Poll()
	for _, name := range []string{"mia", "max"} {
		if _, err := b.Identify(w.Ctx, "SHA256:"+name); err != nil {
			t.Fatalf("%s does not sign in: %v", name, err)
		}
	}
	people, everything := b.Watch(w.Ctx, model.WatchPeople), b.Watch(w.Ctx, "")
	url, carry := "https://elsewhere.example/", "woocommerce"
	for _, change := range []struct {
		what string
		do   func() error
		seen func() bool
	}{
		{"a person removed", func() error { return a.RemovePerson(w.Ctx, w.Owner, "mia") }, func() bool {
			_, err := b.Identify(w.Ctx, "SHA256:mia")
			return model.KindOf(err) == model.NotFound
		}},
		{"a key removed", func() error { return a.RemoveKey(w.Ctx, w.Owner, "SHA256:max") }, func() bool {
			_, err := b.Identify(w.Ctx, "SHA256:max")
			return model.KindOf(err) == model.NotFound
		}},
		{"a checkout removed", func() error { return a.RemoveCheckout(w.Ctx, w.Admin, "box") }, func() bool {
			_, known := b.CheckoutByName("box")
			return !known
		}},
		{"a link archived", func() error { _, err := a.ArchiveLink(w.Ctx, w.Owner, "ana"); return err }, func() bool {
			l, _ := b.LinkByCode("ana")
			return l.Archived
		}},
		{"an event set", func() error {
			_, err := a.SetEvent(w.Ctx, w.Owner, "summerfest", model.EventChange{URL: &url})
			return err
		}, func() bool { p, _ := b.EventPage("summerfest"); return p.URL == url }},
		{"a client set", func() error {
			_, err := a.SetClient(w.Ctx, w.Admin, "acme", model.ClientChange{Carry: &carry})
			return err
		}, func() bool { l, _ := b.LinkByCode("bea"); return l.Carry == "utm_content" }},
	} {
		if err := change.do(); err != nil {
			t.Fatal(change.what, err)
		}
		b.Poll()
		if !change.seen() {
			t.Errorf("%s: a poll does not show it", change.what)
		}
		signalled(t, people) // so consoles are looked at again (server/ssh)
		signalled(t, everything)
	}
}

// testNodesTries tries invite codes on two nodes: what one has taken the other has not.
func testNodesTries(t *testing.T, c *cluster) {
	o := db.Options{URL: c.url(c.schema(t))}
	nodes := []*db.Store{openStore(t, o), openStore(t, o)}
	w := dbtest.Seed(t, nodes[0])
	invite, err := nodes[0].Invite(w.Ctx, w.Owner, model.NewPerson{Name: "Mia", Role: model.Member})
	if err != nil {
		t.Fatal(err)
	}
	key := model.Key{Fingerprint: "SHA256:mia", Public: "ssh-ed25519 mia"}
	minute := func() int64 { return time.Now().Unix() / 60 } // the server's clock is this one
	for again := true; again; {
		begun := minute()
		tried, busy := 0, error(nil)
		for busy == nil {
			_, err := nodes[tried%2].Join(w.Ctx, fmt.Sprint("wrong-", tried), key)
			if tried++; model.KindOf(err) == model.Busy {
				busy = err
			} else if model.KindOf(err) != model.NotFound {
				t.Fatal(err)
			}
			if tried > 3*db.MaxTries {
				t.Fatal("no node refuses")
			}
		}
		_, right := nodes[tried%2].Join(w.Ctx, invite.Code, key)
		if again = minute() != begun; again {
			continue // a new minute has begun, with new tries
		}
		if tried != db.MaxTries+1 {
			t.Errorf("refused after %d tries, want %d: %v", tried, db.MaxTries, busy)
		}
		if model.KindOf(right) != model.Busy {
			t.Errorf("the right code at the other node: %v", right)
		}
	}
}

// testNodesInvite enters one code on two nodes at once: it is used once.
func testNodesInvite(t *testing.T, c *cluster) {
	o := db.Options{URL: c.url(c.schema(t))}
	nodes := []*db.Store{openStore(t, o), openStore(t, o)}
	w := dbtest.Seed(t, nodes[0])
	for n := range 8 {
		invite, err := nodes[0].Invite(w.Ctx, w.Owner, model.NewPerson{Name: fmt.Sprint("Mia ", n), Role: model.Member})
		if err != nil {
			t.Fatal(err)
		}
		var both sync.WaitGroup
		var joined atomic.Int64
		for i, s := range nodes {
			both.Go(func() {
				_, err := s.Join(w.Ctx, invite.Code, model.Key{Fingerprint: fmt.Sprintf("SHA256:%d-%d", n, i), Public: "ssh-ed25519 x"})
				if err == nil {
					joined.Add(1)
				} else if model.KindOf(err) != model.NotFound {
					t.Error(err)
				}
			})
		}
		both.Wait()
		if joined.Load() != 1 {
			t.Fatalf("%d people joined by one code", joined.Load())
		}
	}
}

// testNodesClocks has a node whose clock is an hour ahead: what another node has under a
// lease it leaves alone, and what it reports is due when it says.
func testNodesClocks(t *testing.T, c *cluster) {
	o := db.Options{URL: c.url(c.schema(t))}
	a := openStore(t, o)
	o.Now = func() time.Time { return time.Now().Add(time.Hour) }
	b := openStore(t, o)
	w := dbtest.Seed(t, a)
	const lease = time.Minute

	mails, err := a.DueMail(w.Ctx, 100, lease) // those of the links that Seed made
	if err != nil || len(mails) == 0 {
		t.Fatalf("%d mails, %v", len(mails), err)
	}
	if stolen, err := b.DueMail(w.Ctx, 100, lease); err != nil || len(stolen) > 0 {
		t.Errorf("the other node gets %d mails, %v", len(stolen), err)
	}
	if err := b.MailFailed(w.Ctx, mails[0].ID, "later", o.Now()); err != nil {
		t.Fatal(err)
	}
	if again, err := a.DueMail(w.Ctx, 100, lease); err != nil || len(again) != 1 || again[0].ID != mails[0].ID {
		t.Errorf("a mail that is due at once by the clock of the node that says so: %+v %v", again, err)
	}

	if _, err := a.AddHook(w.Ctx, w.Owner, "https://acme.example/"); err != nil {
		t.Fatal(err)
	}
	w.Place(dbtest.Order{Receipt: w.Receipt("ana@50"), Tickets: []dbtest.Ticket{{ID: "T-1"}}})
	soon(t, b, "", func() bool {
		batches, err := b.DueHooks(w.Ctx, 0, lease)
		return err == nil && len(batches) == 1
	})
	if stolen, err := a.DueHooks(w.Ctx, 0, lease); err != nil || len(stolen) > 0 {
		t.Errorf("the other node gets %d hooks, %v", len(stolen), err)
	}
	if err := b.ReportHook(w.Ctx, model.HookReport{Hook: 1, Next: o.Now()}); err != nil {
		t.Fatal(err)
	}
	if again, err := a.DueHooks(w.Ctx, 0, lease); err != nil || len(again) != 1 {
		t.Errorf("a hook that is due at once: %d %v", len(again), err)
	}
	if stolen, err := b.DueHooks(w.Ctx, 0, lease); err != nil || len(stolen) > 0 {
		t.Errorf("the node that is ahead gets %d hooks, %v", len(stolen), err)
	}

	if _, err := a.AddCheckout(w.Ctx, w.Admin, model.NewCheckout{Name: "webshop", Kind: "woocommerce"}); err != nil {
		t.Fatal(err)
	}
	soon(t, b, "", func() bool { _, ok := b.CheckoutByName("webshop"); return ok })
	k, _ := a.CheckoutByName("webshop")
	if _, err := b.KeepShopDelivery(w.Ctx, model.ShopDelivery{Checkout: k.ID, CheckoutName: k.Name, Body: []byte("{}"), Received: time.Now()}, 0); err != nil {
		t.Fatal(err)
	}
	take := model.ShopTake{Limit: 2, Each: 2, Lease: lease}
	if due, err := a.DueShopDeliveries(w.Ctx, take); err != nil || len(due) != 1 {
		t.Errorf("%d deliveries, %v", len(due), err)
	}
	if stolen, err := b.DueShopDeliveries(w.Ctx, take); err != nil || len(stolen) > 0 {
		t.Errorf("the other node gets %d deliveries, %v", len(stolen), err)
	}
}

// testNodesJobs runs all that nodes do by themselves on two nodes at once, while both take
// orders: each job is done once, or its being done twice changes nothing.
func testNodesJobs(t *testing.T, c *cluster) {
	var ahead atomic.Int64
	o := db.Options{
		URL: c.url(c.schema(t)), Keep: model.Retention{Inbox: 30 * aDay, Webhooks: 30 * aDay, Audit: 30 * aDay},
		Now: func() time.Time { return time.Now().Add(time.Duration(ahead.Load())) },
	}
	nodes := []*db.Store{openStore(t, o), openStore(t, o)}
	w := dbtest.Seed(t, nodes[0])
	there := *w
	there.Store = nodes[1]
	soon(t, nodes[1], "", func() bool { _, ok := nodes[1].CheckoutByName("box"); return ok })
	for n := range 30 {
		id := fmt.Sprint("old-", n)
		w.Place(dbtest.Order{ID: id, WebhookID: id, Customer: fmt.Sprint("c-", n%7), Receipt: w.Receipt("ana@50"), Tickets: []dbtest.Ticket{{ID: id}}})
	}
	ahead.Store(int64(100 * aDay)) // the keys are to be renewed, and what was kept for a while goes
	if err := nodes[0].SetTimezoneAlone(w.Ctx, "acme", "Pacific/Apia"); err != nil {
		t.Fatal(err)
	}
	var work sync.WaitGroup
	errs := make([]error, 2*len(nodes))
	for i, s := range nodes {
		work.Go(func() { errs[2*i] = s.RunJobs(w.Ctx) })
		work.Go(func() {
			node := []*dbtest.World{w, &there}[i]
			for n := range 20 {
				id := fmt.Sprintf("new-%d-%d", i, n)
				errs[2*i+1] = errors.Join(errs[2*i+1], untilDone(func() error {
					_, err := node.Send(dbtest.Order{ID: id, WebhookID: id, Customer: fmt.Sprint("c-", n%7), Code: "ana", Tickets: []dbtest.Ticket{{ID: id}}})
					return err
				}))
			}
		})
	}
	work.Wait()
	if err := errors.Join(errs...); err != nil {
		t.Error(err)
	}
	if keys, err := nodes[1].ReceiptKeys(w.Ctx, w.Admin); err != nil || len(keys) != 2 {
		t.Errorf("%d receipt keys, %v: want the first one and the next", len(keys), err)
	}
	if kept, err := nodes[1].HasDays(w.Ctx, "acme"); err != nil || !kept {
		t.Errorf("the days are not counted in the new timezone: %v", err)
	}
	if left, err := nodes[0].ForgetOld(w.Ctx); err != nil || left != (db.Forgotten{}) {
		t.Errorf("not forgotten by then: %+v %v", left, err)
	}
	if diffs, err := nodes[0].Check(w.Ctx); err != nil || len(diffs) > 0 {
		t.Errorf("check: %v %v", diffs, err)
	}
}
