package model

import (
	"testing"
	"time"
)

func TestReportEvery_Days_AreThoseBefore(t *testing.T) {
	london, apia := Location("Europe/London"), Location("Pacific/Apia")
	for _, c := range []struct {
		every          ReportEvery
		at             string
		loc            *time.Location
		from, to, next string
	}{
		{EveryDay, "2026-06-03T06:59:59Z", london, "2026-06-02", "2026-06-02", "2026-06-03T07:00:00Z"},
		{EveryDay, "2026-06-03T07:00:00Z", london, "2026-06-02", "2026-06-02", "2026-06-04T07:00:00Z"},
		{EveryWeek, "2026-06-01T07:00:00Z", london, "2026-05-25", "2026-05-31", "2026-06-08T07:00:00Z"}, // a Monday
		{EveryWeek, "2026-06-01T06:00:00Z", london, "2026-05-25", "2026-05-31", "2026-06-01T07:00:00Z"},
		{EveryWeek, "2026-06-07T22:59:00Z", london, "2026-05-25", "2026-05-31", "2026-06-08T07:00:00Z"}, // still Sunday
		{EveryWeek, "2026-10-24T12:00:00Z", london, "2026-10-12", "2026-10-18", "2026-10-26T08:00:00Z"}, // the clock goes back
		{EveryDay, "2026-06-02T20:00:00Z", apia, "2026-06-02", "2026-06-02", "2026-06-03T19:00:00Z"},
	} {
		at, err := time.Parse(time.RFC3339, c.at)
		if err != nil {
			t.Fatal(err)
		}
		from, to, next := c.every.Days(at, c.loc)
		if from != c.from || to != c.to || next.UTC().Format(time.RFC3339) != c.next {
			t.Errorf("%s at %s: %s to %s, next %s", c.every, c.at, from, to, next.UTC().Format(time.RFC3339))
		}
	}
	if from, to := DaysBefore("2026-06-01", "2026-06-07"); from != "2026-05-25" || to != "2026-05-31" {
		t.Errorf("before the first week of June: %s to %s", from, to)
	}
}

func TestFilter_DaysBefore_AsManyDays(t *testing.T) {
	today := time.Date(2026, 6, 10, 23, 30, 0, 0, time.UTC)
	for _, c := range []struct {
		from, to, before, until string
	}{
		{"2026-06-10", "2026-06-10", "2026-06-09", "2026-06-09"},
		{"2026-06-04", "2026-06-10", "2026-05-28", "2026-06-03"},
		{"2026-06-04", "", "2026-05-28", "2026-06-03"}, // up to today
		{"2026-03-01", "2026-03-31", "2026-01-29", "2026-02-28"},
		{"1970-01-01", "2999-12-31", "0940-01-01", "1969-12-31"}, // longer than a time.Duration
		{"2026-06-11", "", "", ""},
		{"", "2026-06-10", "", ""},
		{"0001-01-01", "2026-06-10", "", ""}, // there are no days before
		{"0001-01-08", "0001-01-15", "", ""},
		{"0001-01-08", "0001-01-14", "0001-01-01", "0001-01-07"},
	} {
		before, _, ok := Filter{From: c.from, To: c.to, Event: "e"}.DaysBefore(today)
		if ok != (c.before != "") || ok && (before != Filter{From: c.before, To: c.until, Event: "e"}) {
			t.Errorf("before %s to %s: %+v, %t", c.from, c.to, before, ok)
		}
	}
}
