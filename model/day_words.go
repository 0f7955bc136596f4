package model

import (
	"strconv"
	"strings"
	"time"
)

// DayWords are words for days, as people type them: "7d". The first is for all of them.
var DayWords = []string{"all", "today", "yesterday", "7d", "30d", "month", "last-month"}

const maxDays = 3660 // ten years

const dayForm = "a day such as 2026-06-01, today or yesterday"

// ParseDay reads a day: 2026-06-01, today or yesterday. today is a moment of the day that
// it is in the client's timezone. Empty is no bound.
func ParseDay(field, text string, today time.Time) (string, error) {
	switch text = strings.ToLower(strings.TrimSpace(text)); text {
	case "":
		return "", nil
	case "today":
		return today.Format(time.DateOnly), nil
	case "yesterday":
		return today.AddDate(0, 0, -1).Format(time.DateOnly), nil
	}
	if _, err := time.Parse(time.DateOnly, text); err != nil {
		return "", Invalidf(field, "%s %q must be %s", field, Truncate(Clean(text), 40), dayForm)
	}
	return text, nil
}

// ParseDays reads the first and the last of some days, both inclusive: today, yesterday,
// 7d (today and the six days before), month, last-month, or all, which are no bounds. A
// single day is the first and the last. today is as in ParseDay.
func ParseDays(field, text string, today time.Time) (from, to string, err error) {
	day := func(t time.Time) string { return t.Format(time.DateOnly) }
	first := time.Date(today.Year(), today.Month(), 1, 0, 0, 0, 0, time.UTC)
	switch text = strings.ToLower(strings.TrimSpace(text)); text {
	case "", "all":
		return "", "", nil
	case "month":
		return day(first), day(today), nil
	case "last-month", "last month":
		return day(first.AddDate(0, -1, 0)), day(first.AddDate(0, 0, -1)), nil
	}
	if n, ok := strings.CutSuffix(text, "d"); ok {
		if days, err := strconv.Atoi(n); err == nil && days >= 1 && days <= maxDays {
			return day(today.AddDate(0, 0, 1-days)), day(today), nil
		}
	}
	if from, err = ParseDay(field, text, today); err != nil {
		return "", "", Invalidf(field, "%s %q must be %s, or a day such as 2026-06-01", field, Truncate(Clean(text), 40), strings.Join(DayWords, ", "))
	}
	return from, from, nil
}

// ParseDayRange reads what ParseDays reads, or the first and the last day, with a space
// between.
func ParseDayRange(field, text string, today time.Time) (from, to string, err error) {
	if from, to, err = ParseDays(field, text, today); err == nil {
		return from, to, nil
	}
	ends := strings.Fields(text)
	if len(ends) != 2 {
		return "", "", err
	}
	if from, err = ParseDay(field, ends[0], today); err != nil {
		return "", "", err
	}
	to, err = ParseDay(field, ends[1], today)
	return from, to, err
}
