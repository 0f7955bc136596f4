package command

import (
	"cmp"
	"context"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"lastclick/model"
)

// Texts of the flags that `client add` and `client set` share.
const (
	clientName     = "the client's name `N`, at most 120 characters"
	clientURL      = "`URL` of the public profile page, where client-level links lead"
	clientTimezone = "`TZ` in which the client's days begin, such as Europe/London"
	clientRule     = "`RULE` by which a ticket is credited: last-click (the last link clicked, or none) or in-scope (the last link clicked that tracks the ticket's event)"
	clientWindow   = "how long `D` a click counts: a whole number and s, m, h or d, from 1s to 400d, such as 45s, 12h, 30d"
	clientTracking = "how a click is proved, `MODE`: cookie; url (no cookie is set or read: the click token of --carry alone); or consent (cookie and token, but only of a click whose link's address has ?consent=1 or ?cons=1 and whose browser does not send Sec-GPC: 1; every other click is counted and proves nothing)"
)

const clientReplyTo = "where answers to the client's mails go, `ADDRESS`, which owners' stats pages and the pages that end mails name too: else answers go to the person who made the link, where the platform knows their address, and pages name the client alone"

// clients are the commands about clients.
func (s *session) clients() *cobra.Command {
	return s.group("client", "Clients: promoters' accounts on the platform.", s.clientAdd(), s.clientList(), s.clientShow(), s.clientSet())
}

func (s *session) clientAdd() *cobra.Command {
	var n model.NewClient
	c := s.leaf(spec{
		use:      "add SLUG",
		short:    "Add a client.",
		more:     "SLUG is 3 to 40 characters of a-z, 0-9 and -, unique on the platform. It is part of the address /c/SLUG.",
		examples: []string{`'client add acme --name "Acme Live" --url https://tickets.example/acme'`, `client add northside --name Northside --url https://tickets.example/northside --timezone Europe/Berlin --rule in-scope --window 14d`},
		role:     model.Admin,
		run: func(ctx context.Context, args []string) error {
			n.Slug = args[0]
			client, err := s.Store.AddClient(ctx, s.Actor, n)
			if err != nil {
				return err
			}
			return s.reply(answer{json: client, warn: client.NoCarrierWarning(nil), text: func(p *page) {
				p.say("The client " + client.Slug + " is added.")
				p.gap()
				s.clientPage(p, client)
				p.gap()
				p.say("Next, connect the system that sells its tickets, and invite its first person:")
				p.put("  " + s.ssh() + "checkout add shop --client " + client.Slug)
				p.put("  " + s.ssh() + `promoter invite "Ana Diaz" ana@example.com --role owner --client ` + client.Slug)
			}})
		},
	})
	f := c.Flags()
	f.StringVar(&n.Name, "name", "", clientName)
	f.StringVar(&n.URL, "url", "", clientURL)
	f.StringVar(&n.Timezone, "timezone", "Europe/London", clientTimezone+" (default Europe/London)")
	f.StringVar(&n.Rule, "rule", string(model.LastClick), clientRule+" (default last-click)")
	f.StringVar(&n.Window, "window", model.DefaultWindow.String(), clientWindow+" (default 30d)")
	f.StringVar(&n.Carry, "carry", "", clientCarry+" (default none)")
	f.StringVar(&n.Tracking, "tracking", string(model.TrackCookie), clientTracking+" (default cookie)")
	f.StringVar(&n.ReplyTo, "reply-to", "", clientReplyTo)
	require(f, "name", "url")
	return c
}

var clientFields = []field[model.Client]{
	{csv: "slug", value: func(c model.Client) string { return c.Slug }, column: column{title: "Client", min: 8}},
	{csv: "name", value: func(c model.Client) string { return c.Name }, column: column{title: "Name", min: 20}},
	{csv: "url", value: func(c model.Client) string { return c.URL }},
	{csv: "timezone", value: func(c model.Client) string { return c.Timezone }, column: column{title: "Timezone", drop: 2, min: 20}},
	{csv: "rule", value: func(c model.Client) string { return string(c.Rule) }, column: column{title: "Rule"}},
	{csv: "window", value: func(c model.Client) string { return c.Window.String() }, column: column{title: "Window", right: true}},
	{csv: "carry", value: func(c model.Client) string { return c.Carry.String() }},
	{csv: "tracking", value: func(c model.Client) string { return string(c.Tracking) }},
	{csv: "reply_to", value: func(c model.Client) string { return c.ReplyTo }},
	{csv: "created_at", value: func(c model.Client) string { return csvTime(&c.CreatedAt) }},
	{column: column{title: "Profile page", min: 16, drop: 3}, shown: func(c model.Client) string { return c.URL }},
}

func (s *session) clientList() *cobra.Command {
	return s.leaf(spec{
		use:      "list",
		short:    "List the clients.",
		examples: []string{"client list", "client list --csv"},
		role:     model.Admin,
		lists:    true,
		run: func(ctx context.Context, _ []string) error {
			clients, err := s.Store.Clients(ctx, s.Actor)
			if err != nil {
				return err
			}
			return s.reply(listAnswer("clients", clientFields, clients, s.first("There is no client yet. Add the first one:", `'client add acme --name "Acme Live" --url https://tickets.example/acme'`)))
		},
	})
}

func (s *session) clientShow() *cobra.Command {
	return s.leaf(spec{
		use:      "show [SLUG]",
		short:    "Show a client and its rule of attribution.",
		examples: []string{"client show acme"},
		role:     model.Owner,
		run: func(ctx context.Context, args []string) error {
			a, name, err := s.chosen(ctx, args)
			if err != nil {
				return err
			}
			client, err := s.Store.Client(ctx, a, name)
			if err != nil {
				return err
			}
			return s.reply(answer{json: client, text: func(p *page) { s.clientPage(p, client) }})
		},
	})
}

func (s *session) clientSet() *cobra.Command {
	var name, url, timezone, rule, window, carry, tracking, replyTo string
	var f *pflag.FlagSet
	c := s.leaf(spec{
		use:      "set [SLUG]",
		short:    "Change a client.",
		more:     "A new rule or window holds for orders accepted from then on: earlier verdicts stay. A new tracking holds for the clicks from then on: what earlier ones have left still proves them.",
		examples: []string{"client set acme --window 14d", "client set acme --rule in-scope", "client set acme --carry woocommerce", "client set acme --tracking consent"},
		role:     model.Admin,
		run: func(ctx context.Context, args []string) error {
			ch := model.ClientChange{
				Name: given(f, "name", &name), URL: given(f, "url", &url), Timezone: given(f, "timezone", &timezone),
				Rule: given(f, "rule", &rule), Window: given(f, "window", &window), Carry: given(f, "carry", &carry), Tracking: given(f, "tracking", &tracking),
				ReplyTo: given(f, "reply-to", &replyTo),
			}
			if ch == (model.ClientChange{}) {
				return errNothing
			}
			a, name, err := s.chosen(ctx, args)
			if err != nil {
				return err
			}
			client, err := s.Store.SetClient(ctx, a, name, ch)
			if err != nil {
				return err
			}
			a.Client = client.Slug
			events, err := s.Store.Events(ctx, a)
			if err != nil {
				return err
			}
			return s.reply(answer{json: client, warn: client.NoCarrierWarning(events), text: func(p *page) {
				p.say("The client " + client.Slug + " is changed.")
				p.gap()
				s.clientPage(p, client)
			}})
		},
	})
	f = c.Flags()
	f.StringVar(&name, "name", "", clientName)
	f.StringVar(&url, "url", "", clientURL)
	f.StringVar(&timezone, "timezone", "", clientTimezone)
	f.StringVar(&rule, "rule", "", clientRule)
	f.StringVar(&window, "window", "", clientWindow)
	f.StringVar(&carry, "carry", "", clientCarry+`; "" takes it away`)
	f.StringVar(&tracking, "tracking", "", clientTracking)
	f.StringVar(&replyTo, "reply-to", "", clientReplyTo+`; "" takes it away`)
	return c
}

// clientCarry is the text of --carry, of events too.
var clientCarry = "the parameter `C` of pages' addresses that takes a click token to a shop that cannot read our cookie: NAME={click}, or the shop's name for its own, " + carryShops

// carryShops are the shops whose carrier has a name, for help.
var carryShops = func() string {
	names := make([]string, len(model.CarryPresets))
	for i, p := range model.CarryPresets {
		names[i] = p.Shop
	}
	return inWords(names, "or")
}()

// carrier is a carrier as people read it.
func carrier(c model.Carry, none string) string {
	if c == "" {
		return none
	}
	return c.String()
}

// errNothing refuses a `set` without a change.
var errNothing = usagef("nothing is changed: give at least one of the flags")

// given is value where the flag was given, nil where it was not.
func given(f *pflag.FlagSet, name string, value *string) *string {
	if f.Changed(name) {
		return value
	}
	return nil
}

// chosen is the client that the argument names, else --client, else the only one.
func (s *session) chosen(ctx context.Context, args []string) (model.Actor, string, error) {
	name := s.client
	if len(args) > 0 {
		name = args[0]
	}
	a, err := s.Store.Choose(ctx, s.Actor, slug(name))
	if err != nil {
		return a, "", err
	}
	name, err = a.RequireClient(model.Viewer) // the command's own role is checked already
	return a, name, err
}

func (s *session) clientPage(p *page, c model.Client) {
	p.title(c.Name)
	p.pairs(
		[2]string{"Client", c.Slug},
		[2]string{"Profile page", c.URL},
		[2]string{"Timezone", c.Timezone},
		[2]string{"Rule", string(c.Rule)},
		[2]string{"Window", c.Window.String()},
		[2]string{"Carrier", carrier(c.Carry, "none: nothing is added to pages' addresses")},
		[2]string{"Tracking", string(c.Tracking)},
		[2]string{"Answers to mails", cmp.Or(c.ReplyTo, "to the person who made the link")},
		[2]string{"Added", minute(c.CreatedAt, c.Location())},
	)
	if c.Tracking != model.TrackCookie {
		p.gap()
		p.say(c.Tracking.Explain())
	}
}
