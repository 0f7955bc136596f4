package shop

import "time"

// Sample is a test order of one ticket, for which a shop makes a delivery of its own.
type Sample struct {
	Order   string // its id: visible ASCII, at most 64 characters
	Event   string // as the shop calls it
	Receipt string // the value of the cookie; empty for none
	Click   string // the click token; empty for none
	At      time.Time
}

// Sampler is a shop that can make such a delivery, signed with the account's newest secret
// as the shop would: `checkout test` posts it.
type Sampler interface {
	Shop
	Sample(a Account, s Sample) Delivery
}
