package shop

import (
	"math/rand/v2"
	"strings"
	"testing"

	"lastclick/model"
)

func TestMinorUnits(t *testing.T) {
	for _, c := range []struct {
		amount, currency string
		want             int64
	}{
		{"45", "GBP", 4500},
		{"45.00", "GBP", 4500},
		{"45.5", "GBP", 4550},
		{"0.01", "EUR", 1},
		{"0", "USD", 0},
		{"-10.00", "GBP", -1000},
		{"45.000", "GBP", 4500},
		{"00045", "GBP", 4500},
		{"4500", "JPY", 4500},
		{"4500.00", "JPY", 4500},
		{"4.5", "KWD", 4500},
		{"4.500", "KWD", 4500},
		{"0.001", "KWD", 1},
		{"4.5e1", "GBP", 4500},
		{"4500E-2", "GBP", 4500},
		{"1e+2", "JPY", 100},
		{"0.29", "USD", 29},
		{"1.15", "USD", 115},
		{"0.000000000000", "JPY", 0},
		{"1e-2", "GBP", 1},
		{"100e-3", "GBP", 10},
		{"9999999999999.99", "USD", 999999999999999},
	} {
		if got, err := minorUnits(c.amount, c.currency); err != nil || got != c.want {
			t.Errorf("minorUnits(%q, %s) = %d, %v; want %d", c.amount, c.currency, got, err, c.want)
		}
	}
}

func TestMinorUnits_Refused(t *testing.T) {
	for _, c := range []struct{ amount, currency, why string }{
		{"", "GBP", "amount"},
		{"-", "GBP", "amount"},
		{".5", "GBP", "amount"},
		{"5.", "GBP", "amount"},
		{"4,50", "GBP", "amount"},
		{"1 000", "GBP", "amount"},
		{"£45", "GBP", "amount"},
		{"+4", "GBP", "amount"},
		{"--4", "GBP", "amount"},
		{"1.2.3", "GBP", "amount"},
		{"NaN", "GBP", "amount"},
		{"1e", "GBP", "amount"},
		{"1e999", "GBP", "amount"},
		{"1e5e5", "GBP", "amount"},
		{"0x10", "GBP", "amount"},
		{"45.005", "GBP", "decimals"},
		{"45.5", "JPY", "decimals"},
		{"4.5001", "KWD", "decimals"},
		{"1e-3", "GBP", "decimals"},
		{"1e-30", "GBP", "decimals"},
		{"99999999999999999", "GBP", "larger"},
		{"1e40", "GBP", "larger"},
		{strings.Repeat("9", 41), "GBP", "amount"},
	} {
		if got, err := minorUnits(c.amount, c.currency); err == nil || !strings.Contains(err.Error(), c.why) {
			t.Errorf("minorUnits(%q, %s) = %d, %v; want an error about %s", c.amount, c.currency, got, err, c.why)
		}
	}
}

// What package model writes is what minorUnits reads, for each number of decimals.
func TestMinorUnits_ReadsWhatModelWrites(t *testing.T) {
	for _, currency := range []string{"JPY", "GBP", "KWD", "UYW"} {
		for range 1000 {
			want := rand.Int64N(2*model.MaxFaceValue) - model.MaxFaceValue
			text := model.DecimalAmount(want, currency)
			if got, err := minorUnits(text, currency); err != nil || got != want {
				t.Fatalf("minorUnits(%q, %s) = %d, %v; want %d", text, currency, got, err, want)
			}
		}
	}
}

func TestSplit_AddsUp(t *testing.T) {
	for range 1000 {
		total, n := rand.Int64N(1_000_000), 1+rand.IntN(20)
		sum, shares := int64(0), split(total, n)
		for i, s := range shares {
			sum += s
			if s > shares[0] || s < shares[0]-1 || i > 0 && s > shares[i-1] {
				t.Fatalf("split(%d, %d) = %v: shares differ by more than one, or grow", total, n, shares)
			}
		}
		if sum != total || len(shares) != n {
			t.Fatalf("split(%d, %d) = %v, which makes %d", total, n, shares, sum)
		}
	}
}
