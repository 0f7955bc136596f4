package main

import (
	"bytes"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// illness is what can be wrong with a shop's API.
type illness struct {
	name   string
	answer func(w http.ResponseWriter, r *http.Request)
	asked  int  // requests until it gets well: the first and, where it is asked again, one more
	inbox  bool // not asked again until the admin retries
}

func illnesses(elsewhere string) []illness {
	endless := bytes.Repeat([]byte(`[[[["an answer without an end"]]]], `), 1<<10)
	return []illness{
		{"slow", func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }, 2, false},
		{"slow body", func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			_, _ = w.Write([]byte(`{"id":`))
			_ = http.NewResponseController(w).Flush()
			<-r.Context().Done()
		}, 2, false},
		{"429", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Retry-After", "1")
			w.WriteHeader(http.StatusTooManyRequests)
		}, 2, false},
		{"500", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusInternalServerError) }, 2, false},
		{"garbage", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			_, _ = w.Write([]byte("{\"id\":\x00\xff\x1b[2J"))
		}, 2, false},
		{"a page for people", func(w http.ResponseWriter, _ *http.Request) {
			_, _ = w.Write([]byte("<!DOCTYPE html><title>Checking your browser</title>"))
		}, 2, false},
		{"endless body", func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			_, _ = w.Write([]byte("["))
			for r.Context().Err() == nil {
				if _, err := w.Write(endless); err != nil {
					return
				}
			}
		}, 2, false},
		{"cut connection", func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, 2, false},
		{"redirect to elsewhere", func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, elsewhere+r.URL.RequestURI(), http.StatusFound)
		}, 1, true},
		{"another shape", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			_, _ = w.Write([]byte(`["this", "is", "no", "order"]`))
		}, 1, true},
	}
}

// Every kind that fetches meets every illness: each order is there once the shop is well,
// once, and other checkouts and clicks go on meanwhile.
func TestShops_FetchFromAnIllShop_NothingLostNothingDoubled(t *testing.T) {
	t.Parallel()
	var strangers atomic.Int64
	elsewhere := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { strangers.Add(1) }))
	defer elsewhere.Close()
	m := newMall(t, []string{hastyShops + "=1"}, fetchingDialects()...)
	sold := 0
	for i, ill := range illnesses(elsewhere.URL) {
		began := time.Now()
		tolls := make([]*toll, len(m.shops))
		for j, s := range m.shops {
			tolls[j] = &toll{}
			s.api.sicken(func(w http.ResponseWriter, r *http.Request) bool {
				tolls[j].count()
				ill.answer(w, r)
				return true
			})
			s.sells(partRefunded(i + 1))
		}
		for j, s := range m.shops {
			m.eventually(s.kind+" is asked while it has "+ill.name, func() bool { return tolls[j].n() >= ill.asked })
			if ill.name == "429" {
				if gap := tolls[j].gap(); gap < 950*time.Millisecond {
					t.Errorf("%s is asked again after %s, and said Retry-After: 1", s.kind, gap)
				}
			}
		}
		took := m.goesOn(fmt.Sprint("B-", i))
		m.wantSold(sold)
		for _, s := range m.shops {
			s.api.sicken(nil)
		}
		if ill.inbox {
			var ids []string
			m.eventually("all stand in the inbox", func() bool { ids = m.failedInbox(); return len(ids) >= len(m.shops) })
			for _, id := range ids {
				m.run("inbox", "retry", id)
			}
		}
		sold += len(m.shops)
		m.eventually("the queues are empty after "+ill.name, func() bool {
			for _, s := range m.shops {
				if s.queued() > 0 {
					return false
				}
			}
			return len(m.failedInbox()) == 0
		})
		m.wantSold(sold)
		t.Logf("%s: %s in all; a click and an order meanwhile took %s", ill.name, time.Since(began).Round(time.Millisecond), took.Round(time.Millisecond))
	}
	if n := strangers.Load(); n > 0 {
		t.Errorf("another host was asked %d times", n)
	}
	m.wantChecked()
	m.wantSold(sold)
}

// toll counts requests.
type toll struct {
	mu sync.Mutex
	at []time.Time
}

func (t *toll) count() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.at = append(t.at, time.Now())
}

func (t *toll) n() int {
	t.mu.Lock()
	defer t.mu.Unlock()
	return len(t.at)
}

// gap is the time between the first request and the second.
func (t *toll) gap() time.Duration {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.at[1].Sub(t.at[0])
}

// A shop that is down, for some seconds at the program's own pace, and for many failures
// in a row: what was posted before, meanwhile and after is there in the end.
func TestShops_ShopIsDown_NothingLost(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name     string
		env      []string
		failures int // of fetches, of which two are under way at once
	}{{"own pace", nil, 6}, {"many failures", []string{hastyShops + "=1"}, 20}} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			shopIsDown(t, tt.env, tt.failures)
		})
	}
}

func shopIsDown(t *testing.T, env []string, failures int) {
	m := newMall(t, env, pretixDialect(), stripeDialect())
	down := m.shops[0]
	down.sells(partRefunded(1))
	m.eventually("the first order", func() bool { return down.queued() == 0 })
	down.api.down()
	began := time.Now()
	for n := 2; n <= 20; n++ {
		down.sells(partRefunded(n))
	}
	took := m.goesOn("B-1")
	m.shops[1].sells(partRefunded(1))
	m.eventually("the order of a shop that is up", func() bool { return m.shops[1].queued() == 0 })
	m.wantSold(2)
	m.eventuallyWithin(30*time.Second, "the failures of so many fetches", func() bool {
		return strings.Count(m.stderr.String(), "a shop's API cannot answer") >= failures
	})
	if n := down.queued(); n < 19 {
		t.Errorf("%d deliveries wait", n)
	}
	down.api.up()
	up := time.Now()
	down.sells(partRefunded(21))
	m.eventuallyWithin(time.Minute, "all orders", func() bool { return down.queued() == 0 })
	t.Logf("down for %s, all there %s after it was up; a click and an order meanwhile took %s", up.Sub(began).Round(time.Millisecond), time.Since(up).Round(time.Millisecond), took.Round(time.Millisecond))
	m.wantSold(22)
	m.wantChecked()
}

// While one shop does not answer, those of other checkouts are fetched, and of one order
// there is one fetch at a time, however many messages come.
func TestShops_OneDoesNotAnswer_OthersGoOn(t *testing.T) {
	t.Parallel()
	m := newMall(t, nil, fetchingDialects()...)
	stuck := m.shops[1]
	release := make(chan struct{})
	stuck.api.sicken(func(_ http.ResponseWriter, r *http.Request) bool {
		select {
		case <-release:
		case <-r.Context().Done():
		}
		return false
	})
	for n := 1; n <= 30; n++ {
		for range 3 { // two messages each, of one order
			stuck.sells(partRefunded(n))
		}
	}
	m.eventually("the stuck shop is asked", func() bool { return stuck.api.requests() > 0 })
	began := time.Now()
	for _, s := range m.shops {
		if s != stuck {
			for n := 1; n <= 10; n++ {
				s.sells(partRefunded(n))
			}
		}
	}
	m.eventually("the orders of the other shops", func() bool {
		for _, s := range m.shops {
			if s != stuck && s.queued() > 0 {
				return false
			}
		}
		return true
	})
	took := time.Since(began)
	m.wantSold(50)
	asked := stuck.api.requests()
	if asked > 2 { // of one checkout at once
		t.Errorf("the stuck shop is asked %d times at once", asked)
	}
	close(release)
	m.eventually("the orders of the stuck shop", func() bool { return stuck.queued() == 0 })
	m.wantSold(80)
	for _, s := range m.shops {
		if len(s.api.twice) > 0 {
			t.Errorf("%s was asked twice at once for %v", s.kind, s.api.twice)
		}
	}
	t.Logf("50 orders of 5 other shops took %s while one was stuck; 180 messages about its 30 orders made %d requests", took.Round(time.Millisecond), stuck.api.requests())
	m.wantChecked()
}
