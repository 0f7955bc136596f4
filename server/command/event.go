package command

import (
	"context"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"lastclick/model"
)

// Texts of the flags that `event add` and `event set` share.
const (
	eventName     = "the event's name `N`, at most 120 characters"
	eventURL      = "`URL` of the event's page on the ticket site, where event-level links lead"
	eventStarts   = "when it starts, `T`: 2026-06-20T19:30 in the event's timezone, 2026-06-20, or a time of RFC 3339"
	eventTimezone = "the event's timezone `TZ`, such as Europe/London"
)

// events are the commands about events.
func (s *session) events() *cobra.Command {
	return s.group("event", "Events: the shows that tickets are sold for.", s.eventAdd(), s.eventList(), s.eventShow(), s.eventSet())
}

func (s *session) eventAdd() *cobra.Command {
	var n model.NewEvent
	c := s.leaf(spec{
		use:      "add SLUG",
		short:    "Add an event.",
		more:     "SLUG is what the checkout calls the event: 3 to 40 characters of a-z, 0-9 and -, unique on the platform. Webhooks that waited for it are then applied.",
		examples: []string{`'event add summerfest --name "Summer Fest" --url https://tickets.example/summerfest --starts 2026-06-20T19:30'`},
		role:     model.Member,
		as: func(ctx context.Context, a model.Actor, args []string) error {
			n.Slug = args[0]
			event, err := s.Store.AddEvent(ctx, a, n)
			if err != nil {
				return err
			}
			return s.reply(answer{json: event, warn: s.noCarrier(ctx, a, event), text: func(p *page) {
				p.say("The event " + event.Slug + " is added.")
				p.gap()
				eventPage(p, event)
				p.gap()
				p.say("Make a tracking link for it:")
				p.put("  " + s.ssh() + `link add "Ana Diaz" ana@example.com --event ` + event.Slug)
			}})
		},
	})
	f := c.Flags()
	f.StringVar(&n.Name, "name", "", eventName)
	f.StringVar(&n.URL, "url", "", eventURL)
	f.StringVar(&n.StartsAt, "starts", "", eventStarts+" (default not known yet)")
	f.StringVar(&n.Timezone, "timezone", "", eventTimezone+" (default the client's)")
	f.StringVar(&n.Carry, "carry", "", clientCarry+" (default the client's)")
	require(f, "name", "url")
	return c
}

var eventFields = []field[model.Event]{
	{csv: "slug", value: func(e model.Event) string { return e.Slug }, column: column{title: "Event", min: 10}},
	{csv: "client", value: func(e model.Event) string { return e.Client }},
	{csv: "name", value: func(e model.Event) string { return e.Name }, column: column{title: "Name", min: 10}},
	{csv: "url", value: func(e model.Event) string { return e.URL }},
	{
		csv: "starts_at", value: func(e model.Event) string { return csvTime(e.StartsAt) },
		column: column{title: "Starts", drop: 1}, shown: starts,
	},
	{csv: "timezone", value: func(e model.Event) string { return e.Timezone }},
	{csv: "ticket_types", value: func(e model.Event) string {
		ids := make([]string, len(e.TicketTypes))
		for i, t := range e.TicketTypes {
			ids[i] = t.ID
		}
		return strings.Join(ids, " ")
	}},
	{csv: "carry", value: func(e model.Event) string { return e.Carry.String() }},
	{csv: "shops", value: func(e model.Event) string {
		ids := make([]string, len(e.Shops))
		for i, s := range e.Shops {
			ids[i] = s.String()
		}
		return strings.Join(ids, " ")
	}},
	{csv: "created_at", value: func(e model.Event) string { return csvTime(&e.CreatedAt) }},
	{column: column{title: "Page", min: 16, drop: 2}, shown: func(e model.Event) string { return e.URL }},
}

func (s *session) eventList() *cobra.Command {
	return s.leaf(spec{
		use:      "list",
		short:    "List the events.",
		examples: []string{"event list", "event list --csv"},
		role:     model.Viewer,
		lists:    true,
		as: func(ctx context.Context, a model.Actor, _ []string) error {
			events, err := s.Store.Events(ctx, a)
			if err != nil {
				return err
			}
			return s.reply(listAnswer("events", eventFields, events, s.noEvents))
		},
	})
}

// noEvents says what to do where there is none.
func (s *session) noEvents(p *page) {
	if !s.Actor.Can(model.Member) {
		p.say("There is no event yet. The checkout adds them by itself, or a member of the team does.")
		return
	}
	p.say("There is no event yet. The checkout adds them by itself (event.updated), or add the first one:")
	p.put("  " + s.ssh() + `'event add summerfest --name "Summer Fest" --url https://tickets.example/summerfest'`)
}

func (s *session) eventShow() *cobra.Command {
	return s.leaf(spec{
		use:      "show SLUG",
		short:    "Show an event and its ticket types.",
		examples: []string{"event show summerfest"},
		role:     model.Viewer,
		as: func(ctx context.Context, a model.Actor, args []string) error {
			event, err := s.Store.Event(ctx, a, slug(args[0]))
			if err != nil {
				return err
			}
			return s.reply(answer{json: event, text: func(p *page) { eventPage(p, event) }})
		},
	})
}

func (s *session) eventSet() *cobra.Command {
	var name, url, start, timezone, carry string
	var shops []string
	var f *pflag.FlagSet
	c := s.leaf(spec{
		use:   "set SLUG",
		short: "Change an event.",
		more: "A new page holds from the next click on, for links that are out already too. --shop NAME:ID says what the shop of the checkout NAME calls the event; orders that waited for it are then applied. " +
			"--shop NAME: without an id takes away all that the event is called there; orders that are applied already stay.",
		examples: []string{"event set summerfest --starts 2026-06-20T20:00", `'event set summerfest --name "Summer Fest 2026"'`, "event set summerfest --shop webshop:1345"},
		role:     model.Member,
		run: func(ctx context.Context, args []string) error {
			ch := model.EventChange{Name: given(f, "name", &name), URL: given(f, "url", &url), StartsAt: given(f, "starts", &start), Timezone: given(f, "timezone", &timezone), Carry: given(f, "carry", &carry), Shops: shops}
			if ch.Empty() {
				return errNothing
			}
			a, err := s.actor(ctx)
			if err != nil {
				return err
			}
			event, err := s.Store.SetEvent(ctx, a, slug(args[0]), ch)
			if err != nil {
				return err
			}
			return s.reply(answer{json: event, warn: s.noCarrier(ctx, a, event), text: func(p *page) {
				p.say("The event " + event.Slug + " is changed.")
				p.gap()
				eventPage(p, event)
			}})
		},
	})
	f = c.Flags()
	f.StringVar(&name, "name", "", eventName)
	f.StringVar(&url, "url", "", eventURL)
	f.StringVar(&start, "starts", "", eventStarts+`; "" for not known yet`)
	f.StringVar(&timezone, "timezone", "", eventTimezone)
	f.StringVar(&carry, "carry", "", clientCarry+`; "" for the client's`)
	f.StringArrayVar(&shops, "shop", nil, "what a shop calls the event, `NAME:ID`; NAME: takes away all that it does (repeatable)")
	return c
}

// noCarrier warns where no click on the event's page could ever be credited. A client that
// cannot be read now is not warned about.
func (s *session) noCarrier(ctx context.Context, a model.Actor, e model.Event) string {
	client, err := s.Store.Client(ctx, a, e.Client)
	if err != nil || client.Tracking != model.TrackURL || client.Carry != "" || e.Carry != "" {
		return ""
	}
	return "No click on the page of " + e.Slug + " can be credited, for the tracking of " + client.Slug + " is url and the page has no carrier. Give it one with event set " + e.Slug + " --carry."
}

// starts is when e starts, as the people there read their clocks.
func starts(e model.Event) string {
	return minuteOr(e.StartsAt, model.Location(e.Timezone), "not known yet")
}

func eventPage(p *page, e model.Event) {
	p.title(e.Name)
	p.pairs(
		[2]string{"Event", e.Slug},
		[2]string{"Client", e.Client},
		[2]string{"Page", e.URL},
		[2]string{"Starts", starts(e)},
		[2]string{"Timezone", e.Timezone},
		[2]string{"Carrier", carrier(e.Carry, "the client's")},
	)
	if len(e.Shops) > 0 {
		ids := make([]string, len(e.Shops))
		for i, s := range e.Shops {
			ids[i] = s.String()
		}
		p.pairs([2]string{"In shops", strings.Join(ids, ", ")})
	}
	if len(e.TicketTypes) == 0 {
		return
	}
	p.gap()
	t := &table{columns: []column{{title: "Ticket type", min: 8}, {title: "Name", min: 8}}}
	for _, tt := range e.TicketTypes {
		t.add(tt.ID, tt.Name)
	}
	p.list(t)
}
