package main

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"
)

// The way from a click to a number on the screen: an admin over SSH, a customer and
// a checkout over HTTP.
func TestWalk_ClickAndOrder_Counted(t *testing.T) {
	p := serve(t)
	p.run("client", "add", "acme", "--name", "'Acme Live'", "--url", "https://tickets.example/acme", "--timezone", "Europe/London")
	p.run("event", "add", "summerfest", "--name", "'Summer Fest'", "--url", "https://tickets.example/summerfest?lang=en")
	p.run("event", "add", "jazz-night", "--name", "'Jazz Night'", "--url", "https://tickets.example/jazz")
	box := p.checkout("boxoffice")
	var link struct {
		Code     string `json:"code"`
		ShortURL string `json:"short_url"`
		FullURL  string `json:"full_url"`
		Level    string `json:"level"`
		Event    string `json:"event"`
	}
	p.json(&link, "link", "add", "'Ana Diaz'", "ana@example.com", "--event", "summerfest", "--code", "ana", "--no-mail")
	if link.Code != "ana" || link.Level != "event" || link.Event != "summerfest" || !strings.HasSuffix(link.ShortURL, "/ana") ||
		!strings.HasSuffix(link.FullURL, "/e/summerfest?act=subpromoterv3&sp=ana") {
		t.Errorf("link add printed %+v", link)
	}

	kim := p.browser()
	if status, page := kim.follow("/ANA.?utm_source=ig"); status != 302 || page != "https://tickets.example/summerfest?lang=en&utm_source=ig" {
		t.Fatalf("the shortlink answers %d to %q", status, page)
	}
	if status, page := kim.follow("/e/summerfest?act=subpromoterv3&sp=ana"); status != 302 || page != "https://tickets.example/summerfest?lang=en" {
		t.Fatalf("the full link answers %d to %q", status, page)
	}
	placed := time.Now().UTC().Format(time.RFC3339)
	order := fmt.Sprintf(`{"type":"order.placed","timestamp":%q,"data":{"id":"A-1001","version":1,"placed_at":%q,"currency":"GBP",
		"customer":{"id":"cus_77","email":"kim@example.com"},"tracking":{"receipt":%q},"tickets":[
		{"id":"T-1","event":"summerfest","type":"ga","type_name":"General Admission","face_value":4500},
		{"id":"T-2","event":"summerfest","type":"vip","type_name":"VIP","face_value":12000},
		{"id":"T-3","event":"jazz-night","type":"ga","type_name":"General Admission","face_value":2200}]}}`, placed, placed, kim.receipt())
	status, answer := box.post("msg_1", order)
	wantJSON(t, answer, `{"status":"applied","order":"A-1001","tickets":[
		{"id":"T-1","link":"ana","reason":"last_click"},{"id":"T-2","link":"ana","reason":"last_click"},{"id":"T-3","link":null,"reason":"other_event"}]}`)
	if status != 200 {
		t.Errorf("status %d", status)
	}
	if status, answer = box.post("msg_1", order); status != 200 || !strings.Contains(answer, `"duplicate"`) {
		t.Errorf("again: %d %s", status, answer)
	}
	if status, answer = box.post("msg_scan", fmt.Sprintf(`{"type":"ticket.scanned","timestamp":%q,"data":{"ticket":"T-2","at":%q}}`, placed, placed)); status != 200 {
		t.Errorf("scan: %d %s", status, answer)
	}

	look := func() {
		t.Helper()
		numbers := func(tickets, scanned, face int) string {
			return fmt.Sprintf(`"customers":1,"new_customers":1,"orders":1,"tickets":%d,"scanned":%d,"unscanned":%d,"face_value":{"GBP":%d}`, tickets, scanned, tickets-scanned, face)
		}
		var stats map[string]any
		p.json(&stats, "stats")
		row := stats["links"].([]any)[0].(map[string]any)
		l := row["link"].(map[string]any)
		if l["clicks"] != 2.0 || l["visitors"] != 1.0 || l["bots"] != 0.0 || l["archived"] != false || l["mail"] != "none" {
			t.Errorf("link %v", l)
		}
		delete(row, "link")
		wantJSON(t, stats, `{"client":"acme","event":null,"from":null,"to":null,"timezone":"Europe/London",
			"links":[{`+numbers(2, 1, 16500)+`,"ticket_types":[
				{"event":"summerfest","type":"ga","name":"General Admission",`+numbers(1, 0, 4500)+`},
				{"event":"summerfest","type":"vip","name":"VIP",`+numbers(1, 1, 12000)+`}]}],
			"total":{`+numbers(2, 1, 16500)+`},
			"unattributed":[{"reason":"other_event",`+numbers(1, 0, 2200)+`}]}`)

		var explained map[string]any
		p.json(&explained, "order", "explain", "A-1001")
		clicked := explained["tickets"].([]any)[0].(map[string]any)["considered"].([]any)[0].(map[string]any)["clicked_at"].(string)
		if at, err := time.Parse(time.RFC3339, clicked); err != nil || time.Since(at) > time.Hour || at.Nanosecond() != 0 {
			t.Errorf("clicked_at %q", clicked)
		}
		ticket := func(id, event, kind string, scanned bool, link, reason, verdict string) string {
			return fmt.Sprintf(`{"id":%q,"event":%q,"type":%q,"status":"valid","scanned":%v,"link":%s,"reason":%q,"considered":[{"link":"ana","clicked_at":%q,"verdict":%q}]}`,
				id, event, kind, scanned, link, reason, clicked, verdict)
		}
		wantJSON(t, explained, fmt.Sprintf(`{"id":"A-1001","checkout":"boxoffice","placed_at":%q,"version":1,"customer_new":true,"rule":"last-click","window":"30d","tickets":[%s,%s,%s]}`,
			placed, ticket("T-1", "summerfest", "ga", false, `"ana"`, "last_click", "won"), ticket("T-2", "summerfest", "vip", true, `"ana"`, "last_click", "won"),
			ticket("T-3", "jazz-night", "ga", false, "null", "other_event", "other_event")))

		screen := p.console(p.admin, 120, 36)
		screen.waitFor("Live Stats › Marketing › Link Tracking", "Ana Diaz", "165.00", "Total")
		screen.close()
	}
	look()
	p.stop()
	p.start()
	look()

	p.stop()
	out, status := p.local("check", "--data", p.data)
	if status != 0 || !strings.Contains(out, "every sum equals the recount") {
		t.Errorf("check: %d %s", status, out)
	}
	p.start()
}

// wantJSON compares JSON with JSON, or with what was decoded from it.
func wantJSON(t *testing.T, got any, want string) {
	t.Helper()
	if s, ok := got.(string); ok {
		if err := json.Unmarshal([]byte(s), &got); err != nil {
			t.Fatalf("%v in %s", err, s)
		}
	}
	var w any
	if err := json.Unmarshal([]byte(want), &w); err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(got, w) {
		g, _ := json.MarshalIndent(got, "", " ")
		wanted, _ := json.MarshalIndent(w, "", " ")
		t.Errorf("got %s\nwant %s", g, wanted)
	}
}
