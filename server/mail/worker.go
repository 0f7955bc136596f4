package mail

import (
	"context"
	"log/slog"
	"strings"
	"time"

	"lastclick/model"
)

const (
	batch    = 8
	lease    = 3 * time.Minute        // how long the rows of a batch are ours
	poll     = 5 * time.Second        // the truth; signals only make it sooner
	calm     = 250 * time.Millisecond // between two looks at the outbox: signals come with every order
	noteTime = 3 * time.Second        // for the store to take an outcome
	knock    = time.Minute            // at most this long until a closed server is tried again
	giveUp   = 5 * 24 * time.Hour     // RFC 5321 §4.5.4.1: at least 4-5 days
)

// carrier takes messages away.
type carrier interface {
	send(ctx context.Context, m message) error // a *failure
	rest()                                     // no more for now
}

// Worker sends the mails of the outbox.
type Worker struct {
	c       Config
	from    string
	carrier carrier
	where   string // the carrier, for the log

	untold   *outcome  // what the store could not take yet
	storeOut bool      // its failure is logged
	shut     int       // failed attempts to get in, in a row
	why      string    // the last of them failed
	opens    time.Time // until then no mail is tried
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
	w := &Worker{c: c, from: from, carrier: folder{c.Outbox}, where: c.Outbox}
	if c.SMTP == "" {
		if c.Outbox == "" {
			return nil, model.Invalidf("smtp", "mails have nowhere to go: give --smtp or an outbox directory")
		}
		return w, nil
	}
	s, err := parseSMTP(c.SMTP)
	if err != nil {
		return nil, err
	}
	w.where = s.String()
	w.carrier, err = newPost(s, from, helo, c.TLS)
	return w, err
}

// backoff is how long to wait after the first, second … attempt.
func backoff(attempt int) time.Duration {
	const first, most = 10 * time.Second, time.Hour
	if attempt > 9 {
		return most
	}
	return min(first<<max(attempt-1, 0), most)
}

// Run sends mails until ctx ends, then finishes the one at hand and returns nil.
// The store must stay open until it has returned.
func (w *Worker) Run(ctx context.Context) error {
	if _, ok := w.carrier.(folder); ok {
		w.c.Log.Info("no --smtp: mails are written as files", "directory", w.where)
	}
	defer w.carrier.rest()
	signal := w.c.Store.Watch(ctx, "")
	for {
		pause := w.round(ctx)
		if !wait(ctx, min(pause, calm), nil) {
			return nil
		}
		if pause <= calm {
			continue
		}
		if !wait(ctx, pause-calm, &signal) {
			return nil
		}
	}
}

// wait waits for d, or less if signal says so; false once ctx has ended. A signal
// that was closed says nothing any more.
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

// round sends what is due and says how long there is nothing to do.
func (w *Worker) round(ctx context.Context) time.Duration {
	if !w.tell(ctx) {
		return poll
	}
	if rest := w.opens.Sub(w.c.Now()); rest > 0 {
		return min(rest, poll)
	}
	began := w.c.Now()
	mails, err := w.c.Store.DueMail(ctx, batch, lease)
	if err != nil {
		if ctx.Err() == nil {
			w.storeFailed(err)
		}
		return poll
	}
	w.storeOut = false
	opened := w.opens
	for _, m := range mails {
		// A lease that ends in the middle of a mail would send it twice.
		if left := lease - w.c.Now().Sub(began); ctx.Err() != nil || left < mostTime {
			break
		}
		if w.opens.Equal(opened) {
			w.untold = w.one(ctx, m)
		} else {
			// No mail leaves: it is put off with the one that found out, however long ago
			// that was, so that their order stays.
			w.untold = &outcome{m.ID, w.why, w.opens}
		}
		if !w.tell(ctx) {
			break
		}
	}
	w.carrier.rest()
	switch rest := w.opens.Sub(w.c.Now()); {
	case rest > 0:
		return min(rest, poll)
	case len(mails) == batch && w.untold == nil:
		return 0
	}
	return poll
}
