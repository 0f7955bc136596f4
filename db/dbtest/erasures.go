package dbtest

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"lastclick/model"
)

// Dump is all that a store's tables hold, by "table.column".
type Dump func(t *testing.T, s model.Store) map[string][]byte

// Erasures proves on n random histories that erasing a customer leaves every number as it
// was, and nothing of the customer. Each is played twice: as it came, with customers who
// are erased in the midst of it; and without an erasure, by customers who take another
// name where they were erased, and keep their old one in the orders that they had placed.
// Both end in the same pages, lists and explanations.
func Erasures(t *testing.T, open Open, dump Dump, n int) {
	repeat(t, n)
	run := &erasureRun{historyRun: historyRun{t: t, open: open}, dump: dump}
	rapid.Check(t, run.check)
}

type erasureRun struct {
	historyRun
	dump Dump
}

// erasable are the customers of histories.
var erasable = []buyer{
	{checkout: "box", customer: "kim"},
	{checkout: "box", customer: "lou"},
	{checkout: "web", customer: "kim"},
	{checkout: "web", customer: "lou"},
	{email: "kim@example.com"},
}

// buyer is a customer by the checkout's id, or by the e-mail address.
type buyer struct{ checkout, customer, email string }

func buyerOf(x happening) buyer {
	switch o := x.order; {
	case o.Customer != "":
		return buyer{checkout: x.checkout, customer: o.Customer}
	default:
		return buyer{email: o.Email}
	}
}

// renamed is the buyer under the n-th name after the first.
func (b buyer) renamed(n int) buyer {
	switch {
	case n == 0:
	case b.customer != "":
		b.customer += fmt.Sprint(".", n)
	case b.email != "":
		b.email = fmt.Sprintf("new.%d.%s", n, b.email)
	}
	return b
}

// is the order bought by the buyer.
func (b buyer) buys(o Order) Order {
	o.Customer, o.Email = b.customer, b.email
	return o
}

// who is how an admin names the buyer on the platform.
func (b buyer) who(tag string) model.Buyer {
	if b.customer != "" {
		return model.Buyer{Word: b.customer, Checkout: b.checkout + tag}
	}
	return model.Buyer{Word: strings.Replace(b.email, "@", tag+"@", 1)}
}

func (run *erasureRun) check(rt *rapid.T) {
	h := rapid.Custom(drawHistory).Draw(rt, "history")
	h.before = h.timezone
	erased := map[int][]buyer{} // before the arrival of that number
	for range 1 + rapid.IntRange(0, 3).Draw(rt, "erasures") {
		at := rapid.IntRange(0, len(h.arrived)).Draw(rt, "erased at")
		erased[at] = append(erased[at], rapid.SampledFrom(erasable).Draw(rt, "erased"))
	}
	if run.store == nil {
		run.store = run.open(run.t)
	}
	one, other := run.platform(rt), run.platform(rt)
	seedPlatforms(h, one, other)
	names := predict(h, erased)
	for n, a := range h.arrived {
		for _, b := range erased[n] {
			one.eraseUnseen(h, b)
		}
		x := h.happened[a.index]
		one.arrive(h, x, a.webhookID(n))
		if x.order != nil {
			o := names[n].buys(*x.order)
			x.order = &o
		}
		other.arrive(h, x, a.webhookID(n))
	}
	for _, b := range erased[len(h.arrived)] {
		one.eraseUnseen(h, b)
	}
	want, got := other.pages(h), one.pages(h)
	one.proveSums()
	if !slices.Equal(want, got) {
		rt.Errorf("renamed, and not erased:\n%s\nerased, and not renamed:\n%s\nerased before %v\n%#v", missing(want, got), missing(got, want), erased, h)
	}
	for _, b := range erasable {
		one.eraseUnseen(h, b)
	}
	one.proveForgotten(run.dump(run.t, run.store))
}

// arrive is a click or a webhook that comes in.
func (s platform) arrive(h history, x happening, webhookID string) {
	if x.click != nil {
		s.Must(s.click(h, *x.click))
		return
	}
	if _, err := s.Deliver(x.checkout+s.tag, webhookID, s.body(h, x)); err != nil && model.KindOf(err) != model.Conflict {
		s.Fatal(err)
	}
}

// eraseUnseen erases the buyer; no page shows that.
func (s platform) eraseUnseen(h history, b buyer) {
	s.Helper()
	before := s.numbers(h)
	_, err := s.Store.EraseCustomer(s.Ctx, s.Admin, b.who(s.tag))
	if err != nil && model.KindOf(err) != model.NotFound {
		s.Fatal(err)
	}
	if after := s.numbers(h); !slices.Equal(before, after) {
		s.Errorf("before %v was erased:\n%s\nand after:\n%s\n%#v", b, missing(before, after), missing(after, before), h)
	}
	_, err = s.Store.Customer(s.Ctx, s.Admin, b.who(s.tag))
	s.wantKind(err, model.NotFound)
}

// numbers are the rows of all pages of both clients: all of it, and each of the days.
func (s platform) numbers(h history) (rows []string) {
	for _, client := range []string{"acme", "zenith"} {
		rows = append(rows, pageRows(s.stats(client+s.tag, model.Filter{}))...)
		for n := range 3 {
			day := h.at(0).AddDate(0, 0, n).Format(time.DateOnly)
			rows = append(rows, pageRows(s.stats(client+s.tag, model.Filter{From: day, To: day}))...)
		}
	}
	return rows
}

// proveForgotten looks for those who were erased in all tables.
func (s platform) proveForgotten(tables map[string][]byte) {
	s.Helper()
	secret := tables["meta.value"]
	for _, b := range erasable {
		if b.email != "" {
			s.wantNowhere(tables, []byte(b.who(s.tag).Word), "the address")
		}
		hash := model.Customer{ID: b.customer, Email: b.who(s.tag).Word}
		if b.customer == "" {
			hash.ID = ""
		}
		s.wantNowhere(tables, hash.Identity(secret, b.checkout+s.tag), "the hash")
	}
}

func (w *World) wantNowhere(tables map[string][]byte, needle []byte, what string) {
	w.Helper()
	for column, data := range tables {
		if strings.Contains(strings.ToLower(string(data)), strings.ToLower(string(needle))) {
			w.Errorf("%s is still in %s", what, column)
		}
	}
}

// predict says, of each order that arrives, who buys it where customers take another name
// instead of being erased.
func predict(h history, erased map[int][]buyer) map[int]buyer {
	p := &prediction{names: map[buyer]int{}, orders: map[string]*predicted{}, known: map[string]int{}, buyers: map[int]buyer{}}
	for n := 0; n <= len(h.arrived); n++ {
		for _, b := range erased[n] {
			p.erase(b)
		}
		if n == len(h.arrived) {
			break
		}
		a := h.arrived[n]
		x := h.happened[a.index]
		switch {
		case x.event != nil:
			p.gala = true
			waiting := p.waiting
			p.waiting = nil
			for _, m := range waiting {
				p.decide(m)
			}
		case x.order != nil:
			p.arrive(n, a.webhookID(n), x)
		}
	}
	return p.buyers
}

type prediction struct {
	names   map[buyer]int         // how often they were erased
	orders  map[string]*predicted // by checkout and id
	known   map[string]int        // webhook ids: the arrival that came first under one
	waiting []message             // for gala
	buyers  map[int]buyer         // by arrival
	gala    bool
}

// predicted is what is known of an order.
type predicted struct {
	version int64
	buyer   buyer
	kept    bool // the buyer was erased: it stays theirs
}

// message is an order that came in, with who bought it by the name of then.
type message struct {
	n      int
	x      happening
	buyer  buyer
	erased bool // they were erased out of it
}

func (p *prediction) arrive(n int, webhookID string, x happening) {
	id := x.checkout + webhookID
	if first, again := p.known[id]; again {
		p.buyers[n] = p.buyers[first]
		return
	}
	p.known[id] = n
	b := buyerOf(x)
	m := message{n: n, x: x, buyer: b.renamed(p.names[b])}
	p.buyers[n] = m.buyer
	p.decide(m)
}

func (p *prediction) decide(m message) {
	key := m.x.checkout + " " + m.x.order.ID
	o := p.orders[key]
	if o != nil && m.x.order.Version <= o.version {
		return
	}
	if !p.gala && slices.ContainsFunc(m.x.order.Tickets, func(t Ticket) bool { return t.Event == "gala" }) {
		p.waiting = append(p.waiting, m)
		return
	}
	if o == nil {
		o = &predicted{}
		p.orders[key] = o
	}
	o.version = m.x.order.Version
	if !o.kept {
		o.buyer, o.kept = m.buyer, m.erased
	}
	p.buyers[m.n] = o.buyer
}

func (p *prediction) erase(b buyer) {
	was := b.renamed(p.names[b])
	p.names[b]++
	for _, o := range p.orders {
		o.kept = o.kept || o.buyer == was
	}
	for i := range p.waiting {
		m := &p.waiting[i]
		m.erased = m.erased || m.buyer == was
	}
}
