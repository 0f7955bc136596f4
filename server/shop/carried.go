package shop

import "strings"

// carried understands what a carrier, or a snippet in the shop, brought into an order: a
// receipt (longer than any code), a click token, or the code of a link.
func carried(value string) tracking {
	value = strings.TrimSpace(value)
	switch {
	case len(value) > maxCode:
		return tracking{Receipt: value}
	case isToken(value):
		return tracking{Click: value}
	}
	return tracking{Code: value}
}

// Lengths by the contract. A receipt has 46 characters or more.
const (
	minToken = 20 // of a click token
	maxToken = 32
	maxCode  = 40
)

// isToken says whether value has the form of a click token, in lower or upper case.
func isToken(value string) bool {
	if len(value) < minToken || len(value) > maxToken {
		return false
	}
	return strings.Trim(strings.ToLower(value), "abcdefghijklmnopqrstuvwxyz234567") == ""
}
