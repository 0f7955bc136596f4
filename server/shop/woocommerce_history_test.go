package shop

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"reflect"
	"testing"
	"time"

	"lastclick/model"
)

// wooSale is an order as a person sees it, of which WooCommerce's JSON and ours are two
// ways of writing. Its prices are such that an amount says which tickets it is for.
type wooSale struct {
	status   string
	paid     bool
	email    string
	click    string
	modified time.Time
	lines    []wooSaleLine
	refunds  []int64
}

type wooSaleLine struct {
	price           int64
	units, refunded int
}

var salePrices = []int64{4500, 7301, 11900}

func newSale(r *rand.Rand, at time.Time) *wooSale {
	s := &wooSale{status: "pending", modified: at}
	for _, price := range salePrices[:1+r.IntN(len(salePrices))] {
		s.lines = append(s.lines, wooSaleLine{price: price, units: 1 + r.IntN(4)})
	}
	return s
}

// happen lets one thing happen to the order, often within the second of the one before.
func (s *wooSale) happen(r *rand.Rand) {
	s.modified = s.modified.Add(time.Duration(max(r.IntN(6)-3, 0)) * time.Second)
	switch r.IntN(6) {
	case 0:
		s.email = "kim@example.com"
	case 1:
		s.click = "mfzwizltmvrgc3dfonzw63djon2a"
	case 2:
		if s.status == "pending" && r.IntN(4) == 0 {
			s.status = "cancelled" // and never paid
		}
	case 3, 4:
		s.refundSome(r)
	case 5:
		if s.status == "processing" && r.IntN(4) == 0 {
			s.status = "cancelled"
		}
	}
	if s.status == "pending" && r.IntN(3) == 0 {
		s.status, s.paid = "processing", true
	}
}

func (s *wooSale) refundSome(r *rand.Rand) {
	l := &s.lines[r.IntN(len(s.lines))]
	if s.status != "processing" || l.refunded == l.units {
		return
	}
	k := 1 + r.IntN(l.units-l.refunded)
	l.refunded += k
	s.refunds = append(s.refunds, int64(k)*l.price)
	for _, l := range s.lines {
		if l.refunded < l.units {
			return
		}
	}
	s.status = "refunded" // as WooCommerce does by itself
}

func pounds(minor int64) string { return model.DecimalAmount(minor, "GBP") }

// woo is the order in WooCommerce's JSON.
func (s *wooSale) woo(t *testing.T) Delivery {
	t.Helper()
	in := map[string]any{
		"id": 900, "status": s.status, "currency": "GBP", "prices_include_tax": true, "created_via": "checkout", "customer_id": 0,
		"date_created_gmt": "2026-06-01T10:00:00", "date_modified_gmt": s.modified.Format("2006-01-02T15:04:05"), "date_paid_gmt": nil,
		"billing": map[string]any{"email": s.email},
	}
	if s.paid {
		in["date_paid_gmt"] = "2026-06-01T10:00:00"
	}
	if s.click != "" {
		in["meta_data"] = []map[string]any{{"key": "_wc_order_attribution_utm_content", "value": s.click}}
	}
	total := int64(0)
	var lines, refunds []map[string]any
	for i, l := range s.lines {
		sum := l.price * int64(l.units)
		total += sum
		net := sum * 10 / 12 // as a tax of 20 % in the price
		lines = append(lines, map[string]any{
			"id": i + 1, "name": "Summerfest", "product_id": 1345, "variation_id": l.price, "quantity": l.units,
			"subtotal": pounds(net), "subtotal_tax": pounds(sum - net), "total": pounds(net), "total_tax": pounds(sum - net),
		})
	}
	for i, amount := range s.refunds {
		refunds = append([]map[string]any{{"id": 1000 + i, "total": "-" + pounds(amount)}}, refunds...) // the latest first
	}
	in["line_items"], in["refunds"], in["total"] = lines, refunds, pounds(total)
	body, err := json.Marshal(in)
	if err != nil {
		t.Fatal(err)
	}
	return Delivery{Header: http.Header{"X-Wc-Webhook-Topic": {"order.updated"}}, Body: body, Received: received}
}

// ours is the order in our JSON; ok is false where it never was a sale.
func (s *wooSale) ours(t *testing.T) (data map[string]any, ok bool) {
	t.Helper()
	if !s.paid {
		return nil, false
	}
	var tickets []map[string]any
	for i, l := range s.lines {
		for n := 1; n <= l.units; n++ {
			status := "valid"
			switch {
			case n > l.units-l.refunded:
				status = "refunded"
			case s.status == "cancelled":
				status = "void"
			}
			kind := fmt.Sprint(l.price)
			tickets = append(tickets, map[string]any{
				"id": fmt.Sprintf("900-%d-%d", i+1, n), "event": "1345", "type": kind, "type_name": "Summerfest", "face_value": l.price, "paid": l.price, "status": status,
			})
		}
	}
	customer, tracking := map[string]any{}, map[string]any{}
	if s.email != "" {
		customer["email"] = s.email
	}
	if s.click != "" {
		tracking["click"] = s.click
	}
	return map[string]any{
		"id": "900", "placed_at": "2026-06-01T10:00:00Z", "test": false, "currency": "GBP", "channel": "online",
		"customer": customer, "tracking": tracking, "tickets": tickets,
	}, true
}

// dataOf is the data of a webhook, and the version apart from it.
func dataOf(t *testing.T, body []byte) (data map[string]any, version int64) {
	t.Helper()
	var in struct{ Data json.RawMessage }
	var v struct{ Version int64 }
	if json.Unmarshal(body, &in) != nil || json.Unmarshal(in.Data, &v) != nil || json.Unmarshal(in.Data, &data) != nil {
		t.Fatalf("no webhook: %s", body)
	}
	delete(data, "version")
	return data, v.Version
}

// A history of an order through WooCommerce's JSON, with every message twice and in any
// order, ends as the same history does in ours (R11, R12).
func TestWooCommerce_HistoriesEndAsOurs(t *testing.T) {
	sales, gone := 0, 0
	for seed := range uint64(300) {
		r := rand.New(rand.NewPCG(seed, 1))
		s := newSale(r, time.Date(2026, 6, 1, 10, 0, 0, 0, time.UTC))
		messages := []Delivery{s.woo(t)}
		for range 1 + r.IntN(10) {
			s.happen(r)
			messages = append(messages, s.woo(t))
		}
		messages = append(messages, messages...)
		r.Shuffle(len(messages), func(i, j int) { messages[i], messages[j] = messages[j], messages[i] })

		var newest map[string]any
		version := int64(-1)
		seen := make(map[int64]map[string]any)
		for _, m := range messages {
			result, err := wooCommerce{}.Map(m)
			if err != nil || result.Note != "" {
				t.Fatalf("seed %d: %v %s\n%s", seed, err, result.Note, m.Body)
			}
			for _, w := range result.Webhooks {
				checkWebhook(t, m, w)
				data, v := dataOf(t, w.Body)
				if before, ok := seen[v]; ok && !reflect.DeepEqual(before, data) {
					t.Fatalf("seed %d: version %d has two contents:\n%v\n%v", seed, v, before, data)
				}
				if seen[v] = data; v > version {
					newest, version = data, v
				}
			}
		}
		want, ok := s.ours(t)
		if !ok {
			if newest != nil {
				t.Fatalf("seed %d: an order that was never paid is one: %v", seed, newest)
			}
			continue
		}
		sales++
		if s.status != "processing" {
			gone++
		}
		b, _ := json.Marshal(want)
		want = nil
		if err := json.Unmarshal(b, &want); err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(newest, want) {
			t.Fatalf("seed %d:\ngot  %v\nwant %v", seed, newest, want)
		}
	}
	if sales < 150 || gone < 25 {
		t.Errorf("only %d of the histories are sales, %d of them taken back: the test says little", sales, gone)
	}
}

// Refunds are read in the order in which they were made, wherever they stand in the body:
// after one unit of the second line has gone, only the first can have cost 45.00.
func TestWooCommerce_RefundsInTheirOrder(t *testing.T) {
	in := func(refunds ...wooRefund) string {
		o := wooOrder{ID: "7", Status: "processing", Currency: "GBP", Total: "90.00", Refunds: refunds}
		lines := []wooSold{
			{line{id: "1", units: 1, face: 4500}, 4500},
			{line{id: "2", units: 2, face: 4500}, 4500},
		}
		note, err := o.refund(lines)
		return fmt.Sprint(lines[0].refunded, lines[1].refunded, note != "", err)
	}
	first, second := wooRefund{"99", "-22.50"}, wooRefund{"100", "-45.00"}
	for _, refunds := range [][]wooRefund{{first, second}, {second, first}} {
		if got := in(refunds...); got != "1 1 false <nil>" {
			t.Errorf("refunds %v: %s", refunds, got)
		}
	}
	if got := in(second); got != "0 0 true <nil>" {
		t.Errorf("45.00 of either line: %s", got)
	}
	if got := in(wooRefund{"99", "22.50"}); got != "0 1 false <nil>" {
		t.Errorf("an amount without its sign: %s", got)
	}
	if got := in(wooRefund{"99", "-22.49"}); got != "0 1 false <nil>" {
		t.Errorf("an amount that the shop rounded: %s", got)
	}
	if got := in(wooRefund{"99", "-22.40"}); got != "0 0 true <nil>" {
		t.Errorf("an amount that is no ticket: %s", got)
	}
	if got := in(wooRefund{"99", "-90.00"}); got != "1 2 false <nil>" {
		t.Errorf("all: %s", got)
	}
}
