package db

import (
	"context"
	"database/sql"
	"fmt"

	"lastclick/model"
)

// Check recounts every kept sum from the facts, in one snapshot, and has the engine
// check the file. No difference: everything holds (R22).
func (s *Store) Check(ctx context.Context) ([]model.Difference, error) {
	s.settle(ctx)
	return read(ctx, s, func(c *conn) ([]model.Difference, error) {
		return c.s.engine.check(c)
	})
}

// checkSQLite has the engine check the file, and the references in it.
func checkSQLite(c *conn) ([]model.Difference, error) {
	var diffs []model.Difference
	err := c.each(func(r *sql.Rows) error {
		var line string
		if err := r.Scan(&line); err != nil {
			return err
		}
		if line != "ok" {
			diffs = append(diffs, model.Difference{Cell: "integrity of the file", Kept: line, Facts: "ok"})
		}
		return nil
	}, `PRAGMA integrity_check`)
	if err != nil {
		return nil, err
	}
	err = c.each(func(r *sql.Rows) error {
		var table, parent string
		var row *int64
		var key int64
		if err := r.Scan(&table, &row, &parent, &key); err != nil {
			return err
		}
		diffs = append(diffs, model.Difference{Cell: fmt.Sprintf("reference from %s to %s", table, parent), Kept: "a row", Facts: "none"})
		return nil
	}, `PRAGMA foreign_key_check`)
	return diffs, err
}
