package db

import (
	"context"
	"database/sql"
	"encoding/json"

	"lastclick/model"
)

// audit records what a person changed, in the transaction that changed it. before and
// after are kept as JSON, nil where there was nothing; they never hold a secret.
func (t *tx) audit(a model.Actor, client int64, action, object string, before, after any) error {
	old, err := auditJSON(before)
	if err != nil {
		return err
	}
	now, err := auditJSON(after)
	if err != nil {
		return err
	}
	name := a.Name
	if name == "" {
		name = "lastclick"
	}
	t.markChanged(client, people)
	_, err = t.exec(`INSERT INTO audit (at, actor, client_id, action, object, before, after) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
		millis(t.now), name, optional(client), action, object, old, now)
	return err
}

func auditJSON(v any) (*string, error) {
	if v == nil {
		return nil, nil
	}
	b, err := json.Marshal(v)
	s := string(b)
	return &s, err
}

// Audit is what people changed, the newest first: an owner sees the client's entries, an
// admin those of the chosen client and of the platform, or without a client all.
func (s *Store) Audit(ctx context.Context, a model.Actor, p model.Paging) (model.Listing[model.AuditEntry], error) {
	if err := a.Require(model.Owner); err != nil {
		return model.Listing[model.AuditEntry]{}, err
	}
	return read(ctx, s, func(c *conn) (page model.Listing[model.AuditEntry], err error) {
		client, err := c.scope(a)
		if err != nil {
			return page, err
		}
		// An owner's entries are the client's; an admin's are the platform's too, or all.
		l := idList{
			list: model.AuditList, id: "a.id", args: []any{client, flag(a.Role == model.Admin)},
			from:    ` FROM audit a LEFT JOIN clients c ON c.id = a.client_id`,
			where:   `(a.client_id = $1 OR $2 = 1 AND (a.client_id IS NULL OR $1 = 0))`,
			columns: []string{"a.actor", "a.action", "a.object", "c.slug", "a.before", "a.after"},
		}
		return readPart(c, l, `a.id, a.at, a.actor, c.slug, a.action, a.object, a.before, a.after`, p, func(r *sql.Rows) (e model.AuditEntry, err error) {
			var at int64
			err = r.Scan(&e.ID, &at, &e.Actor, &e.Client, &e.Action, &e.Object, &e.Before, &e.After)
			e.At = fromMillis(at)
			return e, err
		}, func(e *model.AuditEntry) int64 { return e.ID })
	})
}
