package db

import (
	"context"
	"database/sql"
	"fmt"

	"lastclick/model"
)

const selectReports = `SELECT r.id, r.email, r.every, e.slug, COALESCE(r.next_at, 0), r.created_at FROM reports r LEFT JOIN events e ON e.id = r.event_id`

func scanReport(r scanner) (id int64, report model.Report, err error) {
	var next, created int64
	err = r.Scan(&id, &report.Email, &report.Every, &report.Event, &next, &created)
	report.NextAt, report.CreatedAt = fromMillis(next), fromMillis(created)
	return id, report, err
}

// clientReports are those that are mailed to people, by address.
func (c *conn) clientReports(client int64) (ids []int64, list []model.Report, err error) {
	list = []model.Report{}
	err = c.each(func(r *sql.Rows) error {
		id, report, err := scanReport(r)
		ids, list = append(ids, id), append(list, report)
		return err
	}, selectReports+` WHERE r.client_id = $1 AND r.link_id IS NULL AND r.ended_at IS NULL ORDER BY r.email, COALESCE(e.slug, '')`, client)
	return ids, list, err
}

// Reports are the client's, by address.
func (s *Store) Reports(ctx context.Context, a model.Actor) ([]model.Report, error) {
	slug, err := a.RequireClient(model.Owner)
	if err != nil {
		return nil, err
	}
	return read(ctx, s, func(c *conn) ([]model.Report, error) {
		cl, err := c.client(slug)
		if err != nil {
			return nil, err
		}
		_, list, err := c.clientReports(cl.ID)
		return list, err
	})
}

// AddReport has the client's numbers mailed to an address. One to it about the same events is
// replaced.
func (s *Store) AddReport(ctx context.Context, a model.Actor, n model.NewReport) (model.Report, error) {
	slug, err := a.RequireClient(model.Owner)
	if err != nil {
		return model.Report{}, err
	}
	if n, err = n.Validate(); err != nil {
		return model.Report{}, err
	}
	return write(ctx, s, func(t *tx) (none model.Report, err error) {
		cl, err := t.client(slug)
		if err != nil {
			return none, err
		}
		var event int64
		if n.Event != "" {
			e, err := t.event(slug, n.Event)
			if err != nil {
				return none, err
			}
			event = e.ID
		}
		if _, err := t.exec(`UPDATE reports SET ended_at = $1 WHERE client_id = $2 AND link_id IS NULL AND email = $3 AND COALESCE(event_id, 0) = $4 AND ended_at IS NULL`,
			millis(t.now), cl.ID, n.Email, event); err != nil {
			return none, err
		}
		_, list, err := t.clientReports(cl.ID)
		if err != nil {
			return none, err
		}
		if len(list) >= model.MaxReports {
			return none, &model.Error{Kind: model.Conflict, Field: "email", Msg: fmt.Sprintf("%d reports are mailed already, as many as there may be", len(list)), Hint: "remove one first: report remove"}
		}
		id, err := t.insertReport(cl, nil, optional(event), n.Email, n.Every)
		if err != nil {
			return none, err
		}
		_, report, err := scanReport(t.row(selectReports+` WHERE r.id = $1`, id))
		if err != nil {
			return none, err
		}
		return report, t.audit(a, cl.ID, "report add", n.Email, nil, shownReport(report))
	})
}

// insertReport adds a report that is due for the first time after what is past.
func (t *tx) insertReport(cl model.Client, link, event *int64, email string, every model.ReportEvery) (id int64, err error) {
	now, err := t.sharedNow()
	if err != nil {
		return 0, err
	}
	var next *int64
	if every != model.FirstSale {
		_, _, at := every.Days(now, cl.Location())
		ms := millis(at)
		next = &ms
	}
	err = t.row(`INSERT INTO reports (client_id, link_id, event_id, email, every, next_at, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING id`,
		cl.ID, link, event, email, string(every), next, millis(now)).Scan(&id)
	return id, err
}

// shownReport is what the audit keeps of a report.
func shownReport(r model.Report) map[string]any {
	return map[string]any{"email": r.Email, "every": r.Every, "event": r.Event}
}

// RemoveReport ends the client's reports to an address, or with an event the one about it.
func (s *Store) RemoveReport(ctx context.Context, a model.Actor, email, event string) ([]model.Report, error) {
	slug, err := a.RequireClient(model.Owner)
	if err != nil {
		return nil, err
	}
	if email, err = model.CheckEmail("email", email); err != nil {
		return nil, err
	}
	return write(ctx, s, func(t *tx) ([]model.Report, error) {
		cl, err := t.client(slug)
		if err != nil {
			return nil, err
		}
		ids, list, err := t.clientReports(cl.ID)
		if err != nil {
			return nil, err
		}
		var removed []model.Report
		for i, r := range list {
			if r.Email != email || event != "" && (r.Event == nil || *r.Event != event) {
				continue
			}
			if err := t.endReport(ids[i]); err != nil {
				return nil, err
			}
			if err := t.audit(a, cl.ID, "report remove", r.Email, shownReport(r), nil); err != nil {
				return nil, err
			}
			removed = append(removed, r)
		}
		if removed == nil {
			return nil, model.NotFoundError("report", email)
		}
		return removed, nil
	})
}

// endReport ends a report: what is queued of it is not sent, and its address is forgotten here.
func (t *tx) endReport(id int64) error {
	if _, err := t.exec(`UPDATE reports SET ended_at = $1, email = '' WHERE id = $2 AND ended_at IS NULL`, millis(t.now), id); err != nil {
		return err
	}
	if _, err := t.exec(`UPDATE outbox SET state = 'failed', last_error = 'the report has ended' WHERE report_id = $1 AND state = 'queued'`, id); err != nil {
		return err
	}
	_, err := t.exec(`UPDATE outbox SET to_email = '' WHERE report_id = $1 AND link_id IS NULL`, id)
	return err
}

// digest is what is mailed to the owner of a link.
func (c *conn) digest(link int64) (model.ReportEvery, error) {
	var every model.ReportEvery
	err := c.row(`SELECT every FROM reports WHERE link_id = $1 AND ended_at IS NULL`, link).Scan(&every)
	if isNoRows(err) {
		return model.NoDigest, nil
	}
	return every, err
}

// setDigest sets what is mailed to the owner of the link.
func (t *tx) setDigest(a model.Actor, l model.Link, digest string) error {
	every, err := model.ParseDigest(digest)
	if err != nil {
		return err
	}
	was, err := t.digest(l.ID)
	if err != nil || was == every {
		return err
	}
	ids, err := t.ids(`SELECT id FROM reports WHERE link_id = $1 AND ended_at IS NULL`, l.ID)
	if err != nil {
		return err
	}
	for _, id := range ids {
		if err := t.endReport(id); err != nil {
			return err
		}
	}
	cl, err := t.client(l.Client)
	if err != nil {
		return err
	}
	if every != model.NoDigest {
		if _, err := t.insertReport(cl, &l.ID, nil, "", every); err != nil {
			return err
		}
	}
	return t.audit(a, cl.ID, "link digest", l.Code, map[string]any{"digest": was}, map[string]any{"digest": every})
}
