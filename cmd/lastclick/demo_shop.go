package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"slices"
	"strconv"
	"time"

	webhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"
)

// demoShop plays the customers and the checkout of one client. It uses only what is
// public: shortlinks, cookies and the webhook.
type demoShop struct {
	*demoClient
	base   string // of the daemon's addresses
	client *http.Client
	sign   *webhooks.Webhook
	random *rand.Rand

	// send takes a webhook away: at once while the demo runs, later in the history.
	send func(context.Context, demoWebhook) error

	sent      int
	customers int
	placed    int                  // orders
	orders    []*demoOrder         // of them, the oldest first; live, those that may be refunded
	door      []string             // tickets of the event that is on now, not scanned yet
	starts    map[string]time.Time // of the events, by slug
}

// demoBrowser is a customer's browser.
type demoBrowser struct{ receipt string }

// demoOrder is an order as the checkout knows it.
type demoOrder struct {
	event *demoEvent
	data  map[string]any
}

// demoWebhook is a webhook on its way.
type demoWebhook struct {
	shop   *demoShop
	id     string
	body   []byte
	status int // that the daemon answers
}

const (
	phoneAgent   = "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/19.0 Mobile/15E148 Safari/604.1"
	previewAgent = "facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)"
)

func newDemoShop(c *demoClient, seed uint64) *demoShop {
	return &demoShop{demoClient: c, random: rand.New(rand.NewPCG(20, seed))}
}

// follow follows a shortlink as the browser does, and keeps the cookie.
func (s *demoShop) follow(ctx context.Context, b *demoBrowser, code, agent string) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, s.base+"/"+code, nil)
	if err != nil {
		return err
	}
	req.Header.Set("User-Agent", agent)
	if b.receipt != "" {
		req.AddCookie(&http.Cookie{Name: "lastclick", Value: b.receipt})
	}
	resp, err := s.client.Do(req)
	if err != nil {
		return err
	}
	_ = resp.Body.Close()
	if resp.StatusCode != http.StatusFound {
		return fmt.Errorf("its link %s answers %s", code, resp.Status)
	}
	for _, cookie := range resp.Cookies() {
		if cookie.Name == "lastclick" {
			b.receipt = cookie.Value
		}
	}
	return nil
}

// click follows one of the client's links, now and then by its QR code.
func (s *demoShop) click(ctx context.Context, b *demoBrowser, l *demoLink) error {
	code := l.Code
	if s.random.Float64() < l.qr {
		code += "?qr"
	}
	return s.follow(ctx, b, code, phoneAgent)
}

// buy places an order: of the link's event, mostly, or, without a link, of any that is on
// sale.
func (s *demoShop) buy(ctx context.Context, b *demoBrowser, l *demoLink, at time.Time) (*demoOrder, error) {
	event := s.choose(at, l)
	if event == nil {
		return nil, nil // nothing is on sale any more
	}
	id := fmt.Sprintf("%s-%d", s.orderID, 1001+s.placed)
	s.placed++
	kind := event.types[weighted(s.random, len(event.types), func(i int) int { return event.types[i].weight })]
	var tickets []map[string]any
	for n := range []int{1, 1, 1, 2, 2, 2, 2, 2, 3, 4}[s.random.IntN(10)] {
		tickets = append(tickets, map[string]any{
			"id": fmt.Sprintf("%s-%d", id, n+1), "event": event.slug, "type": kind.id, "type_name": kind.name, "face_value": kind.faceValue, "status": "valid",
		})
	}
	o := &demoOrder{event, map[string]any{
		"id": id, "version": 1, "placed_at": at.UTC().Format(time.RFC3339Nano), "currency": s.currency,
		"customer": map[string]any{"id": s.customer()}, "tracking": s.tracking(b), "tickets": tickets,
	}}
	s.orders = append(s.orders, o)
	return o, s.post(ctx, "order.placed", at, o.data)
}

// choose is the event that the order is for.
func (s *demoShop) choose(at time.Time, l *demoLink) *demoEvent {
	onSale := func(e *demoEvent) int {
		if at.After(s.startOf(e)) {
			return 0
		}
		return e.popular
	}
	if l != nil && l.Event != "" && s.random.IntN(12) > 0 {
		i := slices.IndexFunc(s.events, func(e demoEvent) bool { return e.slug == l.Event })
		if onSale(&s.events[i]) > 0 {
			return &s.events[i]
		}
	}
	if i := weighted(s.random, len(s.events), func(i int) int { return onSale(&s.events[i]) }); i >= 0 {
		return &s.events[i]
	}
	return nil
}

// customer is the checkout's id of the buyer; every third has bought before.
func (s *demoShop) customer() string {
	if s.customers > 20 && s.random.IntN(3) == 0 {
		return fmt.Sprintf("cus_%d", 1+s.random.IntN(s.customers))
	}
	s.customers++
	return fmt.Sprintf("cus_%d", s.customers)
}

// tracking is what the checkout knows of where the buyer came from. Without a click some
// enter a code that they were told.
func (s *demoShop) tracking(b *demoBrowser) map[string]any {
	switch n := s.random.IntN(100); {
	case b.receipt != "" && n == 0:
		return map[string]any{"receipt": b.receipt[:len(b.receipt)-6]} // a shop that cuts cookies
	case b.receipt != "":
		return map[string]any{"receipt": b.receipt}
	case n < 12 && s.demoClient == northside:
		return map[string]any{"coupon": "ANA10"}
	case n < 20 && s.demoClient == northside:
		return map[string]any{"code": "ben"}
	case n < 23:
		return map[string]any{"code": "anna"}
	}
	return map[string]any{}
}

// refund refunds a ticket of the order, or all of them.
func (s *demoShop) refund(ctx context.Context, o *demoOrder, at time.Time) error {
	tickets := o.data["tickets"].([]map[string]any)
	if s.random.IntN(3) > 0 {
		tickets = tickets[:1]
	}
	for _, t := range tickets {
		t["status"] = "refunded"
	}
	o.data["version"] = o.data["version"].(int) + 1
	return s.post(ctx, "order.updated", at, o.data)
}

// scan lets a ticket in.
func (s *demoShop) scan(ctx context.Context, ticket string, at time.Time) error {
	return s.post(ctx, "ticket.scanned", at, map[string]any{"ticket": ticket, "at": at.UTC().Format(time.RFC3339Nano)})
}

// toDoor has those come whose order is for the event that is on now.
func (s *demoShop) toDoor(o *demoOrder) {
	if until := time.Until(s.startOf(o.event)); until < doorsBefore {
		s.door = append(s.door, o.valid()...)
	}
}

// valid are the ids of the tickets that let people in.
func (o *demoOrder) valid() (ids []string) {
	for _, t := range o.data["tickets"].([]map[string]any) {
		if t["status"] == "valid" {
			ids = append(ids, t["id"].(string))
		}
	}
	return ids
}

// post has a webhook sent that is accepted.
func (s *demoShop) post(ctx context.Context, kind string, at time.Time, data any) error {
	return s.postFor(ctx, http.StatusOK, kind, at, data)
}

func (s *demoShop) postFor(ctx context.Context, status int, kind string, at time.Time, data any) error {
	body, err := json.Marshal(map[string]any{"type": kind, "timestamp": at.UTC().Format(time.RFC3339), "data": data})
	if err != nil {
		return err
	}
	s.sent++
	return s.send(ctx, demoWebhook{s, "msg_" + s.Slug + strconv.Itoa(s.sent), body, status})
}

// deliver sends a webhook, signed as any checkout would.
func (w demoWebhook) deliver(ctx context.Context, now time.Time) error {
	signature, err := w.shop.sign.Sign(w.id, now, w.body)
	if err != nil {
		return err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, w.shop.base+"/webhooks/"+w.shop.checkout, bytes.NewReader(w.body))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("webhook-id", w.id)
	req.Header.Set("webhook-timestamp", strconv.FormatInt(now.Unix(), 10))
	req.Header.Set("webhook-signature", signature)
	resp, err := w.shop.client.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(io.LimitReader(resp.Body, 4<<10))
	if err == nil && resp.StatusCode != w.status {
		return &demoRefusal{resp.StatusCode, fmt.Sprintf("its webhook was answered with %s: %s", resp.Status, bytes.TrimSpace(answer))}
	}
	return err
}

// demoRefusal is an answer that the checkout did not expect.
type demoRefusal struct {
	status int
	text   string
}

func (r *demoRefusal) Error() string { return r.text }

// startOf is when the event starts.
func (s *demoShop) startOf(e *demoEvent) time.Time { return s.starts[e.slug] }

// weighted picks one of n by weight; -1 where none has any.
func weighted(r *rand.Rand, n int, weight func(int) int) int {
	sum := 0
	for i := range n {
		sum += weight(i)
	}
	if sum == 0 {
		return -1
	}
	at := r.IntN(sum)
	for i := range n {
		if at -= weight(i); at < 0 {
			return i
		}
	}
	return n - 1
}
