package ui

import (
	"strings"
	"time"

	"lastclick/model"
)

const (
	chartHeight = 4  // lines of one panel
	leastChart  = 24 // cells below which numbers say more than bars
	wideChart   = 96 // from here on the panels stand side by side
	panelGap    = 4
	widestBar   = 5 // cells of a bar, so that a day is no wall
)

// Chart is clicks and orders over time: two panels of bars over one axis, in at most
// w cells. A narrow window, or nothing to show, gets a sentence.
func (t *Theme) Chart(s model.Series, w int) []string {
	loc := model.Location(s.Timezone)
	clicks, orders := make([]int64, len(s.Points)), make([]int64, len(s.Points))
	var allClicks, allOrders int64
	for i, p := range s.Points {
		clicks[i], orders[i] = max(p.Clicks, 0), max(p.Orders, 0)
		allClicks += clicks[i]
		allOrders += orders[i]
	}
	total := model.Plural(allClicks, "click", "clicks") + ", " + model.Plural(allOrders, "order", "orders")
	if allClicks == 0 && allOrders == 0 {
		return []string{t.Faint.Render(t.Cut("No clicks and no orders "+spanText(s.Span)+".", w))}
	}
	room := w
	if w >= wideChart {
		room = (w - panelGap) / 2
	}
	b, scale, ok := scaled(clicks, orders, room)
	if !ok {
		return []string{t.Cut(total, w), t.Faint.Render(t.Cut(spanText(s.Span), w))}
	}
	left, right := t.panel("Clicks", clicks, b, scale, t.Faint), t.panel("Orders", orders, b, scale, t.Accent)
	axis := Spaces(scale+2) + t.Faint.Render(t.Fit(t.axis(s, b, loc), room-scale-2))
	var lines []string
	if left = append(left, axis); room < w {
		for i, l := range append(right, axis) {
			lines = append(lines, left[i]+Spaces(room+panelGap-Width(left[i]))+l)
		}
	} else {
		lines = append(append(left[:len(left)-1], right...), axis)
	}
	return append(lines, t.Faint.Render(t.Cut(total+" "+spanText(s.Span)+b.each(s.Span), w)))
}

// scaled is how the bars of both panels stand in room cells, and the cells of the
// numbers at their left; false where too little is left for bars.
func scaled(clicks, orders []int64, room int) (b bars, scale int, ok bool) {
	scale = 1
	for range 3 { // a longer number leaves less room, so that a bar adds up more points
		left := room - scale - 2
		if left < leastChart/2 {
			return b, scale, false
		}
		b = newBars(len(clicks), left)
		scale = max(scale, Digits(most(b.sums(clicks))), Digits(most(b.sums(orders))))
	}
	left := room - scale - 2
	if room < leastChart || left < leastChart/2 {
		return b, scale, false
	}
	return newBars(len(clicks), left), scale, true
}

func spanText(s model.Span) string {
	switch s {
	case model.Day:
		return "in the last 24 hours"
	case model.Week:
		return "in the last 7 days"
	case model.Month:
		return "in the last 30 days"
	}
	return "in all"
}

func most(values []int64) int64 {
	var m int64
	for _, v := range values {
		m = max(m, v)
	}
	return m
}

// bars is how points stand side by side: so many points in a bar, each bar so many
// cells wide with a gap after it.
type bars struct{ count, points, width, gap int }

func newBars(points, room int) bars {
	b := bars{points: (points + room - 1) / room}
	b.count = (points + b.points - 1) / b.points
	cells := min(room/b.count, widestBar+1)
	if b.width = cells; cells > 1 {
		b.width, b.gap = cells-1, 1
	}
	return b
}

// cells is how wide all bars are together.
func (b bars) cells() int { return b.count*(b.width+b.gap) - b.gap }

// each says what a bar stands for where it is more than one point.
func (b bars) each(s model.Span) string {
	if b.points == 1 {
		return ""
	}
	unit := "days"
	if s == model.Day {
		unit = "hours"
	}
	return ", " + model.FormatCount(int64(b.points)) + " " + unit + " a bar"
}

// sums adds up the points of each bar; the last bar ends with the present.
func (b bars) sums(values []int64) []int64 {
	out := make([]int64, b.count)
	for i, v := range values {
		out[b.count-1-(len(values)-1-i)/b.points] += v
	}
	return out
}

// panel is the bars of one measure beneath its name, with the greatest at the left.
func (t *Theme) panel(title string, values []int64, b bars, scale int, st Style) []string {
	values = b.sums(values)
	top := most(values)
	levels := strings.Split(t.Glyph.Levels, "")
	lines := []string{t.Bold.Render(title)}
	for row := chartHeight - 1; row >= 0; row-- {
		label := ""
		switch row {
		case chartHeight - 1:
			label = model.FormatCount(top)
		case 0:
			label = "0"
		}
		var line strings.Builder
		for i, v := range values {
			n := 0
			if top > 0 {
				n = int(float64(v)/float64(top)*float64(chartHeight*len(levels)) + 0.5)
			}
			if v > 0 {
				n = max(n, 1) // a little is not nothing
			}
			cell := " "
			if n -= row * len(levels); n > 0 {
				cell = levels[min(n, len(levels))-1]
			}
			line.WriteString(strings.Repeat(cell, b.width))
			if i < len(values)-1 {
				line.WriteString(Spaces(b.gap))
			}
		}
		lines = append(lines, t.Faint.Render(t.Right(label, scale)+" "+t.Glyph.Vertical)+st.Render(strings.TrimRight(line.String(), " ")))
	}
	return lines
}

// axis names the first and the last point.
func (t *Theme) axis(s model.Series, b bars, loc *time.Location) string {
	layout := "2 Jan"
	if s.Span == model.Day {
		layout = "15:04"
	}
	first := s.Points[0].At.In(loc).Format(layout)
	last := s.Points[len(s.Points)-1].At.In(loc).Format(layout)
	if first == last {
		return first
	}
	if gap := b.cells() - Width(first) - Width(last); gap >= 2 {
		return first + Spaces(gap) + last
	}
	return first + " " + t.Glyph.Rule + " " + last
}

// Spark is values as one line of w bars, the last w of them; nothing is a gap.
func (t *Theme) Spark(values []int64, w int) string {
	if len(values) > w {
		values = values[len(values)-w:]
	}
	top, levels := most(values), strings.Split(t.Glyph.Levels, "")
	var b strings.Builder
	b.WriteString(Spaces(w - len(values)))
	for _, v := range values {
		if v <= 0 {
			b.WriteByte(' ')
			continue
		}
		b.WriteString(levels[int(float64(v)/float64(top)*float64(len(levels)-1)+0.5)])
	}
	return b.String()
}

// Digits is the width of model.FormatCount(n), without writing it.
func Digits(n int64) int {
	d := 1
	for ; n >= 10; n /= 10 {
		d++
	}
	return d + (d-1)/3
}
