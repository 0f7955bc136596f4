package page

import (
	"time"
	"weak"

	tea "github.com/charmbracelet/bubbletea"

	"lastclick/tui/ui"
)

// What stands beside a table is read once the cursor has rested; a move never waits for it.
const (
	previewWindow  = 140 // cells of a window from which on there is one
	previewRest    = 120 * time.Millisecond
	previewRenew   = time.Second // how old it may be while what it is of changes
	previewKept    = 64          // rows that are kept while nothing changed
	previewLeast   = 46
	previewMost    = 64
	previewSpacing = 3 // the rule, and a cell on either side
)

// PreviewCells is how wide a preview is in a window of w cells; 0: there is none.
func PreviewCells(w int) int {
	if w < previewWindow {
		return 0
	}
	return min(max(w/3, previewLeast), previewMost)
}

// BesidePreview is the cells of a table beside a preview of so many; of all w without one.
func BesidePreview(w, cells int) int {
	if cells == 0 {
		return w
	}
	return w - cells - previewSpacing
}

// SetBeside puts the lines of a preview at the right of those of a table of w cells.
func SetBeside(t *ui.Theme, table, preview []string, w int) []string {
	rule := " " + t.Faint.Render(t.Glyph.Vertical) + " "
	for i, l := range table {
		if table[i] = l + ui.Spaces(w-ui.Width(l)) + rule; i < len(preview) {
			table[i] += preview[i]
		}
	}
	return table
}

// Preview is what is known of the row under the cursor, beside what the row itself says:
// a T, which is not changed once it is read.
type Preview[T any] struct {
	Read func(key string) Call[*T] // makes the call for the row with the key

	base   Base
	key    string // of the row that is asked for or shown; empty for none
	gen    int64  // of the newest question; older answers are dropped
	of     any    // what all of them are of, such as the event that is chosen
	stamp  any    // of the version that kept is of
	kept   map[string]*T
	moved  int64 // counts the changes
	renews bool  // it will be read again

	shown *T // nil while nothing is there yet
	lines []string
	drawn previewKey
}

// previewKey says what a preview was drawn from.
type previewKey struct {
	row, seen any
	w, h      int
}

// NewPreview is one of the page with that base.
func NewPreview[T any](b Base, read func(key string) Call[*T]) Preview[T] {
	return Preview[T]{Read: read, base: b}
}

// Look asks for the preview of the row that the cursor is on now, once it rests.
func (v *Preview[T]) Look(key string) tea.Cmd {
	if key == "" || v.key == key {
		return nil
	}
	v.key, v.shown, v.renews = key, v.kept[key], false
	v.gen++
	if v.shown != nil {
		return nil
	}
	return v.later(previewRest)
}

// Follow puts the preview of the row under the cursor beside the table of a list, as write
// draws it: it follows the cursor, and is read again where the list has other rows.
func Follow[T, R any](a *Around, v *Preview[T], table *ui.Table[R], rows *[]R, key func(*R) string, write func(r *R, s *T, w, h int) []string) {
	looked := func() string {
		r := table.Current()
		if r == nil || PreviewCells(a.width) == 0 {
			return ""
		}
		return key(r)
	}
	a.Look = func() tea.Cmd { return v.Look(looked()) }
	a.Renew = func() tea.Cmd { return v.Renew(looked(), nil, stampOf(*rows)) }
	a.Beside = func(w, h int) []string {
		r := table.Current()
		if r == nil {
			return nil
		}
		return v.Lines(key(r), r, w, h, func(s *T) []string { return write(r, s, w, h) })
	}
}

// PreviewChart is the lines of a chart in a preview of h lines.
func PreviewChart(h int) int {
	if h >= 34 {
		return 6
	}
	return 4
}

// stampOf is a stamp of rows that were read: while nothing has changed, the store gives the
// same ones. It keeps none of them in memory.
func stampOf[T any](rows []T) any {
	if len(rows) == 0 {
		return nil
	}
	return weak.Make(&rows[0])
}

// Renew is Look after new data: of what, and a stamp that is the same while nothing has
// changed; nil where that is not known. It reads again after a change, at most once in
// previewRenew.
func (v *Preview[T]) Renew(key string, of, stamp any) tea.Cmd {
	if v.of != of {
		v.of, v.stamp, v.kept = of, stamp, nil
		v.key, v.shown = "", nil
		v.gen++
		return v.Look(key)
	}
	if v.stamp == stamp && stamp != nil {
		return v.Look(key)
	}
	v.stamp, v.kept = stamp, nil
	v.moved++
	if key == "" || key != v.key || v.renews {
		return v.Look(key)
	}
	v.renews = true
	v.gen++
	return v.later(previewRenew)
}

func (v *Preview[T]) later(rest time.Duration) tea.Cmd {
	gen := v.gen
	return v.base.Later(rest, v.base.ID(), func() tea.Cmd {
		if gen != v.gen {
			return nil
		}
		return v.ask(gen)
	})
}

func (v *Preview[T]) ask(gen int64) tea.Cmd {
	key, stamp, moved := v.key, v.stamp, v.moved
	return Do(v.base.Session, v.base.ID(), v.Read(key), func(s *T, err error) tea.Cmd {
		switch {
		case gen != v.gen:
			return nil
		case err != nil: // the table says where the store fails
			v.renews = true
			return v.later(RetryDelay)
		}
		v.renews, v.shown = false, s
		if moved != v.moved {
			v.renews = true
			return v.later(previewRenew)
		}
		if stamp == v.stamp && stamp != nil {
			if v.kept == nil || len(v.kept) >= previewKept {
				v.kept = map[string]*T{}
			}
			v.kept[key] = s
		}
		return nil
	})
}

// Lines are the preview of the row in w × h cells, as write draws it: of what was read of
// it, or nil where that is not there yet. A row is told from its next version by its
// pointer.
func (v *Preview[T]) Lines(key string, row any, w, h int, write func(s *T) []string) []string {
	s := v.shown
	if v.key != key {
		s = nil
	}
	if k := (previewKey{row, s, w, h}); v.drawn != k {
		v.drawn, v.lines = k, ui.Trim(write(s), h)
	}
	return v.lines
}
