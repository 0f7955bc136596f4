package model

import (
	"encoding/json"
	"slices"
	"strings"
)

// Carry is the parameter of a page's address that takes a click token to the shop (R23),
// by its name; empty where nothing of ours is added to the address.
type Carry string

// MaxCarry bounds the name of a carrying parameter, in bytes.
const MaxCarry = 40

// carryValue stands for the token where a carrier is written out.
const carryValue = "{click}"

// CarryPreset names the parameter that a shop keeps with the order.
type CarryPreset struct{ Shop, Parameter string }

// CarryPresets are the shops whose parameter is known.
var CarryPresets = []CarryPreset{
	{"woocommerce", "utm_content"},
	{"stripe", "client_reference_id"},
	{"tito", "source"},
	{"tickettailor", "ref"},
	{"eventbrite", "aff"},
	{"pretix", "lastclick"},
}

// ParseCarry takes "NAME={click}", the name of a preset, or nothing, which takes a carrier
// away.
func ParseCarry(field, s string) (Carry, error) {
	s = strings.TrimSpace(s)
	if s == "" {
		return "", nil
	}
	for _, p := range CarryPresets {
		if strings.EqualFold(s, p.Shop) {
			return Carry(p.Parameter), nil
		}
	}
	name, ok := strings.CutSuffix(s, "="+carryValue)
	switch {
	case !ok || !plainParameter(name):
		shops := make([]string, len(CarryPresets))
		for i, p := range CarryPresets {
			shops[i] = p.Shop
		}
		return "", &Error{
			Kind: Invalid, Field: field, Msg: field + " must be NAME=" + carryValue + " with a NAME of 1 to 40 of a-z, A-Z, 0-9, _, . and -, or one of " + strings.Join(shops, ", "),
			Hint: "such as utm_content=" + carryValue + "; an empty one takes it away",
		}
	case slices.ContainsFunc([]string{ActParam, SubParam, QRParam}, func(ours string) bool { return strings.EqualFold(name, ours) }):
		return "", Invalidf(field, "%s %q is a parameter of our own addresses: choose another", field, name)
	}
	return Carry(name), nil
}

func plainParameter(s string) bool {
	for i := 0; i < len(s); i++ {
		c := s[i]
		if !(c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || strings.IndexByte("_.-", c) >= 0) {
			return false
		}
	}
	return len(s) > 0 && len(s) <= MaxCarry
}

// String is the carrier as ParseCarry takes it: "utm_content={click}", or nothing.
func (c Carry) String() string {
	if c == "" {
		return ""
	}
	return string(c) + "=" + carryValue
}

// MarshalJSON writes the carrier as String does, and none as null.
func (c Carry) MarshalJSON() ([]byte, error) {
	if c == "" {
		return []byte("null"), nil
	}
	return json.Marshal(c.String())
}

// UnmarshalJSON reads what MarshalJSON writes.
func (c *Carry) UnmarshalJSON(b []byte) error {
	var s string
	err := json.Unmarshal(b, &s)
	if err == nil {
		*c, err = ParseCarry("carry", s)
	}
	return err
}
