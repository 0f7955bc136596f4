package web

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"lastclick/model"
)

func (d *testServer) askReady(t *testing.T, path string) string {
	t.Helper()
	r := d.get(path)
	return fmt.Sprintf("%d %s", r.StatusCode, strings.TrimSpace(bodyOf(t, r)))
}

func TestReadyz_StoreErrors_SayWhatIsPublic(t *testing.T) {
	for _, c := range []struct {
		err          error
		body         string
		ordersStatus int
	}{
		{nil, `{"redirects":"ok","orders":"ok"}`, 200},
		{&model.Error{Kind: model.Full, Msg: "the disk is full", Hint: "free some space"}, `{"redirects":"ok","orders":"unavailable","why":"the disk is full: free some space"}`, 503},
		{&model.Error{Kind: model.Internal, Msg: "secret"}, `{"redirects":"ok","orders":"unavailable","why":"the store cannot commit: the log says why"}`, 503},
		{errors.New("secret"), `{"redirects":"ok","orders":"unavailable","why":"the store cannot commit: the log says why"}`, 503},
	} {
		d := newTestServer(t)
		d.store.ready = c.err
		// Redirects need no database.
		if got, want := d.askReady(t, "/readyz"), "200 "+c.body; got != want {
			t.Errorf("%v: %q, want %q", c.err, got, want)
		}
		if got, want := d.askReady(t, "/readyz?orders"), fmt.Sprintf("%d %s", c.ordersStatus, c.body); got != want {
			t.Errorf("%v: %q, want %q", c.err, got, want)
		}
	}
}

func TestReadyz_Draining_IsNotReady(t *testing.T) {
	d := newTestServer(t)
	d.SetDraining()
	if got := d.askReady(t, "/readyz"); got != `503 {"redirects":"unavailable","orders":"unavailable","why":"shutting down"}` {
		t.Errorf("while draining: %q", got)
	}
	if r := d.get("/healthz"); r.StatusCode != 200 {
		t.Errorf("/healthz answers %d while draining", r.StatusCode)
	}
}

// However many ask, the store is asked once at a time, and once in a second.
func TestReadyz_ManyAsk_StoreIsAskedOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newTestServer(t)
		var asked atomic.Int64
		d.probe.ready = func(context.Context) error {
			asked.Add(1)
			time.Sleep(100 * time.Millisecond) // of the bubble's clock
			return nil
		}
		askAll := func() {
			var all sync.WaitGroup
			for range 1000 {
				all.Go(func() {
					if got := d.askReady(t, "/readyz?orders"); !strings.HasPrefix(got, "200") {
						t.Error(got)
					}
				})
			}
			all.Wait()
		}
		askAll()
		askAll()
		if n := asked.Load(); n != 1 {
			t.Errorf("asked %d times", n)
		}
		time.Sleep(probeKeep)
		askAll()
		if n := asked.Load(); n != 2 {
			t.Errorf("a second later: asked %d times", n)
		}
	})
}

// A store that hangs costs the redirects half a second of a balancer's patience, and a
// panic in it costs nothing but an answer.
func TestReadyz_StoreHangsOrPanics_IsAnswered(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newTestServer(t)
		d.probe.ready = func(ctx context.Context) error { <-ctx.Done(); return ctx.Err() }
		began := time.Now()
		if got := d.askReady(t, "/readyz"); !strings.HasPrefix(got, "200") || !strings.Contains(got, "does not answer") {
			t.Error(got)
		}
		if took := time.Since(began); took > probeWait {
			t.Errorf("answered after %v", took)
		}
		time.Sleep(probeTime)
		synctest.Wait()
		d.probe.ready = func(context.Context) error { panic("of the store") }
		time.Sleep(probeKeep)
		if got := d.askReady(t, "/readyz?orders"); !strings.HasPrefix(got, "503") {
			t.Error(got)
		}
		d.probe.ready = func(context.Context) error { return nil }
		time.Sleep(probeKeep)
		if got := d.askReady(t, "/readyz?orders"); !strings.HasPrefix(got, "200") {
			t.Error(got)
		}
		if log := d.log.String(); strings.Count(log, "cannot be committed") != 1 || strings.Count(log, "committed again") != 1 {
			t.Errorf("the log says %s", log)
		}
	})
}
