package db

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"lastclick/model"
)

// memorySource is a source without a database: a platform of one client, in which
// nothing was sold yet.
type memorySource struct{ ids map[string]int64 }

var _ source = (*memorySource)(nil)

func (m *memorySource) load(u *unit, w *wanted) error {
	l := &loading{u: u, w: w}
	l.prune()
	for _, id := range w.checkouts {
		u.checkouts[id] = checkout{id: id, name: fmt.Sprint("shop-", id), known: true}
	}
	cl := &client{id: 1, slug: "acme", timezone: "UTC", rule: model.LastClick, window: 3600, calendar: model.NewCalendar(time.UTC)}
	u.clients[1], u.slugs["acme"] = cl, cl
	for n, slug := range []string{"summerfest", "winterball"} {
		if u.events[slug] == nil {
			u.events[slug] = &event{id: int64(n + 1), client: 1, slug: slug, clientSlug: "acme"}
		}
	}
	for n, code := range []string{"ana", "bea"} {
		if u.links[int64(n+1)] != nil {
			continue
		}
		k := &link{Scope: model.Scope{Link: int64(n + 1), Client: 1}, code: code}
		u.links[k.Link], u.codes[code] = k, k
	}
	l.noteAbsent()
	return nil
}

func (m *memorySource) newID(table string) (int64, error) {
	m.ids[table]++
	return m.ids[table], nil
}

func (m *memorySource) keptItem(int64) (kept, error) { return kept{}, nil }

func (m *memorySource) earliest(*customer, int) ([]ranked, error) { return nil, nil }
func (m *memorySource) finalPeriods([]int64) (periods, error)     { return nil, nil }
func (m *memorySource) parked(*unit, string) ([]kept, error)      { return nil, nil }
func (m *memorySource) insertEvent(*unit, *event) error           { return errNewEvent }

func memoryUnit() *unit {
	u := newUnit(&memorySource{ids: map[string]int64{}}, time.Unix(1_800_000_000, 0), []byte("secret"), testKeyring)
	u.hooked = hookedClients{1: true}
	return u
}

var testKeyring = model.NewKeyring(model.SigningKey{ID: 1, Secret: []byte("secret")})

// testToken is the click token of a visitor on ana's link, a minute before the orders.
func testToken(visitor byte) string {
	return string(testKeyring.AppendClick(nil, 1, time.Unix(1_700_000_000-60, 0), [16]byte{visitor}))
}

// drawDelivery draws an order, in one of several versions, or a scan.
func drawDelivery(t *rapid.T, n int) *delivery {
	pick := func(label string, of ...string) string { return rapid.SampledFrom(of).Draw(t, label) }
	d := model.Delivery{Checkout: 1, WebhookID: pick("webhook", fmt.Sprint("msg_", n), "msg_again"), Received: time.Unix(1_800_000_000, 0)}
	if rapid.IntRange(0, 3).Draw(t, "scan") == 0 {
		d.Webhook = model.Webhook{Type: "ticket.scanned", Scan: &model.Scan{Ticket: pick("ticket", "T-1", "T-2"), At: time.Unix(1_700_000_000+int64(n), 0), Scanned: true}}
	} else {
		o := &model.Order{
			ID: pick("order", "A-1", "A-2", "A-3"), Version: rapid.Int64Range(1, 3).Draw(t, "version"), Currency: pick("currency", "GBP", "EUR"),
			PlacedAt: time.Unix(1_700_000_000+rapid.Int64Range(-2, 2).Draw(t, "day")*86_400, 0),
			Test:     rapid.IntRange(0, 5).Draw(t, "test") == 0,
			Customer: model.Customer{ID: pick("customer", "", "kim", "lou"), Returning: rapid.IntRange(0, 5).Draw(t, "returning") == 0},
			Tracking: model.Tracking{Code: pick("code", "", "ana", "bea"), Click: pick("click", "", "broken", testToken(1), testToken(2)), Coupon: pick("coupon", "", "bea"), Consent: model.Consent(rapid.IntRange(0, 2).Draw(t, "consent"))},
		}
		for _, id := range []string{"T-1", "T-2", "T-3"} {
			if rapid.Bool().Draw(t, id) {
				o.Tickets = append(o.Tickets, model.Ticket{
					ID: id, Event: pick("event", "summerfest", "winterball", "unknown"), Type: "ga", TypeName: "GA",
					FaceValue: 1000, Status: model.Status(pick("status", "valid", "valid", "refunded", "void")),
				})
			}
		}
		d.Webhook = model.Webhook{Type: "order.placed", Order: o}
	}
	d.Body = fmt.Append(nil, d.WebhookID, " ", rapid.IntRange(0, 1).Draw(t, "body"))
	return prepare(d, testKeyring)
}

// A batch with every mix of good, refused and panicking operations ends as if only the
// good ones had come.
func TestUnit_RefusedAndPanicking_LeaveNoTrace(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		mixed, good := memoryUnit(), memoryUnit()
		for n := range rapid.IntRange(1, 12).Draw(t, "operations") {
			d := drawDelivery(t, n)
			fate := rapid.IntRange(0, 2).Draw(t, "fate")
			err := mixed.attempt(func() error {
				_, err := mixed.receive(d)
				switch fate {
				case 1:
					return errors.New("refused in the end")
				case 2:
					panic("in the end")
				}
				return err
			})
			if fate == 2 {
				if p, ok := errors.AsType[*panicError](err); !ok || p.value != "in the end" {
					t.Fatalf("a panic became %v", err)
				}
			}
			if fate == 0 {
				want := good.attempt(func() error { _, err := good.receive(d); return err })
				if fmt.Sprint(err) != fmt.Sprint(want) {
					t.Fatalf("%v, by itself %v", err, want)
				}
			}
		}
		if got, want := shownUnit(t, mixed), shownUnit(t, good); got != want {
			t.Fatalf("with the others:\n%s\nthe good ones alone:\n%s", got, want)
		}
	})
}

// shownUnit is all that a unit would write.
func shownUnit(t *rapid.T, u *unit) string {
	c, err := u.settle()
	if err != nil {
		t.Fatal(err)
	}
	cells := map[model.Bucket]int64{}
	for _, k := range slices.SortedFunc(maps.Keys(c.totals), func(a, b totalKey) int { return compareText(a, b) }) {
		if cells[k.cell] == 0 {
			cells[k.cell] = int64(len(cells) + 1)
		}
	}
	grown, buyers := c.stay(cells)
	var rows []string
	for _, part := range [][]request{u.writeWebhooks(), u.writeSales(c), u.writeEvents(), c.writeLists(), c.writeSums(cells, grown, buyers), u.writeHooks(c)} {
		for _, r := range part {
			text, err := json.Marshal(r.values)
			if err != nil {
				t.Fatal(err)
			}
			rows = append(rows, fmt.Sprintf("%.60s %s", r.set.tail, text))
		}
	}
	slices.Sort(u.changed)
	rows = append(rows, fmt.Sprint("changed ", slices.Compact(u.changed)))
	return fmt.Sprintln(rows)
}

func compareText(a, b any) int {
	x, y := fmt.Sprint(a), fmt.Sprint(b)
	if x < y {
		return -1
	}
	if x > y {
		return 1
	}
	return 0
}

// A customer whom a token belongs to gets a row, also where the order's next version in
// the same batch names another one.
func TestUnit_R23_OwnerOfAnEarlierVersion_IsWritten(t *testing.T) {
	u := memoryUnit()
	order := func(id string, version int64, customer string) {
		t.Helper()
		o := &model.Order{
			ID: id, Version: version, Currency: "GBP", PlacedAt: time.Unix(1_700_000_000, 0), Customer: model.Customer{ID: customer},
			Tracking: model.Tracking{Click: testToken(1)},
			Tickets:  []model.Ticket{{ID: "T-" + id, Event: "summerfest", Type: "ga", FaceValue: 1000, Status: model.Valid}},
		}
		d := prepare(model.Delivery{Checkout: 1, WebhookID: fmt.Sprint(id, version), Webhook: model.Webhook{Type: "order.placed", Order: o}, Body: []byte(id)}, u.keyring)
		if _, err := u.receive(d); err != nil || u.err != nil {
			t.Fatal(err, u.err)
		}
	}
	order("A-1", 1, "kim")
	order("A-1", 2, "lou")
	order("A-2", 1, "lou") // the token is kim's
	if got := u.order(key{1, "A-2"}).now.tickets[0].verdict.reason; got != model.ReasonCopiedAddress {
		t.Errorf("another customer's token: %s", got)
	}
	c, err := u.settle()
	if err != nil {
		t.Fatal(err)
	}
	kim := u.buyer(model.Customer{ID: "kim"}.Identity(u.customers, "shop-1"))
	written := map[string]int{}
	for _, r := range u.writeSales(c) {
		switch r.set {
		case putBuyers:
			written["buyers"] = len(r.values) / len(r.set.types)
		case insertTokens:
			written["tokens"] = len(r.values) / len(r.set.types)
			if owner, ok := r.values[4].(*int64); !ok || owner == nil || *owner != kim.id || kim.id == 0 {
				t.Errorf("the token belongs to %v, want row %d", r.values[4], kim.id)
			}
		}
	}
	if written["buyers"] != 2 || written["tokens"] != 1 {
		t.Errorf("written: %v", written)
	}
}

// An order that comes and is refunded in one batch counts as a refund alone, and hooks
// are told nothing: what was between is never written.
func TestUnit_Settle_CountsOnlyBeforeAndAfter(t *testing.T) {
	u := memoryUnit()
	receive := func(id string, o *model.Order) {
		t.Helper()
		d := prepare(model.Delivery{Checkout: 1, WebhookID: id, Webhook: model.Webhook{Type: "order.placed", Order: o}, Body: []byte(id)}, u.keyring)
		if _, err := u.receive(d); err != nil || u.err != nil {
			t.Fatal(err, u.err)
		}
	}
	order := func(version int64, status model.Status) *model.Order {
		return &model.Order{
			ID: "A-1", Version: version, Currency: "GBP", PlacedAt: time.Unix(1_700_000_000, 0), Tracking: model.Tracking{Code: "ana"},
			Tickets: []model.Ticket{{ID: "T-1", Event: "summerfest", Type: "ga", FaceValue: 1000, Status: status}},
		}
	}
	receive("msg_1", order(1, model.Valid))
	receive("msg_2", order(2, model.Refunded))
	c, err := u.settle()
	if err != nil {
		t.Fatal(err)
	}
	if len(c.totals) != 5 {
		t.Errorf("%d cells, want the ticket's five", len(c.totals))
	}
	for k, n := range c.totals {
		if *n != (numbers{refunded: 1, refundedFace: 1000}) {
			t.Errorf("%+v: %+v, want the refund alone", k, *n)
		}
	}
	if len(c.told) != 0 {
		t.Errorf("hooks are told %+v", c.told)
	}
	if len(c.stays) != 0 {
		t.Errorf("%d customers came, of an order without any", len(c.stays))
	}
}
