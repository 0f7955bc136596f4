package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"lastclick/model/testenv"
	"lastclick/scripts/benchmark/proxy"
)

// The stats page as people see it, on a phone and a desk, light and dark; the
// pictures are kept where LASTCLICK_SCREENSHOTS says.
func TestBrowser_StatsPage_Accessible(t *testing.T) {
	axe, err := os.ReadFile(testenv.Need(t, axeScript)[0])
	if err != nil {
		t.Fatal(err)
	}
	browser := chromium(t)
	p := serve(t)
	box := p.seed()
	p.run("event", "add", "jazz-night", "--name", "'Jazz Night'", "--url", "https://tickets.example/jazz")
	p.run("client", "set", "acme", "--reply-to", "promoters-of-the-summer@acme-live.example")
	p.run("link", "add", "'June Newsletter'", "june@example.com", "--code", "june", "--no-mail")
	sell(t, p, box)
	empty, full, archived := p.statsURL("ana"), p.statsURL("june"), p.statsURL("ben")
	for _, c := range []struct {
		name, address, scheme string
		width, height         int64
	}{
		{"phone-light", full, "light", 390, 844},
		{"phone-dark", full, "dark", 390, 844},
		{"tablet-light", full, "light", 768, 1024},
		{"desk-light", full, "light", 1280, 800},
		{"desk-dark", full, "dark", 1280, 800},
		{"phone-small", full, "light", 320, 568},
		{"narrow-desk", full, "light", 1000, 700},
		{"empty-light", empty, "light", 390, 844},
		{"archived-dark", archived, "dark", 1280, 800},
		{"unknown-light", empty + "x", "light", 390, 844},
	} {
		t.Run(c.name, func(t *testing.T) {
			v := newVisitor(browser, t)
			v.opens(c.address, c.scheme, c.width, c.height)
			if c.name != "unknown-light" {
				v.do(chromedp.WaitVisible(chromedp.CSS("#live")))
			}
			v.keepsPicture(c.name)
			ask(v, chromedp.Evaluate[bool](`document.querySelectorAll("details").forEach((d) => { d.open = true }); true`))
			v.check(string(axe))
		})
	}
}

// opens opens an address on a screen that is light or dark.
func (v *visitor) opens(address, scheme string, width, height int64) {
	v.t.Helper()
	v.do(v.screen(width, height), protocol(emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
		Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}, {Name: "prefers-reduced-motion", Value: "reduce"}},
	}), chromedp.Navigate(address), chromedp.WaitReady(chromedp.CSS("h1")))
}

// keepsPicture keeps what the page looks like where LASTCLICK_SCREENSHOTS says.
func (v *visitor) keepsPicture(name string) {
	v.t.Helper()
	pictures := os.Getenv("LASTCLICK_SCREENSHOTS")
	if pictures == "" {
		pictures = v.t.TempDir()
	}
	if err := os.WriteFile(filepath.Join(pictures, name+".png"), ask(v, chromedp.FullScreenshot(100)), 0o644); err != nil {
		v.t.Fatal(err)
	}
}

// check wants no finding of axe, and nothing wider than the screen.
func (v *visitor) check(axe string) {
	v.t.Helper()
	type finding struct {
		ID, Impact, Help string
		Nodes            []struct{ HTML, FailureSummary string }
	}
	ask(v, chromedp.Evaluate[bool](axe+";true"))
	found := ask(v, chromedp.Evaluate[[]finding](`axe.run(document, {resultTypes: ["violations"]}).then((r) => r.violations)`, chromedp.EvalAwaitPromise))
	for _, f := range found {
		detail, _ := json.Marshal(f.Nodes)
		v.t.Errorf("axe: %s (%s): %s\n%s", f.ID, f.Impact, f.Help, detail)
	}
	if ask(v, chromedp.Evaluate[bool](`document.documentElement.scrollWidth > innerWidth || [...document.querySelectorAll("section, p, dl")].some((e) => e.scrollWidth > e.clientWidth)`)) {
		v.t.Error("something is wider than its place")
	}
}

// statsURL is the address of a sub-promoter's page.
func (p *platform) statsURL(code string) string {
	p.t.Helper()
	var link struct {
		StatsURL string `json:"stats_url"`
	}
	p.json(&link, "link", "show", code)
	return link.StatsURL
}

// sell gives the link june a month of clicks and orders of many kinds, and leaves
// an archived link ben with one.
func sell(t *testing.T, p *platform, box *checkout) {
	t.Helper()
	p.run("link", "add", "'Ben Ö. <b>Okafor</b> & 李小龍'", "ben@example.com", "--code", "ben", "--no-mail")
	kinds := []struct {
		event, id, name string
		face            int
	}{
		{"summerfest", "ga", "General Admission", 4500},
		{"summerfest", "vip", "VIP, with a name that is longer than the others", 1250000},
		{"jazz-night", "ga", "General Admission", 2200},
		{"jazz-night", "guest", "Guest list", 0},
	}
	for i := range 40 {
		kim := p.browser()
		path := "/june"
		if i%3 == 0 {
			path = "/june?qr"
		}
		kim.follow(path)
		if i%4 == 3 {
			continue // looked, and did not buy
		}
		var tickets []string
		for n := range 1 + i%3 {
			k := kinds[(i+n)%len(kinds)]
			tickets = append(tickets, fmt.Sprintf(`{"id":"T-%d-%d","event":%q,"type":%q,"type_name":%q,"face_value":%d}`, i, n, k.event, k.id, k.name, k.face))
		}
		now := time.Now().UTC().Format(time.RFC3339)
		currency := "GBP"
		if i%10 == 9 {
			currency = "EUR"
		}
		body := fmt.Sprintf(`{"type":"order.placed","timestamp":%q,"data":{"id":"B-%d","version":1,"placed_at":%q,"currency":%q,"customer":{"id":"c-%d"},"tracking":{"receipt":%q},"tickets":[%s]}}`,
			now, i, now, currency, i%17, kim.receipt(), strings.Join(tickets, ","))
		if status, answer := box.post(fmt.Sprint("msg_b", i), body); status != http.StatusOK {
			t.Fatalf("%d %s", status, answer)
		}
		if i%2 == 0 {
			if status, answer := box.post(fmt.Sprint("msg_s", i), fmt.Sprintf(`{"type":"ticket.scanned","timestamp":%q,"data":{"ticket":"T-%d-0","at":%q}}`, now, i, now)); status != http.StatusOK {
				t.Fatalf("%d %s", status, answer)
			}
		}
	}
	kim := p.browser()
	kim.follow("/ben")
	if status, answer := box.post("msg_ben", orderBody("C-1", kim.receipt(), 4500)); status != http.StatusOK {
		t.Fatalf("%d %s", status, answer)
	}
	p.run("link", "archive", "ben")
}

// A page that was without a network while its address was renewed learns that it is gone,
// and says no longer that it tries again.
func TestBrowser_StatsPage_RenewedWhileOffline_IsGone(t *testing.T) {
	browser := chromium(t)
	p := serve(t)
	p.seed()
	stats, err := url.Parse(p.statsURL("ana"))
	if err != nil {
		t.Fatal(err)
	}
	network, err := proxy.Start(t.Context(), stats.Host, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(network.Close)
	stats.Host = network.Address()

	v := newVisitor(browser, t)
	v.do(chromedp.Navigate(stats.String()))
	v.waits(`document.querySelector("#live").textContent === "Live"`)
	ask(v, chromedp.Evaluate[bool](`Math.random = () => -1; true`)) // it does not wait 20 to 40 s before it asks again
	network.Cut()
	v.waits(`document.querySelector("#live").textContent === "Not live, trying again"`)
	p.run("link", "set", "ana", "--new-stats-token")
	network.Mend()
	v.isGiven(`document.title === "This link does not exist"`)
}
