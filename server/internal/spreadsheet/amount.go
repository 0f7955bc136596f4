package spreadsheet

import (
	"slices"

	"lastclick/model"
)

// WithAmount is the header of rows that Amounts makes.
func WithAmount(names []string) []string {
	return append(slices.Clone(names), "currency", "face_value")
}

// Amounts are the rows of one thing in CSV: one for each currency that it sold in, since
// currencies are never added up (R16), and one without an amount where it sold in none.
// counts stand in the first row only, so that a column of them adds up; empty where all
// of about may be repeated.
func Amounts(m model.Money, about, counts []string) [][]string {
	var rows [][]string
	for _, currency := range m.Currencies() {
		rows = append(rows, slices.Concat(about, counts, []string{currency, model.DecimalAmount(m[currency], currency)}))
		counts = make([]string, len(counts))
	}
	if rows == nil {
		rows = [][]string{slices.Concat(about, counts, []string{"", ""})}
	}
	return rows
}
