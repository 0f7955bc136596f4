package db

import (
	"database/sql"
	"testing"
)

// Readers that come and go without a pause do not let the WAL grow for ever, and one that
// stays does not make a checkpoint wait.
func TestSQLite_WAL_StaysBounded(t *testing.T) {
	s := openTest(t, Options{})
	e := s.engine.(*sqlite)
	grow := func() {
		t.Helper()
		must(t, s.update(t.Context(), func(tx *tx) error {
			for _, query := range []string{
				`CREATE TABLE filler AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n WHERE i < 5000) SELECT i, randomblob(8000) AS b FROM n`,
				`DROP TABLE filler`,
			} {
				if _, err := tx.exec(query); err != nil {
					return err
				}
			}
			return nil
		}))
	}
	grow()
	if e.walSize() < walKept {
		t.Fatalf("the WAL has %d bytes: nothing to cut", e.walSize())
	}
	checkpoint := func() {
		t.Helper()
		must(t, s.update(t.Context(), func(tx *tx) error {
			tx.onCommit(func() { must(t, e.checkpoint(t.Context(), s.session.conn)) })
			return nil
		}))
	}
	reader, err := s.readers.BeginTx(t.Context(), &sql.TxOptions{ReadOnly: true})
	must(t, err)
	var n int
	must(t, reader.QueryRowContext(t.Context(), `SELECT count(*) FROM links`).Scan(&n))
	must(t, add(t, s, "after-the-reader"))
	checkpoint()
	must(t, reader.Rollback())
	checkpoint()
	if n := e.walSize(); n > walKept {
		t.Errorf("%d bytes are left", n)
	}
	var timeout int
	must(t, s.session.conn.QueryRowContext(t.Context(), `PRAGMA busy_timeout`).Scan(&timeout))
	if timeout != 5000 {
		t.Errorf("the writer waits %d ms from then on", timeout)
	}
}
