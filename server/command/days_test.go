package command

import (
	"encoding/json"
	"fmt"
	"testing"

	"lastclick/model"
)

// R21 Days of 23 and 25 hours are as long as they are: clocks in London went back on
// 26 October 2025 and forward on 29 March 2026.
func TestStats_R21_DaysOf23And25Hours(t *testing.T) {
	p := newPlatform(t)
	p.seed()
	for i, placed := range []string{
		"2025-10-25T22:59:59Z", "2025-10-25T23:00:00Z", "2025-10-26T23:59:59Z", "2025-10-27T00:00:00Z",
		"2026-03-28T23:59:59Z", "2026-03-29T00:00:00Z", "2026-03-29T22:59:59Z", "2026-03-29T23:00:00Z",
	} {
		p.deliver(fmt.Sprint("day-", i), fmt.Sprintf(`{"type":"order.placed","timestamp":%q,"data":{"id":"D-%d","version":1,"placed_at":%[1]q,"currency":"GBP",
			"tracking":{"code":"ana"},"tickets":[{"id":"D-T%[2]d","event":"summerfest","type":"ga","face_value":100}]}}`, placed, i))
	}
	for days, want := range map[string]int{
		"--from 2025-10-25 --to 2025-10-25": 1, "--from 2025-10-26 --to 2025-10-26": 2, "--from 2025-10-27 --to 2025-10-27": 1,
		"--from 2026-03-28 --to 2026-03-28": 1, "--from 2026-03-29 --to 2026-03-29": 2, "--from 2026-03-30 --to 2026-03-30": 1,
		"--to 2025-10-26": 3, "--from 2026-03-29": 4, "": 9, // with the one of June
	} {
		var doc struct {
			From, To *string
			Timezone string
			Links    []struct {
				Link   struct{ Code string }
				Orders int
			}
			Total struct{ Orders int }
		}
		out := p.admin("stats --json --link ana " + days)
		if err := json.Unmarshal([]byte(out), &doc); err != nil || len(doc.Links) != 1 {
			t.Fatalf("%v\n%s", err, out)
		}
		if doc.Links[0].Orders != want || doc.Total.Orders != want || doc.Timezone != "Europe/London" {
			t.Errorf("%q: %d orders, %d in all, want %d", days, doc.Links[0].Orders, doc.Total.Orders, want)
		}
	}
}

func TestStats_Days_AreThoseOfTheWord(t *testing.T) {
	p := newPlatform(t)
	p.seed()
	for word, want := range map[string]string{ // it is noon of 1 June 2026
		"7d": "2026-05-26 2026-06-01", "today": "2026-06-01 2026-06-01", "yesterday": "2026-05-31 2026-05-31",
		"last-month": "2026-05-01 2026-05-31", "2026-04-03": "2026-04-03 2026-04-03", "all": "- -",
	} {
		var doc struct{ From, To *string }
		if err := json.Unmarshal([]byte(p.admin("stats --json --days "+word)), &doc); err != nil {
			t.Fatal(err)
		}
		if got := or(doc.From, "-") + " " + or(doc.To, "-"); got != want {
			t.Errorf("%s: %s, not %s", word, got, want)
		}
	}
	for _, line := range [][]string{{"stats", "--days", "may"}, {"stats", "--days", "7d", "--from", "today"}} {
		if r := p.as(model.Viewer, line...); r.code == 0 || r.out != "" {
			t.Errorf("%v: %+v", line, r)
		}
	}
}
