package command

import (
	"context"

	"github.com/spf13/cobra"

	"lastclick/model"
)

// reports are the commands about numbers that are mailed to people without a login.
func (s *session) reports() *cobra.Command {
	return s.group("report", "Reports: numbers by mail to people without a login.", s.reportAdd(), s.reportList(), s.reportRemove())
}

func (s *session) reportAdd() *cobra.Command {
	var weekly, daily bool
	var n model.NewReport
	c := s.leaf(spec{
		use:   "add EMAIL",
		short: "Mail the numbers of the tracking links to someone, every day or every week.",
		more: "It goes out at 8:00 in the client's timezone, of the day before, or on Monday of the week before, with what is more or less than in the days before; a CSV file as stats --csv prints it is attached. " +
			"Who gets it needs no login, sees the numbers of all links, and ends it with one click. A report to the same address about the same events is replaced.",
		examples: []string{"report add boss@example.com --weekly", "report add venue@example.com --daily --event summerfest"},
		role:     model.Owner,
		as: func(ctx context.Context, a model.Actor, args []string) error {
			if weekly == daily {
				return usagef("say how often: --weekly or --daily")
			}
			n.Email, n.Event, n.Every = args[0], slug(n.Event), model.EveryDay
			if weekly {
				n.Every = model.EveryWeek
			}
			report, err := s.Store.AddReport(ctx, a, n)
			if err != nil {
				return err
			}
			loc := s.zone(ctx, a)
			return s.reply(answer{json: report, text: func(p *page) {
				p.say("The numbers of " + reportEvents(report) + " are mailed to " + report.Email + ", " + string(report.Every) + ". The first mail goes out on " + minute(report.NextAt, loc) + ".")
			}})
		},
	})
	f := c.Flags()
	f.BoolVar(&weekly, "weekly", false, "on Monday, of the week before")
	f.BoolVar(&daily, "daily", false, "every day, of the day before")
	f.StringVar(&n.Event, "event", "", "of the event `SLUG` alone (default every event of the client)")
	return c
}

func reportEvents(r model.Report) string { return or(r.Event, "every event") }

func (s *session) reportList() *cobra.Command {
	return s.leaf(spec{
		use:      "list",
		short:    "List whom numbers are mailed to.",
		more:     "What a link's owner gets is set with the link: link set CODE --digest.",
		examples: []string{"report list", "report list --csv"},
		role:     model.Owner,
		lists:    true,
		as: func(ctx context.Context, a model.Actor, _ []string) error {
			list, err := s.Store.Reports(ctx, a)
			if err != nil {
				return err
			}
			loc := s.zone(ctx, a)
			fields := []field[model.Report]{
				{csv: "email", value: func(r model.Report) string { return r.Email }, column: column{title: "E-mail", min: 12}},
				{csv: "every", value: func(r model.Report) string { return string(r.Every) }, column: column{title: "Every"}},
				{csv: "event", value: func(r model.Report) string { return or(r.Event, "") }, column: column{title: "Event", min: 8, drop: 1}, shown: reportEvents},
				{csv: "next_at", value: func(r model.Report) string { return csvTime(&r.NextAt) }, column: column{title: "Next", drop: 2}, shown: func(r model.Report) string { return minute(r.NextAt, loc) }},
				{csv: "created_at", value: func(r model.Report) string { return csvTime(&r.CreatedAt) }},
			}
			return s.reply(listAnswer("reports", fields, list, s.first("No numbers are mailed yet. Have them mailed to someone:", "report add boss@example.com --weekly")))
		},
	})
}

func (s *session) reportRemove() *cobra.Command {
	var event string
	c := s.leaf(spec{
		use:      "remove EMAIL",
		short:    "End the mails with numbers to someone.",
		examples: []string{"report remove boss@example.com", "report remove venue@example.com --event summerfest"},
		role:     model.Owner,
		as: func(ctx context.Context, a model.Actor, args []string) error {
			removed, err := s.Store.RemoveReport(ctx, a, args[0], slug(event))
			if err != nil {
				return err
			}
			return s.reply(answer{json: listed("reports", removed), text: func(p *page) {
				p.say(model.Plural(int64(len(removed)), "report", "reports") + " to " + removed[0].Email + " ended. Nothing more is mailed.")
			}})
		},
	})
	c.Flags().StringVar(&event, "event", "", "only the report about the event `SLUG`")
	return c
}
