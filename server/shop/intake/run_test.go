package intake_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"lastclick/model"
	"lastclick/server/shop"
	"lastclick/server/shop/intake"
)

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
