package db

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"

	"lastclick/model"
)

// keep puts the body of a webhook that was not applied into the inbox and answers
// it. Only a parked one claims its webhook-id: a refused one may come again,
// mended, under the same.
func (t *tx) keep(k checkout, d model.Delivery, digest []byte, r result) (answer, error) {
	f, err := filed(r)
	if err != nil {
		return answer{}, err
	}
	// A retry of the same body finds its row; what is wrong with it may have changed.
	_, err = t.exec(`INSERT INTO inbox (checkout_id, webhook_id, digest, type, state, reason, event, errors, body, received_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
		ON CONFLICT (checkout_id, webhook_id, digest) DO UPDATE SET state = excluded.state, reason = excluded.reason,
			event = excluded.event, errors = excluded.errors, resolved_at = NULL`,
		k.id, d.WebhookID, digest, composed(model.Truncate(model.Clean(d.Webhook.Type), model.MaxID)), f.state, f.reason, f.event, f.errors, d.Body, millis(d.Received))
	if err != nil {
		return answer{}, err
	}
	t.markChanged(platform)
	if f.state == "parked" {
		if err := t.claim(k.id, d.WebhookID, digest); err != nil {
			return answer{}, err
		}
	}
	return f.answer, nil
}

// filing is how the inbox keeps a result.
type filing struct {
	state, reason, errors string
	event                 *string
	answer                answer
}

func filed(r result) (filing, error) {
	f := filing{errors: "[]"}
	switch {
	case r.faults != nil:
		b, err := json.Marshal(r.faults)
		if err != nil {
			return f, err
		}
		f.state, f.reason, f.errors = "refused", faultSentence(r.faults), string(b)
		f.answer.err = model.Faulty(r.faults...)
	case r.conflict != "":
		f.state, f.reason = "conflict", r.conflict
		f.answer.err = &model.Error{Kind: model.Conflict, Msg: r.conflict, Hint: "the body is kept for the admin; send changes under a new webhook-id with a higher version"}
	case r.missing != "":
		f.state, f.reason, f.event = "parked", fmt.Sprintf("the event %s is not known yet", r.missing), &r.missing
		f.answer.outcome = parkedOutcome
	default:
		f.state, f.reason = "applied", ""
		f.answer.outcome = r.outcome
	}
	return f, nil
}

func faultSentence(faults []model.Fault) string {
	s := faults[0].Field + " " + faults[0].Detail
	if n := len(faults) - 1; n > 0 {
		s += fmt.Sprintf(" (and %d more)", n)
	}
	return s
}

// refile applies the body of an inbox row again and notes what became of it.
func (t *tx) refile(id int64) (answer, error) {
	var checkout int64
	var webhook string
	var digest, body []byte
	var received int64
	err := t.row(`SELECT checkout_id, webhook_id, digest, body, received_at FROM inbox WHERE id = $1`, id).Scan(&checkout, &webhook, &digest, &body, &received)
	if err != nil {
		return answer{}, err
	}
	k, err := t.checkout(checkout)
	if err != nil {
		return answer{}, err
	}
	var r result
	w, err := model.ParseWebhook(body, t.now)
	switch e, _ := err.(*model.Error); {
	case err == nil:
		if r, err = t.apply(k, w, fromMillis(received)); err != nil {
			return answer{}, err
		}
	case e != nil && len(e.Faults) > 0:
		r.faults = e.Faults
	case e != nil:
		r.faults = []model.Fault{{Field: "body", Detail: e.Msg}}
	}
	f, err := filed(r)
	if err != nil {
		return answer{}, err
	}
	resolved := optional(millis(t.now))
	if f.state == "applied" || f.state == "parked" {
		err = t.claim(checkout, webhook, digest)
	} else {
		err = t.unclaim(checkout, webhook, digest)
	}
	if err != nil {
		return answer{}, err
	}
	if f.state != "applied" {
		resolved = nil
	}
	_, err = t.exec(`UPDATE inbox SET state = $1, reason = $2, event = $3, errors = $4, resolved_at = $5 WHERE id = $6`,
		f.state, f.reason, f.event, f.errors, resolved, id)
	t.markChanged(platform)
	if err != nil || f.state != "applied" {
		return f.answer, err
	}
	return f.answer, t.mended(checkout, webhook)
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
		if _, err := t.refile(id); err != nil {
			return err
		}
	}
	return nil
}

const selectInbox = `SELECT i.id, k.name, i.webhook_id, i.type, i.state, i.reason, i.event, i.errors, i.received_at, i.resolved_at
	FROM inbox i JOIN checkouts k ON k.id = i.checkout_id`

func scanInbox(r interface{ Scan(...any) error }) (model.InboxItem, error) {
	i := model.InboxItem{Errors: []model.Fault{}}
	var errors string
	var received int64
	var resolved *int64
	if err := r.Scan(&i.ID, &i.Checkout, &i.WebhookID, &i.Type, &i.State, &i.Reason, &i.Event, &errors, &received, &resolved); err != nil {
		return i, err
	}
	i.ReceivedAt, i.ResolvedAt = fromMillis(received), optionalTime(resolved)
	return i, json.Unmarshal([]byte(errors), &i.Errors)
}

// Inbox is what waits for an admin, the newest first.
func (s *Store) Inbox(ctx context.Context, a model.Actor) ([]model.InboxItem, error) {
	if err := a.Require(model.Admin); err != nil {
		return nil, err
	}
	return read(ctx, s, func(c *conn) ([]model.InboxItem, error) {
		var list []model.InboxItem
		err := c.each(func(r *sql.Rows) error {
			i, err := scanInbox(r)
			list = append(list, i)
			return err
		}, selectInbox+` WHERE i.resolved_at IS NULL ORDER BY i.id DESC LIMIT $1`, model.MaxLimit)
		return list, err
	})
}

// InboxItem is one of them with its body, also when it was applied since.
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
			return answer{}, &model.Error{Kind: model.Conflict, Msg: fmt.Sprintf("inbox item %d is settled already: it, or a mended one under its webhook-id, was applied", id), Hint: "there is nothing left to do"}
		}
		ans, err := t.refile(id)
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
