package main

import (
	"bytes"
	"context"
	"errors"
	"net"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/spf13/pflag"
)

// finding is the line of doctor that begins so.
func finding(out, state, what string) string {
	for line := range strings.Lines(out) {
		if fields := strings.Fields(line); len(fields) > 1 && fields[0] == state && fields[1] == what {
			return line
		}
	}
	return ""
}

func TestDoctor_RunningDaemon_NothingIsWrong(t *testing.T) {
	p := serve(t)
	p.seed()
	out, status := p.local("doctor", "--data", p.data, "--base-url", p.http, "--ssh-address", "go.example:22", "--online")
	if status != 0 || strings.Contains(out, "\nwrong") {
		t.Errorf("%d %s", status, out)
	}
	for _, c := range [][3]string{
		{"ok", "data", "yours alone"},
		{"ok", "files", "yours alone"},
		{"ok", "database", "schema of this program"},
		{"ok", "admin", "can sign in"},
		{"ok", "online", "answers"},
		{"warn", "base-url", "this machine alone"},
		{"warn", "mail", "reach nobody"},
	} {
		if line := finding(out, c[0], c[1]); !strings.Contains(line, c[2]) {
			t.Errorf("no %q in\n%s", c, out)
		}
	}
}

// Each fault is named with what to do about it.
func TestDoctor_Faults_AreNamed(t *testing.T) {
	p := serve(t)
	p.seed()
	p.stop()
	closed, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	gone := closed.Addr().String()
	_ = closed.Close()
	path := filepath.Join(p.data, "lastclick.db")
	for name, mode := range map[string]os.FileMode{path: 0o644, p.data: 0o755} {
		if err := os.Chmod(name, mode); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(path+".before-2", []byte("an older copy"), 0o644); err != nil {
		t.Fatal(err)
	}
	out, status := p.local("doctor", "--data", p.data, "--base-url", "https://"+gone, "--smtp", "smtp://post:"+"hush-hush@"+gone, "--online")
	if status != 1 {
		t.Errorf("%d %s", status, out)
	}
	for _, c := range [][3]string{
		{"warn", "data", "chmod 700"}, {"wrong", "files", "chmod 600"}, {"wrong", "mail", "compare --smtp"}, {"wrong", "online", "does not answer"}, {"warn", "ssh-address", "--ssh-address HOST:PORT"},
	} {
		if line := finding(out, c[0], c[1]); !strings.Contains(line, c[2]) {
			t.Errorf("no %q in\n%s", c, out)
		}
	}
	if !strings.Contains(out, path+".before-2") || strings.Contains(out, "hush-hush") {
		t.Errorf("it says\n%s", out)
	}
	// The shop's page is of another site, and no carrier is set.
	out, _ = p.local("doctor", "--data", p.data, "--base-url", "https://go.example.com")
	if line := finding(out, "warn", "pages"); !strings.Contains(line, "cannot read a cookie of go.example.com") || !strings.Contains(line, "--carry") {
		t.Errorf("it says\n%s", out)
	}
	out, _ = p.local("doctor", "--data", p.data, "--base-url", "https://go.tickets.example")
	if line := finding(out, "warn", "pages"); line != "" {
		t.Errorf("of one site it says %s", line)
	}
	if out, status := p.local("doctor", "--data", filepath.Join(t.TempDir(), "nowhere")); status != 1 || !strings.Contains(finding(out, "wrong", "database"), "there is no database") {
		t.Errorf("%d %s", status, out)
	}
}

// What cannot be right ends the start with a sentence.
func TestConfig_Impossible_IsRefused(t *testing.T) {
	for _, c := range []struct {
		args []string
		want string // empty: it is taken
	}{
		{[]string{"--database", "mysql://localhost/x"}, "postgres://"},
		{[]string{"--database", "postgres://localhost/x"}, ""},
		{[]string{"--database", "file:x.db"}, ""},
		{[]string{"--database", "postgres://localhost/x", "--read-database", "postgres://standby/x"}, ""},
		{[]string{"--database", "postgres://localhost/x", "--read-database", "standby"}, "--read-database must begin"},
		{[]string{"--read-database", "postgres://standby/x"}, "a SQLite file has no replicas"},
		{[]string{"--http", "localhost"}, "--http"},
		{[]string{"--http", "localhost:99999"}, "--http"},
		{[]string{"--ssh", "2222"}, "--ssh"},
		{[]string{"--metrics", "x"}, "--metrics"},
		{[]string{"--metrics", ""}, ""},
		{[]string{"--ssh-address", "go.example.com"}, "--ssh-address"},
		{[]string{"--ssh-address", "go.example.com:22"}, ""},
		{[]string{"--cookie-domain", "example.com"}, "that host is localhost"},
		{[]string{"--cookie-domain", "example.com", "--base-url", "https://go.example.com"}, ""},
		{[]string{"--cookie-domain", ".example.com", "--base-url", "https://GO.Example.com"}, ""},
		{[]string{"--cookie-domain", "go.example.com", "--base-url", "https://go.example.com:8443"}, ""},
		{[]string{"--cookie-domain", "ample.com", "--base-url", "https://go.example.com"}, "no browser would take"},
		{[]string{"--cookie-domain", "shop.example.com", "--base-url", "https://go.example.com"}, "no browser would take"},
	} {
		var conf config
		flags := pflag.NewFlagSet("serve", pflag.ContinueOnError)
		conf.serveFlags(flags)
		if err := flags.Parse(c.args); err != nil {
			t.Fatal(err)
		}
		err := conf.validate()
		if (err != nil) != (c.want != "") || err != nil && !strings.Contains(err.Error(), c.want) {
			t.Errorf("%q: %v, want %q", c.args, err, c.want)
		}
	}
}

// Safari's rules for cookies, with names and addresses as a resolver would say them.
func TestDoctor_SafariShortensCookie_SaysWhy(t *testing.T) {
	names := map[string]located{
		"go.shop.example":    {cname: "go.shop.example", addresses: addresses("203.0.113.7", "2001:db8:1:2::7")},
		"www.shop.example":   {cname: "www.shop.example", addresses: addresses("203.0.9.1")},
		"six.shop.example":   {cname: "six.shop.example", addresses: addresses("2001:db8:1:2::9")},
		"shop.example":       {cname: "shop.example", addresses: addresses("198.51.100.1", "2001:db8:1:3::1")},
		"cloak.shop.example": {cname: "edge.tracker.example", addresses: addresses("203.0.113.7")},
		"inner.shop.example": {cname: "lb.shop.example", addresses: addresses("::ffff:203.0.113.7")},
	}
	find := func(_ context.Context, host string) (located, error) {
		if l, ok := names[host]; ok {
			return l, nil
		}
		return located{}, errors.New("no such host")
	}
	for _, c := range []struct{ links, shop, want string }{
		{"go.shop.example", "go.shop.example", ""},
		{"go.shop.example", "www.shop.example", ""},
		{"go.shop.example", "six.shop.example", ""},
		{"inner.shop.example", "www.shop.example", ""},
		{"go.shop.example", "shop.example", "answers from another network (203.0.113.7) than shop.example (198.51.100.1)"},
		{"cloak.shop.example", "www.shop.example", "is another name for edge.tracker.example"},
		{"cloak.shop.example", "cloak.shop.example", "is another name for edge.tracker.example"},
		{"gone.shop.example", "shop.example", "no such host"},
	} {
		why, err := safari(t.Context(), c.links, c.shop, find)
		if err != nil {
			why = err.Error()
		}
		if (c.want == "") != (why == "") || !strings.Contains(why, c.want) {
			t.Errorf("%s for %s: %q, want %q", c.links, c.shop, why, c.want)
		}
	}

	var out bytes.Buffer
	d := &doctor{out: &out, locate: find, asked: map[string]bool{}}
	base, shop := &url.URL{Host: "go.shop.example"}, &url.URL{Host: "shop.example"}
	d.cookieLife(t.Context(), "client acme", base, shop, 7*24*time.Hour)
	if out.Len() > 0 {
		t.Errorf("for a window of a week it says %s", &out)
	}
	d.cookieLife(t.Context(), "client acme", base, shop, 30*24*time.Hour)
	d.cookieLife(t.Context(), "event summerfest", base, shop, 30*24*time.Hour)
	if line := finding(out.String(), "warn", "browsers"); !strings.Contains(line, "clicks count for 30 days") || strings.Count(out.String(), "\n") != 1 {
		t.Errorf("it says %s", &out)
	}
}

func addresses(texts ...string) (list []netip.Addr) {
	for _, s := range texts {
		list = append(list, netip.MustParseAddr(s))
	}
	return list
}
