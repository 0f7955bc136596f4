package web

import (
	"net/url"
	"strings"
	"testing"

	"lastclick/model"
)

func TestDestination_PageAndQuery_KeepsTheirParameters(t *testing.T) {
	for _, c := range []struct{ page, query, want string }{
		{"https://t.example/a", "", "https://t.example/a"},
		{"https://t.example", "x=1", "https://t.example?x=1"},
		{"https://t.example/a?", "x=1", "https://t.example/a?x=1"},
		{"https://t.example/a?b=2", "x=1", "https://t.example/a?b=2&x=1"},
		{"https://t.example/a?b=2&", "x=1", "https://t.example/a?b=2&x=1"},
		{"https://t.example/a#frag?b", "x=1", "https://t.example/a?x=1#frag?b"},
		{"https://t.example/a?B=%7e+1#f", "x=%7e+1", "https://t.example/a?B=%7e+1&x=%7e+1#f"},
		{"https://t.example/a#", "x=1", "https://t.example/a?x=1#"},

		// The page's own win, by decoded name; ours never leak, in any spelling.
		{"https://t.example/a?utm_source=own", "utm_source=mail&x=1", "https://t.example/a?utm_source=own&x=1"},
		{"https://t.example/a?%75tm=own", "utm=mail", "https://t.example/a?%75tm=own"},
		{"https://t.example/a?utm=own", "%75tm=mail", "https://t.example/a?utm=own"},
		{"https://t.example/a?act=own&sp=own&qr=own", "act=1&sp=2&qr=3", "https://t.example/a?act=own&sp=own&qr=own"},
		{"https://t.example/a", "act=1&sp=2&qr&qr=1&%61ct=1&s%70=2&x", "https://t.example/a?x"},
		{"https://t.example/a", "&&=1&x=1&&y=2&", "https://t.example/a?x=1&y=2"},
		{"https://t.example/a", "x=1&x=2", "https://t.example/a?x=1&x=2"},

		// Nothing in a value ends the query or the line.
		{"https://t.example/a#f", "x=#y", "https://t.example/a?x=%23y#f"},
		{"https://t.example/a", "x=1;sp=ana", "https://t.example/a?x=1%3Bsp=ana"},
		{"https://t.example/a", "x=%0d%0aSet-Cookie:a", "https://t.example/a?x=%0d%0aSet-Cookie:a"},
		{"https://t.example/a", "x=\r\n\"<'>\\\xff", "https://t.example/a?x=%0D%0A%22%3C%27%3E%5C%FF"},
		{"https://t.example/a", "x=%zz%4", "https://t.example/a?x=%25zz%254"},
		{"https://t.example/a", "url=https://evil.example/?q", "https://t.example/a?url=https://evil.example/?q"},
	} {
		if got := destination(c.page, parseQuery(c.query, ""), "utm_content", nil); got != c.want {
			t.Errorf("destination(%q, %q)\n got %q\nwant %q", c.page, c.query, got, c.want)
		}
	}
}

func TestDestination_R23_Token_ReplacesThePagesAndTheRequests(t *testing.T) {
	for _, c := range []struct{ page, query, want string }{
		{"https://t.example/a", "", "https://t.example/a?utm_content=token"},
		{"https://t.example/a?", "", "https://t.example/a?utm_content=token"},
		{"https://t.example/a?b=2", "", "https://t.example/a?b=2&utm_content=token"},
		{"https://t.example/a?b=2&", "", "https://t.example/a?b=2&utm_content=token"},
		{"https://t.example/a#frag?b", "", "https://t.example/a?utm_content=token#frag?b"},
		{"https://t.example/a?B=%7e+1#f", "x=%7e+1", "https://t.example/a?B=%7e+1&x=%7e+1&utm_content=token#f"},

		{"https://t.example/a?utm_content=own", "", "https://t.example/a?utm_content=token"},
		{"https://t.example/a?utm_content", "", "https://t.example/a?utm_content=token"},
		{"https://t.example/a?b=2&utm_content=own&&c=%7e#f", "", "https://t.example/a?b=2&&c=%7e&utm_content=token#f"},
		{"https://t.example/a?utm_content=own&b=2&%75tm_content=more", "", "https://t.example/a?b=2&utm_content=token"},
		{"https://t.example/a", "utm_source=mail?", "https://t.example/a?utm_source=mail?&utm_content=token"},
		{"https://t.example/a?b=2?", "", "https://t.example/a?b=2?&utm_content=token"},
		{"https://t.example/a?", "", "https://t.example/a?utm_content=token"},
		{"https://t.example/a?utm_content=own", "?", "https://t.example/a??&utm_content=token"},
		{"https://t.example/a?UTM_CONTENT=own", "", "https://t.example/a?UTM_CONTENT=own&utm_content=token"},

		{"https://t.example/a", "utm_content=mine&x=1&utm%5Fcontent=mine", "https://t.example/a?x=1&utm_content=token"},
		{"https://t.example/a?utm_content=own", "utm_content=mine", "https://t.example/a?utm_content=token"},
		{"https://t.example/a?utm_source=own", "utm_source=mail&act=1", "https://t.example/a?utm_source=own&utm_content=token"},
	} {
		if got := destination(c.page, parseQuery(c.query, ""), "utm_content", []byte("token")); got != c.want {
			t.Errorf("destination(%q, %q)\n got %q\nwant %q", c.page, c.query, got, c.want)
		}
	}
}

func TestDestination_ManyParameters_AreBounded(t *testing.T) {
	page := "https://t.example/?" + strings.Repeat("a&", 900)
	got := destination(page, parseQuery(strings.Repeat("x=1&", 4000), ""), "", nil)
	if n := strings.Count(got, "x=1"); n != maxParams {
		t.Errorf("%d parameters were forwarded, want %d", n, maxParams)
	}
}

func FuzzDestination(f *testing.F) {
	f.Add("utm_source=mail&act=1&sp=%61&x=#y")
	f.Add("a=1&a=2&%61=3&;sp=1")
	f.Fuzz(func(t *testing.T, query string) {
		const page = "https://t.example/p?a=own&b=%7e#frag"
		got := destination(page, parseQuery(query, model.TrackConsent), "b", []byte("token"))
		u, err := url.Parse(got)
		if err != nil {
			t.Fatalf("%q: %v", got, err)
		}
		if u.Host != "t.example" || u.Path != "/p" || u.Fragment != "frag" || !strings.HasPrefix(got, "https://t.example/p?a=own&") {
			t.Fatalf("the page is not the client's any more: %q", got)
		}
		values, err := url.ParseQuery(u.RawQuery)
		if err != nil {
			t.Fatalf("%q: %v", u.RawQuery, err)
		}
		if values.Has("act") || values.Has("sp") || values.Has("qr") || len(values["a"]) != 1 || len(values["b"]) != 1 || values.Get("b") != "token" {
			t.Fatalf("parameters leaked or were overridden: %v", values)
		}
		for i := range len(got) {
			if got[i] <= ' ' || got[i] > '~' {
				t.Fatalf("byte %#x in %q", got[i], got)
			}
		}
	})
}
