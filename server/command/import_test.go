package command

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"testing"

	"lastclick/model"
)

const orderFileText = `order,ticket,placed_at,event,type,type_name,currency,face_value,code,customer,version,scanned,note
B-1,B-1-1,2026-05-01T10:00:00Z,summerfest,ga,General Admission,GBP,45.00,ana,cus_1,1,true,x
B-2,B-2-1,2026-05-01T11:00:00Z,summerfest,vip,VIP,GBP,120,,cus_2,1,,
B-1,B-1-2,2026-05-01T10:00:00Z,summerfest,ga,General Admission,GBP,45.00,ana,cus_1,1,false,
B-3,B-3-1,2026-05-01T12:00:00Z,winterfest,ga,,EUR,10.50,,,1,no,
`

// imported pipes a file into an import.
func (p *platform) imported(role model.Role, file, line string) result {
	p.t.Helper()
	p.in = file
	defer func() { p.in = "" }()
	return p.as(role, split(p.t, line)...)
}

// counts is the report of an import that ends with the exit code.
func (p *platform) counts(code int, role model.Role, file, line string) importReport {
	p.t.Helper()
	got := p.imported(role, file, line+" --json")
	var r importReport
	if err := json.Unmarshal([]byte(got.out), &r); err != nil || got.code != code {
		p.t.Fatalf("%s: exit %d, %v\n%s%s", line, got.code, err, got.out, got.err)
	}
	return r
}

func (p *platform) wantCounts(what string, got *importCounts, want importCounts) {
	p.t.Helper()
	if got == nil || *got != want {
		p.t.Errorf("%s: %+v, want %+v", what, got, want)
	}
}

// everything is what a platform shows: its numbers, its orders, its inbox.
func (p *platform) everything() string {
	p.t.Helper()
	var all strings.Builder
	for _, line := range []string{"stats --json", "order list --json", "inbox list --json", "link list --all --json", "export tickets"} {
		all.WriteString(p.admin(line))
	}
	return all.String()
}

// sound wants every sum to equal its recount.
func (p *platform) sound() {
	p.t.Helper()
	if differences, err := p.store.Check(p.t.Context()); err != nil || len(differences) > 0 {
		p.t.Errorf("%v %v", differences, err)
	}
}

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

func TestScanImport_LatestHolds_TwiceChangesNothing(t *testing.T) {
	p := newPlatform(t)
	p.seed()
	const file = "barcode;at;scanned\nT-1;2026-06-20T19:00:00Z;\nT-1;2026-06-20T20:00:00Z;false\nT-1;2026-06-20 22:00:00+01:00;true\nT-2;2026-06-20T19:00:00Z;yes\n"
	dry := p.counts(0, model.Admin, file, "scan import --dry-run")
	p.wantCounts("dry run", dry.Scans, importCounts{Applied: 4})
	if got := p.admin("stats --json"); !strings.Contains(got, `"scanned":0`) || strings.Contains(got, `"scanned":1`) {
		t.Errorf("a dry run scanned: %s", got)
	}
	got := p.imported(model.Admin, file, "scan import")
	golden(t, "scan-import", got.out)
	if stats := p.admin("stats --json"); got.code != 0 || !strings.Contains(stats, `"scanned":1`) {
		t.Errorf("exit %d %s\n%s", got.code, got.err, stats)
	}
	p.wantCounts("again", p.counts(0, model.Admin, file, "scan import").Scans, importCounts{Duplicate: 4})
	p.wantCounts("older", p.counts(0, model.Admin, "ticket,at\nT-1,2026-06-20T18:00:00Z\n", "scan import").Scans, importCounts{Stale: 1})
	faulty := p.imported(model.Admin, "ticket,at,scanned\n,2026-06-20T18:00:00Z,\nT-1,,\nT-1,tonight,perhaps\n\"T \x01\",2026-06-20T18:00:00Z,\n", "scan import")
	want := "nothing was imported: the file has 5 faults\nline 2, ticket is missing\nline 3, at is missing\nline 4, scanned must be true or false\nline 4, at must be a time of RFC 3339, such as 2026-06-01T10:00:00Z\nline 5, ticket holds control, invisible or surplus space characters\n"
	if faulty.code != 1 || faulty.out != "" || faulty.err != want {
		t.Errorf("exit %d\n%s%s", faulty.code, faulty.out, faulty.err)
	}
	p.sound()
}

func TestLinkImport_Twice_AddedOnce(t *testing.T) {
	p := newPlatform(t)
	p.seed()
	const file = `Name,Email,Event,Code,Source,Archived
Ana Diaz,ana@example.com,summerfest,ana,,
Bo Lind,bo@example.com,,BO-LIND,email,
Cy Ek,cy@example.com,summerfest,,,
Cy Ek,cy@example.com,,,social,
Di Fu,di@example.com,,di-fu,,true
Bo Lind,bo@example.com,,bo-lind,email,
`
	dry := p.counts(0, model.Member, file, "link import --dry-run")
	p.wantCounts("dry run", dry.Links, importCounts{Applied: 4, Duplicate: 1})
	if len(dry.LinksAdded) > 0 || strings.Contains(p.admin("link list --all"), "bo-lind") {
		t.Error("a dry run added links")
	}
	r := p.counts(0, model.Member, file, "link import")
	p.wantCounts("first", r.Links, importCounts{Applied: 4, Duplicate: 1})
	if len(r.LinksAdded) != 4 || r.LinksAdded[0] != (linkAdded{3, "bo-lind", "https://go.example/bo-lind"}) || r.LinksAdded[3].Code != "di-fu" {
		t.Errorf("added %+v", r.LinksAdded)
	}
	var list struct{ Links []model.Link }
	if err := json.Unmarshal([]byte(p.admin("link list --all --json")), &list); err != nil {
		t.Fatal(err)
	}
	var shown []string
	for _, l := range list.Links[2:] {
		shown = append(shown, fmt.Sprint(l.Name, " ", or(l.Event, "-"), " ", l.Source, " ", l.Archived, " ", l.Mail))
	}
	if got, want := strings.Join(shown, "; "), "Bo Lind - email false queued; Cy Ek summerfest subpromoter false queued; Cy Ek - social false queued; Di Fu - subpromoter true none"; got != want {
		t.Errorf("links %s\nwant  %s", got, want)
	}
	once := p.everything()
	again := p.imported(model.Member, file, "link import")
	golden(t, "link-import-again", again.out)
	if p.everything() != once {
		t.Error("the same file twice changes something")
	}
	p.counts(0, model.Member, "name,email\nEd Ox,ed@example.com\n", "link import --no-mail")
	if got := p.admin("link list --json"); strings.Count(got, `"mail":"none"`) != 2 { // house and this one
		t.Errorf("--no-mail: %s", got)
	}
	if got := p.imported(model.Viewer, file, "link import"); got.code != 1 || !strings.Contains(got.err, "your role viewer") {
		t.Errorf("a viewer: exit %d %s", got.code, got.err)
	}
	for _, line := range []string{"order import", "scan import"} {
		if got := p.imported(model.Owner, file, line); got.code != 1 || !strings.Contains(got.err, "only an admin") {
			t.Errorf("an owner's %s: exit %d %s", line, got.code, got.err)
		}
	}
}

func TestLinkImport_Faults_AllToldNothingAdded(t *testing.T) {
	p := newPlatform(t)
	p.seed()
	p.admin(`'client add zenith --name Zenith --url https://tickets.example/zenith'`)
	p.admin(`'event add nightshift --client zenith --name Nightshift --url https://tickets.example/nightshift'`)
	p.admin(`link add Zoe zoe@example.com --client zenith --code zoe --no-mail`)
	const file = `name,email,event,code,source,archived
Bo Lind,bo@example.com,,,,
,nowhere,nightshift,x,tv,perhaps
Cy,cy@example.com,nothere,admin,,
Ana Diaz,ana@other.example,summerfest,ana,,
Zoe,zoe@example.com,,zoe,,
Bo Lind,BO@example.com,,,email,
Bo Lind,bo@example.com,,bo-lind,,
Di,di@example.com,,di-fu,,
Di Fu,di@example.com,,di-fu,,
`
	before := p.everythingOf("acme")
	got := p.imported(model.Member, file, "link import")
	golden(t, "link-import-faults", got.err)
	if got.code != 1 || got.out != "" || p.everythingOf("acme") != before {
		t.Errorf("exit %d\n%s", got.code, got.out)
	}
}

// failing is a store that fails from its nth order on, for times, or for good.
type failing struct {
	model.Store
	mu          sync.Mutex
	n, times    int
	err         error
	came, taken int
}

func (f *failing) Receive(ctx context.Context, d model.Delivery) (model.Outcome, error) {
	f.mu.Lock()
	f.came++
	if f.came > f.n && f.times != 0 {
		f.times--
		f.mu.Unlock()
		return model.Outcome{}, f.err
	}
	f.taken++
	f.mu.Unlock()
	return f.Store.Receive(ctx, d)
}

// manyOrders is a file of so many orders of one ticket each.
func manyOrders(n int) string {
	var b strings.Builder
	b.WriteString("order,ticket,placed_at,event,type,currency,face_value,code\n")
	for i := range n {
		fmt.Fprintf(&b, "M-%d,M-%d-1,2026-05-01T10:00:00Z,summerfest,ga,GBP,1.00,ana\n", i, i)
	}
	return b.String()
}

// Where the store stops taking orders, what was applied stays, and the same file goes on.
func TestOrderImport_StoreFailsMidway_GoesOnWithTheSameFile(t *testing.T) {
	for name, err := range map[string]error{
		"full":   &model.Error{Kind: model.Full, Msg: "the disk of the database is full: nothing was changed", Hint: "free some space there"},
		"broken": errors.New("sql: secret"),
	} {
		t.Run(name, func(t *testing.T) {
			p := newPlatform(t)
			p.seed()
			store := &failing{Store: p.store, n: 300, times: -1, err: err}
			got := caller{store: store, role: model.Admin, in: manyOrders(1000), fault: func(error) string { return "f-17" }}.run(t, "order", "import", "--json")
			var r importReport
			if err := json.Unmarshal([]byte(got.out), &r); err != nil {
				t.Fatalf("%v\n%s%s", err, got.out, got.err)
			}
			p.wantCounts("first", r.Orders, importCounts{Applied: store.taken})
			if got.code != 1 || r.Complete || store.taken != 300 || strings.Contains(got.err, "secret") {
				t.Errorf("exit %d, %d taken, complete %v\n%s", got.code, store.taken, r.Complete, got.err)
			}
			if name == "full" && !strings.HasPrefix(got.err, "the import stopped, since the disk of the database is full") || name == "broken" && !strings.Contains(got.err, "f-17") {
				t.Errorf("%s", got.err)
			}
			p.wantCounts("again", p.counts(0, model.Admin, manyOrders(1000), "order import").Orders, importCounts{Applied: 700, Duplicate: 300})
			p.sound()
		})
	}
}

func TestOrderImport_StoreBusyForAMoment_NothingLost(t *testing.T) {
	p := newPlatform(t)
	p.seed()
	store := &failing{Store: p.store, n: 10, times: 3, err: &model.Error{Kind: model.Busy, Msg: "too much is waiting"}}
	got := caller{store: store, role: model.Admin, in: manyOrders(50)}.run(t, "order", "import")
	if got.code != 0 || store.came != 53 || !strings.Contains(got.out, "Applied       50") {
		t.Errorf("exit %d, %d came\n%s%s", got.code, store.came, got.out, got.err)
	}
}

// Only so many files are held at once, and each gives its place back.
func TestImport_TooManyAtOnce_Busy(t *testing.T) {
	p := newPlatform(t)
	p.seed()
	importing := make(chan struct{}, 1)
	run := func(args ...string) result {
		var out, errs strings.Builder
		code := Run(t.Context(), Env{Store: p.store, Actor: model.Actor{Role: model.Admin, Name: "Ada"}, In: strings.NewReader(orderFileText), Out: &out, Err: &errs, Importing: importing}, args)
		return result{code, out.String(), errs.String()}
	}
	if got := run("order", "import", "--dry-run"); got.code != 0 || len(importing) != 0 {
		t.Errorf("exit %d %s", got.code, got.err)
	}
	importing <- struct{}{}
	for _, noun := range []string{"order", "scan", "link"} {
		if got := run(noun, "import"); got.code != 1 || !strings.HasPrefix(got.err, "too many imports are running: try again when one has ended") {
			t.Errorf("%s: exit %d %s", noun, got.code, got.err)
		}
	}
}

// How far a long import is stands on one line of a terminal, which is gone at the end.
func TestImport_Progress_OnTerminalsAlone(t *testing.T) {
	p := newPlatform(t)
	p.seed()
	for _, c := range []struct {
		width, orders int
		shown         bool
	}{{80, 1500, true}, {12, 1500, true}, {0, 1500, false}, {80, 400, false}} {
		got := caller{store: p.store, role: model.Admin, in: manyOrders(c.orders), width: c.width}.run(t, "order", "import", "--dry-run")
		if got.code != 0 || (got.err != "") != c.shown || strings.Contains(got.err, "\n") {
			t.Fatalf("%d wide, %d orders: exit %d %q", c.width, c.orders, got.code, got.err)
		}
		if !c.shown {
			continue
		}
		painted := strings.Split(got.err, "\r")
		if n := len(painted); n < 90 || n > 110 || strings.TrimSpace(painted[n-2]) != "" || painted[n-1] != "" || !strings.HasPrefix("100%, 1,500 of 1,500", painted[n-3]) {
			t.Errorf("%d wide: %d times, %q", c.width, len(painted), painted[len(painted)-3:])
		}
		for _, line := range painted {
			if len(line) >= c.width {
				t.Errorf("%d wide: %q", c.width, line)
			}
		}
	}
}

// A session that ends while the file comes imports nothing of it.
func TestImport_EndsWhileReading_NothingImported(t *testing.T) {
	p := newPlatform(t)
	p.seed()
	before := p.everything()
	ctx, cancel := context.WithCancel(t.Context())
	in := readerFunc(func(b []byte) (int, error) {
		cancel()
		return strings.NewReader(orderFileText).Read(b)
	})
	var out, errs strings.Builder
	code := Run(ctx, Env{Store: p.store, Actor: model.Actor{Role: model.Admin, Name: "Ada"}, In: &once{in}, Out: &out, Err: &errs}, []string{"order", "import"})
	if code != 1 || out.Len() > 0 || !strings.HasPrefix(errs.String(), "the command was stopped") {
		t.Errorf("exit %d\n%s%s", code, out.String(), errs.String())
	}
	if p.everything() != before {
		t.Error("something was imported")
	}
}

type readerFunc func([]byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }

// Hostile text of a file reaches no terminal.
func TestImport_HostileText_ReachesNoTerminal(t *testing.T) {
	p := newPlatform(t)
	p.seed()
	for _, text := range hostile {
		cell := `"` + strings.ReplaceAll(text, `"`, `""`) + `"`
		for _, file := range []string{
			"order,ticket,placed_at,event,type,currency,face_value,link," + cell + "\n" + strings.Repeat(cell+",", 9) + "\n",
			"order,ticket,placed_at,event,type,currency,face_value,checkout,x\nA-1001,T-1," + cell + ",summerfest,ga,GBP,1," + cell + ",\n",
			"ticket,at,scanned\n" + cell + ",2026-05-01T10:00:00Z,\n" + cell + "," + cell + "," + cell + "\n",
			"name,email,event,code,source,archived\n" + strings.Repeat(cell+",", 5) + cell + "\n",
		} {
			for _, noun := range []string{"order", "scan", "link"} {
				for _, flag := range []string{"--dry-run", "--dry-run --json"} {
					got := caller{store: p.store, role: model.Admin, in: file, width: 80}.run(t, words(noun+" import "+flag)...)
					if err := harmless(got.out + got.err); err != nil || got.code == 2 {
						t.Errorf("%q, %s: exit %d %v\n%q", text, noun, got.code, err, got.out+got.err)
					}
				}
			}
		}
	}
}

// once reads once from another reader, then there is no more.
type once struct{ readerFunc }

func (o *once) Read(p []byte) (int, error) {
	if o.readerFunc == nil {
		return 0, io.EOF
	}
	n, err := o.readerFunc(p)
	o.readerFunc = nil
	return n, err
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
