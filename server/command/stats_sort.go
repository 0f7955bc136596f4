package command

import (
	"cmp"
	"slices"
	"strings"

	"lastclick/model"
)

// statsColumn is a column that stats sorts by: a word of a link, or a number of a line.
type statsColumn struct {
	name   string
	word   func(model.Link) string
	number func(model.LinkStats) int64
}

// statsColumns are the columns of stats --csv, and the face value, which is compared by
// itself for each currency.
var statsColumns = []statsColumn{
	{name: "link", word: func(l model.Link) string { return l.Code }},
	{name: "name", word: func(l model.Link) string { return l.Name }},
	{name: "event", word: func(l model.Link) string { return or(l.Event, "") }},
	{name: "clicks", number: func(l model.LinkStats) int64 { return l.Link.Clicks }},
	{name: "customers", number: func(l model.LinkStats) int64 { return l.Customers }},
	{name: "new_customers", number: func(l model.LinkStats) int64 { return l.NewCustomers }},
	{name: "orders", number: func(l model.LinkStats) int64 { return l.Orders }},
	{name: "tickets", number: func(l model.LinkStats) int64 { return l.Tickets }},
	{name: "scanned", number: func(l model.LinkStats) int64 { return l.Scanned }},
	{name: "unscanned", number: func(l model.LinkStats) int64 { return l.Unscanned }},
	{name: "face_value"},
}

func statsColumnNames() []string {
	names := make([]string, len(statsColumns))
	for i, c := range statsColumns {
		names[i] = c.name
	}
	return names
}

// statsOrder is what puts the links of the statistics into the order that --sort names.
func statsOrder(sort string) (func(*model.Stats), error) {
	name, reverse := strings.CutPrefix(columnName(sort), "_") // columnName makes a line of a dash
	if name == "" {
		return func(*model.Stats) {}, nil
	}
	i := slices.IndexFunc(statsColumns, func(c statsColumn) bool { return c.name == name || c.name == "new_customers" && name == "new" })
	if i < 0 {
		return nil, usagef("--sort %q is no column: choose one of %s", model.Line(model.Truncate(sort, 40)), strings.Join(statsColumnNames(), ", "))
	}
	return func(st *model.Stats) {
		currencies := statsCurrencies(*st)
		st.Links = slices.Clone(st.Links) // they may be another reader's too
		slices.SortStableFunc(st.Links, func(a, b model.LinkStats) int {
			if reverse {
				a, b = b, a
			}
			return statsColumns[i].compare(a, b, currencies)
		})
	}, nil
}

// compare puts words from a, and numbers from the greatest.
func (c statsColumn) compare(a, b model.LinkStats, currencies []string) int {
	switch {
	case c.word != nil:
		x, y := c.word(a.Link), c.word(b.Link)
		return cmp.Or(cmp.Compare(strings.ToLower(x), strings.ToLower(y)), cmp.Compare(x, y))
	case c.number != nil:
		return cmp.Compare(c.number(b), c.number(a))
	}
	for _, currency := range currencies { // never added up (R16)
		if by := cmp.Compare(b.FaceValue[currency], a.FaceValue[currency]); by != 0 {
			return by
		}
	}
	return 0
}

// sortFlag is a sort that statsOrder took, as --sort is written.
func sortFlag(sort string) string {
	name, reverse := strings.CutPrefix(columnName(sort), "_")
	if reverse {
		return "-" + name
	}
	return name
}
