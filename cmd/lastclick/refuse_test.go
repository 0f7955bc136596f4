package main

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"
)

func TestWebhook_EachFault_StatusOfTheContract(t *testing.T) {
	p := serve(t)
	box := p.seed()
	good := orderBody("A-1", "", 4500)
	post := func(c *checkout, id, body string, at time.Time) (int, string) {
		status, answer, err := c.send(id, body, at)
		if err != nil {
			t.Fatal(err)
		}
		return status, answer
	}
	forged := *box
	forged.secret = "whsec_" + strings.Repeat("QUFB", 11)
	unknown := *box
	unknown.name = "unknown"
	now := time.Now()
	for _, tt := range []struct {
		name   string
		c      *checkout
		id     string
		body   string
		at     time.Time
		status int
		words  []string
	}{
		{"bad signature", &forged, "m1", good, now, 401, []string{"signature"}},
		{"old timestamp", box, "m1", good, now.Add(-6 * time.Minute), 401, []string{"timestamp"}},
		{"timestamp ahead", box, "m1", good, now.Add(6 * time.Minute), 401, []string{"timestamp"}},
		{"malformed", box, "m1", good[1:], now, 400, []string{"JSON"}},
		{"unknown checkout", &unknown, "m1", good, now, 404, []string{"checkout"}},
		{"too large", box, "m1", strings.Replace(good, "{", "{"+strings.Repeat(" ", 1<<20), 1), now, 413, nil},
		{"two faults", box, "m1", strings.NewReplacer(`"GBP"`, `"gbp"`, `4500`, `-1`).Replace(good), now, 422, []string{"data.currency", "data.tickets[0].face_value"}},
		{"unknown event", box, "m2", strings.Replace(orderBody("A-2", "", 1), "summerfest", "winterfest", 1), now, 202, []string{"parked", "unknown_event"}},
		{"at last", box, "m3", good, now, 200, []string{"applied"}},
		{"the same id with another body", box, "m3", orderBody("A-3", "", 1), now, 409, []string{"webhook-id"}},
		{"the same version with other content", box, "m4", strings.Replace(good, "4500", "4600", 1), now, 409, []string{"version"}},
	} {
		status, answer := post(tt.c, tt.id, tt.body, tt.at)
		if status != tt.status {
			t.Errorf("%s: %d, want %d: %s", tt.name, status, tt.status, answer)
		}
		for _, w := range tt.words {
			if !strings.Contains(answer, w) {
				t.Errorf("%s: no %q in %s", tt.name, w, answer)
			}
		}
		if !json.Valid([]byte(answer)) {
			t.Errorf("%s: the answer is not JSON: %s", tt.name, answer)
		}
	}
	resp, err := http.Post(p.http+"/webhooks/boxoffice", "text/plain", strings.NewReader(good))
	if err != nil {
		t.Fatal(err)
	}
	problem, _ := io.ReadAll(resp.Body)
	_ = resp.Body.Close()
	if resp.StatusCode != 415 || resp.Header.Get("Content-Type") != "application/problem+json" || !bytes.Contains(problem, []byte("application/json")) {
		t.Errorf("text/plain: %d %s %s", resp.StatusCode, resp.Header.Get("Content-Type"), problem)
	}

	var stats struct {
		Total        struct{ Orders int }
		Unattributed []struct{ Orders, Tickets int }
	}
	p.json(&stats, "stats")
	if stats.Total.Orders != 0 || len(stats.Unattributed) != 1 || stats.Unattributed[0].Orders != 1 || stats.Unattributed[0].Tickets != 1 {
		t.Errorf("what was refused is counted: %+v", stats)
	}
	var inbox struct{ Inbox []struct{ State string } }
	p.json(&inbox, "inbox", "list")
	if len(inbox.Inbox) != 4 { // the 422, the parked one and the two conflicts
		t.Errorf("inbox %+v", inbox)
	}
}

// A name with control characters is refused from a person, and cleaned from a webhook.
func TestNames_HostileText_NeverReachTheTerminal(t *testing.T) {
	p := serve(t)
	box := p.seed()
	for _, name := range []string{"'Ev\x1b[31mil'", "'Ev\u202eil'", "'Ev\u200bil'", "'Ev\u009bil'"} {
		if _, errOut, status := p.as(p.admin, "link", "add", name, "evil@example.com", "--no-mail"); status != 1 || !strings.Contains(errOut, "U+") {
			t.Errorf("%q: status %d, %q", name, status, errOut)
		}
	}
	body := strings.Replace(orderBody("A-1", "", 1), `"type":"ga"`, `"type":"ga","type_name":"Gen\u001b]52;c;ZXZpbA==\u0007eral\u202e"`, 1)
	body = strings.Replace(body, `"receipt":""`, `"code":"ana"`, 1)
	if status, answer := box.post("m1", body); status != 200 {
		t.Fatalf("%d %s", status, answer)
	}
	s := p.console(p.admin, 120, 36)
	s.waitFor("Ana")
	s.press("e")
	s.waitFor("Gen]52;c;ZXZpbA==") // cut to its column
	if raw := s.output(); strings.Contains(raw, "\x1b]52") || strings.Contains(raw, "\u202e") {
		t.Error("the name reached the terminal raw")
	}
	s.quit()
	if out := p.run("stats"); strings.ContainsAny(out, "\x1b\u202e\a") {
		t.Errorf("the name reached the terminal raw: %q", out)
	}
}
