package db

import (
	"context"
	"database/sql"
	"time"

	"lastclick/model"
)

const (
	hookBatch    = 32        // messages that are handed out of a hook at once
	maxWaiting   = 1_000_000 // messages of a hook, some 500 MB; with more it is disabled
	maxHookError = 300       // characters of a failure that are kept
)

// dueOf are the messages of the hook h that are due at $1. One that waits for its next
// attempt holds back those of its order that follow.
const dueOf = `FROM hook_outbox o WHERE o.hook_id = h.id AND o.next_at <= $1
		AND NOT EXISTS (SELECT 1 FROM hook_outbox e WHERE e.hook_id = o.hook_id AND e.order_id = o.order_id AND e.id < o.id AND e.next_at > $1)`

const dueHooks = `SELECT h.id FROM hooks h WHERE h.state = 'active' AND h.next_at <= $1 AND EXISTS (SELECT 1 ` + dueOf + `) ORDER BY h.next_at, h.id LIMIT $2`

// dueMessages are the oldest due ones of a hook.
const dueMessages = `SELECT o.id, o.order_id, o.message, o.type, o.body, o.attempts, o.created_at FROM hook_outbox o WHERE o.next_at <= $1
	AND NOT EXISTS (SELECT 1 FROM hook_outbox e WHERE e.hook_id = o.hook_id AND e.order_id = o.order_id AND e.id < o.id AND e.next_at > $1)
	AND o.hook_id = $2 ORDER BY o.id LIMIT $3`

// DueHooks hands out the hooks for which messages are due, the longest waiting first. No
// other worker gets them before the lease ends.
func (s *Store) DueHooks(ctx context.Context, limit int, lease time.Duration) ([]model.HookBatch, error) {
	if m := s.cache.Load(); len(m.hookedNow()) == 0 {
		return nil, nil
	}
	waiting, err := read(ctx, s, func(c *conn) ([]int64, error) {
		now, err := c.sharedNow()
		if err != nil {
			return nil, err
		}
		return c.ids(dueHooks, millis(now), 1)
	})
	if err != nil || len(waiting) == 0 { // usually nothing is due, and that costs no commit
		return nil, err
	}
	return write(ctx, s, func(t *tx) ([]model.HookBatch, error) {
		now, err := t.sharedNow()
		if err != nil {
			return nil, err
		}
		ids, err := t.ids(dueHooks, millis(now), bounded(limit))
		if err != nil {
			return nil, err
		}
		batches := make([]model.HookBatch, 0, len(ids))
		for _, id := range ids {
			b, err := t.hookBatch(id, now)
			if err != nil {
				return nil, err
			}
			batches = append(batches, b)
			if _, err := t.exec(`UPDATE hooks SET next_at = $1 WHERE id = $2`, millis(now.Add(lease)), id); err != nil {
				return nil, err
			}
		}
		return batches, nil
	})
}

func (t *tx) hookBatch(id int64, now time.Time) (model.HookBatch, error) {
	h, err := t.hookByID(id)
	if err != nil {
		return model.HookBatch{}, err
	}
	b := model.HookBatch{HookTarget: h.target(), FailingSince: h.FailingSince}
	if err := t.row(`SELECT failures FROM hooks WHERE id = $1`, id).Scan(&b.Failures); err != nil {
		return b, err
	}
	err = t.each(func(r *sql.Rows) error {
		var m model.HookMessage
		var created int64
		err := r.Scan(&m.Row, &m.Order, &m.ID, &m.Type, &m.Body, &m.Attempts, &created)
		m.CreatedAt = fromMillis(created)
		b.Messages = append(b.Messages, m)
		return err
	}, dueMessages, millis(now), id, hookBatch)
	return b, err
}

// What became of messages. The webhook-id stands beside the row, since SQLite may give
// the number of a row that was deleted to another.
var (
	deleteHookMessages = newSet("id bigint, message text", `DELETE FROM hook_outbox WHERE (id, message) IN (SELECT id, message FROM r)`)
	delayHookMessages  = newSet("id bigint, message text, at bigint",
		`UPDATE hook_outbox SET attempts = attempts + 1, next_at = r.at FROM r WHERE hook_outbox.id = r.id AND hook_outbox.message = r.message`)
)

// ReportHook notes what became of a batch, and when the next one is due. A report on a
// hook that was removed meanwhile, or disabled, says nothing.
func (s *Store) ReportHook(ctx context.Context, r model.HookReport) error {
	r.Error = model.Truncate(composed(model.Clean(r.Error)), maxHookError)
	return s.update(ctx, func(t *tx) error {
		h, err := t.hookByID(r.Hook)
		if isNoRows(err) || err == nil && h.state != "active" {
			return nil
		}
		if err != nil {
			return err
		}
		skew, err := t.skew()
		if err != nil {
			return err
		}
		r.Next = r.Next.Add(skew)
		var done, delayed []any
		taken := false
		for _, m := range r.Results {
			if taken = taken || m.Taken; m.Taken || m.Retry.IsZero() {
				done = append(done, m.Row, m.ID)
			} else {
				delayed = append(delayed, m.Row, m.ID, millis(m.Retry.Add(skew)))
			}
		}
		if err := t.set(deleteHookMessages, done, nil); err != nil {
			return err
		}
		if err := t.set(delayHookMessages, delayed, nil); err != nil {
			return err
		}
		if err := t.noteHook(r, taken); err != nil || r.Disable {
			if err == nil {
				err = t.disableHook(h, r.Error)
			}
			return err
		}
		return t.boundHook(h)
	})
}

// noteHook notes how the hook itself stands after a batch.
func (t *tx) noteHook(r model.HookReport, taken bool) error {
	var err error
	now := millis(t.now)
	switch {
	case taken:
		_, err = t.exec(`UPDATE hooks SET next_at = $1, failures = 0, failing_since = NULL, last_error = $2, delivered_at = $3 WHERE id = $4`, millis(r.Next), optional(r.Error), now, r.Hook)
	case r.Error != "":
		_, err = t.exec(`UPDATE hooks SET next_at = $1, failures = failures + 1, failing_since = COALESCE(failing_since, $2), last_error = $3 WHERE id = $4`, millis(r.Next), now, r.Error, r.Hook)
	default: // nothing was sent: the daemon stops
		_, err = t.exec(`UPDATE hooks SET next_at = $1 WHERE id = $2`, millis(r.Next), r.Hook)
	}
	return err
}

// boundHook disables a hook that takes messages more slowly than they come.
func (t *tx) boundHook(h hook) error {
	ids, err := t.ids(`SELECT id FROM hook_outbox WHERE hook_id = $1 ORDER BY id LIMIT 1 OFFSET $2`, h.id, maxWaiting)
	if err != nil || len(ids) == 0 {
		return err
	}
	return t.disableHook(h, "too many messages wait: it takes them more slowly than they come")
}

// disableHook ends a hook until it is added again, and mails that to who added it, else
// to the client's owners, else to the admins.
func (t *tx) disableHook(h hook, reason string) error {
	if _, err := t.exec(`DELETE FROM hook_outbox WHERE hook_id = $1`, h.id); err != nil {
		return err
	}
	_, err := t.exec(`UPDATE hooks SET state = 'disabled', failing_since = COALESCE(failing_since, $1), last_error = $2 WHERE id = $3`, millis(t.now), reason, h.id)
	if err != nil {
		return err
	}
	if err := t.hooksChanged(h.id); err != nil {
		return err
	}
	if err := t.audit(model.Actor{}, h.client, "hook disable", h.URL, nil, map[string]any{"client": h.Client, "reason": reason}); err != nil {
		return err
	}
	to, err := t.mailable(h.person, 0, "")
	if err == nil && len(to) == 0 && h.client != 0 {
		to, err = t.mailable(0, h.client, model.Owner)
	}
	if err == nil && len(to) == 0 {
		to, err = t.mailable(0, 0, model.Admin)
	}
	if err == nil && len(to) == 0 {
		t.onCommit(func() {
			t.s.log.Warn("a hook was disabled, and there is no address to mail that to", "hook", h.id, "err", reason)
		})
	}
	for _, p := range to {
		if err == nil {
			_, err = t.exec(`INSERT INTO outbox (hook_id, person_id, kind, to_email, state, attempts, next_at, created_at) VALUES ($1, $2, 'hook', $3, 'queued', 0, $4, $4)`,
				h.id, p.id, p.email, millis(t.now))
		}
	}
	return err
}

// addressee is a person with an address.
type addressee struct {
	id    int64
	email string
}

// mailable are those with an address among one person and those with a role at a client
// (0: of the platform), each address once.
func (t *tx) mailable(person, client int64, role model.Role) ([]addressee, error) {
	var list []addressee
	seen := map[string]bool{}
	err := t.each(func(r *sql.Rows) error {
		var p addressee
		err := r.Scan(&p.id, &p.email)
		if !seen[p.email] {
			seen[p.email] = true
			list = append(list, p)
		}
		return err
	}, `SELECT p.id, p.email FROM people p WHERE p.removed_at IS NULL AND p.email IS NOT NULL
		AND (p.id = $1 OR COALESCE(p.client_id, 0) = $2 AND p.role = $3) ORDER BY p.id`, person, client, string(role))
	return list, err
}
