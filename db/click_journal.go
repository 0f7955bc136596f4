package db

import (
	"cmp"
	"database/sql"
	"encoding/binary"
	"fmt"
	"maps"
	"slices"
	"time"
)

// Invariant: a row of the journal is applied to the tables by the transaction that
// deletes it. So a click is counted once, whichever node folds it, and whenever the
// process was killed.

const (
	foldPiece   = 1 << 13 // entries that one transaction folds: some milliseconds, or 0.1 s where each is another of a million links
	foldEntries = 1 << 18 // that the journal may hold before it is folded under load
	foldAge     = time.Minute
	foldShared  = time.Second // where other nodes read: they do not see the journal
	journalRow  = 1024        // entries in one row at most
)

// journal is what the committer knows of the rows that it wrote.
type journal struct {
	entries int64
	since   time.Time // of the oldest; zero for none
	paused  time.Time // until then it is not due: a fold failed
}

// flush says what a transaction does about the clicks that wait.
type flush int

const (
	flushNone flush = iota
	flushSafe       // makes them durable: in the journal, or further where that is due
	flushAll        // folds them, so that readers see them
)

// due says whether the journal is to be folded although no reader asks for it.
func (j journal) due(now time.Time, shared bool) bool {
	age := foldAge
	if shared {
		age = foldShared
	}
	return !now.Before(j.paused) && (j.entries > foldEntries || !j.since.IsZero() && now.Sub(j.since) >= age)
}

// flushClicks writes the clicks that wait. What cannot be written is held for the next
// flush.
func (t *tx) flushClicks(how flush) error {
	b := &t.s.clicks
	taken := b.take()
	if len(b.held) == 0 && how != flushAll {
		return nil
	}
	if how == flushAll || b.journal.due(t.now, t.s.shared != nil) {
		failed, fatal := t.attempt(func(t *tx) error { return t.fold(taken) })
		if fatal != nil || failed == nil {
			return fatal
		}
		t.s.log.Error("clicks could not be added to the sums; they are tried again", "err", failed)
		b.journal.paused = t.now.Add(clickRetry)
	}
	failed, fatal := t.attempt((*tx).journalClicks)
	if failed != nil {
		t.s.log.Error("clicks could not be written; they are tried again", "links", len(b.held), "err", failed)
	}
	return fatal
}

// journalClicks appends what is held to the journal.
func (t *tx) journalClicks() error {
	b := &t.s.clicks
	for part := range slices.Chunk(slices.Collect(maps.Keys(b.held)), journalRow) {
		data := make([]byte, 1, 1+12*len(part))
		data[0] = journalVersion
		for _, key := range part {
			data = appendEntry(data, key, b.held[key])
		}
		if _, err := t.exec(`INSERT INTO click_journal (entries, counts) VALUES ($1, $2)`, len(part), data); err != nil {
			return err
		}
	}
	after := b.journal
	after.entries += int64(len(b.held))
	if after.since.IsZero() {
		after.since = t.now
	}
	clients, _ := t.clientsOf(b.held)
	t.onCommit(func() {
		b.release()
		b.journal = after
		t.s.signal(clients) // of this node: for the others the fold is the change
	})
	return nil
}

// fold adds the journal, at most foldPiece of it, to the tables; then, if that was all,
// what is held too. taken is how many clicks there were when that was taken.
func (t *tx) fold(taken int64) error {
	b := &t.s.clicks
	counts, left, err := t.takeJournal()
	if err != nil {
		return err
	}
	after := journal{}
	if left > 0 {
		if err := t.journalClicks(); err != nil {
			return err
		}
		after = journal{entries: left + int64(len(b.held)), since: b.journal.since}
	} else {
		addCounts(counts, b.held)
	}
	if err := t.addCounts(counts); err != nil {
		return err
	}
	clients, unknown := t.clientsOf(counts)
	t.markChanged(clients...)
	if err := t.set(loadClientsOfLinks, anys(unknown), func(r scanner) error {
		var client int64
		err := r.Scan(&client)
		t.markChanged(client)
		return err
	}); err != nil {
		return err
	}
	t.onCommit(func() {
		b.countFold()
		b.journal = after
		if left == 0 {
			b.release()
			b.foldedUntil(taken)
		}
	})
	return nil
}

// takeJournal deletes the oldest rows of the journal, with at most foldPiece entries,
// and returns what they count, and how many entries are left.
func (t *tx) takeJournal() (counts map[clickKey]clickCount, left int64, err error) {
	counts = map[clickKey]clickCount{}
	err = t.each(func(r *sql.Rows) error {
		var data sql.RawBytes
		if err := r.Scan(&data); err != nil {
			return err
		}
		return readEntries(data, func(key clickKey, n clickCount) {
			sum := counts[key]
			sum.add(n)
			counts[key] = sum
		})
	}, `DELETE FROM click_journal WHERE id IN (
			SELECT id FROM (SELECT id, CAST(sum(entries) OVER (ORDER BY id) AS BIGINT) AS upto FROM click_journal) j WHERE upto <= $1)
		RETURNING counts`, foldPiece)
	if err != nil {
		return nil, 0, err
	}
	left, err = t.journaled()
	return counts, left, err
}

// journaled is how many entries the journal has.
func (c *conn) journaled() (entries int64, err error) {
	err = c.row(`SELECT CAST(COALESCE(sum(entries), 0) AS BIGINT) FROM click_journal`).Scan(&entries)
	return entries, err
}

var (
	addClickCounts = newSet("link_id bigint, quarter bigint, clicks bigint, visitors bigint, bots bigint, qr_scans bigint", `INSERT INTO click_counts (link_id, quarter, clicks, visitors, bots, qr_scans) SELECT link_id, quarter, clicks, visitors, bots, qr_scans FROM r WHERE true ON CONFLICT (link_id, quarter) DO UPDATE SET
		clicks = click_counts.clicks + excluded.clicks, visitors = click_counts.visitors + excluded.visitors,
		bots = click_counts.bots + excluded.bots, qr_scans = click_counts.qr_scans + excluded.qr_scans`)
	addClickDays = newSet("link_id bigint, day bigint, clicks bigint, visitors bigint, bots bigint, qr_scans bigint", `INSERT INTO click_days (link_id, day, clicks, visitors, bots, qr_scans) SELECT link_id, day, clicks, visitors, bots, qr_scans FROM r WHERE true ON CONFLICT (link_id, day) DO UPDATE SET
		clicks = click_days.clicks + excluded.clicks, visitors = click_days.visitors + excluded.visitors,
		bots = click_days.bots + excluded.bots, qr_scans = click_days.qr_scans + excluded.qr_scans`)
	addClickSums = newSet("link_id bigint, clicks bigint, visitors bigint, bots bigint, qr_scans bigint", `INSERT INTO click_sums (link_id, clicks, visitors, bots, qr_scans) SELECT link_id, clicks, visitors, bots, qr_scans FROM r WHERE true ON CONFLICT (link_id) DO UPDATE SET
		clicks = click_sums.clicks + excluded.clicks, visitors = click_sums.visitors + excluded.visitors,
		bots = click_sums.bots + excluded.bots, qr_scans = click_sums.qr_scans + excluded.qr_scans`)
)

// addCounts adds clicks to their quarters, and to the sums by day and of all time. The
// rows go in the order of their keys: near ones share a page, and two nodes never wait
// for one another's.
func (t *tx) addCounts(counts map[clickKey]clickCount) error {
	keys := slices.SortedFunc(maps.Keys(counts), compareClickKeys)
	days, sums := map[clickKey]clickCount{}, map[int64]clickCount{}
	var rows []any
	for _, key := range keys {
		n := counts[key]
		rows = append(rows, key.link, key.quarter, n.clicks, n.visitors, n.bots, n.qr)
		day := clickKey{key.link, floorDiv(key.quarter, slotsADay)}
		ofDay, ofLink := days[day], sums[key.link]
		ofDay.add(n)
		ofLink.add(n)
		days[day], sums[key.link] = ofDay, ofLink
	}
	if err := t.set(addClickCounts, rows, nil); err != nil {
		return err
	}
	rows = rows[:0]
	for _, key := range slices.SortedFunc(maps.Keys(days), compareClickKeys) {
		n := days[key]
		rows = append(rows, key.link, key.quarter, n.clicks, n.visitors, n.bots, n.qr)
	}
	if err := t.set(addClickDays, rows, nil); err != nil {
		return err
	}
	rows = rows[:0]
	for _, link := range slices.Sorted(maps.Keys(sums)) {
		n := sums[link]
		rows = append(rows, link, n.clicks, n.visitors, n.bots, n.qr)
	}
	return t.set(addClickSums, rows, nil)
}

func compareClickKeys(a, b clickKey) int {
	return cmp.Or(cmp.Compare(a.link, b.link), cmp.Compare(a.quarter, b.quarter))
}

// clientsOf are the clients whose links were clicked, and the links that this node does not
// know yet: another one journaled clicks on them.
func (t *tx) clientsOf(counts map[clickKey]clickCount) (clients, unknown []int64) {
	m := t.s.cache.Load()
	for key := range counts {
		if client, ok := m.clientOf(key.link); ok {
			clients = append(clients, client)
		} else {
			unknown = append(unknown, key.link)
		}
	}
	slices.Sort(clients)
	slices.Sort(unknown)
	return slices.Compact(clients), slices.Compact(unknown)
}

var loadClientsOfLinks = newSet("id bigint", `SELECT DISTINCT l.client_id FROM r JOIN links l ON l.id = r.id`)

// journalVersion begins a row of the journal; what a release wrote, later ones read.
const journalVersion = 1

// appendEntry appends a key's counts in varints.
func appendEntry(data []byte, key clickKey, n clickCount) []byte {
	data = binary.AppendVarint(data, key.link)
	data = binary.AppendVarint(data, key.quarter)
	data = binary.AppendVarint(data, n.clicks)
	data = binary.AppendVarint(data, n.visitors)
	data = binary.AppendVarint(data, n.bots)
	return binary.AppendVarint(data, n.qr)
}

// readEntries calls add with each entry of a row of the journal.
func readEntries(data []byte, add func(clickKey, clickCount)) error {
	if len(data) == 0 || data[0] != journalVersion {
		return fmt.Errorf("a row of the click journal is not one of this version: % x", data[:min(len(data), 8)])
	}
	for data = data[1:]; len(data) > 0; {
		var v [6]int64
		for i := range v {
			n := 0
			if v[i], n = binary.Varint(data); n <= 0 {
				return fmt.Errorf("a row of the click journal ends within an entry")
			}
			data = data[n:]
		}
		add(clickKey{v[0], v[1]}, clickCount{v[2], v[3], v[4], v[5]})
	}
	return nil
}
