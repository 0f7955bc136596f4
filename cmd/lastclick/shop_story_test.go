package main

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"
)

// dialect is how one kind of shop says what happens to its orders.
type dialect struct {
	kind  string
	about string // beside the kind, where there are two of it

	carry, parameter string // the carrier and its parameter; empty: the shop cannot carry a click
	ownSecret        bool   // the shop makes its secret
	token            string // for the API; empty: none is given
	authorization    string // of requests to the API
	objectPath       string // in the path of the request that reads an order
	rejects          bool   // broken JSON and parked orders have the statuses of the contract's §3
	missing          map[string]string
	reasons          [3]string // of the verdicts credited, copied and other event; zero: those of a click

	events func(event int) []string // as the shop calls it; nil: by our slugs
	sign   func(r *http.Request, secret, body string)
	ping   message
	pong   string // the status that answers it

	// order is what the shop posts of a sale after it was placed, given back in part
	// ("refunded") or in all ("cancelled").
	order func(t testing.TB, s *sale, what string) []message
	// entry is what it posts of a ticket that goes in, or is found not to be in. Without
	// it the shop has no check-ins, and they come by scan import.
	entry    func(t testing.TB, v view) message
	orderID  func(s *sale) string
	ticketID func(s *sale, t saleTicket) string
	answer   func(t testing.TB, s *sale, u *url.URL) (string, bool)
}

// message is what a shop posts.
type message struct {
	header map[string]string
	body   string
}

// view is what a template about one ticket sees.
type view struct {
	S            *sale
	T            saleTicket
	In           bool
	First, At    time.Time // of the entry, and of what happens now
	Action, Type string
}

// Tickets are the views of all tickets.
func (v view) Tickets() (all []view) {
	for _, t := range v.S.Tickets {
		all = append(all, view{S: v.S, T: t})
	}
	return all
}

// numbers are the seven of the contract; face value by currency.
type numbers struct {
	Customers int            `json:"customers"`
	New       int            `json:"new_customers"`
	Orders    int            `json:"orders"`
	Tickets   int            `json:"tickets"`
	Scanned   int            `json:"scanned"`
	Unscanned int            `json:"unscanned"`
	Face      map[string]int `json:"face_value"`
}

func (n numbers) String() string {
	return fmt.Sprintf("%d customers, %d new, %d orders, %d tickets, %d scanned, %d unscanned, %v", n.Customers, n.New, n.Orders, n.Tickets, n.Scanned, n.Unscanned, n.Face)
}

// tale is a dialect's shop, connected to a real daemon.
type tale struct {
	*platform
	d      dialect
	secret string
	api    *shopAPI
	start  time.Time
	loose  map[string]numbers // unattributed, by reason
}

const ownSecret = "whsec_c2VjcmV0IG9mIHRoZSB0ZXN0cyE="

// connectShop adds the checkout shop, as checkout show says.
func connectShop(p *platform, d dialect, name string) (api *shopAPI, secret string) {
	p.t.Helper()
	args, in := []string{"checkout", "add", name, "--kind", d.kind, "--json"}, ""
	if d.token != "" {
		api = newShopAPI(p.t, d)
		args, in = append(args, "--url", api.url(), "--token-stdin"), d.token+"\n"
	}
	if d.ownSecret {
		args, in = append(args, "--secret-stdin"), in+ownSecret+"\n"
	}
	out, status := p.piped(in, args...)
	var made struct{ Secret *string }
	if err := json.Unmarshal([]byte(out), &made); err != nil || status != 0 || (made.Secret == nil) != d.ownSecret {
		p.t.Fatalf("%s: %d %s", args, status, out)
	}
	if made.Secret != nil {
		return api, *made.Secret
	}
	return api, ownSecret
}

// post posts a message to the checkout, proved with the secret.
func (d dialect) post(p *platform, name, secret string, m message) (int, string) {
	p.t.Helper()
	req, err := http.NewRequest(http.MethodPost, p.http+"/webhooks/"+name, strings.NewReader(m.body))
	if err != nil {
		p.t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	if secret != "" {
		d.sign(req, secret, m.body)
	}
	for name, value := range m.header {
		req.Header.Set(name, value)
	}
	return p.do(req)
}

// says posts a message as the shop, and wants it to be kept.
func (w *tale) says(m message) string {
	w.t.Helper()
	status, answer := w.d.post(w.platform, "shop", w.secret, m)
	if status != 200 && (!w.d.rejects || status != 202) {
		w.t.Errorf("%d %s for %s", status, answer, m.body)
	}
	return answer
}

// settled waits until nothing is queued any more.
func (w *tale) settled() {
	w.t.Helper()
	w.eventually("the queue is empty", func() bool {
		var k shownCheckout
		w.json(&k, "checkout", "show", "shop")
		return k.Queued == 0
	})
}

// happens lets the shop say what happened to a sale.
func (w *tale) happens(s *sale, what string) {
	w.t.Helper()
	w.knows(s)
	for _, m := range w.d.order(w.t, s, what) {
		w.says(m)
	}
	w.settled()
}

func (w *tale) knows(s *sale) {
	if w.api != nil {
		w.api.put(s)
	}
}

// passes lets a ticket through the door, counted from 1.
func (w *tale) passes(s *sale, ticket int, in bool, after time.Duration) {
	w.t.Helper()
	v := view{In: in, First: s.Tickets[ticket-1].At, At: w.start.Add(after)}
	if in {
		v.First = v.At
	}
	s.pass(ticket, in, v.At)
	w.knows(s)
	v.S, v.T = s, s.Tickets[ticket-1]
	if w.d.entry != nil {
		w.says(w.d.entry(w.t, v))
		w.settled()
		return
	}
	csv := fmt.Sprintf("ticket,at,scanned\n%s,%s,%t\n", w.d.ticketID(s, v.T), v.At.Format(time.RFC3339), in)
	if out, status := w.piped(csv, "scan", "import", "--checkout", "shop"); status != 0 {
		w.t.Errorf("scan import: %s", out)
	}
}

// click follows ana's link, and returns what the page's address carries.
func (w *tale) click() string {
	w.t.Helper()
	status, location := w.browser().follow("/ana")
	u, err := url.Parse(location)
	if err != nil || status != 302 {
		w.t.Fatalf("%d %s", status, location)
	}
	if w.d.parameter == "" {
		if u.RawQuery != "" {
			w.t.Errorf("without a carrier the page is %s", location)
		}
		return ""
	}
	return carried(w.t.(*testing.T), location, "https://tickets.example/summerfest", w.d.parameter)
}

// buys makes a sale that w's shop carries the token into, or ana's coupon where it cannot.
func (w *tale) buys(n int, email string, event int, currency, token string, lines ...[3]int64) *sale {
	s := sold(n, email, event, currency, w.start.Add(time.Duration(n)*time.Second), lines...)
	if s.Token = token; w.d.parameter == "" {
		s.Coupon = "ANA10"
	}
	return s
}

// wantTotal compares the total row and ana's, which are the same here.
func (w *tale) wantTotal(want numbers) {
	w.t.Helper()
	var stats struct {
		Links []struct {
			numbers
			Link struct{ Code string }
		}
		Total        numbers
		Unattributed []struct {
			numbers
			Reason string
		}
	}
	w.json(&stats, "stats")
	if got := stats.Total.String(); got != want.String() {
		w.t.Errorf("total\n%s, want\n%s", got, want)
	}
	if len(stats.Links) != 1 || stats.Links[0].Link.Code != "ana" || stats.Links[0].numbers.String() != want.String() {
		w.t.Errorf("links %+v", stats.Links)
	}
	got := map[string]numbers{}
	for _, u := range stats.Unattributed {
		got[u.Reason] = u.numbers
	}
	if fmt.Sprint(got) != fmt.Sprint(w.loose) {
		w.t.Errorf("unattributed\n%v, want\n%v", got, w.loose)
	}
}

// unattributed adds a sale's numbers to those of a reason. Only the first purchase of a
// customer makes them new.
func (w *tale) unattributed(reason string, n numbers) {
	sum := w.loose[reason]
	sum.Customers, sum.New, sum.Orders = sum.Customers+n.Customers, sum.New+n.New, sum.Orders+n.Orders
	sum.Tickets, sum.Scanned, sum.Unscanned = sum.Tickets+n.Tickets, sum.Scanned+n.Scanned, sum.Unscanned+n.Unscanned
	face := map[string]int{}
	maps.Copy(face, sum.Face)
	for c, amount := range n.Face {
		face[c] += amount
	}
	sum.Face = face
	w.loose[reason] = sum
}

// wantVerdict compares order explain with the sale as it stands.
func (w *tale) wantVerdict(s *sale, reason, verdict string) {
	w.t.Helper()
	var ex struct {
		ID, Checkout string
		Tickets      []struct {
			ID, Event, Status, Reason string
			Scanned                   bool
			Link                      *string
			Considered                []struct{ Link, Verdict string }
		}
	}
	w.json(&ex, "order", "explain", w.d.orderID(s), "--checkout", "shop")
	if ex.Checkout != "shop" || len(ex.Tickets) != len(s.Tickets) {
		w.t.Fatalf("order explain: %+v", ex)
	}
	byID := map[string]saleTicket{}
	for _, t := range s.Tickets {
		byID[w.d.ticketID(s, t)] = t
	}
	for _, t := range ex.Tickets {
		is, known := byID[t.ID]
		credited := t.Link != nil && *t.Link == "ana"
		if !known || t.Reason != reason || credited != (verdict == "won" || reason == "coupon") || (t.Status == "valid") == is.Gone || t.Scanned != is.In ||
			t.Event != []string{"summerfest", "wintergala"}[s.Event-1] {
			w.t.Errorf("order %s: %+v, want %s and %+v", ex.ID, t, reason, is)
		}
		if w.d.parameter != "" && (len(t.Considered) != 1 || t.Considered[0].Link != "ana" || t.Considered[0].Verdict != verdict) {
			w.t.Errorf("order %s considered %+v, want %s", ex.ID, t.Considered, verdict)
		}
	}
}

func (d dialect) reason(i int) string {
	return cmp.Or(d.reasons[i], []string{"last_click", "copied_address", "other_event"}[i])
}

// name is that of the dialect's test.
func (d dialect) name() string { return strings.TrimSuffix(d.kind+"_"+d.about, "_") }

// missed says whether a step is one that the shop cannot express, and skips it by name.
func (d dialect) skip(t *testing.T, step string) {
	t.Helper()
	if why, ok := d.missing[step]; ok {
		t.Skip(d.kind + ": " + why)
	}
}

// named tells by which names the shop calls the event, after which nothing waits.
func (w *tale) named(slug string, event int) {
	w.t.Helper()
	for _, id := range w.d.events(event) {
		w.run("event", "set", slug, "--shop", "'shop:"+id+"'")
	}
	w.wantNothingWaits()
}

// wantParked wants 1 to most webhooks that wait for a name of the event.
func (w *tale) wantParked(most, event int) {
	w.t.Helper()
	names := []string{"parked summerfest", "parked wintergala"}[event-1 : event]
	if w.d.events != nil {
		names = nil
		for _, id := range w.d.events(event) {
			names = append(names, "parked shop:"+id)
		}
	}
	items, _ := w.inbox()
	if len(items) < 1 || len(items) > most || slices.ContainsFunc(items, func(i string) bool { return !slices.Contains(names, i) }) {
		w.t.Errorf("inbox %v", items)
	}
}

func (w *tale) wantNothingWaits() {
	w.t.Helper()
	if items, _ := w.inbox(); len(items) != 0 {
		w.t.Errorf("inbox %v", items)
	}
}

// inbox are the items that wait, as "state reason".
func (w *tale) inbox() (items []string, ids []int) {
	w.t.Helper()
	var list struct {
		Inbox []struct {
			ID                   int
			State, Reason, Event string
		}
	}
	w.json(&list, "inbox", "list")
	for _, i := range list.Inbox {
		items, ids = append(items, strings.TrimSpace(i.State+" "+i.Event)), append(ids, i.ID)
	}
	slices.Sort(items)
	return items, ids
}
