package command

import (
	"slices"

	"lastclick/model"
	"lastclick/server/internal/spreadsheet"
)

// numberTable is a table of Numbers, with a Face Value for each currency, since
// currencies are never added up (R16).
type numberTable struct {
	table
	currencies []string
}

// numbersTable is an empty one; first is the title of its first column.
func numbersTable(first string, currencies []string) *numberTable {
	t := &numberTable{currencies: currencies}
	t.columns = []column{
		{title: first, min: 26}, // columns go before a name is cut any shorter
		{title: "Customers", short: "Cust.", right: true, drop: 5},
		{title: "New Customers", short: "New", right: true, drop: 6},
		{title: "Orders", right: true, drop: 3},
		{title: "Tickets", right: true},
		{title: "Scanned", short: "Scan.", right: true, drop: 4},
		{title: "Unscanned", short: "Unsc.", right: true, drop: 7},
	}
	for range max(1, len(currencies)) {
		t.columns = append(t.columns, column{title: "Face Value", right: true})
	}
	return t
}

// numbers are the cells of a row.
func (t *numberTable) numbers(first string, n model.Numbers) []string {
	cells := []string{first}
	for _, c := range spreadsheet.Counts(n) {
		cells = append(cells, model.FormatCount(c))
	}
	for _, c := range t.currencies {
		amount, ok := n.FaceValue[c]
		if !ok {
			cells = append(cells, model.Money(nil).String())
			continue
		}
		cells = append(cells, model.Money{c: amount}.String())
	}
	if len(t.currencies) == 0 {
		cells = append(cells, model.Money(nil).String())
	}
	return cells
}

// currencies are those that occur in a total or in the types under it, in order.
func currencies(total model.Numbers, types []model.TypeStats) []string {
	found := total.FaceValue.Currencies()
	for _, t := range types {
		found = append(found, t.FaceValue.Currencies()...)
	}
	return distinct(found)
}

func distinct(words []string) []string {
	slices.Sort(words)
	return slices.Compact(words)
}
