package main

import (
	"encoding/base64"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// hiddenTexts are what must not be read in a log, by name.
type hiddenTexts map[string]string

// wantNone wants none of them in the text, as they are and as they would stand in an
// address or a header.
func (all hiddenTexts) wantNone(t *testing.T, where, text string) {
	t.Helper()
	for name, secret := range all {
		if len(secret) < 8 {
			t.Fatalf("%s is %q: too short to look for", name, secret)
		}
		for _, form := range []string{secret, url.QueryEscape(secret), url.PathEscape(secret), base64.StdEncoding.EncodeToString([]byte(secret)), strings.TrimPrefix(secret, "whsec_")} {
			if i := strings.Index(text, form); i >= 0 {
				t.Errorf("%s holds %s: …%s…", where, name, text[max(i-80, 0):min(i+len(form)+20, len(text))])
			}
		}
	}
}

// A daemon that logs all it can, mail, shops and hooks that fail, and requests that show
// their secrets in every wrong place: the log, the audit, the metrics and the lists hold none.
func TestDaemon_Secrets_NotInLogsAuditMetrics(t *testing.T) {
	const smtpPassword = "smtp-password-5fK2"
	post := newMailServer(t) // offers neither TLS nor a sign-in, so it is not shown the password
	hook := serveHTTPOn(t, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusUnauthorized) })
	p := serve(t, "--log-level", "debug", "--allow-private", "--smtp", "smtp://post:"+smtpPassword+"@"+post.addr)
	box := p.seed()
	all := hiddenTexts{"the SMTP password": smtpPassword, "the secret of a checkout": box.secret}

	p.run("client", "set", "acme", "--carry", "woocommerce")
	all.of(p)
	var made struct{ Secret string }
	p.json(&made, "hook", "add", hook+"/in", "--client", "acme")
	all["the secret of a hook"] = made.Secret
	p.run("hook", "test", hook+"/in", "--json")
	kim := p.browser()
	_, page := kim.follow("/ana")
	_, token, _ := strings.Cut(page, "utm_content=")
	all["a receipt"], all["a click token"] = kim.receipt(), token
	for i, body := range []string{
		orderBody("S-1", all["a receipt"], 100), orderBody("S-2", all["a receipt"]+"x", 100), strings.Replace(orderBody("S-3", "", 1), `"receipt":""`, `"click":`+evilString(token), 1),
		strings.Replace(orderBody("S-4", "", 1), `"receipt":""`, `"click":`+evilString(token+"x"), 1), strings.Replace(orderBody("S-5", all["a receipt"], 1), `"GBP"`, `"gbp"`, 1),
	} {
		box.post(fmt.Sprint("s", i), body)
	}
	all.shops(p)
	all.requests(p, box)

	for _, line := range []string{"audit --limit 1000 --json", "checkout list --json", "checkout show boxoffice --json", "hook list --client acme --json", "key list --client acme --json", "promoter list --client acme --json", "order list --json"} {
		all.wantNone(t, line, p.run(line))
	}
	_, metrics := p.getFrom("http://" + p.metrics + "/metrics")
	all.wantNone(t, "the metrics", metrics)
	p.eventually("a mail failed", func() bool { return strings.Contains(p.stderr.String(), "mail") })
	hostKey, err := os.ReadFile(filepath.Join(p.data, "ssh_host_ed25519_key"))
	if err != nil {
		t.Fatal(err)
	}
	all["the host key"] = strings.Split(string(hostKey), "\n")[2]
	p.stop()
	all.wantNone(t, "the log", p.stderr.String())
	if n := strings.Count(p.stderr.String(), "level=DEBUG"); n < 10 {
		t.Errorf("the log has %d lines for debugging:\n%s", n, p.stderr)
	}
}

// of adds those of people: invite codes, tried by strangers and by people, and stats
// tokens.
func (all hiddenTexts) of(p *platform) {
	p.t.Helper()
	for i, name := range []string{"Used", "Refused"} {
		var invite struct{ Code string }
		p.json(&invite, "promoter", "invite", name, name+"@example.com", "--client", "acme")
		all["the invite code "+name] = invite.Code
		p.as(p.admin, "join", invite.Code)
		who := newIdentity(p.t, name)
		p.as(who, "join", invite.Code+"x")
		p.as(who, "stats", invite.Code)
		if i == 0 {
			p.as(who, "join", invite.Code)
			p.as(who, "join", invite.Code)
		}
	}
	p.run("link", "add", "Zoe", "zoe@example.com", "--code", "zoe")
	for _, code := range []string{"ana", "zoe"} {
		var link struct {
			StatsURL string `json:"stats_url"`
		}
		p.json(&link, "link", "show", code)
		_, token, _ := strings.Cut(link.StatsURL, "/stats/")
		all["the stats token of "+code] = token
		for _, path := range []string{"/stats/" + token, "/stats/" + token + "x", "/stats/" + token + "/", "/stats/" + token + "/live/x", "/" + token, "/stats/?t=" + token, "/webhooks/" + token} {
			p.get(path)
			_, _ = http.Post(p.http+path, "text/plain", http.NoBody)
		}
	}
	p.run("link", "set", "zoe", "--new-stats-token")
	p.get("/stats/" + all["the stats token of zoe"])
}

// shops adds those of every kind: secrets and tokens, whose APIs refuse them.
func (all hiddenTexts) shops(p *platform) {
	p.t.Helper()
	for i, d := range dialects() {
		if d.kind == "standard" {
			continue
		}
		name := fmt.Sprint("shop-", i)
		api, secret := connectShop(p, d, name)
		all["the secret of "+d.name()] = secret
		if api != nil {
			all["the token of "+d.name()] = d.token
			api.sicken(func(w http.ResponseWriter, _ *http.Request) bool {
				w.WriteHeader(http.StatusUnauthorized)
				return true
			})
		}
		m := d.order(p.t, sold(1, "kim@example.com", 1, "GBP", time.Now(), [3]int64{1, 4500, 1}), "placed")[0]
		for _, proof := range []string{secret, secret + "x"} {
			d.post(p, name, proof, m)
		}
		p.as(p.admin, "checkout", "test", name)
		if !d.ownSecret {
			var rotated struct{ Secret string }
			p.json(&rotated, "checkout", "rotate", name)
			all["the next secret of "+d.name()] = rotated.Secret
		}
	}
}

// requests shows a secret where it does not belong.
func (all hiddenTexts) requests(p *platform, box *checkout) {
	p.t.Helper()
	forged := *box
	forged.secret = "whsec_" + strings.Repeat("QUFB", 11)
	forged.post("forged", orderBody("S-9", all["a receipt"], 1))
	for _, secret := range all {
		for _, path := range []string{"/webhooks/boxoffice?secret=" + url.QueryEscape(secret), "/webhooks/" + url.PathEscape(secret), "/ana?x=" + url.QueryEscape(secret), "/e/" + url.PathEscape(secret)} {
			for _, method := range []string{http.MethodGet, http.MethodPost} {
				req, err := http.NewRequestWithContext(p.t.Context(), method, p.http+path, strings.NewReader("{}"))
				if err != nil {
					p.t.Fatal(err)
				}
				req.SetBasicAuth("x", secret)
				req.Header.Set("Webhook-Signature", secret)
				req.Header.Set("Cookie", "lastclick="+url.QueryEscape(secret))
				r, err := p.browser().client.Do(req)
				if err != nil {
					p.t.Fatal(err)
				}
				_, _ = io.Copy(io.Discard, r.Body)
				_ = r.Body.Close()
			}
		}
	}
}

// What ends a start says nothing of the passwords in its flags.
func TestStart_SecretsInFlags_NotPrinted(t *testing.T) {
	const password = "flag-password-9Wz"
	p := &platform{t: t, data: filepath.Join(t.TempDir(), "data")}
	for _, flags := range [][]string{
		{"serve", "--database", "postgres://lc:" + password + "@127.0.0.1:1/x?sslmode=disable&connect_timeout=1"},
		{"serve", "--database", "postgres://lc:" + password + "%zz@127.0.0.1:1/x"},
		{"serve", "--database", "postgres://lc:" + password + "@127.0.0.1:port/x"},
		{"serve", "--database", "mysql://lc:" + password + "@127.0.0.1/x"},
		{"serve", "--database", "postgres://lc:" + password + "@[::1/x"},
		{"serve", "--database", "postgres://127.0.0.1:1/x?sslmode=disable&connect_timeout=1", "--read-database", "postgres://lc:" + password + "%zz@127.0.0.1:1/x"},
		{"serve", "--read-database", "postgres://lc:" + password + "@127.0.0.1:1/x"},
		{"doctor", "--database", "postgres://127.0.0.1:1/x?sslmode=disable&connect_timeout=1", "--read-database", "postgres://lc:" + password + "@127.0.0.1:1/x?sslmode=disable&connect_timeout=1"},
		{"serve", "--smtp", "smtp://post:" + password + "@mail.example:port"},
		{"serve", "--smtp", "ftp://post:" + password + "@mail.example"},
		{"serve", "--smtp", "smtp://post:" + password + "%zz@mail.example"},
		{"serve", "--smtp", "smtp://post:" + password + "@"},
		{"check", "--database", "postgres://lc:" + password + "@127.0.0.1:1/x?sslmode=disable&connect_timeout=1"},
		{"serve", "--smtp", "post:" + password + "@mail.example:587"},
	} {
		out, status := p.local(append(flags, "--data", p.data)...)
		if status == 0 || strings.Contains(out, password) || strings.TrimSpace(out) == "" {
			t.Errorf("%q: status %d: %s", flags, status, out)
		}
	}
}
