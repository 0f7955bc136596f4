package command

import (
	"context"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"lastclick/model"
	"lastclick/server/internal/spreadsheet"
)

func (s *session) stats() *cobra.Command {
	var filter model.Filter
	var days, sort string
	c := s.leaf(spec{
		use:   "stats",
		short: "Show what the tracking links sold, by link and ticket type.",
		more:  "Customers, New Customers and Orders are distinct in each line: they do not add up. The total counts each person and order once, over all tracking links; sales without a link stand apart from it. Only valid tickets count; test orders never do.",
		examples: []string{
			"stats", "stats --event summerfest --from 2026-06-01 --to 2026-06-30", "stats --days 7d --sort tickets", "stats --from today", "stats --link ana --json", "stats --csv",
		},
		role:  model.Viewer,
		lists: true,
		as: func(ctx context.Context, a model.Actor, _ []string) error {
			order, err := statsOrder(sort)
			if err != nil {
				return err
			}
			filter.Link, filter.Event = model.FoldCode(filter.Link), slug(filter.Event)
			if filter.From, filter.To, err = s.daysOf(ctx, a, days, filter.From, filter.To); err != nil {
				return err
			}
			stats, err := s.Store.Stats(ctx, a, filter)
			if err != nil {
				return err
			}
			order(&stats)
			return s.reply(answer{
				json: stats,
				csv:  func() [][]string { return spreadsheet.Stats(stats) },
				text: func(p *page) { s.statsPage(p, stats) },
			})
		},
	})
	f := c.Flags()
	f.StringVar(&filter.Link, "link", "", "the tracking link `CODE` alone")
	f.StringVar(&filter.Event, "event", "", "tickets for the event `SLUG` alone")
	f.StringVar(&filter.From, "from", "", "orders placed on the day `D` or later: 2026-06-01, today or yesterday, in the client's timezone")
	f.StringVar(&filter.To, "to", "", "orders placed on the day `D` or earlier")
	f.StringVar(&days, "days", "", "orders of these days instead of --from and --to, `WORD`: "+strings.Join(model.DayWords, ", ")+", or one day; 7d is today and the six days before")
	f.StringVar(&sort, "sort", "", "the tracking links by the `COLUMN`: "+strings.Join(statsColumnNames(), ", ")+"; numbers from the greatest, words from a, and with a - before it the other way round (default in the order of their creation)")
	return c
}

func (s *session) statsPage(p *page, st model.Stats) {
	p.title(statsTitle(st))
	p.gap()
	money := statsCurrencies(st)
	t := numbersTable("Link", money)
	t.columns = slices.Insert(t.columns, 1, column{title: "Clicks", right: true, drop: 8})
	add := func(r row, first, clicks string, n model.Numbers) {
		r.cells = slices.Insert(t.numbers(first, n), 1, clicks)
		t.rows = append(t.rows, r)
	}
	var clicks int64
	for _, l := range st.Links {
		clicks += l.Link.Clicks
		name := l.Link.Code
		if l.Link.Archived {
			name += " (archived)"
		}
		add(row{}, name+" · "+l.Link.Name, model.FormatCount(l.Link.Clicks), l.Numbers)
		for _, tt := range l.TicketTypes {
			add(row{indent: 2}, typeName(l.Link, tt), "", tt.Numbers)
		}
	}
	t.rows = append(t.rows, row{rule: true})
	add(row{bold: true}, "Total", model.FormatCount(clicks), st.Total)

	if note := p.leftOut(&t.table); note != "" && len(st.Links) > 0 {
		p.say(note)
		p.gap()
	}
	s.unattributed(p, st, money)
	if len(st.Links) == 0 {
		s.noLinks(p)
		return
	}
	p.table(&t.table)
}

// unattributed lists the sales that no link is credited with above the links: the
// total, which does not include them, stays the last line.
func (s *session) unattributed(p *page, st model.Stats, money []string) {
	if len(st.Unattributed) == 0 {
		return
	}
	p.title("Sales without a tracking link (not in the total)")
	t := numbersTable("Reason", money)
	for _, u := range st.Unattributed {
		t.rows = append(t.rows, row{cells: t.numbers(u.Reason.Label(), u.Numbers)})
	}
	p.table(&t.table)
	p.gap()
	p.title("Tracking links")
}

// statsTitle says what the numbers are about.
func statsTitle(st model.Stats) string {
	parts := []string{st.Client}
	if st.Event == nil {
		parts = append(parts, "all events")
	} else {
		parts = append(parts, "event "+*st.Event)
	}
	switch {
	case st.From != nil && st.To != nil:
		parts = append(parts, *st.From+" to "+*st.To)
	case st.From != nil:
		parts = append(parts, "from "+*st.From)
	case st.To != nil:
		parts = append(parts, "to "+*st.To)
	default:
		parts = append(parts, "all days")
	}
	return strings.Join(append(parts, st.Timezone), " · ")
}

func statsCurrencies(st model.Stats) []string {
	found := st.Total.FaceValue.Currencies()
	for _, l := range st.Links {
		found = append(found, currencies(l.Numbers, l.TicketTypes)...)
	}
	for _, u := range st.Unattributed {
		found = append(found, u.FaceValue.Currencies()...)
	}
	return distinct(found)
}
