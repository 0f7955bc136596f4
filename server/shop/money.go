package shop

import (
	"errors"
	"fmt"
	"strings"

	"lastclick/model"
)

// maxAmountText bounds an amount as a shop writes it, in bytes.
const maxAmountText = 40

// minorUnits reads an amount in major units, such as 45, 45.00, -10.5 or 4.5e1, as a
// number of the currency's minor units (ISO 4217): 45.00 GBP are 4500, 45.00 JPY are 45,
// 4.5 KWD are 4500. It is exact: more decimals than the currency has are refused unless
// they are zeros. Thousands are not set apart and the decimal sign is a point, since a
// comma means either. Its error is a clause that stands behind the name of a field.
func minorUnits(amount, currency string) (int64, error) {
	errAmount := errors.New("must be an amount such as 45.00")
	if amount == "" || len(amount) > maxAmountText {
		return 0, errAmount
	}
	negative := amount[0] == '-'
	mantissa, exponent, ok := splitExponent(strings.TrimPrefix(amount, "-"))
	if !ok {
		return 0, errAmount
	}
	whole, fraction, point := strings.Cut(mantissa, ".")
	digits := whole + fraction
	if whole == "" || point && fraction == "" || strings.Trim(digits, "0123456789") != "" {
		return 0, errAmount
	}
	// The amount in minor units is digits with the point moved to the right by shift.
	places := model.Exponent(currency)
	shift := places + exponent - len(fraction)
	if shift < 0 {
		cut := max(len(digits)+shift, 0)
		if strings.Trim(digits[cut:], "0") != "" {
			return 0, fmt.Errorf("has more decimals than %s, which has %d", model.Truncate(model.Clean(currency), 3), places)
		}
		digits = digits[:cut]
	} else {
		digits += strings.Repeat("0", shift)
	}
	n := int64(0)
	for _, c := range []byte(digits) {
		if n = n*10 + int64(c-'0'); n > model.MaxFaceValue*model.MaxTickets {
			return 0, errors.New("is larger than any order")
		}
	}
	if negative {
		n = -n
	}
	return n, nil
}

// splitExponent takes a JSON number's exponent off, of two digits at most.
func splitExponent(number string) (mantissa string, exponent int, ok bool) {
	i := strings.IndexAny(number, "eE")
	if i < 0 {
		return number, 0, true
	}
	mantissa, digits := number[:i], number[i+1:]
	negative := strings.HasPrefix(digits, "-")
	if negative || strings.HasPrefix(digits, "+") {
		digits = digits[1:]
	}
	if len(digits) < 1 || len(digits) > 2 || strings.Trim(digits, "0123456789") != "" {
		return "", 0, false
	}
	for _, c := range []byte(digits) {
		exponent = exponent*10 + int(c-'0')
	}
	if negative {
		exponent = -exponent
	}
	return mantissa, exponent, true
}

// split shares total, in minor units, over n units so that the shares add up to it: the
// first ones get one more where it cannot be divided. Total must not be negative.
func split(total int64, n int) []int64 {
	shares := make([]int64, n)
	each, rest := total/int64(n), total%int64(n)
	for i := range shares {
		shares[i] = each
		if int64(i) < rest {
			shares[i]++
		}
	}
	return shares
}
