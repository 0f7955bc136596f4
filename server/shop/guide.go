package shop

import "path"

// checkoutOf is the name of the checkout whose address url is.
func checkoutOf(url string) string { return path.Base(url) }

// eventsGuide is the step that names a shop's event here. id says where to find it.
func eventsGuide(url, id, example string) string {
	return "Here, tell each event by what it is called there, " + id + ": event set SLUG --shop " + checkoutOf(url) + ":" + example
}

// carryGuide is the step that lets the shop keep the click.
func carryGuide(preset string) string {
	return "Here, let the links carry the click into the shop: event set SLUG --carry " + preset
}
