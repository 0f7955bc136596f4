package dbtest

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"lastclick/model"
)

// export is an export of acme, its cells parted by bars.
func (w *World) export(what string) string {
	w.Helper()
	var b strings.Builder
	w.Must(w.Store.Export(w.Ctx, As("acme"), what, func(cells []string) error {
		b.WriteString(strings.Join(cells, "|") + "\n")
		return nil
	}))
	return b.String()
}

func (w *World) wantExport(what, want string) {
	w.Helper()
	if got := w.export(what); got != want {
		w.Errorf("%s:\n%s\nwant\n%s", what, got, want)
	}
}

// exported is what the tests of exports begin with.
func (w *World) exported() {
	w.Helper()
	w.AddClient("zenith")
	w.AddEvent("zenith", "nightshift")
	ana, _ := w.Store.LinkByCode("ana")
	w.click(model.Click{Link: ana.Link, At: Minute(1), Visitor: true, QR: true})
	w.click(model.Click{Link: ana.Link, At: Minute(2), Bot: true})
	w.Place(Order{ID: "A-1", Email: "kim@buyers.example", Receipt: w.Receipt("ana@50"), Tickets: []Ticket{
		{ID: "T-1"}, {ID: "T-2", Type: "vip", Face: 123456}, {ID: "T-3", Status: model.Refunded}, {ID: "T-4", Event: "nightshift"}, {ID: "T-9"},
	}})
	w.Place(Order{ID: "A-1", Version: 2, Email: "kim@buyers.example", Receipt: w.Receipt("ana@50"), Channel: "box_office", Tickets: []Ticket{
		{ID: "T-1", Paid: 4000}, {ID: "T-2", Type: "vip", Face: 123456, Paid: Free}, {ID: "T-3", Status: model.Refunded, Paid: 4500}, {ID: "T-4", Event: "nightshift"},
	}})
	w.Place(Order{ID: "A-2", Placed: Minute(110), Currency: "JPY", Receipt: w.Receipt("ana@60"), Consent: model.ConsentGiven, Tickets: []Ticket{{ID: "T-5", Face: 5000}}})
	w.Place(Order{ID: "A-3", Placed: Minute(90), Test: true, Customer: "cus_77", Consent: model.ConsentRefused, Tickets: []Ticket{{ID: "T-6"}}})
	w.Place(Order{ID: "A-4", Placed: Minute(120), Customer: "cus_78", Receipt: w.Receipt("bea@100"), Tickets: []Ticket{{ID: "T-7"}, {ID: "T-8", Event: "winterball", Face: Free}}})
	w.Scan("T-1", 300, true)
}

var exportTests = []test{
	{"tickets", func(w *World) {
		w.exported()
		w.wantExport("tickets", `ticket|order|checkout|placed_at|test|event|type|type_name|status|scanned|scanned_at|link|reason|currency|face_value|paid|channel|consent
T-6|A-3|box|2025-06-02T11:30:00Z|true|summerfest|ga|Type ga|valid|false|||test|GBP|45.00|||false
T-1|A-1|box|2025-06-02T11:40:00Z|false|summerfest|ga|Type ga|valid|true|2025-06-02T15:00:00Z|ana|last_click|GBP|45.00|40.00|box_office|
T-2|A-1|box|2025-06-02T11:40:00Z|false|summerfest|vip|Type vip|valid|false||ana|last_click|GBP|1234.56|0.00|box_office|
T-3|A-1|box|2025-06-02T11:40:00Z|false|summerfest|ga|Type ga|refunded|false||ana|last_click|GBP|45.00|45.00|box_office|
T-5|A-2|box|2025-06-02T11:50:00Z|false|summerfest|ga|Type ga|valid|false||ana|last_click|JPY|5000|||true
T-7|A-4|box|2025-06-02T12:00:00Z|false|summerfest|ga|Type ga|valid|false||bea|last_click|GBP|45.00|||
T-8|A-4|box|2025-06-02T12:00:00Z|false|winterball|ga|Type ga|valid|false|||other_event|GBP|0.00|||
`)
	}},
	{"orders", func(w *World) {
		w.exported()
		w.wantExport("orders", `id|checkout|placed_at|version|test|customer_new|tickets|scanned|unscanned|refunded|links|reasons|currency|face_value|paid|channel|consent
A-3|box|2025-06-02T11:30:00Z|1|true|false|0|0|0|0||test|GBP|0.00|||false
A-1|box|2025-06-02T11:40:00Z|2|false|true|2|1|1|1|ana|last_click|GBP|1279.56|40.00|box_office|
A-2|box|2025-06-02T11:50:00Z|1|false||1|0|1|0|ana|last_click|JPY|5000|||true
A-4|box|2025-06-02T12:00:00Z|1|false|true|2|0|2|0|bea|last_click other_event|GBP|45.00|||
`)
	}},
	{"the hour that comes twice in autumn", func(w *World) {
		for i, placed := range []time.Time{time.Date(2025, 10, 26, 0, 30, 0, 0, time.UTC), time.Date(2025, 10, 26, 1, 30, 0, 0, time.UTC)} {
			w.Place(Order{ID: fmt.Sprint("A-", i), Placed: placed, Tickets: []Ticket{{ID: fmt.Sprint("T-", i)}}})
		}
		w.wantExport("orders", `id|checkout|placed_at|version|test|customer_new|tickets|scanned|unscanned|refunded|links|reasons|currency|face_value|paid|channel|consent
A-0|box|2025-10-26T00:30:00Z|1|false||1|0|1|0||no_click|GBP|45.00|||
A-1|box|2025-10-26T01:30:00Z|1|false||1|0|1|0||no_click|GBP|45.00|||
`)
	}},
	{"links", func(w *World) {
		w.exported()
		_, err := w.Store.ArchiveLink(w.Ctx, As("acme"), "bea")
		w.Must(err)
		w.AddLink("acme", "cyd", "winterball")
		w.AddAlias("ana", "ana20")
		w.AddAlias("ana", "ana10")
		rows := strings.Split(strings.TrimSpace(w.export("links")), "\n")
		want := []string{
			"code|name|email|level|event|source|short_url|full_url|archived|created_at|aliases|clicks|visitors|bots|qr_scans|customers|new_customers|orders|tickets|scanned|unscanned|currency|face_value",
			"ana|Name of ana|ana@example.com|client||subpromoter|/ana|/c/acme?act=subpromoterv3&sp=ana|false|…|ana10 ana20|1|1|1|1|1|1|2|3|1|2|GBP|1279.56",
			"ana|Name of ana|ana@example.com|client||subpromoter|/ana|/c/acme?act=subpromoterv3&sp=ana|false|…|ana10 ana20|||||||||||JPY|5000",
			"bea|Name of bea|bea@example.com|event|summerfest|subpromoter|/bea|/e/summerfest?act=subpromoterv3&sp=bea|true|…||0|0|0|0|1|1|1|1|0|1|GBP|45.00",
			"cyd|Name of cyd|cyd@example.com|event|winterball|subpromoter|/cyd|/e/winterball?act=subpromoterv3&sp=cyd|false|…||0|0|0|0|0|0|0|0|0|0||",
		}
		if len(rows) != len(want) {
			w.Fatalf("%d rows, want %d:\n%s", len(rows), len(want), strings.Join(rows, "\n"))
		}
		for i, row := range rows {
			cells := strings.Split(row, "|")
			if i > 0 {
				cells[9] = "…" // when the test ran
			}
			if got := strings.Join(cells, "|"); got != want[i] {
				w.Errorf("row %d:\n%s\nwant\n%s", i, got, want[i])
			}
		}
	}},
	{"nothing of the buyers, nothing of other clients", func(w *World) {
		w.exported()
		w.AddLink("zenith", "zoe", "")
		for _, what := range []string{"links", "orders", "tickets"} {
			rows := w.export(what)
			for _, secret := range []string{"buyers.example", "cus_7", "nightshift", "T-4", "zoe", "/stats/"} {
				if strings.Contains(rows, secret) {
					w.Errorf("%s tell %s:\n%s", what, secret, rows)
				}
			}
			for _, row := range strings.Split(strings.TrimSpace(rows), "\n") {
				if n, want := strings.Count(row, "|"), strings.Count(rows[:strings.IndexByte(rows, '\n')], "|"); n != want {
					w.Errorf("%s: a row of %d cells under a header of %d: %s", what, n+1, want+1, row)
				}
			}
		}
	}},
	{"an export is one snapshot", func(w *World) {
		w.exported()
		rows := 0
		w.Must(w.Store.Export(w.Ctx, As("acme"), "tickets", func([]string) error {
			if rows++; rows == 2 {
				w.Place(Order{ID: "A-9", Placed: Minute(500), Tickets: []Ticket{{ID: "T-99"}}})
			}
			return nil
		}))
		if rows != 8 || !strings.Contains(w.export("tickets"), "T-99") {
			w.Errorf("%d rows, want the 8 that were there when it began", rows)
		}
	}},
	{"a reader that stops", func(w *World) {
		w.exported()
		enough, rows := errors.New("enough"), 0
		for _, what := range []string{"links", "orders", "tickets"} {
			for stop := 1; stop <= 3; stop++ {
				rows = 0
				err := w.Store.Export(w.Ctx, As("acme"), what, func([]string) error {
					if rows++; rows == stop {
						return enough
					}
					return nil
				})
				if err != enough || rows != stop { //nolint:errorlint // it is returned as it is, not wrapped
					w.Errorf("%s: stopped after %d rows with %v, want %d", what, rows, err, stop)
				}
			}
		}
	}},
	{"who may export what", func(w *World) {
		none := func([]string) error { w.Error("a row"); return nil }
		w.wantKind(w.Store.Export(w.Ctx, As("acme"), "people", none), model.Invalid)
		w.wantKind(w.Store.Export(w.Ctx, As("nobody"), "links", none), model.NotFound)
		w.wantKind(w.Store.Export(w.Ctx, model.Actor{Client: "acme"}, "links", none), model.Denied)
		w.wantKind(w.Store.Export(w.Ctx, model.Actor{Role: model.Admin}, "links", none), model.Invalid)
		w.Must(w.Store.Export(w.Ctx, model.Actor{Role: model.Viewer, Client: "acme"}, "links", func([]string) error { return nil }))
	}},
}
