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
	if digits(n) <= w {
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

// MoneyIn is an amount in w cells: whole where it fits, then rounded to whole ones of the
// currency, then to the digits that fit. Of several currencies that do not fit side by
// side it says how many.
func (t *Theme) MoneyIn(m model.Money, w int) string {
	s := t.Money(m)
	switch {
	case Width(s) <= w:
		return s
	case len(m) > 1:
		return model.Plural(int64(len(m)), "currency", "currencies")
	}
	for c, minor := range m {
		one := int64(1) // of the currency, in its smallest unit
		for range model.Exponent(c) {
			one *= 10
		}
		whole, n := float64(minor)/float64(one), minor/one
		switch rest := minor % one; {
		case one > 1 && rest >= one/2:
			n++
		case one > 1 && -rest >= one/2:
			n--
		}
		code := model.Line(c) + " "
		if s = code + model.FormatCount(n); Width(s) > w {
			s = code + rounded(whole, max(w-Width(code), 4))
		}
	}
	return s
}
