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

// AddReport has the client's numbers mailed to an address. One to it about the same events
// goes out as often as this one says.
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
		id, err := t.putReport(cl, n, event)
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

// putReport adds the report, or changes the one that there is.
func (t *tx) putReport(cl model.Client, n model.NewReport, event int64) (id int64, err error) {
	err = t.row(`SELECT id FROM reports WHERE client_id = $1 AND link_id IS NULL AND email = $2 AND COALESCE(event_id, 0) = $3 AND ended_at IS NULL`, cl.ID, n.Email, event).Scan(&id)
	if err == nil {
		return id, t.changeReport(cl, id, n.Every)
	}
	if !isNoRows(err) {
		return 0, err
	}
	_, list, err := t.clientReports(cl.ID)
	if err != nil {
		return 0, err
	}
	if len(list) >= model.MaxReports {
		return 0, &model.Error{Kind: model.Conflict, Field: "email", Msg: fmt.Sprintf("%d reports are mailed already, as many as there may be", len(list)), Hint: "remove one first: report remove"}
	}
	return t.insertReport(cl, nil, optional(event), n.Email, n.Every)
}

// insertReport adds a report that is due for the first time after what is past.
func (t *tx) insertReport(cl model.Client, link, event *int64, email string, every model.ReportEvery) (id int64, err error) {
	now, next, err := t.firstDue(cl, every)
	if err != nil {
		return 0, err
	}
	err = t.row(`INSERT INTO reports (client_id, link_id, event_id, email, every, next_at, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING id`,
		cl.ID, link, event, email, string(every), next, now).Scan(&id)
	return id, err
}

// changeReport has a report go out as often as every says, and what is queued of it no more. It
// stays the same report: the mails that were sent of it end it.
func (t *tx) changeReport(cl model.Client, id int64, every model.ReportEvery) error {
	_, next, err := t.firstDue(cl, every)
	if err != nil {
		return err
	}
	changed, err := t.exec(`UPDATE reports SET every = $1, next_at = $2 WHERE id = $3 AND every <> $1`, string(every), next, id)
	if err != nil || changed == 0 {
		return err
	}
	return t.dropReportMails(id, "the report goes out otherwise")
}

// firstDue is the present, and when a report is due that begins now; nil for no time.
func (t *tx) firstDue(cl model.Client, every model.ReportEvery) (at int64, next *int64, err error) {
	now, err := t.sharedNow()
	if err != nil || every == model.FirstSale {
		return millis(now), nil, err
	}
	_, _, due := every.Days(now, cl.Location())
	ms := millis(due)
	return millis(now), &ms, nil
}

// dropReportMails has what is queued of a report not sent.
func (t *tx) dropReportMails(id int64, why string) error {
	_, err := t.exec(`UPDATE outbox SET state = 'failed', last_error = $1 WHERE report_id = $2 AND state = 'queued'`, why, id)
	return err
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
	if err := t.dropReportMails(id, "the report has ended"); err != nil {
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
	cl, err := t.client(l.Client)
	if err != nil {
		return err
	}
	if every == model.FirstSale {
		if sold, err := t.counted(`SELECT count(*) FROM cells c WHERE c.client_id = $1 AND c.link_id = $2 AND `+cellSold, []any{cl.ID, l.ID}); err != nil {
			return err
		} else if sold > 0 {
			return &model.Error{Kind: model.Conflict, Field: "digest", Msg: fmt.Sprintf("the link %q has made its first sale already", l.Code), Hint: "have its owner mailed the numbers with --digest weekly"}
		}
	}
	if was == model.NoDigest {
		_, err = t.insertReport(cl, &l.ID, nil, "", every)
	} else {
		err = t.changeDigest(cl, l.ID, every)
	}
	if err != nil {
		return err
	}
	return t.audit(a, cl.ID, "link digest", l.Code, map[string]any{"digest": was}, map[string]any{"digest": every})
}

// changeDigest changes or ends the digest that a link has.
func (t *tx) changeDigest(cl model.Client, link int64, every model.ReportEvery) error {
	var id int64
	if err := t.row(`SELECT id FROM reports WHERE link_id = $1 AND ended_at IS NULL`, link).Scan(&id); err != nil {
		return err
	}
	if every == model.NoDigest {
		return t.endReport(id)
	}
	return t.changeReport(cl, id, every)
}
