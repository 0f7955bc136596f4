package model

import (
	"strings"
	"testing"
	"time"
)

func TestParseDays_Words_BothInclusive(t *testing.T) {
	london := Location("Europe/London")
	for _, c := range []struct{ now, text, from, to string }{
		{"2026-06-01T12:00:00Z", "", "", ""},
		{"2026-06-01T12:00:00Z", "all", "", ""},
		{"2026-06-01T12:00:00Z", " Today ", "2026-06-01", "2026-06-01"},
		{"2026-05-31T23:30:00Z", "today", "2026-06-01", "2026-06-01"}, // it is past midnight in London
		{"2026-06-01T12:00:00Z", "yesterday", "2026-05-31", "2026-05-31"},
		{"2026-06-01T12:00:00Z", "1d", "2026-06-01", "2026-06-01"},
		{"2026-06-01T12:00:00Z", "7d", "2026-05-26", "2026-06-01"},
		{"2026-03-02T12:00:00Z", "30D", "2026-02-01", "2026-03-02"},
		{"2026-03-31T12:00:00Z", "month", "2026-03-01", "2026-03-31"},
		{"2026-03-31T12:00:00Z", "last-month", "2026-02-01", "2026-02-28"},
		{"2028-03-31T12:00:00Z", "last month", "2028-02-01", "2028-02-29"},
		{"2026-01-05T12:00:00Z", "last-month", "2025-12-01", "2025-12-31"},
		{"2026-03-29T12:00:00Z", "2d", "2026-03-28", "2026-03-29"}, // the day of 23 hours
		{"2026-06-01T12:00:00Z", "2026-05-03", "2026-05-03", "2026-05-03"},
	} {
		now, err := time.Parse(time.RFC3339, c.now)
		if err != nil {
			t.Fatal(err)
		}
		from, to, err := ParseDays("days", c.text, now.In(london))
		if err != nil || from != c.from || to != c.to {
			t.Errorf("%q at %s is %q to %q, %v; not %q to %q", c.text, c.now, from, to, err, c.from, c.to)
		}
	}
}

func TestParseDays_Wrong_NamesTheWords(t *testing.T) {
	now := time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)
	for _, text := range []string{"0d", "-7d", "7", "d", "99999d", "week", "2026-02-30", "01.06.2026", "7 d", "\x1b[2J"} {
		from, to, err := ParseDays("days", text, now)
		if err == nil {
			t.Errorf("%q is %s to %s", text, from, to)
			continue
		}
		for _, want := range append([]string{"2026-06-01"}, DayWords...) {
			if !strings.Contains(err.Error(), want) {
				t.Errorf("%q: %v does not name %s", text, err, want)
			}
		}
	}
	if _, err := ParseDay("from", "7d", now); err == nil || !strings.Contains(err.Error(), "today or yesterday") {
		t.Errorf("a first day of 7d: %v", err)
	}
}

// A first and a last day, or whatever ParseDays reads.
func TestParseDayRange_WordsOrTwoDays(t *testing.T) {
	now := time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)
	for text, want := range map[string]string{
		"last-month":            "2026-05-01 2026-05-31",
		"last month":            "2026-05-01 2026-05-31",
		"yesterday":             "2026-05-31 2026-05-31",
		"2026-05-03":            "2026-05-03 2026-05-03",
		" 2026-05-03  today ":   "2026-05-03 2026-06-01",
		"Yesterday TODAY":       "2026-05-31 2026-06-01",
		"7d":                    "2026-05-26 2026-06-01",
		"all":                   " ",
		"2026-05-03 soon":       "",
		"soon 2026-05-03":       "",
		"7d today":              "",
		"2026-05-03 2026-05 04": "",
	} {
		from, to, err := ParseDayRange("days", text, now)
		if got := from + " " + to; err == nil && got != want || (err != nil) != (want == "") {
			t.Errorf("%q: %q, %v, want %q", text, got, err, want)
		}
	}
}
