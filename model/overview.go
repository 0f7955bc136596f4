package model

import "time"

// Overview is what a period brought over all tracking links, beside the period of as many
// days before it. A store may give the same one to all who ask, so it is only read.
type Overview struct {
	From     *string `json:"from"` // days in Timezone, both inclusive; nil for no bound
	To       *string `json:"to"`
	Timezone string  `json:"timezone"`
	Period
	Before *Before `json:"before"` // nil where the period has no first day: there is none before it
	Unit   Unit    `json:"unit"`
	// Points are the period's orders and tickets without a gap, at most MaxSpanDays days and
	// none in the future. Clicks are not counted in them.
	Points []Point `json:"points"`
}

// Period is numbers that are compared.
type Period struct {
	Numbers
	Clicks int64 `json:"clicks"`
}

// Before is the period before another, of as many days.
type Before struct {
	From string `json:"from"`
	To   string `json:"to"`
	Period
}

// Unit is what a point of a chart stands for.
type Unit string

// The units of points.
const (
	PerHour Unit = "hour"
	PerDay  Unit = "day"
	PerWeek Unit = "week" // from Monday on
)

// The days up to which a period has points by the hour, and by the day.
const (
	hourlyDays = 2
	dailyDays  = 92
)

// UnitOf is the unit for so many days.
func UnitOf(days int) Unit {
	switch {
	case days <= hourlyDays:
		return PerHour
	case days <= dailyDays:
		return PerDay
	}
	return PerWeek
}

// Conversion is orders for each click: those that links are credited with in the period,
// by the clicks that they got in it. ok is false without a click.
func (p Period) Conversion() (share float64, ok bool) { return ratio(p.Orders, p.Clicks) }

// ShowRate is scanned tickets for each valid one; ok is false without a ticket.
func (p Period) ShowRate() (share float64, ok bool) { return ratio(p.Scanned, p.Tickets) }

// AverageOrder is the face value of an order in each currency, rounded down: of all
// orders where there is one currency. Where there are several it is none, since an order
// has one currency and these are not counted apart.
func (p Period) AverageOrder() Money {
	if p.Orders <= 0 || len(p.FaceValue) != 1 {
		return nil
	}
	m := Money{}
	for c, amount := range p.FaceValue {
		m[c] = amount / p.Orders
	}
	return m
}

func ratio(part, whole int64) (share float64, ok bool) {
	if whole <= 0 {
		return 0, false
	}
	return float64(part) / float64(whole), true
}

// DaysBefore is the filter for as many days before those of f; ok is false where f has no
// first day, and where there are not so many before it since the year 1. Without a last day,
// f ends with today.
func (f Filter) DaysBefore(today time.Time) (before Filter, days int, ok bool) {
	from, err := time.Parse(time.DateOnly, f.From)
	if err != nil {
		return f, 0, false
	}
	to, err := time.Parse(time.DateOnly, f.To)
	if err != nil {
		to, _ = time.Parse(time.DateOnly, today.Format(time.DateOnly))
	}
	days = int(DayNumber(to)-DayNumber(from)) + 1 // a time.Duration ends after 292 years
	first := from.AddDate(0, 0, -days)
	if days < 1 || first.Year() < 1 {
		return f, 0, false
	}
	before = f
	before.From, before.To = first.Format(time.DateOnly), from.AddDate(0, 0, -1).Format(time.DateOnly)
	return before, days, true
}

// ByWeek adds up points of days by weeks that begin with Monday in loc.
func ByWeek(days []Point, loc *time.Location) []Point {
	var weeks []Point
	for _, d := range days {
		if len(weeks) == 0 || d.At.In(loc).Weekday() == time.Monday {
			weeks = append(weeks, Point{At: d.At})
		}
		w := &weeks[len(weeks)-1]
		w.Clicks, w.Orders, w.Tickets = w.Clicks+d.Clicks, w.Orders+d.Orders, w.Tickets+d.Tickets
	}
	return weeks
}
