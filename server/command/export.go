package command

import (
	"bufio"
	"context"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"lastclick/model"
	"lastclick/server/internal/spreadsheet"
)

// tables are what can be exported.
var tables = []string{"links", "orders", "tickets"}

// exportChunk is how many bytes go to the client at once: about one SSH packet.
const exportChunk = 32 << 10

// export streams a table row by row instead of replying at once: when it fails, rows
// have been sent already, and the exit code says that they are not all.
func (s *session) export() *cobra.Command {
	c := s.leaf(spec{
		use:      "export WHAT",
		short:    "Print all links, orders or tickets as CSV.",
		more:     "WHAT is links, orders or tickets. It is one snapshot. Columns have the names of the JSON, times are RFC 3339 in UTC, flags true or false, and amounts are in major units with their currency beside them. Check the exit code: after 1 the file is incomplete.",
		examples: []string{"export tickets > tickets.csv", "export orders > orders.csv"},
		role:     model.Viewer,
		lists:    true, // --csv is what it does anyway
		run: func(ctx context.Context, args []string) error {
			what := strings.ToLower(args[0])
			if !slices.Contains(tables, what) {
				return usagef("%q cannot be exported: choose one of %s", model.Line(args[0]), strings.Join(tables, ", "))
			}
			if s.json {
				return usagef("export prints CSV: for JSON take link list, order list or stats")
			}
			a, err := s.actor(ctx)
			if err != nil {
				return err
			}
			rows := spreadsheet.NewWriter(bufio.NewWriterSize(s.Out, exportChunk))
			err = s.Store.Export(ctx, a, what, func(cells []string) error {
				if rows.Add(cells) != nil {
					return errGone
				}
				return nil
			})
			if rows.End() != nil {
				return errGone
			}
			if err == nil {
				return nil
			}
			if rows.Lines() > 0 {
				return &cutOff{err}
			}
			return err
		},
	})
	c.Flags().BoolVar(&s.json, "json", false, "")
	_ = c.Flags().MarkHidden("json") // refused above, so help does not promise it
	return c
}

// cutOff is an error after a part of the answer was sent.
type cutOff struct{ error }

func (e *cutOff) Unwrap() error { return e.error }
