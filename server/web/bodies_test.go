package web

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync"
	"testing"

	"lastclick/model"
)

// arriving is a body of which the first bytes have come and the rest does not: until
// finish is called.
type arriving struct {
	first    *strings.Reader
	come     func()
	finished chan struct{}
}

func (a *arriving) Read(p []byte) (int, error) {
	if a.first.Len() > 0 {
		return a.first.Read(p)
	}
	a.come()
	<-a.finished
	return 0, io.ErrUnexpectedEOF
}

// Bodies that strangers send without a right signature are bounded in all, and small
// orders are taken beside them.
func TestBodies_ManyLargeOnes_AreBounded(t *testing.T) {
	d := newTestServer(t)
	finished := make(chan struct{})
	var all sync.WaitGroup
	var waiting sync.WaitGroup
	refused := make(chan int, 200)
	headers := signed("msg_1", noon, "x", newSecret)
	for i := range 200 {
		waiting.Add(1)
		all.Go(func() {
			come := sync.OnceFunc(waiting.Done)
			defer come()
			r := httptest.NewRequest("POST", "/webhooks/shop", io.NopCloser(&arriving{strings.NewReader(strings.Repeat(" ", maxBody-1)), come, finished}))
			for i := 0; i < len(headers); i += 2 {
				r.Header.Set(headers[i], headers[i+1])
			}
			r.RemoteAddr = fmt.Sprintf("198.51.100.%d:999", i)
			w := httptest.NewRecorder()
			d.Handler().ServeHTTP(w, r)
			if w.Code == http.StatusServiceUnavailable && w.Header().Get("Retry-After") != "" {
				refused <- 1
			}
		})
	}
	waiting.Wait()
	d.bodies.mu.Lock()
	used := d.bodies.used
	d.bodies.mu.Unlock()
	if used > bodiesInAll || used < largeBodies/2 {
		t.Errorf("%d bytes are in memory", used)
	}
	if n := len(refused); n < 100 {
		t.Errorf("%d of 200 were refused", n)
	}
	r := d.do("POST", "/webhooks/shop", anOrder, signed("msg_2", noon, anOrder, newSecret)...)
	if r.StatusCode != http.StatusOK {
		t.Errorf("an order beside them: %d %s", r.StatusCode, bodyOf(t, r))
	}
	close(finished)
	all.Wait()
	if d.bodies.used != 0 || len(d.bodies.from) != 0 {
		t.Errorf("after all ended %d bytes are counted", d.bodies.used)
	}
}

// One network cannot take all of the room.
func TestBodies_OneNetwork_LeavesRoomForOthers(t *testing.T) {
	b := newBodies()
	one, other := netip.MustParsePrefix("198.51.100.7/32"), netip.MustParsePrefix("203.0.113.9/32")
	var held []*hold
	for {
		h := b.hold(one)
		if !h.grow(smallBody) {
			break
		}
		held = append(held, h)
	}
	if got := len(held) * smallBody; got != bodiesOfOne {
		t.Errorf("one network took %d bytes", got)
	}
	if h := b.hold(other); !h.grow(smallBody) {
		t.Error("another network has no room")
	} else {
		h.release()
	}
	for _, h := range held {
		h.release()
	}
	if b.used != 0 || len(b.from) != 0 {
		t.Errorf("%d bytes and %d networks are left", b.used, len(b.from))
	}
}

// Large bodies are proved one at a time, and no small one waits for them.
func TestWebhook_LargeBodies_ProvedInTurn(t *testing.T) {
	d := newTestServer(t)
	end, err := d.bodies.turn(t.Context(), maxBody)
	if err != nil {
		t.Fatal(err)
	}
	large := strings.Repeat(" ", smallBody+1)
	answered := make(chan int, 1)
	go func() {
		answered <- d.do("POST", "/webhooks/shop", large, signed("msg_1", noon, "other", newSecret)...).StatusCode
	}()
	r := d.do("POST", "/webhooks/shop", anOrder, signed("msg_2", noon, anOrder, newSecret)...)
	if r.StatusCode != http.StatusOK {
		t.Errorf("an order beside it: %d %s", r.StatusCode, bodyOf(t, r))
	}
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := d.bodies.turn(gone, maxBody); err == nil {
		t.Error("two at once")
	}
	select {
	case status := <-answered:
		t.Errorf("a large one was answered with %d before its turn", status)
	default:
	}
	end()
	if status := <-answered; status != http.StatusUnauthorized {
		t.Errorf("after its turn: %d", status)
	}
}

// Where no large body has room, none is read.
func TestBodies_Full_LargeOneIsNotRead(t *testing.T) {
	b := newBodies()
	b.used = largeBodies
	r := httptest.NewRequest("POST", "/webhooks/shop", &arriving{strings.NewReader("x"), func() { t.Error("it is read") }, nil})
	r.ContentLength = maxBody
	if _, err := b.hold(netip.Prefix{}).read(httptest.NewRecorder(), r); !errors.Is(err, errNoRoom) {
		t.Errorf("%v", err)
	}
	small := httptest.NewRequest("POST", "/webhooks/shop", strings.NewReader(anOrder))
	if body, err := b.hold(netip.Prefix{}).read(httptest.NewRecorder(), small); err != nil || string(body) != anOrder {
		t.Errorf("a small one: %v", err)
	}
}

// What a stranger's headers show to be no webhook is refused before a byte of the body.
func TestWebhook_HeadersDoNotHold_BodyIsNotRead(t *testing.T) {
	d := newTestServer(t)
	good := signed("msg_1", noon, anOrder, newSecret)
	for name, headers := range map[string][]string{
		"none":         {"Content-Type", "application/json"},
		"no id":        with(good, "webhook-id", ""),
		"no signature": with(good, "webhook-signature", ""),
		"too old":      with(good, "webhook-timestamp", "1"),
		"other type":   with(good, "Content-Type", "text/plain"),
	} {
		r := httptest.NewRequest("POST", "/webhooks/shop", unread{t, name})
		for i := 0; i < len(headers); i += 2 {
			r.Header.Set(headers[i], headers[i+1])
		}
		w := httptest.NewRecorder()
		d.Handler().ServeHTTP(w, r)
		if w.Code < 400 {
			t.Errorf("%s: %d", name, w.Code)
		}
	}
}

type unread struct {
	t    *testing.T
	name string
}

func (u unread) Read([]byte) (int, error) {
	u.t.Errorf("%s: the body was read", u.name)
	return 0, io.EOF
}

// Whatever is sent is read whole, or refused.
func TestBodies_Sizes_AreReadWhole(t *testing.T) {
	for _, size := range []int{0, 1, leastReserve - 1, leastReserve, leastReserve + 1, smallBody - 1, smallBody, smallBody + 1, maxBody - 1, maxBody} {
		for _, claimed := range []bool{true, false} {
			want := bytes.Repeat([]byte("x"), size)
			r := httptest.NewRequest("POST", "/", bytes.NewReader(want))
			if !claimed {
				r.ContentLength = -1
			}
			b := newBodies()
			h := b.hold(netip.Prefix{})
			got, err := h.read(httptest.NewRecorder(), r)
			if err != nil || !bytes.Equal(got, want) {
				t.Errorf("%d bytes: read %d, %v", size, len(got), err)
			}
			if int64(cap(got)) > b.used {
				t.Errorf("%d bytes take %d, and %d are counted", size, cap(got), b.used)
			}
			h.release()
		}
	}
}

// A flood of what is not proved is none of log lines; what is proved is always told.
func TestWebhook_Unproved_FloodIsNoneOfTheLog(t *testing.T) {
	d := newTestServer(t)
	for range 5000 {
		d.do("POST", "/webhooks/nothere", "{}")
	}
	if n := strings.Count(d.log.String(), "webhook refused"); n < 1 || n > 30 {
		t.Errorf("%d lines for 5,000 requests", n)
	}
	if got := metricsOf(t, d); !strings.Contains(got, `lastclick_webhooks_total{result="refused",status="404"} 5000`) {
		t.Errorf("they are not counted: %s", got)
	}
	before := strings.Count(d.log.String(), "webhook refused")
	d.store.checkouts["shop"] = model.Checkout{ID: 7, Name: "shop", Secrets: [][]byte{newSecret}, SecretIDs: []int64{1}}
	d.bodies.used = bodiesInAll
	for range 500 {
		if r := d.do("POST", "/webhooks/shop", "{}", signed("msg_0", noon, "{}", newSecret)...); r.StatusCode != http.StatusServiceUnavailable {
			t.Fatalf("without room: %d", r.StatusCode)
		}
	}
	d.bodies.used = 0
	if n := strings.Count(d.log.String(), "webhook refused") - before; n > 30 {
		t.Errorf("%d lines for 500 that had no room", n)
	}
	before = strings.Count(d.log.String(), "webhook refused")
	for range 20 {
		d.do("POST", "/webhooks/shop", "no JSON", signed("msg_1", noon, "no JSON", newSecret)...)
	}
	if n := strings.Count(d.log.String(), "webhook refused") - before; n != 20 {
		t.Errorf("%d of 20 proved ones are in the log", n)
	}
	before = strings.Count(d.log.String(), "webhook refused")
	d.bodies.inAll, d.bodies.large = 1, 1
	for range 1000 {
		if r := d.do("POST", "/webhooks/shop", "{}", signed("msg_1", noon, "another", newSecret)...); r.StatusCode != http.StatusServiceUnavailable {
			t.Fatalf("status %d without room", r.StatusCode)
		}
	}
	if n := strings.Count(d.log.String(), "webhook refused") - before; n > 20 {
		t.Errorf("%d lines for 1,000 requests for which there was no room", n)
	}
}
