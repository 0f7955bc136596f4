package ui

import (
	"strings"
	"time"

	"lastclick/model"
)

const (
	chartHeight = 4  // lines of the bars of one panel
	leastChart  = 24 // cells below which numbers say more than bars
	wideChart   = 96 // from here on the panels stand side by side
	panelGap    = 4
	widestBar   = 5 // cells of a bar, so that a day is no wall
)

// Chart is clicks and orders over time: two panels of bars over one axis, in at most
// w cells. A narrow window, or nothing to show, gets a sentence.
func (t *Theme) Chart(s model.Series, w int) []string {
	clicks, orders, loc := Plot{}, Plot{}, model.Location(s.Timezone)
	points, unit := s.Points, model.PerDay
	switch {
	case s.Span == model.Day:
		unit = model.PerHour
	case model.UnitOf(len(points)) == model.PerWeek:
		unit, points = model.PerWeek, model.ByWeek(points, loc)
	}
	for _, p := range points {
		clicks.add(p.At.In(loc), p.Clicks)
		orders.add(p.At.In(loc), p.Orders)
	}
	total := model.Plural(clicks.total, "click", "clicks") + ", " + model.Plural(orders.total, "order", "orders")
	if clicks.total == 0 && orders.total == 0 {
		return []string{t.Faint.Render(t.Cut("No clicks and no orders "+spanText(s.Span)+".", w))}
	}
	room := w
	if w >= wideChart {
		room = (w - panelGap) / 2
	}
	scale := max(clicks.axis(room), orders.axis(room))
	if room < leastChart || room-scale-2 < leastChart/2 {
		return []string{t.Cut(total, w), t.Faint.Render(t.Cut(spanText(s.Span), w))}
	}
	clicks.Title, clicks.Unit, clicks.Height, clicks.left = "Clicks", unit, chartHeight, scale
	orders.Title, orders.Unit, orders.Height, orders.left = "Orders", unit, chartHeight, scale
	left, right := t.panel(clicks, room, t.Faint), t.panel(orders, room, t.Accent)
	var lines []string
	if room < w {
		for i, l := range right {
			lines = append(lines, left[i]+Spaces(room+panelGap-Width(left[i]))+l)
		}
	} else {
		lines = append(left, right...)
	}
	// The legend has the numbers that bars only show.
	return append(lines, t.Faint.Render(t.Cut(total+" "+spanText(s.Span)+clicks.each(room-scale-2, t.ASCII), w)))
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

// Plot is one measure over time.
type Plot struct {
	Title  string
	Unit   model.Unit // of a value
	Height int        // lines of the bars

	values []int64
	starts []time.Time // of the values
	total  int64
	left   int // cells of the numbers at the axis
}

// NewPlot is what pick finds in points that begin at times in loc.
func NewPlot(title string, unit model.Unit, height int, points []model.Point, loc *time.Location, pick func(p *model.Point) int64) Plot {
	p := Plot{Title: title, Unit: unit, Height: height}
	for i := range points {
		p.add(points[i].At.In(loc), pick(&points[i]))
	}
	return p
}

func (p *Plot) add(at time.Time, n int64) {
	n = max(n, 0)
	p.values, p.starts, p.total = append(p.values, n), append(p.starts, at), p.total+n
}

// axis is the cells that the numbers at the axis take where there are w cells in all. A
// longer number leaves less room, so that a bar adds up more values.
func (p *Plot) axis(w int) int {
	n := 1
	for range 3 {
		if room := w - n - 2; room > 0 && len(p.values) > 0 {
			n = max(n, digits(ceiling(most(newBars(len(p.values), room).sums(p.values)))))
		}
	}
	return n
}

// Plot draws bars over an axis in at most w cells; nothing where there is no room, and a
// sentence where there is nothing to show.
func (t *Theme) Plot(p Plot, w int) []string {
	p.left = p.axis(w)
	switch {
	case w < leastChart/2+p.left+2 || p.Height < 2:
		return nil
	case p.total == 0:
		return []string{t.Bold.Render(t.Cut(p.Title, w)), t.Faint.Render(t.Cut("None in this time.", w))}
	}
	return t.panel(p, w, t.Accent)
}

func most(values []int64) int64 {
	var m int64
	for _, v := range values {
		m = max(m, v)
	}
	return m
}

// ceiling is the top of the axis: a round number with a half, or 1.
func ceiling(n int64) int64 {
	if n <= 1 {
		return 1
	}
	if n <= 8 {
		return n + n%2
	}
	for unit := int64(1); unit < 1<<56; unit *= 10 {
		for _, c := range []int64{10, 12, 16, 20, 24, 30, 40, 50, 60, 80} {
			if n <= c*unit {
				return c * unit
			}
		}
	}
	return n
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

// each says what a bar stands for in room cells where it is not a single hour or day.
func (p *Plot) each(room int, ascii bool) string {
	b := newBars(len(p.values), room)
	if b.points > 1 && !ascii {
		b = newBars(len(p.values), 2*room)
	}
	switch {
	case b.points > 1:
		return ", " + model.FormatCount(int64(b.points)) + " " + string(p.Unit) + "s a bar"
	case p.Unit == model.PerWeek:
		return ", a week a bar"
	}
	return ""
}

// sums adds up the points of each bar; the last bar ends with the present.
func (b bars) sums(values []int64) []int64 {
	out := make([]int64, b.count)
	for i, v := range values {
		out[b.count-1-(len(values)-1-i)/b.points] += v
	}
	return out
}

// panel is the bars of one measure beneath its name, with round numbers at the left and
// times below. It takes Height and three lines.
func (t *Theme) panel(p Plot, room int, st Style) []string {
	b := newBars(len(p.values), room-p.left-2)
	draw, values := t.row, b.sums(p.values)
	if d := newBars(len(p.values), 2*(room-p.left-2)); b.points > 1 && !t.ASCII { // two thin bars in a cell
		draw, values = t.dots, d.sums(p.values)
		b = bars{count: (d.count + 1) / 2, points: 2 * d.points, width: 1}
	}
	top := ceiling(most(values))
	lines := []string{t.Bold.Render(t.Cut(p.Title, room))}
	for row := p.Height - 1; row >= 0; row-- {
		label, tick := "", t.Glyph.Vertical
		switch {
		case row == p.Height-1:
			label, tick = model.FormatCount(top), t.tick()
		case 2*(row+1) == p.Height && top%2 == 0:
			label, tick = model.FormatCount(top/2), t.tick()
		}
		lines = append(lines, t.Faint.Render(t.Right(label, p.left)+" "+tick)+st.Render(draw(values, top, row, p.Height, b)))
	}
	lines = append(lines, t.Faint.Render(t.Right("0", p.left)+" "+t.corner()+strings.Repeat(t.Glyph.Rule, b.cells())))
	return append(lines, Spaces(p.left+2)+t.Faint.Render(p.times(b, room-p.left-2)))
}

// row is one line of bars that are height lines high for the value top.
func (t *Theme) row(values []int64, top int64, row, height int, b bars) string {
	levels := strings.Split(t.Glyph.Levels, "")
	var line strings.Builder
	for i, v := range values {
		n := int(float64(v)/float64(top)*float64(height*len(levels)) + 0.5)
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
	return strings.TrimRight(line.String(), " ")
}

// dots is one line of bars that are half a cell wide, in Braille; the last ends its cell.
func (t *Theme) dots(values []int64, top int64, row, height int, _ bars) string {
	const levels = 4
	masks := [2][levels + 1]rune{{0, 0x40, 0x44, 0x46, 0x47}, {0, 0x80, 0xa0, 0xb0, 0xb8}} // from the lowest dot
	var line strings.Builder
	for i := -(len(values) % 2); i < len(values); i += 2 {
		var cell rune
		for side := range 2 {
			if i+side < 0 {
				continue
			}
			v := values[i+side]
			n := int(float64(v)/float64(top)*float64(height*levels) + 0.5)
			if v > 0 {
				n = max(n, 1)
			}
			cell |= masks[side][min(max(n-row*levels, 0), levels)]
		}
		if cell == 0 {
			line.WriteByte(' ')
		} else {
			line.WriteRune(0x2800 + cell)
		}
	}
	return strings.TrimRight(line.String(), " ")
}

func (t *Theme) tick() string {
	if t.ASCII {
		return "+"
	}
	return "┤"
}

func (t *Theme) corner() string {
	if t.ASCII {
		return "+"
	}
	return "┼"
}

// times are the labels below the bars, the last of which has one, as many as stand apart.
func (p *Plot) times(b bars, room int) string {
	layout := "2 Jan"
	if p.Unit == model.PerHour {
		layout = "15:04"
	}
	const widest = len("31 Dec")
	lastAt := (b.count - 1) * (b.width + b.gap)
	step := max((widest+2+b.width+b.gap-1)/(b.width+b.gap), 1)
	if p.Unit == model.PerHour {
		for _, n := range []int{3, 6, 12} { // hours that people count in
			if step < n {
				step = n
				break
			}
		}
	}
	line := []byte(Spaces(min(room, max(b.cells(), lastAt+widest))))
	until := len(line) // what is free
	for i := b.count - 1; i >= 0; i -= step {
		first := max(len(p.values)-(b.count-i)*b.points, 0)
		text := p.starts[first].Format(layout)
		at := i * (b.width + b.gap)
		if i == b.count-1 {
			at = min(at, len(line)-len(text))
		}
		if at < 0 || at+len(text) > until {
			continue
		}
		copy(line[at:], text)
		until = at - 2
	}
	return strings.TrimRight(string(line), " ")
}

// Spark is values as one line of w bars, the last w of them; nothing is a gap. No bar fills
// its cell: those of the rows above and beneath would grow into one shape.
func (t *Theme) Spark(values []int64, w int) string {
	if len(values) > w {
		values = values[len(values)-w:]
	}
	top, levels := most(values), strings.Split(t.Glyph.Levels, "")
	if !t.ASCII {
		levels = levels[:len(levels)-1]
	}
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

// digits is the width of model.FormatCount(n), without writing it.
func digits(n int64) int {
	d := 1
	for ; n >= 10; n /= 10 {
		d++
	}
	return d + (d-1)/3
}
