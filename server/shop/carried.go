package shop

import "strings"

// carried understands what a carrier, or a snippet in the shop, brought into an order: a
// receipt (longer than any click token), a click token, or the code of a link.
func carried(value string) tracking {
	value = strings.TrimSpace(value)
	switch {
	case len(value) > maxToken:
		return tracking{Receipt: value}
	case isToken(value):
		return tracking{Click: value}
	}
	return tracking{Code: value}
}

// The length of a click token, by the contract. A receipt has 46 characters or more, a
// code 40 at most.
const minToken, maxToken = 20, 32

// isToken says whether value has the form of a click token, in lower or upper case.
func isToken(value string) bool {
	if len(value) < minToken || len(value) > maxToken {
		return false
	}
	return strings.Trim(strings.ToLower(value), "abcdefghijklmnopqrstuvwxyz234567") == ""
}
