package db

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"time"

	"lastclick/model"
)

// checkout is the one that posted a delivery.
type checkout struct {
	id     int64
	name   string
	client int64 // the only one it may sell for; 0 for all
}

// result is how a webhook's content was applied. At most one of faults, conflict and
// missing is set; with none of them, the outcome holds.
type result struct {
	outcome  model.Outcome
	faults   []model.Fault // refused: 422
	conflict string        // conflicts with what is kept: 409
	missing  string        // an event that is not known yet: 202
}

// answer is an outcome, or an error that must not undo what was kept beside it.
type answer struct {
	outcome model.Outcome
	err     error
}

// Receive applies a delivery in one transaction, once however often it comes. A body
// that is refused or conflicts is kept in the inbox in that transaction. The caller
// must not change the delivery afterwards, also not after an error: it may be queued.
func (s *Store) Receive(ctx context.Context, d model.Delivery) (model.Outcome, error) {
	a, err := write(ctx, s, func(t *tx) (answer, error) { return t.receive(d) })
	if err != nil {
		return model.Outcome{}, err
	}
	return a.outcome, a.err
}

func (t *tx) receive(d model.Delivery) (answer, error) {
	k, err := t.checkout(d.Checkout)
	if err != nil {
		return answer{}, err
	}
	digest := sha256.Sum256(d.Body)
	var before []byte // the digest of the body that the webhook-id came with
	var inInbox bool
	err = t.row(`SELECT (SELECT digest FROM webhooks WHERE checkout_id = $1 AND webhook_id = $2),
		CASE WHEN EXISTS (SELECT 1 FROM inbox WHERE checkout_id = $1 AND webhook_id = $2 AND resolved_at IS NULL) THEN 1 ELSE 0 END`, k.id, d.WebhookID).Scan(&before, &inInbox)
	if err != nil {
		return answer{}, err
	}
	if before != nil {
		return t.replay(k, d, digest[:], bytes.Equal(before, digest[:]))
	}
	r := result{faults: d.Faults}
	if len(d.Faults) == 0 {
		if r, err = t.apply(k, d.Webhook, d.Received); err != nil {
			return answer{}, err
		}
	}
	if r.faults != nil || r.conflict != "" || r.missing != "" {
		return t.saveToInbox(k, d, digest[:], r)
	}
	if err := t.recordWebhookID(k.id, d.WebhookID, digest[:]); err != nil {
		return answer{}, err
	}
	if inInbox {
		err = t.resolveInbox(k.id, d.WebhookID, digest[:])
	}
	return answer{outcome: r.outcome}, err
}

func (c *conn) checkout(id int64) (checkout, error) {
	k := checkout{id: id}
	err := c.row(`SELECT name, COALESCE(client_id, 0) FROM checkouts WHERE id = $1`, id).Scan(&k.name, &k.client)
	if isNoRows(err) {
		return k, model.NotFoundError("checkout", "")
	}
	return k, err
}

// recordWebhookID makes sure that the same webhook never does its work twice (R12).
func (t *tx) recordWebhookID(checkout int64, webhook string, digest []byte) error {
	_, err := t.exec(`INSERT INTO webhooks (checkout_id, webhook_id, digest, received_at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING`,
		checkout, webhook, digest, millis(t.now))
	return err
}

func (t *tx) forgetWebhookID(checkout int64, webhook string, digest []byte) error {
	_, err := t.exec(`DELETE FROM webhooks WHERE checkout_id = $1 AND webhook_id = $2 AND digest = $3`, checkout, webhook, digest)
	return err
}

// replay answers a webhook whose id came before, with the same body or another.
func (t *tx) replay(k checkout, d model.Delivery, digest []byte, same bool) (answer, error) {
	var state string
	err := t.row(`SELECT state FROM inbox WHERE checkout_id = $1 AND webhook_id = $2 AND digest = $3`, k.id, d.WebhookID, digest).Scan(&state)
	switch {
	case err != nil && !isNoRows(err):
		return answer{}, err
	case state == "parked":
		return answer{outcome: parkedOutcome}, nil
	case !same && state != "applied": // an admin may have applied the other body too
		return t.saveToInbox(k, d, digest, result{conflict: "the same webhook-id came before with another body"})
	}
	o, err := t.outcome(model.Duplicate, k, d.Webhook)
	return answer{outcome: o}, err
}

var parkedOutcome = model.Outcome{Status: model.Parked, Reason: "unknown_event"}

// outcome says how the order, ticket or event of the webhook stands now.
func (c *conn) outcome(status model.OutcomeStatus, k checkout, w model.Webhook) (model.Outcome, error) {
	o := model.Outcome{Status: status}
	switch {
	case w.Scan != nil:
		o.Ticket = w.Scan.Ticket
	case w.Event != nil:
		o.Event = w.Event.ID
	case w.Order != nil:
		o.Order = w.Order.ID
		tickets, err := c.verdicts(k.id, w.Order.ID)
		o.Tickets = tickets
		return o, err
	}
	return o, nil
}

// apply does the work of a webhook without faults of its own. It may have been
// received long ago, and have waited in the inbox.
func (t *tx) apply(k checkout, w model.Webhook, received time.Time) (result, error) {
	at, stamped := w.Happened(received)
	switch {
	case w.Order != nil:
		if !stamped {
			at = w.Order.PlacedAt
		}
		return t.applyOrder(k, w.Order, at)
	case w.Scan != nil:
		return t.applyScan(k, w)
	case w.Event != nil:
		if !stamped {
			at = received
		}
		return t.applyEvent(k, w.Event, at)
	}
	return result{}, errors.New("a webhook without content and without faults")
}
