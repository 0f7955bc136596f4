package command

import (
	"strings"
	"testing"

	"lastclick/model"
)

// x says the commands for what is seen, each into a file of its own.
func TestPlain_Export_SaysWhatIsSeen(t *testing.T) {
	p := newPlatform(t)
	p.seedDialogue()
	const ssh = "ssh -p 2222 tickets.example "
	for _, of := range []struct {
		role model.Role
		said []string
		want []string
	}{
		{model.Viewer, []string{"x"}, []string{
			"stats --csv --sort tickets > links.csv", "order list --csv --limit 10000 > orders.csv",
			"export links > all-links.csv", "export orders > all-orders.csv", "export tickets > all-tickets.csv",
		}},
		{model.Viewer, []string{"d", "2026-05-01 2026-05-31", "s", "-new customers", "e", "2", "s", "x"}, []string{
			"stats --csv --event summerfest --from 2026-05-01 --to 2026-05-31 --sort -new_customers > links.csv",
			`order list --csv --limit 10000 --event summerfest --search '"from:2026-05-01 to:2026-05-31"' > orders.csv`,
		}},
		{model.Viewer, []string{"f", "ana@", "x"}, []string{"stats --csv --sort tickets --link ana > links.csv", "order list --csv --limit 10000 --link ana > orders.csv"}},
		{model.Viewer, []string{"f", "example.com", "x"}, []string{"stats --csv --sort tickets | grep -E '^(row|link|ticket_type),(link|ana|house),' > links.csv"}},
		{model.Viewer, []string{"o", "f", `a > b's`, "u", "s", "3", "x"}, []string{`order list --csv --limit 10000 --unattributed --search '"a > b'\''s"' --sort tickets > orders.csv`}},
		{model.Viewer, []string{"o", "s", "2", "x"}, []string{"order list --csv --limit 10000 --reverse > orders.csv"}},
		{model.Viewer, []string{"f", "ana@", "1", "o", "x"}, []string{"order list --csv --limit 10000 --link ana > orders.csv"}},
		{model.Admin, []string{"x", "o", "x"}, []string{"stats --csv --sort tickets --client acme > links.csv", "order list --csv --limit 10000 --client acme > orders.csv", "export links --client acme > all-links.csv"}},
	} {
		got := talk(t, p.store, of.role, append(of.said[:len(of.said):len(of.said)], "q")...)
		for _, want := range of.want {
			if !strings.Contains(got, "\n"+ssh+want+"\n") {
				t.Errorf("%q: %s is not said:\n%s", of.said, want, got)
			}
			command, _, piped := strings.Cut(want, " > ")
			if command, _, _ = strings.Cut(command, " | "); piped && !strings.Contains(command, "'") {
				p.admin(command)
			}
		}
	}
}

// The days that an export of orders is narrowed to are those that its search knows.
func TestPlain_ExportedOrders_AreThoseOfTheDays(t *testing.T) {
	p := newPlatform(t)
	p.seedDialogue()
	all := p.admin(`order list --csv --limit 10000 --event summerfest --search '"from:2026-05-12 to:2026-05-13"'`)
	if !strings.Contains(all, "\nB-2,") || !strings.Contains(all, "\nB-3,") || strings.Count(all, "\n") != 3 {
		t.Errorf("%s", all)
	}
}
