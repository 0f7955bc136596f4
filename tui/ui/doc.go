// Package ui has the components that every page of the console is made of: theme and
// text, actions on keys, Table, Chooser, Input, Form, Pager, charts and QR codes. They draw
// what they are given; of the store, of sessions and of pages they know nothing.
//
// Invariants:
//
//   - Text from outside reaches the screen through Theme.Cell, Right, Cut, Pair or
//     model.Line and nothing else.
//   - Styles come from the session's renderer alone: the defaults of bubbles and
//     lipgloss belong to the daemon's own terminal.
//   - What a component returns never exceeds the width it was given.
//
// From bubbles come key (actions), textinput (fields), viewport (what scrolls), help
// (the footer), spinner and progress. Three of its neighbours are not used:
//
//   - bubbles/table lays out every row for a key: BenchmarkTable shows 10,000 rows
//     beside ours. It has no columns that give way, no rows under rows and no row
//     that stays at the bottom.
//   - bubbles/list filters in a command of its own, draws two lines an item and finds
//     its styles in the default renderer; BenchmarkPicker shows its cost.
//   - huh cannot show an error that the store answers with beside its field, and its
//     input pastes the server's clipboard with no way to turn that off. ntcharts has
//     no two panels over one axis and no ASCII.
//
// lipgloss.Style measures and splits what it renders, and ansi.StringWidth goes by
// grapheme: BenchmarkStyle and BenchmarkWidth show what Style and Width save.
package ui
