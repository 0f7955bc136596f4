package web

import (
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"testing"
)

// pipe is a connection from an address.
type pipe struct {
	net.Conn
	ip     string
	closed bool
}

func (p *pipe) RemoteAddr() net.Addr { return &net.TCPAddr{IP: net.ParseIP(p.ip), Port: 1} }
func (p *pipe) Close() error         { p.closed = true; return nil }

func TestConnections_OneTooMany_FullestNetworkMakesRoom(t *testing.T) {
	l := newConnections(8)
	from := func(ip string, states ...http.ConnState) *pipe {
		p := &pipe{ip: ip}
		l.note(p, http.StateNew)
		for _, s := range states {
			l.note(p, s)
		}
		return p
	}
	lone := from("192.0.2.1", http.StateActive, http.StateIdle)
	busy := from("192.0.2.2", http.StateActive)
	var many []*pipe
	for i := range 6 {
		many = append(many, from(fmt.Sprintf("2001:db8::%d", i), http.StateActive)) // of one /64
	}
	l.note(many[3], http.StateIdle)
	for i, want := range []*pipe{many[3], many[0], many[1]} {
		next := from(fmt.Sprintf("198.51.100.%d", i), http.StateActive, http.StateIdle)
		if !want.closed || next.closed || len(l.open) > 8 {
			t.Errorf("the %d. new one: %v is open beside %d others", i, want.ip, len(l.open))
		}
	}
	if lone.closed || busy.closed {
		t.Error("a network with one connection had to make room for those of another")
	}
	l.note(many[0], http.StateActive) // what is closed already counts no more
	l.note(many[0], http.StateClosed)
	for c := range l.open {
		l.note(c, http.StateClosed)
	}
	if len(l.open) != 0 || len(l.networks) != 0 {
		t.Errorf("left: %d, %v", len(l.open), l.networks)
	}
}

// Silent connections and requests that never end hold every place; a customer is served.
func TestServer_AllConnectionsTaken_CustomersAreServed(t *testing.T) {
	d := newTestServer(t)
	srv := httptest.NewUnstartedServer(nil)
	srv.Config = NewHTTPServer(d.Handler(), slog.New(slog.DiscardHandler))
	srv.Config.ConnState = newConnections(16).note
	srv.Start()
	defer srv.Close()
	for i := range 48 {
		conn, err := net.Dial("tcp", srv.Listener.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		switch i % 3 {
		case 0:
			_, err = io.WriteString(conn, "GET /ana HTT")
		case 1:
			_, err = io.WriteString(conn, "POST /webhooks/shop HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{")
		}
		if err != nil {
			t.Fatal(err)
		}
		if i%6 != 0 {
			continue
		}
		r, err := http.Get("http://" + srv.Listener.Addr().String() + "/healthz")
		if err != nil {
			t.Fatalf("with %d others: %v", i, err)
		}
		_, _ = io.Copy(io.Discard, r.Body)
		_ = r.Body.Close()
	}
	http.DefaultClient.CloseIdleConnections()
}

func TestNewHTTPServer_Connections_AreBounded(t *testing.T) {
	if n := affordable(); n < 1 || n > maxConnections {
		t.Errorf("%d connections", n)
	}
	if NewHTTPServer(http.NotFoundHandler(), slog.New(slog.DiscardHandler)).ConnState == nil {
		t.Error("they are not counted")
	}
}
