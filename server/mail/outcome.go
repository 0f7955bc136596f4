package mail

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"lastclick/model"
)

// outcome is what became of one mail.
type outcome struct {
	id     int64
	reason string    // empty: sent
	retry  time.Time // zero: given up
}

// one sends a mail and says what became of it; nil where the stop came between,
// and the row comes back when its lease ends.
func (w *Worker) one(ctx context.Context, m model.Mail) *outcome {
	log := w.c.Log.With("mail", m.ID, "kind", m.Kind)
	msg, err := w.compose(m)
	if err != nil {
		return w.failed(m, &failure{what: never, reason: sentence("the mail cannot be written", err)}, log)
	}
	err = w.carrier.send(ctx, msg)
	if err == nil {
		if w.shut > 0 {
			w.shut = 0
			log.Info("mail leaves again", "to", w.where)
		}
		log.Info("mail sent", "attempt", m.Attempts+1)
		return &outcome{id: m.ID}
	}
	f, ok := errors.AsType[*failure](err)
	if !ok {
		f = &failure{what: later, reason: sentence("", err)}
	}
	if ctx.Err() != nil && f.what != never {
		return nil
	}
	return w.failed(m, f, log)
}

// failed decides what follows from f.
func (w *Worker) failed(m model.Mail, f *failure, log *slog.Logger) *outcome {
	now := w.c.Now()
	switch {
	case f.what == closed:
		w.shut++
		w.why = f.reason
		w.opens = now.Add(min(w.c.Backoff(w.shut), knock))
		if w.shut == 1 {
			log.Warn("no mail leaves until this is mended", "reason", f.reason, "to", w.where)
		}
		return &outcome{m.ID, f.reason, w.opens}
	case f.what == later && (m.CreatedAt.IsZero() || now.Sub(m.CreatedAt) < giveUp):
		retry := now.Add(w.c.Backoff(m.Attempts + 1))
		log.Info("mail delayed", "reason", f.reason, "retry", retry)
		return &outcome{m.ID, f.reason, retry}
	}
	log.Warn("mail given up", "reason", f.reason)
	return &outcome{id: m.ID, reason: f.reason}
}

// tell lets the store know what became of the last mail. As long as it does not
// take that, nothing more is sent: a mail whose sending is not noted would be sent
// again and again.
func (w *Worker) tell(ctx context.Context) bool {
	if w.untold == nil {
		return true
	}
	// The mail is gone, also when the daemon is told to stop.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), noteTime)
	defer cancel()
	var err error
	if o := w.untold; o.reason == "" {
		err = w.c.Store.MailSent(ctx, o.id)
	} else {
		err = w.c.Store.MailFailed(ctx, o.id, o.reason, o.retry)
	}
	if err != nil && model.KindOf(err) != model.NotFound {
		w.storeFailed(err)
		return false
	}
	w.untold = nil
	return true
}

// storeFailed logs the first of a row of failures.
func (w *Worker) storeFailed(err error) {
	if !w.storeOut {
		w.storeOut = true
		w.c.Log.Error("the outbox cannot be read or written; no mail leaves until it can", "err", err)
	}
}
