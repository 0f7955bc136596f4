package model

import (
	"regexp"
	"strings"
	"testing"
	"time"
)

func TestParseTime_AllFormsOfRFC3339_Instant(t *testing.T) {
	for s, want := range map[string]time.Time{
		// The examples of RFC 3339 §5.8.
		"1985-04-12T23:20:50.52Z":                                time.Date(1985, 4, 12, 23, 20, 50, 520e6, time.UTC),
		"1996-12-19T16:39:57-08:00":                              time.Date(1996, 12, 20, 0, 39, 57, 0, time.UTC),
		"1990-12-31T23:59:60Z":                                   time.Date(1991, 1, 1, 0, 0, 0, 0, time.UTC),
		"1990-12-31T15:59:60-08:00":                              time.Date(1991, 1, 1, 0, 0, 0, 0, time.UTC),
		"1937-01-01T12:00:27.87+00:20":                           time.Date(1937, 1, 1, 11, 40, 27, 870e6, time.UTC),
		"2026-06-01t10:00:00z":                                   minute0,
		"2026-06-01T10:00:00z":                                   minute0,
		"2026-06-01t12:00:00+02:00":                              minute0,
		"2026-06-01T10:00:00-00:00":                              minute0, // UTC is known, the local time is not (§4.3)
		"2026-06-02T09:59:00+23:59":                              minute0,
		"2026-06-01T09:59:60Z":                                   minute0,
		"2016-12-31T23:59:60.75Z":                                time.Date(2017, 1, 1, 0, 0, 0, 750e6, time.UTC),
		"2026-06-01T10:00:00.0Z":                                 minute0,
		"2026-06-01T10:00:00.123456789Z":                         minute0.Add(123456789),
		"2026-06-01T10:00:00.1234567899999999999999Z":            minute0.Add(123456789),
		"2026-06-01T10:00:00." + strings.Repeat("0", 500) + "1Z": minute0,
		"2024-02-29T00:00:00Z":                                   time.Date(2024, 2, 29, 0, 0, 0, 0, time.UTC),
		"1969-12-31T23:59:59.9995Z":                              time.Unix(-1, 999.5e6).UTC(),
		"1066-10-14T09:00:00Z":                                   time.Date(1066, 10, 14, 9, 0, 0, 0, time.UTC),
		"0001-01-01T00:00:00Z":                                   {},
		"0000-12-31T23:59:00-00:01":                              {},
		"9999-12-31T23:59:59Z":                                   time.Date(9999, 12, 31, 23, 59, 59, 0, time.UTC),
	} {
		if got, err := ParseTime(s); err != nil || !got.Equal(want) || got.Location() != time.UTC {
			t.Errorf("%.60s: %v, %v; want %v", s, got, err, want)
		}
	}
}

func TestParseTime_NotRFC3339_Refused(t *testing.T) {
	for _, s := range []string{
		"", "yesterday", "2026-06-01", "10:00:00Z", "20260601T100000Z", "2026-W23-1T10:00:00Z",
		"2026-06-01T10:00:00", "2026-06-01 10:00:00Z", "2026-06-01_10:00:00Z", "2026-06-01T10:00Z", "2026-06-01T1:00:00Z", "2026-06-01T10:00:0Z",
		"2026-06-01T10:00:00,5Z", "2026-06-01T10:00:00.Z", "2026-06-01T10:00:00.5", "2026-06-01T10:00:00.5.5Z",
		"2026-00-01T10:00:00Z", "2026-13-01T10:00:00Z", "2026-06-00T10:00:00Z", "2026-06-31T10:00:00Z", "2025-02-29T10:00:00Z", "1900-02-29T10:00:00Z",
		"2026-06-01T24:00:00Z", "2026-06-01T10:60:00Z", "2026-06-01T10:00:61Z", "2026-06-01T10:00:00+24:00", "2026-06-01T10:00:00+01:60",
		"2026-06-01T10:00:00+0100", "2026-06-01T10:00:00+01", "2026-06-01T10:00:00+1:00", "2026-06-01T10:00:00 Z", "2026-06-01T10:00:00Z ", " 2026-06-01T10:00:00Z",
		"2026-06-01T10:00:00ZZ", "2026-06-01T10:00:00\u221201:00", "+2026-06-01T10:00:00Z", "-026-06-01T10:00:00Z", "12026-06-01T10:00:00Z", "２026-06-01T10:00:00Z",
	} {
		if got, err := ParseTime(s); err == nil || !strings.Contains(err.Error(), "RFC 3339") {
			t.Errorf("%q: %v, %v", s, got, err)
		}
	}
}

func TestParseTime_YearNotKept_SaysWhichAre(t *testing.T) {
	for _, s := range []string{"0000-12-31T23:59:59Z", "0000-01-01T00:00:00Z", "0001-01-01T00:00:00+00:01", "9999-12-31T23:59:60Z", "9999-12-31T23:59:59-00:01"} {
		if got, err := ParseTime(s); err == nil || !strings.Contains(err.Error(), "0001 to 9999") {
			t.Errorf("%q: %v, %v", s, got, err)
		}
	}
}

func FuzzParseTime_WhatGoFormats_SameInstant(f *testing.F) {
	f.Add(int64(0), int64(0), 0)
	f.Add(int64(-1), int64(999_999_999), 90)
	f.Add(int64(-62135596800), int64(1), -1439)
	f.Add(int64(253402300799), int64(500_000_000), 1439)
	f.Fuzz(func(t *testing.T, sec, nanos int64, offset int) {
		at := time.Unix(sec, nanos).In(time.FixedZone("", offset%1440*60)) // Go writes the minutes of an offset alone
		if year := at.Year(); !keepable(at) || year < 0 || year > 9999 {
			return
		}
		for layout, want := range map[string]time.Time{time.RFC3339: at.Truncate(time.Second), time.RFC3339Nano: at} {
			s := at.Format(layout)
			for _, s := range []string{s, strings.ToLower(s)} {
				if got, err := ParseTime(s); err != nil || !got.Equal(want) {
					t.Errorf("%s: %v, %v; want %v", s, got, err, want)
				}
			}
		}
	})
}

// lenient is what time.Parse takes and RFC 3339 does not (https://go.dev/issue/54580).
var lenient = regexp.MustCompile(`,|T\d:|[+-](2[4-9]|[3-9]\d):\d\d$|[+-]\d\d:[6-9]\d$`)

// time.Parse is a second reader of RFC 3339, without small letters and the second 60.
func FuzzParseTime_AnyText_AsGoReads(f *testing.F) {
	for _, s := range []string{"2026-06-01T10:00:00Z", "2026-06-01t10:00:00.5z", "1990-12-31T15:59:60-08:00", "0000-02-29T23:59:59.999999999999+23:59", "2026-06-01T10:00:00,5Z", "2026-06-31T1:00:00Z"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got, err := ParseTime(s)
		upper, leap := strings.ToUpper(s), false
		if len(upper) > 19 && len(upper) == len(s) && upper[17:19] == "60" {
			upper, leap = upper[:17]+"59"+upper[19:], true
		}
		want, wrong := time.Parse(time.RFC3339, upper)
		if leap {
			want = want.Add(time.Second)
		}
		if err != nil && lenient.MatchString(upper) {
			return
		}
		if wrong == nil && !keepable(want) {
			wrong = errFarYear
		}
		if (err == nil) != (wrong == nil) || err == nil && !got.Equal(want) {
			t.Errorf("%q: %v, %v; Go reads %v, %v", s, got, err, want, wrong)
		}
	})
}

func BenchmarkParseTime(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if _, err := ParseTime("2026-06-01T10:00:00.5+01:00"); err != nil {
			b.Fatal(err)
		}
	}
}
