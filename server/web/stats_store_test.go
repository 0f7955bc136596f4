package web_test

import (
	"bufio"
	"cmp"
	"fmt"
	"io"
	"net"
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
	if err := v.conn.SetReadDeadline(time.Now().Add(30 * time.Second)); err != nil {
		return err
	}
	for v.lines.Scan() {
		if strings.Contains(v.lines.Text(), text) {
			return nil
		}
	}
	return fmt.Errorf("the stream ended without %q: %w", text, cmp.Or(v.lines.Err(), io.EOF))
}

// viewAll opens n live pages of 50 links, and returns once each shows its numbers.
func (p *platform) viewAll(n int) []viewer {
	p.t.Helper()
	paths := []string{p.statsPath("ben")}
	for i := range 49 {
		code := fmt.Sprint("link-", i)
		_, err := p.store.AddLink(p.t.Context(), p.admin, model.NewLink{Name: code, Email: "link@example.com", Code: code, NoMail: true})
		must(p.t, err)
		paths = append(paths, p.statsPath(code))
	}
	var viewers []viewer
	for i := range n {
		v := p.views(paths[i%len(paths)])
		p.t.Cleanup(func() { _ = v.conn.Close() })
		must(p.t, v.sees("<dt>Orders</dt>"))
		viewers = append(viewers, v)
	}
	return viewers
}

func TestStatsPage_RealStore_ShowsOrdersLive(t *testing.T) {
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
	for _, want := range []string{
		"Your sales for <bdi>Summerfest</bdi>", "<dt>Customers</dt><dd>1</dd>", "<dt>New Customers</dt><dd>1</dd>", "<dt>Face Value</dt><dd>GBP 45.00</dd>",
		"From 1 click by 1 visitor, 1 of them by the QR code.", "General Admission", "http://go.example/ben",
	} {
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

// Orders are taken while 1,000 pages are open, each page shows them, and nothing is left
// when they close. Most of the readers stop reading at some point. What it costs an
// order is measured by BenchmarkOrder.
func TestLivePage_Thousand_OrdersAreTakenAndShown(t *testing.T) {
	before := goleak.IgnoreCurrent()
	p := newPlatform(t)
	viewers := p.viewAll(1000)
	kim := p.customer()
	kim.opens("/ben", phone)
	const orders = 10
	for n := 1; n <= orders; n++ {
		p.wants(fmt.Sprint("msg_", n), order(fmt.Sprint("A-", n), 1, "summerfest", kim.receipt()), 200, `"link":"ben"`)
	}
	var readers sync.WaitGroup
	for i := 0; i < len(viewers); i += 50 { // those of Ben's page
		if i%500 == 0 {
			continue // does not read
		}
		readers.Go(func() {
			if err := viewers[i].sees(fmt.Sprintf("<dt>Orders</dt><dd>%d</dd>", orders)); err != nil {
				t.Error(err)
			}
		})
	}
	readers.Wait()
	for _, v := range viewers {
		_ = v.conn.Close()
	}
	p.srv.Close() // waits for the handlers
	must(t, p.store.Close())
	goleak.VerifyNone(t, before)
}

// BenchmarkOrder is an order from its webhook to the answer, with live pages open that
// each order changes and no one reads.
func BenchmarkOrder(b *testing.B) {
	for _, pages := range []int{0, 1000} {
		b.Run(fmt.Sprintf("%d live pages", pages), func(b *testing.B) {
			p := newPlatform(b)
			kim := p.customer()
			kim.opens("/ben", phone)
			p.viewAll(pages)
			n := 0
			for b.Loop() {
				n++
				p.wants(fmt.Sprint("msg_", n), order(fmt.Sprint("A-", n), 1, "summerfest", kim.receipt()), 200, `"link":"ben"`)
			}
		})
	}
}
