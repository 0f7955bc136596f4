package peer

import (
	"io"
	"strings"
	"testing"

	"github.com/charmbracelet/lipgloss"
)

func TestScreen_NewNumbers_SortedWithTotal(t *testing.T) {
	s := newScreen(lipgloss.NewRenderer(io.Discard), []line{{code: "few", tickets: 1}, {code: "many", tickets: 2}}, 120, 36)
	for _, rows := range [][]line{nil, {{code: "few", tickets: 3, face: 5}, {code: "many", customers: 2, orders: 2, tickets: 40, face: 123456}}} {
		if rows != nil {
			s.Update(rows)
		}
		view := s.View()
		if many, few := strings.Index(view, "many"), strings.Index(view, "few"); many < 0 || few < many {
			t.Errorf("not by tickets:\n%s", view)
		}
	}
	view := strings.Split(strings.TrimRight(s.View(), "\n"), "\n")
	if last := view[len(view)-1]; !strings.Contains(last, "Total") || !strings.Contains(last, "43") || !strings.Contains(last, "GBP 1234.61") {
		t.Errorf("the total is %q", last)
	}
	for _, l := range view {
		if w := lipgloss.Width(l); w > 120 {
			t.Errorf("%d cells: %q", w, l)
		}
	}
}
