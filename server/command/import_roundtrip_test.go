package command

import (
	"encoding/csv"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"lastclick/db"
	"lastclick/model"
)

// postedOrder is an order that was posted, in one of its versions.
type postedOrder struct {
	id       string
	body     string
	customer string
}

// drawOrders draws what checkouts have posted: orders whose credit a code can say, each in
// up to two versions, and scans.
func drawOrders(t *rapid.T, customers bool) (orders []postedOrder, scans []string) {
	pick := func(label string, of ...string) string { return rapid.SampledFrom(of).Draw(t, label) }
	for n := range rapid.IntRange(0, 6).Draw(t, "orders") {
		id := fmt.Sprint("A-", n)
		placed := noon.Add(-time.Duration(rapid.IntRange(1, 200_000).Draw(t, "placed")) * time.Second).Format(time.RFC3339)
		code, test := pick("code", "", "ana", "bea"), rapid.IntRange(0, 5).Draw(t, "test") == 0
		customer, email := "", ""
		if customers {
			customer, email = pick("customer", "", "kim", "lou"), pick("email", "", "kim@example.com")
		}
		returning := customers && rapid.IntRange(0, 5).Draw(t, "returning") == 0
		currency := pick("currency", "GBP", "EUR", "JPY", "KWD")
		for version := range rapid.IntRange(1, 2).Draw(t, "versions") {
			consent := pick("consent", "", "", `,"consent":false`, `,"consent":true`)
			var tickets []string
			for k := range rapid.IntRange(1, 3).Draw(t, "tickets") {
				event := pick("event", "summerfest", "winterball")
				if k == 0 && code == "bea" {
					event = "summerfest" // that bea tracks: without a ticket for it the order is as one without a code
				}
				typ := pick("type", "ga", "vip", "=1+1")
				tickets = append(tickets, fmt.Sprintf(`{"id":"%s-%d","event":%q,"type":%q,"type_name":"Type %s, \"quoted\"","face_value":%d,"status":%q}`,
					id, k, event, typ, typ, rapid.Int64Range(0, 99_999).Draw(t, "face"), pick("status", "valid", "valid", "refunded", "void")))
				if rapid.IntRange(0, 3).Draw(t, "scanned") == 0 {
					scans = append(scans, fmt.Sprintf(`{"type":"ticket.%s","data":{"ticket":"%s-%d","at":%q}}`, pick("scan", "scanned", "scanned", "unscanned"), id, k, noon.Add(time.Duration(len(scans))*time.Second).Format(time.RFC3339)))
				}
			}
			body := fmt.Sprintf(`{"type":"order.placed","data":{"id":%q,"version":%d,"placed_at":%q,"test":%v,"currency":%q,"customer":{"id":%q,"email":%q,"returning":%v},"tracking":{"code":%q%s},"tickets":[%s]}}`,
				id, version+1, placed, test, currency, customer, email, returning, code, consent, strings.Join(tickets, ","))
			orders = append(orders, postedOrder{id, body, strings.Join([]string{customer, email, fmt.Sprint(returning)}, ",")})
		}
	}
	return orders, scans
}

// storeIn opens a store for one check of rapid, and ends it with the check.
func storeIn(t *rapid.T, outer *testing.T) *platform {
	dir, err := os.MkdirTemp(outer.TempDir(), "store")
	if err != nil {
		t.Fatal(err)
	}
	store, err := db.Open(outer.Context(), db.Options{Dir: dir, BaseURL: "https://go.example", Now: func() time.Time { return noon }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := store.Close(); err != nil {
			t.Error(err)
		}
	})
	p := &platform{t: outer, store: store}
	p.admin(`'client add acme --name Acme --url https://tickets.example/acme --timezone Europe/London'`)
	p.admin(`checkout add shop`)
	for _, event := range []string{"summerfest", "winterball"} {
		p.admin(`event add ` + event + ` --name ` + event + ` --url https://tickets.example/` + event)
	}
	return p
}

// numbers are stats --json without what is a link's own secret.
func (p *platform) numbers() string {
	var all map[string]any
	if err := json.Unmarshal([]byte(p.admin("stats --json")), &all); err != nil {
		p.t.Fatal(err)
	}
	for _, l := range all["links"].([]any) {
		delete(l.(map[string]any)["link"].(map[string]any), "stats_url")
	}
	b, err := json.MarshalIndent(all, "", " ")
	if err != nil {
		p.t.Fatal(err)
	}
	return string(b)
}

// What is exported and imported into an empty platform with the same client and events
// gives the same numbers; a second time it changes nothing. Exports say nothing of the
// buyers, so where there are customers their columns are added here.
func TestImport_OfExports_SameNumbers(outer *testing.T) {
	fewer(outer, 20)
	rapid.Check(outer, func(t *rapid.T) {
		customers := rapid.Bool().Draw(t, "customers")
		orders, scans := drawOrders(t, customers)
		from, to := storeIn(t, outer), storeIn(t, outer)
		from.admin(`link add "Ana Diaz" ana@example.com --code ana --no-mail`)
		from.admin(`link add "Bea, the \"B\"" bea@example.com --event summerfest --code bea --source email --no-mail`)
		buyers := map[string]string{}
		for n, o := range orders {
			from.deliver(fmt.Sprint("o-", n), o.body)
			buyers[o.id] = o.customer
		}
		for n, body := range scans {
			from.deliver(fmt.Sprint("s-", n), body)
		}
		tickets := from.admin("export tickets")
		if customers {
			tickets = withBuyers(outer, tickets, buyers)
		}
		links := from.admin("export links")
		to.counts(0, model.Admin, links, "link import --no-mail")
		dry := to.counts(0, model.Admin, tickets, "order import --dry-run")
		done := to.counts(0, model.Admin, tickets, "order import")
		if *dry.Orders != *done.Orders || *dry.Scans != *done.Scans {
			t.Fatalf("a dry run said %+v %+v, then it was %+v %+v", dry.Orders, dry.Scans, done.Orders, done.Scans)
		}
		if got, want := to.numbers(), from.numbers(); got != want {
			t.Fatalf("imported:\n%s\nexported:\n%s\nof\n%s", got, want, tickets)
		}
		if again := to.counts(0, model.Admin, tickets, "order import"); *again.Orders != (importCounts{Duplicate: again.Orders.Duplicate}) || again.Scans.Applied > 0 {
			t.Fatalf("again: %+v %+v", again.Orders, again.Scans)
		}
		once := to.numbers()
		if again := to.counts(0, model.Admin, links, "link import"); again.Links.Duplicate != 2 || to.numbers() != once {
			t.Fatalf("again: %+v", again.Links)
		}
		if same := from.counts(0, model.Admin, tickets, "order import"); *same.Orders != (importCounts{Stale: same.Orders.Stale}) {
			t.Fatalf("where they came from: %+v", same.Orders)
		}
		to.sound()
	})
}

// fewer has rapid check so often, unless the command line said how often: a check opens
// two databases.
func fewer(t *testing.T, n int) {
	t.Helper()
	f := flag.Lookup("rapid.checks")
	was := f.Value.String()
	if was != f.DefValue {
		return
	}
	if err := f.Value.Set(strconv.Itoa(n)); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = f.Value.Set(was) }) // what it was can be set
}

// withBuyers adds to a file of tickets who bought them.
func withBuyers(t *testing.T, file string, buyers map[string]string) string {
	t.Helper()
	rows, err := csv.NewReader(strings.NewReader(file)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	w := csv.NewWriter(&b)
	for n, cells := range rows {
		more := []string{"customer", "email", "returning"}
		if n > 0 {
			more = strings.Split(buyers[cells[1]], ",")
		}
		if err := w.Write(append(cells, more...)); err != nil {
			t.Fatal(err)
		}
	}
	w.Flush()
	return b.String()
}
