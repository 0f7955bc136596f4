package command

import (
	"bufio"
	"context"
	"encoding/csv"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"lastclick/model"
)

// tables are what can be exported.
var tables = []string{"links", "orders", "tickets"}

// exportChunk is how many bytes go to the client at once: about one SSH packet.
const exportChunk = 32 << 10

// export streams a whole table row by row, so it writes past reply: what has gone out
// when it fails stays out, and the exit code says so.
func (s *session) export() *cobra.Command {
	c := s.leaf(spec{
		use:      "export WHAT",
		short:    "Print all links, orders or tickets as CSV.",
		more:     "WHAT is links, orders or tickets. Everything is as of one moment, and times are in the client's timezone, which their column names. Look at the exit code: after a 1 the file is not complete.",
		examples: []string{"export tickets > tickets.csv", "export orders > orders.csv"},
		role:     model.Viewer,
		lists:    true, // --csv is what it does anyway
		run: func(ctx context.Context, args []string) error {
			what := strings.ToLower(args[0])
			if !slices.Contains(tables, what) {
				return usagef("%q cannot be exported: choose one of %s", cell(args[0]), strings.Join(tables, ", "))
			}
			if s.json {
				return usagef("export prints CSV: for JSON take link list, order list or stats")
			}
			a, err := s.actor(ctx)
			if err != nil {
				return err
			}
			rows := newSheet(bufio.NewWriterSize(s.Out, exportChunk))
			err = s.Store.Export(ctx, a, what, rows.add)
			if gone := rows.end(); gone != nil || err == nil {
				return gone
			}
			if rows.lines > 0 {
				return &cutOff{err}
			}
			return err
		},
	})
	c.Flags().BoolVar(&s.json, "json", false, "")
	_ = c.Flags().MarkHidden("json") // refused above, so help does not promise it
	return c
}

// cutOff is an error that came when a part of the answer was out already.
type cutOff struct{ error }

func (e *cutOff) Unwrap() error { return e.error }

// sheetWriter writes rows as CSV (RFC 4180, with "\n" as all our lines end), of cells
// that a spreadsheet takes for no formula. An error means that nobody reads any more.
type sheetWriter struct {
	out   *bufio.Writer
	csv   *csv.Writer
	safe  []string
	lines int
}

func newSheet(out *bufio.Writer) *sheetWriter {
	return &sheetWriter{out: out, csv: csv.NewWriter(out)}
}

func (w *sheetWriter) add(cells []string) error {
	w.safe = w.safe[:0]
	for _, text := range cells {
		w.safe = append(w.safe, csvCell(text))
	}
	if w.csv.Write(w.safe) != nil {
		return errGone
	}
	w.lines++
	return nil
}

func (w *sheetWriter) end() error {
	w.csv.Flush() // passes out through
	if w.out.Flush() != nil || w.csv.Error() != nil {
		return errGone
	}
	return nil
}
