package shop

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"lastclick/model"
)

// pretixSale is an order as pretix keeps it, and what its API answers about it.
type pretixSale struct {
	now       time.Time
	status    string
	paid      bool
	click     string
	positions []pretixSeat
}

type pretixSeat struct {
	price    int64
	canceled bool
	entries  []time.Time
}

// tick moves the clock: no two things happen in one millisecond.
func (s *pretixSale) tick(r *rand.Rand) time.Time {
	s.now = s.now.Add(time.Duration(1+r.IntN(2000)) * time.Millisecond)
	return s.now
}

// happen lets one thing happen to the order and returns the message that pretix sends.
func (s *pretixSale) happen(r *rand.Rand) string {
	at := s.tick(r)
	i := r.IntN(len(s.positions))
	seat := &s.positions[i]
	entry := func(action string) string {
		return fmt.Sprintf(`{"organizer":"acmecorp","event":"democon","code":"ABC23","action":%q,"orderposition_id":%d}`, action, 100+i)
	}
	order := func(action string) string {
		return fmt.Sprintf(`{"organizer":"acmecorp","event":"democon","code":"ABC23","action":"pretix.event.order.%s"}`, action)
	}
	switch n := r.IntN(12); {
	case s.status == "n" && n < 6:
		s.status, s.paid = "p", true
		return order("paid")
	case s.status == "n" && n == 6:
		s.status = "e"
		return order("expired")
	case s.status == "p" && n == 7:
		s.status = "c"
		return order("canceled")
	case s.status == "c" && n == 8:
		s.status = "p"
		return order("reactivated")
	case s.status == "p" && n == 9:
		seat.canceled = true
		return order("changed.cancel")
	case s.status == "p" && n < 5 && len(seat.entries) < 2:
		seat.entries = append(seat.entries, at)
		return entry("pretix.event.checkin")
	case len(seat.entries) > 0:
		seat.entries = slices.Delete(seat.entries, 0, 1)
		return entry("pretix.event.checkin.reverted")
	}
	return order("modified")
}

// answer is what the API says at path.
func (s *pretixSale) answer(path string) any {
	switch {
	case !strings.Contains(path, "/orders/") && strings.HasSuffix(path, "/democon/"):
		return map[string]any{"currency": "GBP"}
	case strings.Contains(path, "/items/"):
		return map[string]any{"name": map[string]any{"en": "Summerfest"}, "default_price": "1.00"}
	}
	var positions, payments []map[string]any
	for i, p := range s.positions {
		checkins := []map[string]any{{"type": "exit", "datetime": "2026-05-01T10:00:00Z"}}
		for _, at := range p.entries {
			checkins = append(checkins, map[string]any{"type": "entry", "datetime": at.Format(time.RFC3339Nano)})
		}
		positions = append(positions, map[string]any{
			"id": 100 + i, "positionid": i + 1, "item": p.price, "price": model.DecimalAmount(p.price, "GBP"), "canceled": p.canceled, "checkins": checkins,
		})
	}
	if s.paid {
		payments = append(payments, map[string]any{"state": "confirmed", "payment_date": "2026-06-01T10:00:00Z"})
	}
	return map[string]any{
		"code": "ABC23", "status": s.status, "datetime": "2026-06-01T10:00:00Z", "email": "kim@example.com", "sales_channel": "web",
		"api_meta": map[string]any{"lastclick": s.click}, "positions": positions, "payments": payments,
	}
}

// ours are the lines of the state that the same history makes in our own webhooks.
func (s *pretixSale) ours() (lines []string) {
	if !s.paid {
		return nil
	}
	lines = append(lines, "order DEMOCON-ABC23 2026-06-01T10:00:00Z email=kim@example.com click="+s.click+" channel=online")
	for i, p := range s.positions {
		status := "valid"
		if p.canceled || s.status == "c" {
			status = "void"
		}
		line := fmt.Sprintf("ticket DEMOCON-ABC23-%d of DEMOCON-ABC23 event democon type %d (Summerfest) GBP %d paid %d %s", i+1, p.price, p.price, p.price, status)
		if len(p.entries) > 0 {
			line += " scanned"
		}
		lines = append(lines, line)
	}
	slices.Sort(lines)
	return lines
}

// pretixHistory is a sale, and its messages on their way to us.
type pretixHistory struct {
	*testing.T
	*rand.Rand
	sale     *pretixSale
	client   *http.Client
	sent     []string // by pretix
	received []pending
	away     int // how often the API could not answer

	webhooks []model.Webhook
	bodies   []Webhook
}

// pending is a message that waits to be fetched.
type pending struct {
	fetch Fetch
	at    time.Time // of its receipt
}

func newPretixHistory(t *testing.T, seed uint64) *pretixHistory {
	h := &pretixHistory{T: t, Rand: rand.New(rand.NewPCG(seed, 2))}
	h.sale = &pretixSale{now: time.Date(2026, 6, 1, 10, 0, 0, 0, time.UTC), status: "n", click: "mfzwizltmvrgc3dfonzw63djon2a"}
	for range 1 + h.IntN(4) {
		h.sale.positions = append(h.sale.positions, pretixSeat{price: int64(1000 + h.IntN(5000))})
	}
	h.client = &http.Client{Transport: transport(func(r *http.Request) (*http.Response, error) {
		body, err := json.Marshal(h.sale.answer(r.URL.Path))
		code := http.StatusOK
		if h.IntN(8) == 0 {
			code = http.StatusServiceUnavailable
		}
		return &http.Response{StatusCode: code, Header: http.Header{"Content-Type": {"application/json"}}, Body: io.NopCloser(bytes.NewReader(body)), Request: r}, err
	})}
	return h
}

// receive takes one of the messages that were sent, some of them twice.
func (h *pretixHistory) receive() {
	i, at := h.IntN(len(h.sent)), h.sale.tick(h.Rand)
	result, err := pretix{}.Map(Delivery{Body: []byte(h.sent[i]), Received: at})
	if err != nil {
		h.Fatal(err)
	}
	h.received = append(h.received, pending{*result.Fetch, at})
	if h.IntN(4) > 0 {
		h.sent = slices.Delete(h.sent, i, i+1)
	}
}

// fetch reads what one of the messages asks for; it stays where the API is away.
func (h *pretixHistory) fetch() {
	i, began := h.IntN(len(h.received)), h.sale.tick(h.Rand)
	got, err := pretix{}.Fetch(h.Context(), h.client, Account{URL: "https://shop.example", Token: "t"}, h.received[i].fetch, began)
	if _, later := errors.AsType[*Later](err); later {
		h.away++
		return
	}
	if err != nil {
		h.Fatal(err)
	}
	h.received = slices.Delete(h.received, i, i+1)
	for _, w := range got {
		h.webhooks, h.bodies = append(h.webhooks, parsed(h.T, w, began)), append(h.bodies, w)
	}
}

func (h *pretixHistory) step() {
	switch {
	case len(h.sent) > 0 && (len(h.received) == 0 || h.IntN(2) == 0):
		h.receive()
	case len(h.received) > 0:
		h.fetch()
	}
}

// A history of an order through pretix, whose messages come late, twice and in any
// order, and whose API fails now and then, ends as the same history does in ours (R11,
// R12, R14).
func TestPretix_HistoriesEndAsOurs(t *testing.T) {
	sales, entered, away := 0, 0, 0
	for seed := range uint64(150) {
		h := newPretixHistory(t, seed)
		for range 3 + h.IntN(25) {
			h.sent = append(h.sent, h.sale.happen(h.Rand))
			for range h.IntN(3) {
				h.step()
			}
		}
		for len(h.sent)+len(h.received) > 0 {
			h.step()
		}
		h.Shuffle(len(h.bodies), func(i, j int) {
			h.webhooks[i], h.webhooks[j], h.bodies[i], h.bodies[j] = h.webhooks[j], h.webhooks[i], h.bodies[j], h.bodies[i]
		})
		isScan := func(line string) bool { return strings.HasPrefix(line, "scan of ") }
		got, want := slices.DeleteFunc(newState(t, h.webhooks, h.bodies).lines(), isScan), h.sale.ours()
		if !slices.Equal(got, want) {
			t.Fatalf("seed %d:\n%s\nwant:\n%s", seed, strings.Join(got, "\n"), strings.Join(want, "\n"))
		}
		if len(want) > 0 {
			sales++
		}
		if strings.Contains(strings.Join(want, "\n"), "scanned") {
			entered++
		}
		away += h.away
	}
	if sales < 100 || entered < 30 || away < 100 {
		t.Errorf("%d sales, %d with entries, the API away %d times: the test says little", sales, entered, away)
	}
}
