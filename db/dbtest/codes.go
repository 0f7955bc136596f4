package dbtest

import (
	"fmt"
	"strings"

	"lastclick/model"
)

var codeTests = []test{
	{"R24 codes and coupons name a link by its code or an alias", func(w *World) {
		w.AddClient("zenith")
		w.AddLink("zenith", "zoe", "")
		w.AddLink("acme", "old", "")
		w.AddAlias("ana", "ANA10")
		w.AddAlias("bea", "bea-vip")
		w.AddAlias("old", "old10")
		_, err := w.Store.ArchiveLink(w.Ctx, As("acme"), "old")
		w.Must(err)
		for i, tt := range []struct{ receipt, code, coupon, event, want string }{
			{"", "ana10", "", "", "ana code"},
			{"", " Ana10! ", "", "", "ana code"},
			{"", "", "ana10", "", "ana coupon"},
			{"", "", "ANA10", "", "ana coupon"},
			{"", "", "ana", "", "ana coupon"},
			{"", "", "bea-vip", "", "bea coupon"},
			{"", "", "bea-vip", "winterball", "– no_click"},
			{"", "", "old10", "", "– no_click"},
			{"", "old10", "", "", "– unknown_code"},
			{"", "", "zoe", "", "– no_click"},
			{"", "", "summer-sale", "", "– no_click"},
			{"broken", "", "summer-sale", "", "– bad_receipt"},
			{"", "bea-vip", "ana10", "", "bea code"},
			{"", "nobody", "ana10", "", "ana coupon"},
			{"", "nobody", "summer-sale", "", "– unknown_code"},
			{"", "bea-vip", "ana10", "winterball", "ana coupon"},
			{w.Receipt("bea@50"), "", "ana10", "", "bea last_click"},
			{w.Receipt("bea@50"), "", "ana10", "winterball", "– other_event"},
			{w.Receipt("bea@30"), "", "ana10", "", "ana coupon"},
			{w.Receipt("bea@30"), "", "summer-sale", "", "– expired"},
		} {
			ticket := fmt.Sprint("T-", i)
			w.judged(Order{ID: fmt.Sprint("A-", i), Receipt: tt.receipt, Code: tt.code, Coupon: tt.coupon, Tickets: []Ticket{{ID: ticket, Event: tt.event}}}, ticket+" "+tt.want)
		}
	}},
	{"R8 the first coupon is kept", func(w *World) {
		order := Order{Coupon: "ana", Tickets: []Ticket{{ID: "T-1"}}}
		w.judged(order, "T-1 ana coupon")
		order.Version, order.Coupon, order.Tickets = 2, "bea", []Ticket{{ID: "T-1"}, {ID: "T-2"}}
		w.judged(order, "T-1 ana coupon, T-2 ana coupon")
	}},
	{"R24 an alias is read with its link", func(w *World) {
		w.AddAlias("ana", "ana20")
		l := w.AddAlias("ANA", " Ana10 ")
		if got := strings.Join(l.Aliases, " "); got != "ana10 ana20" {
			w.Errorf("added %q", got)
		}
		_, err := w.Store.RemoveAlias(w.Ctx, As("acme"), "ana", "ANA20")
		w.Must(err)
		list, err := w.Store.Links(w.Ctx, As("acme"), false)
		w.Must(err)
		st := w.stats("acme", model.Filter{})
		p, err := w.Store.SubPromoter(w.Ctx, l.StatsToken)
		w.Must(err)
		for name, got := range map[string]model.Link{"link show": w.detail("ana").Link, "link list": list[0], "stats": st.Links[0].Link, "stats page": p.Link} {
			if strings.Join(got.Aliases, " ") != "ana10" {
				w.Errorf("%s: %q", name, got.Aliases)
			}
		}
		if list[1].Aliases == nil || len(list[1].Aliases) != 0 || !strings.Contains(asJSON(list[1]), `"aliases": []`) {
			w.Errorf("a link without any: %s", asJSON(list[1]))
		}
		audit, err := w.Store.Audit(w.Ctx, As("acme"), model.Paging{})
		w.Must(err)
		var actions []string
		for _, e := range audit.Items[:3] {
			actions = append(actions, e.Action+" "+e.Object)
		}
		if got, want := strings.Join(actions, ", "), "link code remove ana, link code add ana, link code add ana"; got != want {
			w.Errorf("the audit says %s, want %s", got, want)
		}
	}},
	{"R24 a shortlink by an alias, in memory at once", func(w *World) {
		want, _ := w.Store.LinkByCode("ana")
		if _, ok := w.Store.LinkByCode("ana10"); ok {
			w.Error("it is there before it is added")
		}
		w.AddAlias("ana", "ana10")
		if got, ok := w.Store.LinkByCode("ana10"); !ok || got != want {
			w.Errorf("%+v, %t, want %+v", got, ok, want)
		}
		_, err := w.Store.ArchiveLink(w.Ctx, As("acme"), "ana")
		w.Must(err)
		if got, _ := w.Store.LinkByCode("ana10"); !got.Archived {
			w.Error("the link is archived, and not by its alias")
		}
		_, err = w.Store.RemoveAlias(w.Ctx, As("acme"), "ana", "ana10")
		w.Must(err)
		if got, ok := w.Store.LinkByCode("ana10"); ok {
			w.Errorf("it is there after it was removed: %+v", got)
		}
		w.AddAlias("ana", "ana10")
		if _, ok := w.Store.LinkByCode("ana10"); !ok {
			w.Error("it is not there after it came back")
		}
	}},
	{"R6 R24 a code is given once, for ever", func(w *World) {
		w.AddClient("zenith")
		w.AddLink("zenith", "zoe", "")
		w.AddAlias("ana", "ana10")
		taken := func(code, alias string) {
			w.Helper()
			_, err := w.Store.AddAlias(w.Ctx, As("acme"), code, alias)
			w.wantKind(err, model.Conflict)
		}
		free := func(alias string) {
			w.Helper()
			_, err := w.Store.AddLink(w.Ctx, As("zenith"), model.NewLink{Name: "Z", Email: "z@example.com", Code: alias})
			w.wantKind(err, model.Conflict)
			_, err = w.Store.AddAlias(w.Ctx, As("zenith"), "zoe", alias)
			w.wantKind(err, model.Conflict)
		}
		taken("bea", "ana10")
		taken("ana", "ana10") // it has it
		taken("ana", "bea")   // a link's code
		taken("ana", "ana")
		taken("ana", "zoe")
		free("ANA10")
		_, err := w.Store.RemoveAlias(w.Ctx, As("acme"), "ana", "ana10")
		w.Must(err)
		taken("bea", "ana10")
		free("ana10")
		w.AddAlias("ana", "ana10")
		for _, bad := range []string{"", "ab", "stats", "a b c", "über", strings.Repeat("a", 41)} {
			_, err := w.Store.AddAlias(w.Ctx, As("acme"), "ana", bad)
			w.wantKind(err, model.Invalid)
		}
		for _, call := range []func() (model.Link, error){
			func() (model.Link, error) { return w.Store.AddAlias(w.Ctx, As("zenith"), "ana", "ana30") },
			func() (model.Link, error) { return w.Store.AddAlias(w.Ctx, As("acme"), "nobody", "ana30") },
			func() (model.Link, error) { return w.Store.AddAlias(w.Ctx, As("acme"), "ana10", "ana30") },
			func() (model.Link, error) { return w.Store.RemoveAlias(w.Ctx, As("acme"), "ana", "ana30") },
			func() (model.Link, error) { return w.Store.RemoveAlias(w.Ctx, As("acme"), "bea", "ana10") },
			func() (model.Link, error) { return w.Store.RemoveAlias(w.Ctx, As("zenith"), "ana", "ana10") },
			func() (model.Link, error) { return w.Store.RemoveAlias(w.Ctx, As("acme"), "ana", "ana") },
		} {
			_, err := call()
			w.wantKind(err, model.NotFound)
		}
		if got := w.detail("ana").Aliases; len(got) != 1 {
			w.Errorf("in the end it has %q", got)
		}
	}},
	{"R24 a removed alias credits no more, and its verdicts stay", func(w *World) {
		w.AddAlias("ana", "ana10")
		order := Order{Coupon: "ana10", Tickets: []Ticket{{ID: "T-1"}}}
		w.judged(order, "T-1 ana coupon")
		_, err := w.Store.RemoveAlias(w.Ctx, As("acme"), "ana", "ana10")
		w.Must(err)
		order.Version, order.Tickets = 2, append(order.Tickets, Ticket{ID: "T-2"})
		w.judged(order, "T-1 ana coupon, T-2 – no_click")
		w.want(model.Filter{}, `
			ana: c0 n0 o1 t1 s0/1 GBP 45.00
			total: c0 n0 o1 t1 s0/1 GBP 45.00
			no_click: c0 n0 o1 t1 s0/1 GBP 45.00`)
	}},
}
