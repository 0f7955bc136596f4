package main

import (
	"github.com/spf13/cobra"

	"lastclick/db"
)

// openStore opens the store to read it, while a daemon may be running.
func (p *program) openStore(cmd *cobra.Command, c *config) (*db.Store, error) {
	if err := environment(cmd.Flags(), p.getenv); err != nil {
		return nil, usageError{err}
	}
	return db.Open(cmd.Context(), db.Options{URL: c.database, Dir: c.data, ReadOnly: true})
}
