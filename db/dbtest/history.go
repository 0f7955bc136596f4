package dbtest

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"pgregory.net/rapid"

	"lastclick/model"
)

// history is what happens to a platform: clicks, and what checkouts post. Names in
// it are short; each playing adds a tag of its own.
type history struct {
	rule     model.Rule
	begins   time.Time   // what happens comes so many minutes after it
	timezone string      // of the clients
	before   string      // the timezone that they had first
	moved    int         // after so many arrivals they get the other
	happened []happening // in the order in which it happened
	arrived  []arrival   // the same in another order, webhooks perhaps several times
	senders  int         // who deliver that at once; one keeps the order
	copies   bool        // customers use one another's click tokens: who is first decides (R23)
	event    string      // that the page is also read by
	from, to int         // days that the page is also read by, counted from Minute0's
}

// arrival is a happening that comes in.
type arrival struct {
	index   int  // in happened
	renewed bool // under a webhook-id of its own
}

// webhookID is that of the n-th arrival.
func (a arrival) webhookID(n int) string {
	if a.renewed {
		return fmt.Sprint("msg_again_", n)
	}
	return fmt.Sprint("msg_", a.index)
}

// happening is a click or a webhook: exactly one of the pointers is set.
type happening struct {
	checkout string
	click    *click
	order    *Order
	browser  int    // that the order came from
	seen     int    // of the browser's clicks, how many its receipt holds; 0 sends none
	token    *click // that the order's token proves; its browser is the visitor
	scan     *ticketScan
	event    *eventPost
}

type click struct {
	browser, minute    int
	link               string
	first, bot, withQR bool
}

type ticketScan struct {
	ticket  string
	minute  int
	scanned bool
}

// eventPost is an event.updated of gala, which acme's shop posts: so many minutes
// after all orders, for the names that orders say come after it then.
type eventPost struct{ minute int }

// GoString is how rapid shows a history that fails.
func (h history) GoString() string {
	var b strings.Builder
	fmt.Fprintf(&b, "rule %s, from %s on, in %s", h.rule, h.begins.Format(time.RFC3339), h.timezone)
	if h.before != h.timezone {
		fmt.Fprintf(&b, ", in %s before %d came", h.before, h.moved)
	}
	fmt.Fprintf(&b, "; read by event %s and by days %d to %d\nin order:\n", h.event, h.from, h.to)
	for i, x := range h.happened {
		fmt.Fprintf(&b, "  %2d %s\n", i, x)
	}
	fmt.Fprintf(&b, "came to %d senders as:", h.senders)
	for _, a := range h.arrived {
		fmt.Fprintf(&b, " %d%s", a.index, map[bool]string{true: "'"}[a.renewed])
	}
	return b.String()
}

func (x happening) String() string {
	switch {
	case x.click != nil:
		return fmt.Sprintf("click on %s@%d in browser %d%s%s%s", x.click.link, x.click.minute, x.click.browser,
			map[bool]string{true: ", the first"}[x.click.first], map[bool]string{true: ", a bot"}[x.click.bot], map[bool]string{true: ", by QR"}[x.click.withQR])
	case x.scan != nil:
		return fmt.Sprintf("%s: %s scanned %t@%d", x.checkout, x.scan.ticket, x.scan.scanned, x.scan.minute)
	case x.event != nil:
		return fmt.Sprintf("%s: event gala@%d", x.checkout, x.event.minute)
	}
	o := *x.order
	s := fmt.Sprintf("%s: order %s v%d@%s %s", x.checkout, o.ID, o.Version, o.Placed.Format(time.RFC3339), o.Currency)
	for _, f := range []struct{ name, value string }{{"customer", o.Customer}, {"email", o.Email}, {"code", o.Code}, {"coupon", o.Coupon}, {"receipt", o.Receipt}, {"token", o.Click}, {"channel", o.Channel}} {
		if f.value != "" {
			s += " " + f.name + " " + f.value
		}
	}
	if x.seen > 0 {
		s += fmt.Sprintf(" after %d clicks in browser %d", x.seen, x.browser)
	}
	if x.token != nil {
		s += fmt.Sprintf(" with the token of visitor %d on %s@%d", x.token.browser, x.token.link, x.token.minute)
	}
	s += map[model.Consent]string{model.ConsentGiven: " consents", model.ConsentRefused: " refuses"}[o.Consent]
	s += map[bool]string{true: " returning"}[o.Returning] + map[bool]string{true: " TEST"}[o.Test] + ":"
	for _, t := range o.Tickets {
		s += fmt.Sprintf(" %s %s/%s %d paid %d %s;", t.ID, t.Event, t.Type, t.Face, t.Paid, t.Status)
	}
	return s
}

// historyDraw draws one history.
type historyDraw struct {
	*rapid.T
	history
	clicks [browsers][]*click // by browser
}

const (
	browsers  = 3
	aDayLater = 24 * 60 // minutes
)

func (d *historyDraw) pick(label string, of ...string) string {
	return rapid.SampledFrom(of).Draw(d.T, label)
}

func (d *historyDraw) upTo(n int, label string) int   { return rapid.IntRange(0, n).Draw(d.T, label) }
func (d *historyDraw) oneIn(n int, label string) bool { return d.upTo(n-1, label) == n-1 }

func drawHistory(t *rapid.T) history {
	d := &historyDraw{T: t}
	d.rule = rapid.SampledFrom([]model.Rule{model.LastClick, model.InScope}).Draw(t, "rule")
	d.copies = d.oneIn(4, "copies")
	d.drawDays()
	d.drawClicks()
	sold := map[string]int{} // orders by checkout
	for range 1 + d.upTo(5, "orders") {
		checkout := d.pick("checkout", "box", "web")
		d.drawOrder(checkout, sold[checkout])
		sold[checkout]++
	}
	d.drawScans()
	// The event gala is not known before a checkout posts it, which may be never.
	for n := range d.upTo(3, "gala") {
		at := d.upTo(len(d.happened), "gala comes at")
		d.happened = slices.Insert(d.happened, at, happening{checkout: "web", event: &eventPost{3*aDayLater + n}})
	}
	d.drawArrival()
	d.moved = d.upTo(len(d.happened), "the timezone changes at")
	d.event = d.pick("page of", "summerfest", "winterball")
	d.from = d.upTo(2, "from")
	d.to = d.from + d.upTo(1, "to")
	return d.history
}

// at is a minute of the history.
func (h history) at(minute int) time.Time {
	return h.begins.Add(time.Duration(minute) * time.Minute)
}

// midnights are around which some orders of a history are placed: of days of 23 and 25
// hours, of one that begins at 1, and of the day that Apia never had.
var midnights = []struct{ timezone, day string }{
	{"Europe/London", "2025-03-30"},
	{"Europe/London", "2025-10-27"},
	{"America/New_York", "2025-11-02"},
	{"America/Santiago", "2025-09-07"},
	{"Africa/Cairo", "2025-10-31"},
	{"Australia/Lord_Howe", "2025-04-06"},
	{"Pacific/Apia", "2011-12-31"},
}

// drawDays draws when the history begins and in which timezone its days are. Some clients
// have another timezone first.
func (d *historyDraw) drawDays() {
	d.begins, d.timezone = Minute0, d.pick("timezone", "Europe/London", "America/New_York", "Pacific/Auckland")
	if d.oneIn(2, "around a midnight") {
		m := rapid.SampledFrom(midnights).Draw(d.T, "midnight")
		loc, err := time.LoadLocation(m.timezone)
		if err != nil {
			panic(err) // one of the zones above
		}
		day, _ := time.ParseInLocation(time.DateOnly, m.day, loc)
		d.begins, d.timezone = day.Add(-100*time.Minute).UTC(), m.timezone
	}
	if d.before = d.timezone; d.oneIn(4, "a new timezone") {
		d.before = d.pick("timezone before", "Asia/Kathmandu", "Pacific/Apia", "UTC")
	}
}

// drawScans draws scans of some tickets, several of each, and some of tickets that
// no order has.
func (d *historyDraw) drawScans() {
	type ticket struct{ checkout, id string }
	tickets := []ticket{{"box", "T-9-9"}}
	for _, x := range d.happened {
		if x.order == nil {
			continue
		}
		for _, t := range x.order.Tickets {
			tickets = append(tickets, ticket{x.checkout, t.ID})
		}
	}
	for range d.upTo(3, "scanned tickets") {
		t := rapid.SampledFrom(tickets).Draw(d.T, "ticket")
		for range 1 + d.upTo(2, "scans") {
			d.happened = append(d.happened, happening{checkout: t.checkout, scan: &ticketScan{t.id, 3*aDayLater + d.upTo(3, "at"), d.upTo(2, "unscan") < 2}})
		}
	}
}

// drawClicks draws what the browsers clicked, in the order of time.
func (d *historyDraw) drawClicks() {
	for range d.upTo(6, "clicks") {
		c := &click{
			browser: d.upTo(browsers-1, "browser"),
			minute:  rapid.SampledFrom([]int{30, 50, 60, 60, 80, 100, 102, aDayLater + 50, aDayLater + 60}).Draw(d.T, "minute"),
			link:    d.pick("link", "ana", "ana", "bea", "cyd", "old", "zoe"),
			bot:     d.oneIn(8, "bot"),
			withQR:  d.oneIn(4, "qr"),
		}
		d.happened = append(d.happened, happening{click: c})
	}
	slices.SortStableFunc(d.happened, func(a, b happening) int { return a.click.minute - b.click.minute })
	for _, x := range d.happened {
		c := x.click
		if c.bot { // a bot gets no receipt
			continue
		}
		c.first = !slices.ContainsFunc(d.clicks[c.browser], func(e *click) bool { return e.link == c.link })
		d.clicks[c.browser] = append(d.clicks[c.browser], c)
	}
}

// drawOrder draws an order with its versions. What they say of the tracking stays
// the same, and of the time where a verdict rests on it, for R8 keeps the verdict
// that the first accepted version reached; a receipt and a token may come with a later version
// than the first.
func (d *historyDraw) drawOrder(checkout string, number int) {
	minutes := rapid.SampledFrom([]int{95, 100, 100, 105, aDayLater + 100, 2*aDayLater + 95})
	placed := minutes.Draw(d.T, "placed")
	browser := d.upTo(browsers-1, "browser")
	seen := d.upTo(len(d.clicks[browser]), "clicks in the receipt")
	code, receipt := d.pick("code", "", "", "ana", "ana10", "bea", "zoe", "old", "nobody"), ""
	coupon := d.pick("coupon", "", "", "ana10", "bea", "zoe10", "nobody")
	if seen == 0 {
		receipt = d.pick("receipt", "", "broken")
	}
	token, broken, buyer := d.drawToken(checkout, number)
	since := 0 // the version with which the receipt and the token come
	if code == "" && receipt == "" && broken == "" && (coupon == "" || coupon == "nobody") {
		since = d.upTo(2, "since")
	}
	refused := d.oneIn(3, "consent is spoken of")
	consent := func() model.Consent {
		if !refused {
			return model.ConsentNotSaid
		}
		return rapid.SampledFrom([]model.Consent{model.ConsentRefused, model.ConsentRefused, model.ConsentGiven, model.ConsentNotSaid}).Draw(d.T, "consent")
	}
	for v := range 1 + d.upTo(3, "versions") {
		if seen == 0 && code == "" && token == nil {
			placed = minutes.Draw(d.T, "placed")
		}
		o := Order{
			ID: fmt.Sprint("A-", number), Version: int64(v + 1), Placed: d.at(placed), Currency: d.pick("currency", "GBP", "GBP", "EUR"),
			Customer: d.pick("customer", "", "kim", "lou"), Email: d.pick("email", "", "kim@example.com"),
			Returning: d.oneIn(6, "returning"), Test: d.oneIn(8, "test"), Code: code, Coupon: coupon, Receipt: receipt, Click: broken, Channel: d.pick("channel", "", "online"), Consent: consent(), Tickets: d.drawTickets(number),
		}
		if buyer != "" {
			o.Customer = buyer
		}
		x := happening{checkout: checkout, order: &o}
		if v >= since {
			x.browser, x.seen, x.token = browser, seen, token
		}
		d.happened = append(d.happened, x)
	}
}

// drawToken draws the click token of an order: none, a broken one, one of its own, or one
// that all orders of a customer at the checkout come with, who is the buyer then. Where
// customers copy tokens, it may be any.
func (d *historyDraw) drawToken(checkout string, number int) (token *click, broken, buyer string) {
	c := &click{
		minute: rapid.SampledFrom([]int{30, 50, 60, 80, 100, 102, aDayLater + 50}).Draw(d.T, "minute of the token"),
		link:   d.pick("link of the token", "ana", "ana", "bea", "cyd", "old", "zoe"),
	}
	shop := map[string]int{"box": 100, "web": 200}[checkout]
	switch kind := d.pick("token", "", "", "broken", "own", "shared"); {
	case kind == "":
		return nil, "", ""
	case kind == "broken":
		return nil, "broken", ""
	case d.copies:
		return &click{link: "ana", minute: 60, browser: d.upTo(1, "visitor of the token")}, "", ""
	case kind == "shared":
		return &click{link: "ana", minute: 60, browser: shop + 50}, "", "kim"
	}
	c.browser = shop + number
	return c, "", ""
}

// drawTickets draws the tickets of one version: the first is always there, for an
// order has at least one.
func (d *historyDraw) drawTickets(order int) []Ticket {
	var tickets []Ticket
	for n := range 3 {
		if n > 0 && rapid.Bool().Draw(d.T, "left out") {
			continue
		}
		tickets = append(tickets, Ticket{
			ID:     fmt.Sprintf("T-%d-%d", order, n),
			Event:  d.pick("event", "summerfest", "summerfest", "winterball", "nightshift", "gala"),
			Type:   d.pick("type", "ga", "vip"),
			Face:   rapid.SampledFrom([]int64{1000, 4500, Free}).Draw(d.T, "face"),
			Paid:   rapid.SampledFrom([]int64{0, Free, 900}).Draw(d.T, "paid"),
			Status: rapid.SampledFrom([]model.Status{model.Valid, model.Valid, model.Valid, model.Refunded, model.Void}).Draw(d.T, "status"),
		})
	}
	return tickets
}

// drawArrival shuffles the history and doubles webhooks. A click that comes twice is
// two clicks, so those come once.
func (d *historyDraw) drawArrival() {
	var all []arrival
	for i, x := range d.happened {
		all = append(all, arrival{index: i})
		if x.click == nil && d.oneIn(3, "doubled") {
			all = append(all, arrival{i, d.oneIn(2, "renewed")})
		}
	}
	d.arrived = rapid.Permutation(all).Draw(d.T, "arrival")
	d.senders = rapid.SampledFrom([]int{1, 1, 2, 4, 8}).Draw(d.T, "senders")
}
