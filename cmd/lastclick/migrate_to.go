package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"lastclick/db"
	"lastclick/model"
	"lastclick/server/ssh"
)

func migrateToCommand(p *program) *cobra.Command {
	var c config
	cmd := &cobra.Command{
		Use:   "migrate-to [URL]",
		Short: "Move a SQLite installation to an empty PostgreSQL database; the daemon is stopped",
		Long: `Move the SQLite database of --data, whole, to the empty PostgreSQL database of URL,
with the SSH host key and the certificates beside it. The daemon must be stopped.
Receipts, sessions' keys, codes and passwords of checkouts stay good.

The move may be stopped or killed: the same command goes on where it stopped, and no
daemon starts on what is not finished. At the end every row is compared on both
sides, and every sum recounted. The SQLite database stays as it was; a file beside it
keeps a daemon from serving it by mistake. There is no way back but export and import.

A URL with a password is better not given as an argument, which other users of the
machine see: leave it out, and set LASTCLICK_DATABASE or LASTCLICK_DATABASE_FILE.`,
		Example: "  LASTCLICK_DATABASE_FILE=/etc/lastclick/database lastclick migrate-to --data /var/lib/lastclick",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) > 1 {
				return usageError{fmt.Errorf("migrate-to takes one URL, not %d arguments", len(args))}
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := environment(cmd.Flags(), p.getenv); err != nil {
				return usageError{err}
			}
			o, err := c.moveOptions(args)
			if err != nil {
				return err
			}
			lock, err := lockData(c.data)
			if err != nil {
				return err
			}
			defer lock.Close()
			if err := c.readMovedFiles(&o); err != nil {
				return err
			}
			o.Progress = moveProgress{p.out}.print
			moved, err := db.Move(cmd.Context(), o)
			printMoved(p.out, moved.Tables)
			if err != nil {
				return err
			}
			printNext(p.out, moved)
			return nil
		},
	}
	c.storeFlags(cmd.Flags())
	cmd.Flags().Lookup("database").Usage = "without URL: where to move to, postgres://…; with URL: the SQLite file (default lastclick.db in --data)"
	return cmd
}

// moveOptions says what is moved where: the URL may stand in the place of the argument in
// --database, which else names the SQLite file as for the other commands.
func (c *config) moveOptions(args []string) (db.MoveOptions, error) {
	var o db.MoveOptions
	switch {
	case len(args) == 1 && c.sharesDatabase() && args[0] != c.database:
		return o, usageError{errors.New("URL and --database (or LASTCLICK_DATABASE) name two PostgreSQL databases: leave one out")}
	case len(args) == 1:
		o.To = args[0]
	case c.sharesDatabase():
		o.To = c.database
	default:
		return o, usageError{errors.New("name the PostgreSQL database to move to: migrate-to postgres://user@host/database, or LASTCLICK_DATABASE")}
	}
	o.From = db.Options{URL: c.database, Dir: c.data}
	if c.sharesDatabase() {
		o.From.URL = ""
	}
	if _, err := os.Stat(c.data); err != nil {
		return o, fmt.Errorf("--data: %w", err)
	}
	return o, nil
}

// readMovedFiles reads what one machine keeps in files of --data.
func (c *config) readMovedFiles(o *db.MoveOptions) error {
	_, err := ssh.ReadHostKeys([]string{c.hostKeyPath()})
	if err == nil {
		o.HostKeys, err = os.ReadFile(c.hostKeyPath())
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	dir := filepath.Join(c.data, "acme")
	files, err := os.ReadDir(dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("read the certificates: %w", err)
	}
	o.Certificates = map[string][]byte{}
	for _, f := range files {
		if !f.Type().IsRegular() {
			continue
		}
		if o.Certificates[f.Name()], err = os.ReadFile(filepath.Join(dir, f.Name())); err != nil {
			return fmt.Errorf("read the certificates: %w", err)
		}
	}
	return nil
}

// moveProgress prints a line for each thing that was done, and for a table that takes long
// one every few seconds.
type moveProgress struct{ out io.Writer }

func (m moveProgress) print(p db.MoveProgress) {
	switch took := p.Took.Round(100 * time.Millisecond); {
	case p.Note != "":
		fmt.Fprintln(m.out, p.Note)
	case strings.Contains(p.Table, " ") && p.Done:
		fmt.Fprintf(m.out, "%s: every sum equals the recount of the facts, %v\n", p.Table, took)
	case strings.Contains(p.Table, " "):
		fmt.Fprintf(m.out, "%s …\n", p.Table)
	case p.Comparing && p.Took >= time.Second: // all of them stand in the table at the end
		fmt.Fprintf(m.out, "compare %s: %d rows, %v\n", p.Table, p.Rows, took)
	case !p.Comparing && p.Rows > 0 && p.New == 0:
		fmt.Fprintf(m.out, "copy %s: all %d rows are there\n", p.Table, p.Rows)
	case !p.Comparing && p.Rows > 0:
		fmt.Fprintf(m.out, "copy %s: %d of %d rows, %.0f/s\n", p.Table, p.Rows, p.Total, float64(p.New)/max(p.Took.Seconds(), 0.001))
	}
}

// printMoved prints what both sides hold.
func printMoved(out io.Writer, tables []db.MovedTable) {
	if len(tables) == 0 {
		return
	}
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "\nTABLE\tSQLITE\tPOSTGRESQL\tROWS")
	var from, to int64
	empty := 0
	for _, t := range tables {
		if t.From+t.To == 0 {
			empty++
			continue
		}
		equal := "identical"
		if !t.Identical {
			equal = "DIFFERENT"
		}
		fmt.Fprintf(w, "%s\t%d\t%d\t%s\n", t.Name, t.From, t.To, equal)
		from, to = from+t.From, to+t.To
	}
	fmt.Fprintf(w, "all\t%d\t%d\t\n", from, to)
	_ = w.Flush()
	fmt.Fprintf(out, "%d tables are empty on both sides\n\n", empty)
}

// printNext says what to do now.
func printNext(out io.Writer, moved db.Moved) {
	fmt.Fprintf(out, `The installation is in PostgreSQL: all rows are identical on both sides, and the check passes on both.
Start the nodes with it:   lastclick serve --database postgres://… (or LASTCLICK_DATABASE)
The SQLite database is as it was. Keep it, read only, until you trust the new one; its numbers grow old.
%s keeps a daemon from serving it by mistake; remove that file to go back to it, without what PostgreSQL took since.
There is no migrate-from: what PostgreSQL took comes back by export over SSH, and order import and scan import.
`, model.Line(moved.Marker))
}
