package dbtest

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"lastclick/model"
)

const receiver = "https://receiver.example/sales"

// hook adds a hook of acme.
func (w *World) hook() model.HookSecret {
	w.Helper()
	h, err := w.Store.AddHook(w.Ctx, As("acme"), receiver)
	w.Must(err)
	return h
}

// received is a message as a receiver has it.
type received struct {
	model.HookMessage
	client string // whose hook it is; empty for the platform's
	Type   string
	Data   struct {
		model.HookSale
		Ticket, Event string
		At            time.Time
	}
}

// take takes all messages that wait, as receivers do that answer 200.
func (w *World) take() (all []received) {
	w.Helper()
	for {
		batches, err := w.Store.DueHooks(w.Ctx, 0, time.Hour)
		w.Must(err)
		if len(batches) == 0 {
			return all
		}
		for _, b := range batches {
			r := model.HookReport{Hook: b.ID, Next: time.Now().Add(-time.Second)}
			for _, m := range b.Messages {
				got := received{HookMessage: m}
				if b.Client != nil {
					got.client = *b.Client
				}
				w.Must(json.Unmarshal(m.Body, &got))
				all = append(all, got)
				r.Results = append(r.Results, model.HookResult{Row: m.Row, ID: m.ID, Taken: true})
			}
			w.Must(w.Store.ReportHook(w.Ctx, r))
		}
	}
}

// String is the message in short: "credited A-1 ana: T-1 summerfest ga 4500 GBP last_click".
func (r received) String() string {
	if r.Type == model.TicketScanned {
		return fmt.Sprintf("scanned %s %s: %s %s@%d", r.Data.Order, r.Data.Link, r.Data.Ticket, r.Data.Event, int(r.Data.At.Sub(Minute0).Minutes()))
	}
	s := fmt.Sprintf("%s %s %s:", strings.TrimPrefix(r.Type, "sale."), r.Data.Order, r.Data.Link)
	for i, t := range r.Data.Tickets {
		s += fmt.Sprintf("%s %s %s %s %d %s %s", map[bool]string{true: ","}[i > 0], t.ID, t.Event, t.Type, t.FaceValue, r.Data.Currency, t.Reason)
		if t.Cause != "" {
			s += " " + string(t.Cause)
		}
	}
	return s
}

// wantTold takes what waits and compares it, line by line.
func (w *World) wantTold(lines string) {
	w.Helper()
	var got []string
	for _, m := range w.take() {
		got = append(got, m.String())
	}
	want := strings.Split(strings.TrimSpace(lines), "\n")
	for i := range want {
		want[i] = strings.TrimSpace(want[i])
	}
	if strings.TrimSpace(lines) == "" {
		want = nil
	}
	if !slices.Equal(got, want) {
		w.Errorf("hooks were told\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// hookOf is the one hook that the actor sees.
func (w *World) hookOf(a model.Actor) model.Hook {
	w.Helper()
	list, err := w.Store.Hooks(w.Ctx, a)
	w.Must(err)
	if len(list) != 1 {
		w.Fatalf("%d hooks, want one: %s", len(list), asJSON(list))
	}
	return list[0]
}

// dueHook is the one hook that is due.
func (w *World) dueHook(lease time.Duration) model.HookBatch {
	w.Helper()
	batches, err := w.Store.DueHooks(w.Ctx, 0, lease)
	w.Must(err)
	if len(batches) != 1 {
		w.Fatalf("%d hooks are due, want one: %s", len(batches), asJSON(batches))
	}
	return batches[0]
}

// fail reports that none of the batch was taken; the messages and the hook are due again
// at the time.
func (w *World) fail(b model.HookBatch, reason string, retry time.Time, disable bool) {
	w.Helper()
	r := model.HookReport{Hook: b.ID, Error: reason, Next: retry, Disable: disable}
	for _, m := range b.Messages {
		r.Results = append(r.Results, model.HookResult{Row: m.Row, ID: m.ID, Retry: retry})
	}
	w.Must(w.Store.ReportHook(w.Ctx, r))
}

var hookTests = slices.Concat(toldTests, hookStateTests)

// What hooks are told of orders and scans.
var toldTests = []test{
	{"a credited sale is told in the order's transaction", func(w *World) {
		w.hook()
		w.Place(Order{Receipt: w.Receipt("ana@50"), Customer: "kim", Email: "kim@example.com", Tickets: []Ticket{{ID: "T-1"}, {ID: "T-2", Type: "vip", Face: Free}}})
		b := w.dueHook(0)
		if len(b.Messages) != 1 || b.URL != receiver || *b.Client != "acme" || len(b.Secret) != 32 {
			w.Fatalf("due %s", asJSON(b))
		}
		m := b.Messages[0]
		var body struct {
			Type      string
			Timestamp time.Time
			Data      json.RawMessage
		}
		w.Must(json.Unmarshal(m.Body, &body))
		want := `{"order":"A-1","checkout":"box","version":1,"placed_at":"2025-06-02T11:40:00Z","client":"acme","link":"ana","currency":"GBP","tickets":[` +
			`{"id":"T-1","event":"summerfest","type":"ga","type_name":"Type ga","face_value":4500,"reason":"last_click"},` +
			`{"id":"T-2","event":"summerfest","type":"vip","type_name":"Type vip","face_value":0,"reason":"last_click"}]}`
		if body.Type != model.SaleCredited || m.Type != body.Type || body.Timestamp.IsZero() || string(body.Data) != want {
			w.Errorf("%s\nwant the data %s", m.Body, want)
		}
		if again := w.dueHook(0).Messages[0]; again.ID != m.ID || string(again.Body) != string(m.Body) || !strings.HasPrefix(m.ID, "msg_") {
			w.Errorf("the message comes again as %s, was %s", again.ID, m.ID)
		}
	}},
	{"one message for each link, and none for what nobody gets", func(w *World) {
		w.hook()
		w.AddClient("zenith")
		w.AddEvent("zenith", "nightshift")
		w.AddLink("zenith", "zoe", "")
		w.Place(Order{Receipt: w.Receipt("zoe@40", "bea@60"), Tickets: []Ticket{{ID: "T-1"}, {ID: "T-2", Event: "nightshift"}, {ID: "T-3", Event: "winterball"}, {ID: "T-4"}}})
		w.wantTold("credited A-1 bea: T-1 summerfest ga 4500 GBP last_click, T-4 summerfest ga 4500 GBP last_click")
		w.Place(Order{ID: "A-2", Tickets: []Ticket{{ID: "T-5"}}})
		w.wantTold("")
	}},
	{"the platform's hook is told of all clients, each message once for each hook", func(w *World) {
		w.hook()
		w.AddClient("zenith")
		w.AddEvent("zenith", "nightshift")
		w.AddLink("zenith", "zoe", "")
		root := w.Admin
		root.Client = ""
		_, err := w.Store.AddHook(w.Ctx, root, "https://all.example/")
		w.Must(err)
		w.Place(Order{Receipt: w.Receipt("zoe@40", "ana@60"), Tickets: []Ticket{{ID: "T-1"}, {ID: "T-2", Event: "nightshift"}}})
		ids := map[string][]string{}
		for _, m := range w.take() {
			ids[m.ID] = append(ids[m.ID], m.client+" "+m.String())
		}
		got := slices.Sorted(maps.Values(joinedLines(ids)))
		want := []string{
			" credited A-1 ana: T-1 summerfest ga 4500 GBP last_click\nacme credited A-1 ana: T-1 summerfest ga 4500 GBP last_click",
			" credited A-1 zoe: T-2 nightshift ga 4500 GBP last_click",
		}
		if !slices.Equal(got, want) {
			w.Errorf("told %q", got)
		}
	}},
	{"R13 a refund is told as it was credited", func(w *World) {
		w.hook()
		order := Order{Receipt: w.Receipt("ana@50"), Tickets: []Ticket{{ID: "T-1"}, {ID: "T-2"}, {ID: "T-3"}}}
		w.Place(order)
		w.take()
		order.Version, order.Tickets = 2, []Ticket{{ID: "T-1", Status: model.Refunded, Face: 1}, {ID: "T-2", Status: model.Void}}
		w.Place(order)
		w.wantTold("reversed A-1 ana: T-1 summerfest ga 4500 GBP last_click refunded, T-2 summerfest ga 4500 GBP last_click void, T-3 summerfest ga 4500 GBP last_click void")
		order.Version, order.Tickets = 3, []Ticket{{ID: "T-1", Face: 1}, {ID: "T-2", Status: model.Void}}
		w.Place(order)
		w.wantTold("credited A-1 ana: T-1 summerfest ga 1 GBP last_click")
	}},
	{"R8 a later receipt credits, an exchange moves to another link", func(w *World) {
		w.hook()
		order := Order{Tickets: []Ticket{{ID: "T-1"}}}
		w.Place(order)
		w.wantTold("")
		order.Version, order.Receipt = 2, w.Receipt("bea@60")
		w.Place(order)
		w.wantTold("credited A-1 bea: T-1 summerfest ga 4500 GBP last_click")
		order.Version, order.Tickets = 3, []Ticket{{ID: "T-1", Event: "winterball"}}
		w.Place(order)
		w.wantTold("reversed A-1 bea: T-1 summerfest ga 4500 GBP last_click changed")
	}},
	{"R8 what is judged again for another link is reversed before it is credited", func(w *World) {
		w.hook()
		inScope := "in-scope"
		_, err := w.Store.SetClient(w.Ctx, w.Admin, "acme", model.ClientChange{Rule: &inScope})
		w.Must(err)
		w.AddLink("acme", "cyd", "winterball")
		order := Order{Receipt: w.Receipt("bea@50", "cyd@60"), Tickets: []Ticket{{ID: "T-1"}}}
		w.Place(order)
		w.take()
		w.Scan("T-1", 200, true)
		w.wantTold("scanned A-1 bea: T-1 summerfest@200")
		order.Version, order.Tickets = 2, []Ticket{{ID: "T-1", Event: "winterball", Type: "vip"}}
		w.Place(order)
		w.wantTold(`reversed A-1 bea: T-1 summerfest ga 4500 GBP last_click changed
			credited A-1 cyd: T-1 winterball vip 4500 GBP last_click
			scanned A-1 cyd: T-1 winterball@200`)
	}},
	{"what a sale counts for is told when it changes", func(w *World) {
		w.hook()
		order := Order{Receipt: w.Receipt("ana@50"), Tickets: []Ticket{{ID: "T-1"}, {ID: "T-2"}}}
		w.Place(order)
		w.take()
		order.Version, order.Customer, order.Tickets = 2, "kim", []Ticket{{ID: "T-1"}, {ID: "T-2", Face: 5000}}
		w.Place(order)
		w.wantTold("reversed A-1 ana: T-2 summerfest ga 4500 GBP last_click changed\ncredited A-1 ana: T-2 summerfest ga 5000 GBP last_click")
		order.Version, order.Currency = 3, "EUR"
		w.Place(order)
		w.wantTold(`reversed A-1 ana: T-1 summerfest ga 4500 GBP last_click changed, T-2 summerfest ga 5000 GBP last_click changed
			credited A-1 ana: T-1 summerfest ga 4500 EUR last_click, T-2 summerfest ga 5000 EUR last_click`)
	}},
	{"R14 scans are told, undone ones are not", func(w *World) {
		w.hook()
		w.Scan("T-2", 190, true) // before its order
		w.Place(Order{Receipt: w.Receipt("ana@50"), Tickets: []Ticket{{ID: "T-1"}, {ID: "T-2"}}})
		w.wantTold("credited A-1 ana: T-1 summerfest ga 4500 GBP last_click, T-2 summerfest ga 4500 GBP last_click\nscanned A-1 ana: T-2 summerfest@190")
		w.Scan("T-1", 200, true)
		w.wantTold("scanned A-1 ana: T-1 summerfest@200")
		w.Scan("T-1", 200, true)
		w.Scan("T-1", 210, true) // a second scan changes nothing
		w.Scan("T-1", 220, false)
		w.wantTold("")
		w.Scan("T-1", 230, true)
		w.wantTold("scanned A-1 ana: T-1 summerfest@230")
		w.Place(Order{ID: "A-9", Tickets: []Ticket{{ID: "T-9"}}})
		w.Scan("T-9", 200, true) // of a ticket that no link has
		w.Scan("T-0", 200, true) // of no ticket
		w.wantTold("")
	}},
	{"R15 test orders tell nothing", func(w *World) {
		w.hook()
		order := Order{Test: true, Receipt: w.Receipt("ana@50"), Tickets: []Ticket{{ID: "T-1"}}}
		w.Place(order)
		w.Scan("T-1", 200, true)
		w.wantTold("")
		order.Version, order.Test = 2, false
		w.Place(order)
		w.wantTold("credited A-1 ana: T-1 summerfest ga 4500 GBP last_click\nscanned A-1 ana: T-1 summerfest@200")
		order.Version, order.Test = 3, true
		w.Place(order)
		w.wantTold("reversed A-1 ana: T-1 summerfest ga 4500 GBP last_click test")
	}},
	{"R12 doubled and shuffled deliveries tell the same", func(w *World) {
		w.hook()
		w.AddCheckout("web", "")
		var came [][]byte
		for i := range 12 {
			n := fmt.Sprint(i)
			receipt := map[bool]string{true: w.Receipt("ana@50", "bea@60"), false: w.Receipt("ana@50")}[i%2 == 0]
			came = append(came, Order{ID: "A-" + n, Customer: "kim" + n, Receipt: receipt, Tickets: []Ticket{{ID: "T-" + n}, {ID: "U-" + n, Status: model.Refunded}}}.Body())
			came = append(came, scanBody("T-"+n, Minute(200+i), true))
		}
		told := func(checkout string, order []int) []string {
			for n, i := range order {
				_, err := w.Deliver(checkout, fmt.Sprint("msg-", i, map[bool]string{true: "-again"}[n%5 == 0]), came[i])
				w.Must(err)
			}
			var lines []string
			for _, m := range w.take() {
				lines = append(lines, m.String())
			}
			slices.Sort(lines)
			return lines
		}
		inOrder, shuffled := make([]int, len(came)), []int{}
		for i := range came {
			inOrder[i] = i
			shuffled = append(shuffled, (i*7)%len(came), (i*5+3)%len(came))
		}
		want, got := told("box", inOrder), told("web", shuffled)
		if len(want) != 24 || !slices.Equal(want, got) {
			w.Errorf("in order:\n%s\nshuffled and doubled:\n%s", strings.Join(want, "\n"), strings.Join(got, "\n"))
		}
	}},
	{"what a parked order brings is told once its event is there", func(w *World) {
		w.hook()
		out, err := w.Send(Order{Receipt: w.Receipt("ana@50"), Tickets: []Ticket{{ID: "T-1", Event: "gala"}}})
		w.wantStatus(out, err, model.Parked)
		w.wantTold("")
		w.AddEvent("acme", "gala")
		w.wantTold("credited A-1 ana: T-1 gala ga 4500 GBP last_click")
	}},
}

func joinedLines(m map[string][]string) map[string]string {
	joined := map[string]string{}
	for k, lines := range m {
		slices.Sort(lines)
		joined[k] = strings.Join(lines, "\n")
	}
	return joined
}
