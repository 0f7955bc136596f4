package shop

import "path"

// checkoutOf is the name of the checkout whose address url is.
func checkoutOf(url string) string { return path.Base(url) }

// eventIDs say what a shop calls an event, and where that is found.
var eventIDs = map[Kind]struct{ id, example string }{
	WooCommerce:  {"the number of the product (post=1345 in the address of its page in WordPress)", "1345"},
	TicketTailor: {"es_ and the number at the end of the address of its page (…/events/acme/596 is es_596)", "es_596"},
	Tito:         {"the last part of the address of its page (ti.to/acme/summerfest is summerfest)", "summerfest"},
	Stripe:       {"the ids of its products, which begin with prod_", "prod_NppuJWzzNnD5Ut"},
	HiEvents:     {"the number in the address of its page, such as 12 in /manage/event/12", "12"},
	Pretix:       {"its short form, in a series with the number of the date behind a /", "democon"},
	Eventbrite:   {"its id, the number at the end of the address of its page", "64592778740"},
	Plain:        {"what the rows say as event", "1345"},
}

// EventID says what a shop of the kind calls an event, and where that is found.
func EventID(kind Kind) string { return eventIDs[kind].id }

// eventsGuide is the step that names an event of a shop of the kind here.
func eventsGuide(url string, kind Kind) string {
	e := eventIDs[kind]
	return "Here, tell each event by what it is called there, " + e.id + ": event set SLUG --shop " + checkoutOf(url) + ":" + e.example
}

// carryGuide is the step that lets the shop keep the click.
func carryGuide(preset string) string {
	return "Here, let the links carry the click into the shop: event set SLUG --carry " + preset
}
