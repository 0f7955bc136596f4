package intake_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"

	"lastclick/db"
	"lastclick/db/dbtest"
	"lastclick/model"
	"lastclick/server/shop"
	"lastclick/server/shop/intake"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const patience = 10 * time.Second

// fake is a shop whose deliveries say what is to become of them: "order ID VERSION",
// "fetch KEY", "both ID KEY", "note ID", "bad", "panic", "ping", "nothing".
type fake struct {
	mu      sync.Mutex
	fetches []string // keys, in the order in which they began
	running map[string]int
	most    int
	fetch   func(ctx context.Context, key string) ([]shop.Webhook, error)
	changed chan struct{} // closed at the next change
}

func newFakeShop() *fake { return &fake{running: map[string]int{}, changed: make(chan struct{})} }

func (f *fake) Verify(d shop.Delivery, a shop.Account) error {
	if slices.Contains(a.Secrets, d.Header.Get("X-Signature")) {
		return nil
	}
	return shop.ErrSignature
}

func (f *fake) Ping(d shop.Delivery) bool { return string(d.Body) == "ping" }
func (f *fake) Guide(url string) []string { return []string{"Post to " + url} }

func (f *fake) Map(d shop.Delivery) (shop.Result, error) {
	words := strings.Fields(string(d.Body))
	switch words[0] {
	case "order":
		return shop.Result{Webhooks: []shop.Webhook{orderOf(words[1], words[2])}}, nil
	case "fetch":
		return shop.Result{Fetch: &shop.Fetch{Key: words[1], Path: "/orders/" + words[1]}}, nil
	case "both":
		return shop.Result{Webhooks: []shop.Webhook{orderOf(words[1], "1")}, Fetch: &shop.Fetch{Key: words[2]}, Note: "the body says less"}, nil
	case "note":
		return shop.Result{Webhooks: []shop.Webhook{orderOf(words[1], "1")}, Note: "a refund is not the price of whole tickets"}, nil
	case "bad":
		return shop.Result{}, &shop.Unmapped{Field: "line_items[0].price", Detail: "is no amount"}
	case "panic":
		panic("in the mapper")
	}
	return shop.Result{Ignored: "it says nothing about sales"}, nil
}

func (f *fake) Fetch(ctx context.Context, _ *http.Client, a shop.Account, x shop.Fetch, _ time.Time) ([]shop.Webhook, error) {
	f.mu.Lock()
	f.fetches = append(f.fetches, x.Key)
	f.running[x.Key]++
	f.most = max(f.most, f.running[x.Key])
	do := f.fetch
	f.moved()
	f.mu.Unlock()
	defer func() {
		f.mu.Lock()
		defer f.mu.Unlock()
		f.running[x.Key]--
		f.moved()
	}()
	if a.Token == "" {
		return nil, errors.New("the checkout has no API token")
	}
	return do(ctx, x.Key)
}

func (f *fake) moved() {
	close(f.changed)
	f.changed = make(chan struct{})
}

// orderOf is an order of one ticket for the shop's event 1345.
func orderOf(id, version string) shop.Webhook {
	body := fmt.Sprintf(`{"type":"order.updated","data":{"id":%q,"version":%s,"placed_at":"2026-06-01T10:00:00Z","currency":"GBP","tickets":[{"id":"%s-1","event":"1345","type":"ga","face_value":100}]}}`, id, version, id)
	return shop.Webhook{ID: id + "-" + version, Body: []byte(body)}
}

// platform is an intake over a real store, with the shop web (a token) and dry (none).
type platform struct {
	*dbtest.World
	shop   *fake
	intake *intake.Intake
	dir    string
	waited int           // the most failures in a row that a wait was for; of shop.mu
	pace   time.Duration // of the waits
	stop   func()
}

func newPlatform(t *testing.T) *platform {
	p := &platform{shop: newFakeShop(), dir: t.TempDir()}
	store := p.open(t)
	p.World = dbtest.Seed(t, store)
	for _, n := range []model.NewCheckout{{Name: "web", Kind: "tito", Token: "tokentoken", Secret: "goodgood"}, {Name: "dry", Kind: "tito", Secret: "goodgood"}} {
		_, err := store.AddCheckout(p.Ctx, p.Admin, n)
		p.Must(err)
	}
	_, err := store.SetEvent(p.Ctx, dbtest.As("acme"), "summerfest", model.EventChange{Shops: []string{"web:1345", "dry:1345"}})
	p.Must(err)
	return p
}

func (p *platform) open(t *testing.T) *db.Store {
	store, err := db.Open(t.Context(), db.Options{Dir: p.dir, BaseURL: "https://go.example"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if p.stop != nil {
			p.stop()
		}
		if err := store.Close(); err != nil {
			t.Error(err)
		}
	})
	p.intake = intake.New(intake.Config{Store: store, Shops: map[shop.Kind]shop.Shop{shop.Tito: p.shop}, Backoff: func(n int) time.Duration {
		p.shop.mu.Lock()
		defer p.shop.mu.Unlock()
		p.waited = max(p.waited, n)
		return max(p.pace, time.Millisecond)
	}})
	return store
}

// run works the queue off until the test ends, or stop is called.
func (p *platform) run(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- p.intake.Run(ctx) }()
	p.stop = func() {
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
		p.stop = nil
	}
}

func (p *platform) post(checkout, secret, body string) (intake.Answer, error) {
	k, ok := p.Store.CheckoutByName(checkout)
	if !ok {
		p.Fatalf("no checkout %s", checkout)
	}
	a, _, err := p.intake.Accept(p.Ctx, k, shop.Delivery{Header: http.Header{"X-Signature": {secret}, "X-Topic": {"t"}}, Body: []byte(body), Received: time.Now()})
	return a, err
}

func (p *platform) wantAnswer(checkout, body, status string) intake.Answer {
	p.Helper()
	a, err := p.post(checkout, "goodgood", body)
	if err != nil || a.Status != status {
		p.Errorf("%s: %+v, %v, want %s", body, a, err, status)
	}
	return a
}

func (p *platform) orders() string {
	p.Helper()
	l, err := p.Store.Orders(p.Ctx, p.Admin, model.OrderFilter{})
	p.Must(err)
	var all []string
	for _, o := range l.Items {
		all = append(all, fmt.Sprint(o.ID, "v", o.Version))
	}
	slices.Sort(all)
	return strings.Join(all, " ")
}

func (p *platform) inbox() []model.InboxItem {
	p.Helper()
	l, err := p.Store.Inbox(p.Ctx, p.Admin, model.Paging{})
	p.Must(err)
	return l.Items
}

// until waits for something that the store signals.
func (p *platform) until(what string, ok func() bool) {
	p.Helper()
	ctx, cancel := context.WithTimeout(p.Ctx, patience)
	defer cancel()
	moved := p.Store.Watch(ctx, "")
	for !ok() {
		p.shop.mu.Lock()
		changed := p.shop.changed
		p.shop.mu.Unlock()
		if ok() {
			return
		}
		select {
		case <-moved:
		case <-changed:
		case <-time.After(20 * time.Millisecond): // a settled delivery signals nothing
		case <-ctx.Done():
			p.Fatalf("waited in vain for: %s; orders %s, inbox %+v", what, p.orders(), p.inbox())
		}
		if ctx.Err() != nil {
			p.Fatalf("waited in vain for: %s; orders %s, inbox %+v", what, p.orders(), p.inbox())
		}
	}
}

func (p *platform) queued() int64 {
	p.Helper()
	c, err := p.Store.Checkout(p.Ctx, p.Admin, "web")
	p.Must(err)
	return c.Queued
}

func TestAccept_WebhooksInTheBody_AppliedBeforeTheAnswer(t *testing.T) {
	p := newPlatform(t)
	a := p.wantAnswer("web", "order A 1", intake.Applied)
	if len(a.Webhooks) != 1 || a.Webhooks[0].Status != model.Applied || a.Webhooks[0].Order != "A" {
		t.Errorf("answer %+v", a)
	}
	if a = p.wantAnswer("web", "order A 1", intake.Applied); a.Webhooks[0].Status != model.Duplicate {
		t.Errorf("again %+v", a)
	}
	if p.orders() != "Av1" || p.queued() != 0 || len(p.inbox()) != 0 {
		t.Errorf("orders %s, %d queued, inbox %+v", p.orders(), p.queued(), p.inbox())
	}
	p.wantAnswer("web", "nothing", intake.Ignored)
	if a, err := p.post("web", "", "ping"); err != nil || a.Status != intake.Ping {
		t.Errorf("ping %+v, %v", a, err)
	}
	p.wantAnswer("web", "note B", intake.Applied)
	if i := p.inbox(); len(i) != 1 || i[0].State != "note" || p.orders() != "Av1 Bv1" {
		t.Errorf("orders %s, inbox %+v", p.orders(), i)
	}
}

func TestAccept_NotProved_NothingKept(t *testing.T) {
	p := newPlatform(t)
	if _, err := p.post("web", "wrongwrong", "bad"); !errors.Is(err, shop.ErrSignature) {
		t.Errorf("error %v", err)
	}
	if len(p.inbox()) != 0 || p.queued() != 0 {
		t.Errorf("kept %+v", p.inbox())
	}
}

func TestAccept_Unmapped_InTheInboxAndRetriedThere(t *testing.T) {
	p := newPlatform(t)
	p.wantAnswer("web", "bad", intake.Kept)
	p.wantAnswer("web", "panic", intake.Kept)
	items := p.inbox()
	if len(items) != 2 || items[1].State != "unmapped" || items[1].Reason != "line_items[0].price is no amount" || !strings.Contains(items[0].Reason, "met a fault") {
		t.Fatalf("inbox %+v", items)
	}
	p.run(t)
	if out, err := p.Store.RetryInbox(p.Ctx, p.Admin, items[1].ID); err != nil || out.Status != model.Queued {
		t.Errorf("retry %+v, %v", out, err)
	}
	p.until("the retry", func() bool { return p.inbox()[1].State == "unmapped" })
}

func TestAccept_FetchBesideWebhooks_ByTheToken(t *testing.T) {
	p := newPlatform(t)
	p.shop.fetch = func(context.Context, string) ([]shop.Webhook, error) { return []shop.Webhook{orderOf("A", "7")}, nil }
	p.run(t)
	p.wantAnswer("web", "both A k", intake.Kept)
	p.until("the fetch", func() bool { return p.orders() == "Av7" })
	p.wantAnswer("dry", "both B k", intake.Applied) // no token: the body, with its note
	p.wantAnswer("dry", "fetch k", intake.Kept)     // nothing without one
	p.until("the note and the fault", func() bool { return len(p.inbox()) == 2 })
	if i := p.inbox(); i[0].Reason != "the checkout has no API token" || i[1].Reason != "the body says less" {
		t.Errorf("inbox %+v", i)
	}
}

// Deliveries of one object that come while it is fetched are one more fetch, not many.
func TestRun_ManyOfOneObject_OneFetchAtATime(t *testing.T) {
	p := newPlatform(t)
	release := make(chan struct{})
	version := 0
	p.shop.fetch = func(context.Context, string) ([]shop.Webhook, error) {
		<-release
		p.shop.mu.Lock()
		defer p.shop.mu.Unlock()
		version++
		return []shop.Webhook{orderOf("A", fmt.Sprint(version))}, nil
	}
	p.run(t)
	p.wantAnswer("web", "fetch k", intake.Kept)
	p.until("the first fetch", func() bool { p.shop.mu.Lock(); defer p.shop.mu.Unlock(); return len(p.shop.fetches) == 1 })
	for range 20 {
		p.wantAnswer("web", "fetch k", intake.Kept)
	}
	close(release)
	p.until("the queue to end", func() bool { return p.queued() == 0 })
	p.shop.mu.Lock()
	defer p.shop.mu.Unlock()
	if len(p.shop.fetches) != 2 || p.shop.most != 1 || p.orders() != "Av2" {
		t.Errorf("%d fetches, %d at once, orders %s", len(p.shop.fetches), p.shop.most, p.orders())
	}
}

// What a shop's API cannot answer for a while is asked again until it does: nothing is
// lost, and nothing stands in the inbox.
func TestRun_APIDown_TriedUntilItAnswers(t *testing.T) {
	p := newPlatform(t)
	tries := 0
	p.shop.fetch = func(_ context.Context, key string) ([]shop.Webhook, error) {
		p.shop.mu.Lock()
		defer p.shop.mu.Unlock()
		if tries++; tries < 6 {
			return nil, &shop.Later{Err: errors.New("503")}
		}
		return []shop.Webhook{orderOf(key, "1")}, nil
	}
	p.run(t)
	for _, key := range []string{"A", "B", "C"} {
		p.wantAnswer("web", "fetch "+key, intake.Kept)
	}
	p.until("all orders", func() bool { return p.orders() == "Av1 Bv1 Cv1" })
	p.until("the queue to end", func() bool { return p.queued() == 0 })
	if len(p.inbox()) != 0 {
		t.Errorf("inbox %+v", p.inbox())
	}
}

// The shop's Retry-After is kept, by other deliveries of the shop too, and an admin may
// overrule it.
// Fetches that are under way together when a shop goes down fail together: that is one
// failure, also where one of them fails before the next one begins.
func TestRun_FailTogether_OneFailure(t *testing.T) {
	p := newPlatform(t)
	p.pace = 200 * time.Millisecond
	both, began := make(chan struct{}), 0
	p.shop.fetch = func(_ context.Context, key string) ([]shop.Webhook, error) {
		p.shop.mu.Lock()
		began++
		n := began
		p.shop.mu.Unlock()
		if n == 2 {
			close(both)
		}
		if n <= 2 {
			<-both
		}
		if n <= 4 { // twice each
			return nil, &shop.Later{Err: errors.New("503")}
		}
		return []shop.Webhook{orderOf(key, "1")}, nil
	}
	p.wantAnswer("web", "fetch A", intake.Kept)
	p.wantAnswer("web", "fetch B", intake.Kept)
	p.run(t)
	p.until("both orders", func() bool { return p.orders() == "Av1 Bv1" })
	p.shop.mu.Lock()
	defer p.shop.mu.Unlock()
	if p.waited != 2 {
		t.Errorf("the shop is left alone as after %d failures in a row", p.waited)
	}
}

func TestRun_RetryAfter_Respected(t *testing.T) {
	p := newPlatform(t)
	p.shop.fetch = func(context.Context, string) ([]shop.Webhook, error) {
		return nil, &shop.Later{After: time.Hour, Err: errors.New("429")}
	}
	p.run(t)
	p.wantAnswer("web", "fetch A", intake.Kept)
	var k model.Checkout
	p.until("the hold", func() bool {
		var err error
		k, err = p.Store.Checkout(p.Ctx, p.Admin, "web")
		p.Must(err)
		return k.HeldUntil != nil
	})
	if left := time.Until(*k.HeldUntil); left < 59*time.Minute || !strings.Contains(*k.HeldReason, "429") {
		t.Errorf("held for %v: %s", left, *k.HeldReason)
	}
	p.wantAnswer("web", "fetch B", intake.Kept)
	p.wantAnswer("web", "order Z 1", intake.Applied) // needs no API
	p.stop()
	if len(p.shop.fetches) != 1 {
		t.Errorf("fetches %v", p.shop.fetches)
	}
}

// What waits for long stands in the inbox, until it is done.
func TestRun_WaitsLong_InTheInboxUntilDone(t *testing.T) {
	p := newPlatform(t)
	var up atomic.Bool
	p.shop.fetch = func(context.Context, string) ([]shop.Webhook, error) {
		if !up.Load() {
			return nil, &shop.Later{Err: errors.New("503")}
		}
		return []shop.Webhook{orderOf("A", "1")}, nil
	}
	k, _ := p.Store.CheckoutByName("web")
	d := shop.Delivery{Header: http.Header{"X-Signature": {"goodgood"}}, Body: []byte("fetch A"), Received: time.Now().Add(-11 * time.Minute)}
	if _, _, err := p.intake.Accept(p.Ctx, k, d); err != nil {
		t.Fatal(err)
	}
	p.run(t)
	p.until("the item", func() bool { return len(p.inbox()) == 1 })
	if i := p.inbox()[0]; i.State != "waiting" || !strings.Contains(i.Reason, "503") {
		t.Errorf("item %+v", i)
	}
	up.Store(true)
	p.until("the end of it", func() bool { return len(p.inbox()) == 0 && p.orders() == "Av1" })
}

// What the admin must correct is not tried again by itself.
func TestRun_TokenRefused_InTheInbox(t *testing.T) {
	p := newPlatform(t)
	p.shop.fetch = func(context.Context, string) ([]shop.Webhook, error) {
		return nil, errors.New("Tito refuses the API token (401)")
	}
	p.run(t)
	p.wantAnswer("web", "fetch A", intake.Kept)
	p.until("the item", func() bool { return len(p.inbox()) == 1 })
	if i := p.inbox()[0]; i.State != "unmapped" || i.Reason != "Tito refuses the API token (401)" {
		t.Errorf("item %+v", i)
	}
}

// A stop in the middle of a fetch gives the lease back, and the next start goes on.
func TestRun_Stopped_GoesOn(t *testing.T) {
	p := newPlatform(t)
	p.shop.fetch = func(ctx context.Context, _ string) ([]shop.Webhook, error) {
		<-ctx.Done()
		return nil, &shop.Later{Err: ctx.Err()}
	}
	p.run(t)
	p.wantAnswer("web", "fetch A", intake.Kept)
	p.until("the fetch", func() bool { p.shop.mu.Lock(); defer p.shop.mu.Unlock(); return len(p.shop.fetches) == 1 })
	p.stop()
	p.shop.fetch = func(context.Context, string) ([]shop.Webhook, error) { return []shop.Webhook{orderOf("A", "1")}, nil }
	p.run(t)
	p.until("the order", func() bool { return p.orders() == "Av1" })
}

// What is kept holds no credential.
func TestAccept_Kept_WithoutCredentials(t *testing.T) {
	p := newPlatform(t)
	k, _ := p.Store.CheckoutByName("web")
	h := http.Header{"X-Signature": {"goodgood"}, "Authorization": {"Basic abc"}, "Cookie": {"c"}, "X-Forwarded-For": {"1.2.3.4"}, "X-Wc-Webhook-Topic": {"order.created"}, "Content-Type": {"application/json"}}
	if _, _, err := p.intake.Accept(p.Ctx, k, shop.Delivery{Header: h, Body: []byte("fetch A"), Received: time.Now()}); err != nil {
		t.Fatal(err)
	}
	due, err := p.Store.DueShopDeliveries(p.Ctx, model.ShopTake{Limit: 1, Each: 1, Lease: time.Minute})
	if err != nil || len(due) != 1 {
		t.Fatal(due, err)
	}
	if b, _ := json.Marshal(due[0].Header); string(b) != `{"Content-Type":["application/json"],"X-Wc-Webhook-Topic":["order.created"]}` {
		t.Errorf("kept %s", b)
	}
}
