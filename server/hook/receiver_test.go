package hook

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"lastclick/db"
	"lastclick/db/dbtest"
	"lastclick/model"
)

// patience is how long a test waits for what must happen.
const patience = 10 * time.Second

// clock is the time of a store and of a worker.
type clock struct {
	mu   sync.Mutex
	late time.Duration // after the real time
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return time.Now().Add(c.late)
}

func (c *clock) wait(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.late += d
}

// world is a platform in a real store.
type world struct {
	*dbtest.World
	clock *clock
}

func newWorld(t *testing.T) world {
	t.Helper()
	c := &clock{}
	s, err := db.Open(t.Context(), db.Options{Dir: t.TempDir(), Now: c.now})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return world{dbtest.Seed(t, s), c}
}

// run runs a worker until the returned function, or the end of the test.
func (w world) run(t *testing.T, change func(*Config)) (stop func()) {
	t.Helper()
	c := Config{
		Store: w.Store, AllowPrivate: true, Now: w.clock.now, Poll: 5 * time.Millisecond,
		Backoff: func(int) time.Duration { return time.Millisecond },
	}
	if change != nil {
		change(&c)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- New(c).Run(ctx) }()
	stop = sync.OnceFunc(func() {
		cancel()
		if err := <-done; err != nil {
			t.Errorf("Run: %v", err)
		}
	})
	t.Cleanup(stop)
	return stop
}

// hook adds a hook of acme to the URL.
func (w world) hook(url string) model.HookSecret {
	w.Helper()
	h, err := w.Store.AddHook(w.Ctx, w.Owner, url)
	w.Must(err)
	return h
}

// sell places an order of one ticket that ana is credited with.
func (w world) sell(id string) {
	w.Helper()
	w.Place(dbtest.Order{ID: id, WebhookID: "sale-" + id, Receipt: w.Receipt("ana@50"), Tickets: []dbtest.Ticket{{ID: "T-" + id}}})
}

// until waits for the hook with the URL to be as ok wants it.
func (w world) until(url, what string, ok func(model.Hook) bool) model.Hook {
	w.Helper()
	late := time.After(patience)
	tick := time.NewTicker(2 * time.Millisecond)
	defer tick.Stop()
	for {
		list, err := w.Store.Hooks(w.Ctx, w.Admin)
		w.Must(err)
		var last model.Hook
		for _, h := range list {
			if h.URL == url {
				if last = h; ok(h) {
					return h
				}
			}
		}
		select {
		case <-tick.C:
		case <-late:
			w.Fatalf("waited in vain for: %s; the hook is %+v, %s", what, last, text(last.LastError))
		}
	}
}

func text(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

func taken(h model.Hook) bool { return h.Waiting == 0 && h.DeliveredAt != nil }

// message is what a receiver got.
type message struct {
	id      string
	payload struct {
		Type string
		Data model.HookSale
	}
	valid error // of the signature, by the library
	fresh error // of the signature and its time
}

// receiver is a server that takes webhooks.
type receiver struct {
	URL    string
	got    chan message
	mu     sync.Mutex
	secret string
	answer func(w http.ResponseWriter, r *http.Request, m message) // nil: 204
}

func newReceiver(t *testing.T, answer func(http.ResponseWriter, *http.Request, message)) *receiver {
	t.Helper()
	r := &receiver{got: make(chan message, 1000), answer: answer}
	s := httptest.NewServer(r)
	r.URL = s.URL + "/sales"
	t.Cleanup(s.Close)
	return r
}

func (r *receiver) trust(secret string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.secret = secret
}

func (r *receiver) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	body, err := io.ReadAll(req.Body)
	m := message{id: req.Header.Get("webhook-id"), valid: err}
	r.mu.Lock()
	secret := r.secret
	r.mu.Unlock()
	if err == nil && secret != "" {
		var key *standardwebhooks.Webhook
		if key, m.valid = standardwebhooks.NewWebhook(secret); m.valid == nil {
			m.valid, m.fresh = key.VerifyIgnoringTimestamp(body, req.Header), key.Verify(body, req.Header)
		}
	}
	_ = json.Unmarshal(body, &m.payload)
	r.got <- m
	if r.answer == nil {
		w.WriteHeader(http.StatusNoContent)
		return
	}
	r.answer(w, req, m)
}

func (r *receiver) next(t *testing.T) message {
	t.Helper()
	select {
	case m := <-r.got:
		return m
	case <-time.After(patience):
		t.Fatal("no message came")
	}
	return message{}
}

// The whole way: an order in the store, a signed message at the receiver, nothing left.
func TestWorker_CreditedSale_SignedMessage(t *testing.T) {
	w := newWorld(t)
	r := newReceiver(t, nil)
	w.run(t, nil)
	h := w.hook(r.URL)
	r.trust(h.Secret)
	w.sell("A-1")
	m := r.next(t)
	if m.valid != nil || m.fresh != nil || m.payload.Type != model.SaleCredited || m.payload.Data.Order != "A-1" || m.payload.Data.Link != "ana" || !strings.HasPrefix(m.id, "msg_") {
		t.Errorf("%+v", m)
	}
	w.until(r.URL, "an empty outbox", taken)
	w.Scan("T-A-1", 200, true)
	if m := r.next(t); m.payload.Type != model.TicketScanned || m.valid != nil {
		t.Errorf("%+v", m)
	}
	if raw, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(h.Secret, "whsec_")); err != nil || len(raw) != 32 {
		t.Errorf("the secret %q", h.Secret)
	}
}
