package dbtest

import (
	"strings"

	"lastclick/model"
)

// token is the secret of a link's stats page.
func (w *World) token(code string) string {
	w.Helper()
	d, err := w.Store.Link(w.Ctx, As("acme"), code)
	w.Must(err)
	return d.StatsToken
}

var publicTests = []test{
	{"a sub-promoter's page", func(w *World) {
		w.sold()
		p, err := w.Store.SubPromoter(w.Ctx, w.token("ana"))
		w.Must(err)
		if p.ClientName != "Client acme" || p.EventName != "" || p.Timezone != "Europe/London" || p.Link.Code != "ana" || p.Link.Clicks != 5 {
			w.Errorf("page %s", asJSON(p))
		}
		if got := line(p.Numbers); got != "c4 n4 o4 t5 s0/5 GBP 225.00" || len(p.TicketTypes) != 2 || p.TicketTypes[0].Event != "summerfest" || p.EventNames["summerfest"] != "Event summerfest" || p.Contact != "" {
			w.Errorf("numbers %s, ticket types %s", got, asJSON(p.TicketTypes))
		}
		if got := sum(p.Series); p.Series.Span != model.Month || got != "3 clicks, 2 orders, 3 tickets" {
			w.Errorf("series %s, %s", p.Series.Span, got)
		}
		if strings.Contains(asJSON(p), "bea") {
			w.Errorf("the page tells of another link: %s", asJSON(p))
		}
		p, err = w.Store.SubPromoter(w.Ctx, w.token("bea"))
		w.Must(err)
		if p.EventName != "Event summerfest" || p.Orders != 1 {
			w.Errorf("page %s", asJSON(p))
		}
	}},
	{"a click is on the page at once", func(w *World) {
		ana, _ := w.Store.LinkByCode("ana")
		w.click(model.Click{Link: ana.Link, At: Minute(1), Visitor: true})
		p, err := w.Store.SubPromoter(w.Ctx, w.token("ana"))
		w.Must(err)
		if p.Link.Clicks != 1 || p.Link.Visitors != 1 {
			w.Errorf("page %s", asJSON(p.Link))
		}
	}},
	{"a page says where answers to the client go, from then on", func(w *World) {
		_, err := w.Store.SubPromoter(w.Ctx, w.token("ana"))
		w.Must(err)
		address := "hello@acme.example"
		_, err = w.Store.SetClient(w.Ctx, model.Actor{Role: model.Admin}, "acme", model.ClientChange{ReplyTo: &address})
		w.Must(err)
		if p, err := w.Store.SubPromoter(w.Ctx, w.token("ana")); err != nil || p.Contact != address {
			w.Errorf("%q, %v", p.Contact, err)
		}
	}},
	{"a page says what is mailed to its owner, from then on", func(w *World) {
		token := w.token("ana")
		wants := func(want model.ReportEvery) {
			w.Helper()
			if p, err := w.Store.SubPromoter(w.Ctx, token); err != nil || p.Digest != want {
				w.Errorf("mailed %q, %v; want %q", p.Digest, err, want)
			}
		}
		wants(model.NoDigest)
		for _, every := range []model.ReportEvery{model.EveryWeek, model.NoDigest} {
			digest := string(every)
			_, err := w.Store.SetLink(w.Ctx, As("acme"), "ana", model.LinkChange{Digest: &digest})
			w.Must(err)
			wants(every)
		}
	}},
	{"an archived link keeps its page", func(w *World) {
		_, err := w.Store.ArchiveLink(w.Ctx, As("acme"), "ana")
		w.Must(err)
		p, err := w.Store.SubPromoter(w.Ctx, w.token("ana"))
		w.Must(err)
		if !p.Link.Archived {
			w.Errorf("page %s", asJSON(p))
		}
	}},
	{"a renewed token ends the old page", func(w *World) {
		old := w.token("ana")
		l, err := w.Store.SetLink(w.Ctx, As("acme"), "ana", model.LinkChange{NewStatsToken: true})
		w.Must(err)
		_, err = w.Store.SubPromoter(w.Ctx, old)
		w.wantKind(err, model.NotFound)
		_, err = w.Store.SubPromoter(w.Ctx, l.StatsToken)
		w.Must(err)
	}},
	{"any other token is one answer", func(w *World) {
		ana, bea := w.token("ana"), w.token("bea")
		flip := func(i int) string {
			b := []byte(ana)
			b[i] = map[bool]byte{true: 'B', false: 'A'}[b[i] == 'A']
			return string(b)
		}
		_, want := w.Store.SubPromoter(w.Ctx, strings.Repeat("A", 22))
		w.wantKind(want, model.NotFound)
		tokens := []string{"", "ana", ana[:6], ana[:21], ana + "A", ana[:6] + bea[6:], strings.Repeat("\x00", 22), strings.Repeat("\xff", 22), "'' OR 1=1 ------------", strings.Repeat("A", 100_000)}
		for i := range ana {
			tokens = append(tokens, flip(i))
		}
		for _, token := range tokens {
			if _, err := w.Store.SubPromoter(w.Ctx, token); err == nil || err.Error() != want.Error() {
				w.Errorf("%.30q: %v, want %v", token, err, want)
			}
		}
	}},
}
