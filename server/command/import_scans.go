package command

import (
	"context"

	"github.com/spf13/cobra"

	"lastclick/model"
)

// scanSheet are the columns of a file of scans.
var scanSheet = sheetSpec{
	required: []string{"ticket", "at"},
	optional: []string{"scanned", "checkout"},
	also:     map[string]string{"barcode": "ticket", "scanned_at": "at"},
}

// scans are the commands about who came in.
func (s *session) scans() *cobra.Command {
	return s.group("scan", "Scans: which tickets were used to come in.", s.scanImport())
}

func (s *session) scanImport() *cobra.Command {
	var checkout string
	var dry bool
	c := s.leaf(spec{
		use:   "import",
		short: "Import scans from a CSV file on standard input.",
		more: "The file has one line a scan, its columns in any order: ticket (or barcode) and at (or scanned_at: 2026-06-20T19:42:00Z) are needed; scanned (false undoes a scan) and checkout may be there. Other columns are ignored. A file of export tickets is one: its tickets that were never scanned say nothing.\n\n" +
			"Of several scans of a ticket the latest holds. Scans are kept also where the ticket's order is not known yet. Importing a file again changes nothing.",
		examples: []string{"scan import < scans.csv", "scan import --checkout shop --dry-run < scans.csv"},
		role:     model.Admin,
		run: func(ctx context.Context, _ []string) error {
			i, err := s.newImport(ctx, "scan import", checkout, dry)
			if err != nil {
				return err
			}
			var list []fileItem
			return i.run(ctx, scanSheet, func(r sheetRow) {
				if item, ok := i.scan(r); ok {
					list = append(list, item)
				}
			}, func() []fileItem { return list })
		},
	})
	importFlags(c, &dry)
	c.Flags().StringVar(&checkout, "checkout", "", "the checkout `NAME` that sold the tickets; may be left out where there is one, or where the file names it")
	return c
}

// scan reads a line of a file of scans.
func (i *imported) scan(r sheetRow) (fileItem, bool) {
	before := i.faults.total
	checkout, _ := i.checkouts.of(r)
	scanned, err := flagCell(r.get("scanned"), true)
	if err != nil {
		i.faults.add(r.line, "scanned", err.Error())
	}
	at, cell := "", r.get("at")
	if cell == "" && r.get("scanned") != "" && err == nil && !scanned {
		return fileItem{}, false // a ticket of export tickets that was never scanned
	}
	if cell == "" {
		i.faults.add(r.line, "at", "is missing")
	} else if at, err = timeCell(cell); err != nil {
		i.faults.add(r.line, "at", err.Error())
	}
	item := scanItem(checkout, r.line, r.get("ticket"), at, scanned)
	item.lane = item.name // one after the other, as they stand in the file
	if i.faults.total > before {
		return item, false
	}
	_, err = model.ParseWebhook(jsonOf(item.webhook()), i.now)
	for _, f := range webhookFaults(err) {
		i.faults.add(r.line, map[string]string{"data.ticket": "ticket", "data.at": "at"}[f.Field], f.Detail)
	}
	return item, err == nil
}
