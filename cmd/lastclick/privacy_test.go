package main

import (
	"bytes"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// A buyer comes by a link, buys and is erased; the numbers stay, and neither the database
// nor the log knows who or where they were.
func TestPrivacy_BuyerErased_NumbersStayAndNothingIsLeft(t *testing.T) {
	p := serve(t, "--trusted-proxy", "127.0.0.1/32", "--keep-inbox", "45d", "--keep-audit", "400d")
	box := p.seed()
	const address, email = "203.0.113.77", "kim.buyer@example.com"
	kim := p.browser()
	kim.client.Transport = from(address)
	kim.follow("/ana")
	kim.follow("/nothere")
	placed := time.Now().UTC().Format(time.RFC3339)
	name := strings.Repeat("Kim Buyer ", 1000) // takes pages of its own in the file
	order := func(id, who, event, status string, version int) string {
		return fmt.Sprintf(`{"type":"order.updated","timestamp":%q,"data":{"id":%q,"version":%d,"placed_at":%q,"currency":"GBP","customer":{"email":%q,"name":%q},
			"tracking":{"receipt":%q},"tickets":[{"id":"%s-1","event":%q,"type":"ga","face_value":4500,"status":%q}]}}`, placed, id, version, placed, who, name, kim.receipt(), id, event, status)
	}
	post := func(webhook, body string, want int) {
		t.Helper()
		if status, answer := box.post(webhook, body); status != want {
			t.Fatalf("%s: %d %s", webhook, status, answer)
		}
	}
	post("m1", order("A-1", email, "summerfest", "valid", 1), 200)
	post("m2", order("A-2", "KIM.Buyer@example.com", "winterball", "valid", 1), 202)
	post("m3", order("A-3", "lou@example.com", "summerfest", "valid", 1), 200)
	post("m4", strings.Replace(order("A-4", email, "summerfest", "valid", 1), `"GBP"`, `"gbp"`, 1), 422)

	var stored struct {
		Customers []struct {
			OrdersTotal int `json:"orders_total"`
		}
		Inbox []struct{ ID int }
	}
	p.json(&stored, "customer", "show", email)
	if len(stored.Customers) != 1 || stored.Customers[0].OrdersTotal != 1 || len(stored.Inbox) != 2 {
		t.Errorf("stored is %+v", stored)
	}
	pages := func() (all []string) {
		for _, args := range [][]string{{}, {"--event", "summerfest"}, {"--from", "today"}, {"--from", "2020-01-01", "--to", "yesterday"}} {
			all = append(all, p.run(append([]string{"stats", "--json"}, args...)...))
		}
		return all
	}
	before := pages()
	var erased struct{ Customers, Orders, Inbox int }
	p.json(&erased, "customer", "erase", strings.ToUpper(email))
	if erased.Customers != 1 || erased.Orders != 1 || erased.Inbox != 2 {
		t.Errorf("erased %+v", erased)
	}
	for i, page := range pages() {
		if page != before[i] {
			t.Errorf("before the erasure\n%s\nafter it\n%s", before[i], page)
		}
	}
	for _, command := range []string{"show", "erase"} {
		if out, errOut, status := p.as(p.admin, "customer", command, email); status != 1 || out != "" || !strings.HasPrefix(errOut, "nothing is stored about such a customer") {
			t.Errorf("customer %s once more: %d %s%s", command, status, out, errOut)
		}
	}
	post("m1", order("A-1", email, "summerfest", "valid", 1), 200) // again, and a refund that names them
	post("m5", order("A-1", email, "summerfest", "refunded", 2), 200)
	p.run("event", "add", "winterball", "--name", "Winterball", "--url", "https://tickets.example/winterball")
	var stats struct {
		Total        struct{ Customers, Orders int }
		Unattributed []struct{ Customers, Orders int }
	}
	p.json(&stats, "stats")
	if stats.Total.Customers != 1 || stats.Total.Orders != 1 || len(stats.Unattributed) != 1 || stats.Unattributed[0].Customers != 1 {
		t.Errorf("after a refund and the parked order: %+v", stats)
	}
	p.wantPrivacy()

	p.stop()
	if said, err := lastclick(t.Context(), p.home, "check", "--data", p.data).CombinedOutput(); err != nil {
		t.Errorf("check: %v\n%s", err, said)
	}
	p.wantNowhere(email, "Kim Buyer", address, "Pixel 9")
	if log := strings.ToLower(p.stderr.String()); strings.Contains(log, address) || strings.Contains(log, email) {
		t.Errorf("the log names the buyer:\n%s", p.stderr)
	}
}

// from is a transport whose requests come through a proxy, from the address.
type from string

func (address from) RoundTrip(r *http.Request) (*http.Response, error) {
	r.Header.Set("X-Forwarded-For", string(address))
	return http.DefaultTransport.RoundTrip(r)
}

// wantPrivacy fails unless privacy says the flags in force, and to admins alone.
func (p *platform) wantPrivacy() {
	p.t.Helper()
	var privacy struct {
		Inbox    string `json:"keep_inbox"`
		Webhooks string `json:"keep_webhooks"`
		Audit    string `json:"keep_audit"`
		Stored   []struct{ What, Kept string }
		Clients  []struct{ Tracking string }
		Text     string
	}
	p.json(&privacy, "privacy")
	if privacy.Inbox != "45d" || privacy.Webhooks != "90d" || privacy.Audit != "400d" || len(privacy.Stored) < 8 || len(privacy.Clients) != 1 || !strings.Contains(privacy.Text, "deleted 45 days after") {
		p.t.Errorf("privacy is %+v", privacy)
	}
	member := newIdentity(p.t, "member")
	p.run("promoter", "add", "Bo", "--role", "owner", "--key", "'"+member.public+"'")
	for _, args := range [][]string{{"privacy"}, {"customer", "show", "lou@example.com"}, {"customer", "erase", "lou@example.com"}} {
		if out, errOut, status := p.as(member, args...); status == 0 || out != "" {
			p.t.Errorf("an owner asks %q: %d %s%s", args, status, out, errOut)
		}
	}
}

// wantNowhere looks for the words in every file of the data folder.
func (p *platform) wantNowhere(words ...string) {
	p.t.Helper()
	files := 0
	err := filepath.WalkDir(p.data, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		files++
		content, err := os.ReadFile(path)
		for _, word := range words {
			if bytes.Contains(bytes.ToLower(content), []byte(strings.ToLower(word))) {
				p.t.Errorf("%q is still in %s", word, filepath.Base(path))
			}
		}
		return err
	})
	if err != nil || files < 2 {
		p.t.Errorf("%d files, %v", files, err)
	}
}

func TestServe_RetentionThatCannotBe_Refused(t *testing.T) {
	for _, tt := range [][2]string{{"--keep-inbox", "30"}, {"--keep-webhooks", "-1d"}, {"--keep-audit", "for ever"}} {
		out, err := lastclick(t.Context(), t.TempDir(), "serve", "--data", t.TempDir(), tt[0], tt[1]).CombinedOutput()
		if err == nil || !bytes.Contains(out, []byte(tt[0]+" \""+tt[1]+"\" must be a whole number")) {
			t.Errorf("%s %s: %v, %s", tt[0], tt[1], err, out)
		}
	}
}
