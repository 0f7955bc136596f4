package db

import (
	"context"
	"time"

	"lastclick/model"
)

// A report is queued once for its days: what is due is found again in the transaction that
// queues it, notes the days and says when the next one is due. Where the daemon was away for
// weeks, only the last days are mailed. Nodes do this one after the other.

const (
	// reportsAtOnce bounds how many reports one transaction queues.
	reportsAtOnce = 200
	// reportMailAge is how old a mail with numbers may be that was not sent yet.
	reportMailAge = 3 * 24 * time.Hour
	// keepReportMails is how long it is kept to whom a report was mailed.
	keepReportMails = 30 * 24 * time.Hour
)

// dueReports are the reports that are due: by time, and those of links that have sold.
const dueReports = `SELECT r.id FROM reports r WHERE r.ended_at IS NULL AND r.next_at <= $1
	UNION ALL SELECT r.id FROM reports r JOIN links l ON l.id = r.link_id JOIN cells c ON c.client_id = r.client_id AND c.link_id = r.link_id
	WHERE r.every = 'first-sale' AND r.ended_at IS NULL AND l.archived_at IS NULL AND ` + cellSold + `
	LIMIT $2`

// cellSold says that c is the cell of a link's numbers, and that the link has sold.
const cellSold = `c.reason = '' AND c.event_id = 0 AND c.type = '' AND EXISTS (SELECT 1 FROM cell_sums n WHERE n.cell_id = c.id AND n.tickets > 0)`

// QueueReports queues the mails of the reports that are due.
func (s *Store) QueueReports(ctx context.Context) (int, error) {
	due, err := read(ctx, s, func(c *conn) ([]int64, error) {
		now, err := c.sharedNow()
		if err != nil {
			return nil, err
		}
		return c.ids(dueReports, millis(now), 1)
	})
	if err != nil || len(due) == 0 { // usually nothing is due, and that costs no commit
		return 0, err
	}
	return write(ctx, s, func(t *tx) (n int, err error) {
		now, err := t.sharedNow()
		if err != nil {
			return 0, err
		}
		ids, err := t.ids(dueReports, millis(now), reportsAtOnce)
		if err != nil {
			return 0, err
		}
		for _, id := range ids {
			queued, err := t.queueReport(id, now)
			if err != nil {
				return n, err
			}
			if queued {
				n++
			}
		}
		return n, nil
	})
}

// queueReport queues the mail of a report that is due, unless that was done for its days or
// its link is archived, and says when the next one is.
func (t *tx) queueReport(id int64, now time.Time) (queued bool, err error) {
	var client, timezone, email, done string
	var every model.ReportEvery
	var link *int64
	var archived bool
	err = t.row(`SELECT c.slug, c.timezone, r.every, r.link_id, COALESCE(l.email, r.email), r.to_day, CASE WHEN l.archived_at IS NULL THEN 0 ELSE 1 END
		FROM reports r JOIN clients c ON c.id = r.client_id LEFT JOIN links l ON l.id = r.link_id WHERE r.id = $1`, id).
		Scan(&client, &timezone, &every, &link, &email, &done, &archived)
	if err != nil {
		return false, err
	}
	if every == model.FirstSale {
		if _, err := t.exec(`UPDATE reports SET ended_at = $1 WHERE id = $2`, millis(now), id); err != nil {
			return false, err
		}
		return true, t.queueReportMail(id, link, email, "", "", now)
	}
	if _, err := t.exec(`DELETE FROM outbox WHERE report_id = $1 AND state <> 'queued' AND created_at < $2`, id, millis(now.Add(-keepReportMails))); err != nil {
		return false, err
	}
	from, to, next := every.Days(now, model.Location(timezone))
	queued = !archived && to > done
	if queued {
		if err := t.queueReportMail(id, link, email, from, to, now); err != nil {
			return false, err
		}
		done = to
	}
	_, err = t.exec(`UPDATE reports SET next_at = $1, to_day = $2 WHERE id = $3`, millis(next), done, id)
	return queued, err
}

func (t *tx) queueReportMail(id int64, link *int64, email, from, to string, now time.Time) error {
	_, err := t.exec(`INSERT INTO outbox (link_id, report_id, kind, to_email, state, attempts, next_at, created_at, from_day, to_day) VALUES ($1, $2, 'report', $3, 'queued', 0, $4, $4, $5, $6)`,
		link, id, email, millis(now), from, to)
	return err
}

// endReportMails gives up mails of numbers that are old news.
func (t *tx) endReportMails(now int64) error {
	_, err := t.exec(`UPDATE outbox SET state = 'failed', last_error = 'its numbers were out of date before it could be sent' WHERE state = 'queued' AND report_id IS NOT NULL AND created_at < $1`,
		now-reportMailAge.Milliseconds())
	return err
}

// reportMail fills in all of a report's mail but the numbers.
func (c *conn) reportMail(m *model.Mail, id int64) error {
	var client string
	var event *string
	var link, created int64
	r := &model.ReportMail{}
	err := c.row(`SELECT c.slug, r.every, e.slug, COALESCE(r.link_id, 0), r.created_at, COALESCE(o.from_day, ''), COALESCE(o.to_day, '')
		FROM outbox o JOIN reports r ON r.id = o.report_id JOIN clients c ON c.id = r.client_id LEFT JOIN events e ON e.id = r.event_id WHERE o.id = $1`, m.ID).
		Scan(&client, &r.Every, &event, &link, &created, &r.From, &r.To)
	if err != nil {
		return err
	}
	m.Report = r
	if m.Client, err = c.client(client); err != nil {
		return err
	}
	m.ReplyTo = m.Client.ReplyTo
	if link != 0 {
		l, err := c.scanLink(c.row(selectLinks+` WHERE l.id = $1`, link))
		if err != nil {
			return err
		}
		m.Name, r.Link, event = l.Name, &l, l.Event
	}
	if event != nil {
		e, err := c.event(client, *event)
		if err != nil {
			return err
		}
		m.Event, r.EventName = &e, e.Name
	}
	r.Unsubscribe, err = c.reportToken(id, created)
	return err
}

// withNumbers fills in the numbers of reports, outside of the committer. A report of which they
// cannot be read now is left out: it is handed out again when its lease ends.
func (s *Store) withNumbers(ctx context.Context, mails []model.Mail) []model.Mail {
	list := mails[:0]
	for _, m := range mails {
		if m.Report != nil {
			if err := s.reportNumbers(ctx, &m); err != nil {
				s.log.Warn("the numbers of a report cannot be read; it is tried again", "mail", m.ID, "err", err)
				continue
			}
		}
		list = append(list, m)
	}
	return list
}

// errReportBehind has a report wait for a standby: a mail says nothing of its age.
var errReportBehind = &model.Error{Kind: model.Busy, Msg: "the standby that pages are read from does not have the last sales yet"}

func (s *Store) reportNumbers(ctx context.Context, m *model.Mail) error {
	ctx, age := model.WithAge(ctx)
	a := model.Actor{Role: model.Viewer, Client: m.Client.Slug}
	f := model.Filter{From: m.Report.From, To: m.Report.To}
	if m.Report.Link != nil {
		f.Link = m.Report.Link.Code
	} else if m.Event != nil {
		f.Event = m.Event.Slug
	}
	stats, err := s.Stats(ctx, a, f)
	if err != nil {
		return err
	}
	m.Report.Stats = &stats
	if f.From != "" {
		f.From, f.To = model.DaysBefore(f.From, f.To)
		before, err := s.Stats(ctx, a, f)
		if err != nil {
			return err
		}
		m.Report.Before = &before
	}
	if !age.AsOf().IsZero() {
		return errReportBehind
	}
	return nil
}
