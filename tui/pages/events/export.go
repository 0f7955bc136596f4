package events

import (
	"slices"
	"strings"

	"lastclick/model"
	"lastclick/tui/page"
)

// export is the command for the events that the filter shows.
func (p *Events) export() page.Export {
	e := page.Export{Args: "event list --csv", File: "events.csv"}
	if p.Table.Filtered() {
		var slugs []string
		for v := range p.Table.Rows() {
			slugs = append(slugs, v.Event.Slug)
		}
		slugs = slices.DeleteFunc(slugs, func(slug string) bool { return !model.ValidSlug(slug) })
		if len(slugs) > 0 {
			e.Pipe = "| grep -E '^(slug|" + strings.Join(slugs, "|") + "),'"
			e.Notes = append(e.Notes, "Of the lines, grep keeps the titles and those of the events that are shown.")
		} else {
			e.Notes = append(e.Notes, "No event matches the filter, so these are all events.")
		}
	}
	e.Notes = append(e.Notes, "What links sold of one event: stats --csv --event SLUG.")
	return e
}
