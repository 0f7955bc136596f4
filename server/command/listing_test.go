package command

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"lastclick/model"
)

// part is a list in JSON.
type part struct {
	Orders []model.OrderSummary `json:"orders"`
	Inbox  []model.InboxItem    `json:"inbox"`
	Audit  []model.AuditEntry   `json:"audit"`
	Next   *string              `json:"next"`
	Total  int                  `json:"total"`
}

// seedLists adds five orders, three of one moment, and three refused webhooks.
func (p *platform) seedLists() {
	p.t.Helper()
	p.seed()
	p.admin(`event add gala --name Gala --url https://tickets.example/gala`)
	for i, o := range []struct{ id, at, event string }{{"B-1", "2026-06-01T09:00:00Z", "gala"}, {"B-10", "2026-06-01T09:00:00Z", "summerfest"}, {"B-2", "2026-06-01T09:00:00Z", "gala"}, {"C-1", "1969-07-20t20:17:40z", "summerfest"}} {
		p.deliver("o-"+o.id, fmt.Sprintf(`{"type":"order.placed","data":{"id":%q,"version":1,"placed_at":%q,"currency":"GBP",
			"tickets":[{"id":"T-%d","event":%q,"type":"ga","face_value":100}]}}`, o.id, o.at, i+100, o.event))
	}
	for i := range 3 {
		p.deliver(fmt.Sprint("bad-", i), `{"type":"order.placed","data":{}}`)
	}
}

func (p *platform) part(line string) (l part) {
	p.t.Helper()
	if err := json.Unmarshal([]byte(p.admin(line+" --json")), &l); err != nil {
		p.t.Fatal(err)
	}
	return l
}

func TestLists_Cut_NextAndTotalInJSON(t *testing.T) {
	p := newPlatform(t)
	p.seedLists()
	for _, tt := range []struct {
		line string
		name func(part) []string
		want string
	}{
		{"order list", orderIDs, "A-1001 B-2 B-10 B-1 C-1"},
		{"order list --event gala", orderIDs, "B-2 B-1"},
		{"order list --link ana", orderIDs, "A-1001"},
		{"order list --unattributed --event summerfest", orderIDs, "B-10 C-1"},
		{"order list --link house --event gala", orderIDs, ""},
		{"inbox list", func(l part) (ids []string) {
			for _, i := range l.Inbox {
				ids = append(ids, i.WebhookID)
			}
			return ids
		}, "bad-2 bad-1 bad-0"},
		{"audit", func(l part) (ids []string) {
			for _, e := range l.Audit {
				ids = append(ids, strings.ReplaceAll(e.Action, " ", "-"))
			}
			return ids
		}, "event-add link-add link-add event-add checkout-add client-add key-add"},
	} {
		want := strings.Fields(tt.want)
		for limit := 1; limit <= len(want)+1; limit++ {
			var got []string
			for before := ""; ; {
				l := p.part(fmt.Sprintf("%s --limit %d%s", tt.line, limit, before))
				names := tt.name(l)
				got = append(got, names...)
				if l.Total != len(want) || len(names) > limit {
					t.Errorf("%s --limit %d%s: %d of %d", tt.line, limit, before, len(names), l.Total)
				}
				if l.Next == nil || len(got) > len(want) {
					break
				}
				before = " --before " + *l.Next
			}
			if !slices.Equal(got, want) {
				t.Errorf("%s --limit %d: %q, want %q", tt.line, limit, got, want)
			}
		}
	}
}

func orderIDs(l part) (ids []string) {
	for _, o := range l.Orders {
		ids = append(ids, o.ID)
	}
	return ids
}

// The line below a list that was cut is the command for what follows.
func TestLists_Cut_LineBelowGoesOn(t *testing.T) {
	p := newPlatform(t)
	p.seedLists()
	for line, want := range map[string][]string{
		"order list --limit 2":                            {"2 of 5 orders; the next: ", "2 of 5 orders; the next: ", "1 of 5 orders, the last ones."},
		"order list --client acme --event gala --limit 1": {"1 of 2 orders; the next: ", "1 of 2 orders, the last ones."},
		"order list --unattributed --limit 4":             {"4 orders."},
		"inbox list --limit 2":                            {"2 of 3 webhooks; the next: ", "inbox show 1"},
		"audit --limit 6":                                 {"6 of 7 entries; the next: ", "key add"},
	} {
		for i, last := range want {
			out := strings.TrimSpace(p.admin(line))
			end := out[strings.LastIndex(out, "\n")+1:]
			if !strings.Contains(end, last) {
				t.Errorf("part %d ends %q, want %q", i+1, end, last)
			}
			if _, line, _ = strings.Cut(end, "ssh -p 2222 tickets.example "); i < len(want)-1 && line == "" {
				t.Fatalf("%q names no command", end)
			}
		}
	}
	// A spreadsheet has no line below it.
	got := p.as(model.Admin, words("order list --limit 2 --csv")...)
	if got.code != 0 || strings.Count(got.out, "\n") != 3 || !strings.HasPrefix(got.err, "2 of 5 orders; the next: ssh -p 2222 tickets.example order list --limit 2 --csv --before ") {
		t.Errorf("CSV: %d\n%s\n%s", got.code, got.out, got.err)
	}
	if got := p.as(model.Admin, words("order list --csv")...); got.code != 0 || got.err != "" {
		t.Errorf("a whole list as CSV: %d %s", got.code, got.err)
	}
	// After the last one, for who kept its place.
	end := model.OrderPlace{PlacedAt: noon.AddDate(-100, 0, 0), Checkout: "shop", Order: "C-1"}.Cursor()
	if out := p.admin("order list --before " + end); out != "No order follows: the list ended there.\n" {
		t.Error(out)
	}
}

func TestLists_BadCursor_WrongUsage(t *testing.T) {
	p := newPlatform(t)
	p.seedLists()
	order, audit := *p.part("order list --limit 1").Next, *p.part("audit --limit 1").Next
	for _, line := range []string{
		"order list --before nonsense", "order list --before " + audit, "order list --before " + order[1:], "order list --before " + order[:len(order)-2],
		"audit --before " + order, "audit --before 7", "inbox list --before " + audit, "inbox list --before " + order,
	} {
		got := p.as(model.Admin, words(line)...)
		_, cursor, _ := strings.Cut(line, "--before ")
		if got.code != 2 || got.out != "" || !strings.Contains(got.err, `--before does not take "`+cursor[:1]) || !strings.Contains(got.err, "Usage: ") {
			t.Errorf("%s: exit %d\n%s%s", line, got.code, got.out, got.err)
		}
	}
	for _, line := range []string{"order list --limit 0", "inbox list --limit 10001", "audit --limit -1"} {
		if got := p.as(model.Admin, words(line)...); got.code == 0 || !strings.Contains(got.err, "must be from 1 to 10,000") {
			t.Errorf("%s: exit %d\n%s", line, got.code, got.err)
		}
	}
	if got := p.as(model.Admin, words("order list --event none")...); got.code != 1 || !strings.Contains(got.err, `there is no event "none"`) {
		t.Errorf("an event that is none: exit %d\n%s", got.code, got.err)
	}
}

// What a version leaves out is shown nowhere, and tickets stand by their numbers.
func TestOrders_NewestVersion_AloneIsShown(t *testing.T) {
	p := newPlatform(t)
	p.seed()
	version := func(n int, tickets ...string) {
		var list []string
		for _, id := range tickets {
			list = append(list, fmt.Sprintf(`{"id":%q,"event":"summerfest","type":"ga","face_value":100}`, id))
		}
		p.deliver(fmt.Sprint("v-", n), fmt.Sprintf(`{"type":"order.updated","data":{"id":"B-1","version":%d,"placed_at":"2026-06-01T10:00:00Z","currency":"GBP","tickets":[%s]}}`, n, strings.Join(list, ",")))
	}
	version(1, "L-9", "L-10")
	version(2, "L-10", "L-2", "L-1")
	out := p.admin("order explain B-1")
	if !strings.Contains(out, "\n  L-1, L-2, L-10\n") || strings.Contains(out, "L-9") {
		t.Error(out)
	}
	if out := p.admin("export tickets"); strings.Contains(out, "L-9") || !strings.Contains(out, "L-10") {
		t.Error(out)
	}
	if l := p.part("order list --limit 1"); l.Orders[0].ID != "B-1" || l.Orders[0].Tickets != 3 {
		t.Errorf("%+v", l)
	}
}
