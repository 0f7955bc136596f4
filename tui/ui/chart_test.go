package ui

import (
	"io"
	"testing"
	"time"

	"github.com/charmbracelet/lipgloss"
	"github.com/muesli/termenv"
	"pgregory.net/rapid"

	"lastclick/model"
)

func TestChart_NoData_SaysSo(t *testing.T) {
	if got := NewTheme(nil, false).Chart(model.Series{Span: model.Day}, 80); len(got) != 1 || got[0] != "No clicks and no orders in the last 24 hours." {
		t.Errorf("%q", got)
	}
}

// The last bar holds the present, whatever the points and the room are.
func TestBars_AnyRoom_LoseNoPoint(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		values := rapid.SliceOfN(rapid.Int64Range(0, 1000), 1, model.MaxSpanDays).Draw(t, "values")
		b := newBars(len(values), rapid.IntRange(12, 200).Draw(t, "room"))
		var want, got int64
		for _, v := range values {
			want += v
		}
		sums := b.sums(values)
		for _, v := range sums {
			got += v
		}
		if got != want || len(sums) != b.count {
			t.Fatalf("%d bars of %d points hold %d of %d", b.count, len(values), got, want)
		}
	})
}

func TestChart_AnyRoom_Fits(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := lipgloss.NewRenderer(io.Discard)
		r.SetColorProfile(termenv.ANSI)
		th := NewTheme(r, rapid.Bool().Draw(t, "ascii"))
		s := model.Series{Span: rapid.SampledFrom(model.Spans).Draw(t, "span"), Timezone: "Europe/London"}
		for i := range rapid.IntRange(0, model.MaxSpanDays).Draw(t, "points") {
			n := rapid.SampledFrom([]int64{0, 1, 7, 1234, 1 << 62}).Draw(t, "n")
			s.Points = append(s.Points, model.Point{At: time.Unix(1_780_000_000, 0).Add(time.Duration(i) * time.Hour), Clicks: n, Orders: n / 3})
		}
		w := rapid.IntRange(4, 160).Draw(t, "w")
		for _, l := range th.Chart(s, w) {
			if Width(l) > w {
				t.Fatalf("%d cells, not %d: %q", Width(l), w, l)
			}
		}
	})
}

func TestSpark_MoreDaysThanCells_TheLast(t *testing.T) {
	th := NewTheme(nil, false)
	if got := th.Spark([]int64{9, 0, 1, 4, 8}, 4); got != " ▂▅█" {
		t.Errorf("%q", got)
	}
	if got := th.Spark([]int64{3}, 4); got != "   █" {
		t.Errorf("%q", got)
	}
}
