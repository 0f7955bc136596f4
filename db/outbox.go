package db

import (
	"context"
	"fmt"
	"time"

	"lastclick/model"
)

// maxMailError bounds what is kept of a mail server's answer, in characters.
const maxMailError = 500

// dueMail are the mails to be sent. Those of archived links stay queued, in case
// the link is restored: a welcome mail should not bring a link that tracks nothing.
const dueMail = `SELECT o.id FROM outbox o LEFT JOIN links l ON l.id = o.link_id
	WHERE o.state = 'queued' AND o.next_at <= $1 AND l.archived_at IS NULL ORDER BY o.id LIMIT $2`

// DueMail hands out the mails that are due, the oldest first. No other worker gets them
// before the lease ends.
func (s *Store) DueMail(ctx context.Context, limit int, lease time.Duration) ([]model.Mail, error) {
	waiting, err := read(ctx, s, func(c *conn) ([]int64, error) {
		now, err := c.sharedNow()
		if err != nil {
			return nil, err
		}
		return c.ids(dueMail, millis(now), 1)
	})
	if err != nil || len(waiting) == 0 { // usually nothing is due, and that costs no commit
		return nil, err
	}
	mails, err := write(ctx, s, func(t *tx) ([]model.Mail, error) {
		at, err := t.sharedNow()
		if err != nil {
			return nil, err
		}
		now := millis(at)
		_, err = t.exec(`UPDATE outbox SET state = 'failed', code = NULL, last_error = 'the invite expired before its mail could be sent'
			WHERE state = 'queued' AND invite_id IN (SELECT id FROM invites WHERE closed_at IS NULL AND expires_at <= $1)`, now)
		if err != nil {
			return nil, err
		}
		if err := t.endReportMails(now); err != nil {
			return nil, err
		}
		ids, err := t.ids(dueMail, now, bounded(limit))
		if err != nil {
			return nil, err
		}
		mails := make([]model.Mail, 0, len(ids))
		for _, id := range ids {
			m, err := t.mail(id)
			if err != nil {
				return nil, err
			}
			mails = append(mails, m)
			if _, err := t.exec(`UPDATE outbox SET next_at = $1 WHERE id = $2`, now+lease.Milliseconds(), id); err != nil {
				return nil, err
			}
		}
		return mails, nil
	})
	if err != nil {
		return nil, err
	}
	return s.withNumbers(ctx, mails), nil
}

// mail is a row of the outbox with all that its text needs.
func (c *conn) mail(id int64) (model.Mail, error) {
	m := model.Mail{ID: id}
	var link, invite, hook, person, report, created int64
	var code string
	err := c.row(`SELECT kind, to_email, attempts, created_at, COALESCE(link_id, 0), COALESCE(invite_id, 0), COALESCE(code, ''), COALESCE(hook_id, 0), COALESCE(person_id, 0), COALESCE(report_id, 0)
		FROM outbox WHERE id = $1`, id).Scan(&m.Kind, &m.To, &m.Attempts, &created, &link, &invite, &code, &hook, &person, &report)
	if err != nil {
		return m, err
	}
	m.CreatedAt = fromMillis(created)
	if report != 0 {
		return m, c.reportMail(&m, report)
	}
	if invite != 0 {
		return m, c.inviteMail(&m, invite, code)
	}
	if hook != 0 {
		return m, c.hookMail(&m, hook, person)
	}
	return m, c.linkMail(&m, link, person)
}

func (c *conn) linkMail(m *model.Mail, id, person int64) error {
	l, err := c.scanLink(c.row(selectLinks+` WHERE l.id = $1`, id))
	if err != nil {
		return err
	}
	m.Name, m.Link = l.Name, &l
	if m.Client, err = c.client(l.Client); err != nil {
		return err
	}
	if m.ReplyTo, err = c.replyTo(m.Client, person); err != nil || l.Event == nil {
		return err
	}
	e, err := c.event(l.Client, *l.Event)
	m.Event = &e
	return err
}

// replyTo is where answers to a mail of the client go: its own address for that, else the
// person's who had it sent; empty where neither is known.
func (c *conn) replyTo(cl model.Client, person int64) (string, error) {
	if cl.ReplyTo != "" || person == 0 {
		return cl.ReplyTo, nil
	}
	var email string
	err := c.row(`SELECT COALESCE(email, '') FROM people WHERE id = $1 AND removed_at IS NULL`, person).Scan(&email)
	if isNoRows(err) {
		return "", nil
	}
	return email, err
}

func (c *conn) inviteMail(m *model.Mail, id int64, code string) error {
	i, err := scanInvite(c.row(selectInvites+` WHERE i.id = $1`, id))
	if err != nil {
		return err
	}
	i.Code = code
	m.Name, m.Invite = i.Name, &i.Invite
	if i.Client != nil {
		m.Client, err = c.client(*i.Client)
	}
	return err
}

func (c *conn) hookMail(m *model.Mail, id, person int64) error {
	h, err := c.hookByID(id)
	if err != nil {
		return err
	}
	m.Hook = &h.Hook
	if err := c.row(`SELECT name FROM people WHERE id = $1`, person).Scan(&m.Name); err != nil {
		return err
	}
	if h.Client != nil {
		m.Client, err = c.client(*h.Client)
	}
	return err
}

// MailSent notes that a mail went out. An invite's code is forgotten with it.
func (s *Store) MailSent(ctx context.Context, id int64) error {
	return s.mailDone(ctx, id, model.MailSent)
}

// MailWritten notes that a mail became a file: it is done with, and reached no one. To send
// it once there is a mail server, it is queued again.
func (s *Store) MailWritten(ctx context.Context, id int64) error {
	return s.mailDone(ctx, id, model.MailWritten)
}

func (s *Store) mailDone(ctx context.Context, id int64, state model.MailState) error {
	return s.update(ctx, func(t *tx) error {
		if err := t.markMailChanged(id); err != nil {
			return err
		}
		_, err := t.exec(`UPDATE outbox SET state = $1, attempts = attempts + 1, code = NULL, last_error = NULL, sent_at = $2 WHERE id = $3 AND state NOT IN ('sent', 'written')`, string(state), millis(t.now), id)
		return err
	})
}

// MailFailed notes why a mail did not go out, and has it handed out again at retry;
// a zero time gives up. A mail that went out after all, or was ended, stays so.
func (s *Store) MailFailed(ctx context.Context, id int64, reason string, retry time.Time) error {
	reason = model.Truncate(composed(model.Clean(reason)), maxMailError)
	return s.update(ctx, func(t *tx) error {
		if err := t.markMailChanged(id); err != nil {
			return err
		}
		if retry.IsZero() {
			_, err := t.exec(`UPDATE outbox SET state = 'failed', attempts = attempts + 1, code = NULL, last_error = $1 WHERE id = $2 AND state = 'queued'`, reason, id)
			return err
		}
		skew, err := t.skew()
		if err != nil {
			return err
		}
		_, err = t.exec(`UPDATE outbox SET attempts = attempts + 1, last_error = $1, next_at = $2 WHERE id = $3 AND state = 'queued'`, reason, millis(retry.Add(skew)), id)
		return err
	})
}

// markMailChanged marks the mail's client as changed.
func (t *tx) markMailChanged(id int64) error {
	var client int64
	err := t.row(`SELECT COALESCE(l.client_id, i.client_id, h.client_id, r.client_id, 0) FROM outbox o LEFT JOIN links l ON l.id = o.link_id LEFT JOIN invites i ON i.id = o.invite_id
		LEFT JOIN hooks h ON h.id = o.hook_id LEFT JOIN reports r ON r.id = o.report_id WHERE o.id = $1`, id).Scan(&client)
	if isNoRows(err) {
		return model.NotFoundError("mail", fmt.Sprint(id))
	}
	t.markChanged(client)
	return err
}

// ResendMail queues the welcome mail of a link again, to the address that the link
// has now. One that still waits is replaced.
func (s *Store) ResendMail(ctx context.Context, a model.Actor, code string) (model.Link, error) {
	slug, err := a.RequireClient(model.Member)
	if err != nil {
		return model.Link{}, err
	}
	return write(ctx, s, func(t *tx) (model.Link, error) {
		cl, err := t.client(slug)
		if err != nil {
			return model.Link{}, err
		}
		l, err := t.link(slug, code)
		if err != nil {
			return l, err
		}
		if l.Archived {
			return l, &model.Error{Kind: model.Conflict, Field: "link", Msg: fmt.Sprintf("the link %q is archived and tracks nothing", l.Code), Hint: "restore it before its mail is sent again"}
		}
		_, err = t.exec(`UPDATE outbox SET state = 'failed', last_error = 'replaced by a newer mail' WHERE link_id = $1 AND kind = 'welcome' AND state = 'queued'`, l.ID)
		if err != nil {
			return l, err
		}
		if err := t.queueWelcome(l.ID, l.Email, a); err != nil {
			return l, err
		}
		if err := t.audit(a, cl.ID, "link resend", l.Code, nil, map[string]any{"email": l.Email}); err != nil {
			return l, err
		}
		return t.link(slug, l.Code)
	})
}

// queueWelcome queues the mail of a link that a has it sent.
func (t *tx) queueWelcome(link int64, to string, a model.Actor) error {
	_, err := t.exec(`INSERT INTO outbox (link_id, kind, to_email, state, attempts, next_at, created_at, person_id) VALUES ($1, 'welcome', $2, 'queued', 0, $3, $3, $4)`,
		link, to, millis(t.now), optional(a.Person))
	return err
}
