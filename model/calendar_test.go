package model_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"lastclick/model"
)

// A moment lies in the day whose range holds it, in timezones that change their clocks
// at midnight, at one minute past it, by half an hour, and by a whole day.
func TestCalendar_Day_IsTheRangeThatHoldsTheMoment(t *testing.T) {
	zones := []string{"UTC", "Europe/London", "America/New_York", "America/St_Johns", "America/Santiago", "Australia/Lord_Howe", "Pacific/Apia", "Asia/Kathmandu"}
	rapid.Check(t, func(t *rapid.T) {
		loc, err := time.LoadLocation(rapid.SampledFrom(zones).Draw(t, "zone"))
		if err != nil {
			t.Fatal(err)
		}
		c := model.NewCalendar(loc)
		for range 3 { // the second may lie in the day that is kept
			ms := rapid.OneOf(rapid.Int64Range(-3e12, 3e12), rapid.Int64Range(1.2e12, 1.35e12)).Draw(t, "ms")
			day := c.Day(ms)
			name := time.Unix(day*86400, 0).UTC().Format(time.DateOnly)
			from, until, err := model.Filter{From: name, To: name}.Range(loc)
			if err != nil {
				t.Fatal(err)
			}
			if at := time.UnixMilli(ms); at.Before(from) || !at.Before(until) {
				t.Fatalf("%s is said to lie in %s, from %s to %s", at.In(loc), name, from, until)
			}
			if got := c.Start(day); got != from.UnixMilli() {
				t.Fatalf("the day %s begins at %d, by its range at %d", name, got, from.UnixMilli())
			}
		}
	})
}

func TestDayNumber_Before1970_Negative(t *testing.T) {
	for date, want := range map[string]int64{"1970-01-01": 0, "1970-01-02": 1, "1969-12-31": -1, "0000-01-01": -719528} {
		d, err := time.Parse(time.DateOnly, date)
		if err != nil {
			t.Fatal(err)
		}
		if got := model.DayNumber(d); got != want {
			t.Errorf("%s is day %d, want %d", date, got, want)
		}
	}
}
