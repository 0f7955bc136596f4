package model

import "time"

// Calendar tells the days of a timezone by their number: 0 is 1970-01-01. It keeps the
// last day that was asked for, since orders of one time fall on one day. It is not safe
// for concurrent use.
type Calendar struct {
	loc         *time.Location
	last        int64
	from, until int64 // of the last day, in Unix milliseconds
}

// NewCalendar is the calendar of the timezone.
func NewCalendar(loc *time.Location) *Calendar { return &Calendar{loc: loc} }

// Day is the number of the day that holds the moment, in Unix milliseconds. The days are
// those of Filter.Range: each begins at its StartOfDay.
func (c *Calendar) Day(ms int64) int64 {
	if c.from <= ms && ms < c.until {
		return c.last
	}
	y, m, d := time.UnixMilli(ms).In(c.loc).Date()
	day := DayNumber(time.Date(y, m, d, 0, 0, 0, 0, time.UTC))
	// Where the clock goes back over midnight, a date comes twice; the range decides.
	for ms < c.Start(day) {
		day--
	}
	for ms >= c.Start(day+1) {
		day++
	}
	c.last, c.from, c.until = day, c.Start(day), c.Start(day+1)
	return day
}

// Start is the first moment of the day, in Unix milliseconds.
func (c *Calendar) Start(day int64) int64 {
	return StartOfDay(time.Unix(day*secondsOfDay, 0).UTC(), c.loc).UnixMilli()
}

const secondsOfDay = 24 * 60 * 60

// DayNumber is the number of the day that date shows, counted from 1970-01-01.
func DayNumber(date time.Time) int64 {
	y, m, d := date.Date()
	return time.Date(y, m, d, 0, 0, 0, 0, time.UTC).Unix() / secondsOfDay // whole days, before 1970 too
}
