package db

import (
	"context"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"lastclick/model"
)

// wantClicks fails unless the link ana has so many clicks, and the recount agrees.
func (s *Store) wantClicks(t *testing.T, want int64) {
	t.Helper()
	links, err := s.Links(t.Context(), admin, true)
	must(t, err)
	if links[0].Clicks != want {
		t.Errorf("%d clicks are counted, want %d", links[0].Clicks, want)
	}
	diffs, err := s.Check(t.Context())
	if err != nil || len(diffs) > 0 {
		t.Errorf("check: %v %v", diffs, err)
	}
}

// rows is how many rows a table has.
func (s *Store) rows(t *testing.T, table string) int64 {
	t.Helper()
	n, err := read(t.Context(), s, func(c *conn) (n int64, err error) {
		err = c.row(`SELECT count(*) FROM ` + table).Scan(&n)
		return n, err
	})
	must(t, err)
	return n
}

// sqlDo changes the tables behind the store's back.
func (s *Store) sqlDo(t *testing.T, statement string) {
	t.Helper()
	must(t, s.update(t.Context(), func(tx *tx) error {
		_, err := tx.exec(statement)
		return err
	}))
}

// flushToJournal has what was clicked written to the journal, as any transaction does.
func (s *Store) flushToJournal(t *testing.T) {
	t.Helper()
	must(t, s.update(t.Context(), func(*tx) error { return nil }))
}

// While nothing can be written, clicks on so many links in so many quarters are held.
// More of the same cost nothing; others are refused, and not counted later.
func TestClicks_R20_BufferFull_OthersRefused(t *testing.T) {
	s := openTest(t, Options{})
	release := s.hold(t)
	now := time.Now()
	for i := range int64(clickKeys) {
		if !s.Click(model.Click{Link: 1 + i, At: now, Visitor: true}) {
			t.Fatalf("click %d was refused", i)
		}
	}
	if s.Click(model.Click{Link: 2 + clickKeys, At: now}) {
		t.Error("a click on another link was taken")
	}
	if s.Click(model.Click{Link: 1, At: now.Add(time.Hour)}) {
		t.Error("a click in another quarter was taken")
	}
	for range 1000 {
		if !s.Click(model.Click{Link: 1, At: now}) {
			t.Fatal("a click on a link that is held was refused")
		}
	}
	release()
	must(t, s.Close()) // an orderly stop loses none
	s2 := openTest(t, Options{Dir: filepath.Dir(pathOf(s))})
	s2.wantClicks(t, 1001)
	sum, err := read(t.Context(), s2, func(c *conn) (n [2]int64, err error) {
		err = c.row(`SELECT sum(clicks), sum(visitors) FROM click_counts`).Scan(&n[0], &n[1])
		return n, err
	})
	must(t, err)
	if sum != [2]int64{clickKeys + 1000, clickKeys} {
		t.Errorf("%d clicks by %d visitors, want %d by %d", sum[0], sum[1], clickKeys+1000, clickKeys)
	}
}

// Every click that was taken is counted, also while the store closes.
func TestClicks_StoreCloses_TakenAreCounted(t *testing.T) {
	s := openTest(t, Options{})
	begun := make(chan struct{})
	var once sync.Once
	var taken atomic.Int64
	var clickers sync.WaitGroup
	for range 4 {
		clickers.Go(func() {
			for s.Click(model.Click{Link: 1, At: time.Now()}) {
				if taken.Add(1) == 100 {
					once.Do(func() { close(begun) })
				}
				runtime.Gosched()
			}
		})
	}
	<-begun
	must(t, s.Close())
	clickers.Wait()
	s2 := openTest(t, Options{Dir: filepath.Dir(pathOf(s))})
	s2.wantClicks(t, taken.Load())
}

// Clicks, flushes and readers at once: nothing is counted twice, and a reader sees all
// that was taken before.
func TestClicks_FlushesAndReadersAtOnce_CountedOnce(t *testing.T) {
	s := openTest(t, Options{})
	var taken atomic.Int64
	var all sync.WaitGroup
	for worker := range 3 {
		all.Go(func() {
			for i := range 300 {
				s.Click(model.Click{Link: 1, At: time.Now().Add(-time.Duration(i%5) * slot), Bot: false})
				before := taken.Add(1)
				switch {
				case i%100 == 50:
					links, err := s.Links(context.Background(), admin, true)
					if err != nil || links[0].Clicks < before {
						t.Errorf("%v: %d clicks, and %d were taken before", err, links[0].Clicks, before)
					}
				case i%20 == 10:
					if err := s.update(context.Background(), addMeta(fmt.Sprint("row ", worker, " ", i))); err != nil {
						t.Error(err)
					}
				}
			}
		})
	}
	all.Wait()
	s.wantClicks(t, 900)
}

// Clicks that cannot be written wait for the next flush, and are counted once.
func TestClicks_FlushFails_TriedAgain(t *testing.T) {
	for _, missing := range []string{"click_journal", "click_counts", "click_days", "click_sums"} {
		t.Run(missing, func(t *testing.T) {
			s := openTest(t, Options{})
			s.sqlDo(t, `ALTER TABLE `+missing+` RENAME TO gone`)
			for range 3 {
				s.Click(model.Click{Link: 1, At: time.Now(), Visitor: true})
				s.awaitClicks(t.Context())
			}
			if !s.clicks.unread() {
				t.Error("the clicks are said to be counted")
			}
			s.sqlDo(t, `ALTER TABLE gone RENAME TO `+missing)
			s.wantClicks(t, 3)
			if n := s.rows(t, "click_journal"); n != 0 || s.clicks.unread() {
				t.Errorf("%d rows are left in the journal", n)
			}
		})
	}
}

// Where the sums cannot be written, the journal still keeps clicks over a kill.
func TestClicks_SumsFail_JournalKeepsThem(t *testing.T) {
	s := openTest(t, Options{})
	s.sqlDo(t, `ALTER TABLE click_sums RENAME TO gone`)
	s.Click(model.Click{Link: 1, At: time.Now()})
	s.awaitClicks(t.Context())
	if n := s.rows(t, "click_journal"); n != 1 {
		t.Errorf("%d rows in the journal, want 1", n)
	}
	s.sqlDo(t, `ALTER TABLE gone RENAME TO click_sums`)
	s.wantClicks(t, 1)
}

// What a killed process left in the journal is counted by the next one, once.
func TestClicks_ProcessKilled_JournalIsCounted(t *testing.T) {
	s := openTest(t, Options{})
	for range 5 {
		s.Click(model.Click{Link: 1, At: time.Now()})
		s.flushToJournal(t)
	}
	if n := s.rows(t, "click_journal"); n != 5 {
		t.Fatalf("%d rows in the journal, want 5", n)
	}
	dir := t.TempDir() // as it would be found after a kill
	must(t, s.Backup(t.Context(), filepath.Join(dir, "lastclick.db")))
	s2 := openTest(t, Options{Dir: dir})
	s2.wantClicks(t, 5)
	s2.Click(model.Click{Link: 1, At: time.Now()})
	s2.wantClicks(t, 6)
	s.wantClicks(t, 5)
}

// A journal of more than one piece is folded piece by piece, and a reader waits for all
// of it.
func TestClicks_LongJournal_ReaderSeesAll(t *testing.T) {
	s := openTest(t, Options{})
	now := time.Now()
	for range 2 {
		for i := range int64(foldPiece + foldPiece/2) {
			s.Click(model.Click{Link: 1 + i, At: now})
		}
		s.flushToJournal(t)
	}
	s.Click(model.Click{Link: 1, At: now})
	for s.clicks.unread() {
		s.awaitClicks(t.Context()) // within its time, or the next one's
	}
	s.wantClicks(t, 3)
	if n := s.rows(t, "click_counts"); n != foldPiece+foldPiece/2 {
		t.Errorf("%d links have clicks, want %d", n, foldPiece+foldPiece/2)
	}
}

// Under load the journal is folded by age and by length; a fold that failed waits.
func TestJournal_Due_ByAgeAndLength(t *testing.T) {
	now := time.Now()
	for _, tt := range []struct {
		name   string
		j      journal
		shared bool
		want   bool
	}{
		{"empty", journal{}, true, false},
		{"young", journal{entries: 1, since: now.Add(-foldAge / 2)}, false, false},
		{"old", journal{entries: 1, since: now.Add(-foldAge)}, false, true},
		{"young, and other nodes wait for it", journal{entries: 1, since: now.Add(-foldShared)}, true, true},
		{"long", journal{entries: foldEntries + 1, since: now}, false, true},
		{"after a failure", journal{entries: foldEntries + 1, since: now.Add(-foldAge), paused: now.Add(1)}, false, false},
		{"after that", journal{entries: foldEntries + 1, since: now.Add(-foldAge), paused: now}, false, true},
	} {
		if got := tt.j.due(now, tt.shared); got != tt.want {
			t.Errorf("%s: due %v, want %v", tt.name, got, tt.want)
		}
	}
}

func TestJournal_Entries_ReadAsWritten(t *testing.T) {
	want := map[clickKey]clickCount{
		{1, 0}: {1, 1, 0, 0}, {1 << 40, -1}: {0, 0, 1, 0}, {77, -1 << 40}: {1 << 50, 1 << 49, 1 << 48, 1 << 47},
	}
	data := []byte{journalVersion}
	for key, n := range want {
		data = appendEntry(data, key, n)
	}
	got := map[clickKey]clickCount{}
	must(t, readEntries(data, func(key clickKey, n clickCount) { got[key] = n }))
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("%v, want %v", got, want)
	}
	for name, bad := range map[string][]byte{"nothing": {}, "another version": {2, 1}, "cut": data[:len(data)-1]} {
		if err := readEntries(bad, func(clickKey, clickCount) {}); err == nil {
			t.Errorf("%s is read", name)
		}
	}
}

// Check finds sums and journal rows that do not hold.
func TestCheck_R22_ClicksTampered_Found(t *testing.T) {
	s := openTest(t, Options{})
	s.Click(model.Click{Link: 1, At: time.Unix(-1, 0), Visitor: true})
	s.wantClicks(t, 1)
	for _, tt := range []struct{ tamper, undo, want string }{
		{`UPDATE click_days SET visitors = 3`, `UPDATE click_days SET visitors = 1`, "link ana on 1969-12-31 (UTC): visitors: kept 3, the facts give 1"},
		{`UPDATE click_sums SET bots = 3`, `UPDATE click_sums SET bots = 0`, "link ana: bots: kept 3, the facts give 0"},
		{`INSERT INTO click_journal (id, entries, counts) VALUES (7, 1, x'09')`, `DELETE FROM click_journal`, "click journal, row 7: entries: kept 1, the facts give 0"},
	} {
		s.sqlDo(t, tt.tamper)
		diffs, err := s.Check(t.Context())
		must(t, err)
		if len(diffs) != 1 || diffs[0].String() != tt.want {
			t.Errorf("%s: %v, want %s", tt.tamper, diffs, tt.want)
		}
		s.sqlDo(t, tt.undo)
	}
}

// Times before 1970 belong to the quarter that they lie in, too.
func TestQuarterOf_AnyTime_RoundsDown(t *testing.T) {
	for ms, want := range map[int64]int64{0: 0, 1: 0, 899_999: 0, 900_000: 1, -1: -1, -900_000: -1, -900_001: -2} {
		if got := quarterOf(ms); got != want {
			t.Errorf("%d ms lies in quarter %d, want %d", ms, got, want)
		}
	}
	for ms, want := range map[int64]int64{0: 0, 1: 1, 900_000: 1, 900_001: 2, -1: 0, -900_000: -1, -900_001: -1} {
		if got := quarterFrom(ms); got != want {
			t.Errorf("the first quarter from %d ms on is %d, want %d", ms, got, want)
		}
	}
}

// Whole days and quarters together are the range, whatever it is, and never more than a
// day of quarters.
func TestClickPieces_AnyRange_EachQuarterOnce(t *testing.T) {
	for range 10_000 {
		from := rand.Int64N(1000) - 500
		until := from + rand.Int64N(700)
		counted := map[int64]int64{}
		quarters := int64(0)
		for _, p := range clickPieces(from, until) {
			first, last := p.from, p.until
			if p.query == clicksOfDays {
				first, last = first*slotsADay, last*slotsADay
			} else {
				quarters += last - first
			}
			for q := first; q < last; q++ {
				counted[q] += p.sign
			}
		}
		for q := from - 100; q < until+100; q++ {
			if want := flag(q >= from && q < until); counted[q] != want {
				t.Fatalf("quarters %d to %d: quarter %d counts %d times, want %d", from, until, q, counted[q], want)
			}
		}
		if quarters > slotsADay {
			t.Errorf("quarters %d to %d: %d quarters are read", from, until, quarters)
		}
	}
}

// Any node folds what another one journaled, also clicks on a link that it has not heard of
// yet. Their client has changed all the same.
func TestClicks_FoldLinkOfOtherNode_ClientChanged(t *testing.T) {
	s := openTest(t, Options{})
	s.sqlDo(t, `INSERT INTO links (id, code, client_id, name, email, source, stats_token, created_at) VALUES (77, 'theirs', 1, '', '', '', 'theirs', 0)`)
	must(t, s.update(t.Context(), func(tx *tx) error {
		_, err := tx.exec(`INSERT INTO click_journal (entries, counts) VALUES (1, $1)`, appendEntry([]byte{journalVersion}, clickKey{77, 1}, clickCount{clicks: 1}))
		return err
	}))
	must(t, s.update(t.Context(), func(tx *tx) error {
		if err := tx.fold(0); err != nil {
			return err
		}
		if !slices.Equal(tx.changed, []int64{1}) {
			t.Errorf("changed are the clients %v, want 1", tx.changed)
		}
		return nil
	}))
}
