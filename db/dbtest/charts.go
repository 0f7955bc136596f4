package dbtest

import (
	"fmt"
	"time"

	"lastclick/model"
)

// series reads a chart of acme and checks what holds of every chart.
func (w *World) series(code string, span model.Span) model.Series {
	w.Helper()
	before := time.Now()
	s, err := w.Store.Series(w.Ctx, As("acme"), code, span)
	w.Must(err)
	if s.Span != span || s.Timezone != "Europe/London" || len(s.Points) == 0 {
		w.Fatalf("series %s", asJSON(s))
	}
	for i, p := range s.Points[1:] {
		if d := p.At.Sub(s.Points[i].At); d <= 0 || d > 25*time.Hour {
			w.Errorf("%s: %s follows %s", span, p.At, s.Points[i].At)
		}
	}
	if last := s.Points[len(s.Points)-1].At; last.After(time.Now()) || before.Sub(last) > 25*time.Hour {
		w.Errorf("%s: the last point begins at %s and does not hold the present", span, last)
	}
	return s
}

// sum adds up the points: clicks, orders, tickets.
func sum(s model.Series) string {
	var all model.Point
	for _, p := range s.Points {
		all.Clicks += p.Clicks
		all.Orders += p.Orders
		all.Tickets += p.Tickets
	}
	return fmt.Sprintf("%d clicks, %d orders, %d tickets", all.Clicks, all.Orders, all.Tickets)
}

// sell places orders of the last days, by their age; the receipt's click comes a
// minute before.
func (w *World) sell(id string, age time.Duration, code string, tickets ...Ticket) {
	w.Helper()
	placed := time.Now().Add(-age)
	r := model.Receipt{}
	if code != "" {
		link, _ := w.Store.LinkByCode(code)
		w.click(model.Click{Link: link.Link, At: placed.Add(-time.Minute), Visitor: true})
		r = r.Clicked(link.Link, placed.Add(-time.Minute))
	}
	for i := range tickets {
		tickets[i].ID = fmt.Sprint(id, "-", i)
	}
	w.Place(Order{ID: id, Placed: placed, Customer: id, Receipt: w.Store.Receipts().Sign(r, placed), Tickets: tickets})
}

const aDay = 24 * time.Hour

// sold is what the tests of charts begin with.
func (w *World) sold() {
	w.Helper()
	w.sell("A-1", time.Minute, "ana", Ticket{}, Ticket{}, Ticket{Status: model.Refunded})
	w.sell("A-2", 3*aDay, "ana", Ticket{Event: "winterball"})
	w.sell("A-3", 20*aDay, "bea", Ticket{}, Ticket{Status: model.Void})
	w.sell("A-4", 100*aDay, "ana", Ticket{})
	w.sell("A-5", 500*aDay, "ana", Ticket{})
	w.sell("A-6", time.Minute, "", Ticket{}, Ticket{Event: "winterball"}) // unattributed
	w.sell("A-7", time.Minute, "ana", Ticket{Status: model.Refunded})
	ana, _ := w.Store.LinkByCode("ana")
	w.click(model.Click{Link: ana.Link, At: time.Now(), Bot: true})
	test := Order{ID: "A-8", Placed: time.Now(), Code: "bea", Tickets: []Ticket{{ID: "T"}}}
	w.Place(test)
	test.Version, test.Test = 2, true // as it turns out
	w.Place(test)
}

var chartTests = []test{
	{"R20 R21 clicks and orders over time", func(w *World) {
		w.sold()
		for _, tt := range []struct {
			code string
			span model.Span
			n    int
			want string
		}{
			{"ana", model.Day, 24, "2 clicks, 1 orders, 2 tickets"},
			{"", model.Day, 24, "2 clicks, 1 orders, 2 tickets"},
			{"ana", model.Week, 7, "3 clicks, 2 orders, 3 tickets"},
			{"ana", model.Month, 30, "3 clicks, 2 orders, 3 tickets"},
			{"Bea", model.Month, 30, "1 clicks, 1 orders, 1 tickets"},
			{"", model.Month, 30, "4 clicks, 3 orders, 4 tickets"},
			{"", model.All, 0, "5 clicks, 4 orders, 5 tickets"},
		} {
			s := w.series(tt.code, tt.span)
			if got := sum(s); got != tt.want || tt.n != 0 && len(s.Points) != tt.n {
				w.Errorf("%q %s: %d points, %s; want %d, %s", tt.code, tt.span, len(s.Points), got, tt.n, tt.want)
			}
		}
		if s := w.series("", model.All); len(s.Points) < 100 || len(s.Points) > 102 || s.Points[0].Clicks+s.Points[0].Orders == 0 {
			w.Errorf("all begins with the first click or order: %d points, the first %+v", len(s.Points), s.Points[0])
		}
		if s := w.series("bea", model.Day); sum(s) != "0 clicks, 0 orders, 0 tickets" || len(s.Points) != 24 {
			w.Errorf("bea: %s", sum(s))
		}
	}},
	{"a chart of nothing has the present", func(w *World) {
		if s := w.series("", model.All); len(s.Points) != 1 {
			w.Errorf("%d points", len(s.Points))
		}
	}},
	{"whose charts", func(w *World) {
		w.AddClient("zenith")
		_, err := w.Store.Series(w.Ctx, As("zenith"), "ana", model.Day)
		w.wantKind(err, model.NotFound)
		_, err = w.Store.Series(w.Ctx, As("acme"), "ana", "1y")
		w.wantKind(err, model.Invalid)
		_, err = w.Store.Series(w.Ctx, model.Actor{Client: "acme"}, "ana", model.Day)
		w.wantKind(err, model.Denied)
		_, err = w.Store.Trends(w.Ctx, model.Actor{Client: "acme"}, 7)
		w.wantKind(err, model.Denied)
		_, err = w.Store.EventStats(w.Ctx, model.Actor{Client: "acme"})
		w.wantKind(err, model.Denied)
		for _, days := range []int{-1, 0, model.MaxSpanDays + 1} {
			_, err = w.Store.Trends(w.Ctx, As("acme"), days)
			w.wantKind(err, model.Invalid)
		}
		viewer := model.Actor{Name: "vic", Role: model.Viewer, Client: "acme"}
		_, err = w.Store.Trends(w.Ctx, viewer, model.MaxSpanDays)
		w.Must(err)
	}},
	{"the trend of each link", func(w *World) {
		w.sold()
		trends, err := w.Store.Trends(w.Ctx, As("acme"), 30)
		w.Must(err)
		count := func(days []int64) (n int64) {
			for _, d := range days {
				n += d
			}
			return n
		}
		if len(trends) != 2 || len(trends["ana"]) != 30 || count(trends["ana"]) != 3 || count(trends["bea"]) != 1 || trends["ana"][29]+trends["ana"][28] != 2 {
			w.Errorf("trends %v", trends)
		}
		if trends, err = w.Store.Trends(w.Ctx, As("acme"), 7); err != nil || len(trends) != 1 {
			w.Errorf("links without tickets are left out: %v %v", trends, err)
		}
	}},
	{"events and what was sold of them", func(w *World) {
		w.sold()
		w.AddLink("acme", "cyd", "winterball")
		w.AddLink("acme", "dan", "winterball")
		_, err := w.Store.ArchiveLink(w.Ctx, As("acme"), "dan")
		w.Must(err)
		w.AddEvent("acme", "autumn")
		list, err := w.Store.EventStats(w.Ctx, As("acme"))
		w.Must(err)
		var got string
		for _, e := range list {
			got += fmt.Sprintf("%s: %s, %d of nobody, %d links\n", e.Event.Slug, line(e.Numbers), e.Unattributed, e.Links)
		}
		want := `autumn: c0 n0 o0 t0 s0/0 –, 0 of nobody, 1 links
summerfest: c4 n4 o4 t5 s0/5 GBP 225.00, 1 of nobody, 2 links
winterball: c1 n1 o1 t1 s0/1 GBP 45.00, 1 of nobody, 2 links
`
		if got != want {
			w.Errorf("%s, want\n%s", got, want)
		}
		for _, e := range list { // the same as the page filtered by the event
			if st := w.stats("acme", model.Filter{Event: e.Event.Slug}); line(st.Total) != line(e.Numbers) {
				w.Errorf("%s: %s, and its page says %s", e.Event.Slug, line(e.Numbers), line(st.Total))
			}
		}
	}},
}
