package db_test

import (
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"lastclick/db"
	"lastclick/db/dbtest"
	"lastclick/model"
)

// states are the keys in short, the newest first.
func states(t *testing.T, s *db.Store, w *dbtest.World) string {
	t.Helper()
	keys, err := s.ReceiptKeys(t.Context(), w.Admin)
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, k := range keys {
		all = append(all, k.State)
	}
	return strings.Join(all, " ")
}

func wantKind(t *testing.T, what string, err error, kind model.Kind, says string) {
	t.Helper()
	if model.KindOf(err) != kind || err == nil || !strings.Contains(err.Error(), says) {
		t.Errorf("%s: %v, want %v that says %q", what, err, kind, says)
	}
}

// testReceiptKeys rotates the keys on two stores of one database, or on one that is both.
func testReceiptKeys(t *testing.T, a, b *db.Store, ahead *atomic.Int64) {
	w := dbtest.Seed(t, a)
	ctx := t.Context()
	rotate := func(r model.ReceiptRotation) error {
		_, err := a.RotateReceiptKeys(ctx, w.Admin, r)
		return err
	}
	_, err := a.RotateReceiptKeys(ctx, dbtest.As("acme"), model.ReceiptRotation{})
	wantKind(t, "an owner", err, model.Denied, "admin")
	_, err = a.ReceiptKeys(ctx, dbtest.As("acme"))
	wantKind(t, "an owner", err, model.Denied, "admin")
	wantKind(t, "the only one", rotate(model.ReceiptRotation{EndOld: true, Force: true}), model.Conflict, "one receipt key alone")

	old, token := w.Receipt("ana@50"), w.Token("ana@60", 1)
	w.Place(dbtest.Order{Receipt: old, Tickets: []dbtest.Ticket{{ID: "T-1"}}})
	if err := rotate(model.ReceiptRotation{}); err != nil {
		t.Fatal(err)
	}
	if got := states(t, b, w); got != "next signs" {
		t.Errorf("after the rotation: %s", got)
	}
	wantKind(t, "a second one", rotate(model.ReceiptRotation{}), model.Conflict, "on its way")
	wantKind(t, "before it signs", rotate(model.ReceiptRotation{EndOld: true, Force: true}), model.Conflict, "not sign on every node")
	ahead.Add(int64(11 * time.Minute))
	if got := states(t, a, w); got != "signs verifies" {
		t.Errorf("after the delay: %s", got)
	}
	for _, s := range []*db.Store{a, b} {
		if _, ok := s.Receipts().Verify(old); !ok {
			t.Error("a receipt of the old key does not verify")
		}
	}
	wantKind(t, "inside the window", rotate(model.ReceiptRotation{EndOld: true}), model.Conflict, "bad_receipt")
	if err := rotate(model.ReceiptRotation{EndOld: true, Force: true}); err != nil {
		t.Fatal(err)
	}
	for _, s := range []*db.Store{a, b} {
		soon(t, s, "", func() bool { _, ok := s.Receipts().Verify(old); return !ok })
		if _, ok := s.Receipts().VerifyClick(token); ok {
			t.Error("a click token of the ended key verifies")
		}
	}
	if got := states(t, b, w); got != "signs" {
		t.Errorf("after the end: %s", got)
	}

	// What is known keeps its verdict, and what its first receipt proved counts for tickets
	// that come later; what comes from now on is a bad_receipt.
	for _, c := range []struct {
		order dbtest.Order
		want  string
	}{
		{dbtest.Order{Version: 2, Receipt: old, Tickets: []dbtest.Ticket{{ID: "T-1"}, {ID: "T-2"}}}, "ana last_click, ana last_click"},
		{dbtest.Order{ID: "A-2", Receipt: old, Tickets: []dbtest.Ticket{{ID: "T-3"}}}, "bad_receipt"},
		{dbtest.Order{ID: "A-3", Receipt: w.Receipt("ana@50"), Tickets: []dbtest.Ticket{{ID: "T-4"}}}, "ana last_click"},
	} {
		var got []string
		for _, k := range w.Place(c.order).Tickets {
			verdict := string(k.Reason)
			if k.Link != nil {
				verdict = *k.Link + " " + verdict
			}
			got = append(got, verdict)
		}
		if all := strings.Join(got, ", "); all != c.want {
			t.Errorf("order %s: %s, want %s", c.order.ID, all, c.want)
		}
	}
	if diffs, err := a.Check(ctx); err != nil || len(diffs) > 0 {
		t.Errorf("check: %v %v", diffs, err)
	}
	audit, err := a.Audit(ctx, w.Admin, model.Paging{Limit: 2})
	if err != nil || len(audit.Items) != 2 || audit.Items[0].Action != "receipt-key rotate" || *audit.Items[0].Before != `{"ended":[1]}` || !strings.HasPrefix(*audit.Items[1].After, `{"signs_from":"`) {
		t.Errorf("audit: %v %+v", err, audit.Items)
	}

	// Once no receipt of theirs can prove a click, old keys end without force.
	if err := rotate(model.ReceiptRotation{}); err != nil {
		t.Fatal(err)
	}
	ahead.Add(int64(61 * 24 * time.Hour))
	if err := rotate(model.ReceiptRotation{EndOld: true}); err != nil {
		t.Errorf("after the window: %v", err)
	}
}

func TestReceiptKeys_RotatedAndEnded(t *testing.T) {
	var ahead atomic.Int64
	s := openStore(t, db.Options{Dir: t.TempDir(), Now: func() time.Time { return time.Now().Add(time.Duration(ahead.Load())) }})
	testReceiptKeys(t, s, s, &ahead)
}

// testNodesKeys has two nodes share what proves them: receipt keys, host keys, and the
// token for a shop.
func testNodesKeys(t *testing.T, c *cluster) {
	var ahead atomic.Int64
	o := db.Options{URL: c.url(c.schema(t)), Now: func() time.Time { return time.Now().Add(time.Duration(ahead.Load())) }}
	a, b := openStore(t, o), openStore(t, o)
	testReceiptKeys(t, a, b, &ahead)

	admin := model.Actor{Name: "root", Role: model.Admin}
	first, err := a.SharedHostKeys(t.Context(), []byte("first"))
	if err != nil || string(first) != "first" {
		t.Fatalf("%q %v", first, err)
	}
	for _, offer := range []string{"second", ""} {
		if got, err := b.SharedHostKeys(t.Context(), []byte(offer)); err != nil || string(got) != "first" {
			t.Errorf("the other node: %q %v", got, err)
		}
	}
	change := &model.HostKeyChange{Fingerprint: "SHA256:next", SignsFrom: time.Now()}
	moved := a.Watch(t.Context(), model.WatchPeople)
	if err := b.ChangeHostKeys(t.Context(), admin, []byte("first"), []byte("next"), change); err != nil {
		t.Fatal(err)
	}
	<-moved // so that the other node reads them again
	if got, err := a.SharedHostKeys(t.Context(), nil); err != nil || string(got) != "next" {
		t.Errorf("%q %v", got, err)
	}
	wantKind(t, "what is not there any more", a.ChangeHostKeys(t.Context(), admin, []byte("first"), []byte("other"), change), model.Conflict, "at the same time")
	wantKind(t, "an owner", a.ChangeHostKeys(t.Context(), dbtest.As("acme"), []byte("next"), []byte("other"), change), model.Denied, "admin")

	if _, err := a.AddCheckout(t.Context(), admin, model.NewCheckout{Name: "webshop", Kind: "eventbrite", Token: "token-of-old"}); err != nil {
		t.Fatal(err)
	}
	token := func(want string) func() bool {
		return func() bool { k, _ := b.CheckoutByName("webshop"); return k.Token == want }
	}
	soon(t, b, "", token("token-of-old"))
	fresh := "token-of-today"
	if _, err := a.SetCheckout(t.Context(), admin, "webshop", model.CheckoutChange{Token: &fresh}); err != nil {
		t.Fatal(err)
	}
	soon(t, b, "", token(fresh))
}

// A database of one node keeps no host key: it is in a file, and a rotation is in the
// audit alone.
func TestSharedHostKeys_SQLite_AreInAFile(t *testing.T) {
	s := openStore(t, db.Options{Dir: t.TempDir()})
	admin := model.Actor{Name: "root", Role: model.Admin}
	if got, err := s.SharedHostKeys(t.Context(), []byte("first")); err != nil || len(got) > 0 {
		t.Errorf("%q %v", got, err)
	}
	if err := s.ChangeHostKeys(t.Context(), admin, nil, nil, &model.HostKeyChange{Fingerprint: "SHA256:next"}); err != nil {
		t.Fatal(err)
	}
	audit, err := s.Audit(t.Context(), admin, model.Paging{})
	if err != nil || len(audit.Items) != 1 || audit.Items[0].Action != "host-key rotate" || audit.Items[0].Object != "SHA256:next" {
		t.Errorf("%v %+v", err, audit.Items)
	}
}
