package ui

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// item is a row of the tests: a name, a number, and what stands beneath it.
type item struct {
	name string
	n    int
	kids []string
}

func itemTable() *Table[item] {
	t := NewTable(NewTheme(nil, false), func(i *item) string { return i.name })
	t.Columns = []Column[item]{
		{Title: "Name", Min: 8, Text: func(i *item) string { return i.name }},
		{Title: "Number", Number: true, Drop: 2, Text: func(i *item) string { return fmt.Sprint(i.n) }, Compare: func(a, b *item) int { return cmp.Compare(a.n, b.n) }},
	}
	t.Children = func(i *item) []item {
		kids := make([]item, len(i.kids))
		for j, k := range i.kids {
			kids[j] = item{name: k}
		}
		return kids
	}
	return &t
}

func show(t *Table[item], items ...item) { t.Show(NewData(t.Columns, items)) }

// text is the table in w cells and n lines, without styles.
func text(t *Table[item], w, n int) string {
	t.Layout(w)
	return strings.Join(t.Lines(n), "\n")
}

func TestTable_NewData_CursorStaysOnItsRow(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		table := itemTable()
		table.Ranked, table.By = true, rapid.IntRange(0, 1).Draw(t, "by")
		draw := func() []item {
			names := rapid.SliceOfNDistinct(rapid.SampledFrom([]string{"a", "b", "c", "d", "e", "f", "g", "h"}), 1, 8, rapid.ID).Draw(t, "names")
			items := make([]item, len(names))
			for i, n := range names {
				items[i] = item{n, rapid.IntRange(0, 3).Draw(t, "n"), []string{n + "1", n + "2"}}
			}
			return items
		}
		show(table, draw()...)
		text(table, 40, rapid.IntRange(1, 6).Draw(t, "lines"))
		for range rapid.IntRange(0, 6).Draw(t, "keys") {
			switch rapid.IntRange(0, 2).Draw(t, "key") {
			case 0:
				table.Move(rapid.IntRange(-3, 3).Draw(t, "move"))
			case 1:
				table.Fold(!table.Opened(table.Parent()))
			case 2:
				table.FoldAll()
			}
		}
		before, parent := table.Current().name, table.Parent().name
		next := draw()
		show(table, next...)
		if !slices.ContainsFunc(next, func(i item) bool { return i.name == parent }) {
			return
		}
		if got := table.Current().name; got != before {
			t.Fatalf("the cursor went from %s to %s", before, got)
		}
	})
}

func TestTable_ChangedRow_IsDrawnAloneAgain(t *testing.T) {
	table, drawn := itemTable(), 0
	table.Columns[0].Draw = func(c CellOf[item]) string {
		drawn++
		return NewTheme(nil, false).Cell(c.Row.name, c.Width)
	}
	table.Same = func(a, b *item) bool { return a.n == b.n }
	show(table, item{"a", 1, nil}, item{"b", 2, nil}, item{"c", 3, nil})
	text(table, 40, 10)
	text(table, 40, 10)
	if drawn != 3 {
		t.Errorf("%d rows drawn for two frames, not 3", drawn)
	}
	show(table, item{"a", 1, nil}, item{"b", 5, nil}, item{"c", 3, nil})
	if text(table, 40, 10); drawn != 4 {
		t.Errorf("%d rows drawn after one changed, not 4", drawn)
	}
	if text(table, 30, 10); drawn != 7 {
		t.Errorf("%d rows drawn after another width, not 7", drawn)
	}
}

func TestTable_Feed_FollowsNewRows(t *testing.T) {
	table := itemTable()
	table.Feed = true
	show(table, item{"a", 1, nil}, item{"b", 2, nil})
	text(table, 40, 5)
	show(table, item{"new", 3, nil}, item{"a", 1, nil}, item{"b", 2, nil})
	if got := table.Current().name; got != "new" {
		t.Errorf("on the first row, the cursor is on %s", got)
	}
	table.Move(1)
	show(table, item{"newer", 4, nil}, item{"new", 3, nil}, item{"a", 1, nil}, item{"b", 2, nil})
	if got := table.Current().name; got != "a" {
		t.Errorf("on another row, the cursor went to %s", got)
	}
}

func TestTable_Sort_GoesThroughColumnsOnScreen(t *testing.T) {
	table := itemTable()
	show(table, item{"b", 10, nil}, item{"a", 9, nil})
	table.Layout(40)
	for _, want := range []string{"sorted by Name ▲", "sorted by Number ▼", ""} {
		if table.SortNext(); table.SortedBy() != want {
			t.Errorf("%q, not %q", table.SortedBy(), want)
		}
	}
	table.Layout(12) // no room for the number
	if _, ok := table.Has(1); ok {
		t.Fatal("the number is on screen")
	}
	table.SortNext()
	if table.SortNext(); table.SortedBy() != "" {
		t.Errorf("a column that is not on screen is sorted by: %q", table.SortedBy())
	}
}

func TestTable_AnyWidth_LinesFit(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		table := itemTable()
		table.Tight = rapid.Bool().Draw(t, "tight")
		table.Columns[0].Stretch = rapid.Bool().Draw(t, "stretch")
		table.Columns = append(table.Columns, Column[item]{Title: "Days", Short: []string{"D"}, Drop: 3, Steps: []int{14, 7}, Draw: func(c CellOf[item]) string { return Spaces(c.Width) }},
			Column[item]{Title: "A long title", Short: []string{"Long", "L"}, Number: true, Drop: 1, Text: func(i *item) string { return fmt.Sprint(i.n) }})
		var items []item
		for i := range rapid.IntRange(1, 5).Draw(t, "rows") {
			items = append(items, item{rapid.SampledFrom([]string{"日本語テキスト", "\x1b[2J", "plain", strings.Repeat("W", 60)}).Draw(t, "name") + fmt.Sprint(i), i * 1_000_000, nil})
		}
		show(table, items...)
		w := rapid.IntRange(24, 160).Draw(t, "w")
		for _, l := range append(strings.Split(text(table, w, 10), "\n"), table.Header(), table.Pinned(&items[0], Style{})) {
			if Width(l) > w {
				t.Fatalf("%d cells, not %d: %q", Width(l), w, l)
			}
		}
	})
}

// A text that is cut has what names before it do not need, and numbers stand where they
// stood.
func TestTable_CellsThatNamesLeave_GoToTheTextsThatAreCut(t *testing.T) {
	made := func(lends bool) *Table[item] {
		table := itemTable()
		table.Columns = []Column[item]{
			{Title: "Name", Cells: [2]int{12, 24}, Lends: lends, Stretch: true, Text: func(i *item) string { return i.name }},
			{Title: "Code", Cells: [2]int{6, 10}, Drop: 3, Text: func(i *item) string { return i.kids[0] }},
			{Title: "Number", Number: true, Cells: [2]int{6, 8}, Text: func(i *item) string { return fmt.Sprint(i.n) }},
		}
		table.Children = nil
		return table
	}
	rapid.Check(t, func(t *rapid.T) {
		var items []item
		for i := range rapid.IntRange(1, 4).Draw(t, "rows") {
			name, code := rapid.StringMatching(`[a-z日]{1,30}`), rapid.StringMatching(`[a-z]{1,20}`)
			items = append(items, item{fmt.Sprint(i) + name.Draw(t, "name"), i, []string{code.Draw(t, "code")}})
		}
		w := rapid.IntRange(24, 90).Draw(t, "w")
		with, without := made(true), made(false)
		for _, table := range []*Table[item]{with, without} {
			show(table, items...)
			table.Layout(w)
		}
		name, _ := with.Has(0)
		code, shown := with.Has(1)
		usual, _ := without.Has(0)
		if got, want := strings.Index(with.Header(), "Number"), strings.Index(without.Header(), "Number"); got != want {
			t.Fatalf("at %d the number stands at %d, not at %d", w, got, want)
		}
		needs, longest := Width("Name ▲"), 0
		for i := range items {
			needs, longest = max(needs, Width(items[i].name)), max(longest, len(items[i].kids[0]))
		}
		switch {
		case shown && code < longest && name > needs:
			t.Fatalf("at %d the name has %d cells and needs %d, and the code is cut to %d of %d", w, name, needs, code, longest)
		case name < usual && name < needs:
			t.Fatalf("at %d the name gave of its %d cells so that %d are left, and it needs %d", w, usual, name, needs)
		}
	})
}

func TestTable_ChildrenAlwaysShown_FilterFindsTheirRow(t *testing.T) {
	table := itemTable()
	table.Open = true
	show(table, item{"bo", 1, []string{"key-1"}}, item{"sam", 2, []string{"key-2"}})
	table.filtering = true
	for _, k := range []string{"-", "2"} {
		table.Type(keyMsg(k))
	}
	if got := text(table, 40, 10); strings.Contains(got, "bo") || !strings.Contains(got, "sam") || !strings.Contains(got, "key-2") || table.Shown() != 1 {
		t.Errorf("the filter -2 shows\n%s", got)
	}
}

func TestTable_Ending_NearTheLastRow(t *testing.T) {
	table := itemTable()
	var items []item
	for i := range 50 {
		items = append(items, item{fmt.Sprint(i), i, nil})
	}
	show(table, items...)
	text(table, 40, 10)
	if table.Ending() {
		t.Error("it ends at the first row")
	}
	table.Move(42)
	if !table.Ending() {
		t.Error("it does not end within a page of the last row")
	}
}
