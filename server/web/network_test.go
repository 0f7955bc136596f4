package web

import (
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
)

func prefixes(t *testing.T, list ...string) []netip.Prefix {
	t.Helper()
	var out []netip.Prefix
	for _, s := range list {
		p, err := netip.ParsePrefix(s)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, p)
	}
	return out
}

func TestUnknown_NoNetwork_IsNotLimited(t *testing.T) {
	d := newTestServer(t)
	r := httptest.NewRequest("GET", "/guess", nil)
	r.RemoteAddr = "127.0.0.1:1234"
	for range 3 * guessBurst {
		w := httptest.NewRecorder()
		if d.Handler().ServeHTTP(w, r); w.Code != http.StatusNotFound {
			t.Fatalf("status %d: a proxy on this machine makes all the world one network", w.Code)
		}
	}
}

func TestNetwork_ForwardedFor_RightMostThatIsNotTrusted(t *testing.T) {
	d := newTestServer(t, func(c *Config) { c.TrustedProxies = prefixes(t, "10.0.0.0/8", "2001:db8:ffff::/48") })
	for _, c := range []struct {
		remote    string
		forwarded []string
		want      string // empty: none
	}{
		{"198.51.100.7:1234", nil, "198.51.100.7/32"},
		{"[::ffff:198.51.100.7]:1234", nil, "198.51.100.7/32"},
		{"[2001:db8:1:2:3:4:5:6]:1234", nil, "2001:db8:1:2::/64"},
		{"[fe80::1%eth0]:1234", nil, "fe80::/64"},
		{"127.0.0.1:1234", nil, ""},
		{"[::1]:1234", nil, ""},
		{"@", nil, ""},

		// A stranger's word is not believed.
		{"198.51.100.7:1234", []string{"203.0.113.9"}, "198.51.100.7/32"},
		{"127.0.0.1:1234", []string{"203.0.113.9"}, ""},
		// A trusted proxy's is: the right-most that is not one of them.
		{"10.0.0.1:1234", []string{"203.0.113.9"}, "203.0.113.9/32"},
		{"10.0.0.1:1234", []string{"1.1.1.1, 203.0.113.9, 10.0.0.2"}, "203.0.113.9/32"},
		{"10.0.0.1:1234", []string{"1.1.1.1", "203.0.113.9", " 10.0.0.2 "}, "203.0.113.9/32"},
		{"[2001:db8:ffff::1]:1234", []string{"2001:db8:1:2::9"}, "2001:db8:1:2::/64"},
		{"10.0.0.1:1234", []string{"203.0.113.9, nonsense"}, "10.0.0.1/32"},
		{"10.0.0.1:1234", []string{"203.0.113.9, nonsense, 10.0.0.2"}, "10.0.0.2/32"},
		{"10.0.0.1:1234", []string{"10.0.0.3, 10.0.0.2"}, "10.0.0.3/32"},
		{"10.0.0.1:1234", nil, "10.0.0.1/32"},

		// Shapes that proxies send, and that hostile clients have them pass on.
		{"10.0.0.1:1234", []string{"203.0.113.9:4711"}, "203.0.113.9/32"}, // Azure
		{"10.0.0.1:1234", []string{"[2001:db8:1:2::9]:4711"}, "2001:db8:1:2::/64"},
		{"10.0.0.1:1234", []string{"::ffff:203.0.113.9"}, "203.0.113.9/32"},
		{"10.0.0.1:1234", []string{"::ffff:10.0.0.2"}, "10.0.0.2/32"},
		{"[::ffff:10.0.0.1]:1234", []string{"203.0.113.9"}, "203.0.113.9/32"},
		{"[2001:db8:ffff::1%eth0]:1234", []string{"203.0.113.9"}, "203.0.113.9/32"},
		{"10.0.0.1:1234", []string{"fe80::1%eth0"}, "fe80::/64"},
		{"10.0.0.1:1234", []string{"\t203.0.113.9\t"}, "203.0.113.9/32"},
		{"10.0.0.1:1234", []string{""}, "10.0.0.1/32"},
		{"10.0.0.1:1234", []string{"203.0.113.9,"}, "10.0.0.1/32"},
		{"10.0.0.1:1234", []string{"203.0.113.9", ""}, "10.0.0.1/32"},
		{"10.0.0.1:1234", []string{"203.0.113.9\x00"}, "10.0.0.1/32"},
		{"10.0.0.1:1234", []string{"0313.0.0113.9"}, "10.0.0.1/32"},
		{"10.0.0.1:1234", []string{"3405803785"}, "10.0.0.1/32"},
		{"10.0.0.1:1234", []string{"unknown"}, "10.0.0.1/32"},
		{"10.0.0.1:1234", []string{"_hidden, 203.0.113.9"}, "203.0.113.9/32"},
		{"10.0.0.1:1234", []string{"for=203.0.113.9"}, "10.0.0.1/32"},
		{"10.0.0.1:1234", []string{strings.Repeat("10.0.0.2,", 1500) + "10.0.0.2"}, "10.0.0.2/32"},
		// Loopback is not limited where it is the peer; as a word of a proxy it is.
		{"10.0.0.1:1234", []string{"127.0.0.1"}, "127.0.0.1/32"},
		{"10.0.0.1:1234", []string{"::1"}, "::/64"},
	} {
		r := httptest.NewRequest("GET", "/x", nil)
		r.RemoteAddr = c.remote
		r.Header["X-Forwarded-For"] = c.forwarded
		got := ""
		if network := d.network(r); network.IsValid() {
			got = network.String()
		}
		if got != c.want {
			t.Errorf("%s %q: %q, want %q", c.remote, c.forwarded, got, c.want)
		}
	}
}

func FuzzForwardedFor(f *testing.F) {
	f.Add("1.1.1.1, 2.2.2.2")
	f.Add(",,::1%x,")
	d := newTestServer(f, func(c *Config) { c.TrustedProxies = []netip.Prefix{netip.MustParsePrefix("0.0.0.0/0")} })
	f.Fuzz(func(t *testing.T, forwarded string) {
		r := httptest.NewRequest("GET", "/x", nil)
		r.Header["X-Forwarded-For"] = []string{forwarded}
		if n := d.network(r); n.IsValid() && n != n.Masked() {
			t.Errorf("%v is not a network", n)
		}
	})
}
