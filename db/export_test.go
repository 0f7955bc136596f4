package db

import (
	"context"
	"errors"
)

// MigrateTo makes the database that a program of an earlier schema left.
func MigrateTo(ctx context.Context, o Options, version int) error {
	e := sqliteEngine
	if o.URL != "" {
		e = postgresEngine
	}
	steps, err := migrations()
	if err != nil {
		return err
	}
	readers, writer, err := e.open(ctx, o)
	if err != nil {
		return err
	}
	return errors.Join(migrateTo(ctx, e, o, writer, steps[:version]), readers.Close(), writer.Close())
}
