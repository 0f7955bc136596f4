package shop

import (
	"net/netip"
	"net/url"
	"path"
	"slices"
)

// checkoutOf is the name of the checkout whose address is given.
func checkoutOf(address string) string { return path.Base(address) }

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
func eventsGuide(address string, kind Kind) string {
	e := eventIDs[kind]
	return "Here, tell each event by what it is called there, " + e.id + ": event set SLUG --shop " + checkoutOf(address) + ":" + e.example
}

// tokenGuide says how an API token that may be left out is given to the checkout; more is
// what else is to be set with it.
func tokenGuide(address, more string) string {
	return "pipe it into checkout set " + checkoutOf(address) + more + " --token-stdin"
}

// wordPressWarning says why WordPress would not post to the address; empty: it does. Its
// wp_safe_remote_request, with which WooCommerce delivers, takes three ports and no address
// of a private network (wp_http_validate_url in wp-includes/http.php).
func wordPressWarning(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	ip, err := netip.ParseAddr(u.Hostname())
	switch {
	case u.Hostname() == "localhost" || err == nil && (ip.IsLoopback() || ip.IsPrivate()):
		return "WordPress posts to public addresses alone, and this one is not: give serve the public address as --base-url."
	case !slices.Contains([]string{"", "80", "443", "8080"}, u.Port()):
		return "WordPress posts to the ports 80, 443 and 8080 alone, and this address has " + u.Port() + ": put a proxy before it, and give serve the address of that as --base-url."
	}
	return ""
}

// carryGuide is the step that lets the shop keep the click.
func carryGuide(preset string) string {
	return "Here, let the links carry the click into the shop: event set SLUG --carry " + preset
}
