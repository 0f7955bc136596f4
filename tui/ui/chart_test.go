package ui

import (
	"io"
	"strings"
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
	if got := th.Spark([]int64{9, 0, 1, 4, 8}, 4); got != " ▂▄▇" {
		t.Errorf("%q", got)
	}
	if got := th.Spark([]int64{3}, 4); got != "   ▇" {
		t.Errorf("%q", got)
	}
}

func plotOf(unit model.Unit, height int, values ...int64) Plot {
	var points []model.Point
	for i, v := range values {
		points = append(points, model.Point{At: time.Date(2026, 6, 1+i, 0, 0, 0, 0, time.UTC), Tickets: v})
	}
	return NewPlot("Tickets", unit, height, points, time.UTC, func(p *model.Point) int64 { return p.Tickets })
}

func TestPlot_Axis_RoundNumbersAndTimes(t *testing.T) {
	th := NewTheme(nil, false)
	want := `Tickets
20 ┤            █████
   │            █████
10 ┤▆▆▆▆▆       █████ ▂▂▂▂▂
   │█████       █████ █████
 0 ┼───────────────────────
          2 Jun       4 Jun`
	lines := th.Plot(plotOf(model.PerDay, 4, 9, 0, 20, 6), 40)
	if got := strings.Join(lines, "\n"); got != want {
		t.Errorf("%s\nwant\n%s", got, want)
	}
}

func TestPlot_MorePointsThanCells_Braille(t *testing.T) {
	values := make([]int64, 60)
	for i := range values {
		values[i] = int64(i % 5)
	}
	got := strings.Join(NewTheme(nil, false).Plot(plotOf(model.PerDay, 4, values...), 40), "\n")
	if !strings.ContainsFunc(got, func(r rune) bool { return r >= 0x2800 && r <= 0x28ff }) {
		t.Errorf("no thin bars:\n%s", got)
	}
	got = strings.Join(NewTheme(nil, true).Plot(plotOf(model.PerDay, 4, values...), 40), "\n")
	if strings.ContainsFunc(got, func(r rune) bool { return r > 0x7e }) {
		t.Errorf("not ASCII:\n%s", got)
	}
}

func TestPlot_Nothing_SaysSo(t *testing.T) {
	th := NewTheme(nil, false)
	for _, p := range []Plot{plotOf(model.PerDay, 4), plotOf(model.PerDay, 4, 0, 0), plotOf(model.PerHour, 4, -5)} {
		if got := th.Plot(p, 40); len(got) != 2 || got[1] != "None in this time." {
			t.Errorf("%q", got)
		}
	}
	if got := th.Plot(plotOf(model.PerDay, 4, 1), 8); got != nil {
		t.Errorf("in 8 cells: %q", got)
	}
}

// Whatever the points and the room: the lines fit, and the largest reaches the top line.
func TestPlot_AnyRoom_FitsAndKeepsTheShape(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		th := NewTheme(nil, rapid.Bool().Draw(t, "ascii"))
		values := rapid.SliceOfN(rapid.SampledFrom([]int64{0, 1, 7, 1234, 1 << 58}), 1, model.MaxSpanDays).Draw(t, "values")
		unit := rapid.SampledFrom([]model.Unit{model.PerHour, model.PerDay, model.PerWeek}).Draw(t, "unit")
		height, w := rapid.IntRange(2, 8).Draw(t, "height"), rapid.IntRange(0, 220).Draw(t, "w")
		lines := th.Plot(plotOf(unit, height, values...), w)
		for _, l := range lines {
			if Width(l) > w {
				t.Fatalf("%d cells, not %d: %q", Width(l), w, l)
			}
		}
		if len(lines) != 0 && len(lines) != 2 && len(lines) != height+3 {
			t.Fatalf("%d lines", len(lines))
		}
	})
}

func TestCount_AnyWidth_FitsOrIsWhole(t *testing.T) {
	for n, want := range map[int64]string{0: "0", 9999: "9,999", 12345: "12.3k", 99949: "99.9k", 99951: "100k", 123456: "123k", 999499: "999k", 999999: "1.00M", 1234567: "1.23M", 5e12: "5.00T", 1 << 62: "5e+18"} {
		if got := Count(n, 5); got != want {
			t.Errorf("%d: %q, not %q", n, got, want)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		n, w := rapid.Int64Range(0, 1<<62).Draw(t, "n"), rapid.IntRange(5, 26).Draw(t, "w")
		if got := Count(n, w); Width(got) > w {
			t.Fatalf("%d in %d cells: %q", n, w, got)
		}
	})
}

func TestMoneyIn_Narrow_NeverHalfAnAmount(t *testing.T) {
	th := NewTheme(nil, false)
	for w, want := range map[int]string{20: "GBP 1,234,567.00", 16: "GBP 1,234,567.00", 15: "GBP 1,234,567", 13: "GBP 1,234,567", 12: "GBP 1.23M"} {
		if got := th.MoneyIn(model.Money{"GBP": 123456700}, w); got != want {
			t.Errorf("in %d cells: %q, not %q", w, got, want)
		}
	}
	for minor, want := range map[int64]string{10348649: "GBP 103,486", 10348650: "GBP 103,487", 10348699: "GBP 103,487", 99999950: "GBP 1,000,000"} {
		if got := th.MoneyIn(model.Money{"GBP": minor}, 13); got != want {
			t.Errorf("%d: %q, not %q", minor, got, want)
		}
	}
	if got := th.MoneyIn(model.Money{"JPY": 1234567}, 13); got != "JPY 1,234,567" {
		t.Errorf("%q", got)
	}
	if got := th.MoneyIn(model.Money{"GBP": 1, "EUR": 1}, 13); got != "2 currencies" {
		t.Errorf("%q", got)
	}
}
