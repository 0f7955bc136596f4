package db

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"strings"

	"lastclick/model"
)

// namedBuyer is whom an admin has named: the rows of customers that this may be, and how
// bodies are searched for the person.
type namedBuyer struct {
	who       model.Buyer
	checkouts []namedCheckout // that the name may be of, by their ids
	rows      []buyerRow
}

// namedCheckout is a checkout whose customer may have been named.
type namedCheckout struct {
	id         int64
	name, kind string
}

// buyerRow is a row of customers, with who it is.
type buyerRow struct {
	id       int64
	identity model.Identity
}

// namedBuyer finds the rows of the named customer. Checkouts that were removed are looked
// at too: their orders are kept.
func (c *conn) namedBuyer(who model.Buyer) (b namedBuyer, err error) {
	if b.who, err = who.Validate(); err != nil {
		return b, err
	}
	err = c.each(func(r *sql.Rows) error {
		var k namedCheckout
		err := r.Scan(&k.id, &k.name, &k.kind)
		if b.who.Checkout == "" || b.who.Checkout == k.name {
			b.checkouts = append(b.checkouts, k)
		}
		return err
	}, `SELECT id, name, kind FROM checkouts ORDER BY id`)
	if err != nil {
		return b, err
	}
	if b.who.Checkout != "" && len(b.checkouts) == 0 {
		return b, model.NotFoundError("checkout", b.who.Checkout)
	}
	var secret []byte // s.customers is the committer's alone
	if err := c.row(`SELECT value FROM meta WHERE name = 'customers'`).Scan(&secret); err != nil {
		return b, err
	}
	for _, i := range b.identities() {
		var id int64
		err := c.row(`SELECT id FROM customers WHERE hash = $1`, i.Customer.Identity(secret, i.Checkout)).Scan(&id)
		if isNoRows(err) {
			continue
		}
		if err != nil {
			return b, err
		}
		b.rows = append(b.rows, buyerRow{id, i})
	}
	return b, nil
}

// identities are who the person may be at the checkouts.
func (b *namedBuyer) identities() []model.Identity {
	names := make([]string, len(b.checkouts))
	for i, k := range b.checkouts {
		names[i] = k.name
	}
	return b.who.Identities(names)
}

// isEmail says whether the name is an e-mail address: that is one person, wherever it
// stands.
func (b *namedBuyer) isEmail() bool { return strings.Contains(b.who.Word, "@") }

// search is how the bodies of a checkout are searched. shopBody says that they are as the
// shop posted them, and no webhooks of our own form.
func (b *namedBuyer) search(checkout int64, shopBody bool) model.BodySearch {
	var s model.BodySearch
	if b.isEmail() {
		s.Email = strings.ToLower(b.who.Word)
	}
	for _, k := range b.checkouts {
		if k.id == checkout {
			s.ID = b.who.Word
			s.IDFirst = !shopBody || k.kind == "plain"
		}
	}
	return s
}

// storedBody is a row of the inbox or of the deliveries whose body names the person.
type storedBody struct {
	model.StoredBody
	checkout int64
	underWay bool // a worker has it in its memory
	shopBody bool
	also     []string
}

// The two tables with bodies. A row of the inbox that is about a delivery holds its body.
const (
	inboxBodies = `SELECT i.id, i.checkout_id, k.name, i.state, i.received_at, 0, CASE WHEN i.delivery_id IS NULL THEN 0 ELSE 1 END, i.body FROM inbox i JOIN checkouts k ON k.id = i.checkout_id
		WHERE i.id > $1 AND length(i.body) > 0 ORDER BY i.id LIMIT $2`
	deliveryBodies = `SELECT d.id, d.checkout_id, k.name, d.state, d.received_at, CASE WHEN d.state = 'queued' THEN d.leased ELSE 0 END, 1, d.body FROM shop_deliveries d JOIN checkouts k ON k.id = d.checkout_id
		WHERE d.id > $1 AND length(d.body) > 0 ORDER BY d.id LIMIT $2`
)

// bodiesAtOnce bounds how many bodies one look reads, each of at most 1 MiB.
const bodiesAtOnce = 64

// bodiesAfter are those of the next rows of the table that name the person. last is the
// row up to which it has looked; 0 where none was left.
func (c *conn) bodiesAfter(b *namedBuyer, table string, after int64) (found []storedBody, last int64, err error) {
	err = c.each(func(r *sql.Rows) error {
		var x storedBody
		var received, leased, shopBody int64
		var body sql.RawBytes
		if err := r.Scan(&x.ID, &x.checkout, &x.Checkout, &x.State, &received, &leased, &shopBody, &body); err != nil {
			return err
		}
		last = x.ID
		x.ReceivedAt, x.underWay, x.shopBody = fromMillis(received), leased != 0, shopBody != 0
		names, also := b.search(x.checkout, x.shopBody).Find(body)
		if x.also = also; names {
			found = append(found, x)
		}
		return nil
	}, table, after, bodiesAtOnce)
	return found, last, err
}

// searchBodies are the bodies that name the person, and the last rows that were looked
// at. Each look is a snapshot of its own: all of them may take a while.
func (s *Store) searchBodies(ctx context.Context, b *namedBuyer) (inbox, deliveries bodySet, err error) {
	for _, look := range []struct {
		table string
		into  *bodySet
	}{{inboxBodies, &inbox}, {deliveryBodies, &deliveries}} {
		for more := true; more; {
			_, err := read(ctx, s, func(c *conn) (none struct{}, err error) {
				more, err = look.into.grow(c, b, look.table)
				return none, err
			})
			if err != nil {
				return inbox, deliveries, err
			}
		}
	}
	return inbox, deliveries, nil
}

// bodySet are the bodies of one table that name the person.
type bodySet struct {
	list   []storedBody
	looked int64 // up to this row
}

// again is the set, to be searched on from a little before where it ended: on several
// nodes the rows of this moment are not committed in the order of their ids.
func (x *bodySet) again() bodySet {
	again := bodySet{looked: max(x.looked-4*bodiesAtOnce, 0)}
	for _, body := range x.list {
		if body.ID <= again.looked {
			again.list = append(again.list, body)
		}
	}
	return again
}

// grow looks at the next rows, and says whether there may be more.
func (x *bodySet) grow(c *conn, b *namedBuyer, table string) (bool, error) {
	found, last, err := c.bodiesAfter(b, table, x.looked)
	if err != nil || last == 0 {
		return false, err
	}
	x.list, x.looked = append(x.list, found...), last
	return true, nil
}

// clear fails where nothing is stored of the person, or the same id is of several
// checkouts: those are several people.
func (b *namedBuyer) clear(bodies ...bodySet) error {
	if b.isEmail() && len(b.rows) > 0 {
		return nil
	}
	var names []string
	for _, r := range b.rows {
		names = append(names, r.identity.Checkout)
	}
	for _, x := range bodies {
		for _, body := range x.list {
			names = append(names, body.Checkout)
		}
	}
	slices.Sort(names)
	names = slices.Compact(names)
	switch {
	case len(names) == 0:
		return &model.Error{
			Kind: model.NotFound, Field: "customer", Msg: "nothing is stored about such a customer",
			Hint: "where a checkout sends ids of its own, its customers are known by those alone: ask for the id",
		}
	case len(names) > 1 && !b.isEmail():
		return &model.Error{
			Kind: model.Conflict, Field: "checkout", Msg: "customers with this id are at several checkouts: " + strings.Join(names, ", "),
			Hint: "name one with --checkout: the same id at two checkouts is two people",
		}
	}
	return nil
}

// alsoKnown are the other names of the person in the bodies.
func alsoKnown(bodies ...bodySet) []model.AlsoKnown {
	list := []model.AlsoKnown{}
	for _, x := range bodies {
		for _, body := range x.list {
			for _, name := range body.also {
				known := model.AlsoKnown{Customer: name, Checkout: body.Checkout}
				if !slices.Contains(list, known) {
					list = append(list, known)
				}
			}
		}
	}
	return list
}

func (x *bodySet) stored() []model.StoredBody {
	list := make([]model.StoredBody, len(x.list))
	for i, body := range x.list {
		list[i] = body.StoredBody
	}
	return list
}

// Customer says what is stored about a buyer.
func (s *Store) Customer(ctx context.Context, a model.Actor, who model.Buyer) (model.CustomerStored, error) {
	var out model.CustomerStored
	if err := a.Require(model.Admin); err != nil {
		return out, err
	}
	b, err := read(ctx, s, func(c *conn) (namedBuyer, error) { return c.namedBuyer(who) })
	if err != nil {
		return out, err
	}
	inbox, deliveries, err := s.searchBodies(ctx, &b)
	if err != nil {
		return out, err
	}
	if err := b.clear(inbox, deliveries); err != nil {
		return out, err
	}
	out.Inbox, out.Deliveries, out.AlsoKnown = inbox.stored(), deliveries.stored(), alsoKnown(inbox, deliveries)
	out.Customers, err = read(ctx, s, func(c *conn) ([]model.StoredCustomer, error) {
		list := make([]model.StoredCustomer, len(b.rows))
		for i, r := range b.rows {
			if list[i], err = c.storedCustomer(r); err != nil {
				return nil, err
			}
		}
		return list, nil
	})
	return out, err
}

func (c *conn) storedCustomer(r buyerRow) (model.StoredCustomer, error) {
	out := model.StoredCustomer{KnownBy: "email", Orders: []model.StoredOrder{}}
	if r.identity.Customer.ID != "" {
		out.KnownBy, out.Checkout = "id", &r.identity.Checkout
	}
	err := c.each(func(rows *sql.Rows) error {
		var o model.StoredOrder
		var placed, test int64
		err := rows.Scan(&o.ID, &o.Checkout, &o.Version, &placed, &test, &o.Tickets)
		o.PlacedAt, o.Test = fromMillis(placed), test != 0
		out.Orders = append(out.Orders, o)
		return err
	}, `SELECT o.order_id, k.name, o.version, o.placed_at, o.test, (SELECT count(*) FROM tickets t WHERE t.order_id = o.id)
		FROM orders o JOIN checkouts k ON k.id = o.checkout_id WHERE o.customer_id = $1 ORDER BY o.placed_at, k.name, o.order_id LIMIT $2`, r.id, model.MaxStoredOrders)
	if err != nil {
		return out, err
	}
	return out, errors.Join(
		c.row(`SELECT count(*) FROM orders WHERE customer_id = $1`, r.id).Scan(&out.OrdersTotal),
		c.row(`SELECT count(*) FROM order_touches WHERE order_id IN (SELECT id FROM orders WHERE customer_id = $1)`, r.id).Scan(&out.Clicks),
		c.row(`SELECT count(*) FROM orders o JOIN click_tokens t ON t.token = o.click_token WHERE o.customer_id = $1 AND t.customer_id = o.customer_id`, r.id).Scan(&out.ClickTokens),
		c.row(`SELECT count(*) FROM hook_outbox WHERE order_id IN (SELECT id FROM orders WHERE customer_id = $1)`, r.id).Scan(&out.HookMessages),
	)
}
