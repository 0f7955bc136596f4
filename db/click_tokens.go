package db

import (
	"strings"

	"lastclick/model"
)

// What is known of an order's click token (R23).
const (
	clickNone   = 0
	clickOwn    = 1 // it verifies and belongs to the order, or its customer
	clickBad    = 2 // only ones came that do not verify
	clickCopied = 3 // it verifies and belongs to another customer
)

// What a ticket's verdict has looked at, beside the code and the coupon.
const (
	sawReceipt = 1 // the touches of the order's receipt
	sawClick   = 2 // the order's click token
)

// clickToken is a click token by whom it belongs to, before the batch and now.
type clickToken struct {
	raw         string
	before, now owner
}

// owner is whom a click token belongs to: the customer, and where none is known the order
// that was accepted with it first. A row of this batch may have no id yet, and what was
// loaded may have nothing but its id. The zero value is no customer.
type owner struct {
	order   *order
	orderID int64
	buyer   *customer
	buyerID int64
}

func (w owner) isOrder(o *order) bool {
	return w.order == o || w.orderID != 0 && w.orderID == o.id
}

func (w owner) isBuyer(c *customer) bool {
	return c != nil && (w.buyer == c || w.buyerID != 0 && w.buyerID == c.id)
}

// rows are the ids of the owner's rows; customer 0 for none.
func (w owner) rows() (order, customer int64) {
	order, customer = w.orderID, w.buyerID
	if w.order != nil {
		order = w.order.id
	}
	if w.buyer != nil {
		customer = w.buyer.id
	}
	return order, customer
}

// proveClick notes the order's click token, as orderRow does its receipt: the first that
// verifies is kept (R8). Whether it was the customer's own then is kept with it, so that
// verdicts and their explanations stay the same, whatever other orders bring. It is looked
// at again where the order was a test and is none any more, for so are its tickets.
func (u *unit) proveClick(d *delivery, o *order, row *orderRow) {
	p := &row.proof
	switch {
	case p.token == "" && d.clicked:
		p.token = string(d.click.Raw[:])
		p.click = u.claim(p.token, o, row)
	case p.token == "":
		if d.Webhook.Order.Tracking.Click != "" {
			p.click = clickBad
		}
	case o.now.test && !row.test:
		p.click = u.claim(p.token, o, row)
	case p.click == clickOwn && !row.test:
		u.nameOwner(p.token, o, row)
	}
}

// claim says whose the token is, and gives one without an owner to the order and its
// customer. A test order takes none: it must not take the sale from who buys in earnest.
func (u *unit) claim(raw string, o *order, row *orderRow) int64 {
	t := u.token(raw)
	switch {
	case t.now == owner{}:
		if !row.test {
			replace(u, &t.now, owner{order: o, buyer: row.buyer})
		}
	case t.now.isOrder(o):
		u.nameOwner(raw, o, row)
	case !t.now.isBuyer(row.buyer):
		return clickCopied
	}
	return clickOwn
}

// nameOwner gives the order's token to its customer, where none was known before.
func (u *unit) nameOwner(raw string, o *order, row *orderRow) {
	t := u.token(raw)
	if _, customer := t.now.rows(); row.buyer == nil || customer != 0 || t.now.buyer != nil || !t.now.isOrder(o) {
		return
	}
	now := t.now
	now.buyer = row.buyer
	replace(u, &t.now, now)
}

// token is the click token by its bytes.
func (u *unit) token(raw string) *clickToken {
	if _, ok := u.tokens[raw]; !ok {
		u.fetch(&wanted{tokens: []string{raw}})
	}
	if t := u.tokens[raw]; t != nil {
		return t
	}
	return &clickToken{raw: raw}
}

// tokenClick is the click that the order's token proves.
func (p proof) tokenClick() model.Touch { return model.ReadClick([]byte(p.token)).Touch }

// looked says what there is to look at for a verdict now.
func (p proof) looked() (saw int64) {
	if p.receipt == receiptVerified {
		saw |= sawReceipt
	}
	if p.token != "" {
		saw |= sawClick
	}
	return saw
}

// clicks are the customer's own, as far as a verdict looked at them: those of the receipt,
// and the one of the token.
func (r *orderRow) clicks(saw int64) []model.Touch {
	var list []model.Touch
	if saw&sawReceipt != 0 {
		list = r.touches
	}
	if saw&sawClick != 0 && r.proof.click == clickOwn {
		list = model.WithClick(list, r.proof.tokenClick())
	}
	return list
}

// share counts the order for the link whose token it came with, sign times, where that
// belongs to another customer.
func (c *changes) share(u *unit, row *orderRow, sign int64) {
	if row == nil || row.test || row.proof.click != clickCopied {
		return
	}
	l := u.link(row.proof.tokenClick().Link)
	for _, t := range row.tickets {
		if l != nil && t.status == model.Valid && t.client == l.Client {
			c.shared[l.Link] += sign
			return
		}
	}
}

var (
	loadTokens   = newSet("token bytea", `SELECT t.token, t.order_id, COALESCE(t.customer_id, 0) FROM r JOIN click_tokens t ON t.token = r.token`)
	insertTokens = newSet("token bytea, link bigint, at bigint, order_id bigint, customer bigint",
		`INSERT INTO click_tokens (token, link_id, at, order_id, customer_id) SELECT token, link, at, order_id, customer FROM r`)
	ownTokens = newSet("token bytea, customer bigint", `UPDATE click_tokens SET customer_id = r.customer FROM r WHERE click_tokens.token = r.token`)
	addShared = newSet("link bigint, orders bigint", `INSERT INTO shared_addresses (link_id, orders) SELECT link, orders FROM r WHERE true
		ON CONFLICT (link_id) DO UPDATE SET orders = shared_addresses.orders + excluded.orders`)
)

func (l *loading) token(r scanner) error {
	var raw []byte
	var w owner
	err := r.Scan(&raw, &w.orderID, &w.buyerID)
	if l.u.tokens[string(raw)] == nil {
		l.u.tokens[string(raw)] = &clickToken{string(raw), w, w}
	}
	return err
}

// writeTokens are the tokens that were met first, and those whose customer became known.
// The order of their keys is that in which two nodes write them. A node that met one in the
// same moment has the later one tried again: its insert finds the row.
func (u *unit) writeTokens() []request {
	var in, own []any
	for _, t := range sortedBy(u.tokens, func(t *clickToken) string { return t.raw }, strings.Compare) {
		if t.now == t.before {
			continue
		}
		order, customer := t.now.rows()
		if t.before == (owner{}) {
			click := model.ReadClick([]byte(t.raw))
			in = append(in, []byte(t.raw), click.Link, millis(click.At), order, optional(customer))
		} else {
			own = append(own, []byte(t.raw), customer)
		}
	}
	return []request{{set: insertTokens, values: in}, {set: ownTokens, values: own}}
}
