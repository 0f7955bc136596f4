package db

import "lastclick/model"

// What erasing a customer leaves behind in sales.
//
// The row of the customer stays, and with it every number: it gets the hash of a made-up
// name that is kept nowhere but in bodies that are still to be applied (erase_bodies.go),
// so that those orders count for the same, now nameless, customer. Their orders that are
// known stay with that row for good (erased_customer_id): a later version names the person
// again, and nothing can tell any more whether it is the same. So a refund moves the same
// customer's numbers as it would have, and a retry does not bring the person back. What is bought
// later, and what first arrives later, is by a new customer, who is new in R19's sense.
//
// The click tokens of the erased stay theirs, by the row: they are as little the new
// customer's as anybody else's (R23).

// erasedDigest is the length of an order's digest whose content is not known any more: it
// was made of who the customer is, too, and could be used to guess that.
const erasedDigest = 16

// contentErased says that nothing is known of the content of the version that is kept.
func contentErased(row *orderRow) bool { return len(row.digest) == erasedDigest }

// sameContent says whether the order, which has the version that is kept, has its content
// too. The content of an order of the erased is what it says beside who bought it.
func sameContent(in *model.Order, kept *orderRow) bool {
	if kept.erased != nil {
		in = nameless(in)
	}
	return in.SameContent(kept.digest)
}

// contentOf is the digest of the delivery's order; of the erased, without who they are.
func contentOf(d *delivery, erased *customer) []byte {
	if erased == nil {
		return d.content
	}
	content := nameless(d.Webhook.Order).Digest()
	return content[:]
}

// nameless is the order without who bought it.
func nameless(in *model.Order) *model.Order {
	o := *in
	o.Customer = model.Customer{Returning: in.Customer.Returning}
	return &o
}

// nameBuyer says in the row who bought the order, and notes the digest of its content.
func (u *unit) nameBuyer(d *delivery, before, row *orderRow) {
	in := d.Webhook.Order
	row.buyer = u.buyer(in.Customer.Identity(u.customers, u.checkout(d.Checkout).name))
	switch {
	case before != nil && before.erased != nil:
		row.buyer, row.erased = before.erased, before.erased
	case in.Customer.Erased():
		row.erased = row.buyer
	}
	row.digest = contentOf(d, row.erased)
}

// retryErased answers a webhook that was refused before, and came again after the person
// in it was erased: it is tried without the person.
func (u *unit) retryErased(i *inboxItem) (answer, error) {
	d, err := u.source.keptItem(i.id)
	if err != nil {
		return answer{}, err
	}
	return u.retry(d)
}
