package page

import (
	_ "embed"
	"slices"
	"strings"

	"lastclick/tui/ui"
)

// timezones are the zones of zone1970.tab of the tz database (2025b, public domain), with the
// capitals of Europe that are links in it.
//
//go:embed timezones.txt
var timezones string

// TimezoneChoices are the timezones to choose from, and now, the one that is set. none is what
// is chosen where no zone is; empty: a zone must be.
func TimezoneChoices(now, none string) []ui.Choice {
	var all []ui.Choice
	if none != "" {
		all = append(all, ui.Choice{Title: none})
	}
	zones := strings.Fields(timezones)
	if now != "" && !slices.Contains(zones, now) { // one that the tz database knows by another name
		zones = append([]string{now}, zones...)
	}
	return append(all, ui.PlainChoices(zones)...)
}
