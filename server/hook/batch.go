package hook

import (
	"context"
	"net/url"
	"slices"
	"sync"
	"time"

	"lastclick/model"
)

// batch is one hook at work.
type batch struct {
	w        *Worker
	hook     model.HookBatch
	began    time.Time
	ctx      context.Context // ends when nothing new is to be sent
	sending  context.Context // ends when what is under way is cut off
	patience int             // failures without a success after which no more are sent

	mu      sync.Mutex
	results []model.HookResult
	taken   int
	failed  int
	gone    bool
	delay   time.Duration
	reason  string // of the last failure
}

// work sends a hook's messages and reports what became of them.
func (w *Worker) work(ctx, sending context.Context, hook model.HookBatch) {
	b := &batch{w: w, hook: hook, began: w.c.Now(), ctx: ctx, sending: sending, patience: tooMany}
	senders := perHook
	if hook.Failures > 0 {
		b.patience, senders = 1, 1
	}
	orders := ordersOf(hook.Messages)
	next := make(chan []model.HookMessage, len(orders))
	for _, messages := range orders {
		next <- messages
	}
	close(next)
	var done sync.WaitGroup
	for range min(senders, len(orders)) {
		done.Go(func() {
			for messages := range next {
				b.sendOrder(messages)
			}
		})
	}
	done.Wait()
	w.report(ctx, b.report())
}

// ordersOf are the messages by order, each in their order. Those that were tried least
// come first: a message that alone is not taken must not be all that a failing hook gets.
func ordersOf(messages []model.HookMessage) [][]model.HookMessage {
	var list [][]model.HookMessage
	at := map[int64]int{}
	for _, m := range messages {
		i, ok := at[m.Order]
		if !ok {
			i = len(list)
			at[m.Order] = i
			list = append(list, nil)
		}
		list[i] = append(list[i], m)
	}
	slices.SortStableFunc(list, func(a, b []model.HookMessage) int { return a[0].Attempts - b[0].Attempts })
	return list
}

// sendOrder sends messages until one is not taken.
func (b *batch) sendOrder(messages []model.HookMessage) {
	for _, m := range messages {
		if b.over() {
			return
		}
		a := b.w.send(b.sending, b.hook.HookTarget, m.ID, m.Body)
		if a.err != nil && b.sending.Err() != nil {
			return // the daemon stopped: it is sent again after the next start
		}
		if !b.note(m, a) {
			return
		}
	}
}

// over says that no more is to be sent: the daemon stops, the hook seems to be down, or
// the lease would end while a message is under way.
func (b *batch) over() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.ctx.Err() != nil || b.gone || b.taken == 0 && b.failed >= b.patience || lease-b.w.c.Now().Sub(b.began) < sendTime+reportTime
}

// note notes what became of a message, and says whether those of its order that follow
// may be sent.
func (b *batch) note(m model.HookMessage, a answer) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	r := model.HookResult{Row: m.Row, ID: m.ID, Taken: a.err == nil}
	if r.Taken {
		b.taken++
		b.results = append(b.results, r)
		return true
	}
	now := b.w.c.Now()
	b.failed++
	b.reason, b.gone, b.delay = a.err.Error(), b.gone || a.gone, max(b.delay, a.delay)
	if now.Sub(m.CreatedAt) < model.HookPatience {
		r.Retry = now.Add(max(min(b.w.c.Backoff(m.Attempts+1), maxRetry), a.delay))
	}
	b.results = append(b.results, r)
	return false
}

// report decides when the hook is tried again, and whether it is at all.
func (b *batch) report() model.HookReport {
	now := b.w.c.Now()
	r := model.HookReport{Hook: b.hook.ID, Results: b.results, Error: b.reason, Next: now, Disable: b.gone}
	log := b.w.c.Log.With("hook", b.hook.ID, "host", hostOf(b.hook.URL))
	if b.taken == 0 && b.failed > 0 {
		r.Next = now.Add(max(min(b.w.c.Backoff(b.hook.Failures+1), maxPause), b.delay))
		since := b.hook.FailingSince
		r.Disable = r.Disable || since != nil && now.Sub(*since) >= model.HookPatience
	}
	switch {
	case r.Disable:
		log.Warn("a hook is disabled", "reason", b.reason)
	case b.taken == 0 && b.failed > 0 && b.hook.Failures == 0:
		log.Warn("a hook takes no messages; they are sent again", "reason", b.reason)
	case b.taken > 0 && b.hook.Failures > 0:
		log.Info("a hook takes messages again")
	}
	return r
}

func hostOf(raw string) string {
	u, err := url.Parse(raw)
	if err != nil {
		return ""
	}
	return u.Host
}

// report tells the store what became of a batch. What it does not learn is sent again
// after the lease, so a report is tried for a while, also when the daemon stops.
func (w *Worker) report(ctx context.Context, r model.HookReport) {
	for try := 1; ; try++ {
		once, cancel := context.WithTimeout(context.WithoutCancel(ctx), reportTime)
		err := w.c.Store.ReportHook(once, r)
		cancel()
		if err == nil {
			return
		}
		pause := time.NewTimer(time.Second)
		if ctx.Err() == nil && try < reportTries {
			select {
			case <-pause.C:
				continue
			case <-ctx.Done():
				pause.Stop()
				continue // once more, at once
			}
		}
		pause.Stop()
		w.c.Log.Error("what became of messages could not be stored; they are sent again", "hook", r.Hook, "messages", len(r.Results), "err", err)
		return
	}
}
