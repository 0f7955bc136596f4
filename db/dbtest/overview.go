package dbtest

import (
	"fmt"
	"math/rand/v2"
	"time"

	"lastclick/model"
)

// overview reads acme's overview, and compares it with the pages of the same days.
func (w *World) overview(f model.Filter) model.Overview {
	w.Helper()
	o, err := w.Store.Overview(w.Ctx, As("acme"), f)
	w.Must(err)
	w.wantPeriod(o.Period, f)
	if o.Before != nil {
		b := f
		b.From, b.To = o.Before.From, o.Before.To
		w.wantPeriod(o.Before.Period, b)
	}
	var all model.Point
	for i, p := range o.Points {
		if i > 0 && !p.At.After(o.Points[i-1].At) {
			w.Errorf("%+v: %s follows %s", f, p.At, o.Points[i-1].At)
		}
		all.Orders, all.Tickets = all.Orders+p.Orders, all.Tickets+p.Tickets
	}
	if f.From != "" && (all.Orders != o.Orders || all.Tickets != o.Tickets) {
		w.Errorf("%+v: the points add up to %+v, and the numbers are %s", f, all, line(o.Numbers))
	}
	return o
}

// wantPeriod compares with the page, whose numbers are proved elsewhere.
func (w *World) wantPeriod(p model.Period, f model.Filter) {
	w.Helper()
	st := w.stats("acme", f)
	var clicks int64
	for _, l := range st.Links {
		clicks += l.Link.Clicks
	}
	if line(p.Numbers) != line(st.Total) || p.Clicks != clicks {
		w.Errorf("%+v: %s, %d clicks; the page says %s, %d clicks", f, line(p.Numbers), p.Clicks, line(st.Total), clicks)
	}
}

// daysOfPoints are the tickets of each day of an overview by the day.
func daysOfPoints(o model.Overview) (s string) {
	loc := model.Location(o.Timezone)
	for _, p := range o.Points {
		if p.Tickets > 0 {
			s += fmt.Sprintf("%s %d, ", p.At.In(loc).Format("2 Jan 15:04"), p.Tickets)
		}
	}
	return s
}

var overviewTests = []test{
	{"R21 a period beside the one before, over the days on which clocks change", func(w *World) {
		around := []time.Time{
			time.Date(2025, 3, 29, 0, 0, 0, 0, time.UTC), // London's clock goes forward
			time.Date(2025, 10, 25, 0, 0, 0, 0, time.UTC),
			time.Date(2025, 9, 6, 0, 0, 0, 0, time.UTC), // Santiago's, at midnight
		}
		w.randomClicks(around)
		for i := range 30 {
			at := around[i%len(around)].Add(time.Duration(rand.Int64N(int64(72 * time.Hour))))
			code := []string{"", "ana", "bea", "ana"}[i%4]
			r := ""
			if code != "" {
				link, _ := w.Store.LinkByCode(code)
				r = w.Store.Receipts().Sign(model.Receipt{}.Clicked(link.Link, at.Add(-time.Minute)), at)
			}
			w.Place(Order{
				ID: fmt.Sprint("B-", i), Placed: at, Customer: fmt.Sprint("c", i%17), Receipt: r, Currency: []string{"GBP", "EUR"}[i%11/10],
				Tickets: []Ticket{{ID: fmt.Sprint("B-", i, "-1")}, {ID: fmt.Sprint("B-", i, "-2"), Event: []string{"summerfest", "winterball"}[i%2], Status: []model.Status{model.Valid, model.Refunded}[i%9/8]}},
			})
		}
		for _, zone := range []string{"Europe/London", "America/Santiago", "Asia/Kathmandu"} {
			_, err := w.Store.SetClient(w.Ctx, w.Admin, "acme", model.ClientChange{Timezone: &zone}) // at first from the facts, later from days
			w.Must(err)
			for range 5 {
				from := around[rand.IntN(len(around))].AddDate(0, 0, rand.IntN(5)-1)
				f := model.Filter{From: from.Format(time.DateOnly), To: from.AddDate(0, 0, rand.IntN(5)).Format(time.DateOnly)}
				f.Event = []string{"", "summerfest", "winterball"}[rand.IntN(3)]
				if f.Event == "" && rand.IntN(3) == 0 {
					f.Link = "ana"
				}
				w.overview(f)
			}
			w.overview(model.Filter{From: "2025-01-01", To: "2025-12-31"})
		}
	}},
	{"R21 an overview has the days that it is of", func(w *World) {
		for id, placed := range map[string]time.Time{
			"A-1": time.Date(2025, 3, 30, 0, 30, 0, 0, time.UTC),   // 00:30, an hour before the clock goes forward
			"A-2": time.Date(2025, 3, 30, 22, 30, 0, 0, time.UTC),  // 23:30 in summer
			"A-3": time.Date(2025, 3, 30, 23, 30, 0, 0, time.UTC),  // the next day
			"A-4": time.Date(2025, 3, 28, 23, 59, 59, 0, time.UTC), // two days before
		} {
			w.Place(Order{ID: id, Placed: placed, Code: "ana", Tickets: []Ticket{{ID: id}}})
		}
		o := w.overview(model.Filter{From: "2025-03-30", To: "2025-03-30"})
		if got := daysOfPoints(o); o.Unit != model.PerHour || len(o.Points) != 23 || got != "30 Mar 00:00 1, 30 Mar 23:00 1, " {
			w.Errorf("a day of 23 hours: %d points by the %s, %s", len(o.Points), o.Unit, got)
		}
		if o.Before == nil || o.Before.From != "2025-03-29" || o.Before.To != "2025-03-29" || o.Before.Tickets != 0 {
			w.Errorf("the day before: %+v", o.Before)
		}
		o = w.overview(model.Filter{From: "2025-03-29", To: "2025-03-31"})
		if got := daysOfPoints(o); o.Unit != model.PerDay || len(o.Points) != 3 || got != "30 Mar 00:00 2, 31 Mar 00:00 1, " || o.Before.Tickets != 1 {
			w.Errorf("%d points by the %s, %s, before: %+v", len(o.Points), o.Unit, got, o.Before)
		}
		o = w.overview(model.Filter{From: "2025-01-01", To: "2025-06-30"})
		if o.Unit != model.PerWeek || len(o.Points) < 26 || len(o.Points) > 27 {
			w.Errorf("half a year has %d points by the %s", len(o.Points), o.Unit)
		}
		if o = w.overview(model.Filter{}); o.Before != nil || o.Tickets != 4 {
			w.Errorf("all days: %s, before: %+v", line(o.Numbers), o.Before)
		}
		if o = w.overview(model.Filter{From: "2999-01-01"}); len(o.Points) != 0 || o.Tickets != 0 {
			w.Errorf("the future: %+v", o)
		}
		if o = w.overview(model.Filter{To: "2025-03-30"}); o.Before != nil || o.Tickets != 3 {
			w.Errorf("without a first day: %s, before %+v", line(o.Numbers), o.Before)
		}
	}},
	{"an overview of all days begins with the first sale", func(w *World) {
		w.sold()
		o := w.overview(model.Filter{})
		if o.Unit != model.PerWeek || o.Points[0].Orders == 0 {
			w.Errorf("%d points by the %s, the first %+v", len(o.Points), o.Unit, o.Points[0])
		}
		if last := o.Points[len(o.Points)-1].At; time.Since(last) > 8*aDay {
			w.Errorf("the last week begins at %s", last)
		}
	}},
	{"R20 an overview counts clicks as the page does", func(w *World) {
		w.sold()
		ana, _ := w.Store.LinkByCode("ana")
		for _, f := range []model.Filter{{}, {Event: "winterball"}, {Event: "summerfest"}, {Link: "bea"}, {From: time.Now().AddDate(0, 0, -200).Format(time.DateOnly)}} {
			before := w.overview(f).Clicks
			w.click(model.Click{Link: ana.Link, At: time.Now()})
			if after := w.overview(f).Clicks; (after != before+1) != (f.Link == "bea") {
				w.Errorf("%+v: %d clicks, then %d", f, before, after)
			}
		}
	}},
	{"an overview of a day's history goes by the hour", func(w *World) {
		w.sell("A-1", time.Minute, "ana", Ticket{}, Ticket{})
		if o := w.overview(model.Filter{}); o.Unit != model.PerHour || len(o.Points) > 50 || len(o.Points) == 0 || o.Before != nil {
			w.Errorf("%d points by the %s, before: %+v", len(o.Points), o.Unit, o.Before)
		}
	}},
	{"whose overview", func(w *World) {
		w.AddClient("zenith")
		_, err := w.Store.Overview(w.Ctx, As("zenith"), model.Filter{Event: "summerfest"})
		w.wantKind(err, model.NotFound)
		_, err = w.Store.Overview(w.Ctx, As("zenith"), model.Filter{Link: "ana"})
		w.wantKind(err, model.NotFound)
		_, err = w.Store.Overview(w.Ctx, As("acme"), model.Filter{From: "2025-02-30"})
		w.wantKind(err, model.Invalid)
		_, err = w.Store.Overview(w.Ctx, model.Actor{Client: "acme"}, model.Filter{})
		w.wantKind(err, model.Denied)
	}},
}
