package db

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"
)

// notMoved are the tables that each database has for itself: the version of the schema, and
// what nodes tell one another or hold for a moment. Every other table must be on both
// sides, and is moved.
var notMoved = []string{"schema_version", "commits", "join_tries", moveTableName}

// moveTable is a table that is moved: all of its columns, in the order of its primary key.
type moveTable struct {
	name     string
	columns  []moveColumn
	key      []string // columns of the primary key
	parents  []string // tables that it refers to
	rows     int64    // of the source
	identity string   // the column by which the target numbers new rows; empty: it does not
}

type moveColumn struct{ name, kind string } // kind is SQLite's: INTEGER, TEXT or BLOB

// moveTables reads what a SQLite database has, each table behind those that it refers to.
// Nothing is listed here, so that a table of a later migration is moved too.
func moveTables(ctx context.Context, source *sql.DB) ([]moveTable, error) {
	tables := map[string]*moveTable{}
	err := eachRow(ctx, source, func(r *sql.Rows) error {
		var table string
		var c moveColumn
		var place int
		if err := r.Scan(&table, &c.name, &c.kind, &place); err != nil {
			return err
		}
		if slices.Contains(notMoved, table) {
			return nil
		}
		t := tables[table]
		if t == nil {
			t = &moveTable{name: table}
			tables[table] = t
		}
		t.columns = append(t.columns, c)
		if place > 0 {
			t.key = append(t.key, c.name)
		}
		return nil
	}, `SELECT m.name, c.name, c.type, c.pk FROM sqlite_schema m JOIN pragma_table_info(m.name) c WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite~_%' ESCAPE '~'
		ORDER BY m.name, CASE c.pk WHEN 0 THEN 1000 ELSE c.pk END, c.cid`)
	if err != nil {
		return nil, err
	}
	err = eachRow(ctx, source, func(r *sql.Rows) error {
		var table, parent string
		err := r.Scan(&table, &parent)
		if t := tables[table]; t != nil && parent != table {
			t.parents = append(t.parents, parent)
		}
		return err
	}, `SELECT m.name, f."table" FROM sqlite_schema m JOIN pragma_foreign_key_list(m.name) f WHERE m.type = 'table'`)
	if err != nil {
		return nil, err
	}
	return inOrder(tables)
}

// inOrder puts each table behind its parents, else in the order of their names.
func inOrder(tables map[string]*moveTable) ([]moveTable, error) {
	var list []moveTable
	done := map[string]bool{}
	for len(list) < len(tables) {
		var ready []string
		for name, t := range tables {
			if !done[name] && !slices.ContainsFunc(t.parents, func(p string) bool { return tables[p] != nil && !done[p] }) {
				ready = append(ready, name)
			}
		}
		if len(ready) == 0 {
			return nil, fmt.Errorf("tables refer to one another in a circle")
		}
		slices.Sort(ready)
		for _, name := range ready {
			done[name] = true
			list = append(list, *tables[name])
		}
	}
	return list, nil
}

// kinds are PostgreSQL's names of SQLite's types.
var kinds = map[string]string{"INTEGER": "bigint", "TEXT": "text", "BLOB": "bytea"}

// wantTarget fails unless the target has the tables with the same columns, and no others.
func (m *mover) wantTarget(ctx context.Context) error {
	have := map[string]map[string]string{}
	identity := map[string]string{}
	err := eachRow(ctx, m.target, func(r *sql.Rows) error {
		var table, column, kind string
		var numbered bool
		if err := r.Scan(&table, &column, &kind, &numbered); err != nil {
			return err
		}
		if have[table] == nil {
			have[table] = map[string]string{}
		}
		have[table][column] = kind
		if numbered {
			identity[table] = column
		}
		return nil
	}, `SELECT c.table_name, c.column_name, c.data_type, c.is_identity = 'YES' FROM information_schema.columns c JOIN information_schema.tables t USING (table_schema, table_name)
		WHERE c.table_schema = current_schema() AND t.table_type = 'BASE TABLE'`)
	if err != nil {
		return err
	}
	for i := range m.tables {
		t := &m.tables[i]
		columns := have[t.name]
		for _, c := range t.columns {
			if columns[c.name] != kinds[c.kind] {
				return fmt.Errorf("the column %s.%s cannot be moved: it is %s in SQLite and %q in PostgreSQL; use the lastclick that served the database last", t.name, c.name, c.kind, columns[c.name])
			}
		}
		if len(columns) != len(t.columns) || len(t.key) == 0 {
			return fmt.Errorf("the table %s cannot be moved: it has other columns in PostgreSQL", t.name)
		}
		t.identity = identity[t.name]
		delete(have, t.name)
	}
	for table := range have {
		if !slices.Contains(notMoved, table) {
			return fmt.Errorf("the table %s is in PostgreSQL alone: nothing says what becomes of it", table)
		}
	}
	return nil
}

func (t *moveTable) names() []string {
	names := make([]string, len(t.columns))
	for i, c := range t.columns {
		names[i] = c.name
	}
	return names
}

func (t *moveTable) list() string { return quoteAll(t.names()) }

// quote quotes a name of the schema, which both engines read the same way.
func quote(name string) string { return `"` + name + `"` }

func quoteAll(names []string) string {
	quoted := make([]string, len(names))
	for i, name := range names {
		quoted[i] = quote(name)
	}
	return strings.Join(quoted, ", ")
}
