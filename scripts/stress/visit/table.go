package visit

import (
	"fmt"
	"io"
	"strings"
)

// Wanted says whether the name holds one of the words; all are where there are none.
func Wanted(name string, only []string) bool {
	for _, o := range only {
		if strings.Contains(name, o) {
			return true
		}
	}
	return len(only) == 0
}

// Table prints rows as Markdown.
func Table(out io.Writer, head []string, rows [][]string) {
	line := func(cells []string) { fmt.Fprintf(out, "| %s |\n", strings.Join(cells, " | ")) }
	line(head)
	fmt.Fprintf(out, "|%s\n", strings.Repeat(" --- |", len(head)))
	for _, cells := range rows {
		safe := make([]string, len(cells))
		for i, c := range cells {
			safe[i] = strings.NewReplacer("|", "/", "\n", " ").Replace(c)
		}
		line(safe)
	}
}
