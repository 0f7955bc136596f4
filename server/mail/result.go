package mail

import (
	"context"
	"errors"
	"log/slog"
	"path/filepath"
	"time"

	"lastclick/model"
)

// result is what became of one mail.
type result struct {
	id     int64
	done   model.MailState // sent or written; empty: neither
	reason string          // why
	retry  time.Time       // zero: given up
}

// send sends a mail and returns what became of it. It returns nil if the daemon was
// told to stop before that was known: the row is due again when its lease ends.
func (w *Worker) send(ctx context.Context, m model.Mail) *result {
	log := w.c.Log.With("mail", m.ID, "kind", m.Kind)
	msg, err := w.compose(m)
	if err != nil {
		return w.failed(m, &failure{what: giveUpMail, reason: sentence("the mail cannot be written", err)}, log)
	}
	err = w.transport.send(ctx, msg)
	if err == nil {
		if w.stops > 0 {
			w.stops = 0
			log.Info("mail is sent again", "to", w.where)
		}
		if w.writes() {
			log.Info("mail written to a file, and not sent: there is no mail server", "file", filepath.Join(w.where, msg.file))
			return &result{id: m.ID, done: model.MailWritten}
		}
		log.Info("mail sent", "attempt", m.Attempts+1)
		return &result{id: m.ID, done: model.MailSent}
	}
	f, ok := errors.AsType[*failure](err)
	if !ok {
		f = &failure{what: retryMail, reason: sentence("", err)}
	}
	if ctx.Err() != nil && f.what != giveUpMail {
		return nil
	}
	return w.failed(m, f, log)
}

// failed decides when the mail is tried again, and notes when sending stops.
func (w *Worker) failed(m model.Mail, f *failure, log *slog.Logger) *result {
	now := w.c.Now()
	switch {
	case f.what == stopSending:
		w.stops++
		w.stopReason = f.reason
		w.resume = now.Add(min(w.c.Backoff(w.stops), maxRetryDelay))
		if w.stops == 1 {
			log.Warn("no mail is sent until the mail server takes it", "reason", f.reason, "to", w.where)
		}
		return &result{id: m.ID, reason: f.reason, retry: w.resume}
	case f.what == retryMail && (m.CreatedAt.IsZero() || now.Sub(m.CreatedAt) < retryFor):
		retry := now.Add(w.c.Backoff(m.Attempts + 1))
		log.Info("mail delayed", "reason", f.reason, "retry", retry)
		return &result{id: m.ID, reason: f.reason, retry: retry}
	}
	log.Warn("mail given up", "reason", f.reason)
	return &result{id: m.ID, reason: f.reason}
}

// report tells the store what became of the last mail, and says whether it took that.
// Until it does, no further mail is sent: a mail that was sent and is not noted would
// be sent again.
func (w *Worker) report(ctx context.Context) bool {
	if w.unreported == nil {
		return true
	}
	// The mail has been sent, so the result is noted after the daemon is told to stop, too.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), reportTime)
	defer cancel()
	var err error
	switch r := w.unreported; r.done {
	case model.MailSent:
		err = w.c.Store.MailSent(ctx, r.id)
	case model.MailWritten:
		err = w.c.Store.MailWritten(ctx, r.id)
	default:
		err = w.c.Store.MailFailed(ctx, r.id, r.reason, r.retry)
	}
	if err != nil && model.KindOf(err) != model.NotFound {
		w.storeFailed(err)
		return false
	}
	w.unreported = nil
	return true
}

// storeFailed logs the first failure of a row of them.
func (w *Worker) storeFailed(err error) {
	if !w.storeDown {
		w.storeDown = true
		w.c.Log.Error("the outbox cannot be read or written; no mail is sent until it can", "err", err)
	}
}
