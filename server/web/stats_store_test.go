package web_test

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"lastclick/model"
)

// statsPath is the path of a link's stats page.
func (p *platform) statsPath(code string) string {
	p.t.Helper()
	l, err := p.store.Link(p.t.Context(), p.admin, code)
	must(p.t, err)
	return strings.TrimPrefix(l.StatsURL, "http://go.example")
}

func (p *platform) reads(path string) (int, string) {
	p.t.Helper()
	r, err := p.customer().Get(p.url + path)
	must(p.t, err)
	defer r.Body.Close()
	body, err := io.ReadAll(r.Body)
	must(p.t, err)
	return r.StatusCode, string(body)
}

// viewer has a page open live, on a connection of its own.
type viewer struct {
	conn  net.Conn
	lines *bufio.Scanner
}

func (p *platform) views(path string) viewer {
	p.t.Helper()
	conn, err := net.Dial("tcp", p.srv.Listener.Addr().String())
	must(p.t, err)
	_, err = fmt.Fprintf(conn, "GET %s/live HTTP/1.1\r\nHost: go.example\r\n\r\n", path)
	must(p.t, err)
	return viewer{conn, bufio.NewScanner(conn)}
}

// sees reads until a line holds the text.
func (v viewer) sees(text string) error {
	v.conn.SetReadDeadline(time.Now().Add(30 * time.Second))
	for v.lines.Scan() {
		if strings.Contains(v.lines.Text(), text) {
			return nil
		}
	}
	return fmt.Errorf("the stream ended without %q: %v", text, v.lines.Err())
}

func TestStatsPageOverARealStore(t *testing.T) {
	p := newPlatform(t)
	path := p.statsPath("ben")
	live := p.views(path)
	defer live.conn.Close()
	must(t, live.sees("<dt>Orders</dt><dd>0</dd>"))
	kim := p.customer()
	kim.opens("/ben?qr", phone)
	p.wants("msg_1", order("A-1", 1, "summerfest", kim.receipt()), 200, `"link":"ben"`)
	must(t, live.sees("<dt>Orders</dt><dd>1</dd>"))
	status, page := p.reads(path)
	for _, want := range []string{"Your sales for <bdi>Summerfest</bdi>", "<dt>Customers</dt><dd>1</dd>", "<dt>New Customers</dt><dd>1</dd>", "<dt>Face Value</dt><dd>GBP 45.00</dd>",
		"From 1 click by 1 visitor, 1 of them by the QR code.", "General Admission", "http://go.example/ben"} {
		if status != 200 || !strings.Contains(page, want) {
			t.Errorf("%d: the page does not say %s in\n%s", status, want, page)
		}
	}
	if strings.Contains(page, "kim@") || strings.Contains(page, "ana") {
		t.Error("the page tells of a customer or another link")
	}
	if status, picture := p.reads("/qr/ben.svg"); status != 200 || !strings.Contains(picture, "http://go.example/ben?qr") {
		t.Errorf("the QR code: %d", status)
	}
	_, err := p.store.SetLink(t.Context(), p.admin, "ben", model.LinkChange{NewStatsToken: true})
	must(t, err)
	must(t, live.sees("event: gone"))
	if status, _ := p.reads(path); status != 404 {
		t.Errorf("the old token answers %d", status)
	}
	if status, _ := p.reads(p.statsPath("ben")); status != 200 {
		t.Errorf("the new token answers %d", status)
	}
}

// Issue 5: with 1,000 pages open, orders are taken as ever, each page shows them, and
// nothing is left when they close. Most of the readers stop reading at some point.
func TestThousandLivePages(t *testing.T) {
	before := goleak.IgnoreCurrent()
	p := newPlatform(t)
	paths := []string{p.statsPath("ben")}
	for i := range 49 {
		code := fmt.Sprint("link-", i)
		_, err := p.store.AddLink(t.Context(), p.admin, model.NewLink{Name: code, Email: "link@example.com", Code: code, NoMail: true})
		must(t, err)
		paths = append(paths, p.statsPath(code))
	}
	kim := p.customer()
	kim.opens("/ben", phone)
	receipt, n := kim.receipt(), 0
	orders := func() time.Duration {
		t.Helper()
		var took []time.Duration
		for range 10 {
			n++
			began := time.Now()
			p.wants(fmt.Sprint("msg_", n), order(fmt.Sprint("A-", n), 1, "summerfest", receipt), 200, `"link":"ben"`)
			took = append(took, time.Since(began))
		}
		slices.Sort(took)
		return took[len(took)/2]
	}
	alone := orders()
	var viewers []viewer
	for i := range 1000 {
		v := p.views(paths[i%len(paths)])
		defer v.conn.Close()
		must(t, v.sees("<dt>Orders</dt>"))
		viewers = append(viewers, v)
	}
	busy := orders()
	t.Logf("an order takes %s alone, %s with %d pages open", alone, busy, len(viewers))
	if busy > alone+500*time.Millisecond {
		t.Errorf("orders wait for pages: %s alone, %s with pages open", alone, busy)
	}
	var readers sync.WaitGroup
	for i := 0; i < len(viewers); i += len(paths) {
		if i%500 == 0 {
			continue // does not read
		}
		readers.Go(func() {
			if err := viewers[i].sees(fmt.Sprintf("<dt>Orders</dt><dd>%d</dd>", n)); err != nil {
				t.Error(err)
			}
		})
	}
	readers.Wait()
	for _, v := range viewers {
		v.conn.Close()
	}
	p.srv.Close() // waits for the handlers
	must(t, p.store.Close())
	goleak.VerifyNone(t, before)
}
