package db

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"lastclick/model"
)

// saveToInbox keeps the body of a webhook that was not applied, and answers it. Only a
// parked one takes its webhook-id: a refused one may come again, corrected, under the
// same.
func (t *tx) saveToInbox(k checkout, d model.Delivery, digest []byte, r result) (answer, error) {
	rec, err := newInboxRecord(r)
	if err != nil {
		return answer{}, err
	}
	// A retry of the same body finds its row; what is wrong with it may have changed.
	_, err = t.exec(`INSERT INTO inbox (checkout_id, webhook_id, digest, type, state, reason, event, errors, body, received_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
		ON CONFLICT (checkout_id, webhook_id, digest) DO UPDATE SET state = excluded.state, reason = excluded.reason,
			event = excluded.event, errors = excluded.errors, resolved_at = NULL`,
		k.id, d.WebhookID, digest, composed(model.Truncate(model.Clean(d.Webhook.Type), model.MaxID)), rec.state, rec.reason, rec.event, rec.errors, d.Body, millis(d.Received))
	if err != nil {
		return answer{}, err
	}
	t.markChanged(platform)
	if rec.state == "parked" {
		if err := t.recordWebhookID(k.id, d.WebhookID, digest); err != nil {
			return answer{}, err
		}
	}
	return rec.answer, nil
}

// resolveInbox ends what waits in the inbox under a webhook-id, now that a body was
// applied under it. The same body, which was refused while something it needs was
// missing, is applied; other refused ones stay refused, with nothing left to do.
func (t *tx) resolveInbox(checkout int64, webhook string, applied []byte) error {
	n, err := t.exec(`UPDATE inbox SET state = CASE WHEN digest = $1 THEN 'applied' ELSE state END, resolved_at = $2
		WHERE checkout_id = $3 AND webhook_id = $4 AND resolved_at IS NULL AND (digest = $1 OR state = 'refused')`,
		applied, millis(t.now), checkout, webhook)
	if n > 0 {
		t.markChanged(platform)
	}
	return err
}

// inboxRecord is how the inbox keeps a result, and what the sender is answered.
type inboxRecord struct {
	state, reason, errors string
	event                 *string
	answer                answer
}

func newInboxRecord(r result) (inboxRecord, error) {
	rec := inboxRecord{errors: "[]"}
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
		rec.state, rec.reason, rec.event = "parked", fmt.Sprintf("the event %s is not known yet", r.missing), &r.missing
		rec.answer.outcome = parkedOutcome
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

// retry applies the body of an inbox row again and notes the result.
func (t *tx) retry(id int64) (answer, error) {
	var checkout, received int64
	var webhook string
	var digest, body []byte
	err := t.row(`SELECT checkout_id, webhook_id, digest, body, received_at FROM inbox WHERE id = $1`, id).Scan(&checkout, &webhook, &digest, &body, &received)
	if err != nil {
		return answer{}, err
	}
	k, err := t.checkout(checkout)
	if err != nil {
		return answer{}, err
	}
	r, err := t.applyBody(k, body, fromMillis(received))
	if err != nil {
		return answer{}, err
	}
	rec, err := newInboxRecord(r)
	if err != nil {
		return answer{}, err
	}
	record := t.forgetWebhookID
	if rec.state == "applied" || rec.state == "parked" {
		record = t.recordWebhookID
	}
	if err := record(checkout, webhook, digest); err != nil {
		return answer{}, err
	}
	t.markChanged(platform)
	_, err = t.exec(`UPDATE inbox SET state = $1, reason = $2, event = $3, errors = $4 WHERE id = $5`, rec.state, rec.reason, rec.event, rec.errors, id)
	if err != nil || rec.state != "applied" {
		return rec.answer, err
	}
	return rec.answer, t.resolveInbox(checkout, webhook, digest)
}

// applyBody parses and applies a body that was kept.
func (t *tx) applyBody(k checkout, body []byte, received time.Time) (result, error) {
	w, err := model.ParseWebhook(body, t.now)
	if err == nil {
		return t.apply(k, w, received)
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

// unpark applies what waited for the event, in the order in which it arrived.
func (t *tx) unpark(event string) error {
	var ids []int64
	err := t.each(func(r *sql.Rows) error {
		var id int64
		err := r.Scan(&id)
		ids = append(ids, id)
		return err
	}, `SELECT id FROM inbox WHERE state = 'parked' AND event = $1 ORDER BY id`, event)
	if err != nil {
		return err
	}
	for _, id := range ids {
		if _, err := t.retry(id); err != nil {
			return err
		}
	}
	return nil
}

const selectInbox = `SELECT i.id, k.name, i.webhook_id, i.type, i.state, i.reason, i.event, i.errors, i.received_at, i.resolved_at
	FROM inbox i JOIN checkouts k ON k.id = i.checkout_id`

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
		before, err := beforeID(model.InboxList, p.Before)
		if err != nil {
			return page, err
		}
		var list []model.InboxItem
		limit := bounded(p.Limit)
		err = c.each(func(r *sql.Rows) error {
			i, err := scanInbox(r)
			list = append(list, i)
			return err
		}, selectInbox+` WHERE i.resolved_at IS NULL AND i.id < $1 ORDER BY i.id DESC LIMIT $2`, before, limit+1)
		if err != nil {
			return page, err
		}
		return listing(list, p.Before, limit, func(i *model.InboxItem) string { return model.IDCursor(model.InboxList, i.ID) }, func() (int64, error) {
			return c.counted(`SELECT COUNT(*) FROM inbox WHERE resolved_at IS NULL`, nil)
		})
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
		err = c.row(`SELECT body FROM inbox WHERE id = $1`, id).Scan(&body)
		i.Body = string(body)
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
		if i.ResolvedAt != nil {
			return answer{}, &model.Error{Kind: model.Conflict, Msg: fmt.Sprintf("inbox item %d is resolved already: it, or a corrected one under its webhook-id, was applied", id), Hint: "there is nothing left to do"}
		}
		ans, err := t.retry(id)
		if err != nil {
			return ans, err
		}
		after, err := scanInbox(t.row(selectInbox+` WHERE i.id = $1`, id))
		if err != nil {
			return ans, err
		}
		states := func(i model.InboxItem) map[string]any { return map[string]any{"state": i.State, "reason": i.Reason} }
		return ans, t.audit(a, 0, "inbox retry", fmt.Sprint(id), states(i), states(after))
	})
	if err != nil {
		return model.Outcome{}, err
	}
	return ans.outcome, ans.err
}
