package model

import (
	"testing"

	"pgregory.net/rapid"
)

func TestParseAmount_EachForm_ReadOrRefused(t *testing.T) {
	for _, c := range []struct {
		text, currency string
		want           int64
		ok             bool
	}{
		{"45", "GBP", 4500, true},
		{"45.0", "GBP", 4500, true},
		{"45.00", "GBP", 4500, true},
		{"0.05", "GBP", 5, true},
		{"0", "GBP", 0, true},
		{"007.5", "EUR", 750, true},
		{"45,00", "EUR", 4500, true},
		{"5000", "JPY", 5000, true},
		{"1.234", "KWD", 1234, true},
		{"92233720368547758.07", "GBP", 9223372036854775807, true},
		{"92233720368547758.08", "GBP", 0, false},
		{"45.005", "GBP", 0, false},
		{"45.000", "GBP", 0, false},
		{"1,234", "GBP", 0, false},
		{"1,234.00", "GBP", 0, false},
		{"1.234,00", "GBP", 0, false},
		{"45,0", "GBP", 0, false},
		{"1,234", "KWD", 0, false},
		{"12,34", "JPY", 0, false},
		{"50.0", "JPY", 0, false},
		{"-45.00", "GBP", 0, false},
		{"+45", "GBP", 0, false},
		{"45.", "GBP", 0, false},
		{".45", "GBP", 0, false},
		{"", "GBP", 0, false},
		{"£45", "GBP", 0, false},
		{"4e2", "GBP", 0, false},
	} {
		got, err := ParseAmount(c.text, c.currency)
		if got != c.want || (err == nil) != c.ok {
			t.Errorf("%s %s: %d, %v", c.text, c.currency, got, err)
		}
	}
}

func TestParseAmount_OfDecimalAmount_IsTheSame(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.Int64Min(0).Draw(t, "minor")
		currency := rapid.SampledFrom([]string{"GBP", "JPY", "KWD", "CLF"}).Draw(t, "currency")
		if got, err := ParseAmount(DecimalAmount(n, currency), currency); got != n || err != nil {
			t.Fatalf("%s: %d, %v", DecimalAmount(n, currency), got, err)
		}
	})
}
