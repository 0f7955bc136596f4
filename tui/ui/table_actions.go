package ui

import (
	"slices"

	tea "github.com/charmbracelet/bubbletea"
)

// notch is the direction of the mouse's wheel: 1 down, -1 up, 0 no wheel.
func notch(m tea.MouseMsg) int {
	switch m.Button {
	case tea.MouseButtonWheelDown:
		return 1
	case tea.MouseButtonWheelUp:
		return -1
	}
	return 0
}

// FilterHints are for the footer while the filter is typed.
var FilterHints = []Action{
	Hint("enter", "keep the filter").Says("keep what is shown, and go on with the keys of the page"),
	Hint("esc", "clear it").Says("show everything again"),
	Hint("↑ ↓", "").Says("move the cursor meanwhile"),
	Hint("a b", "").Says("several words, in any order: each must stand somewhere in what a row is known by"),
}

// Actions filter, sort and move.
func (t *Table[T]) Actions() []Action {
	return append(t.viewActions(), t.MoveActions()...)
}

// viewActions filter and sort.
func (t *Table[T]) viewActions() []Action {
	filter := t.FilterActions()
	return slices.Concat(filter[:1], t.SortActions(), filter[1:])
}

// FilterActions filter.
func (t *Table[T]) FilterActions() []Action {
	return []Action{
		On("/", "filter", "filter by what a row shows", Quietly(func() { t.filtering = true })).If(t.some),
		On("esc", "", "clear the filter", Quietly(t.ClearFilter)).If(t.Filtered),
	}
}

// SortActions sort.
func (t *Table[T]) SortActions() []Action {
	return []Action{
		On("s", "sort", "sort by the next column", t.sorts(t.SortNext)).If(t.some),
		On("S", "", "reverse the order", t.sorts(t.Reverse)).If(t.some),
	}
}

func (t *Table[T]) some() bool { return t.Len() > 0 }

// MoveActions move the cursor.
func (t *Table[T]) MoveActions() []Action {
	first := Quietly(func() { t.Move(-len(t.list)) })
	last := Quietly(func() { t.Move(len(t.list)) })
	return append(t.StepActions(), t.EndActions(first, last)...)
}

// StepActions move the cursor by a row or a page.
func (t *Table[T]) StepActions() []Action {
	move := func(show, long string, n func() int, keys ...string) Action {
		return On(show, "", long, Quietly(func() { t.Move(n()) }), keys...).If(t.some).Moves()
	}
	return []Action{
		move("↓ j", "down", func() int { return 1 }, "down", "j"),
		move("↑ k", "up", func() int { return -1 }, "up", "k"),
		move("pgdn", "a page down", func() int { return t.page }, "pgdown", "ctrl+d"),
		move("pgup", "a page up", func() int { return -t.page }, "pgup", "ctrl+u"),
	}
}

// EndActions move the cursor to the first and the last row, by what does so.
func (t *Table[T]) EndActions(first, last func() tea.Cmd) []Action {
	return []Action{
		On("g", "", "to the first", first, "g", "home").If(t.some).Moves(),
		On("G", "", "to the last", last, "G", "end").If(t.some).Moves(),
	}
}
