package command

import (
	"strings"
	"testing"

	"lastclick/model"
)

// three links: ana sold 1 ticket for 45 pounds, zed 2 for 1 pound each, bea none.
func sortable(t *testing.T) *platform {
	p := newPlatform(t)
	p.seed()
	p.admin(`link archive house`)
	p.admin(`link add Zed zed@example.com --code zed --no-mail`)
	p.admin(`link add "bea B" bea@example.com --code bea --no-mail`)
	p.deliver("w-z", `{"type":"order.placed","data":{"id":"Z-1","version":1,"placed_at":"2026-05-20T10:00:00Z","currency":"GBP","tracking":{"code":"zed"},
		"tickets":[{"id":"Z-1","event":"summerfest","type":"ga","face_value":100},{"id":"Z-2","event":"summerfest","type":"ga","face_value":100}]}}`)
	return p
}

func TestStats_Sort_LinksInThatOrder(t *testing.T) {
	p := sortable(t)
	for sort, want := range map[string]string{
		"": "ana house zed bea", "tickets": "zed ana house bea", "-tickets": "house bea ana zed", "Face Value": "ana zed house bea", "face_value": "ana zed house bea",
		"link": "ana bea house zed", "-link": "zed house bea ana", "name": "ana bea house zed", "clicks": "ana house zed bea", "New Customers": "ana house zed bea",
	} {
		line := "stats --csv"
		if sort != "" {
			line += " --sort '\"" + sort + "\"'"
		}
		got := p.admin(line)
		var links []string
		for line := range strings.SplitSeq(got, "\n") {
			if row := strings.Split(line, ","); row[0] == "link" {
				links = append(links, row[1])
			}
		}
		if strings.Join(links, " ") != want {
			t.Errorf("%q: %v, want %s", sort, links, want)
		}
	}
	if got := p.as(model.Admin, "stats", "--sort", "tikets"); got.code != 2 || !strings.HasPrefix(got.err, `--sort "tikets" is no column: choose one of link, name,`) {
		t.Errorf("exit %d %s", got.code, got.err)
	}
}

func TestStats_Days_UpToToday(t *testing.T) {
	p := sortable(t)
	for days, want := range map[string]string{"1d": "2026-06-01 to 2026-06-01", "7d": "2026-05-26 to 2026-06-01", "30d": "2026-05-03 to 2026-06-01"} {
		if got := p.admin("stats --days " + days); !strings.HasPrefix(got, "acme · all events · "+want+" · Europe/London\n") {
			t.Errorf("%s: %s", days, got)
		}
	}
	if got := p.admin("stats --days 13d --csv"); !strings.Contains(got, "total,,,,,,,1,1,2,3,0,3,GBP,47.00") {
		t.Errorf("13 days: %s", got)
	}
	if got := p.admin("stats --days 12d --csv"); !strings.Contains(got, "total,,,,,,,1,1,1,1,0,1,GBP,45.00") {
		t.Errorf("12 days: %s", got)
	}
	for _, line := range []string{"stats --days 0d", "stats --days seven", "stats --days -1", "stats --days 7w", "stats --days 99999d", "stats --days 7d --from today"} {
		if got := p.as(model.Admin, words(line)...); got.code != 2 || !strings.HasPrefix(got.err, "--days ") {
			t.Errorf("%s: exit %d %s", line, got.code, got.err)
		}
	}
}
