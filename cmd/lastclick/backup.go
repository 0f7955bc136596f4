package main

import (
	"fmt"

	"github.com/spf13/cobra"
)

func backupCommand(p *program) *cobra.Command {
	var c config
	cmd := &cobra.Command{
		Use:   "backup DEST",
		Short: "Copy a live SQLite database to a new file, and verify the copy",
		Long: `Copy the database to DEST while the daemon runs, and verify the copy before it gets
its name. A file that exists is never overwritten. For PostgreSQL use pg_dump.`,
		Example: "  lastclick backup --data /var/lib/lastclick /backup/lastclick-$(date +%F).db",
		Args:    exactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			store, err := p.openStore(cmd, &c)
			if err != nil {
				return err
			}
			defer store.Close()
			if err := store.Backup(cmd.Context(), args[0]); err != nil {
				return err
			}
			fmt.Fprintf(p.out, "backed up to %s, and verified the copy\n", args[0])
			return nil
		},
	}
	c.storeFlags(cmd.Flags())
	return cmd
}
