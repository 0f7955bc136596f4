package dbtest

import (
	"errors"
	"flag"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"pgregory.net/rapid"

	"lastclick/model"
)

// perStore is how many histories share a store, each with names of its own: a new
// store costs as much as a few of them, and a recount costs the whole store.
const perStore = 10

// Histories proves the rules on at least n random histories. Each is played twice: as
// it happened, and shuffled, with webhooks doubled, by up to eight senders at once.
// The sums then equal the recount (R22), the invariants between the numbers hold on
// every page (R17), both end in the same pages: all of a client, by an event and by days
// (R11, R12, R14, R19), unless customers copied one another's click tokens, and every range of days is as it is counted by hand (R21), around
// changes of the clock and while a client gets another timezone too.
//
// The flags of rapid hold for each store's histories: -rapid.seed and
// -rapid.failfile repeat what failed.
func Histories(t *testing.T, open Open, n int) {
	repeat(t, perStore)
	var failed atomic.Bool // then the others need not go on
	for first := 1; first <= n; first += perStore {
		t.Run(fmt.Sprint(first), func(t *testing.T) {
			t.Parallel()
			if failed.Load() {
				return
			}
			run := &historyRun{t: t, open: open}
			t.Cleanup(func() { failed.CompareAndSwap(false, t.Failed()) })
			rapid.Check(t, run.check)
		})
	}
}

// repeat has rapid check so often, unless the command line said how often.
func repeat(t *testing.T, n int) {
	t.Helper()
	f := flag.Lookup("rapid.checks")
	was := f.Value.String()
	if was != f.DefValue {
		return
	}
	t.Cleanup(func() {
		if err := f.Value.Set(was); err != nil {
			t.Error(err)
		}
	})
	if err := f.Value.Set(strconv.Itoa(n)); err != nil {
		t.Fatal(err)
	}
}

// historyRun plays histories, one after the other, in one store.
type historyRun struct {
	t     *testing.T
	open  Open
	store model.Store // nil: a new one is to be opened
	plays int
}

func (run *historyRun) check(rt *rapid.T) {
	h := rapid.Custom(drawHistory).Draw(rt, "history")
	if run.store == nil {
		run.store = run.open(run.t)
	}
	defer func() { // what failed has left its traces: the next one gets a new store
		if r := recover(); r != nil || rt.Failed() {
			if err := run.store.Close(); err != nil {
				run.t.Error(err)
			}
			if run.store = nil; r != nil {
				panic(r) // how rapid ends a check
			}
		}
	}()
	inOrder := make([]arrival, len(h.happened))
	for i := range inOrder {
		inOrder[i].index = i
	}
	if several, ok := run.store.(*nodes); ok {
		several.seed(rapid.Uint64().Draw(rt, "which nodes"))
	}
	one, other := run.platform(rt), run.platform(rt)
	seedPlatforms(h, one, other)
	want := one.play(h, inOrder, 1)
	got := other.play(h, h.arrived, h.senders)
	for _, node := range other.on() {
		node.proveDays(h)
	}
	other.proveSums() // of the whole store, so of both
	if !h.copies && !slices.Equal(want, got) {
		// The senders may not meet again as they did, so the history goes with it.
		rt.Errorf("in order, and not as it came:\n%s\nas it came, and not in order:\n%s\n%#v", missing(want, got), missing(got, want), h)
	}
}

// drawn is a testing.TB whose failures are those of one history.
type drawn struct {
	testing.TB
	rt *rapid.T
}

func (d drawn) Helper()                           {}
func (d drawn) Error(args ...any)                 { d.rt.Error(args...) }
func (d drawn) Errorf(format string, args ...any) { d.rt.Errorf(format, args...) }
func (d drawn) Fatal(args ...any)                 { d.rt.Fatal(args...) }
func (d drawn) Fatalf(format string, args ...any) { d.rt.Fatalf(format, args...) }

// platform is one of several in a store: every name in it ends with its tag.
type platform struct {
	*World
	tag string
}

// clientsOf are the clients of a platform's events and links.
var clientsOf = map[string]string{
	"summerfest": "acme", "winterball": "acme", "nightshift": "zenith",
	"ana": "acme", "bea": "acme", "cyd": "acme", "old": "acme", "zoe": "zenith",
}

func (run *historyRun) platform(rt *rapid.T) platform {
	run.plays++
	return platform{emptyWorld(drawn{run.t, rt}, run.store), fmt.Sprintf("-%06x", run.plays)} // tags of one length change no order
}

// seedPlatforms adds the clients, checkouts, events and links, those of a kind at once, so
// that they cost few commits.
func seedPlatforms(h history, platforms ...platform) {
	var clients, shops, links, archive []func() error
	for _, s := range platforms {
		for _, client := range []string{"acme", "zenith"} {
			clients = append(clients, func() error {
				_, err := s.Store.AddClient(s.Ctx, s.Admin, model.NewClient{
					Slug: client + s.tag, Name: client, URL: "https://tickets.example/" + client,
					Window: "1h", Rule: string(h.rule), Timezone: h.before,
				})
				return err
			})
		}
		for _, name := range []string{"box", "web"} {
			shops = append(shops, func() error {
				_, err := s.Store.AddCheckout(s.Ctx, s.Admin, model.NewCheckout{Name: name + s.tag})
				return err
			})
		}
		for _, event := range []string{"summerfest", "winterball", "nightshift"} {
			shops = append(shops, func() error {
				_, err := s.Store.AddEvent(s.Ctx, As(clientsOf[event]+s.tag), model.NewEvent{Slug: event + s.tag, Name: event, URL: "https://tickets.example/" + event})
				return err
			})
		}
		for code, event := range map[string]string{"ana": "", "bea": "summerfest", "cyd": "winterball", "old": "", "zoe": ""} {
			n := model.NewLink{Name: code, Email: code + "@example.com", Code: code + s.tag, NoMail: true}
			if event != "" {
				n.Event = event + s.tag
			}
			links = append(links, func() error { _, err := s.Store.AddLink(s.Ctx, As(clientsOf[code]+s.tag), n); return err })
		}
		for alias, code := range map[string]string{"ana10": "ana", "zoe10": "zoe"} {
			archive = append(archive, func() error {
				_, err := s.Store.AddAlias(s.Ctx, As(clientsOf[code]+s.tag), code+s.tag, alias+s.tag)
				return err
			})
		}
		archive = append(archive, func() error { _, err := s.Store.ArchiveLink(s.Ctx, As("acme"+s.tag), "old"+s.tag); return err })
	}
	for _, all := range [][]func() error{clients, shops, links, archive} {
		platforms[0].together(all)
	}
	for _, s := range platforms {
		s.awaitNodes()
	}
}

// together does all at once.
func (s platform) together(all []func() error) {
	errs := make([]error, len(all))
	var done sync.WaitGroup
	for i, do := range all {
		done.Go(func() { errs[i] = do() })
	}
	done.Wait()
	s.Must(errors.Join(errs...))
}

// play delivers what arrives and returns the pages that all of it ends in.
func (s platform) play(h history, arrived []arrival, senders int) []string {
	var mail []func() error
	for n, a := range arrived {
		x := h.happened[a.index]
		if x.click != nil {
			mail = append(mail, func() error { return s.click(h, *x.click) })
			continue
		}
		d := s.Delivery(x.checkout+s.tag, a.webhookID(n), s.body(h, x))
		mail = append(mail, func() error {
			_, err := s.Store.Receive(s.Ctx, d)
			return err
		})
	}
	if h.before != h.timezone {
		mail = slices.Insert(mail, min(h.moved, len(mail)), s.setTimezone(h))
	}
	if senders == 1 {
		for _, deliver := range mail {
			s.Must(deliver())
		}
		return s.pages(h)
	}
	// A reader at each node among the senders sees nothing half-done either.
	all := nodesOf(s.Store)
	seen := make([]model.Stats, len(all))
	batches := make([]func() error, senders, senders+len(all))
	for i := range batches {
		batches[i] = func() error {
			for n := i; n < len(mail); n += senders {
				if err := mail[n](); err != nil {
					return err
				}
			}
			return nil
		}
	}
	for i, node := range all {
		batches = append(batches, func() (err error) {
			seen[i], err = node.Stats(s.Ctx, As("acme"+s.tag), model.Filter{})
			return err
		})
	}
	s.together(batches)
	for _, st := range seen {
		s.provePage(st)
	}
	return s.pages(h)
}

// setTimezone gives the clients the timezone that they have at the end.
func (s platform) setTimezone(h history) func() error {
	return func() error {
		for _, client := range []string{"acme", "zenith"} {
			if _, err := s.Store.SetClient(s.Ctx, s.Admin, client+s.tag, model.ClientChange{Timezone: &h.timezone}); err != nil {
				return err
			}
		}
		return nil
	}
}

func (s platform) click(h history, c click) error {
	link, ok := s.Store.LinkByCode(c.link + s.tag)
	if !ok || !s.Store.Click(model.Click{Link: link.Link, At: h.at(c.minute), Visitor: c.first, Bot: c.bot, QR: c.withQR}) {
		return fmt.Errorf("the click on %s was not taken", c.link)
	}
	return nil
}

// body is the webhook with the names of this platform.
func (s platform) body(h history, x happening) []byte {
	switch {
	case x.scan != nil:
		return scanBody(x.scan.ticket, h.at(x.scan.minute), x.scan.scanned)
	case x.event != nil:
		n := fmt.Sprint(x.event.minute)
		return eventBody("acme"+s.tag, "gala"+s.tag, "Gala "+n, h.at(x.event.minute), typed("ga", "Standing "+n), typed("vip", "Sitting "+n))
	}
	o := *x.order
	if o.Code != "" {
		o.Code += s.tag
	}
	if o.Coupon != "" {
		o.Coupon += s.tag
	}
	if c := x.token; c != nil {
		link, _ := s.Store.LinkByCode(c.link + s.tag)
		o.Click = string(s.Store.Receipts().AppendClick(nil, link.Link, h.at(c.minute), [16]byte{byte(c.browser)}))
	}
	if o.Email != "" { // the same at all checkouts, and at no other platform
		o.Email = strings.Replace(o.Email, "@", s.tag+"@", 1)
	}
	if x.seen > 0 {
		o.Receipt = s.receipt(h, x.browser, x.seen)
	}
	o.Tickets = append([]Ticket(nil), o.Tickets...)
	for i := range o.Tickets {
		o.Tickets[i].Event += s.tag
	}
	return o.Body()
}

// receipt is what the browser held after so many of its clicks.
func (s platform) receipt(h history, browser, seen int) string {
	var r model.Receipt
	for _, x := range h.happened {
		if seen == 0 {
			break
		}
		if c := x.click; c != nil && c.browser == browser && !c.bot {
			link, _ := s.Store.LinkByCode(c.link + s.tag)
			r = r.Clicked(link.Link, h.at(c.minute))
			seen--
		}
	}
	return s.Store.Receipts().Sign(r, Minute0)
}

// pagesOfNode proves every page of the platform at one store and returns their rows,
// without its tag.
func (s platform) pagesOfNode(h history) []string {
	day := func(n int) string { return h.at(0).AddDate(0, 0, n).Format(time.DateOnly) }
	var rows []string
	for _, client := range []string{"acme", "zenith"} {
		filters := []model.Filter{{}, {From: day(h.from), To: day(h.to)}}
		if clientsOf[h.event] == client {
			filters = append(filters, model.Filter{Event: h.event + s.tag})
		}
		for _, f := range filters {
			for _, row := range pageRows(s.proveFilter(client+s.tag, f)) {
				row = fmt.Sprintf("%s %s %s…%s %s", client, f.Event, f.From, f.To, row)
				rows = append(rows, strings.ReplaceAll(row, s.tag, ""))
			}
		}
	}
	rows = append(rows, s.explained()...)
	gala, err := s.Store.Event(s.Ctx, As("acme"+s.tag), "gala"+s.tag)
	if model.KindOf(err) == model.NotFound {
		return rows
	}
	s.Must(err)
	return append(rows, fmt.Sprint(gala.Name, gala.TicketTypes))
}

// explained are the orders as both clients' lists and explanations show them, without the
// platform's tag (R25).
func (s platform) explained() (rows []string) {
	for _, client := range []string{"acme", "zenith"} {
		a := As(client + s.tag)
		list, err := s.Store.Orders(s.Ctx, a, model.OrderFilter{Limit: model.MaxLimit})
		s.Must(err)
		for _, o := range list.Items {
			x, err := s.Store.ExplainOrder(s.Ctx, a, o.ID, o.Checkout)
			s.Must(err)
			rows = append(rows, strings.ReplaceAll(fmt.Sprintf("%s %s\n%s", client, asJSON(o), asJSON(x)), s.tag, ""))
		}
	}
	return rows
}
