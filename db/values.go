package db

import (
	"math"
	"time"

	"golang.org/x/text/unicode/norm"
)

// This file holds how Go values are kept in columns.

// millis is how times are kept.
func millis(t time.Time) int64 { return t.UnixMilli() }

func fromMillis(ms int64) time.Time { return time.UnixMilli(ms).UTC() }

// never is before every time that a column holds.
const never = math.MinInt64

func optionalMillis(t *time.Time) *int64 {
	if t == nil {
		return nil
	}
	ms := millis(*t)
	return &ms
}

func optionalTime(ms *int64) *time.Time {
	if ms == nil {
		return nil
	}
	t := fromMillis(*ms)
	return &t
}

// flag is how booleans are kept.
func flag(v bool) int64 {
	if v {
		return 1
	}
	return 0
}

// optional is nil for a zero value, which the tables keep as null.
func optional[T comparable](v T) *T {
	var zero T
	if v == zero {
		return nil
	}
	return &v
}

// optionalBytes is nil for an empty text, which the tables keep as null.
func optionalBytes(s string) []byte {
	if s == "" {
		return nil
	}
	return []byte(s)
}

// composed is text as the tables keep it: NFC, so that what looks the same is the
// same. Every name and e-mail goes through it; the checkouts' ids are kept to the
// byte.
func composed(s string) string { return norm.NFC.String(s) }
