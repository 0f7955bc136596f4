package hook

import (
	"context"
	"crypto/tls"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"sync"
	"time"

	"lastclick/model"
)

const (
	atOnce      = 64                     // hooks at work
	perHook     = 4                      // messages under way to one hook, of different orders
	tooMany     = 3                      // failures without a success after which a hook seems to be down
	lease       = 2 * time.Minute        // of a hook: no other node takes it
	pollEvery   = 5 * time.Second        // between two looks at the outbox; signals make it sooner
	minPause    = 250 * time.Millisecond // after a signal, since signals come with every order
	grace       = 3 * time.Second        // for messages under way when the daemon stops
	reportTime  = 3 * time.Second        // for the store to take a report
	reportTries = 10
	maxPause    = 10 * time.Minute // until a hook that is down is tried again
	maxRetry    = time.Hour        // until a message is tried again that alone is not taken
)

// Store is the part of model.Store that the worker needs.
type Store interface {
	model.HookSending
	Watch(ctx context.Context, client string) <-chan struct{}
}

// Config configures a Worker.
type Config struct {
	Store        Store
	AllowPrivate bool // also send to loopback, private and other addresses of our own network
	Log          *slog.Logger
	Now          func() time.Time                 // nil: time.Now
	Backoff      func(failures int) time.Duration // after the first failure, the second …; nil: 5 s, doubling
	Poll         time.Duration                    // 0: 5 s
	TLS          *tls.Config                      // its RootCAs are trusted; nil: the system's
}

// Worker sends the messages of the outbox.
type Worker struct {
	c      Config
	client *http.Client
	more   chan struct{} // holds one: a hook's batch is done
}

// New opens nothing yet.
func New(c Config) *Worker {
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Backoff == nil {
		c.Backoff = backoff
	}
	if c.Poll == 0 {
		c.Poll = pollEvery
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	return &Worker{c: c, client: newClient(c.AllowPrivate, c.TLS), more: make(chan struct{}, 1)}
}

// backoff doubles from 5 s on. Half of it is random, so that hooks at one receiver do not
// come back together.
func backoff(failures int) time.Duration {
	full := 5 * time.Second << min(max(failures-1, 0), 10)
	return full/2 + rand.N(full/2)
}

// Run sends messages until ctx ends, lets those under way end for some seconds, and
// returns nil. The store must stay open until then.
func (w *Worker) Run(ctx context.Context) error {
	defer w.client.CloseIdleConnections()
	sending, cut := context.WithCancel(context.WithoutCancel(ctx))
	defer cut()
	stopped := context.AfterFunc(ctx, func() { time.AfterFunc(grace, cut) })
	defer stopped()
	var working sync.WaitGroup
	defer working.Wait()
	places := make(chan struct{}, atOnce)
	signal := w.c.Store.Watch(ctx, "")
	storeDown := false
	for ctx.Err() == nil {
		batches, err := w.due(ctx, atOnce-len(places))
		if err != nil && ctx.Err() == nil && !storeDown {
			w.c.Log.Error("the outbox of hooks cannot be read; nothing is sent until it can", "err", err)
		}
		storeDown = err != nil
		for _, b := range batches {
			places <- struct{}{} // never waits: no more were asked for
			working.Go(func() {
				w.work(ctx, sending, b)
				<-places
				w.wake()
			})
		}
		w.rest(ctx, &signal)
	}
	return nil
}

func (w *Worker) due(ctx context.Context, free int) ([]model.HookBatch, error) {
	if free == 0 {
		return nil, nil
	}
	return w.c.Store.DueHooks(ctx, free, lease)
}

func (w *Worker) wake() {
	select {
	case w.more <- struct{}{}:
	default:
	}
}

// rest waits until there may be something to send. A signal that is closed is no longer
// waited for.
func (w *Worker) rest(ctx context.Context, signal *<-chan struct{}) {
	poll := time.NewTimer(w.c.Poll)
	defer poll.Stop()
	moved := *signal
	for {
		select {
		case <-ctx.Done():
			return
		case <-w.more:
			return
		case <-poll.C:
			return
		case _, open := <-moved:
			if moved = nil; !open {
				*signal = nil
				continue
			}
			poll.Reset(min(w.c.Poll, minPause))
		}
	}
}
