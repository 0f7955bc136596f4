package dbtest

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"pgregory.net/rapid"

	"lastclick/model"
)

// statement is the statement of a link, which the actor may have.
func (w *World) statement(code, from, to string, base model.StatementBase) model.Statement {
	w.Helper()
	st, err := w.Store.Statement(w.Ctx, As("acme"), model.StatementQuery{Link: code, From: from, To: to, Rate: "10%", Base: base})
	w.Must(err)
	return st
}

// linesOf are the lines of a statement, without their times.
func linesOf(st model.Statement) string {
	var b strings.Builder
	for _, l := range st.Lines {
		paid := "-"
		if l.Paid != nil {
			paid = fmt.Sprint(*l.Paid)
		}
		fmt.Fprintf(&b, "%s %s %s %s %d %s %d %s %s %d %d\n", l.Kind, l.Order, l.Event, l.Type, l.Tickets, l.Currency, l.FaceValue, paid, l.Base, l.Amount, *l.Share)
	}
	return b.String()
}

func (w *World) wantLines(st model.Statement, lines ...string) {
	w.Helper()
	want := strings.Join(lines, "\n")
	if want != "" {
		want += "\n"
	}
	if got := linesOf(st); got != want {
		w.Errorf("%s from %s to %s:\n%swant\n%s", st.Link, st.From, st.To, got, want)
	}
}

// soldOn is the day, in the client's timezone, on which orders are placed.
var soldOn = Minute(100).In(model.Location("Europe/London")).Format(time.DateOnly)

func today() string { return time.Now().In(model.Location("Europe/London")).Format(time.DateOnly) }

var statementTests = []test{
	{"R27: a later refund is a line of a later period", func(w *World) {
		o := Order{Receipt: w.Receipt("ana@50"), Customer: "kim", Tickets: []Ticket{{ID: "T-1"}, {ID: "T-2"}, {ID: "T-3", Type: "vip", Face: 9005}, {ID: "T-4", Type: "vip", Face: 9005, Paid: 8000}}}
		w.Place(o)
		w.Place(Order{ID: "A-2", Code: "bea", Tickets: []Ticket{{ID: "T-5"}}})
		first := w.statement("ana", soldOn, soldOn, "")
		sold := []string{
			"sale A-1 summerfest ga 2 GBP 9000 - face 9000 900", "sale A-1 summerfest vip 1 GBP 9005 - face 9005 901", "sale A-1 summerfest vip 1 GBP 9005 8000 face 9005 900", // 2701 of 27010
		}
		w.wantLines(first, sold...)
		if !first.Final || first.DrawnAt.IsZero() || first.Rule != model.LastClick || first.Window.String() != "1h" || first.Timezone != "Europe/London" || first.Tickets != 4 ||
			first.FaceValue["GBP"] != 27010 || first.Share["GBP"] != 2701 || !first.Lines[0].At.Equal(Minute(100)) || first.Name != "Name of ana" {
			w.Errorf("the statement is %s", asJSON(first))
		}
		o.Version, o.Tickets[1].Status, o.Tickets[3].Status = 2, model.Refunded, model.Void
		w.Place(o)
		again := w.statement("ANA", soldOn, soldOn, model.BasePaid)
		w.wantLines(again, "sale A-1 summerfest ga 2 GBP 9000 - face 9000 900", "sale A-1 summerfest vip 1 GBP 9005 - face 9005 901", "sale A-1 summerfest vip 1 GBP 9005 8000 paid 8000 800")
		if again.Unpaid != 2 || !again.DrawnAt.Equal(first.DrawnAt) {
			w.Errorf("the second statement is %s", asJSON(again))
		}
		w.wantLines(w.statement("ana", soldOn, soldOn, ""), sold...)
		later := w.statement("ana", today(), today(), model.BasePaid)
		w.wantLines(later, "refund A-1 summerfest ga -1 GBP -4500 - face -4500 -450", "void A-1 summerfest vip -1 GBP -9005 -8000 paid -8000 -800")
		if later.Final {
			w.Error("a day that is not over is final")
		}
	}},
	{"R27: at one rate the shares of an order add up to the share of what is left of it", func(w *World) {
		yesterday := time.Now().In(model.Location("Europe/London")).AddDate(0, 0, -1).Format(time.DateOnly)
		orders := 0
		rapid.Check(w.TB, func(rt *rapid.T) {
			orders++
			code := fmt.Sprint("share-", orders)
			w.AddLink("acme", code, "")
			o := Order{ID: code, Version: 1, Code: code}
			face := rapid.Int64Range(1, 40)
			for n := range rapid.IntRange(1, 4).Draw(rt, "tickets") {
				o.Tickets = append(o.Tickets, Ticket{
					ID: fmt.Sprint(code, "-", n), Type: rapid.SampledFrom([]string{"ga", "vip"}).Draw(rt, "type"), Face: face.Draw(rt, "face"), Paid: rapid.SampledFrom([]int64{0, 3, 14, 25}).Draw(rt, "paid"),
				})
			}
			w.Place(o)
			rate, base := rapid.SampledFrom([]string{"10%", "12.5%", "33.3333%", "50%"}).Draw(rt, "rate"), rapid.SampledFrom([]model.StatementBase{model.BaseFace, model.BasePaid}).Draw(rt, "base")
			draw := func(from, to string) model.Statement {
				st, err := w.Store.Statement(w.Ctx, As("acme"), model.StatementQuery{Link: code, From: from, To: to, Rate: rate, Base: base})
				if err != nil {
					rt.Fatal(err)
				}
				return st
			}
			first := draw(soldOn, yesterday)
			for range rapid.IntRange(0, 4).Draw(rt, "changes") {
				o.Version++
				o.Tickets = slices.Clone(o.Tickets)
				i := rapid.IntRange(0, len(o.Tickets)-1).Draw(rt, "ticket")
				o.Tickets[i].Status = rapid.SampledFrom([]model.Status{model.Refunded, model.Refunded, model.Void, model.Valid}).Draw(rt, "status")
				o.Tickets[i].Face = face.Draw(rt, "new face")
				w.Place(o)
			}
			if again := draw(soldOn, yesterday); linesOf(again) != linesOf(first) {
				rt.Fatalf("a drawn statement was\n%sand is\n%s", linesOf(first), linesOf(again))
			}
			later := draw(today(), today())
			left, r := first.Amount["GBP"]+later.Amount["GBP"], *first.Rate
			if got := first.Share["GBP"] + later.Share["GBP"]; got != r.Of(left) || first.Share["GBP"] != r.Of(first.Amount["GBP"]) {
				rt.Fatalf("%s of %d is %d, and the shares add up to %d:\n%s%s", r, left, r.Of(left), got, linesOf(first), linesOf(later))
			}
		})
	}},
	{"R27: what arrives for a final period is booked when it arrives", func(w *World) {
		w.wantLines(w.statement("ana", soldOn, soldOn, ""))
		o := Order{Receipt: w.Receipt("ana@50"), Tickets: []Ticket{{ID: "T-1"}}}
		w.Place(o)
		w.Place(Order{ID: "A-2", Code: "bea", Tickets: []Ticket{{ID: "T-2"}}}) // bea's period is open
		w.wantLines(w.statement("ana", soldOn, soldOn, ""))
		w.wantLines(w.statement("ana", today(), today(), ""), "sale A-1 summerfest ga 1 GBP 4500 - face 4500 450")
		w.wantLines(w.statement("bea", soldOn, soldOn, ""), "sale A-2 summerfest ga 1 GBP 4500 - face 4500 450")
		o.Version, o.Tickets[0].Status = 2, model.Refunded
		w.Place(o)
		w.wantLines(w.statement("ana", soldOn, soldOn, ""))
		w.wantLines(w.statement("ana", today(), today(), ""), "sale A-1 summerfest ga 1 GBP 4500 - face 4500 450", "refund A-1 summerfest ga -1 GBP -4500 - face -4500 -450")
	}},
	{"R27: periods that follow one another meet, also where the timezone has changed between", func(w *World) {
		zone := func(name string) {
			w.Helper()
			_, err := w.Store.SetClient(w.Ctx, w.Admin, "acme", model.ClientChange{Timezone: &name})
			w.Must(err)
		}
		orders := func(st model.Statement) (ids string) {
			for _, l := range st.Lines {
				ids += " " + strings.TrimPrefix(l.Order, st.Link+"-")
			}
			return strings.TrimSpace(ids)
		}
		for code, zones := range map[string][2]string{"west": {"Europe/London", "America/New_York"}, "east": {"Europe/London", "Pacific/Auckland"}, "far": {"Etc/GMT+12", "Pacific/Kiritimati"}} {
			w.AddLink("acme", code, "")
			zone(zones[0])
			begins := time.Date(2025, 6, 2, 0, 0, 0, 0, model.Location(zones[0]))
			for _, o := range []struct {
				id    string
				hours float64
			}{{"far-before", -10}, {"before", -0.1}, {"first", 0.1}, {"last", 23.9}, {"after", 24.1}, {"far-after", 34}} {
				w.Place(Order{ID: code + "-" + o.id, Code: code, Placed: begins.Add(time.Duration(o.hours * float64(time.Hour))), Tickets: []Ticket{{ID: code + o.id}}})
			}
			if got := orders(w.statement(code, "2025-06-02", "2025-06-02", "")); got != "first last" {
				w.Errorf("%s, the first statement: %s", code, got)
			}
			zone(zones[1])
			next, later := w.statement(code, "2025-06-03", "2025-06-03", ""), w.statement(code, "2025-06-04", "2025-06-06", "")
			if got := strings.TrimSpace(orders(next) + " " + orders(later)); got != "after far-after" {
				w.Errorf("%s, the statements behind it: %s", code, got)
			}
			if got := orders(w.statement(code, "2025-05-20", "2025-06-01", "")); got != "far-before before" {
				w.Errorf("%s, the one before it: %s", code, got)
			}
			if got := orders(w.statement(code, "2025-06-02", "2025-06-02", "")); got != "first last" {
				w.Errorf("%s, the first one again: %s", code, got)
			}
		}
	}},
	{"changes, tests and late receipts", func(w *World) {
		o := Order{Tickets: []Ticket{{ID: "T-1"}}}
		w.Place(o)
		w.wantLines(w.statement("ana", soldOn, today(), ""))
		o.Version, o.Receipt = 2, w.Receipt("ana@50")
		w.Place(o) // credited now
		w.wantLines(w.statement("ana", soldOn, soldOn, ""))
		o.Version, o.Tickets[0].Face = 3, 4000
		w.Place(o)
		o.Version, o.Tickets = 4, append(o.Tickets, Ticket{ID: "T-2", Face: Free})
		w.Place(o)
		st := w.statement("ana", today(), today(), "")
		if st.Tickets != 2 || st.FaceValue["GBP"] != 4000 {
			w.Errorf("the statement is %s", asJSON(st))
		}
		o.Version, o.Test = 5, true
		w.Place(o)
		st = w.statement("ana", today(), today(), "")
		if st.Tickets != 0 || st.FaceValue["GBP"] != 0 || len(st.Lines) == 0 {
			w.Errorf("the statement is %s", asJSON(st))
		}
	}},
	{"who may have a statement, and of what", func(w *World) {
		w.AddClient("zenith")
		q := model.StatementQuery{Link: "ana", From: soldOn, To: soldOn}
		for role, kind := range map[model.Role]model.Kind{model.Viewer: model.Denied, model.Member: model.Denied} {
			_, err := w.Store.Statement(w.Ctx, model.Actor{Name: "vic", Role: role, Client: "acme"}, q)
			w.wantKind(err, kind)
		}
		_, err := w.Store.Statement(w.Ctx, As("zenith"), q)
		w.wantKind(err, model.NotFound)
		for _, bad := range []model.StatementQuery{
			{Link: "ana"},
			{Link: "ana", From: soldOn},
			{Link: "ana", From: soldOn, To: "2020-01-01"},
			{Link: "ana", From: "june", To: soldOn},
			{Link: "ana", From: soldOn, To: soldOn, Rate: "101%"},
			{Link: "ana", From: soldOn, To: soldOn, Base: "net"},
		} {
			_, err := w.Store.Statement(w.Ctx, As("acme"), bad)
			w.wantKind(err, model.Invalid)
		}
		_, err = w.Store.ArchiveLink(w.Ctx, As("acme"), "ana")
		w.Must(err)
		w.wantLines(w.statement("ana", soldOn, soldOn, ""))
		w.statement("ana", soldOn, soldOn, "")
		audit, err := w.Store.Audit(w.Ctx, As("acme"), model.Paging{Limit: 2})
		w.Must(err)
		if audit.Items[0].Action != "statement" || audit.Items[0].Object != "ana" || audit.Items[1].Action != "link archive" {
			w.Errorf("drawn up twice, noted once: %s", asJSON(audit.Items))
		}
	}},
}
