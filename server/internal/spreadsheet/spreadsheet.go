// Package spreadsheet writes CSV in the one dialect that lastclick has: the names of the JSON, lines
// that end in "\n", and no cell that a spreadsheet would take for a formula.
package spreadsheet

import (
	"bufio"
	"bytes"
	"cmp"
	"encoding/csv"
	"strings"

	"lastclick/model"
)

// Bytes is rows as CSV, in one piece.
func Bytes(rows [][]string) []byte {
	var b bytes.Buffer
	w := NewWriter(bufio.NewWriter(&b))
	for _, row := range rows {
		_ = w.Add(row) // a buffer takes everything
	}
	_ = w.End()
	return b.Bytes()
}

// Writer writes rows as CSV (RFC 4180, but lines end in "\n"), each cell by Cell.
type Writer struct {
	out   *bufio.Writer
	csv   *csv.Writer
	safe  []string
	lines int
}

// NewWriter writes to out.
func NewWriter(out *bufio.Writer) *Writer {
	return &Writer{out: out, csv: csv.NewWriter(out)}
}

// Add writes a row.
func (w *Writer) Add(cells []string) error {
	w.safe = w.safe[:0]
	for _, text := range cells {
		w.safe = append(w.safe, Cell(text))
	}
	if err := w.csv.Write(w.safe); err != nil {
		return err
	}
	w.lines++
	return nil
}

// Lines is how many rows were written.
func (w *Writer) Lines() int { return w.lines }

// End writes what is buffered.
func (w *Writer) End() error {
	w.csv.Flush() // passes out through
	return cmp.Or(w.csv.Error(), w.out.Flush())
}

// Cell is model.Line for a spreadsheet: a text that it would take for a formula
// gets an apostrophe in front (OWASP, CSV Injection). Plain numbers stay numbers.
func Cell(s string) string {
	s = model.Line(s)
	if s != "" && strings.IndexByte("=+-@", s[0]) >= 0 && !Number(s) {
		return "'" + s
	}
	return s
}

// Number says whether s is digits, with a minus before them and a point between them
// at most.
func Number(s string) bool {
	s = strings.TrimPrefix(s, "-")
	whole, frac, point := strings.Cut(s, ".")
	return digits(whole) && (!point || digits(frac))
}

func digits(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != ""
}
