//go:build linux

package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	_ "github.com/mattn/go-sqlite3" // the driver
)

// The tests of db have a database as the program of the third schema left it, with 126
// orders.
const (
	oldRows   = "db/testdata/version3.sql"
	oldSchema = 3
	oldOrders = 126
	oldCopies = 150 // of its orders
	oldShift  = 1000
)

// oldDatabase makes it in the daemon's directory, with each order many times, and returns
// how many orders it has. It needs the sources, from whose root the program is run.
func oldDatabase(t *trial) (orders int, err error) {
	if err := os.MkdirAll(t.d.data, 0o700); err != nil {
		return 0, err
	}
	db, err := sql.Open("sqlite3", t.d.file()+"?_journal=WAL&_sync=OFF")
	if err != nil {
		return 0, err
	}
	db.SetMaxOpenConns(1)
	defer func() { err = errors.Join(err, db.Close()) }()
	texts := []string{"PRAGMA application_id=0x4c434c4b", "PRAGMA foreign_keys=off", "BEGIN"}
	for n := range oldSchema + 1 {
		text, err := os.ReadFile(filepath.Join("db/migrations/sqlite", fmt.Sprintf("%04d.sql", n)))
		if err != nil {
			return 0, err
		}
		texts = append(texts, string(text))
	}
	rows, err := os.ReadFile(oldRows)
	if err != nil {
		return 0, err
	}
	texts = append(texts, string(rows), copyOldOrders(), fmt.Sprintf("INSERT INTO schema_version (id, version) VALUES (1, %d)", oldSchema), "COMMIT")
	for _, text := range texts {
		if _, err := db.ExecContext(t.ctx, text); err != nil {
			return 0, fmt.Errorf("%.60s: %w", strings.TrimSpace(text), err)
		}
	}
	return oldOrders * (oldCopies + 1), nil
}

// copyOldOrders is SQL that adds each order again and again, with its customer, tickets
// and clicks, under other ids.
func copyOldOrders() string {
	const copies = "WITH RECURSIVE n (k) AS (SELECT 1 UNION ALL SELECT k + 1 FROM n WHERE k < %d) INSERT INTO %s SELECT %s FROM %s, n;\n"
	shift := func(column string) string { return fmt.Sprintf("%s + k * %d", column, oldShift) }
	var all strings.Builder
	for _, t := range []struct{ table, columns string }{
		{"customers", shift("id") + ", randomblob(16), " + shift("first_order")},
		{"orders", shift("id") + ", checkout_id, order_id || '/' || k, version, digest, placed_at, test, currency, " + shift("customer_id") + ", returns, receipt, code"},
		{"order_touches", shift("order_id") + ", seq, link_id, at"},
		{"tickets", shift("id") + ", checkout_id, ticket_id || '/' || k, " + shift("order_id") + ", pos, client_id, event_id, type, type_name, face_value, status, placed_at, link_id, reason, rule, window_s, judged_placed_at, judged_receipt"},
	} {
		fmt.Fprintf(&all, copies, oldCopies, t.table, t.columns, t.table)
	}
	return all.String()
}

func countRows(ctx context.Context, file, table string) (n int, err error) {
	db, err := sql.Open("sqlite3", file+"?mode=ro")
	if err != nil {
		return 0, err
	}
	defer db.Close()
	err = db.QueryRowContext(ctx, "SELECT count(*) FROM "+table).Scan(&n)
	return n, err
}
