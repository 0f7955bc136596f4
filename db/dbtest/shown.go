package dbtest

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"lastclick/model"
)

// Shown is everything that the store shows of a client's sales, as text: pages by every
// event, link and range of days that is given ("from to"), links, charts, events and the
// lists of orders. The tests of migrations compare it with what the program showed that
// left the database.
func (w *World) Shown(client string, ranges ...string) string {
	w.Helper()
	var b strings.Builder
	w.shownPages(&b, client, ranges)
	w.shownLinks(&b, client)
	w.shownCharts(&b, client)
	w.shownOrders(&b, client)
	return b.String()
}

// shownPages leaves out the rows without any number.
func (w *World) shownPages(b *strings.Builder, client string, ranges []string) {
	w.Helper()
	events, err := w.Store.Events(w.Ctx, As(client))
	w.Must(err)
	filters := []model.Filter{{}}
	for _, e := range events {
		filters = append(filters, model.Filter{Event: e.Slug})
	}
	for i, r := range ranges {
		from, to, _ := strings.Cut(r, " ")
		filters = append(filters, model.Filter{From: from, To: to})
		if len(events) > 0 {
			filters = append(filters, model.Filter{Event: events[i%len(events)].Slug, From: from, To: to})
		}
	}
	for _, f := range filters {
		st := w.stats(client, f)
		fmt.Fprintf(b, "page of %s %s %s…%s\n", client, f.Event, f.From, f.To)
		for _, row := range pageRows(st) {
			if !strings.HasSuffix(row, ": 0 clicks, 0 visitors, 0 bots, 0 by QR, "+nothing) {
				b.WriteString("  " + row + "\n")
			}
		}
		for _, l := range st.Links { // alone, it has the same row
			f.Link = l.Link.Code
			alone := w.stats(client, f)
			if len(alone.Links) != 1 || asJSON(alone.Links[0]) != asJSON(l) || asJSON(alone.Total) != asJSON(l.Numbers) || len(alone.Unattributed) > 0 {
				w.Errorf("%s %+v: %s, and among all links %s", client, f, asJSON(alone), asJSON(l))
			}
		}
	}
}

func (w *World) shownLinks(b *strings.Builder, client string) {
	w.Helper()
	links, err := w.Store.Links(w.Ctx, As(client), true)
	w.Must(err)
	overlaps := func(list []model.Overlap) (s string) {
		for _, o := range list {
			s += fmt.Sprintf(" %s (%s) %d", o.Link, o.Name, o.Orders)
		}
		return s
	}
	for _, l := range links {
		d, err := w.Store.Link(w.Ctx, As(client), l.Code)
		w.Must(err)
		fmt.Fprintf(b, "link %s %s, refunded %d %s; took over from%s; taken over by%s; %d assists\n",
			l.Code, line(d.Numbers), d.Refunded.Tickets, d.Refunded.FaceValue, overlaps(d.TookOverFrom), overlaps(d.TakenOverBy), d.Assists)
		for _, t := range d.TicketTypes {
			fmt.Fprintf(b, "  %s %s (%s): %s\n", t.Event, t.Type, t.Name, line(t.Numbers))
		}
		p, err := w.Store.SubPromoter(w.Ctx, l.StatsToken)
		w.Must(err)
		if asJSON(p.Numbers) != asJSON(d.Numbers) || asJSON(p.TicketTypes) != asJSON(d.TicketTypes) {
			w.Errorf("%s: its owner sees %s", l.Code, asJSON(p))
		}
	}
}

// shownCharts leaves out the points without any number.
func (w *World) shownCharts(b *strings.Builder, client string) {
	w.Helper()
	links, err := w.Store.Links(w.Ctx, As(client), true)
	w.Must(err)
	codes := []string{""}
	for _, l := range links {
		codes = append(codes, l.Code)
	}
	for _, code := range codes {
		for _, span := range []model.Span{model.Day, model.Month, model.All} {
			s, err := w.Store.Series(w.Ctx, As(client), code, span)
			w.Must(err)
			fmt.Fprintf(b, "chart of %s %q %s, %d points\n", client, code, span, len(s.Points))
			for _, p := range s.Points {
				if p.Clicks+p.Orders+p.Tickets > 0 {
					fmt.Fprintf(b, "  %s: %d clicks, %d orders, %d tickets\n", p.At.Format(time.RFC3339), p.Clicks, p.Orders, p.Tickets)
				}
			}
		}
	}
	trends, err := w.Store.Trends(w.Ctx, As(client), 14)
	w.Must(err)
	for _, code := range codes[1:] {
		if days := trends[code]; days != nil {
			fmt.Fprintf(b, "trend of %s %v\n", code, days)
		}
	}
	o, err := w.Store.Overview(w.Ctx, As(client), model.Filter{})
	w.Must(err)
	fmt.Fprintf(b, "overview: %s, %d clicks, %d points by the %s\n", line(o.Numbers), o.Clicks, len(o.Points), o.Unit)
	events, err := w.Store.EventStats(w.Ctx, As(client))
	w.Must(err)
	for _, e := range events {
		fmt.Fprintf(b, "event %s: %s, %d of no link, %d links\n", e.Event.Slug, line(e.Numbers), e.Unattributed, e.Links)
	}
}

// shownOrders are the lists of orders, each in the order of the lines.
func (w *World) shownOrders(b *strings.Builder, client string) {
	w.Helper()
	links, err := w.Store.Links(w.Ctx, As(client), true)
	w.Must(err)
	filters := []model.OrderFilter{{}, {Unattributed: true}}
	for _, l := range links {
		filters = append(filters, model.OrderFilter{Link: l.Code})
	}
	for _, f := range filters {
		f.Limit = model.MaxLimit
		orders, err := w.Store.Orders(w.Ctx, As(client), f)
		w.Must(err)
		var rows []string
		for _, o := range orders.Items {
			if f.Link != "" || f.Unattributed {
				rows = append(rows, o.Checkout+" "+o.ID)
				continue
			}
			isNew := "unknown"
			if o.CustomerNew != nil {
				isNew = fmt.Sprint(*o.CustomerNew)
			}
			slices.Sort(o.Links)
			slices.Sort(o.Reasons)
			rows = append(rows, fmt.Sprintf("\n  %s %s v%d@%s test %t, new %s, %d tickets, %s, %v %v",
				o.Checkout, o.ID, o.Version, o.PlacedAt.Format(time.RFC3339), o.Test, isNew, o.Tickets, o.FaceValue, o.Links, o.Reasons))
		}
		slices.Sort(rows)
		fmt.Fprintf(b, "orders of %s %s, without link %t: %s\n", client, f.Link, f.Unattributed, strings.Join(rows, ", "))
	}
}
