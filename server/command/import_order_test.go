package command

import (
	"fmt"
	"strings"
	"testing"

	"lastclick/model"
)

func TestOrderImport_Twice_AppliedOnce(t *testing.T) {
	p := newPlatform(t)
	p.seed()
	for _, width := range []int{0, 40} {
		dry := caller{store: p.store, role: model.Admin, in: orderFileText, width: width}.run(t, "order", "import", "--dry-run")
		golden(t, fmt.Sprintf("order-import-dry-%d", width), dry.out)
		if dry.code != 0 || dry.err != "" {
			t.Errorf("dry run: exit %d %s", dry.code, dry.err)
		}
	}
	if got := p.admin("order list"); strings.Contains(got, "B-1") {
		t.Errorf("a dry run imported: %s", got)
	}
	got := p.imported(model.Admin, orderFileText, "order import")
	golden(t, "order-import", got.out)
	if got.code != 0 || got.err != "" {
		t.Fatalf("exit %d %s", got.code, got.err)
	}
	golden(t, "order-import-stats", p.admin("stats"))
	once := p.everything()
	again := p.imported(model.Admin, orderFileText, "order import --checkout SHOP --json")
	golden(t, "order-import-again", again.out)
	if p.everything() != once {
		t.Errorf("the same file twice:\n%s\nwas\n%s", p.everything(), once)
	}
	p.admin(`'event add winterfest --name Winterfest --url https://tickets.example/winterfest'`)
	p.wantCounts("after the event came", p.counts(0, model.Admin, orderFileText, "order import").Orders, importCounts{Duplicate: 3})
	if audit := p.admin("audit --json"); strings.Count(audit, `"action":"order import"`) != 3 {
		t.Errorf("the audit: %s", audit)
	}
	p.sound()
}

// A changed order needs a higher version; without one nothing of it changes.
func TestOrderImport_ChangedOrder_NeedsHigherVersion(t *testing.T) {
	const header = "order,ticket,placed_at,event,type,currency,face_value,status,version\n"
	line := func(order, status, version string) string {
		return header + order + "," + order + "-1,2026-05-01T10:00:00Z,summerfest,ga,GBP,45.00," + status + "," + version + "\n"
	}
	p := newPlatform(t)
	p.seed()
	for _, c := range []struct {
		name, file string
		code       int
		want       importCounts
		detail     string
	}{
		{"new, without a version", line("B-1", "", ""), 0, importCounts{Applied: 1}, ""},
		{"again", line("B-1", "valid", "0"), 0, importCounts{Duplicate: 1}, ""},
		{"changed, without a version", line("B-1", "refunded", ""), 1, importCounts{Refused: 1}, "version 0 of the order B-1 came before with other content: give its lines a higher version"},
		{"changed, with one", line("B-1", "refunded", "1"), 0, importCounts{Applied: 1}, ""},
		{"as it was first", line("B-1", "", ""), 0, importCounts{Duplicate: 1}, ""},
		{"older and unknown", line("B-1", "void", ""), 0, importCounts{Stale: 1}, ""},
		{"known by a webhook", line("A-1001", "", ""), 0, importCounts{Stale: 1}, ""},
		{"another order's ticket", strings.ReplaceAll(line("B-2", "", ""), "B-2-1", "T-1"), 1, importCounts{Refused: 1}, "belongs to the order A-1001"},
	} {
		dry := p.counts(c.code, model.Admin, c.file, "order import --dry-run")
		got := p.counts(c.code, model.Admin, c.file, "order import")
		p.wantCounts(c.name, got.Orders, c.want)
		if c.name != "older and unknown" { // its inbox item makes nothing else of it
			p.wantCounts(c.name+", dry", dry.Orders, c.want)
		}
		if c.detail != "" && (len(got.Problems) != 1 || got.Problems[0].Detail != c.detail || got.Problems[0].Line != 2 || fmt.Sprint(dry.Problems) != fmt.Sprint(got.Problems)) {
			t.Errorf("%s: %+v, dry %+v", c.name, got.Problems, dry.Problems)
		}
	}
	got := p.imported(model.Admin, line("B-1", "", "1"), "order import")
	golden(t, "order-import-refused", got.out)
	if got.code != 1 || got.err != "1 was refused: the report says why\n" {
		t.Errorf("exit %d %q", got.code, got.err)
	}
	p.sound()
}

// Every fault is told with its place, and nothing is imported.
func TestOrderImport_Faults_AllToldNothingImported(t *testing.T) {
	p := newPlatform(t)
	p.seed()
	p.admin(`'client add zenith --name Zenith --url https://tickets.example/zenith'`)
	p.admin(`'event add nightshift --client zenith --name Nightshift --url https://tickets.example/nightshift'`)
	p.admin(`link add Bea bea@example.com --client acme --event summerfest --code bea --no-mail`)
	p.admin(`link archive house --client acme`)
	p.admin(`checkout add acmeshop --client acme`)
	const file = `checkout,order,ticket,placed_at,event,type,currency,face_value,status,test,version,paid,scanned,scanned_at,link,customer,email
shop,G-1,G-1-1,2026-05-01T10:00:00Z,summerfest,ga,GBP,45.00,,,,,,,,,
,G-2,G-2-1,2026-05-01T10:00:00Z,summerfest,ga,GBP,45.00,,,,,,,,,
other,G-3,G-3-1,2026-05-01T10:00:00Z,summerfest,ga,GBP,45.00,,,,,,,,,
shop,,G-4-1,2026-05-01T10:00:00Z,summerfest,ga,GBP,45.00,,,,,,,,,
shop,G-5,,yesterday,,,GBP,45.005,,,,,,,,,
shop,G-6,G-6-1,2026-05-01T10:00:00Z,Summer Fest,ga,gbp,,sold,maybe,one,-1,,,,,
shop,G-7,G-7-1,2026-06-02T10:00:00Z,summerfest,,XXX,45.00,,,-1,,,,,,
shop,G-8,G-8-1,2026-05-01T10:00:00Z,summerfest,ga,GBP,45.00,,,,,,,,cus_1,
shop,G-8,G-8-1,2026-05-02T10:00:00Z,summerfest,ga,EUR,45.00,,,,,,,,cus_2,
shop,G-9,G-8-1,2026-05-01T10:00:00Z,summerfest,ga,GBP,45.00,,,,,perhaps,soon,,,
shop,G-10,G-10-1,2026-05-01T10:00:00Z,summerfest,ga,GBP,45.00,,,,,true,soon,,,
shop,G-11,G-11-1,2026-05-01T10:00:00Z,summerfest,ga,GBP,45.00,,,,,,,ana,,
shop,G-11,G-11-2,2026-05-01T10:00:00Z,summerfest,ga,GBP,45.00,,,,,,,bea,,
shop,G-11,G-11-3,2026-05-01T10:00:00Z,summerfest,ga,GBP,45.00,,,,,,,,,
shop,G-12,G-12-1,2026-05-01T10:00:00Z,nightshift,ga,GBP,45.00,,,,,,,ana,,
shop,G-13,G-13-1,2026-05-01T10:00:00Z,summerfest,ga,GBP,45.00,,,,,,,nobody,,
shop,G-14,G-14-1,2026-05-01T10:00:00Z,summerfest,ga,GBP,45.00,,,,,,,house,,
acmeshop,G-15,G-15-1,2026-05-01T10:00:00Z,nightshift,ga,GBP,45.00,,,,,,,,,` + "\x1b[2J" + `
shop,G-16,G-16-1
`
	before := p.everythingOf("acme")
	for _, flag := range []string{"", " --dry-run"} {
		got := p.imported(model.Admin, file, "order import"+flag)
		if got.code != 1 || got.out != "" {
			t.Errorf("exit %d\n%s", got.code, got.out)
		}
		golden(t, "order-import-faults", got.err)
	}
	asJSON := p.imported(model.Admin, file, "order import --json")
	golden(t, "order-import-faults-json", asJSON.out)
	if asJSON.code != 1 {
		t.Errorf("exit %d", asJSON.code)
	}
	if p.everythingOf("acme") != before {
		t.Error("something was imported")
	}
	if audit := p.admin("audit --json"); strings.Contains(audit, "order import") {
		t.Errorf("the audit: %s", audit)
	}
}

func (p *platform) everythingOf(client string) string {
	p.t.Helper()
	var all strings.Builder
	for _, line := range []string{"stats --json", "order list --json", "inbox list --json", "link list --all --json"} {
		all.WriteString(p.admin(line + " --client " + client))
	}
	return all.String()
}

func TestOrderImport_Checkout_NamedOrTheOnlyOne(t *testing.T) {
	const header = "order,ticket,placed_at,event,type,currency,face_value"
	const rest = ",2026-05-01T10:00:00Z,summerfest,ga,GBP,1"
	p := newPlatform(t)
	p.admin(`'client add acme --name Acme --url https://tickets.example/acme'`)
	p.admin(`'event add summerfest --name Summerfest --url https://tickets.example/summerfest'`)
	file := header + "\nB-1,T-1" + rest + "\n"
	if got := p.imported(model.Admin, file, "order import"); got.code != 1 || !strings.HasPrefix(got.err, "there is no checkout yet") {
		t.Errorf("exit %d %s", got.code, got.err)
	}
	p.admin("checkout add shop")
	p.wantCounts("the only one", p.counts(0, model.Admin, file, "order import").Orders, importCounts{Applied: 1})
	p.admin("checkout add web")
	if got := p.imported(model.Admin, file+"B-2,T-2"+rest+"\n", "order import"); got.code != 1 || !strings.Contains(got.err, "line 2, checkout is missing: there are several checkouts") || strings.Contains(got.err, "line 3") {
		t.Errorf("exit %d %s", got.code, got.err)
	}
	if got := p.imported(model.Admin, file, "order import --checkout nothere"); got.code != 1 || !strings.HasPrefix(got.err, `there is no checkout "nothere"`) {
		t.Errorf("exit %d %s", got.code, got.err)
	}
	p.wantCounts("named", p.counts(0, model.Admin, file, "order import --checkout web").Orders, importCounts{Applied: 1})
	two := "checkout," + header + "\nshop,B-9,T-9" + rest + "\nweb,B-9,T-9" + rest + "\n"
	p.wantCounts("named by the lines", p.counts(0, model.Admin, two, "order import").Orders, importCounts{Applied: 2})
	if got := p.imported(model.Admin, two, "order import --checkout web"); got.code != 1 || !strings.Contains(got.err, "line 3, checkout names a second checkout") {
		t.Errorf("exit %d %s", got.code, got.err)
	}
	foreign := strings.ReplaceAll(two, "shop,", "web,")
	foreign = strings.ReplaceAll(foreign, "web,B-9,T-9", "elsewhere,B-10,T-10")
	foreign = strings.Join(strings.Split(foreign, "\n")[:2], "\n")
	p.wantCounts("another platform's", p.counts(0, model.Admin, foreign, "order import --checkout web").Orders, importCounts{Applied: 1})
}

// Of many orders that are refused the first lines are told, in their order, and all are
// counted.
func TestOrderImport_ManyRefused_FirstLinesTold(t *testing.T) {
	p := newPlatform(t)
	p.seed()
	p.counts(0, model.Admin, manyOrders(600), "order import")
	r := p.counts(1, model.Admin, strings.ReplaceAll(manyOrders(600), "1.00", "2.00"), "order import")
	p.wantCounts("changed without a version", r.Orders, importCounts{Refused: 600})
	if r.ProblemsTotal != 600 || len(r.Problems) != maxShownFaults {
		t.Fatalf("%d of %d problems", len(r.Problems), r.ProblemsTotal)
	}
	for n, x := range r.Problems {
		if x.Line != n+2 || x.Item != fmt.Sprint("order M-", n) {
			t.Errorf("problem %d: %+v", n, x)
		}
	}
}
