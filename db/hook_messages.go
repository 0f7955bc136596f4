package db

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strings"

	"lastclick/model"
)

// What hooks are told is the difference that a batch makes, as for the sums: tickets that
// count for a link now and did not before are credited, those that did and do not are
// reversed, as they were. A receiver that adds the one and subtracts the other has the
// numbers of our pages, whatever the order in which orders came; what was between two
// versions that came in one batch is not told.

// insertHookMessages adds a message for each hook of its client and of the platform. The
// table says which those are: the cache only says that there may be some.
var insertHookMessages = newSet("n bigint, client bigint, order_id bigint, message text, type text, body text, at bigint",
	`INSERT INTO hook_outbox (hook_id, order_id, message, type, body, attempts, next_at, created_at)
	SELECT h.id, r.order_id, r.message, r.type, r.body, 0, r.at, r.at FROM r JOIN hooks h ON COALESCE(h.client_id, 0) IN (0, r.client) AND h.state = 'active' ORDER BY r.n, h.id`)

// hookMessage is a message before it is addressed.
type hookMessage struct {
	client, order int64
	id, typ       string
	body          []byte
}

// credit is what a ticket counts for; the zero value is nothing.
type credit struct {
	client, link, event int64
	typ, currency       string
	face                int64
	reason              model.Reason
}

func creditOf(row *orderRow, t ticket) credit {
	if row.test || t.status != model.Valid || t.verdict.link == 0 {
		return credit{}
	}
	return credit{t.client, t.verdict.link, t.event, t.typ, row.currency, t.face, t.verdict.reason}
}

// told is something that hooks are told, with what it names still by ids.
type told struct {
	typ     string
	order   *order
	credit  credit // of a sale only client, link and currency
	tickets []toldTicket
	scan    *scan
}

type toldTicket struct {
	id, typeName string
	credit       credit
	cause        model.HookCause
}

// hookMessages are what the batch tells hooks: those of one order in the order in which a
// receiver should learn of them. Where no client has hooks, it does nothing.
func (u *unit) hookMessages(moved []*order) []hookMessage {
	if len(u.hooked) == 0 {
		return nil
	}
	var all []told
	for _, o := range moved {
		all = append(all, u.toldOf(o)...)
	}
	u.fetchNamed(all)
	slugs := make(map[int64]string, len(u.events))
	for _, e := range u.events {
		if e != nil {
			slugs[e.id] = e.slug
		}
	}
	list := make([]hookMessage, 0, len(all))
	for _, t := range all {
		m, err := u.hookMessage(t, slugs)
		if err != nil && u.err == nil {
			u.err = err
		}
		list = append(list, m)
	}
	return list
}

// toldOf are what hooks are told of an order: what is reversed, what is credited, and who
// came in.
func (u *unit) toldOf(o *order) []told {
	var reversed, credited, scans []told
	for i, t := range o.now.tickets {
		now, was, name := creditOf(o.now, t), credit{}, t.typeName
		if o.before != nil && i < len(o.before.tickets) {
			before := o.before.tickets[i]
			was, name = creditOf(o.before, before), before.typeName
		}
		if was != now {
			if was.link != 0 && u.hooked.of(was.client) {
				reversed = addTold(reversed, model.SaleReversed, o, toldTicket{t.id, name, was, causeOf(o.now, t)})
			}
			if now.link != 0 && u.hooked.of(now.client) {
				credited = addTold(credited, model.SaleCredited, o, toldTicket{t.id, t.typeName, now, ""})
			}
		}
		if now.link == 0 || !u.hooked.of(now.client) {
			continue
		}
		if s := u.scan(key{o.checkout, t.id}); s.now.scanned && !(s.before.scanned && was.link == now.link) {
			scans = append(scans, told{typ: model.TicketScanned, order: o, credit: now, scan: s})
		}
	}
	return append(append(reversed, credited...), scans...)
}

// addTold adds the ticket to what is told of its link. An order has one currency, but
// what is reversed and credited may differ in it.
func addTold(list []told, typ string, o *order, t toldTicket) []told {
	for i := range list {
		if list[i].credit.link == t.credit.link {
			list[i].tickets = append(list[i].tickets, t)
			return list
		}
	}
	return append(list, told{typ: typ, order: o, credit: t.credit, tickets: []toldTicket{t}})
}

// causeOf says why a ticket no longer counts as it did.
func causeOf(row *orderRow, t ticket) model.HookCause {
	switch {
	case row.test:
		return model.CauseTest
	case t.status == model.Refunded:
		return model.CauseRefunded
	case t.status == model.Void:
		return model.CauseVoid
	}
	return model.CauseChanged
}

// fetchNamed loads the links and events that are named and were not loaded, at once.
func (u *unit) fetchNamed(all []told) {
	known := map[int64]bool{}
	for _, e := range u.events {
		if e != nil {
			known[e.id] = true
		}
	}
	var w wanted
	for _, t := range all {
		w.links = append(w.links, t.credit.link)
		w.eventIDs = append(w.eventIDs, t.credit.event)
		for _, one := range t.tickets {
			w.eventIDs = append(w.eventIDs, one.credit.event)
		}
	}
	w.links, w.eventIDs = missingKeys(w.links, u.links), missingKeys(w.eventIDs, known)
	if len(w.links)+len(w.eventIDs) > 0 {
		u.fetch(&w)
	}
}

// hookMessage names what is told, and writes its body. The id is made of what happened,
// so it is the same for all hooks, and after a restored backup too.
func (u *unit) hookMessage(t told, events map[int64]string) (hookMessage, error) {
	o, row := t.order, t.order.now
	code := ""
	if l := u.link(t.credit.link); l != nil {
		code = l.code
	}
	checkout, client := u.checkout(o.checkout).name, u.client(t.credit.client).slug
	parts := []string{t.typ, checkout, o.key.id, fmt.Sprint(row.version), code}
	payload := model.HookPayload{Type: t.typ, Timestamp: fromMillis(millis(u.now))}
	if t.scan != nil {
		parts = append(parts, t.scan.id, fmt.Sprint(t.scan.now.at))
		payload.Data = model.HookScan{
			Order: o.key.id, Checkout: checkout, Client: client, Link: code,
			Ticket: t.scan.id, Event: events[t.credit.event], Type: t.credit.typ, At: fromMillis(t.scan.now.at),
		}
	} else {
		sale := model.HookSale{
			Order: o.key.id, Checkout: checkout, Version: row.version, PlacedAt: fromMillis(row.placedAt), Client: client, Link: code,
			Currency: t.credit.currency, Tickets: make([]model.HookTicket, len(t.tickets)),
		}
		for i, one := range t.tickets {
			sale.Tickets[i] = model.HookTicket{
				ID: one.id, Event: events[one.credit.event], Type: one.credit.typ, TypeName: one.typeName,
				FaceValue: one.credit.face, Reason: one.credit.reason, Cause: one.cause,
			}
		}
		payload.Data = sale
	}
	body, err := json.Marshal(payload)
	return hookMessage{t.credit.client, o.id, messageID(parts), t.typ, body}, err
}

// messageID is the webhook-id. The parts hold no NUL, for no id that we take does.
func messageID(parts []string) string {
	digest := sha256.Sum256([]byte(strings.Join(parts, "\x00")))
	return "msg_" + hex.EncodeToString(digest[:16])
}

func (u *unit) writeHooks(c *changes) []request {
	values := make([]any, 0, 7*len(c.told))
	for n, m := range c.told {
		values = append(values, n, m.client, m.order, m.id, m.typ, string(m.body), millis(u.now))
	}
	return []request{{set: insertHookMessages, values: values}}
}
