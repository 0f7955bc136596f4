package db

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"slices"
	"time"

	"lastclick/model"
)

// result is how a webhook's content was decided. At most one of faults, conflict and
// missing is set; with none of them, the outcome holds.
type result struct {
	outcome  model.Outcome
	faults   []model.Fault // refused: 422
	conflict string        // conflicts with what is kept: 409
	missing  string        // an event that is not known yet: 202
	rest     []byte        // the digest of an order's content without what its checkout ignores; nil: it ignores nothing of it
}

// answer is an outcome, or an error that must not undo what was kept beside it.
type answer struct {
	outcome model.Outcome
	err     error
}

// delivery is a webhook with what can be computed of it alone, outside of the committer.
type delivery struct {
	model.Delivery
	digest []byte // SHA-256 of the body

	// Of an order: the digest of its content, and its receipt's clicks and the click of
	// its token where those verify.
	content           []byte
	touches           []model.Touch
	click             model.ClickProof
	verified, clicked bool
}

// Receive applies a delivery in one transaction, once however often it comes. A body
// that is refused or conflicts is kept in the inbox in that transaction. The caller
// must not change the delivery afterwards, also not after an error: it may be queued.
func (s *Store) Receive(ctx context.Context, d model.Delivery) (model.Outcome, error) {
	a := &answer{}
	err := s.enqueue(ctx, op{delivery: prepare(d, s.keyring), answer: a})
	if err != nil {
		return model.Outcome{}, err
	}
	return a.outcome, a.err
}

// prepare computes what needs no transaction.
func prepare(d model.Delivery, keyring *model.Keyring) *delivery {
	digest := sha256.Sum256(d.Body)
	p := &delivery{Delivery: d, digest: digest[:]}
	if o := d.Webhook.Order; o != nil && len(d.Faults) == 0 {
		p.prepareOrder(o, keyring)
	}
	return p
}

func (d *delivery) prepareOrder(o *model.Order, keyring *model.Keyring) {
	content := o.Digest()
	d.content = content[:]
	if o.Tracking.Receipt != "" {
		var r model.Receipt
		r, d.verified = keyring.Verify(o.Tracking.Receipt)
		d.touches = r.Touches
	}
	if o.Tracking.Click != "" {
		d.click, d.clicked = keyring.VerifyClick(o.Tracking.Click)
	}
}

// want adds what deciding the delivery reads.
func (d *delivery) want(w *wanted) {
	w.checkouts = append(w.checkouts, d.Checkout)
	w.webhooks = append(w.webhooks, key{d.Checkout, d.WebhookID})
	if len(d.Faults) > 0 {
		return
	}
	switch {
	case d.Webhook.Order != nil:
		o := d.Webhook.Order
		w.orders = append(w.orders, key{d.Checkout, o.ID})
		for _, t := range o.Tickets {
			w.tickets = append(w.tickets, key{d.Checkout, t.ID})
			if d.Webhook.ShopEvents {
				id := key{d.Checkout, t.Event}
				w.shopIDs, w.shopNames = append(w.shopIDs, id), append(w.shopNames, shopName{id, t.Type})
			}
			if !d.Webhook.ShopEvents || model.ValidSlug(t.Event) {
				w.events = append(w.events, t.Event)
				w.names = append(w.names, nameKey{t.Event, t.Type})
			}
		}
		for _, t := range d.touches {
			w.links = append(w.links, t.Link)
		}
		if d.clicked {
			w.links, w.tokens = append(w.links, d.click.Link), append(w.tokens, string(d.click.Raw[:]))
		}
		for _, code := range []string{o.Tracking.Code, o.Tracking.Coupon} {
			if code != "" {
				w.codes = append(w.codes, code)
			}
		}
	case d.Webhook.Scan != nil:
		ticket := key{d.Checkout, d.Webhook.Scan.Ticket}
		w.tickets, w.scans = append(w.tickets, ticket), append(w.scans, ticket)
	case d.Webhook.Event != nil:
		in := d.Webhook.Event
		w.events, w.slugs = append(w.events, in.ID), append(w.slugs, in.Client)
		for _, tt := range in.TicketTypes {
			w.names = append(w.names, nameKey{in.ID, tt.ID})
		}
	}
}

// receive decides a delivery.
func (u *unit) receive(d *delivery) (answer, error) {
	k := u.checkout(d.Checkout)
	if !k.known || d.CheckoutName != "" && d.CheckoutName != k.name {
		return answer{}, model.NotFoundError("checkout", d.CheckoutName)
	}
	w := u.webhook(key{k.id, d.WebhookID})
	if w.digest != nil && !u.saysMore(k, w, d) {
		return u.replay(k, w, d)
	}
	if i := w.item(d.digest); i != nil && i.erased && i.now.state != "applied" {
		return u.retryErased(i)
	}
	r := result{faults: d.Faults}
	if len(d.Faults) == 0 {
		var err error
		if r, err = u.apply(k, d); err != nil {
			return answer{}, err
		}
	}
	if r.faults != nil || r.conflict != "" || r.missing != "" {
		return u.saveToInbox(w, d, r)
	}
	replace(u, &w.digest, taken(d.digest, r))
	u.resolveInbox(w, d.digest)
	return answer{outcome: r.outcome}, nil
}

// taken is what is kept of a body that was applied: its digest, and after it that of what
// was taken of it, where that is not all.
func taken(digest []byte, r result) []byte {
	if r.rest == nil {
		return digest
	}
	return slices.Concat(digest, r.rest)
}

// saysMore says whether a webhook that came before is to be applied once more: a part of
// its order was ignored, the rest of it is what holds of the order now, and another part
// is ignored by now.
func (u *unit) saysMore(k checkout, w *webhook, d *delivery) bool {
	rest, same := bytes.CutPrefix(w.digest, d.digest)
	if !same || len(rest) == 0 || d.Webhook.Order == nil || len(d.Faults) > 0 {
		return false
	}
	o := u.order(key{k.id, d.Webhook.Order.ID})
	now, _ := u.leaveOut(k, d, o)
	return o.now != nil && bytes.Equal(o.now.digest, rest) && !bytes.Equal(contentOf(now, o.now.erased), rest)
}

// replay answers a webhook whose id came before, with the same body or another.
func (u *unit) replay(k checkout, w *webhook, d *delivery) (answer, error) {
	var state, event string
	if i := w.item(d.digest); i != nil {
		state, event = i.now.state, i.now.event
	}
	switch {
	case state == "parked":
		return answer{outcome: parkedOutcome(event)}, nil
	case !bytes.HasPrefix(w.digest, d.digest) && state != "applied": // an admin may have applied the other body too
		return u.saveToInbox(w, d, result{conflict: "the same webhook-id came before with another body"})
	}
	return answer{outcome: u.outcome(model.Duplicate, k, d.Webhook)}, nil
}

// parkedOutcome is the answer to what waits for the event.
func parkedOutcome(event string) model.Outcome {
	return model.Outcome{Status: model.Parked, Reason: "unknown_event", Event: event}
}

// outcome says how the order, ticket or event of the webhook stands now.
func (u *unit) outcome(status model.OutcomeStatus, k checkout, w model.Webhook) model.Outcome {
	o := model.Outcome{Status: status}
	switch {
	case w.Scan != nil:
		o.Ticket = w.Scan.Ticket
	case w.Event != nil:
		o.Event = w.Event.ID
	case w.Order != nil:
		o.Order = w.Order.ID
		o.Tickets = u.verdicts(u.order(key{k.id, w.Order.ID}), w.Order)
	}
	return o
}

// apply decides the content of a webhook without faults of its own. It may have been
// received long ago, and have waited in the inbox.
func (u *unit) apply(k checkout, d *delivery) (result, error) {
	w := d.Webhook
	at, stamped := w.Happened(d.Received)
	switch {
	case w.Type == model.TypePing: // one that came before its type was known
		return result{outcome: model.Outcome{Status: model.Pong}}, nil
	case w.Order != nil:
		if !stamped {
			at = w.Order.PlacedAt
		}
		return u.applyOrder(k, d, at), nil
	case w.Scan != nil:
		return u.applyScan(k, w), nil
	case w.Event != nil:
		if !stamped {
			at = d.Received
		}
		return u.applyEvent(k, w.Event, at)
	}
	return result{}, errors.New("a webhook without content and without faults")
}

// stamp is a time as events and names keep it: the zero time is before all others.
func stamp(at time.Time) int64 {
	if at.IsZero() {
		return never
	}
	return millis(at)
}
