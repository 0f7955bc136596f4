package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"lastclick/db"
)

func restoreCommand(p *program) *cobra.Command {
	var c config
	cmd := &cobra.Command{
		Use:   "restore SOURCE",
		Short: "Put a verified backup in the place of the SQLite database; the daemon is stopped",
		Long: `Copy the backup SOURCE, check the copy, and put it in the place of the database. The
daemon must be stopped. The files before, -wal and -shm too, are kept beside it under
another name. What was sold since the backup is not in it: have the checkouts send
their orders of that time again, which changes nothing of what is known already.`,
		Example: "  lastclick restore --data /var/lib/lastclick /backup/lastclick-2026-06-01.db",
		Args:    exactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := environment(cmd.Flags(), p.getenv); err != nil {
				return usageError{err}
			}
			r, err := db.Restore(cmd.Context(), db.Options{URL: c.database, Dir: c.data}, args[0])
			if err != nil {
				return err
			}
			fmt.Fprintf(p.out, "restored %s from %s, and checked it\n", r.Path, args[0])
			if r.Kept != "" {
				fmt.Fprintf(p.out, "the database before is kept as %s\n", r.Kept)
			}
			fmt.Fprintln(p.out, "start the daemon, and see what lastclick check says")
			return nil
		},
	}
	c.storeFlags(cmd.Flags())
	return cmd
}
