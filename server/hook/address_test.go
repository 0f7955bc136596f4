package hook

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync/atomic"
	"testing"

	"lastclick/model"
)

func TestPublic_EachKindOfAddress(t *testing.T) {
	for _, a := range []string{
		"0.0.0.0", "0.1.2.3", "127.0.0.1", "127.8.8.8", "10.1.2.3", "172.16.0.1", "172.31.255.255", "192.168.0.1", "169.254.169.254", "100.64.0.1", "100.127.255.255",
		"224.0.0.1", "239.1.1.1", "255.255.255.255", "240.0.0.1", "192.0.0.8", "192.0.2.1", "198.18.0.1", "198.19.255.255", "203.0.113.9",
		"::", "::1", "fe80::1", "fe80::1%eth0", "fc00::1", "fd12:3456::1", "ff02::1", "ff0e::1", "fec0::1",
		"::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:169.254.169.254", "::127.0.0.1", "64:ff9b::10.0.0.1", "64:ff9b::7f00:1", "64:ff9b:1::1", "2002:7f00:1::1", "2001::1", "2001:db8::1", "100::1",
		"8.8.8.8%eth0",
	} {
		addr, err := netip.ParseAddr(a)
		if err != nil {
			continue // IPv4 with a zone is no address at all
		}
		if public(addr) {
			t.Errorf("%s is taken for public", a)
		}
	}
	for _, a := range []string{"8.8.8.8", "1.1.1.1", "172.15.0.1", "172.32.0.1", "100.63.255.255", "100.128.0.1", "192.167.0.1", "223.255.255.255", "2606:4700:4700::1111", "2a00:1450::1", "::ffff:8.8.8.8", "64:ff9b::8.8.8.8"} {
		if !public(netip.MustParseAddr(a)) {
			t.Errorf("%s is taken for private", a)
		}
	}
}

// The address is looked at when it is dialed: a name that resolves to the loopback, in
// any spelling, gets nothing.
func TestWorker_PrivateAddress_NothingSent(t *testing.T) {
	w := newWorld(t)
	var asked atomic.Int32
	s := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { asked.Add(1) }))
	defer s.Close()
	_, port, _ := net.SplitHostPort(s.Listener.Addr().String())
	stop := w.run(t, func(c *Config) { c.AllowPrivate = false })
	defer stop()
	urls := []string{"http://127.0.0.1:" + port + "/", "http://localhost:" + port + "/", "http://[::ffff:127.0.0.1]:" + port + "/"}
	for _, url := range urls {
		w.hook(url)
	}
	w.sell("A-1")
	for _, url := range urls {
		h := w.until(url, "a failure", func(h model.Hook) bool { return h.LastError != nil })
		if !strings.Contains(*h.LastError, "is not on the public Internet") {
			t.Errorf("%s: %s", url, *h.LastError)
		}
	}
	if asked.Load() != 0 {
		t.Errorf("%d requests reached the loopback", asked.Load())
	}
}

// The dialer refuses, whatever the name was that led to the address, and so do a name's
// second address and a proxy of the environment.
func TestClient_Dial_RefusedByAddress(t *testing.T) {
	t.Setenv("HTTP_PROXY", "http://127.0.0.1:1")
	t.Setenv("http_proxy", "http://127.0.0.1:1")
	client := newClient(false, nil)
	dial := client.Transport.(*http.Transport).DialContext
	for _, address := range []string{"127.0.0.1:80", "[::1]:80", "10.0.0.1:80", "169.254.169.254:80", "[fe80::1]:80", "0.0.0.0:80", "localhost:80"} {
		_, err := dial(context.Background(), "tcp", address)
		if _, ok := errors.AsType[*privateError](err); !ok {
			t.Errorf("%s: %v", address, err)
		}
	}
	if client.Transport.(*http.Transport).Proxy != nil {
		t.Error("a proxy is asked to dial")
	}
}

func TestCheck_PlainlyPrivate_Refused(t *testing.T) {
	strict, open := New(Config{}), New(Config{AllowPrivate: true})
	for _, url := range []string{"http://127.0.0.1/", "http://localhost:8080/x", "http://LOCALHOST./", "http://a.localhost/", "http://[::1]/", "http://10.0.0.1/", "http://169.254.169.254/latest/meta-data"} {
		if err := strict.Check(url); model.KindOf(err) != model.Invalid || !strings.Contains(err.Error(), "--allow-private") {
			t.Errorf("%s: %v", url, err)
		}
		if err := open.Check(url); err != nil {
			t.Errorf("%s with --allow-private: %v", url, err)
		}
	}
	for _, url := range []string{"https://receiver.example/", "http://8.8.8.8/", "https://[2606:4700:4700::1111]/"} {
		if err := strict.Check(url); err != nil {
			t.Errorf("%s: %v", url, err)
		}
	}
	if err := open.Check("ftp://receiver.example"); model.KindOf(err) != model.Invalid {
		t.Errorf("%v", err)
	}
}
