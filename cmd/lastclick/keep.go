package main

import (
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/mattn/go-sqlite3"
	"github.com/spf13/cobra"

	"lastclick/db"
)

// openStore opens the store of a daemon that may be running.
func (p *program) openStore(cmd *cobra.Command, c *config) (*db.Store, error) {
	if err := environment(cmd.Flags(), p.getenv); err != nil {
		return nil, usageError{err}
	}
	return db.Open(cmd.Context(), db.Options{URL: c.database, Dir: c.data, ReadOnly: true})
}

func backupCommand(p *program) *cobra.Command {
	var c config
	cmd := &cobra.Command{
		Use:   "backup DEST",
		Short: "Copy a live SQLite database to a new file, and verify the copy",
		Long: `Copy the database to DEST while the daemon runs, and check the copy before it
gets its name. A file that exists is never overwritten. For PostgreSQL use pg_dump.`,
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
			fmt.Fprintf(p.out, "the copy is %s, and it is whole\n", args[0])
			return nil
		},
	}
	c.storeFlags(cmd.Flags())
	return cmd
}

func checkCommand(p *program) *cobra.Command {
	var c config
	cmd := &cobra.Command{
		Use:   "check",
		Short: "Recount every statistic from the facts and compare",
		Long: `Recount every sum from the orders, tickets, scans and clicks themselves, compare
it with what is kept, and check the integrity of the database. It changes nothing
and the daemon may run. Prints a line for each difference and exits with 1 if there
is any.`,
		Args: exactArgs(0),
		RunE: func(cmd *cobra.Command, _ []string) error {
			store, err := p.openStore(cmd, &c)
			if err != nil {
				return err
			}
			defer store.Close()
			differences, err := store.Check(cmd.Context())
			if err != nil {
				return err
			}
			for _, d := range differences {
				fmt.Fprintln(p.out, d)
			}
			if n := len(differences); n > 0 {
				return fmt.Errorf("%d sums differ from the facts: keep a backup and report it with these lines", n)
			}
			fmt.Fprintln(p.out, "every sum equals the recount of the facts, and the database is whole")
			return nil
		},
	}
	c.storeFlags(cmd.Flags())
	return cmd
}

// version is set by scripts/release with -ldflags.
var version = "dev"

func versionCommand(p *program) *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Print the version, the commit, and the versions of Go and SQLite",
		Args:  exactArgs(0),
		RunE: func(*cobra.Command, []string) error {
			sqlite, _, _ := sqlite3.Version()
			commit := "unknown"
			if info, ok := debug.ReadBuildInfo(); ok {
				for _, s := range info.Settings {
					if s.Key == "vcs.revision" {
						commit = s.Value
					}
				}
			}
			fmt.Fprintf(p.out, "lastclick %s\ncommit %s\n%s %s/%s\nSQLite %s\n", version, commit, runtime.Version(), runtime.GOOS, runtime.GOARCH, sqlite)
			return nil
		},
	}
}
