package command

import (
	"strconv"

	"lastclick/model"
)

// field is one property of the things in a list: a column of the table that people
// read, a column of the CSV, or both. The fields of a noun stand once, in the order
// of the columns.
type field[T any] struct {
	csv   string         // the name in CSV; empty: not in CSV
	value func(T) string // as CSV holds it

	column                // of the table; without a title: not in the table
	shown  func(T) string // as people read it; nil: as value
}

// listAnswer is the answer with a whole list; none writes what to do where it is empty.
func listAnswer[T any](name string, fields []field[T], items []T, none func(*page)) answer {
	return answer{
		json: listed(name, items),
		csv:  func() [][]string { return csvOf(fields, items) },
		text: func(p *page) {
			if len(items) == 0 {
				none(p)
				return
			}
			p.list(tableOf(fields, items))
		},
	}
}

// first writes that there is nothing yet, and the command that adds the first one.
func (s *session) first(sentence, command string) func(*page) {
	return func(p *page) {
		p.say(sentence)
		p.put("  " + s.ssh() + command)
	}
}

// tableOf is a table of the fields that have a title, with a row for each item.
func tableOf[T any](fields []field[T], items []T) *table {
	t := &table{}
	var cells []func(T) string
	for _, f := range fields {
		if f.title == "" {
			continue
		}
		t.columns = append(t.columns, f.column)
		if f.shown == nil {
			f.shown = f.value
		}
		cells = append(cells, f.shown)
	}
	for _, item := range items {
		t.add(values(cells, item)...)
	}
	return t
}

// csvOf is the fields that have a name in CSV: their names, then a row for each item.
func csvOf[T any](fields []field[T], items []T) [][]string {
	var names []string
	var cells []func(T) string
	for _, f := range fields {
		if f.csv != "" {
			names, cells = append(names, f.csv), append(cells, f.value)
		}
	}
	rows := [][]string{names}
	for _, item := range items {
		rows = append(rows, values(cells, item))
	}
	return rows
}

func values[T any](cells []func(T) string, item T) []string {
	out := make([]string, len(cells))
	for i, cell := range cells {
		out[i] = cell(item)
	}
	return out
}

// count is a field of numbers: "1204" in CSV, "1,204" for people.
func count[T any](name string, c column, n func(T) int64) field[T] {
	return field[T]{
		csv: name, value: func(item T) string { return strconv.FormatInt(n(item), 10) },
		column: c, shown: func(item T) string { return model.FormatCount(n(item)) },
	}
}

// csvFlag is a flag in CSV; empty where it is not known.
func csvFlag(b *bool) string {
	if b == nil {
		return ""
	}
	return strconv.FormatBool(*b)
}
