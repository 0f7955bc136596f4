package ui

import (
	"fmt"
	"io"
	"testing"
	"time"

	"github.com/charmbracelet/lipgloss"
)

// Where more rows have moved than a person can look at, as after a break, none is marked.
func TestShowMoved_MoreThanCanBeSeen_MarksNone(t *testing.T) {
	type sale struct {
		key string
		n   int
	}
	now := time.Unix(1000, 0)
	for moved, marked := range map[int]bool{1: true, maxMoved: true, maxMoved + 1: false, 2 * maxMoved: false} {
		table := NewTable(NewTheme(lipgloss.NewRenderer(io.Discard), false), func(s *sale) string { return s.key })
		table.Columns = []Column[sale]{{Number: true, Text: func(s *sale) string { return fmt.Sprint(s.n) }, Compare: func(a, b *sale) int { return a.n - b.n }}}
		version := func(add int) *Data[sale] {
			rows := make([]sale, 3*maxMoved)
			for i := range rows {
				rows[i] = sale{key: fmt.Sprint(i)}
				if i < moved {
					rows[i].n = add
				}
			}
			return NewData(table.Columns, rows)
		}
		table.Show(version(0))
		if ends := table.ShowMoved(version(1), now); ends.IsZero() == marked {
			t.Errorf("%d rows have moved, and the marks end at %v", moved, ends)
		}
	}
}
