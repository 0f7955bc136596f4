package mail

import (
	"context"
	"log/slog"
	"strings"
	"time"

	"lastclick/model"
)

const (
	batch         = 8
	lease         = 3 * time.Minute        // of the rows of a batch: no other node takes them
	poll          = 5 * time.Second        // between two looks at the outbox; signals make it sooner
	minPause      = 250 * time.Millisecond // between two looks, since signals come with every order
	reportPace    = 5 * time.Second        // between two looks for reports that are due
	reportTime    = 3 * time.Second        // for the store to take a result
	maxRetryDelay = time.Minute            // until a server that takes no mail is tried again
	retryFor      = 5 * 24 * time.Hour     // a mail; RFC 5321 §4.5.4.1 asks for 4 to 5 days
)

// transport sends messages.
type transport interface {
	send(ctx context.Context, m message) error // a *failure
	release()                                  // what it holds open between messages
}

// Worker sends the mails of the outbox.
type Worker struct {
	c         Config
	from      string
	transport transport
	where     string // the transport's address, for the log

	unreported *result // what became of the last mail, until the store takes it
	storeDown  bool    // the store's failure has been logged

	stops      int       // times in a row that the server took no mail at all
	stopReason string    // of the last of them
	resume     time.Time // until then no mail is sent

	lookedForReports time.Time // when those that are due were queued last
	reports          error     // of that
	reportsSaid      bool      // it is in the log
}

// New checks the configuration. It opens nothing yet.
func New(c Config) (*Worker, error) {
	c.BaseURL = strings.TrimRight(c.BaseURL, "/")
	from, helo, err := sender(c.From, c.BaseURL)
	if err != nil {
		return nil, err
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Backoff == nil {
		c.Backoff = backoff
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	w := &Worker{c: c, from: from, transport: fileTransport{c.Outbox}, where: c.Outbox}
	if c.SMTP == "" {
		if c.Outbox == "" {
			return nil, model.Invalidf("smtp", "mails need --smtp or an outbox directory")
		}
		return w, nil
	}
	s, err := parseSMTP(c.SMTP)
	if err != nil {
		return nil, err
	}
	w.where = s.String()
	w.transport, err = newSMTPTransport(s, from, helo, c.TLS)
	return w, err
}

// backoff is how long to wait after the first, second … attempt: 10 s, doubling up to
// an hour.
func backoff(attempt int) time.Duration {
	const first, most = 10 * time.Second, time.Hour
	if attempt > 9 {
		return most
	}
	return min(first<<max(attempt-1, 0), most)
}

// writes says whether mails become files, since there is no mail server.
func (w *Worker) writes() bool {
	_, ok := w.transport.(fileTransport)
	return ok
}

// Run sends mails until ctx ends, then finishes the one being sent and returns nil.
// The store must stay open until Run has returned.
func (w *Worker) Run(ctx context.Context) error {
	if w.writes() {
		w.c.Log.Warn("no --smtp: mails are written as files and reach no one", "directory", w.where)
	}
	defer w.transport.release()
	signal := w.c.Store.Watch(ctx, "")
	for {
		pause := w.round(ctx)
		if !wait(ctx, min(pause, minPause), nil) {
			return nil
		}
		if pause <= minPause {
			continue
		}
		if !wait(ctx, pause-minPause, &signal) {
			return nil
		}
	}
}

// wait waits for d or until there is a signal, and says whether ctx is still alive. A
// signal that is closed is no longer waited for.
func wait(ctx context.Context, d time.Duration, signal *<-chan struct{}) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	for {
		var c <-chan struct{}
		if signal != nil {
			c = *signal
		}
		select {
		case <-ctx.Done():
			return false
		case <-timer.C:
			return ctx.Err() == nil
		case _, open := <-c:
			if open {
				return ctx.Err() == nil
			}
			*signal = nil
		}
	}
}

// queueReports queues the reports that are due, now and then. Where it fails, the other mails
// go out all the same.
func (w *Worker) queueReports(ctx context.Context, now time.Time) {
	if now.Sub(w.lookedForReports) >= reportPace {
		w.lookedForReports = now
		_, w.reports = w.c.Store.QueueReports(ctx)
	}
}

// round sends what is due and returns how long there is nothing to do.
func (w *Worker) round(ctx context.Context) time.Duration {
	if !w.report(ctx) {
		return poll
	}
	if pause := w.resume.Sub(w.c.Now()); pause > 0 {
		return min(pause, poll)
	}
	began := w.c.Now()
	w.queueReports(ctx, began)
	mails, err := w.c.Store.DueMail(ctx, batch, lease)
	if err != nil {
		if ctx.Err() == nil {
			w.storeFailed(err)
		}
		return poll
	}
	w.storeDown = false
	if w.reports != nil && !w.reportsSaid && ctx.Err() == nil {
		w.c.Log.Error("reports that are due cannot be queued; they are tried again", "err", w.reports)
	}
	w.reportsSaid = w.reports != nil
	resume := w.resume
	for _, m := range mails {
		// A mail whose lease ends while it is sent would be sent twice.
		if left := lease - w.c.Now().Sub(began); ctx.Err() != nil || left < maxSendTime {
			break
		}
		if w.resume.Equal(resume) {
			w.unreported = w.send(ctx, m)
		} else {
			// Sending has stopped: the rest of the batch is delayed with the mail that found
			// out, also if that time has passed, so that their order stays.
			w.unreported = &result{id: m.ID, reason: w.stopReason, retry: w.resume}
		}
		if !w.report(ctx) {
			break
		}
	}
	w.transport.release()
	switch pause := w.resume.Sub(w.c.Now()); {
	case pause > 0:
		return min(pause, poll)
	case len(mails) == batch && w.unreported == nil:
		return 0
	}
	return poll
}
