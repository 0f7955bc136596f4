package db_test

import (
	"database/sql"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"lastclick/db"
	"lastclick/db/dbtest"
	"lastclick/model"
)

const aDay = 24 * time.Hour

// keeping is a world whose clock can be set, in a store that forgets.
type keeping struct {
	*dbtest.World
	store *db.Store
	now   time.Time
}

func newKeeping(t *testing.T, o db.Options) *keeping {
	t.Helper()
	k := &keeping{now: time.Now()}
	o.Now, o.Keep = func() time.Time { return k.now }, model.Retention{Inbox: 30 * aDay, Webhooks: 90 * aDay, Audit: 400 * aDay}
	k.store = openStore(t, o)
	k.World = dbtest.Seed(t, k.store)
	return k
}

func (k *keeping) forget(want db.Forgotten) {
	k.Helper()
	before := k.rows()
	got, err := k.store.ForgetOld(k.Ctx)
	k.Must(err)
	if got != want {
		k.Errorf("forgot %+v, want %+v", got, want)
	}
	if after := k.rows(); after != before {
		k.Errorf("the numbers were\n%s\nand are\n%s", before, after)
	}
	if diffs, err := k.store.Check(k.Ctx); err != nil || len(diffs) > 0 {
		k.Errorf("check: %v, %v", diffs, err)
	}
}

func (k *keeping) rows() string {
	k.Helper()
	st, err := k.store.Stats(k.Ctx, k.Admin, model.Filter{})
	k.Must(err)
	return fmt.Sprintf("%+v %+v", st.Total, st.Unattributed)
}

func (k *keeping) wants(o dbtest.Order, status model.OutcomeStatus) {
	k.Helper()
	if out, err := k.Send(o); err != nil || out.Status != status {
		k.Errorf("%s v%d: %s, %v, want %s", o.WebhookID, o.Version, out.Status, err, status)
	}
}

func (k *keeping) item(id int64) model.InboxItem {
	k.Helper()
	i, err := k.store.InboxItem(k.Ctx, k.Admin, id)
	k.Must(err)
	return i
}

// forgetTests run on both engines.
var forgetTests = map[string]func(t *testing.T, o db.Options){
	"webhooks: the version decides": testForgetOldWebhooks, "inbox: settled bodies go": testForgetOldInbox, "audit: in pieces": testForgetOldAudit,
}

func TestForgetOld_SQLite(t *testing.T) {
	for name, run := range forgetTests {
		t.Run(name, func(t *testing.T) { run(t, db.Options{Dir: memoryDir(t)}) })
	}
}

func testForgetOldPostgres(t *testing.T, c *cluster) {
	for name, run := range forgetTests {
		t.Run(name, func(t *testing.T) { run(t, db.Options{URL: c.url(c.schema(t))}) })
	}
}

func testForgetOldWebhooks(t *testing.T, o db.Options) {
	k := newKeeping(t, o)
	order := func(version int64, face int64) dbtest.Order {
		return dbtest.Order{WebhookID: fmt.Sprint("msg_v", version), Version: version, Customer: "kim", Receipt: k.Receipt("ana@50"), Tickets: []dbtest.Ticket{{ID: "T-1", Face: face}}}
	}
	k.wants(order(1, 1000), model.Applied)
	k.wants(order(2, 2000), model.Applied)
	parked := dbtest.Order{ID: "A-2", WebhookID: "msg_p", Tickets: []dbtest.Ticket{{ID: "T-2", Event: "gala"}}}
	k.wants(parked, model.Parked)
	if _, err := k.store.Receive(k.Ctx, k.ScanDelivery("msg_s", "T-1", 200)); err != nil {
		t.Fatal(err)
	}
	k.forget(db.Forgotten{})
	k.now = k.now.Add(60 * aDay)
	k.wants(dbtest.Order{ID: "A-3", WebhookID: "msg_later", Tickets: []dbtest.Ticket{{ID: "T-3"}}}, model.Applied)
	k.now = k.now.Add(31 * aDay)
	k.forget(db.Forgotten{Webhooks: 4})
	before := k.rows()
	k.wants(order(1, 1000), model.Stale)
	k.wants(order(2, 2000), model.Duplicate)
	if _, err := k.Send(func() dbtest.Order { o := order(2, 3000); o.WebhookID = "msg_v2x"; return o }()); model.KindOf(err) != model.Conflict {
		t.Errorf("other content of the same version: %v, want a conflict", err)
	}
	if out, err := k.store.Receive(k.Ctx, k.ScanDelivery("msg_s", "T-1", 200)); err != nil || out.Status != model.Duplicate {
		t.Errorf("the scan again: %s, %v", out.Status, err)
	}
	k.wants(parked, model.Parked)
	if after := k.rows(); after != before {
		t.Errorf("what came again changed the numbers from\n%s\nto\n%s", before, after)
	}
	k.AddEvent("acme", "gala")
	k.wants(parked, model.Duplicate)
}

func testForgetOldInbox(t *testing.T, o db.Options) {
	k := newKeeping(t, o)
	refused := dbtest.Order{WebhookID: "msg_a", Currency: "XXX", Tickets: []dbtest.Ticket{{ID: "T-1"}}}
	_, err := k.Send(refused)
	if model.KindOf(err) != model.Invalid {
		t.Fatal(err)
	}
	k.wants(dbtest.Order{ID: "A-2", WebhookID: "msg_p", Tickets: []dbtest.Ticket{{ID: "T-2", Event: "gala"}}}, model.Parked)
	k.wants(dbtest.Order{ID: "A-3", WebhookID: "msg_q", Tickets: []dbtest.Ticket{{ID: "T-3", Event: "encore"}}}, model.Parked)
	list, err := k.store.Inbox(k.Ctx, k.Admin, model.Paging{Limit: 10})
	k.Must(err)
	dismissed, open, corrected := list.Items[0].ID, list.Items[1].ID, list.Items[2].ID
	_, err = k.store.DismissInbox(k.Ctx, k.Admin, dismissed)
	k.Must(err)
	k.Place(dbtest.Order{WebhookID: "msg_a", Tickets: []dbtest.Ticket{{ID: "T-1"}}})
	k.now = k.now.Add(29 * aDay)
	k.forget(db.Forgotten{})
	k.now = k.now.Add(2 * aDay)
	k.forget(db.Forgotten{Bodies: 2})
	k.forget(db.Forgotten{})
	for _, id := range []int64{dismissed, corrected} {
		if i := k.item(id); i.Body != "" || !strings.Contains(i.BodyNote, "--keep-inbox") || i.Reason == "" || i.ResolvedAt == nil {
			t.Errorf("a settled item is %+v", i)
		}
	}
	if i := k.item(open); i.Body == "" || i.BodyNote != "" {
		t.Errorf("one that waits is %+v", i)
	}
	if _, err := k.store.RetryInbox(k.Ctx, k.Admin, dismissed); model.KindOf(err) != model.Conflict || !strings.Contains(err.Error(), "deleted") {
		t.Errorf("retry without its body: %v", err)
	}
	k.now = k.now.Add(90 * aDay)
	if _, err := k.store.ForgetOld(k.Ctx); err != nil { // the webhook ids
		t.Fatal(err)
	}
	if _, err := k.Send(refused); model.KindOf(err) != model.Invalid { // it is refused once more: an admin is to see why
		t.Fatal(err)
	}
	if i := k.item(corrected); i.Body != string(refused.Body()) || i.ResolvedAt != nil {
		t.Errorf("after it came again: %+v", i)
	}
}

func testForgetOldAudit(t *testing.T, o db.Options) {
	k := newKeeping(t, o)
	kept, err := k.store.Audit(k.Ctx, model.Actor{Role: model.Admin}, model.Paging{Limit: 10000})
	k.Must(err)
	links := make([]model.NewLink, 250)
	for i := range links {
		links[i] = model.NewLink{Name: "Name", Email: "name@example.com", NoMail: true}
	}
	_, err = k.store.AddLinks(k.Ctx, k.Admin, links)
	k.Must(err)
	k.now = k.now.Add(399 * aDay)
	k.AddLink("acme", "late", "")
	k.forget(db.Forgotten{})
	k.now = k.now.Add(2 * aDay)
	k.forget(db.Forgotten{Audit: int64(len(kept.Items)) + 250})
	left, err := k.store.Audit(k.Ctx, model.Actor{Role: model.Admin}, model.Paging{Limit: 10000})
	k.Must(err)
	if len(left.Items) != 1 || left.Items[0].Object != "late" {
		t.Errorf("left are %+v", left.Items)
	}
}

// Every column of the schema is said to be about buyers, about users, or about neither: a
// new one does not come in without that `privacy` tells of it.
func TestPrivacy_EachColumn_IsListed(t *testing.T) {
	dir := t.TempDir()
	openStore(t, db.Options{Dir: dir})
	file, err := sql.Open("sqlite3", dir+"/lastclick.db")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	wantListed(t, queryTexts(t, file, `SELECT m.name || '.' || c.name FROM sqlite_schema m JOIN pragma_table_info(m.name) c WHERE m.type = 'table'`), "commits")
}

func wantListed(t *testing.T, columns []string, besides string) {
	t.Helper()
	listed := db.ListedColumns()
	count := map[string]int{}
	for _, name := range listed {
		count[name]++
	}
	for _, name := range columns {
		if count[name] != 1 {
			t.Errorf("the column %s is listed %d times in privacy.go, want once", name, count[name])
		}
	}
	for _, name := range listed {
		if table, _, _ := strings.Cut(name, "."); !slices.Contains(columns, name) && table != besides {
			t.Errorf("privacy.go lists %s, which is not there", name)
		}
	}
}
