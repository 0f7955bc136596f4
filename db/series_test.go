package db

import (
	"fmt"
	"testing"
	"time"

	"lastclick/model"
)

// wantStarts compares the local times at which points begin.
func wantStarts(t *testing.T, name string, starts []time.Time, layout string, want ...string) {
	t.Helper()
	var got []string
	for _, s := range starts {
		got = append(got, s.Format(layout))
	}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("%s: %v, want %v", name, got, want)
	}
}

// The hours and days of a chart are those of the clock on the wall.
func TestSpanStarts_ClockChanges_WallClock(t *testing.T) {
	at := func(s, zone string) time.Time {
		loc, err := time.LoadLocation(zone)
		must(t, err)
		v, err := time.Parse(time.RFC3339, s)
		must(t, err)
		return v.In(loc)
	}
	const clock = "15:04Z07:00"
	wantStarts(t, "an ordinary hour", hourStarts(at("2025-06-02T10:59:59.999Z", "Europe/London"), 2), clock, "10:00+01:00", "11:00+01:00", "12:00+01:00")
	wantStarts(t, "the moment it begins", hourStarts(at("2025-06-02T11:00:00Z", "Europe/London"), 1), clock, "12:00+01:00", "13:00+01:00")
	wantStarts(t, "forward", hourStarts(at("2025-03-30T02:30:00Z", "Europe/London"), 3), clock, "00:00Z", "02:00+01:00", "03:00+01:00", "04:00+01:00")
	wantStarts(t, "back: one o'clock comes twice", hourStarts(at("2025-10-26T02:30:00Z", "Europe/London"), 3), clock, "01:00+01:00", "01:00Z", "02:00Z", "03:00Z")
	wantStarts(t, "half an hour off", hourStarts(at("2025-06-02T10:45:00Z", "Asia/Kolkata"), 1), clock, "16:00+05:30", "17:00+05:30")
	wantStarts(t, "half an hour back", hourStarts(at("2025-04-05T15:45:00Z", "Australia/Lord_Howe"), 3), clock, "01:00+11:00", "01:30+10:30", "02:00+10:30", "03:00+10:30")
	const day = "01-02T15:04Z07:00"
	wantStarts(t, "days of 23 hours", dayStarts(at("2025-03-31T12:00:00Z", "Europe/London"), 2), day, "03-30T00:00Z", "03-31T00:00+01:00", "04-01T00:00+01:00")
	wantStarts(t, "without a midnight", dayStarts(at("2025-09-07T12:00:00Z", "America/Santiago"), 2), day, "09-06T00:00-04:00", "09-07T01:00-03:00", "09-08T00:00-03:00")
	wantStarts(t, "over the new year", dayStarts(at("2026-01-01T01:00:00Z", "America/New_York"), 2), day, "12-30T00:00-05:00", "12-31T00:00-05:00", "01-01T00:00-05:00")
}

// Whatever the moment and the zone, points follow one another and the last holds it.
func TestSpanStarts_AnyMoment_Contiguous(t *testing.T) {
	for _, zone := range []string{"Europe/London", "America/Santiago", "Australia/Lord_Howe", "Asia/Kathmandu", "Africa/Cairo", "Pacific/Apia", "UTC"} {
		loc, err := time.LoadLocation(zone)
		must(t, err)
		for hour := range 366 * 24 {
			now := time.Date(2025, 1, 1, hour, 17, 0, 0, time.UTC).In(loc)
			for span, n := range map[model.Span]int{model.Day: 24, model.Week: 7} {
				starts := spanStarts(now, span)
				if len(starts) != n+1 || now.Before(starts[n-1]) || !now.Before(starts[n]) {
					t.Fatalf("%s %s: the last of %d points, from %s to %s, does not hold the present", span, now, len(starts)-1, starts[n-1], starts[n])
				}
				for i := range n {
					if d := starts[i+1].Sub(starts[i]); d < 15*time.Minute || d > 26*time.Hour || d%(15*time.Minute) != 0 {
						t.Fatalf("%s %s: a point of %s", span, now, d)
					}
					if p := pointOf(starts, millis(starts[i])/slot.Milliseconds()); p != i {
						t.Fatalf("%s %s: the start of point %d lies in point %d", span, now, i, p)
					}
				}
			}
		}
	}
}

// The night in which the clock goes back, in the tables.
func TestSeries_R21_ClockChange_HourTwice(t *testing.T) {
	now := time.Date(2025, 10, 26, 3, 30, 0, 0, time.UTC)
	s := openTest(t, Options{Now: func() time.Time { return now }})
	for _, at := range []time.Time{
		now.Add(-3 * time.Hour), now.Add(-2 * time.Hour), now.Add(-2 * time.Hour), // 01:30 in summer, 01:30 in winter
		time.Date(2025, 10, 25, 22, 59, 59, 0, time.UTC), // Saturday
		time.Date(2025, 10, 25, 23, 0, 0, 0, time.UTC),   // Sunday, which has 25 hours
	} {
		s.Click(model.Click{Link: 1, At: at})
	}
	day, err := s.Series(t.Context(), admin, "ana", model.Day)
	must(t, err)
	var got string
	for _, p := range day.Points[18:] {
		got += fmt.Sprintf("%s %d, ", p.At.Format("15:04Z07:00"), p.Clicks)
	}
	if want := "23:00+01:00 1, 00:00+01:00 1, 01:00+01:00 1, 01:00Z 2, 02:00Z 0, 03:00Z 0, "; got != want {
		t.Errorf("hours %s want %s", got, want)
	}
	week, err := s.Series(t.Context(), admin, "", model.Week)
	must(t, err)
	if n := len(week.Points); n != 7 || week.Points[6].Clicks != 4 || week.Points[5].Clicks != 1 || week.Points[6].At.Format(time.RFC3339) != "2025-10-26T00:00:00+01:00" {
		t.Errorf("days %+v", week.Points)
	}
}
