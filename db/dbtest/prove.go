package dbtest

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"lastclick/model"
)

// line is a cell's numbers in short: customers, new customers, orders, tickets,
// scanned/unscanned, face value.
func line(n model.Numbers) string {
	return fmt.Sprintf("c%d n%d o%d t%d s%d/%d %s", n.Customers, n.NewCustomers, n.Orders, n.Tickets, n.Scanned, n.Unscanned, n.FaceValue)
}

// nothing is the line of an empty cell.
const nothing = "c0 n0 o0 t0 s0/0 –"

// stats reads a client's page.
func (w *World) stats(client string, f model.Filter) model.Stats {
	w.Helper()
	st, err := w.Store.Stats(w.Ctx, As(client), f)
	w.Must(err)
	return st
}

// want compares acme's page, row by row, with lines such as
//
//	ana: c1 n1 o1 t2 s0/2 GBP 90.00
//	ana summerfest ga: …
//	total: …
//	no_click: …
//
// Rows of links without sales may be left out, as may types that stand nowhere in
// the lines.
func (w *World) want(f model.Filter, lines string) {
	w.Helper()
	w.wantOf("acme", f, lines)
}

func (w *World) wantOf(client string, f model.Filter, lines string) {
	w.Helper()
	got := map[string]string{}
	var rows []string
	add := func(name string, n model.Numbers) {
		got[name] = line(n)
		rows = append(rows, name+": "+line(n))
	}
	st := w.stats(client, f)
	for _, l := range st.Links {
		add(l.Link.Code, l.Numbers)
		for _, t := range l.TicketTypes {
			add(l.Link.Code+" "+t.Event+" "+t.Type, t.Numbers)
		}
	}
	add("total", st.Total)
	for _, u := range st.Unattributed {
		add(string(u.Reason), u.Numbers)
	}
	named := map[string]bool{}
	for l := range strings.SplitSeq(strings.TrimSpace(lines), "\n") {
		name, want, _ := strings.Cut(strings.TrimSpace(l), ": ")
		named[name] = true
		if got[name] != want {
			w.Errorf("%s: %s, want %s\nall rows:\n%s", name, got[name], want, strings.Join(rows, "\n"))
		}
	}
	for name, n := range got {
		if !named[name] && n != nothing && strings.Count(name, " ") == 0 {
			w.Errorf("%s: %s, want no such row", name, n)
		}
	}
}

// prove checks what holds after every history: the recount of the facts, both ways
// to the same numbers, and the invariants between them.
func (w *World) prove() {
	w.Helper()
	w.proveSums()
	clients, err := w.Store.Clients(w.Ctx, w.Admin)
	if err != nil {
		w.Errorf("clients: %v", err)
	}
	for _, c := range clients {
		events, err := w.Store.Events(w.Ctx, As(c.Slug))
		if err != nil {
			w.Errorf("events of %s: %v", c.Slug, err)
		}
		w.proveFilter(c.Slug, model.Filter{})
		for _, e := range events {
			w.proveFilter(c.Slug, model.Filter{Event: e.Slug})
		}
	}
}

// proveSums compares every kept sum with the recount of the facts (R22).
func (w *World) proveSums() {
	w.Helper()
	diffs, err := w.Store.Check(w.Ctx)
	if err != nil {
		w.Errorf("check: %v", err)
	}
	for _, d := range diffs {
		w.Errorf("check: %s", d)
	}
}

// proveFilter reads a page and proves it; one without days is also read by days that
// cover everything, which are counted another way.
func (w *World) proveFilter(client string, f model.Filter) model.Stats {
	w.Helper()
	st := w.stats(client, f)
	w.provePage(st)
	if f.From == "" && f.To == "" {
		counted := w.stats(client, model.Filter{Event: f.Event, From: "1000-01-01", To: "2999-12-31"})
		if a, b := pageRows(st), pageRows(counted); !slices.Equal(a, b) {
			w.Errorf("%s %s: only the kept sums say\n%s\nand only the range that covers everything\n%s", client, f.Event, missing(a, b), missing(b, a))
		}
	}
	return st
}

// provePage proves the invariants of one page (R17).
func (w *World) provePage(st model.Stats) {
	w.Helper()
	var sum, most model.Numbers
	for _, l := range st.Links {
		w.sound(l.Link.Code, l.Numbers)
		grow(&sum, &most, l.Numbers)
		var types, mostType model.Numbers
		for _, t := range l.TicketTypes {
			w.sound(l.Link.Code+" "+t.Type, t.Numbers)
			grow(&types, &mostType, t.Numbers)
		}
		w.between(l.Link.Code, l.Numbers, types, mostType)
	}
	w.sound("total", st.Total)
	w.between("total", st.Total, sum, most)
	for _, u := range st.Unattributed {
		w.sound(string(u.Reason), u.Numbers)
	}
}

// sound are the invariants within a cell (R17).
func (w *World) sound(name string, n model.Numbers) {
	if n.Scanned+n.Unscanned != n.Tickets || n.NewCustomers > n.Customers || n.Customers > n.Orders || n.Orders > n.Tickets || n.Scanned < 0 || n.NewCustomers < 0 {
		w.Errorf("%s: %s cannot be", name, line(n))
	}
}

// grow adds a part to the sum of the parts and to the most of each distinct column.
func grow(sum, most *model.Numbers, n model.Numbers) {
	sum.Customers += n.Customers
	sum.NewCustomers += n.NewCustomers
	sum.Orders += n.Orders
	sum.Tickets += n.Tickets
	sum.Scanned += n.Scanned
	for c, v := range n.FaceValue {
		sum.FaceValue.Add(c, v)
	}
	most.Customers = max(most.Customers, n.Customers)
	most.NewCustomers = max(most.NewCustomers, n.NewCustomers)
	most.Orders = max(most.Orders, n.Orders)
}

// between: tickets, scans and money add up over the parts; what is distinct lies
// between the largest part and the sum of the parts.
func (w *World) between(name string, whole, sum, most model.Numbers) {
	if whole.Tickets != sum.Tickets || whole.Scanned != sum.Scanned || asJSON(whole.FaceValue) != asJSON(sum.FaceValue) {
		w.Errorf("%s: %s is not the sum of its parts, %s", name, line(whole), line(sum))
	}
	for _, d := range [][3]int64{{most.Customers, whole.Customers, sum.Customers}, {most.NewCustomers, whole.NewCustomers, sum.NewCustomers}, {most.Orders, whole.Orders, sum.Orders}} {
		if !slices.IsSorted(d[:]) {
			w.Errorf("%s: %s does not lie between its largest part and the sum, %s", name, line(whole), line(sum))
		}
	}
}

func asJSON(v any) string {
	b, err := json.MarshalIndent(v, "", " ")
	if err != nil {
		return err.Error()
	}
	return string(b)
}

// wantKind fails unless err is of the kind.
func (w *World) wantKind(err error, kind model.Kind) {
	w.Helper()
	if err == nil || model.KindOf(err) != kind {
		w.Errorf("error %v, want one of the kind %s", err, kind)
	}
}

// wantFaults fails unless err is Invalid with exactly these fields.
func (w *World) wantFaults(err error, fields ...string) {
	w.Helper()
	w.wantKind(err, model.Invalid)
	var got []string
	if e, ok := errors.AsType[*model.Error](err); ok {
		for _, f := range e.Faults {
			got = append(got, f.Field)
		}
	}
	if !slices.Equal(got, fields) {
		w.Errorf("faults in %v, want %v", got, fields)
	}
}

// pageRows are the rows of a page in short, the links in the order of their codes.
func pageRows(st model.Stats) []string {
	var rows []string
	for _, l := range st.Links {
		rows = append(rows, fmt.Sprintf("%s: %d clicks, %d visitors, %d bots, %d by QR, %s", l.Link.Code, l.Link.Clicks, l.Link.Visitors, l.Link.Bots, l.Link.QRScans, line(l.Numbers)))
		for _, t := range l.TicketTypes {
			rows = append(rows, fmt.Sprintf("%s › %s %s (%s): %s", l.Link.Code, t.Event, t.Type, t.Name, line(t.Numbers)))
		}
	}
	slices.Sort(rows)
	rows = append(rows, "total: "+line(st.Total))
	for _, u := range st.Unattributed {
		rows = append(rows, fmt.Sprintf("%s: %s", u.Reason, line(u.Numbers)))
	}
	return rows
}

// missing are the rows that only the first of two has.
func missing(from, in []string) string {
	var only []string
	for _, row := range from {
		if !slices.Contains(in, row) {
			only = append(only, row)
		}
	}
	return strings.Join(only, "\n")
}
