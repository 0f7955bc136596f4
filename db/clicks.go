package db

import (
	"context"
	"sync/atomic"
	"time"

	"lastclick/model"
)

const (
	clickQueue = 65_536                 // clicks that wait to be written; more are not counted
	clickRetry = time.Second            // after a flush that failed
	freshWait  = 250 * time.Millisecond // that a reader waits for the clicks before it reads anyway
)

// clickBuffer holds the clicks between the redirect, which never waits, and the
// committer. batch belongs to the committer alone.
type clickBuffer struct {
	queue   chan model.Click
	batch   []model.Click
	pending atomic.Int64 // queued and not durable yet
}

// Click queues a click to be counted. It never waits for the disk. False says that the
// click is not counted: the queue is full, or the store has closed.
func (s *Store) Click(c model.Click) bool {
	s.closing.RLock()
	defer s.closing.RUnlock()
	if s.closed {
		return false
	}
	s.clicks.pending.Add(1)
	select {
	case s.clicks.queue <- c:
		return true
	default:
		s.clicks.pending.Add(-1)
		return false
	}
}

func (b *clickBuffer) hold(c model.Click) { b.batch = append(b.batch, c) }
func (b *clickBuffer) held() int          { return len(b.batch) }

// take adds what is queued to the batch, which a failed flush keeps for the next one.
// The batch never holds more than the queue does.
func (b *clickBuffer) take() {
	for len(b.batch) < clickQueue {
		select {
		case c := <-b.queue:
			b.batch = append(b.batch, c)
		default:
			return
		}
	}
}

// awaitClicks lets the clicks that were queued before be counted, so that a click
// followed at once by a look at the numbers is in them.
func (s *Store) awaitClicks(ctx context.Context) {
	if s.clicks.pending.Load() == 0 {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, freshWait)
	defer cancel()
	if err := s.update(ctx, nil); err != nil {
		s.log.Debug("read without the newest clicks", "err", err)
	}
}

// flushClicks writes the clicks that wait and adds them to their links' sums.
func (t *tx) flushClicks() error {
	b := &t.s.clicks
	b.take()
	if len(b.batch) == 0 {
		return nil
	}
	failed, fatal := t.attempt(func(t *tx) error { return t.addClicks(b.batch) })
	if fatal != nil {
		return fatal
	}
	if failed != nil {
		t.s.log.Error("clicks could not be written; they are tried again", "clicks", len(b.batch), "err", failed)
		return nil
	}
	t.onCommit(func() {
		b.pending.Add(-int64(len(b.batch)))
		b.batch = b.batch[:0]
	})
	return nil
}

func (t *tx) addClicks(clicks []model.Click) error {
	type sum struct{ clicks, visitors, bots, qr int64 }
	sums := map[int64]*sum{}
	var links []int64 // in the order of their first click: the same on every run
	for _, c := range clicks {
		n := sums[c.Link]
		if n == nil {
			n = &sum{}
			sums[c.Link] = n
			links = append(links, c.Link)
		}
		if c.Bot { // counted apart (R20)
			n.bots++
			continue
		}
		n.clicks++
		n.visitors += flag(c.Visitor)
		n.qr += flag(c.QR)
	}
	args := make([]any, 0, 5*len(clicks))
	for _, c := range clicks {
		args = append(args, c.Link, millis(c.At), flag(c.Visitor), flag(c.Bot), flag(c.QR))
	}
	if err := t.execBulk(insertClicks, args); err != nil {
		return err
	}
	for _, link := range links {
		n := sums[link]
		_, err := t.exec(`INSERT INTO click_sums (link_id, clicks, visitors, bots, qr_scans) VALUES ($1, $2, $3, $4, $5)
			ON CONFLICT (link_id) DO UPDATE SET clicks = click_sums.clicks + excluded.clicks, visitors = click_sums.visitors + excluded.visitors,
				bots = click_sums.bots + excluded.bots, qr_scans = click_sums.qr_scans + excluded.qr_scans`,
			link, n.clicks, n.visitors, n.bots, n.qr)
		if err != nil {
			return err
		}
		if client, ok := t.s.cache.Load().clientOf(link); ok {
			t.markChanged(client)
		}
	}
	return nil
}

var insertClicks = newBulk(`INSERT INTO clicks (link_id, at, visitor, bot, qr) VALUES `, 5, ``)
