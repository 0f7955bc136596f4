package model

import (
	"errors"
	"time"
)

// What ParseTime refuses, as clauses that stand behind the name of a field.
var (
	errNotATime = errors.New("must be a time of RFC 3339, such as 2026-06-01T10:00:00Z")
	errFarYear  = errors.New("lies outside the years 0001 to 9999 in UTC, which are those that are kept")
)

// ParseTime reads a time of RFC 3339, in UTC, with all that §5.6 of it allows: "t" and
// "z" in lower case, a fraction of any length (nanoseconds count, what is finer is cut
// off) and any offset below 24 hours. The second 60 of a leap second is the second that
// follows: 23:59:60Z is the next day's 00:00:00. It is taken in every minute, since
// which ones have it is announced half a year ahead at most.
//
// It is stricter than time.Parse, which also takes a comma before the fraction and hours
// of one digit. Refused is too what lies outside the years 1 to 9999 in UTC: the zero
// time.Time means none here, and JSON has no year of five digits. An error is a clause
// that stands behind the name of a field.
func ParseTime(s string) (time.Time, error) {
	const shortest = len("2006-01-02T15:04:05Z")
	if len(s) < shortest || s[4] != '-' || s[7] != '-' || s[10] != 'T' && s[10] != 't' || s[13] != ':' || s[16] != ':' {
		return time.Time{}, errNotATime
	}
	year, ok := number(s[0:4], 0, 9999)
	month, ok1 := number(s[5:7], 1, 12)
	day, ok2 := number(s[8:10], 1, daysIn(month, year))
	hour, ok3 := number(s[11:13], 0, 23)
	minute, ok4 := number(s[14:16], 0, 59)
	second, ok5 := number(s[17:19], 0, 60)
	nanos, rest, ok6 := fraction(s[19:])
	offset, ok7 := zoneOffset(rest)
	if !ok || !ok1 || !ok2 || !ok3 || !ok4 || !ok5 || !ok6 || !ok7 {
		return time.Time{}, errNotATime
	}
	t := time.Date(year, time.Month(month), day, hour, minute, second, nanos, time.UTC).Add(-offset)
	if !keepable(t) {
		return time.Time{}, errFarYear
	}
	return t, nil
}

// daysIn is how many days the month has; 0 for one that is none.
func daysIn(month, year int) int {
	switch month {
	case 1, 3, 5, 7, 8, 10, 12:
		return 31
	case 4, 6, 9, 11:
		return 30
	case 2:
		if year%4 == 0 && (year%100 != 0 || year%400 == 0) {
			return 29
		}
		return 28
	}
	return 0
}

// keepable says whether t lies in the years that are kept.
func keepable(t time.Time) bool {
	year := t.UTC().Year()
	return year >= 1 && year <= 9999
}

// fraction reads the fraction of a second that s may begin with, and returns what
// follows it.
func fraction(s string) (nanos int, rest string, ok bool) {
	if s == "" || s[0] != '.' {
		return 0, s, true
	}
	s = s[1:]
	n := 0
	for n < len(s) && isDigit(s[n]) {
		if n < 9 {
			nanos = 10*nanos + int(s[n]-'0')
		}
		n++
	}
	for i := n; i < 9; i++ {
		nanos *= 10
	}
	return nanos, s[n:], n > 0
}

// zoneOffset reads a whole s as how far the clock is ahead of UTC: "Z" or "+01:00".
func zoneOffset(s string) (time.Duration, bool) {
	if s == "Z" || s == "z" {
		return 0, true
	}
	if len(s) != len("+01:00") || s[0] != '+' && s[0] != '-' || s[3] != ':' {
		return 0, false
	}
	hours, ok := number(s[1:3], 0, 23)
	minutes, ok2 := number(s[4:6], 0, 59)
	d := time.Duration(hours)*time.Hour + time.Duration(minutes)*time.Minute
	if s[0] == '-' {
		d = -d
	}
	return d, ok && ok2
}

// number reads a whole s of digits as a number from low to high.
func number(s string, low, high int) (n int, ok bool) {
	for i := 0; i < len(s); i++ {
		if !isDigit(s[i]) {
			return 0, false
		}
		n = 10*n + int(s[i]-'0')
	}
	return n, n >= low && n <= high
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }
