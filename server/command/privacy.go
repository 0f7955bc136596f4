package command

import (
	"context"
	"strings"

	"github.com/spf13/cobra"

	"lastclick/model"
)

func (s *session) privacy() *cobra.Command {
	return s.leaf(spec{
		use:   "privacy",
		short: "Say what is stored about buyers, how long, and a text for a privacy page.",
		more: "It says what this server stores, with the flags that it runs with. The text is a description to start from, and no legal advice: " +
			"what the shop stores, and on which ground you store what is here, is for you to add.",
		examples: []string{"privacy"},
		role:     model.Admin,
		run: func(ctx context.Context, _ []string) error {
			about, err := s.Store.Privacy(ctx, s.Actor)
			if err != nil {
				return err
			}
			return s.reply(answer{json: about, text: func(p *page) { s.privacyPage(p, about) }})
		},
	})
}

func (s *session) privacyPage(p *page, about model.Privacy) {
	p.title("What is stored about a buyer")
	for _, d := range about.Stored {
		p.gap()
		p.say(strings.ToUpper(d.What[:1]) + d.What[1:] + ".")
		p.hanging("  Why:", 8, d.Why)
		p.hanging("  Kept:", 8, d.Kept)
		p.hanging("  In:", 8, strings.Join(tablesOf(d.Columns), ", "))
	}
	p.gap()
	p.say("No IP address, no name of a browser or device, and no list of clicks by person is stored anywhere. A browser keeps the cookie, and a page's address the click token.")
	p.gap()
	p.title("How long")
	p.pairs(
		[2]string{"serve --keep-inbox", kept(about.KeepInbox)},
		[2]string{"serve --keep-webhooks", kept(about.KeepWebhooks)},
		[2]string{"serve --keep-audit", kept(about.KeepAudit)},
		[2]string{"The cookie", "at most " + about.Window.String() + ", the longest window of a client"},
	)
	if len(about.Clients) > 0 {
		t := &table{columns: []column{{title: "Client", min: 8}, {title: "Tracking"}, {title: "Click token in addresses", short: "Token"}, {title: "Window", drop: 1}}}
		for _, c := range about.Clients {
			t.add(c.Client, string(c.Tracking), yesNo(c.Carries), c.Window.String())
		}
		p.gap()
		p.title("How clicks are tracked")
		p.list(t)
	}
	p.gap()
	p.title("A text for your privacy page")
	for paragraph := range strings.SplitSeq(about.Text, "\n\n") {
		p.gap()
		p.say(paragraph)
	}
	p.gap()
	p.say("About one buyer, and to erase one:")
	p.put("  " + s.ssh() + "customer show EMAIL")
	p.put("  " + s.ssh() + "customer erase EMAIL")
}

// tablesOf are the tables of columns, each once.
func tablesOf(columns []string) (tables []string) {
	for _, c := range columns {
		if table, _, _ := strings.Cut(c, "."); len(tables) == 0 || tables[len(tables)-1] != table {
			tables = append(tables, table)
		}
	}
	return tables
}

func kept(w *model.Window) string {
	if w == nil {
		return "for ever"
	}
	return w.String()
}
