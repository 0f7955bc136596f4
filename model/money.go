package model

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// Money is an amount for each currency, in its minor unit (pence, cents). Amounts
// of two currencies are never added up or converted.
type Money map[string]int64

// Add adds amount. A currency whose sum is zero stays, since a free ticket is a sale of 0.
func (m *Money) Add(currency string, amount int64) {
	if *m == nil {
		*m = Money{}
	}
	(*m)[currency] += amount
}

// MarshalJSON writes {} for no money at all, never null.
func (m Money) MarshalJSON() ([]byte, error) {
	b := []byte{'{'}
	for i, c := range m.Currencies() {
		if i > 0 {
			b = append(b, ',')
		}
		b = strconv.AppendQuote(b, c)
		b = append(b, ':')
		b = strconv.AppendInt(b, m[c], 10)
	}
	return append(b, '}'), nil
}

// Currencies are the currencies of m in order.
func (m Money) Currencies() []string { return slices.Sorted(maps.Keys(m)) }

// String is what a person reads: "GBP 4,365.00", several joined by " + ", "–" for
// none.
func (m Money) String() string {
	if len(m) == 0 {
		return "–"
	}
	parts := make([]string, 0, len(m))
	for _, c := range m.Currencies() {
		parts = append(parts, c+" "+FormatAmount(m[c], c))
	}
	return strings.Join(parts, " + ")
}

// FormatAmount writes minor units as a decimal number with thousands apart, with as
// many decimals as the currency has: 436500 GBP is "4,365.00".
func FormatAmount(minor int64, currency string) string {
	digits := Exponent(currency)
	sign := ""
	n := uint64(minor)
	if minor < 0 {
		sign, n = "-", -n
	}
	s := strconv.FormatUint(n, 10)
	if len(s) <= digits {
		s = strings.Repeat("0", digits-len(s)+1) + s
	}
	whole, frac := s[:len(s)-digits], s[len(s)-digits:]
	if whole = thousands(whole); frac != "" {
		return sign + whole + "." + frac
	}
	return sign + whole
}

// DecimalAmount is FormatAmount for programs: no thousands, "4365.00".
func DecimalAmount(minor int64, currency string) string {
	return strings.ReplaceAll(FormatAmount(minor, currency), ",", "")
}

// What ParseAmount refuses.
var (
	errNotAnAmount = errors.New("must be an amount in major units, such as 45.00: digits, and a point before the decimals")
	errLargeAmount = errors.New("is more than an amount can be")
)

// ParseAmount reads what DecimalAmount writes, as minor units: "45", "45.0" and "45.00"
// are 4500 GBP. Spreadsheets of many countries write "45,00"; that is taken where it has
// exactly the two decimals of its currency, for three digits after a comma may be
// thousands. More decimals than the currency has are refused, and so is a sign. An error
// is a clause that stands behind the name of a field.
func ParseAmount(s, currency string) (int64, error) {
	places := Exponent(currency)
	whole, frac, point := strings.Cut(s, ".")
	if w, f, comma := strings.Cut(s, ","); comma && !point && places == 2 && len(f) == 2 {
		whole, frac, point = w, f, true
	}
	if whole == "" || point && frac == "" {
		return 0, errNotAnAmount
	}
	for _, part := range []string{whole, frac} {
		for i := 0; i < len(part); i++ {
			if !isDigit(part[i]) {
				return 0, errNotAnAmount
			}
		}
	}
	if len(frac) > places {
		return 0, fmt.Errorf("has %d decimals, and %s has %d", len(frac), currency, places)
	}
	n, err := strconv.ParseInt(whole+frac+strings.Repeat("0", places-len(frac)), 10, 64)
	if err != nil {
		return 0, errLargeAmount
	}
	return n, nil
}

// FormatCount writes a count with its thousands apart.
func FormatCount(n int64) string {
	if n < 0 {
		return "-" + thousands(strconv.FormatInt(-n, 10))
	}
	return thousands(strconv.FormatInt(n, 10))
}

func thousands(digits string) string {
	if len(digits) <= 3 {
		return digits
	}
	var b strings.Builder
	for i, c := range []byte(digits) {
		if i > 0 && (len(digits)-i)%3 == 0 {
			b.WriteByte(',')
		}
		b.WriteByte(c)
	}
	return b.String()
}

// ValidCurrency says whether code is a currency of ISO 4217 in use, in upper case.
func ValidCurrency(code string) bool {
	return len(code) == 3 && strings.Contains(currencies, " "+code+" ")
}

// Exponent is how many decimals the currency has (ISO 4217): 2 for GBP, 0 for JPY, 3 for
// KWD. A code that is no currency has 2.
func Exponent(currency string) int {
	switch {
	case strings.Contains(noDecimals, " "+currency+" "):
		return 0
	case strings.Contains(threeDecimals, " "+currency+" "):
		return 3
	case strings.Contains(fourDecimals, " "+currency+" "):
		return 4
	}
	return 2
}

// ISO 4217:2015, list one, with amendments to No. 177 (2025): funds codes, metals
// and test codes left out, currencies that were replaced lately kept, as old orders
// may still arrive.
const (
	currencies = " AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD" +
		" CAD CDF CHF CLF CLP CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD" +
		" HKD HNL HRK HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD" +
		" MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG" +
		" QAR RON RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SLL SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS" +
		" UAH UGX USD UYU UYW UZS VED VES VND VUV WST XAF XCD XCG XOF XPF YER ZAR ZMW ZWG ZWL "
	noDecimals    = " BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF "
	threeDecimals = " BHD IQD JOD KWD LYD OMR TND "
	fourDecimals  = " CLF UYW "
)
