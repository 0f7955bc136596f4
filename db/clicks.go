package db

import (
	"context"
	"sync"
	"time"

	"lastclick/model"
)

// Clicks are counts, never rows about people (R20): of each link, in quarters of an
// hour. A click goes through three places:
//
//	clickBuffer     memory: counts since the last flush, at most clickDelay old
//	click_journal   the counts of one flush, one short row of varints: now durable
//	click_counts    and the sums over it, which everything that reads clicks reads
//
// The journal is there because a flush comes every few milliseconds and meets other
// links each time: 400 clicks on a million links are 400 pages of the tables, some
// 40 µs of CPU for each click, and a journal row is one. Folded some seconds later,
// many clicks on a link are one row. A reader has all that was taken before folded
// first (awaitClicks), so it never sees the difference.

const (
	clickKeys  = 1 << 17               // links by quarters that memory holds; clicks on more are not counted
	clickDelay = 30 * time.Millisecond // from a click to its flush, without a transaction that takes it along
	clickRetry = time.Second           // after a flush that failed
	freshWait  = time.Second           // that a reader waits for the clicks before it reads anyway
)

// slot is how finely clicks are kept before Go puts them into hours and days: every
// timezone's offset is a multiple of 15 minutes.
const slot = 15 * time.Minute

// slotsADay is how many slots a day of UTC has.
const slotsADay = int64(24 * time.Hour / slot)

// quarterOf is the slot that holds a time in Unix milliseconds, also before 1970.
func quarterOf(ms int64) int64 { return floorDiv(ms, slot.Milliseconds()) }

// quarterFrom is the first slot that begins at a time in Unix milliseconds, or after it.
func quarterFrom(ms int64) int64 { return -floorDiv(-ms, slot.Milliseconds()) }

// floorDiv divides and rounds down; b is positive.
func floorDiv(a, b int64) int64 {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}

type clickKey struct{ link, quarter int64 }

type clickCount struct{ clicks, visitors, bots, qr int64 }

func (n *clickCount) add(m clickCount) {
	n.clicks += m.clicks
	n.visitors += m.visitors
	n.bots += m.bots
	n.qr += m.qr
}

// countOf is what one click counts as: a bot apart from the rest.
func countOf(c model.Click) clickCount {
	if c.Bot {
		return clickCount{bots: 1}
	}
	return clickCount{clicks: 1, visitors: flag(c.Visitor), qr: flag(c.QR)}
}

// clickBuffer holds the clicks between the redirect, which never waits for the disk,
// and the committer. A redirect holds the lock for two looks into a map: 0.1 µs, half a
// percent of its time, which stripes could not make shorter.
type clickBuffer struct {
	due chan struct{} // holds one: there are clicks to flush

	mu     sync.Mutex
	closed bool
	away   bool                    // none may be flushed yet: see admitClicks
	counts map[clickKey]clickCount // taken since the last flush
	spare  map[clickKey]clickCount // empty; counts and it take turns
	held   map[clickKey]clickCount // taken by a flush that is not committed; the committer's
	taken  int64                   // clicks, of all time
	folded int64                   // the first of them that readers see
	folds  int64                   // how often clicks were folded; the committer reads it without the lock

	journal journal // the committer's
}

func newClickBuffer() clickBuffer {
	return clickBuffer{
		due:    make(chan struct{}, 1),
		counts: map[clickKey]clickCount{}, spare: map[clickKey]clickCount{}, held: map[clickKey]clickCount{},
	}
}

// Click takes a click to be counted. It never waits for the disk. False says that the
// click is not counted: clicks on clickKeys others wait for a disk that takes nothing,
// or the store has closed.
func (s *Store) Click(c model.Click) bool {
	b := &s.clicks
	key, one := clickKey{c.Link, quarterOf(millis(c.At))}, countOf(c)
	b.mu.Lock()
	n, known := b.counts[key]
	if b.closed || !known && len(b.counts)+len(b.held) >= clickKeys {
		b.mu.Unlock()
		return false
	}
	n.add(one)
	b.counts[key] = n
	b.taken++
	first := len(b.counts) == 1 && !known
	b.mu.Unlock()
	if first {
		wake(b.due)
	}
	return true
}

// close ends the taking of clicks.
func (b *clickBuffer) close() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.closed = true
}

// wait keeps the clicks in memory until admit.
func (b *clickBuffer) wait() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.away = true
}

// admit lets the clicks of the links be flushed, and says how many others it has dropped.
func (b *clickBuffer) admit(link func(int64) bool) (dropped int64) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.away = false
	for key, n := range b.counts {
		if !link(key.link) {
			dropped += n.clicks + n.bots
			delete(b.counts, key)
		}
	}
	if len(b.counts) > 0 {
		wake(b.due)
	}
	return dropped
}

// take moves what was counted to what is held, and returns how many clicks were taken
// until now.
func (b *clickBuffer) take() (taken int64) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.held) == 0 {
		b.held, b.counts, b.spare = b.counts, b.spare, b.held
		return b.taken
	}
	addCounts(b.held, b.counts) // a flush failed before
	clear(b.counts)
	return b.taken
}

// release forgets what is held, which is in the tables now.
func (b *clickBuffer) release() {
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.held) > bigFlush { // clearing takes as long as the map was ever large
		b.held = map[clickKey]clickCount{}
		return
	}
	clear(b.held)
}

// bigFlush is more keys than a flush usually has.
const bigFlush = 4096

// foldedUntil notes that readers see the clicks that were taken until then.
func (b *clickBuffer) foldedUntil(taken int64) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.folded = taken
}

// keepLinks forgets the clicks on other links, and says how many those were.
func (b *clickBuffer) keepLinks(kept func(link int64) bool) (gone int64) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, counts := range []map[clickKey]clickCount{b.counts, b.held} {
		for key, n := range counts {
			if !kept(key.link) {
				gone += n.clicks + n.bots
				delete(counts, key)
			}
		}
	}
	return gone
}

// countFold notes that clicks were folded, if not all.
func (b *clickBuffer) countFold() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.folds++
}

// found notes the entries that are in the journal, of a process before, which was killed,
// or after the database was set back. They are folded as soon as a reader comes, or it is
// quiet.
func (b *clickBuffer) found(entries int64, now time.Time) {
	b.journal = journal{}
	if entries == 0 {
		return
	}
	b.journal = journal{entries: entries, since: now}
	b.foldedUntil(-1)
}

// state says how many clicks were taken, how many of them readers see, and how often
// clicks were folded.
func (b *clickBuffer) state() (taken, folded, folds int64) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.taken, b.folded, b.folds
}

// unread says whether there are clicks that readers do not see.
func (b *clickBuffer) unread() bool {
	taken, folded, _ := b.state()
	return folded < taken
}

// needs says whether a flush has something to do.
func (b *clickBuffer) needs(how flush) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.away {
		return false
	}
	return how != flushNone && len(b.counts)+len(b.held) > 0 || how == flushAll && b.folded < b.taken
}

func addCounts(to, from map[clickKey]clickCount) {
	for key, n := range from {
		sum := to[key]
		sum.add(n)
		to[key] = sum
	}
}

// awaitClicks has the clicks that were taken before folded, so that a click followed at
// once by a look at the numbers is in them.
func (s *Store) awaitClicks(ctx context.Context) {
	target, folded, folds := s.clicks.state()
	if folded >= target {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, s.freshWait)
	defer cancel()
	for folded < target {
		before := folds
		if err := s.update(ctx, nil); err != nil {
			s.log.Debug("read without the newest clicks", "err", err)
			return
		}
		if _, folded, folds = s.clicks.state(); folds == before {
			return // the flush failed, which is in the log
		}
	}
}
