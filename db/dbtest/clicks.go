package dbtest

import (
	"math/rand/v2"
	"time"

	"lastclick/model"
)

// clickSum is what a page says of a link's clicks.
type clickSum struct{ clicks, visitors, bots, qr int64 }

func sumOf(l model.Link) clickSum { return clickSum{l.Clicks, l.Visitors, l.Bots, l.QRScans} }

func (n *clickSum) count(c model.Click) {
	switch {
	case c.Bot:
		n.bots++
	default:
		n.clicks++
		if c.Visitor {
			n.visitors++
		}
		if c.QR {
			n.qr++
		}
	}
}

// randomClicks makes clicks on two links around some days, many of them at the edges of
// quarters and days, and has them counted.
func (w *World) randomClicks(around []time.Time) (clicks []model.Click) {
	w.Helper()
	ana, _ := w.Store.LinkByCode("ana")
	bea, _ := w.Store.LinkByCode("bea")
	for _, day := range around {
		for range 60 {
			at := day.Add(time.Duration(rand.Int64N(int64(72 * time.Hour))))
			if rand.IntN(2) == 0 {
				at = at.Truncate(15 * time.Minute).Add(time.Duration(rand.IntN(3)-1) * time.Millisecond)
			}
			c := model.Click{Link: ana.Link, At: at, Bot: rand.IntN(5) == 0, Visitor: rand.IntN(2) == 0, QR: rand.IntN(3) == 0}
			if rand.IntN(3) == 0 {
				c.Link = bea.Link
			}
			w.click(c)
			clicks = append(clicks, c)
		}
	}
	return clicks
}

// wantRange compares what the page says of some days with the clicks themselves.
func (w *World) wantRange(zone string, f model.Filter, clicks []model.Click) {
	w.Helper()
	loc, err := time.LoadLocation(zone)
	w.Must(err)
	want := map[int64]*clickSum{}
	st := w.stats("acme", f)
	for _, l := range st.Links {
		want[l.Link.ID] = &clickSum{}
	}
	for _, c := range clicks {
		if day := c.At.In(loc).Format(time.DateOnly); day >= f.From && day <= f.To && want[c.Link] != nil {
			want[c.Link].count(c)
		}
	}
	for _, l := range st.Links {
		if got := sumOf(l.Link); got != *want[l.Link.ID] {
			w.Errorf("%s %s to %s in %s: %+v, want %+v", l.Link.Code, f.From, f.To, zone, got, *want[l.Link.ID])
		}
	}
}

var clickTests = []test{
	{"R20 R21 any days of any client's timezone", func(w *World) {
		around := []time.Time{
			time.Date(2025, 3, 29, 0, 0, 0, 0, time.UTC), // London's clock goes forward
			time.Date(2025, 10, 25, 0, 0, 0, 0, time.UTC),
			time.Date(2025, 3, 8, 0, 0, 0, 0, time.UTC), // New York's
			time.Date(2025, 9, 6, 0, 0, 0, 0, time.UTC), // Santiago's, at midnight
			time.Date(1969, 12, 30, 0, 0, 0, 0, time.UTC),
		}
		clicks := w.randomClicks(around)
		for _, zone := range []string{"Europe/London", "America/New_York", "America/Santiago", "Asia/Kathmandu", "UTC"} {
			_, err := w.Store.SetClient(w.Ctx, w.Admin, "acme", model.ClientChange{Timezone: &zone})
			w.Must(err)
			for range 12 {
				from := around[rand.IntN(len(around))].AddDate(0, 0, rand.IntN(5)-1)
				f := model.Filter{From: from.Format(time.DateOnly), To: from.AddDate(0, 0, rand.IntN(4)).Format(time.DateOnly)}
				if rand.IntN(4) == 0 {
					f.To = "2025-12-31"
				}
				if rand.IntN(3) == 0 {
					f.Link = "ana"
				}
				w.wantRange(zone, f, clicks)
			}
		}
	}},
	{"R20 a click is in the numbers at once, wherever they are read", func(w *World) {
		ana, _ := w.Store.LinkByCode("ana")
		l, err := w.Store.Link(w.Ctx, As("acme"), "ana")
		w.Must(err)
		for n := int64(1); n <= 5; n++ {
			for name, read := range map[string]func() (int64, error){
				"link": func() (int64, error) { d, err := w.Store.Link(w.Ctx, As("acme"), "ana"); return d.Clicks, err },
				"page": func() (int64, error) { p, err := w.Store.SubPromoter(w.Ctx, l.StatsToken); return p.Link.Clicks, err },
				"days": func() (int64, error) {
					st, err := w.Store.Stats(w.Ctx, As("acme"), model.Filter{From: "2025-06-02", To: "2025-06-02"})
					return st.Links[0].Link.Clicks, err
				},
				"list": func() (int64, error) {
					list, err := w.Store.Links(w.Ctx, As("acme"), false)
					return list[0].Clicks, err
				},
				"stats": func() (int64, error) { return w.stats("acme", model.Filter{}).Links[0].Link.Clicks, nil },
			} {
				before, err := read()
				w.Must(err)
				w.click(model.Click{Link: ana.Link, At: Minute(int(n))})
				after, err := read()
				w.Must(err)
				if after != before+1 {
					w.Errorf("%s: %d clicks, then %d", name, before, after)
				}
			}
		}
	}},
}
