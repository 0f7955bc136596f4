package db_test

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"lastclick/db"
	"lastclick/db/dbtest"
	"lastclick/model"
)

// pagesOfDays are the client's pages of some ranges of days, its charts and trends.
func pagesOfDays(w *dbtest.World, client string) string { return w.Shown(client, version3Ranges...) }

// wantClean fails unless the sums are those of the facts.
func wantClean(t *testing.T, s *db.Store) {
	t.Helper()
	if diffs, err := s.Check(t.Context()); err != nil || len(diffs) > 0 {
		t.Errorf("check: %v %v", diffs, err)
	}
}

// waitForDays waits until the client's days are kept in its timezone.
func waitForDays(t *testing.T, s *db.Store, client string) {
	t.Helper()
	soon(t, s, client, func() bool {
		kept, err := s.HasDays(t.Context(), client)
		if err != nil {
			t.Fatal(err)
		}
		return kept
	})
}

func TestDays_SQLite_NewTimezone_FactsThenDays(t *testing.T) {
	testNewTimezone(t, db.Options{Dir: t.TempDir()})
}

// testNewTimezone has a client's days counted in another timezone. Pages say the same
// before, from the facts, and after, from the days; orders come in meanwhile.
func testNewTimezone(t *testing.T, o db.Options) {
	version3(t, o)
	w := openVersion3(t, o)
	s := w.Store.(*db.Store)
	for n, timezone := range []string{"Pacific/Apia", "America/Santiago", "Asia/Kathmandu", "Europe/London"} {
		const client = "acme"
		before := pagesOfDays(w, client)
		if err := s.SetTimezoneAlone(t.Context(), client, timezone); err != nil {
			t.Fatal(err)
		}
		if kept, err := s.HasDays(t.Context(), client); kept || err != nil {
			t.Fatalf("the days are kept in %s already, %v", timezone, err)
		}
		if pagesOfDays(w, client) == before {
			t.Errorf("%s changes nothing: the test needs other orders", timezone)
		}
		sellAround(w, fmt.Sprint("meanwhile-", n))
		wantClean(t, s)
		fromFacts := pagesOfDays(w, client)
		failed := errors.New("at the end")
		if err := s.RenewDays(t.Context(), failed); !errors.Is(err, failed) {
			t.Errorf("error %v", err)
		}
		if kept, err := s.HasDays(t.Context(), client); kept || err != nil {
			t.Errorf("what failed has counted the days, %v", err)
		}
		wantClean(t, s)
		if err := s.RenewDays(t.Context(), nil); err != nil {
			t.Error(err)
		}
		if kept, err := s.HasDays(t.Context(), client); !kept || err != nil {
			t.Errorf("the days are not counted, %v", err)
		}
		wantClean(t, s)
		if fromDays := pagesOfDays(w, client); fromDays != fromFacts {
			t.Errorf("%s: from the facts, and from the days:\n%s", timezone, differingLines(fromFacts, fromDays))
		}
		sellAround(w, fmt.Sprint("after-", n))
		wantClean(t, s)
	}
}

// sellAround places orders around midnights in several timezones, of customers who had
// bought before, and moves one.
func sellAround(w *dbtest.World, id string) {
	for n := range 6 {
		o := dbtest.Order{
			ID: fmt.Sprint(id, "-", n), Placed: version3Now.Add(time.Duration(8*n-48) * time.Hour), Customer: []string{"kim", "lou", ""}[n%3],
			Receipt: w.Receipt("ana@50"), Code: "ana", Tickets: []dbtest.Ticket{{ID: fmt.Sprint(id, "-", n), Event: "summer"}, {ID: fmt.Sprint(id, "-", n, "b"), Event: "reef"}},
		}
		w.Place(o)
		if n == 3 {
			o.Version, o.Placed = 2, o.Placed.AddDate(0, 0, -9)
			w.Place(o)
		}
	}
}

// A store that opens, and SetClient, have the days counted in the background.
func TestDays_SQLite_SetClient_CountedInTheBackground(t *testing.T) {
	testDaysInBackground(t, db.Options{Dir: t.TempDir()})
}

func testDaysInBackground(t *testing.T, o db.Options) {
	version3(t, o)
	w := openVersion3(t, o)
	s := w.Store.(*db.Store)
	timezone := "Australia/Lord_Howe"
	if _, err := s.SetClient(t.Context(), w.Admin, "acme", model.ClientChange{Timezone: &timezone}); err != nil {
		t.Fatal(err)
	}
	shown := pagesOfDays(w, "acme") // from the facts, or from the days
	waitForDays(t, s, "acme")
	if got := pagesOfDays(w, "acme"); got != shown {
		t.Errorf("before and after the days were counted:\n%s", differingLines(shown, got))
	}
	wantClean(t, s)
	if err := s.SetTimezoneAlone(t.Context(), "zenith", timezone); err != nil {
		t.Fatal(err)
	}
	shown = pagesOfDays(w, "zenith")
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	// Several nodes find the same to do.
	nodes := []*dbtest.World{openVersion3(t, o)}
	if o.URL != "" {
		nodes = append(nodes, openVersion3(t, o), openVersion3(t, o))
	}
	for _, w := range nodes {
		s := w.Store.(*db.Store)
		waitForDays(t, s, "zenith")
		if got := pagesOfDays(w, "zenith"); got != shown {
			t.Errorf("after another start:\n%s", differingLines(shown, got))
		}
	}
	wantClean(t, nodes[0].Store.(*db.Store))
}

// A process that is killed while it counts the days leaves those of before.
func TestDays_SQLite_Killed_CountedAtTheNextStart(t *testing.T) {
	if daysKilled(t) {
		return
	}
	testDaysKilled(t, db.Options{Dir: t.TempDir()}, 6)
}

const daysKilledAt = "LASTCLICK_TEST_DAYS_KILLED_AT"

func testDaysKilled(t *testing.T, o db.Options, times int) {
	version3(t, o)
	w := openVersion3(t, o)
	if err := w.Store.(*db.Store).SetTimezoneAlone(t.Context(), "acme", "Pacific/Apia"); err != nil {
		t.Fatal(err)
	}
	shown := pagesOfDays(w, "acme")
	if err := w.Store.Close(); err != nil {
		t.Fatal(err)
	}
	// On a busy machine the store may have counted them before it closed.
	if err := db.MakeDaysStale(t.Context(), o, "acme"); err != nil {
		t.Fatal(err)
	}
	for n := range times {
		runKilled(t, "TestDays_SQLite_Killed_CountedAtTheNextStart", daysKilledAt, o, 1+3*n)
	}
	w = openVersion3(t, o)
	waitForDays(t, w.Store.(*db.Store), "acme")
	if got := pagesOfDays(w, "acme"); got != shown {
		t.Errorf("after the kills:\n%s", differingLines(shown, got))
	}
	wantClean(t, w.Store.(*db.Store))
}

// daysKilled is the process that is killed at a statement after the days were begun to be
// counted; false in any other.
func daysKilled(t *testing.T) bool {
	at, o, ok := toBeKilled(daysKilledAt)
	if !ok {
		return false
	}
	n := 0
	s, err := db.OpenWatched(t.Context(), o, func(statement string) bool {
		if n > 0 || strings.Contains(statement, "SET days_timezone") {
			n++
		}
		if fmt.Sprint(n) == at {
			if err := syscall.Kill(os.Getpid(), syscall.SIGKILL); err != nil {
				t.Error(err)
			}
		}
		return true
	})
	if err != nil {
		t.Fatal(err)
	}
	waitForDays(t, s, "acme")
	t.Errorf("not killed at statement %s of %d", at, n)
	return true
}
