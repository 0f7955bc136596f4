package db

import (
	"context"
	"testing"
	"time"

	"lastclick/model"
)

// A reader that does not read on holds its snapshot no longer than its context
// lives; the WAL can then be emptied again.
func TestExport_ContextEnds_SnapshotReleased(t *testing.T) {
	s := openTest(t, Options{})
	checkpointed := func() bool {
		t.Helper()
		var busy, pages, done int
		must(t, s.session.conn.QueryRowContext(t.Context(), `PRAGMA wal_checkpoint(PASSIVE)`).Scan(&busy, &pages, &done))
		return busy == 0 && pages == done
	}
	ctx, cancel := context.WithCancel(t.Context())
	held, release, ended := make(chan struct{}), make(chan struct{}), make(chan error, 1)
	go func() {
		ended <- s.Export(ctx, admin, "links", func(cells []string) error {
			if cells[0] == "ana" {
				close(held)
				<-release // a terminal that is never read
			}
			return nil
		})
	}()
	<-held
	must(t, s.update(t.Context(), addMeta("while it is held")))
	if checkpointed() {
		t.Error("the test holds no snapshot")
	}
	cancel()
	for deadline := time.Now().Add(10 * time.Second); !checkpointed(); {
		if time.Now().After(deadline) {
			t.Fatal("the snapshot is held after its context ended")
		}
	}
	close(release)
	if err := <-ended; model.KindOf(err) != model.Busy {
		t.Errorf("ended with %v", err)
	}
}

// Exports leave readers for the pages.
func TestExport_ManyAtOnce_Busy(t *testing.T) {
	s := openTest(t, Options{})
	release, ended := make(chan struct{}), make(chan error, exportsAtOnce)
	for range exportsAtOnce {
		held := make(chan struct{})
		go func() {
			first := true
			ended <- s.Export(t.Context(), admin, "tickets", func([]string) error {
				if first {
					close(held)
					<-release
				}
				first = false
				return nil
			})
		}()
		<-held
	}
	none := func([]string) error { return nil }
	wantKind(t, s.Export(t.Context(), admin, "tickets", none), model.Busy)
	if _, err := s.Stats(t.Context(), admin, model.Filter{}); err != nil {
		t.Error(err)
	}
	close(release)
	for range exportsAtOnce {
		must(t, <-ended)
	}
	must(t, s.Export(t.Context(), admin, "tickets", none))
}
