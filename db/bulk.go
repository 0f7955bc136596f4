package db

import (
	"fmt"
	"strings"
)

// bulkRows is how many rows one statement takes at most. Each number of rows is a
// text of its own, which the connections keep prepared.
const bulkRows = 16

// bulk is a statement that takes several rows of values: a call into the engine costs
// more than a row does.
type bulk struct {
	columns int
	texts   [bulkRows + 1]string // by the number of rows
}

// newBulk joins the head, the rows and the tail.
func newBulk(head string, columns int, tail string) *bulk {
	b := &bulk{columns: columns}
	var rows strings.Builder
	for n := 1; n <= bulkRows; n++ {
		if n > 1 {
			rows.WriteString(", ")
		}
		for c := range columns {
			fmt.Fprintf(&rows, "%c$%d", "(,"[min(c, 1)], (n-1)*columns+c+1)
		}
		rows.WriteString(")")
		b.texts[n] = head + rows.String() + tail
	}
	return b
}

// execBulk runs the statement for all values, given row by row.
func (t *tx) execBulk(b *bulk, args []any) error {
	for len(args) > 0 {
		n := min(len(args), bulkRows*b.columns)
		if _, err := t.exec(b.texts[n/b.columns], args[:n]...); err != nil {
			return err
		}
		args = args[n:]
	}
	return nil
}
