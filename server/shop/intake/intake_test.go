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
