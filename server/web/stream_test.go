package web

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"lastclick/model"
)

func TestLivePage_RequestDeadlines_DoNotEndIt(t *testing.T) {
	d := newTestServer(t)
	d.feeds.pace, d.feeds.beat = 0, 5*time.Millisecond
	d.store.page = func(string) (model.SubPromoter, error) { return somePage(), nil }
	srv := httptest.NewUnstartedServer(nil)
	srv.Config = NewHTTPServer(d.Handler(), slog.New(slog.DiscardHandler))
	srv.Config.ReadTimeout, srv.Config.WriteTimeout = 30*time.Millisecond, 30*time.Millisecond
	srv.Start()
	defer srv.Close()
	defer d.SetDraining()
	began := time.Now()
	s := (&liveServer{testServer: d, t: t, url: srv.URL, srv: srv}).open("/stats/" + aToken + "/live")
	for time.Since(began) < 150*time.Millisecond {
		if _, data := s.event(); data == "" {
			t.Fatalf("the stream ended after %s", time.Since(began))
		}
	}
}

// In HTTP/2 a deadline for writing ends a stream when it passes, also where nothing is being
// written: a quiet page must outlive it.
func TestLivePage_HTTP2_QuietPageStaysOpen(t *testing.T) {
	d := newTestServer(t)
	d.feeds.pace, d.feeds.beat, d.streamWrite = 0, 120*time.Millisecond, 30*time.Millisecond
	d.store.page = func(string) (model.SubPromoter, error) { return somePage(), nil }
	srv := httptest.NewUnstartedServer(nil)
	srv.Config = NewHTTPServer(d.Handler(), slog.New(slog.DiscardHandler))
	srv.EnableHTTP2 = true
	srv.StartTLS()
	defer srv.Close()
	defer d.SetDraining()
	if r, err := srv.Client().Get(srv.URL + "/healthz"); err != nil || r.Proto != "HTTP/2.0" {
		t.Fatalf("%v %v", r, err)
	}
	s := (&liveServer{testServer: d, t: t, url: srv.URL, srv: srv}).open("/stats/" + aToken + "/live")
	for i := range 4 {
		if _, data := s.event(); data == "" {
			t.Fatalf("the stream ended after %d events", i)
		}
	}
}

// A reader that stops reading is cut off when its time is up, and delays no other.
func TestLivePage_ReaderThatDoesNotRead_IsCutOff(t *testing.T) {
	d := newTestServer(t)
	d.feeds.pace, d.streamWrite = 0, 50*time.Millisecond
	var mu sync.Mutex
	page := somePage()
	for i := range 2000 { // 1.5 MB an event: more than the buffers of a socket take
		page.TicketTypes = append(page.TicketTypes, model.TypeStats{Name: fmt.Sprint("type ", i), Type: "x"})
	}
	d.store.page = func(string) (model.SubPromoter, error) {
		mu.Lock()
		defer mu.Unlock()
		page.Orders++
		return page, nil
	}
	srv := httptest.NewUnstartedServer(nil)
	srv.Config = NewHTTPServer(d.Handler(), slog.New(slog.DiscardHandler))
	srv.Config.ConnContext = func(ctx context.Context, c net.Conn) context.Context {
		_ = c.(*net.TCPConn).SetWriteBuffer(4096) // a hint
		return ctx
	}
	gone := make(chan struct{}, 1)
	srv.Config.ConnState = func(_ net.Conn, s http.ConnState) {
		if s == http.StateClosed {
			gone <- struct{}{}
		}
	}
	srv.Start()
	defer srv.Close()
	defer d.SetDraining()
	conn, err := net.Dial("tcp", srv.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	_ = conn.(*net.TCPConn).SetReadBuffer(4096) // a hint
	fmt.Fprintf(conn, "GET /stats/%s/live HTTP/1.1\r\nHost: go.example\r\n\r\n", aToken)
	select {
	case <-gone:
	case <-time.After(20 * time.Second):
		t.Fatal("a reader that does not read is still served")
	}
	if got := metricsOf(t, d); !strings.Contains(got, "lastclick_live_pages 0\n") {
		t.Error("its page still counts as open")
	}
}
