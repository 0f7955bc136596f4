package db

import (
	"context"
	"database/sql"

	"lastclick/model"
)

// How a customer is erased (erased.go says what stays).
//
// What may be long is done before, in pieces: the bodies are searched by readers, and of a
// buyer with very many orders most are marked as theirs for good (markOrders), which
// changes nothing while the row has its hash. Then one transaction marks the rest, takes
// the person out of every body that may still be applied, and gives the row its new hash:
// from there on no one is found by it. Bodies that are not needed any more follow in
// pieces. Where that is interrupted, asking once more finds the bodies that are left.
//
// Orders that are committed with the erasure, in the same batch, are decided before it and
// are the erased customer's. A delivery that a worker holds in memory meanwhile cannot be
// changed; the answer counts those, and asking again a little later finds what they left.

const (
	eraseOrders = 500 // in one transaction
	eraseBodies = 32  // that are not needed any more, in one transaction
)

// EraseCustomer takes a buyer out of every table.
func (s *Store) EraseCustomer(ctx context.Context, a model.Actor, who model.Buyer) (model.CustomerErased, error) {
	var out model.CustomerErased
	if err := a.Require(model.Admin); err != nil {
		return out, err
	}
	b, err := read(ctx, s, func(c *conn) (namedBuyer, error) { return c.namedBuyer(who) })
	if err != nil {
		return out, err
	}
	e := &erasure{actor: a, who: who}
	if e.inbox, e.deliveries, err = s.searchBodies(ctx, &b); err != nil {
		return out, err
	}
	if err := b.clear(e.inbox, e.deliveries); err != nil {
		return out, err
	}
	for more := len(b.rows) > 0; more; {
		if more, err = write(ctx, s, func(t *tx) (bool, error) { return t.markSomeOrders(e) }); err != nil {
			return out, err
		}
	}
	if err := s.update(ctx, e.finish); err != nil {
		return out, err
	}
	for len(e.settled) > 0 {
		n := min(len(e.settled), eraseBodies)
		if err := s.update(ctx, func(t *tx) error { return t.eraseSettled(e.settled[:n]) }); err != nil {
			return out, err
		}
		e.settled = e.settled[n:]
	}
	return e.out, nil
}

// erasure is one customer's.
type erasure struct {
	actor             model.Actor
	who               model.Buyer
	inbox, deliveries bodySet
	marked            int64       // orders, before the last transaction
	settled           []bodyPlace // bodies that are left for afterwards
	out               model.CustomerErased
}

// bodyPlace is where a body lies.
type bodyPlace struct {
	id       int64
	delivery bool
}

// markSomeOrders marks orders of the customer as theirs for good, while there are more
// than one transaction should mark.
func (t *tx) markSomeOrders(e *erasure) (more bool, err error) {
	if err := t.lockSales(); err != nil {
		return false, err
	}
	b, err := t.namedBuyer(e.who)
	if err != nil {
		return false, err
	}
	for _, r := range b.rows {
		left, err := t.counted(`SELECT count(*) FROM orders WHERE customer_id = $1 AND erased_customer_id IS NULL`, []any{r.id})
		if err != nil {
			return false, err
		}
		if left <= eraseOrders {
			continue
		}
		n, err := t.markOrders(r.id)
		if err == nil {
			t.onCommit(func() { e.marked += n })
		}
		return true, err
	}
	return false, nil
}

var putErased = newSet("id bigint, digest bytea", `UPDATE orders SET erased_customer_id = orders.customer_id, digest = r.digest FROM r WHERE orders.id = r.id`)

// markOrders marks eraseOrders of the customer's orders, and makes the content of their
// versions unknown: its digest is a way to guess who bought. A webhook of a shop of which
// a part was ignored keeps the digest of the rest, and gets the new one.
func (t *tx) markOrders(customer int64) (int64, error) {
	var values []any
	renewed := map[int64]map[string][]byte{} // by the checkout of a shop: old digests to new ones
	err := t.each(func(r *sql.Rows) error {
		var id, checkout int64
		var kind string
		var was []byte
		if err := r.Scan(&id, &checkout, &kind, &was); err != nil {
			return err
		}
		digest, err := t.random(erasedDigest)
		values = append(values, id, digest)
		if kind != model.StandardKind {
			if renewed[checkout] == nil {
				renewed[checkout] = map[string][]byte{}
			}
			renewed[checkout][string(was)] = digest
		}
		return err
	}, `SELECT o.id, o.checkout_id, k.kind, o.digest FROM orders o JOIN checkouts k ON k.id = o.checkout_id
		WHERE o.customer_id = $1 AND o.erased_customer_id IS NULL ORDER BY o.id LIMIT $2`, customer, eraseOrders)
	if err != nil {
		return 0, err
	}
	for checkout, digests := range renewed {
		if err := t.renewRests(checkout, digests); err != nil {
			return 0, err
		}
	}
	return int64(len(values) / 2), t.set(putErased, values, nil)
}

// bodyDigest is the length of the digest of a body; what follows it in a webhook is that
// of what was taken of it.
const bodyDigest = 32

// renewRests gives the webhooks of orders that have a new digest that one.
func (t *tx) renewRests(checkout int64, digests map[string][]byte) error {
	renewed := map[string][]byte{}
	err := t.each(func(r *sql.Rows) error {
		var id string
		var digest []byte
		err := r.Scan(&id, &digest)
		if now := digests[string(digest[bodyDigest:])]; now != nil {
			renewed[id] = append(digest[:bodyDigest:bodyDigest], now...)
		}
		return err
	}, `SELECT webhook_id, digest FROM webhooks WHERE checkout_id = $1 AND length(digest) > $2`, checkout, bodyDigest)
	if err != nil {
		return err
	}
	for id, digest := range renewed {
		if _, err := t.exec(`UPDATE webhooks SET digest = $1 WHERE checkout_id = $2 AND webhook_id = $3`, digest, checkout, id); err != nil {
			return err
		}
	}
	return nil
}

// emptyWAL empties the WAL of a file once the operation is committed: what was erased would
// lie there until other commits take its place. In the file itself SQLite overwrites what
// is deleted (_secure_delete in sqlite.go). It gives up where a reader is in the way, as
// any checkpoint does; the next ones do it then.
func (t *tx) emptyWAL() {
	if t.s.file == nil {
		return
	}
	t.onCommit(func() {
		for _, query := range []string{`PRAGMA busy_timeout=0`, `PRAGMA wal_checkpoint(TRUNCATE)`, `PRAGMA busy_timeout=5000`} {
			if _, err := t.ses.conn.ExecContext(t.ctx, query); err != nil {
				t.s.log.Debug("the WAL could not be emptied after an erasure", "err", err)
			}
		}
	})
}

// finish is the transaction after which the person is not to be found.
func (e *erasure) finish(t *tx) error {
	if err := t.lockSales(); err != nil {
		return err
	}
	b, err := t.namedBuyer(e.who)
	if err != nil {
		return err
	}
	// What came since the search is not much, so it is searched here.
	inbox, deliveries := e.inbox.again(), e.deliveries.again()
	for more := true; more && err == nil; {
		more, err = inbox.grow(&t.conn, &b, inboxBodies)
	}
	for more := true; more && err == nil; {
		more, err = deliveries.grow(&t.conn, &b, deliveryBodies)
	}
	if err != nil {
		return err
	}
	if err := b.clear(inbox, deliveries); err != nil {
		return err
	}
	out := model.CustomerErased{
		Customers: int64(len(b.rows)), Orders: e.marked, Inbox: int64(len(inbox.list)), Deliveries: int64(len(deliveries.list)),
		AlsoKnown: alsoKnown(inbox, deliveries),
	}
	names, err := t.rename(&b, &out)
	if err != nil {
		return err
	}
	var settled []bodyPlace
	for _, x := range []struct {
		set      bodySet
		delivery bool
	}{{inbox, false}, {deliveries, true}} {
		for _, body := range x.set.list {
			place := bodyPlace{body.ID, x.delivery}
			open, err := t.eraseOpen(place, b.search(body.checkout, body.shopBody), names.at(body.Checkout))
			if err != nil {
				return err
			}
			if !open {
				settled = append(settled, place)
			}
			if body.underWay {
				out.UnderWay++
			}
		}
	}
	t.onCommit(func() { e.out, e.settled = out, settled })
	t.emptyWAL()
	t.markChanged(platform)
	return t.audit(e.actor, 0, "customer erase", "a customer", nil, map[string]any{
		"customers": out.Customers, "orders": out.Orders, "bodies": out.Inbox + out.Deliveries,
	})
}

// erasedNames are who a person is from now on in bodies: by an address, and by an id at
// each checkout.
type erasedNames struct {
	email string
	ids   map[string]string // by the checkout's name
}

func (n erasedNames) at(checkout string) model.Customer {
	return model.Customer{ID: n.ids[checkout], Email: n.email}
}

// rename gives the rows of the person new hashes, and returns who they are from now on.
func (t *tx) rename(b *namedBuyer, out *model.CustomerErased) (erasedNames, error) {
	names := erasedNames{ids: map[string]string{}}
	ids := map[model.Identity]int64{}
	for _, r := range b.rows {
		ids[r.identity] = r.id
	}
	for _, i := range b.identities() {
		random, err := t.random(16)
		if err != nil {
			return names, err
		}
		as := model.ErasedIdentity(i, [16]byte(random))
		if i.Customer.ID == "" {
			names.email = as.Customer.Email
		} else {
			names.ids[i.Checkout] = as.Customer.ID
		}
		id := ids[i]
		if id == 0 {
			continue
		}
		n, err := t.markOrders(id)
		if err != nil {
			return names, err
		}
		out.Orders += n
		if _, err := t.exec(`UPDATE customers SET hash = $1 WHERE id = $2`, as.Customer.Identity(t.s.customers, as.Checkout), id); err != nil {
			return names, err
		}
	}
	return names, nil
}

// eraseOpen takes the person out of a body that may still be applied. It says whether it
// is such a one.
func (t *tx) eraseOpen(p bodyPlace, s model.BodySearch, as model.Customer) (open bool, err error) {
	if p.delivery {
		var body []byte
		err := t.row(`SELECT body FROM shop_deliveries d WHERE id = $1 AND (state <> 'done' OR EXISTS (SELECT 1 FROM inbox i WHERE i.delivery_id = d.id AND i.resolved_at IS NULL))`, p.id).Scan(&body)
		if err == nil {
			_, err = t.exec(`UPDATE shop_deliveries SET body = $1 WHERE id = $2`, s.Erase(body, as), p.id)
		}
		return err == nil, unlessNoRows(err)
	}
	var body []byte
	err = t.row(`SELECT body FROM inbox WHERE id = $1 AND (resolved_at IS NULL OR state = 'dismissed')`, p.id).Scan(&body)
	if err == nil {
		_, err = t.exec(`UPDATE inbox SET body = $1, erased = 1 WHERE id = $2`, s.Erase(body, as), p.id)
	}
	return err == nil, unlessNoRows(err)
}

func unlessNoRows(err error) error {
	if isNoRows(err) {
		return nil
	}
	return err
}

// eraseSettled erases bodies that are not needed any more. One that was retried meanwhile
// has nothing left to apply: it says so.
func (t *tx) eraseSettled(places []bodyPlace) error {
	t.emptyWAL()
	for _, p := range places {
		query := `UPDATE inbox SET body = $1, erased = 1 WHERE id = $2`
		if p.delivery {
			query = `UPDATE shop_deliveries SET body = $1, header = '{}' WHERE id = $2`
		}
		if _, err := t.exec(query, []byte(model.ErasedBody), p.id); err != nil {
			return err
		}
	}
	return nil
}
