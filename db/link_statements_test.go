package db_test

import (
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

	"lastclick/db"
	"lastclick/db/dbtest"
	"lastclick/model"
	"lastclick/model/testenv"
)

// Statements of consecutive periods add up to the numbers as they are, and one that was drawn
// up after its period stays as it was, whatever comes later, and whatever timezone the client
// has by then.
func TestStatements_R27_PeriodsAddUpAndStay(t *testing.T) {
	const days = 8
	start := time.Date(2026, 10, 22, 9, 0, 0, 0, time.UTC) // the clock goes back on the 25th
	clock := testenv.NewClock(start)
	store, err := db.Open(t.Context(), db.Options{Dir: t.TempDir(), Now: clock.Now})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = store.Close() })
	w := dbtest.Seed(t, store)
	orders, links := 0, 0
	london := model.Location("Europe/London")
	zone := func(name string) {
		_, err := store.SetClient(t.Context(), w.Admin, "acme", model.ClientChange{Timezone: &name})
		w.Must(err)
	}
	day := func(n int) string { return start.In(london).AddDate(0, 0, n).Format(time.DateOnly) }
	rapid.Check(t, func(rt *rapid.T) {
		clock.Set(start)
		zone("Europe/London")
		links++
		code := fmt.Sprint("link-", links)
		w.AddLink("acme", code, "")
		draw := func(from, to int, base model.StatementBase) model.Statement {
			st, err := store.Statement(t.Context(), dbtest.As("acme"), model.StatementQuery{Link: code, From: day(from), To: day(to), Rate: "12.5%", Base: base})
			if err != nil {
				rt.Fatal(err)
			}
			return st
		}
		drawn := map[[2]int]string{}
		var placed []dbtest.Order
		for range rapid.IntRange(5, 25).Draw(rt, "steps") {
			switch rapid.IntRange(0, 6).Draw(rt, "step") {
			case 0, 1:
				orders++
				o := dbtest.Order{
					ID: fmt.Sprint("O-", orders), Version: 1, Placed: clock.Now().Add(-time.Duration(rapid.IntRange(0, 60).Draw(rt, "hours ago")) * time.Hour),
					Code: rapid.SampledFrom([]string{code, code, "bea", ""}).Draw(rt, "code"), Currency: rapid.SampledFrom([]string{"GBP", "EUR"}).Draw(rt, "currency"),
				}
				for n := range rapid.IntRange(1, 3).Draw(rt, "tickets") {
					o.Tickets = append(o.Tickets, dbtest.Ticket{ID: fmt.Sprint("T-", orders, "-", n)})
				}
				placed = append(placed, o)
				w.Place(o)
			case 2, 3:
				if len(placed) == 0 {
					continue
				}
				i := rapid.IntRange(0, len(placed)-1).Draw(rt, "order")
				o := &placed[i]
				o.Version++
				o.Test = rapid.IntRange(0, 9).Draw(rt, "test") == 0
				if rapid.IntRange(0, 4).Draw(rt, "placed anew") == 0 {
					o.Placed = o.Placed.Add(-26 * time.Hour)
				}
				o.Tickets = append([]dbtest.Ticket(nil), o.Tickets...)
				for n := range o.Tickets {
					o.Tickets[n] = dbtest.Ticket{
						ID: o.Tickets[n].ID, Event: rapid.SampledFrom([]string{"", "", "winterball"}).Draw(rt, "event"), Type: rapid.SampledFrom([]string{"ga", "ga", "vip"}).Draw(rt, "type"), Face: rapid.SampledFrom([]int64{dbtest.Free, 4500, 9001}).Draw(rt, "face"),
						Paid: rapid.SampledFrom([]int64{0, 4001, dbtest.Free}).Draw(rt, "paid"), Status: rapid.SampledFrom([]model.Status{model.Valid, model.Valid, model.Refunded, model.Void}).Draw(rt, "status"),
					}
				}
				if len(o.Tickets) > 1 && rapid.IntRange(0, 3).Draw(rt, "leave out") == 0 {
					o.Tickets = o.Tickets[:len(o.Tickets)-1]
				}
				w.Place(*o)
			case 4:
				clock.Add(time.Duration(rapid.IntRange(1, 30).Draw(rt, "hours")) * time.Hour)
				continue
			case 5:
				zone(rapid.SampledFrom([]string{"Europe/London", "America/New_York", "Pacific/Auckland"}).Draw(rt, "zone"))
			case 6:
				from := rapid.IntRange(-3, 2).Draw(rt, "from")
				to := from + rapid.IntRange(0, 3).Draw(rt, "days")
				st := draw(from, to, model.BasePaid)
				if was, ok := drawn[[2]int{from, to}]; ok && was != fmt.Sprint(linesOf(st)) {
					rt.Fatalf("the statement from %s to %s was\n%s\nand is\n%s", st.From, st.To, was, linesOf(st))
				}
				if st.Final {
					drawn[[2]int{from, to}] = linesOf(st)
				}
				continue
			}
		}
		for period, was := range drawn {
			if is := linesOf(draw(period[0], period[1], model.BasePaid)); is != was {
				rt.Fatalf("the statement from %s to %s was\n%s\nand is\n%s", day(period[0]), day(period[1]), was, is)
			}
		}
		length := rapid.IntRange(1, 5).Draw(rt, "length of a period")
		clock.Set(start.AddDate(0, 0, 60))
		got, shares, ofOrders := map[string][2]int64{}, model.Money{}, map[string][2]int64{}
		for from := -40; from < days+60; from += length {
			st := draw(from, from+length-1, model.BaseFace)
			var share int64
			for _, l := range st.Lines {
				was := got[l.Event+" "+l.Type]
				got[l.Event+" "+l.Type] = [2]int64{was[0] + l.Tickets, was[1] + l.FaceValue}
				share += *l.Share
				of := ofOrders[l.Order+" "+l.Currency]
				ofOrders[l.Order+" "+l.Currency] = [2]int64{of[0] + l.Amount, of[1] + *l.Share}
			}
			for _, amount := range st.Share {
				shares.Add("all", amount)
				share -= amount
			}
			if share != 0 {
				rt.Fatalf("the shares of %s do not add up", st.From)
			}
		}
		for order, of := range ofOrders {
			if rate := model.Rate(125_000); rate.Of(of[0]) != of[1] {
				rt.Fatalf("%s: %s of %d is %d, and its shares add up to %d", order, rate, of[0], rate.Of(of[0]), of[1])
			}
		}
		stats, err := store.Stats(t.Context(), dbtest.As("acme"), model.Filter{Link: code})
		if err != nil {
			rt.Fatal(err)
		}
		for _, tt := range stats.Links[0].TicketTypes {
			k := tt.Event + " " + tt.Type
			var face int64
			for _, amount := range tt.FaceValue {
				face += amount
			}
			if got[k] != [2]int64{tt.Tickets, face} {
				rt.Fatalf("%s: the statements add up to %v, the numbers are %d tickets, %s", k, got[k], tt.Tickets, tt.FaceValue)
			}
			delete(got, k)
		}
		for k, n := range got {
			if n != [2]int64{} {
				rt.Fatalf("%s: the statements add up to %v, and nothing is left of it", k, n)
			}
		}
	})
	if diffs, err := store.Check(t.Context()); err != nil || len(diffs) > 0 {
		t.Fatal(diffs, err)
	}
}

func linesOf(st model.Statement) string {
	var s string
	for _, l := range st.Lines {
		paid := "-"
		if l.Paid != nil {
			paid = fmt.Sprint(*l.Paid)
		}
		s += fmt.Sprintln(l.At.Format(time.RFC3339Nano), l.Kind, l.Order, l.Type, l.Tickets, l.Currency, l.FaceValue, paid, *l.Share)
	}
	return s
}
