package main

import (
	"context"
	"fmt"
	"html/template"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/dom"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"

	"lastclick/model/testenv"
)

// These tests drive Debian's Chromium over its debugging protocol.

// axeScript is the accessibility checker, which scripts/test fetches from the npm
// registry.
const axeScript = "../../dist/axe-core-4.14.1/axe.min.js"

// chromium starts a browser that says it is a phone's: a headless one is a bot to us.
func chromium(t *testing.T) context.Context {
	t.Helper()
	path := testenv.Need(t, "chromium")[0]
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(path), chromedp.UserDataDir(t.TempDir()), chromedp.UserAgent(phone),
		chromedp.NoSandbox, chromedp.DisableGPU, chromedp.NoFirstRun,
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-background-networking", true),
		chromedp.Flag("disable-component-update", true), chromedp.Flag("disable-sync", true),
	)
	ctx, cancel := chromedp.NewExecAllocator(t.Context(), options...)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewContext(ctx)
	t.Cleanup(cancel)
	if err := chromedp.Do(ctx); err != nil {
		t.Fatalf("start %s: %v", path, err)
	}
	return ctx
}

// visitor is a person with a browser profile of their own.
type visitor struct {
	t   *testing.T
	ctx context.Context

	mu       sync.Mutex
	requests []string // addresses that the pages asked for
	faults   []string // exceptions, and what a content security policy forbade
}

func newVisitor(browser context.Context, t *testing.T) *visitor {
	t.Helper()
	ctx, cancel := chromedp.NewContext(browser, chromedp.WithNewBrowserContext())
	t.Cleanup(cancel)
	v := &visitor{t: t}
	if err := chromedp.Listen(ctx, v.note); err != nil {
		t.Fatal(err)
	}
	v.ctx, cancel = context.WithTimeout(ctx, time.Minute)
	t.Cleanup(cancel)
	v.do(protocol(network.Enable, network.EnableParams{}), protocol(log.Enable, cdp.Empty{}), v.screen(390, 844))
	return v
}

// note keeps what the browser tells.
func (v *visitor) note(event any) {
	v.mu.Lock()
	defer v.mu.Unlock()
	switch e := event.(type) {
	case *network.EventRequestWillBeSent:
		v.requests = append(v.requests, e.Request.URL)
	case *runtime.EventExceptionThrown:
		v.faults = append(v.faults, e.ExceptionDetails.Text)
	case *log.EventEntryAdded:
		if e.Entry.Source == log.EntrySourceSecurity || e.Entry.Level == log.EntryLevelError {
			v.faults = append(v.faults, e.Entry.Text)
		}
	}
}

// protocol is a command of the debugging protocol as a step.
func protocol[P, R any](c cdp.Command[P, R], params P) step {
	return chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, c, params)
		return err
	})
}

func (v *visitor) screen(width, height int64) step {
	if width < 1000 {
		return chromedp.EmulateViewport(width, height, chromedp.EmulateMobile)
	}
	return chromedp.EmulateViewport(width, height)
}

type step = chromedp.Action[chromedp.Void]

func (v *visitor) do(steps ...step) {
	v.t.Helper()
	if err := chromedp.Do(v.ctx, steps...); err != nil {
		v.t.Fatal(err)
	}
}

// ask runs a step that has an answer.
func ask[T any](v *visitor, a chromedp.Action[T]) T {
	v.t.Helper()
	answer, err := chromedp.Run(v.ctx, a)
	if err != nil {
		v.t.Fatal(err)
	}
	return answer
}

// waits until an expression holds in the page.
func (v *visitor) waits(expression string) {
	v.t.Helper()
	ask(v, chromedp.Poll[bool](expression, chromedp.WithPollingInterval(10*time.Millisecond), chromedp.WithPollingTimeout(10*time.Second)))
}

// isGiven waits until an expression holds in a page that takes the place of the open one.
func (v *visitor) isGiven(expression string) {
	v.t.Helper()
	deadline := time.Now().Add(10 * time.Second)
	for holds := false; !holds; {
		if time.Now().After(deadline) {
			v.t.Fatalf("the page does not come to hold %s", expression)
		}
		holds, _ = chromedp.Run(v.ctx, chromedp.Evaluate[bool](expression)) // fails while the page is replaced
	}
}

// at wants the address bar to hold exactly the address.
func (v *visitor) at(want string) {
	v.t.Helper()
	if got := ask(v, chromedp.Location()); got != want {
		v.t.Errorf("the address bar holds %s, want %s", got, want)
	}
}

// html is the page as it stands; it needs no script in it. Where a live change comes
// between the question for the document and the one for its text, it asks again.
func (v *visitor) html() string {
	v.t.Helper()
	return ask(v, func(ctx context.Context, t *chromedp.Target) (text string, err error) {
		for range 20 {
			var page dom.GetDocumentResult
			if page, err = cdp.Call(ctx, t, dom.GetDocument, dom.GetDocumentParams{}); err != nil {
				continue
			}
			var html dom.GetOuterHTMLResult
			if html, err = cdp.Call(ctx, t, dom.GetOuterHTML, dom.GetOuterHTMLParams{NodeID: page.Root.NodeID}); err == nil {
				return html.OuterHTML, nil
			}
		}
		return "", err
	})
}

// figure is how a number stands in the page.
func figure(label string, value any) string {
	return fmt.Sprintf("<dt>%s</dt><dd>%v</dd>", label, value)
}

// cookieShop is a ticket site on the host of the links, whose checkout reads the receipt
// from the cookies that come with the order, and posts the order.
type cookieShop struct {
	*httptest.Server
	url       string
	till      *checkout
	button    string // where "Buy tickets" leads: a tracking link
	committed chan time.Time
	mu        sync.Mutex
	sold      int
}

var shopPage = template.Must(template.New("shop").Parse(`<!doctype html><html lang="en"><title>Summer Fest</title><h1>Summer Fest</h1>
<a id="button" href="{{.}}">Buy tickets</a><form method="post" action="/buy"><button id="pay">Pay</button></form></html>`))

func openShop(t *testing.T) *cookieShop {
	s := &cookieShop{committed: make(chan time.Time, 16)}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /summerfest", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_ = shopPage.Execute(w, s.button)
	})
	mux.HandleFunc("POST /buy", func(w http.ResponseWriter, r *http.Request) {
		receipt := ""
		if c, err := r.Cookie("lastclick"); err == nil {
			receipt = c.Value
		}
		s.mu.Lock()
		s.sold++
		n := s.sold
		s.mu.Unlock()
		status, answer, err := s.till.send(fmt.Sprint("msg_", n), orderBody(fmt.Sprint("A-", n), receipt, 4500), time.Now())
		if err != nil || status != http.StatusOK {
			http.Error(w, fmt.Sprint(status, answer, err), http.StatusBadGateway)
			return
		}
		s.committed <- time.Now()
		fmt.Fprint(w, `<!doctype html><html lang="en"><title>Thanks</title><p id="thanks">Thank you.</p></html>`)
	})
	s.Server = httptest.NewServer(mux)
	t.Cleanup(s.Close)
	u, err := url.Parse(s.Server.URL)
	if err != nil {
		t.Fatal(err)
	}
	s.url = "http://localhost:" + u.Port() + "/summerfest?lang=en#tickets"
	return s
}

// buys opens the shop by one link, comes back by the button's, and pays.
func (v *visitor) buys(s *cookieShop, first string) time.Time {
	v.t.Helper()
	v.do(chromedp.Navigate(first), chromedp.WaitVisible(chromedp.CSS("#button")))
	v.at(s.url)
	v.do(chromedp.Click(chromedp.CSS("#button")), chromedp.WaitVisible(chromedp.CSS("#pay")))
	v.at(s.url)
	v.do(chromedp.Click(chromedp.CSS("#pay")), chromedp.WaitVisible(chromedp.CSS("#thanks")))
	select {
	case at := <-s.committed:
		return at
	case <-time.After(10 * time.Second):
		v.t.Fatal("no order was committed")
		return time.Time{}
	}
}

// The path of a customer in a real browser, and what the sub-promoter sees of it.
func TestBrowser_TwoLinksAndAnOrder_LastLinkCredited(t *testing.T) {
	browser := chromium(t)
	p, s := serve(t), openShop(t)
	p.run("client", "add", "acme", "--name", "'Acme Live'", "--url", "https://tickets.example/acme", "--timezone", "Europe/London")
	p.run("event", "add", "summerfest", "--name", "'Summer Fest'", "--url", "'"+s.url+"'")
	s.till = p.checkout("boxoffice")
	var ana, ben struct {
		ShortURL string `json:"short_url"`
		FullURL  string `json:"full_url"`
		StatsURL string `json:"stats_url"`
	}
	p.json(&ana, "link", "add", "'Ana Diaz'", "ana@example.com", "--event", "summerfest", "--code", "ana", "--no-mail")
	p.json(&ben, "link", "add", "Ben", "ben@example.com", "--code", "ben", "--no-mail", "--event", "summerfest")
	s.button = ana.FullURL

	owner, kim := newVisitor(browser, t), newVisitor(browser, t)
	owner.do(chromedp.Navigate(ana.StatsURL), chromedp.WaitVisible(chromedp.CSS("#live")))
	plain := newVisitor(browser, t)
	plain.do(protocol(emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true}), chromedp.Navigate(ana.StatsURL))
	if html := plain.html(); !strings.Contains(html, figure("Orders", 0)) || strings.Contains(html, `type="button">`) {
		t.Error("without JavaScript the page lacks its numbers, or shows a button that does nothing")
	}

	owner.do(chromedp.Click(chromedp.CSS("#copy")), chromedp.Click(chromedp.CSS("#points summary")))
	owner.waits(`document.querySelector("#copy").textContent === "Copied"`)

	quickest := time.Hour
	for n := 1; n <= 3; n++ {
		committed := kim.buys(s, ben.ShortURL)
		owner.waits(fmt.Sprintf(`document.querySelectorAll("#numbers dd")[2].textContent === "%d"`, n))
		quickest = min(quickest, time.Since(committed))
		if n == 1 { // read out at once, the next ones ten seconds later at the earliest
			owner.waits(`document.querySelector("#news").textContent === "1 order, 1 ticket, GBP 45.00"`)
		}
	}
	t.Logf("the quickest of 3 orders stood in the open page after %s", quickest)
	if quickest > time.Second {
		t.Errorf("the quickest of 3 orders took %s", quickest)
	}
	owner.waits(`document.querySelector("#points").open && document.activeElement.id === "points-summary"`) // as it was left
	plain.do(chromedp.Reload())
	for who, html := range map[string]string{"live": owner.html(), "without JavaScript, after reload": plain.html()} {
		for label, value := range map[string]any{"Customers": 3, "New Customers": 3, "Orders": 3, "Tickets": 3, "Scanned": 0, "Unscanned": 3, "Face Value": "GBP 135.00"} {
			if !strings.Contains(html, figure(label, value)) {
				t.Errorf("%s: %s is not %v in\n%s", who, label, value, html)
			}
		}
	}

	var explained struct {
		Tickets []struct {
			Link, Reason string
			Considered   []struct{ Link, Verdict string }
		}
	}
	p.json(&explained, "order", "explain", "A-1")
	if got := fmt.Sprint(explained); got != "{[{ana last_click [{ana won} {ben overridden}]}]}" {
		t.Errorf("the order is explained as %s", got)
	}
	ours, _ := url.Parse(ana.StatsURL)
	for _, v := range []*visitor{owner, plain} {
		v.mu.Lock()
		for _, r := range v.requests {
			if u, err := url.Parse(r); err != nil || u.Host != ours.Host {
				t.Errorf("the page asks a third party: %s", r)
			}
		}
		if len(v.faults) > 0 {
			t.Errorf("the browser complains: %q", v.faults)
		}
		v.mu.Unlock()
	}

	// An open page follows an archived link and a restored one.
	p.run("link", "archive", "ana")
	owner.isGiven(`!document.querySelector("#copy") && document.body.textContent.includes("This link is archived")`)
	owner.isGiven(`!document.querySelector("#live").hidden`) // connected again
	p.run("link", "restore", "ana")
	owner.isGiven(`!!document.querySelector("#copy") && !document.querySelector("#live").hidden && !document.body.textContent.includes("This link is archived")`)

	// A renewed token ends the open page by itself.
	p.run("link", "set", "ana", "--new-stats-token")
	owner.isGiven(`document.title === "This link does not exist"`)
}
