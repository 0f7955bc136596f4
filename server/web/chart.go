package web

import (
	"fmt"
	"strings"
	"time"

	"lastclick/model"
)

// chartView is clicks and orders over time, in a chart each: there are many times more
// clicks, so a common scale would flatten the orders, and two scales in one chart would
// mislead.
type chartView struct {
	Span        string // "in the last 30 days, by day"
	Unit        string // "Day" or "Hour"
	First, Last string
	Charts      []chart
	Points      []pointRow // newest first
}

// chart is 100 units high and ten wide for each point; the page stretches it.
type chart struct {
	Kind, Title, Scale, Spoken string
	Width                      int
	Bars                       []bar
}

type bar struct {
	X, Y, Height int
	Title        string
}

type pointRow struct{ At, Clicks, Orders, Tickets string }

func newChartView(s model.Series, loc *time.Location) chartView {
	spans := map[model.Span]string{
		model.Day: "in the last 24 hours, by hour", model.Week: "in the last 7 days, by day",
		model.Month: "in the last 30 days, by day", model.All: "since the first, by day",
	}
	v := chartView{Span: spans[s.Span], Unit: "Day"}
	layout := "Mon 2 Jan"
	if s.Span == model.Day {
		v.Unit, layout = "Hour", "Mon 15:04"
	}
	n := len(s.Points)
	if n == 0 {
		return v
	}
	at := make([]string, n)
	clicks, orders := make([]int64, n), make([]int64, n)
	v.Points = make([]pointRow, n)
	for i, p := range s.Points {
		at[i], clicks[i], orders[i] = p.At.In(loc).Format(layout), p.Clicks, p.Orders
		v.Points[n-1-i] = pointRow{at[i], model.FormatCount(p.Clicks), model.FormatCount(p.Orders), model.FormatCount(p.Tickets)}
	}
	v.First, v.Last = at[0], at[n-1]
	v.Charts = []chart{v.chart("click", "Clicks", at, clicks), v.chart("order", "Orders", at, orders)}
	return v
}

// chart is of things that are called kind in the singular.
func (v chartView) chart(kind, title string, at []string, values []int64) chart {
	c := chart{Kind: kind + "s", Title: title, Width: 10 * len(values)}
	var total, most int64
	peak := 0
	for i, n := range values {
		total += n
		if n > most {
			most, peak = n, i
		}
	}
	if most == 0 {
		c.Scale, c.Spoken = "none yet", "No "+kind+"s "+v.Span+"."
		return c
	}
	c.Scale = "busiest " + strings.ToLower(v.Unit) + ": " + model.FormatCount(most)
	c.Spoken = fmt.Sprintf("%s %s; the most, %s, on %s.", model.Plural(total, kind, kind+"s"), v.Span, model.FormatCount(most), at[peak])
	for i, n := range values {
		if n > 0 {
			height := max(int(n*100/most), 3) // so that one of many can be seen
			c.Bars = append(c.Bars, bar{10*i + 1, 100 - height, height, at[i] + ": " + model.FormatCount(n)})
		}
	}
	return c
}
