package command

import (
	"context"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"lastclick/model"
)

// links are the commands about tracking links.
func (s *session) links() *cobra.Command {
	return s.group("link", "Tracking links.", s.linkAdd(), s.linkImport(), s.linkList(), s.linkShow(), s.linkTest(), s.linkSet(), s.linkArchive(), s.linkRestore(), s.linkResend(), s.linkQR(), s.linkCodes())
}

var sourceText = "the digital `SOURCE` that the link stands in: " + strings.Join(model.Sources, ", ")

func (s *session) linkAdd() *cobra.Command {
	var n model.NewLink
	c := s.leaf(spec{
		use:   "add NAME EMAIL",
		short: "Add a tracking link for a person and mail it to them.",
		more:  "NAME may have several words: the last word is the address. Without --event the link leads to the client's profile page and tracks every event; with it, to that event's page, and tracks that event alone. A customer who clicks several links counts for the last one.",
		examples: []string{
			`link add "Ana Diaz" ana@example.com --event summerfest`,
			`link add "Night Owl Bar" owl@example.com --code night-owl --source referral --no-mail`,
		},
		role: model.Member,
		many: true,
		as: func(ctx context.Context, a model.Actor, args []string) error {
			last := len(args) - 1
			n.Name, n.Email = strings.Join(args[:last], " "), args[last]
			link, err := s.Store.AddLink(ctx, a, n)
			if err != nil {
				return err
			}
			return s.reply(answer{json: link, text: func(p *page) { s.newLinkPage(p, link, s.competing(ctx, a, link)) }})
		},
	})
	f := c.Flags()
	f.StringVar(&n.Event, "event", "", "track the event `SLUG` alone (default every event of the client)")
	f.StringVar(&n.Code, "code", "", "the shortlink's `CODE`: 3 to 40 characters of a-z, 0-9 and -, never given twice (default chosen for you)")
	f.StringVar(&n.Source, "source", model.Sources[0], sourceText+" (default "+model.Sources[0]+")")
	f.BoolVar(&n.NoMail, "no-mail", false, "send no welcome mail")
	return c
}

func (s *session) linkList() *cobra.Command {
	var all bool
	c := s.leaf(spec{
		use:      "list",
		short:    "List the tracking links with their clicks.",
		examples: []string{"link list", "link list --all --csv"},
		role:     model.Viewer,
		lists:    true,
		as: func(ctx context.Context, a model.Actor, _ []string) error {
			links, err := s.Store.Links(ctx, a, all)
			if err != nil {
				return err
			}
			return s.reply(answer{
				json: listed("links", links),
				csv:  func() [][]string { return csvOf(linkFields, links) },
				text: func(p *page) { s.linkTable(p, links, all) },
			})
		},
	})
	c.Flags().BoolVar(&all, "all", false, "archived links too")
	return c
}

var linkFields = []field[model.Link]{
	{csv: "code", value: func(l model.Link) string { return l.Code }, column: column{title: "Code"}},
	{csv: "name", value: func(l model.Link) string { return l.Name }, column: column{title: "Name", min: 18}},
	{csv: "email", value: func(l model.Link) string { return l.Email }},
	{csv: "level", value: func(l model.Link) string { return string(l.Level) }},
	{
		csv: "event", value: func(l model.Link) string { return or(l.Event, "") },
		column: column{title: "Tracks", min: 14, drop: 3}, shown: tracks,
	},
	{csv: "source", value: func(l model.Link) string { return l.Source }, column: column{title: "Source", drop: 5}},
	{csv: "short_url", value: func(l model.Link) string { return l.ShortURL }},
	{csv: "full_url", value: func(l model.Link) string { return l.FullURL }},
	{csv: "stats_url", value: func(l model.Link) string { return l.StatsURL }},
	{csv: "archived", value: func(l model.Link) string { return strconv.FormatBool(l.Archived) }},
	{csv: "mail", value: func(l model.Link) string { return string(l.Mail) }},
	{csv: "aliases", value: codes},
	count("clicks", column{title: "Clicks", right: true}, func(l model.Link) int64 { return l.Clicks }),
	count("visitors", column{title: "Visitors", right: true, drop: 4}, func(l model.Link) int64 { return l.Visitors }),
	count("bots", column{title: "Bots", right: true, drop: 6}, func(l model.Link) int64 { return l.Bots }),
	count("qr_scans", column{}, func(l model.Link) int64 { return l.QRScans }),
	{csv: "created_at", value: func(l model.Link) string { return csvTime(&l.CreatedAt) }},
	{column: column{title: "Mail", drop: 2}, shown: func(l model.Link) string { return string(l.Mail) }},
	{column: column{title: "State", drop: 1}, shown: state},
	{column: column{title: "Shortlink", drop: 7}, shown: func(l model.Link) string { return l.ShortURL }},
}

func state(l model.Link) string {
	if l.Archived {
		return "archived"
	}
	return "in use"
}

func (s *session) linkTable(p *page, links []model.Link, all bool) {
	if len(links) == 0 {
		s.noLinks(p)
		return
	}
	p.list(tableOf(linkFieldsOf(links), links))
	p.gap()
	what := " in use. Archived ones are listed with --all."
	if all {
		what = ", archived ones too."
	}
	p.say(model.Plural(int64(len(links)), "tracking link", "tracking links") + what)
}

// noLinks says how to make the first link.
func (s *session) noLinks(p *page) {
	if !s.Actor.Can(model.Member) {
		p.say("There is no tracking link yet. An owner or a member of the team makes the first one.")
		return
	}
	p.say("There is no tracking link yet. Make the first one:")
	p.put("  " + s.ssh() + `link add "Ana Diaz" ana@example.com`)
}

// tracks says what a link tracks.
func tracks(l model.Link) string { return or(l.Event, "every event") }

func (s *session) linkShow() *cobra.Command {
	return s.leaf(spec{
		use:      "show CODE",
		short:    "Show a tracking link: addresses, numbers, and the links it meets.",
		examples: []string{"link show ana"},
		role:     model.Viewer,
		as: func(ctx context.Context, a model.Actor, args []string) error {
			detail, err := s.Store.Link(ctx, a, model.FoldCode(args[0]))
			if err != nil {
				return err
			}
			return s.reply(answer{json: detail, text: func(p *page) { s.linkPage(p, detail, s.zone(ctx, a)) }})
		},
	})
}

func (s *session) linkSet() *cobra.Command {
	var name, email, source, digest string
	var token bool
	var f *pflag.FlagSet
	c := s.leaf(spec{
		use:      "set CODE",
		short:    "Change a tracking link's owner, source or digest, or renew its stats page.",
		more:     "The code, and what the link tracks, never change: archive it and make another one.",
		examples: []string{"link set ana --email ana.diaz@example.com", "link set ana --digest weekly", "link set ana --new-stats-token"},
		role:     model.Member,
		run: func(ctx context.Context, args []string) error {
			ch := model.LinkChange{Name: given(f, "name", &name), Email: given(f, "email", &email), Source: given(f, "source", &source), Digest: given(f, "digest", &digest), NewStatsToken: token}
			if ch == (model.LinkChange{}) {
				return errNothing
			}
			return s.changed(ctx, "is changed."+digestSet(ch)+renewed(ch), func(a model.Actor) (model.Link, error) { return s.Store.SetLink(ctx, a, model.FoldCode(args[0]), ch) })
		},
	})
	f = c.Flags()
	f.StringVar(&name, "name", "", "whom the link is for, `N`, at most 120 characters")
	f.StringVar(&email, "email", "", "the owner's e-mail `ADDRESS`")
	f.StringVar(&source, "source", "", sourceText)
	f.StringVar(&digest, "digest", "", "what is mailed to the owner, `D`, where they want it: weekly (on Monday at 8:00, of the week before), first-sale (once), or none. Every such mail has an address that ends them")
	f.BoolVar(&token, "new-stats-token", false, "give the owner's stats page a new address; the old one stops working at once")
	return c
}

// digestSet says what the owner is mailed from now on, where that was changed.
func digestSet(ch model.LinkChange) string {
	if ch.Digest == nil {
		return ""
	}
	every, _ := model.ParseDigest(*ch.Digest) // the store has refused another
	if text := every.Explain(); text != "" {
		return " " + text
	}
	return " The owner is mailed no numbers."
}

func renewed(ch model.LinkChange) string {
	if !ch.NewStatsToken {
		return ""
	}
	return " The old address of the stats page works no more, and the owner is not told the new one by mail: link resend does that."
}

func (s *session) linkArchive() *cobra.Command {
	return s.leaf(spec{
		use:      "archive CODE",
		short:    "Archive a tracking link: it still leads to its page, and new clicks do not count.",
		more:     "Clicks made before keep their window, so orders may still come in. Nothing is deleted: link restore undoes it.",
		examples: []string{"link archive ana"},
		role:     model.Member,
		run: func(ctx context.Context, args []string) error {
			return s.changed(ctx, "is archived: it still leads to its page, and new clicks do not count. To undo this, use link restore.", func(a model.Actor) (model.Link, error) { return s.Store.ArchiveLink(ctx, a, model.FoldCode(args[0])) })
		},
	})
}

func (s *session) linkRestore() *cobra.Command {
	return s.leaf(spec{
		use:      "restore CODE",
		short:    "Restore an archived tracking link.",
		examples: []string{"link restore ana"},
		role:     model.Member,
		run: func(ctx context.Context, args []string) error {
			return s.changed(ctx, "is in use again.", func(a model.Actor) (model.Link, error) { return s.Store.RestoreLink(ctx, a, model.FoldCode(args[0])) })
		},
	})
}

func (s *session) linkResend() *cobra.Command {
	return s.leaf(spec{
		use:      "resend CODE",
		short:    "Send a tracking link's welcome mail again.",
		more:     "It goes to the owner's address as it is now. link show says how far it has come.",
		examples: []string{"link resend ana"},
		role:     model.Member,
		as: func(ctx context.Context, a model.Actor, args []string) error {
			link, err := s.Store.ResendMail(ctx, a, model.FoldCode(args[0]))
			if err != nil {
				return err
			}
			return s.reply(answer{json: link, text: func(p *page) { p.say(s.mailed(link, nil)) }})
		},
	})
}

// changed changes a link and replies with it.
func (s *session) changed(ctx context.Context, what string, change func(model.Actor) (model.Link, error)) error {
	a, err := s.actor(ctx)
	if err != nil {
		return err
	}
	link, err := change(a)
	if err != nil {
		return err
	}
	return s.reply(answer{json: link, text: func(p *page) {
		p.say("The tracking link " + link.Code + " " + what)
		p.gap()
		p.pairs(addresses(link)...)
	}})
}
