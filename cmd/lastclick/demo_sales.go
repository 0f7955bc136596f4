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

// The pace of the demo.
const (
	earlyVisits = 180                    // before the console opens
	pace        = 350 * time.Millisecond // between two visits after that
)

// demoSales plays the customers and the checkout of the demo. It uses only what is
// public: shortlinks, cookies and the webhook.
type demoSales struct {
	base   string
	links  []string // shortlinks
	sign   *webhooks.Webhook
	client *http.Client
	random *rand.Rand
	orders []map[string]any // data of past orders, for refunds and scans
	open   []string         // tickets that are not scanned yet
	sent   int
}

func (d *runningDemo) sales() (*demoSales, error) {
	sign, err := webhooks.NewWebhook(d.secret.Secret)
	if err != nil {
		return nil, err
	}
	c := &demoSales{
		base: d.daemon.baseURL,
		sign: sign,
		client: &http.Client{
			Timeout:       5 * time.Second,
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
		random: rand.New(rand.NewPCG(20, 27)),
	}
	for _, l := range d.links {
		c.links = append(c.links, l.ShortURL)
	}
	return c, nil
}

// presale makes the visits before the console opens; some of the tickets are scanned.
func (c *demoSales) presale(ctx context.Context) error {
	for n := range earlyVisits {
		step := c.visit
		if n%5 == 4 {
			step = c.scan
		}
		if err := step(ctx); err != nil {
			return ignoreEnd(ctx, err)
		}
	}
	return nil
}

// run sells until ctx ends.
func (c *demoSales) run(ctx context.Context) error {
	defer c.client.CloseIdleConnections()
	tick := time.NewTicker(pace)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
		step := c.visit
		switch n := c.random.IntN(20); {
		case n < 4:
			step = c.scan
		case n == 4:
			step = c.refund
		}
		if err := step(ctx); err != nil {
			return ignoreEnd(ctx, err)
		}
	}
}

func ignoreEnd(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return nil
	}
	return err
}

// visit is a customer who clicks none to three links, and often buys.
func (c *demoSales) visit(ctx context.Context) error {
	receipt, last := "", -1
	for range []int{0, 1, 1, 1, 1, 1, 2, 2, 3}[c.random.IntN(9)] {
		last = c.choose(len(demoLinks), func(i int) int { return demoLinks[i].popular })
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, c.links[last], nil)
		if err != nil {
			return err
		}
		req.Header.Set("User-Agent", "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/19.0 Mobile/15E148 Safari/604.1")
		if receipt != "" {
			req.AddCookie(&http.Cookie{Name: "lastclick", Value: receipt})
		}
		resp, err := c.client.Do(req)
		if err != nil {
			return err
		}
		_ = resp.Body.Close()
		for _, cookie := range resp.Cookies() {
			if cookie.Name == "lastclick" {
				receipt = cookie.Value
			}
		}
	}
	if c.random.IntN(10) < 4 {
		return nil // only looked
	}
	event := demoEvents[c.choose(len(demoEvents), func(i int) int { return 3 - i })]
	if last >= 0 && c.random.IntN(10) < 9 { // mostly the event that the link leads to
		if i := slices.IndexFunc(demoEvents, func(e demoEvent) bool { return e.slug == demoLinks[last].Event }); i >= 0 {
			event = demoEvents[i]
		}
	}
	return c.buy(ctx, event, receipt)
}

func (c *demoSales) buy(ctx context.Context, event demoEvent, receipt string) error {
	id := fmt.Sprintf("A-%d", 1001+len(c.orders))
	var tickets []map[string]any
	kind := event.types[c.choose(len(event.types), func(i int) int { return event.types[i].weight })]
	for n := range 1 + c.random.IntN(4) {
		ticket := fmt.Sprintf("%s-%d", id, n+1)
		tickets = append(tickets, map[string]any{"id": ticket, "event": event.slug, "type": kind.id, "type_name": kind.name, "face_value": kind.faceValue, "status": "valid"})
		c.open = append(c.open, ticket)
	}
	order := map[string]any{
		"id": id, "version": 1, "placed_at": time.Now().UTC().Format(time.RFC3339Nano), "currency": "GBP",
		"customer": map[string]any{"id": fmt.Sprintf("cus_%d", c.random.IntN(2*len(c.orders)+20))},
		"tracking": map[string]any{"receipt": receipt},
		"tickets":  tickets,
	}
	c.orders = append(c.orders, order)
	return c.post(ctx, "order.placed", order)
}

// refund refunds one ticket of a past order.
func (c *demoSales) refund(ctx context.Context) error {
	order := c.orders[c.random.IntN(len(c.orders))]
	tickets := order["tickets"].([]map[string]any)
	tickets[c.random.IntN(len(tickets))]["status"] = "refunded"
	order["version"] = order["version"].(int) + 1
	return c.post(ctx, "order.updated", order)
}

// scan scans a ticket at the entry.
func (c *demoSales) scan(ctx context.Context) error {
	if len(c.open) == 0 {
		return nil
	}
	i := c.random.IntN(len(c.open))
	ticket := c.open[i]
	c.open = slices.Delete(c.open, i, i+1)
	return c.post(ctx, "ticket.scanned", map[string]any{"ticket": ticket, "at": time.Now().UTC().Format(time.RFC3339Nano)})
}

// post sends a webhook, signed as any checkout would.
func (c *demoSales) post(ctx context.Context, kind string, data any) error {
	now := time.Now()
	body, err := json.Marshal(map[string]any{"type": kind, "timestamp": now.UTC().Format(time.RFC3339), "data": data})
	if err != nil {
		return err
	}
	c.sent++
	id := "msg_demo" + strconv.Itoa(c.sent)
	signature, err := c.sign.Sign(id, now, body)
	if err != nil {
		return err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, c.base+"/webhooks/boxoffice", bytes.NewReader(body))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("webhook-id", id)
	req.Header.Set("webhook-timestamp", strconv.FormatInt(now.Unix(), 10))
	req.Header.Set("webhook-signature", signature)
	resp, err := c.client.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(io.LimitReader(resp.Body, 4<<10))
	if err == nil && resp.StatusCode/100 != 2 {
		return fmt.Errorf("the demo's webhook was refused: %s: %s", resp.Status, bytes.TrimSpace(answer))
	}
	return err
}

// choose picks one of n by weight.
func (c *demoSales) choose(n int, weight func(int) int) int {
	sum := 0
	for i := range n {
		sum += weight(i)
	}
	at := c.random.IntN(sum)
	for i := range n {
		if at -= weight(i); at < 0 {
			return i
		}
	}
	return n - 1
}
