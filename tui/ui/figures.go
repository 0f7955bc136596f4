package ui

import (
	"fmt"

	"lastclick/model"
)

// units shorten large numbers, by thousands.
var units = []string{"", "k", "M", "B", "T"}

// Count writes a count in w cells: with all its digits where they fit, else rounded to
// the digits that do: "12,345" is "12.3k" in five cells. It is never cut.
func Count(n int64, w int) string {
	if Digits(n) <= w {
		return model.FormatCount(n)
	}
	return rounded(float64(n), w)
}

// rounded is a number of 1,000 or more in w cells, with at most two decimals.
func rounded(v float64, w int) string {
	text := ""
	for _, unit := range units {
		if v >= 999.5 && unit != units[len(units)-1] {
			v /= 1000
			continue
		}
		for decimals := 2; decimals >= 0; decimals-- {
			text = fmt.Sprintf("%.*f%s", decimals, v, unit)
			if unit != "" && v < 999.5 && len(text) <= w {
				return text
			}
		}
	}
	if v >= 999.5 { // quintillions: no shop sells them, but what a checkout sends is not ours
		return fmt.Sprintf("%.0e", v*1e12)
	}
	return text
}

// MoneyIn is an amount in w cells: whole where it fits, then without what is less than
// one, then rounded. Of several currencies that do not fit side by side it says how many.
func (t *Theme) MoneyIn(m model.Money, w int) string {
	s := t.Money(m)
	switch {
	case Width(s) <= w:
		return s
	case len(m) > 1:
		return model.Plural(int64(len(m)), "currency", "currencies")
	}
	for c, minor := range m {
		whole := float64(minor)
		n := minor
		for range model.Exponent(c) {
			whole, n = whole/10, n/10
		}
		code := model.Line(c) + " "
		if s = code + model.FormatCount(n); Width(s) > w {
			s = code + rounded(whole, max(w-Width(code), 4))
		}
	}
	return s
}
