package db

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"lastclick/model"
)

// inboxItem is a webhook in the inbox, before the batch and now.
type inboxItem struct {
	id          int64 // 0: it has no row yet
	digest      []byte
	before, now inboxState
	erased      bool // a person was erased out of its body
	forgotten   bool // its body was, after a while

	// Of a new one; the body also of one that was forgotten and came again.
	typ      string
	body     []byte
	received time.Time
}

// inboxState is what changes of an item.
type inboxState struct {
	state, reason, errors string
	event                 string // that a parked one waits for; empty for none
	resolvedAt            int64
	resolved              bool
}

// item is the one with the body; nil for none.
func (w *webhook) item(digest []byte) *inboxItem {
	for _, i := range w.inbox {
		if bytes.Equal(i.digest, digest) {
			return i
		}
	}
	return nil
}

// is says whether no other body than that of the digest was accepted under the id.
func (w *webhook) is(digest []byte) bool { return w.digest == nil || bytes.HasPrefix(w.digest, digest) }

// kept is a delivery as the inbox keeps it.
type kept struct {
	webhook  key
	digest   []byte
	body     []byte
	received time.Time
}

// saveToInbox keeps the body of a webhook that was not applied, and answers it. Only a
// parked one takes its webhook-id: a refused one may come again, corrected, under the
// same.
func (u *unit) saveToInbox(w *webhook, d *delivery, r result) (answer, error) {
	rec, err := newInboxRecord(r)
	if err != nil {
		return answer{}, err
	}
	// A retry of the same body finds its item; what is wrong with it may have changed.
	i := w.item(d.digest)
	if i == nil {
		i = &inboxItem{
			digest: d.digest, body: d.Body, received: d.Received,
			typ: composed(model.Truncate(model.Clean(d.Webhook.Type), model.MaxID)),
		}
		replace(u, &w.inbox, append(slices.Clip(w.inbox), i))
	}
	if i.forgotten && !i.erased {
		replace(u, &i.body, d.Body)
	}
	replace(u, &i.now, rec.inboxState)
	u.markChanged(platform)
	if rec.state == "parked" && w.is(d.digest) {
		replace(u, &w.digest, d.digest)
	}
	return rec.answer, nil
}

// resolveInbox ends what waits in the inbox under a webhook-id, now that a body was
// applied under it. The same body, which was refused while something it needs was
// missing, is applied; other refused ones stay refused, with nothing left to do.
func (u *unit) resolveInbox(w *webhook, applied []byte) {
	for _, i := range w.inbox {
		same := bytes.Equal(i.digest, applied)
		if i.now.resolved || !same && i.now.state != "refused" {
			continue
		}
		state := i.now
		state.resolved, state.resolvedAt = true, millis(u.now)
		if same {
			state.state = "applied"
		}
		replace(u, &i.now, state)
		u.markChanged(platform)
	}
}

// inboxRecord is how the inbox keeps a result, and what the sender is answered.
type inboxRecord struct {
	inboxState
	answer answer
}

func newInboxRecord(r result) (inboxRecord, error) {
	rec := inboxRecord{inboxState: inboxState{errors: "[]"}}
	switch {
	case r.faults != nil:
		b, err := json.Marshal(r.faults)
		if err != nil {
			return rec, err
		}
		rec.state, rec.reason, rec.errors = "refused", faultSentence(r.faults), string(b)
		rec.answer.err = model.Faulty(r.faults...)
	case r.conflict != "":
		rec.state, rec.reason = "conflict", r.conflict
		rec.answer.err = &model.Error{Kind: model.Conflict, Msg: r.conflict, Hint: "the body is kept for the admin; send changes under a new webhook-id with a higher version"}
	case r.missing != "":
		rec.state, rec.reason, rec.event = "parked", model.UnknownEvent(r.missing), r.missing
		rec.answer.outcome = parkedOutcome(r.missing)
	default:
		rec.state = "applied"
		rec.answer.outcome = r.outcome
	}
	return rec, nil
}

func faultSentence(faults []model.Fault) string {
	s := faults[0].Field + " " + faults[0].Detail
	if n := len(faults) - 1; n > 0 {
		s += fmt.Sprintf(" (and %d more)", n)
	}
	return s
}

// retry applies a kept delivery again and notes the result.
func (u *unit) retry(d kept) (answer, error) {
	k, w := u.checkout(d.webhook.checkout), u.webhook(d.webhook)
	i := w.item(d.digest)
	if u.err != nil {
		return answer{}, u.err
	}
	r, err := u.applyBody(k, d)
	if err != nil {
		return answer{}, err
	}
	rec, err := newInboxRecord(r)
	if err != nil {
		return answer{}, err
	}
	if w.is(d.digest) {
		var known []byte
		if rec.state == "applied" || rec.state == "parked" {
			known = taken(d.digest, r)
		}
		replace(u, &w.digest, known)
	}
	u.markChanged(platform)
	if i.now.state != dismissed {
		rec.resolved, rec.resolvedAt = i.now.resolved, i.now.resolvedAt
	}
	replace(u, &i.now, rec.inboxState)
	if rec.state == "applied" {
		u.resolveInbox(w, d.digest)
	}
	return rec.answer, nil
}

// applyBody parses and applies a body that was kept.
func (u *unit) applyBody(k checkout, d kept) (result, error) {
	parse := model.ParseWebhook
	if k.kind != model.StandardKind {
		parse = model.ParseShopWebhook
	}
	w, err := parse(d.body, u.now)
	if err == nil {
		return u.apply(k, prepare(model.Delivery{Checkout: k.id, WebhookID: d.webhook.id, Body: d.body, Received: d.received, Webhook: w}, u.keyring))
	}
	refused, ok := errors.AsType[*model.Error](err)
	switch {
	case !ok:
		return result{}, err
	case len(refused.Faults) > 0:
		return result{faults: refused.Faults}, nil
	}
	return result{faults: []model.Fault{{Field: "body", Detail: refused.Msg}}}, nil
}

// unpark applies what waited for the event, in the order in which it arrived. It is a
// slug, or NAME:ID of a shop.
func (u *unit) unpark(event string) error {
	waiting, err := u.source.parked(u, event)
	if err != nil {
		return err
	}
	for _, d := range waiting {
		if _, err := u.retry(d); err != nil {
			return err
		}
	}
	return u.err
}

const (
	inboxColumns = `i.id, k.name, i.webhook_id, i.type, i.state, i.reason, i.event, i.errors, i.received_at, i.resolved_at`
	inboxFrom    = ` FROM inbox i JOIN checkouts k ON k.id = i.checkout_id`
	selectInbox  = `SELECT ` + inboxColumns + inboxFrom
)

func scanInbox(r interface{ Scan(...any) error }) (model.InboxItem, error) {
	i := model.InboxItem{Errors: []model.Fault{}}
	var faults string
	var received int64
	var resolved *int64
	if err := r.Scan(&i.ID, &i.Checkout, &i.WebhookID, &i.Type, &i.State, &i.Reason, &i.Event, &faults, &received, &resolved); err != nil {
		return i, err
	}
	i.ReceivedAt, i.ResolvedAt = fromMillis(received), optionalTime(resolved)
	return i, json.Unmarshal([]byte(faults), &i.Errors)
}

// Inbox is what waits for an admin, the newest first.
func (s *Store) Inbox(ctx context.Context, a model.Actor, p model.Paging) (model.Listing[model.InboxItem], error) {
	if err := a.Require(model.Admin); err != nil {
		return model.Listing[model.InboxItem]{}, err
	}
	return read(ctx, s, func(c *conn) (page model.Listing[model.InboxItem], err error) {
		l := idList{
			list: model.InboxList, id: "i.id", from: inboxFrom, where: `i.resolved_at IS NULL`,
			columns: []string{"k.name", "i.webhook_id", "i.type", "i.state", "i.reason", "i.event"},
		}
		return readPart(c, l, inboxColumns, p, func(r *sql.Rows) (model.InboxItem, error) { return scanInbox(r) }, func(i *model.InboxItem) int64 { return i.ID })
	})
}

// InboxItem is one item with its body, also after it was resolved.
func (s *Store) InboxItem(ctx context.Context, a model.Actor, id int64) (model.InboxItem, error) {
	if err := a.Require(model.Admin); err != nil {
		return model.InboxItem{}, err
	}
	return read(ctx, s, func(c *conn) (model.InboxItem, error) {
		i, err := scanInbox(c.row(selectInbox+` WHERE i.id = $1`, id))
		if isNoRows(err) {
			return i, model.NotFoundError("inbox item", fmt.Sprint(id))
		}
		if err != nil {
			return i, err
		}
		var body []byte
		var erased int64
		err = c.row(`SELECT body, erased FROM inbox WHERE id = $1`, id).Scan(&body, &erased)
		switch i.Body = string(body); {
		case erased != 0:
			i.BodyNote = "A person was erased from it (customer erase)."
		case len(body) == 0:
			i.BodyNote = "It was deleted some time after the webhook was settled (serve --keep-inbox)."
		}
		return i, err
	})
}

// RetryInbox applies a kept webhook again. Where it still cannot be applied it
// stays, with the reason of this time.
func (s *Store) RetryInbox(ctx context.Context, a model.Actor, id int64) (model.Outcome, error) {
	if err := a.Require(model.Admin); err != nil {
		return model.Outcome{}, err
	}
	ans, err := write(ctx, s, func(t *tx) (answer, error) {
		i, err := scanInbox(t.row(selectInbox+` WHERE i.id = $1`, id))
		if isNoRows(err) {
			return answer{}, model.NotFoundError("inbox item", fmt.Sprint(id))
		}
		if err != nil {
			return answer{}, err
		}
		if i.ResolvedAt != nil && i.State != dismissed {
			return answer{}, &model.Error{Kind: model.Conflict, Msg: fmt.Sprintf("inbox item %d is resolved already: it, or a corrected one under its webhook-id, was applied", id), Hint: "there is nothing left to do"}
		}
		if delivery, err := t.deliveryOf(id); err != nil || delivery != 0 {
			if err == nil {
				err = t.retryDelivery(a, i, delivery)
			}
			return answer{outcome: model.Outcome{Status: model.Queued}}, err
		}
		d, err := t.kept(id)
		if err != nil {
			return answer{}, err
		}
		if len(d.body) == 0 {
			return answer{}, &model.Error{Kind: model.Conflict, Msg: fmt.Sprintf("the body of inbox item %d was deleted some time after it was settled", id), Hint: "have the checkout send it again"}
		}
		var ans answer
		err = t.inUnit(func(u *unit) (err error) {
			ans, err = u.retry(d)
			return err
		})
		if err != nil {
			return ans, err
		}
		after, err := scanInbox(t.row(selectInbox+` WHERE i.id = $1`, id))
		if err != nil {
			return ans, err
		}
		return ans, t.auditInbox(a, "inbox retry", i, after)
	})
	if err != nil {
		return model.Outcome{}, err
	}
	return ans.outcome, ans.err
}

func (t *tx) auditInbox(a model.Actor, action string, before, after model.InboxItem) error {
	states := func(i model.InboxItem) map[string]any { return map[string]any{"state": i.State, "reason": i.Reason} }
	return t.audit(a, 0, action, fmt.Sprint(before.ID), states(before), states(after))
}

// dismissed is the state of an item that an admin has put away.
const dismissed = "dismissed"

// DismissInbox ends an item that nothing is to be done about: it is applied no more when
// its event is added. It keeps its body, and may be retried.
func (s *Store) DismissInbox(ctx context.Context, a model.Actor, id int64) (model.InboxItem, error) {
	if err := a.Require(model.Admin); err != nil {
		return model.InboxItem{}, err
	}
	return write(ctx, s, func(t *tx) (model.InboxItem, error) {
		if err := t.lockSales(); err != nil { // its event may be added, or it may come again, at this moment
			return model.InboxItem{}, err
		}
		i, err := scanInbox(t.row(selectInbox+` WHERE i.id = $1`, id))
		switch {
		case isNoRows(err):
			return i, model.NotFoundError("inbox item", fmt.Sprint(id))
		case err != nil || i.State == dismissed:
			return i, err
		case i.ResolvedAt != nil:
			return i, &model.Error{Kind: model.Conflict, Msg: fmt.Sprintf("inbox item %d is resolved already", id), Hint: "there is nothing left to dismiss"}
		}
		if _, err := t.exec(`UPDATE inbox SET state = $1, resolved_at = $2 WHERE id = $3`, dismissed, millis(t.now), id); err != nil {
			return i, err
		}
		delivery, err := t.deliveryOf(id)
		if err == nil && delivery != 0 {
			_, err = t.exec(`UPDATE shop_deliveries SET state = 'dismissed', leased = 0, settled_at = $1 WHERE id = $2`, millis(t.now), delivery)
		}
		if err != nil {
			return i, err
		}
		t.markChanged(platform)
		after, err := scanInbox(t.row(selectInbox+` WHERE i.id = $1`, id))
		if err != nil {
			return i, err
		}
		return after, t.auditInbox(a, "inbox dismiss", i, after)
	})
}

// parkedFor are the parked items that wait for the event, in the order of arrival: for a
// slug, which a shop may have named by itself too, or for NAME:ID of a shop.
func (t *tx) parkedFor(event string) ([]int64, error) {
	return t.ids(`SELECT id FROM inbox WHERE state = 'parked'
		AND event IN (SELECT CAST($1 AS TEXT) UNION ALL SELECT name || ':' || CAST($1 AS TEXT) FROM checkouts WHERE kind <> 'standard') ORDER BY id`, event)
}

// kept is the delivery of an item.
func (c *conn) kept(id int64) (d kept, err error) {
	return d, d.scan(c.row(`SELECT checkout_id, webhook_id, digest, body, received_at FROM inbox WHERE id = $1`, id))
}

func (d *kept) scan(r scanner) error {
	var received int64
	err := r.Scan(&d.webhook.checkout, &d.webhook.id, &d.digest, &d.body, &received)
	d.received = fromMillis(received)
	return err
}
