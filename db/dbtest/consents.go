package dbtest

import (
	"fmt"
	"slices"
	"strings"

	"lastclick/model"
)

var consentTests = []test{
	{"R26 a refused consent explains a missing click, and nothing else", func(w *World) {
		w.AddClient("zenith")
		w.AddLink("zenith", "zoe", "")
		for i, tt := range []struct {
			consent                               model.Consent
			receipt, click, code, coupon, verdict string
		}{
			{model.ConsentNotSaid, "", "", "", "", "– no_click"},
			{model.ConsentGiven, "", "", "", "", "– no_click"},
			{model.ConsentRefused, "", "", "", "", "– no_consent"},
			{model.ConsentRefused, w.Receipt("zoe@50"), "", "", "", "– no_consent"},
			{model.ConsentRefused, w.Receipt("ana@50"), "", "", "", "ana last_click"},
			{model.ConsentRefused, "", w.Token("ana@50", 1), "", "", "ana last_click"},
			{model.ConsentRefused, w.Receipt("ana@39"), "", "", "", "– expired"},
			{model.ConsentRefused, "broken", "", "", "", "– bad_receipt"},
			{model.ConsentRefused, "", "", "ana", "", "ana code"},
			{model.ConsentRefused, "", "", "nobody", "", "– unknown_code"},
			{model.ConsentRefused, "", "", "", "ana", "ana coupon"},
			{model.ConsentRefused, "", "", "", "summer-sale", "– no_consent"},
		} {
			ticket := fmt.Sprint("T-", i)
			w.judged(Order{ID: fmt.Sprint("A-", i), Consent: tt.consent, Receipt: tt.receipt, Click: tt.click, Code: tt.code, Coupon: tt.coupon, Tickets: []Ticket{{ID: ticket}}}, ticket+" "+tt.verdict)
		}
		w.judged(Order{ID: "test", Test: true, Consent: model.ConsentRefused, Tickets: []Ticket{{ID: "T-t"}}}, "T-t – test")
		st, err := w.Store.Stats(w.Ctx, As("acme"), model.Filter{})
		w.Must(err)
		at := slices.IndexFunc(st.Unattributed, func(r model.ReasonStats) bool { return r.Reason == model.ReasonNoConsent })
		if at < 0 || st.Unattributed[at].Orders != 3 || st.Unattributed[at].FaceValue["GBP"] != 3*4500 {
			w.Errorf("unattributed: %s", asJSON(st.Unattributed))
		}
	}},
	{"R8 R26 the newest version says whether a click is missing for want of consent", func(w *World) {
		// Each order is applied in its versions' order, and again by its newest version alone.
		for i, said := range [][]model.Consent{
			{model.ConsentNotSaid, model.ConsentRefused},
			{model.ConsentRefused, model.ConsentNotSaid},
			{model.ConsentRefused, model.ConsentGiven, model.ConsentRefused},
			{model.ConsentGiven, model.ConsentRefused, model.ConsentNotSaid},
		} {
			var ends []string
			for _, from := range []int{0, len(said) - 1} {
				for v := from; v < len(said); v++ {
					tickets := []Ticket{{ID: fmt.Sprintf("T-%d-%d", i, from)}}
					if v != 1 { // a ticket may be left out of the version that changes its reason
						tickets = append(tickets, Ticket{ID: fmt.Sprintf("U-%d-%d", i, from)})
					}
					w.Place(Order{ID: fmt.Sprintf("A-%d-%d", i, from), Version: int64(v + 1), Placed: Minute(100 + v), Consent: said[v], Tickets: tickets})
				}
				x, err := w.Store.ExplainOrder(w.Ctx, As("acme"), fmt.Sprintf("A-%d-%d", i, from), "")
				w.Must(err)
				ends = append(ends, strings.ReplaceAll(asJSON(x), fmt.Sprintf("-%d\"", from), "\""))
			}
			want := map[bool]string{true: "no_consent", false: "no_click"}[said[len(said)-1] == model.ConsentRefused]
			if ends[0] != ends[1] || !strings.Contains(ends[0], `"reason": "`+want+`"`) {
				w.Errorf("%v ends as\n%s, its newest version alone as\n%s, want %s", said, ends[0], ends[1], want)
			}
		}
		// A receipt that comes later is used as for no_click.
		order := Order{ID: "later", Consent: model.ConsentRefused, Tickets: []Ticket{{ID: "T-l"}}}
		w.judged(order, "T-l – no_consent")
		order.Version, order.Receipt = 2, w.Receipt("ana@50")
		w.judged(order, "T-l ana last_click")
		order.Version, order.Consent = 3, model.ConsentNotSaid
		w.judged(order, "T-l ana last_click")
	}},
	{"R12 R26 consent is content, and explained", func(w *World) {
		order := Order{Consent: model.ConsentRefused, Tickets: []Ticket{{ID: "T-1"}}}
		w.judged(order, "T-1 – no_consent")
		out, err := w.Send(order)
		w.wantStatus(out, err, model.Duplicate)
		for _, consent := range []model.Consent{model.ConsentNotSaid, model.ConsentGiven} {
			other := order
			other.Consent = consent
			_, err := w.Send(other)
			w.wantKind(err, model.Conflict)
		}
		for v, consent := range []model.Consent{model.ConsentRefused, model.ConsentGiven, model.ConsentNotSaid} {
			order.Version, order.Consent = int64(v+2), consent
			w.Place(order)
			x, err := w.Store.ExplainOrder(w.Ctx, As("acme"), "A-1", "")
			w.Must(err)
			if asJSON(x.Consent) != asJSON(consent.Said()) {
				w.Errorf("version %d: consent %s", x.Version, asJSON(x.Consent))
			}
		}
		// It waits with what is parked.
		order = Order{ID: "A-2", Consent: model.ConsentRefused, Tickets: []Ticket{{ID: "T-2", Event: "gala"}}}
		out, err = w.Send(order)
		w.wantStatus(out, err, model.Parked)
		w.AddEvent("acme", "gala")
		w.want(model.Filter{Event: "gala"}, "total: "+nothing+"\nno_consent: c0 n0 o1 t1 s0/1 GBP 45.00")
	}},
	{"R26 a client's tracking, in memory at once", func(w *World) {
		tracked := func(want model.TrackingMode) {
			w.Helper()
			c, err := w.Store.Client(w.Ctx, As("acme"), "acme")
			w.Must(err)
			clientPage, _ := w.Store.ClientPage("acme")
			eventPage, _ := w.Store.EventPage("summerfest")
			got := []model.TrackingMode{c.Tracking, w.detail("ana").Tracking, w.detail("bea").Tracking, clientPage.Tracking, eventPage.Tracking}
			for _, code := range []string{"ana", "bea", "ana10"} {
				t, _ := w.Store.LinkByCode(code)
				got = append(got, t.Tracking)
			}
			if slices.ContainsFunc(got, func(m model.TrackingMode) bool { return m != want }) {
				w.Errorf("%q, want %s", got, want)
			}
		}
		w.AddAlias("ana", "ana10")
		tracked(model.TrackCookie)
		for _, mode := range []model.TrackingMode{model.TrackURL, model.TrackConsent, model.TrackCookie, model.TrackConsent} {
			s := string(mode)
			c, err := w.Store.SetClient(w.Ctx, w.Admin, "acme", model.ClientChange{Tracking: &s})
			w.Must(err)
			if c.Tracking != mode {
				w.Errorf("set to %s, want %s", c.Tracking, mode)
			}
			tracked(mode)
		}
		name := "Acme Live"
		_, err := w.Store.SetClient(w.Ctx, w.Admin, "acme", model.ClientChange{Name: &name})
		w.Must(err)
		tracked(model.TrackConsent)
		list, err := w.Store.Audit(w.Ctx, w.Owner, model.Paging{Limit: 10})
		w.Must(err)
		if last := list.Items[0]; !strings.Contains(*last.After, `"tracking":"consent"`) {
			w.Errorf("audited %s", asJSON(list.Items))
		}
		bad := "always"
		_, err = w.Store.SetClient(w.Ctx, w.Admin, "acme", model.ClientChange{Tracking: &bad})
		w.wantKind(err, model.Invalid)
		added, err := w.Store.AddClient(w.Ctx, w.Admin, model.NewClient{Slug: "zenith", Name: "Z", URL: "https://zenith.example/", Tracking: "url"})
		w.Must(err)
		if p, _ := w.Store.ClientPage("zenith"); added.Tracking != model.TrackURL || p.Tracking != model.TrackURL {
			w.Errorf("added with %s, in memory %s", added.Tracking, p.Tracking)
		}
	}},
}
