package db

import (
	"context"
	"database/sql"
	"fmt"

	"lastclick/model"
)

// engine is all that tells SQLite and PostgreSQL apart. Every query is written once.
type engine struct {
	name     string
	shared   bool               // other processes may write to the database too
	snapshot sql.IsolationLevel // what makes several reads one snapshot

	parameter string // what stands before a parameter's number

	open     func(ctx context.Context, o Options) (readers, writer *sql.DB, err error)
	version  func(ctx context.Context, writer *sql.DB) (string, error)
	ddl      func(string) string                         // spells the schema
	begin    string                                      // run first in every writing transaction; empty for nothing
	claim    func(ctx context.Context, db *sql.DB) error // makes sure that the database is ours, or makes an empty one so
	keep     func(ctx context.Context, o Options, db *sql.DB, schema int) error
	classify func(error) model.Kind
	quiet    func(ctx context.Context, writer *sql.DB) error // upkeep for a quiet moment
	last     func(ctx context.Context, writer *sql.DB) error // upkeep before closing
	backup   func(ctx context.Context, s *Store, dest string) error
	check    func(c *conn) ([]model.Difference, error)
	hint     func(ctx context.Context, db *sql.DB) error              // tells the other nodes that something moved
	listen   func(ctx context.Context, o Options, heard func()) error // until a failure, or ctx ends
}

// EngineVersion is the name and version of the database engine in use.
func (s *Store) EngineVersion(ctx context.Context) (string, error) {
	v, err := s.engine.version(ctx, s.readers)
	if err != nil {
		return "", s.failed(err)
	}
	return fmt.Sprintf("%s %s", s.engine.name, v), nil
}
