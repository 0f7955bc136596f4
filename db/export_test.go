package db

import (
	"context"
	"errors"
)

// MigrateTo makes the database that a program of an earlier schema left.
func MigrateTo(ctx context.Context, o Options, version int) error {
	e := engineOf(o)
	m, err := e.migrations()
	if err != nil {
		return err
	}
	readers, writer, err := e.open(ctx)
	if err != nil {
		return err
	}
	m.steps = m.steps[:version]
	return errors.Join(m.apply(ctx, e, writer), readers.Close(), writer.Close())
}
