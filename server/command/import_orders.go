package command

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"lastclick/model"
)

// orderSheet are the columns of a file of orders: those of export tickets, and what else
// a webhook may say of an order.
var orderSheet = sheetSpec{
	required: []string{"order", "ticket", "placed_at", "event", "type", "currency", "face_value"},
	optional: append([]string{"checkout", "link", "type_name", "status", "paid", "scanned", "scanned_at"}, wholeOrder...),
	also:     map[string]string{"barcode": "ticket"},
	instead:  map[string]string{"customer_new": fileOfOrders, "new_customer": fileOfOrders},
}

const fileOfOrders = "this is a file of orders, which does not say what tickets an order has: import that of export tickets"

// wholeOrder are the columns about an order as a whole: all of its lines say the same in
// them, or nothing.
var wholeOrder = []string{"placed_at", "currency", "version", "test", "customer", "email", "returning", "code", "coupon", "receipt", "click", "channel", "consent"}

const orderImportHelp = `The file has one line a ticket, in CSV, with its columns in any order: those that export tickets prints.

Needed are order, ticket, placed_at (2026-06-01T10:00:00Z), event (its slug), type, currency and face_value (45.00). ` +
	`May be there: checkout, version, test, type_name, status (valid, refunded, void), paid, customer, email, returning, code, coupon, receipt, click, channel, consent (true, false), scanned and scanned_at. Other columns are ignored.

The lines of one order belong together wherever they stand, and make the order as it stands now: a ticket that is left out is void. ` +
	`What is wrong with any line is reported before anything is imported. Importing a file again changes nothing. ` +
	`An order without a version is added where it is not known, and never changes one that is: to change an order, give its lines a higher version.

A sale is credited by the columns receipt, click, code and coupon, as if the checkout had posted it. ` +
	`Where an order has none of them, the column link says whose it is; a file that cannot be credited as it says is refused. ` +
	`A ticket that is scanned, without scanned_at, counts as scanned when its order was placed: any later scan or undoing holds.`

func (s *session) orderImport() *cobra.Command {
	var checkout string
	var dry bool
	c := s.leaf(spec{
		use:      "import",
		short:    "Import orders from a CSV file on standard input.",
		more:     orderImportHelp,
		examples: []string{"order import < tickets.csv", "order import --checkout shop --dry-run < tickets.csv"},
		role:     model.Admin,
		run: func(ctx context.Context, _ []string) error {
			i, err := s.newImport(ctx, "order import", checkout, dry)
			if err != nil {
				return err
			}
			o := orderFile{imported: i, tickets: map[checkoutKey]int{}, orders: map[checkoutKey]*importedOrder{}}
			return i.run(ctx, orderSheet, o.add, o.items)
		},
	})
	importFlags(c, &dry)
	c.Flags().StringVar(&checkout, "checkout", "", "the checkout `NAME` that sold them; may be left out where there is one, or where the file names it")
	return c
}

func importFlags(c *cobra.Command, dry *bool) {
	c.Flags().BoolVar(dry, "dry-run", false, "say what would happen, and change nothing")
}

// checkoutKey is an id of a checkout's own: an order's or a ticket's.
type checkoutKey struct {
	checkout int64
	id       string
}

// orderFile is a file of orders, as far as it was read.
type orderFile struct {
	imported *imported
	tickets  map[checkoutKey]int // the lines they stand in
	orders   map[checkoutKey]*importedOrder
	list     []*importedOrder // in the order of the file
}

// importedOrder is an order of the file. Its cells are what its lines say.
type importedOrder struct {
	checkout model.Checkout
	id       string
	line     int // its first one
	cells    map[string]orderCell
	tickets  []importedTicket
}

// orderCell is what an order's lines say in a column, and the first that says so.
type orderCell struct {
	text string
	line int
}

// importedTicket is a line of the file.
type importedTicket struct {
	line                                         int
	id, event, typ, typeName, face, status, paid string
	scanned, scannedAt, link                     string
}

// add takes a line.
func (f *orderFile) add(r sheetRow) {
	faults := &f.imported.faults
	checkout, ok := f.imported.checkouts.of(r)
	id := r.get("order")
	if !ok {
		return
	}
	if id == "" {
		faults.add(r.line, "order", "is missing")
		return
	}
	k := checkoutKey{checkout.ID, id}
	o := f.orders[k]
	if o == nil {
		o = &importedOrder{checkout: checkout, id: id, line: r.line, cells: map[string]orderCell{}}
		f.orders[k] = o
		f.list = append(f.list, o)
	}
	for _, column := range wholeOrder {
		o.say(r, column, faults)
	}
	t := importedTicket{
		line: r.line, id: r.get("ticket"), event: slug(r.get("event")), typ: r.get("type"), typeName: r.get("type_name"), face: r.get("face_value"),
		status: slug(r.get("status")), paid: r.get("paid"), scanned: r.get("scanned"), scannedAt: r.get("scanned_at"), link: model.FoldCode(r.get("link")),
	}
	if first, twice := f.tickets[checkoutKey{checkout.ID, t.id}]; twice && t.id != "" {
		faults.add(r.line, "ticket", fmt.Sprintf("is that of line %d too: a ticket stands in the file once", first))
	}
	f.tickets[checkoutKey{checkout.ID, t.id}] = r.line
	o.tickets = append(o.tickets, t)
}

// say notes what the line says of the order in a column.
func (o *importedOrder) say(r sheetRow, column string, faults *lineFaults) {
	text := r.get(column)
	if text == "" {
		return
	}
	said, ok := o.cells[column]
	switch {
	case !ok:
		o.cells[column] = orderCell{text, r.line}
	case said.text != text:
		faults.add(r.line, column, fmt.Sprintf("is not that of line %d, which is of the same order", said.line))
	}
}

// cell is what the order's lines say in a column, and the line to name for it.
func (o *importedOrder) cell(column string) (text string, line int) {
	said, ok := o.cells[column]
	if !ok {
		return "", o.line
	}
	return said.text, said.line
}
