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

// Carrier is what an order of a shop can bring back of a click.
type Carrier string

// The carriers.
const (
	CarriesToken   Carrier = "token"   // the click token, from the address of the page
	CarriesReceipt Carrier = "receipt" // the value of the cookie
	CarriesCoupon  Carrier = "coupon"  // a code of a link that the buyer enters
)

// carriers are those of each kind, the usual one first. A receipt takes code in the shop
// that reads the cookie: the samples in scripts/samples, or what fills the fields of plain.
var carriers = map[Kind][]Carrier{
	WooCommerce:  {CarriesToken, CarriesReceipt},
	TicketTailor: {CarriesToken},
	Tito:         {CarriesToken},
	Stripe:       {CarriesToken},
	HiEvents:     {CarriesCoupon},
	Pretix:       {CarriesToken, CarriesReceipt},
	Eventbrite:   {CarriesToken},
	Plain:        {CarriesToken, CarriesReceipt},
}

// Carriers are what orders of the kind can bring back of a click, the usual one first.
func Carriers(kind Kind) []Carrier { return carriers[kind] }

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
