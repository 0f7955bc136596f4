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
	"time"

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

// recording is a store that keeps what it is given, in the order in which it came.
type recording struct {
	model.Store
	mu     sync.Mutex
	bodies []string
	ids    []string
}

func (s *recording) Receive(ctx context.Context, d model.Delivery) (model.Outcome, error) {
	s.mu.Lock()
	s.bodies, s.ids = append(s.bodies, string(d.Body)), append(s.ids, d.WebhookID)
	s.mu.Unlock()
	return s.Store.Receive(ctx, d)
}

// Every column reaches the webhook, under a webhook-id that is made of what it says.
func TestOrderImport_EveryColumn_InTheWebhook(t *testing.T) {
	p := newPlatform(t)
	p.seed()
	ana, _ := p.store.LinkByCode("ana")
	receipt := p.store.Receipts().Sign(model.Receipt{}.Clicked(ana.Link, noon.Add(-2*time.Hour)), noon)
	const header = "order,ticket,placed_at,event,type,type_name,currency,face_value,paid,status,version,test,customer,email,returning,code,coupon,receipt,click,channel,checkout,scanned,scanned_at,link\n"
	file := header + "C-1,C-1-1,2026-06-01 10:00:00+01:00,Summerfest,ga,General Admission,GBP,45.00,40,Valid,7,no,cus_9,Kim@Example.com,yes,house,SUMMER," + receipt + ",abc,box_office,shop,yes,2026-06-01T09:30:00Z,nobody\n"
	store := &recording{Store: p.store}
	run := func(file string) result {
		return caller{store: store, role: model.Admin, in: file}.run(t, "order", "import")
	}
	if got := run(file); got.code != 0 {
		t.Fatalf("exit %d %s", got.code, got.err)
	}
	want := []string{
		`{"type":"order.placed","data":{"id":"C-1","version":7,"placed_at":"2026-06-01T09:00:00Z","currency":"GBP","customer":{"id":"cus_9","email":"Kim@Example.com","returning":true},` +
			`"tracking":{"receipt":"` + receipt + `","click":"abc","code":"house","coupon":"SUMMER"},"channel":"box_office",` +
			`"tickets":[{"id":"C-1-1","event":"summerfest","type":"ga","type_name":"General Admission","face_value":4500,"paid":4000,"status":"valid"}]}}`,
		`{"type":"ticket.scanned","data":{"ticket":"C-1-1","at":"2026-06-01T09:30:00Z"}}`,
	}
	if fmt.Sprint(store.bodies) != fmt.Sprint(want) {
		t.Errorf("posted\n%s\nwant\n%s", strings.Join(store.bodies, "\n"), strings.Join(want, "\n"))
	}
	if got := p.admin("order explain C-1 --json"); !strings.Contains(got, `"link":"ana","reason":"last_click"`) || !strings.Contains(got, `"scanned":true`) {
		t.Errorf("explained: %s", got)
	}
	run(file)
	run(strings.Replace(file, "cus_9", "cus_8", 1)) // is refused, so its scan is not sent
	if len(store.ids) != 5 || store.ids[2] != store.ids[0] || store.ids[3] != store.ids[1] || store.ids[4] == store.ids[0] {
		t.Errorf("webhook-ids %q", store.ids)
	}
}

// What shares a click token is delivered in the order of the file (R23); what shares none
// is shared out evenly.
func TestImportLanes_SameName_InOrder(t *testing.T) {
	var list []fileItem
	for n := range 1000 {
		f := fileItem{line: n}
		if n%2 == 0 {
			f.lane = fmt.Sprint("click ", n%10)
		}
		list = append(list, f)
	}
	where, seen := map[string]int{}, 0
	for lane, items := range lanesOf(list) {
		last := -1
		for _, n := range items {
			if n <= last {
				t.Fatalf("lane %d: %d after %d", lane, n, last)
			}
			last = n
			seen++
			if name := list[n].lane; name != "" {
				if other, ok := where[name]; ok && other != lane {
					t.Errorf("%s is in the lanes %d and %d", name, other, lane)
				}
				where[name] = lane
			}
		}
	}
	if seen != len(list) {
		t.Errorf("%d of %d items have a lane", seen, len(list))
	}
}
