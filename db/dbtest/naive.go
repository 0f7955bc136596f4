package dbtest

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"lastclick/model"
)

// This file counts pages as one would by hand: from the exported tickets, which are
// facts, and from what the history knows of the buyers, who are not exported.

// soldTicket is an exported ticket, its names without the platform's tag.
type soldTicket struct {
	client, order     string // the order: its checkout and id
	buyer             string // empty: unknown
	day               string // in the client's timezone
	live, scanned     bool
	isNew             bool // the buyer's first purchase on the platform, who did not buy elsewhere before
	event, typ        string
	link, reason      string
	currency          string
	face              int64
	placed            time.Time
	checkout, orderID string
}

// cells are what the ticket counts in.
func (t soldTicket) cells() []string {
	if t.link == "" {
		return []string{t.reason}
	}
	return []string{"total", t.link, t.link + " › " + t.event + " " + t.typ}
}

// hand is a cell that is counted by hand.
type hand struct {
	orders, buyers, new map[string]bool
	n                   model.Numbers
}

// soldTickets reads all tickets of the platform that are not of test orders.
func (s platform) soldTickets(h history) []soldTicket {
	s.Helper()
	var all []soldTicket
	for _, client := range []string{"acme", "zenith"} {
		versions := map[string]string{}
		for _, row := range s.exported(client, "orders") {
			versions[row["checkout"]+" "+row["id"]] = row["version"]
		}
		for _, row := range s.exported(client, "tickets") {
			if row["test"] == "true" {
				continue
			}
			t := soldTicket{
				client: client, order: row["checkout"] + " " + row["order"], checkout: row["checkout"], orderID: row["order"],
				live: row["status"] == "valid", scanned: row["scanned"] == "true",
				event: row["event"], typ: row["type"], link: row["link"], reason: row["reason"], currency: row["currency"],
			}
			var err error
			t.placed, err = time.Parse(time.RFC3339, row["placed_at"])
			s.Must(err)
			t.day = t.placed.In(model.Location(h.timezone)).Format(time.DateOnly)
			t.face, err = strconv.ParseInt(strings.ReplaceAll(row["face_value"], ".", ""), 10, 64)
			s.Must(err)
			o := h.version(t.checkout, t.orderID, versions[t.order])
			switch email := strings.ToLower(strings.TrimSpace(o.Email)); {
			case o.Customer != "":
				t.buyer = t.checkout + " " + o.Customer
			case email != "":
				t.buyer = email
			}
			t.isNew = !o.Returning
			s.proveConsent(row, o.Consent, h)
			all = append(all, t)
		}
	}
	first := map[string]soldTicket{}
	for _, t := range all {
		if f, ok := first[t.buyer]; !ok || cmp.Or(t.placed.Compare(f.placed), cmp.Compare(t.checkout, f.checkout), cmp.Compare(t.orderID, f.orderID)) < 0 {
			first[t.buyer] = t
		}
	}
	for i, t := range all {
		all[i].isNew = t.isNew && t.buyer != "" && t.order == first[t.buyer].order
	}
	return all
}

// proveConsent proves of an exported ticket that its order's newest version decides whether
// no click is for want of consent (R26).
func (s platform) proveConsent(row map[string]string, said model.Consent, h history) {
	s.Helper()
	wrong := map[string]bool{"no_click": said == model.ConsentRefused, "no_consent": said != model.ConsentRefused}[row["reason"]]
	if want := map[model.Consent]string{model.ConsentGiven: "true", model.ConsentRefused: "false"}[said]; wrong || row["consent"] != want {
		s.Errorf("%s of %s %s is %s, exported with consent %q, and the order said %d\n%#v", row["ticket"], row["checkout"], row["order"], row["reason"], row["consent"], said, h)
	}
}

// version is the version of an order that a checkout sent.
func (h history) version(checkout, id, version string) Order {
	for _, x := range h.happened {
		if x.order != nil && x.checkout == checkout && x.order.ID == id && fmt.Sprint(x.order.Version) == version {
			return *x.order
		}
	}
	return Order{}
}

// exported are the rows of an export by the names of their columns, without the platform's
// tag.
func (s platform) exported(client, what string) []map[string]string {
	s.Helper()
	var names []string
	var rows []map[string]string
	s.Must(s.Store.Export(s.Ctx, As(client+s.tag), what, func(cells []string) error {
		if names == nil {
			names = slices.Clone(cells)
			return nil
		}
		row := map[string]string{}
		for i, c := range cells {
			row[names[i]] = strings.ReplaceAll(c, s.tag, "")
		}
		rows = append(rows, row)
		return nil
	}))
	return rows
}

// countByHand is a page of the client, a line for each cell with an order.
func countByHand(tickets []soldTicket, client string, f model.Filter) map[string]string {
	counted := map[string]*hand{}
	for _, t := range tickets {
		if !t.live || t.client != client || f.Event != "" && t.event != f.Event || f.From != "" && t.day < f.From || f.To != "" && t.day > f.To {
			continue
		}
		for _, cell := range t.cells() {
			c := counted[cell]
			if c == nil {
				c = &hand{orders: map[string]bool{}, buyers: map[string]bool{}, new: map[string]bool{}}
				counted[cell] = c
			}
			c.orders[t.order] = true
			if t.buyer != "" {
				c.buyers[t.buyer] = true
			}
			if t.isNew {
				c.new[t.buyer] = true
			}
			c.n.Tickets++
			if t.scanned {
				c.n.Scanned++
			}
			c.n.FaceValue.Add(t.currency, t.face)
		}
	}
	lines := map[string]string{}
	for cell, c := range counted {
		c.n.Orders, c.n.Customers, c.n.NewCustomers = int64(len(c.orders)), int64(len(c.buyers)), int64(len(c.new))
		c.n.Unscanned = c.n.Tickets - c.n.Scanned
		lines[cell] = line(c.n)
	}
	return lines
}

// sumByHand is what the links of the client sold together, each order and buyer once.
func sumByHand(tickets []soldTicket, client string, f model.Filter, links map[string]bool) string {
	together := slices.Clone(tickets)
	for i := range together {
		if t := &together[i]; t.link == "" || !links[t.link] {
			t.live = false
		}
	}
	return cmp.Or(countByHand(together, client, f)["total"], nothing)
}

// proveSum compares the sum of some links of the page, drawn by n, with that by hand.
func (s platform) proveSum(h history, tickets []soldTicket, client string, f model.Filter, st model.Stats, n int) {
	s.Helper()
	links, codes := map[string]bool{}, []string{"nobody"}
	for i, l := range st.Links {
		if n>>i&1 == 0 {
			links[strings.ReplaceAll(l.Link.Code, s.tag, "")] = true
			codes = append(codes, l.Link.Code)
		}
	}
	sum, err := s.Store.SumLinks(s.Ctx, As(client+s.tag), f, codes)
	s.Must(err)
	f.Event = strings.ReplaceAll(f.Event, s.tag, "")
	if want := sumByHand(tickets, client, f, links); line(sum) != want {
		s.Errorf("%s %+v: %v together: %s, counted by hand %s\n%#v", client, f, codes, line(sum), want, h)
	}
}

// proveDays compares the pages of every range of days around the history with those that
// are counted by hand, by an event too (R17, R19, R21).
func (s platform) proveDays(h history) {
	s.Helper()
	tickets := s.soldTickets(h)
	var days []string
	for n := -1; n <= 4; n++ {
		days = append(days, h.at(0).AddDate(0, 0, n).Format(time.DateOnly))
	}
	filters := []model.Filter{{}, {Event: h.event}}
	for i, from := range days {
		filters = append(filters, model.Filter{From: from}, model.Filter{To: from, Event: h.event})
		for _, to := range days[i:] {
			filters = append(filters, model.Filter{From: from, To: to})
		}
	}
	for _, client := range []string{"acme", "zenith"} {
		for n, f := range filters {
			if f.Event != "" && clientsOf[f.Event] != client {
				continue
			}
			want := countByHand(tickets, client, f)
			if f.Event != "" {
				f.Event += s.tag
			}
			st := s.stats(client+s.tag, f)
			s.proveSum(h, tickets, client, f, st, n)
			got := map[string]string{"total": line(st.Total)}
			for _, l := range st.Links {
				got[l.Link.Code] = line(l.Numbers)
				for _, t := range l.TicketTypes {
					got[l.Link.Code+" › "+t.Event+" "+t.Type] = line(t.Numbers)
				}
			}
			for _, u := range st.Unattributed {
				got[string(u.Reason)] = line(u.Numbers)
			}
			for cell, n := range got {
				cell = strings.ReplaceAll(cell, s.tag, "")
				if w := cmp.Or(want[cell], nothing); n != w {
					s.Errorf("%s %+v: %s: %s, counted by hand %s\n%#v", client, f, cell, n, w, h)
				}
				delete(want, cell)
			}
			if len(want) > 0 {
				s.Errorf("%s %+v: there is no row for %v\n%#v", client, f, want, h)
			}
		}
	}
}
