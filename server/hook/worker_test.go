package hook

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"lastclick/db/dbtest"
	"lastclick/model"
)

// What is answered 500 comes again, under the same id, and holds back its order alone.
func TestWorker_Answer500_SameIDAgainAndOrderKept(t *testing.T) {
	w := newWorld(t)
	var failures atomic.Int32
	r := newReceiver(t, func(rw http.ResponseWriter, _ *http.Request, m message) {
		if m.payload.Data.Order == "A-1" && failures.Add(1) <= 3 {
			http.Error(rw, "no \x1b[31mroom", http.StatusInternalServerError)
		}
	})
	h := w.hook(r.URL)
	r.trust(h.Secret)
	w.sell("A-1")
	w.Place(dbtest.Order{Version: 2, WebhookID: "v2", Receipt: w.Receipt("ana@50"), Tickets: []dbtest.Ticket{{ID: "T-A-1", Status: model.Refunded}}})
	w.sell("A-2")
	w.run(t, nil)
	ids := map[string][]string{}
	for range 6 { // four of the first message, the reversal, the other order
		m := r.next(t)
		if m.valid != nil {
			t.Errorf("an attempt is signed wrong: %v", m.valid)
		}
		ids[m.payload.Data.Order+" "+m.payload.Type] = append(ids[m.payload.Data.Order+" "+m.payload.Type], m.id)
	}
	first := ids["A-1 sale.credited"]
	slices.Sort(first)
	if len(first) != 4 || len(slices.Compact(first)) != 1 || len(ids["A-1 sale.reversed"]) != 1 || len(ids["A-2 sale.credited"]) != 1 {
		t.Errorf("%v", ids)
	}
	w.until(r.URL, "an empty outbox", taken)
	if len(r.got) != 0 {
		t.Errorf("%d messages too many", len(r.got))
	}
}

// Order: a reversal never overtakes what it reverses, however the receiver fares.
func TestWorker_ManyVersions_EachOrderInOrder(t *testing.T) {
	w := newWorld(t)
	var mu sync.Mutex
	n, live := 0, map[string]bool{}
	r := newReceiver(t, func(rw http.ResponseWriter, _ *http.Request, m message) {
		mu.Lock()
		defer mu.Unlock()
		if n++; n%3 == 0 {
			rw.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		id, credited := m.payload.Data.Order, m.payload.Type == model.SaleCredited
		if live[id] == credited {
			t.Errorf("%s of %s, which is credited: %v", m.payload.Type, id, live[id])
		}
		live[id] = credited
	})
	w.hook(r.URL)
	for version := range 6 {
		for i := range 8 {
			id := fmt.Sprint("A-", i)
			status := map[bool]model.Status{true: model.Valid, false: model.Refunded}[version%2 == 0]
			w.Place(dbtest.Order{ID: id, Version: int64(version + 1), WebhookID: fmt.Sprint(id, "-", version), Receipt: w.Receipt("ana@50"), Tickets: []dbtest.Ticket{{ID: "T-" + id, Status: status}}})
		}
	}
	w.run(t, nil)
	w.until(r.URL, "an empty outbox", taken)
	mu.Lock()
	defer mu.Unlock()
	for id, credited := range live {
		if credited {
			t.Errorf("%s ended as credited", id)
		}
	}
	if len(live) != 8 {
		t.Errorf("%d orders were told, want 8", len(live))
	}
}

// A receiver that does not answer holds up itself alone.
func TestWorker_SlowHook_HoldsUpNoOther(t *testing.T) {
	w := newWorld(t)
	release := make(chan struct{})
	slow := newReceiver(t, func(_ http.ResponseWriter, r *http.Request, _ message) {
		select {
		case <-release:
		case <-r.Context().Done():
		}
	})
	quick := newReceiver(t, nil)
	w.hook(slow.URL)
	w.hook(quick.URL)
	w.run(t, nil)
	for i := range 10 {
		w.sell(fmt.Sprint("A-", i))
		quick.next(t)
	}
	slow.next(t)
	w.until(quick.URL, "the quick one's empty outbox", taken)
	close(release)
	w.until(slow.URL, "the slow one's empty outbox", taken)
}

func TestWorker_Redirect_NotFollowed(t *testing.T) {
	w := newWorld(t)
	var elsewhere atomic.Int32
	other := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { elsewhere.Add(1) }))
	defer other.Close()
	r := newReceiver(t, func(rw http.ResponseWriter, req *http.Request, _ message) {
		http.Redirect(rw, req, other.URL+"/inside", http.StatusTemporaryRedirect)
	})
	w.hook(r.URL)
	w.sell("A-1")
	stop := w.run(t, nil)
	r.next(t)
	h := w.until(r.URL, "a failure", func(h model.Hook) bool { return h.State == model.HookFailing })
	stop()
	if elsewhere.Load() != 0 || !strings.Contains(text(h.LastError), "answered 307, which leads elsewhere ("+other.URL) || h.Waiting != 1 {
		t.Errorf("%d requests elsewhere; %s", elsewhere.Load(), text(h.LastError))
	}
}

// An answer without end is a success where its status says so, and is not read on.
func TestWorker_EndlessAnswer_BoundedAndTaken(t *testing.T) {
	w := newWorld(t)
	written := make(chan int64, 10)
	r := newReceiver(t, func(rw http.ResponseWriter, _ *http.Request, _ message) {
		var n int64
		line := []byte(strings.Repeat("x", 1<<16))
		for n < 1<<30 {
			m, err := rw.Write(line)
			if n += int64(m); err != nil {
				break
			}
		}
		written <- n
	})
	w.hook(r.URL)
	w.sell("A-1")
	w.run(t, nil)
	w.until(r.URL, "an empty outbox", taken)
	if n := <-written; n >= 1<<26 {
		t.Errorf("%d bytes of an answer were read", n)
	}
}

func TestWorker_HugeHeaders_Failure(t *testing.T) {
	w := newWorld(t)
	r := newReceiver(t, func(rw http.ResponseWriter, _ *http.Request, _ message) {
		rw.Header().Set("X-Long", strings.Repeat("x", 1<<20))
	})
	w.hook(r.URL)
	w.sell("A-1")
	w.run(t, nil)
	w.until(r.URL, "a failure", func(h model.Hook) bool { return h.State == model.HookFailing })
}

// Three days of failures, by an injected clock, end a hook, with a mail; adding it again
// enables it, and its secret still holds.
func TestWorker_ThreeDaysOfFailures_DisabledAndMailed(t *testing.T) {
	w := newWorld(t)
	var works atomic.Bool
	r := newReceiver(t, func(rw http.ResponseWriter, _ *http.Request, _ message) {
		if !works.Load() {
			rw.WriteHeader(http.StatusBadGateway)
		}
	})
	_, err := w.Store.AddPerson(w.Ctx, w.Admin, model.NewPerson{Name: "Olga", Email: "olga@example.com", Role: model.Owner, Key: model.Key{Fingerprint: "SHA256:olga", Public: "ssh-ed25519 AAAA"}})
	w.Must(err)
	h := w.hook(r.URL)
	r.trust(h.Secret)
	w.sell("A-1")
	w.run(t, nil)
	since := w.until(r.URL, "a failure", func(h model.Hook) bool { return h.FailingSince != nil }).FailingSince
	w.clock.wait(model.HookPatience - time.Hour)
	w.sell("A-2")
	for range len(r.got) + 5 { // it is tried on and on
		r.next(t)
	}
	if h := w.until(r.URL, "it", func(model.Hook) bool { return true }); h.State != model.HookFailing || !h.FailingSince.Equal(*since) {
		t.Errorf("after less than three days: %+v", h)
	}
	w.clock.wait(2 * time.Hour)
	got := w.until(r.URL, "the end", func(h model.Hook) bool { return h.State == model.HookDisabled })
	if got.Waiting != 0 || text(got.LastError) != "it answered 502 Bad Gateway" {
		t.Errorf("disabled: %+v, %s", got, text(got.LastError))
	}
	mails, err := w.Store.DueMail(w.Ctx, 0, time.Hour)
	w.Must(err)
	if m := mails[len(mails)-1]; m.Kind != model.HookMail || m.To != "olga@example.com" {
		t.Errorf("the last mail: %+v", m)
	}
	works.Store(true)
	if again := w.hook(r.URL); again.Secret != h.Secret {
		t.Error("the secret is another")
	}
	w.sell("A-3")
	for {
		if m := r.next(t); m.payload.Data.Order == "A-3" {
			if m.valid != nil {
				t.Error(m.valid)
			}
			break
		}
	}
	w.until(r.URL, "an empty outbox", taken)
}

// A message that alone is never taken is dropped after three days; the hook stays.
func TestWorker_PoisonedMessage_DroppedAfterThreeDays(t *testing.T) {
	w := newWorld(t)
	r := newReceiver(t, func(rw http.ResponseWriter, _ *http.Request, m message) {
		if m.payload.Data.Order == "A-1" {
			rw.WriteHeader(http.StatusBadRequest)
		}
	})
	w.hook(r.URL)
	w.sell("A-1")
	w.run(t, func(c *Config) { c.Backoff = func(int) time.Duration { return 20 * time.Millisecond } })
	w.until(r.URL, "a failure", func(h model.Hook) bool { return h.State == model.HookFailing })
	w.sell("A-2")
	w.until(r.URL, "the other order's message", func(h model.Hook) bool { return h.DeliveredAt != nil })
	w.clock.wait(model.HookPatience - time.Minute)
	w.sell("A-3")
	w.until(r.URL, "the third order's message", func(h model.Hook) bool { return h.Waiting == 1 })
	w.clock.wait(2 * time.Minute)
	w.sell("A-4") // keeps the hook from having failed for three days
	h := w.until(r.URL, "an empty outbox", func(h model.Hook) bool { return h.Waiting == 0 })
	if h.State == model.HookDisabled {
		t.Errorf("%+v", h)
	}
}

func TestWorker_Gone_DisabledAtOnce(t *testing.T) {
	w := newWorld(t)
	r := newReceiver(t, func(rw http.ResponseWriter, _ *http.Request, _ message) { rw.WriteHeader(http.StatusGone) })
	w.hook(r.URL)
	w.sell("A-1")
	w.run(t, nil)
	w.until(r.URL, "the end", func(h model.Hook) bool { return h.State == model.HookDisabled })
	if len(r.got) != 1 {
		t.Errorf("%d attempts, want one", len(r.got))
	}
}

// A hook that is down gets one message at a time, not all that wait.
func TestWorker_DeadReceiver_OneProbeAtATime(t *testing.T) {
	w := newWorld(t)
	r := newReceiver(t, func(rw http.ResponseWriter, _ *http.Request, _ message) {
		rw.WriteHeader(http.StatusInternalServerError)
	})
	w.hook(r.URL)
	for i := range 30 {
		w.sell(fmt.Sprint("A-", i))
	}
	var pauses atomic.Int32
	stop := w.run(t, func(c *Config) {
		c.Backoff = func(int) time.Duration {
			if pauses.Add(1) > 12 { // of messages and batches
				return time.Hour
			}
			return time.Millisecond
		}
	})
	w.until(r.URL, "a pause", func(model.Hook) bool { return pauses.Load() > 12 })
	stop()
	if n := len(r.got); n > 4*tooMany {
		t.Errorf("%d messages were sent to a receiver that takes none", n)
	}
}

// What a receiver asks for with Retry-After is waited for.
func TestWorker_RetryAfter_Waited(t *testing.T) {
	w := newWorld(t)
	r := newReceiver(t, func(rw http.ResponseWriter, _ *http.Request, _ message) {
		rw.Header().Set("Retry-After", "1800")
		rw.WriteHeader(http.StatusTooManyRequests)
	})
	w.hook(r.URL)
	w.sell("A-1")
	stop := w.run(t, nil)
	r.next(t)
	w.until(r.URL, "a failure", func(h model.Hook) bool { return h.State == model.HookFailing })
	w.clock.wait(29 * time.Minute)
	if due, err := w.Store.DueHooks(w.Ctx, 0, 0); err != nil || len(due) != 0 {
		t.Errorf("due after 29 minutes: %v %v", due, err)
	}
	w.clock.wait(2 * time.Minute)
	r.next(t)
	stop()
}

// A daemon that stops cuts off what is under way after some seconds; after the next start
// it is sent again, under the same id.
func TestWorker_StopWhileSending_SentAfterRestart(t *testing.T) {
	w := newWorld(t)
	var calls atomic.Int32
	r := newReceiver(t, func(_ http.ResponseWriter, req *http.Request, _ message) {
		if calls.Add(1) == 1 {
			_, _ = io.Copy(io.Discard, req.Body)
			<-req.Context().Done() // never answers
		}
	})
	w.hook(r.URL)
	w.sell("A-1")
	stop := w.run(t, nil)
	first := r.next(t)
	began := time.Now()
	stop()
	if took := time.Since(began); took > grace+2*time.Second {
		t.Errorf("stopping took %s", took)
	}
	w.run(t, nil)
	if again := r.next(t); again.id != first.id {
		t.Errorf("the message came again as %s, was %s", again.id, first.id)
	}
	w.until(r.URL, "an empty outbox", taken)
}

func TestBackoff_Doubles_WithJitter(t *testing.T) {
	seen := map[time.Duration]bool{}
	for range 100 {
		for n, full := range map[int]time.Duration{1: 5 * time.Second, 2: 10 * time.Second, 5: 80 * time.Second, 11: 5 << 10 * time.Second, 1000: 5 << 10 * time.Second} {
			if d := backoff(n); d < full/2 || d >= full {
				t.Errorf("after %d failures %s, want half of %s to all of it", n, d, full)
			}
		}
		seen[backoff(1)] = true
	}
	if len(seen) < 50 {
		t.Errorf("only %d pauses are different", len(seen))
	}
}
