package command

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"strings"

	"lastclick/model"
)

// csvBytes is rows as CSV, in one piece.
func csvBytes(rows [][]string) []byte {
	var b bytes.Buffer
	w := newCSVWriter(bufio.NewWriter(&b))
	for _, row := range rows {
		_ = w.add(row) // a buffer takes everything
	}
	_ = w.end()
	return b.Bytes()
}

// csvWriter writes rows as CSV (RFC 4180, but lines end in "\n"), each cell by
// csvCell. Its only error is errGone.
type csvWriter struct {
	out   *bufio.Writer
	csv   *csv.Writer
	safe  []string
	lines int
}

func newCSVWriter(out *bufio.Writer) *csvWriter {
	return &csvWriter{out: out, csv: csv.NewWriter(out)}
}

func (w *csvWriter) add(cells []string) error {
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

func (w *csvWriter) end() error {
	w.csv.Flush() // passes out through
	if w.out.Flush() != nil || w.csv.Error() != nil {
		return errGone
	}
	return nil
}

// csvCell is model.Line for a spreadsheet: a text that it would take for a formula
// gets an apostrophe in front (OWASP, CSV Injection). Plain numbers stay numbers.
func csvCell(s string) string {
	s = model.Line(s)
	if s != "" && strings.IndexByte("=+-@", s[0]) >= 0 && !number(s) {
		return "'" + s
	}
	return s
}

// number says whether s is digits, with a minus before them and a point between them
// at most.
func number(s string) bool {
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
