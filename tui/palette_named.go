package tui

import (
	tea "github.com/charmbracelet/bubbletea"

	"lastclick/model"
	"lastclick/tui/page"
	"lastclick/tui/pages/links"
	"lastclick/tui/ui"
)

// days are the presets of Link Tracking: shown there, where another page is beneath.
func (p *palette) days() {
	if p.Actor.Client == "" {
		return
	}
	for _, d := range links.DayPresets() {
		p.add(ui.Choice{Kind: "do", Title: "days: " + d.Title, Also: d.Value, Note: "Link Tracking", Weight: weightElse}, func() tea.Cmd {
			if t, ok := p.under.(*links.Tracking); ok {
				return t.ShowDays(d.Value)
			}
			return p.tracking(func(t *links.Tracking) tea.Cmd { return t.ShowDays(d.Value) })
		})
	}
}

// sorts are the columns that Link Tracking is sorted by: beneath, or where another page is.
func (p *palette) sorts() {
	if p.Actor.Client == "" {
		return
	}
	of, beneath := p.under.(*links.Tracking)
	if !beneath {
		of = links.NewTracking(p.Session)
	}
	for _, title := range of.SortTitles() {
		p.add(ui.Choice{Kind: "do", Title: "sort by " + title, Note: "Link Tracking", Weight: weightElse}, func() tea.Cmd {
			if beneath {
				return of.ShowSorted(title)
			}
			return p.tracking(func(t *links.Tracking) tea.Cmd { return t.ShowSorted(title) })
		})
	}
}

// tracking goes to Link Tracking, and does something there once its data has come.
func (p *palette) tracking(do func(t *links.Tracking) tea.Cmd) tea.Cmd {
	for i := range p.app.tabs {
		if t, ok := p.app.root(i).(*links.Tracking); ok {
			return p.app.atRoot(i, func() tea.Cmd { return do(t) }) // its zone comes with its data
		}
	}
	return nil
}

// themes are how the console may look.
func (p *palette) themes() {
	for _, name := range model.Themes {
		p.add(ui.Choice{Kind: "do", Title: "theme " + name, Note: page.AboutTheme(name), Also: "colours", Weight: weightElse}, func() tea.Cmd {
			return page.ChooseTheme(p.Session, name)
		})
	}
}

// shellOnly are the commands for what the console has no page for, by the least role that
// may use them.
var shellOnly = []struct {
	role model.Role
	args page.Args
	does string
}{
	{model.Viewer, "stats --days 7d", "the numbers of all links as text, --csv or --json"},
	{model.Viewer, "order list --follow", "orders as they come, line by line"},
	{model.Viewer, "export links", "all links as CSV"},
	{model.Viewer, "export orders", "all orders as CSV"},
	{model.Viewer, "export tickets", "all tickets as CSV"},
	{model.Viewer, "keys set ACTION=KEY", "other keys for the console"},
	{model.Viewer, "keys list", "which key does what"},
	{model.Viewer, "plain", "the console in lines, for screen readers"},
	{model.Viewer, "help webhook", "the whole payload, field by field"},
	{model.Viewer, "whoami", "who you are, with which key"},
	{model.Member, "link import < links.csv", "many links at once, --dry-run first"},
	{model.Owner, "statement CODE --from DAY --to DAY --rate 10%", "what a link sold in a period, to pay by"},
	{model.Owner, "report add EMAIL --weekly", "numbers by mail to people without a login"},
	{model.Owner, "report list", "who gets numbers by mail"},
	{model.Admin, "order import < orders.csv", "orders of another system"},
	{model.Admin, "scan import < scans.csv", "scans of another system"},
	{model.Admin, "customer show EMAIL", "what is stored about a buyer"},
	{model.Admin, "customer erase EMAIL", "takes a buyer out of everything"},
	{model.Admin, "privacy", "what is stored, how long, and a text for a privacy page"},
	{model.Admin, "receipt-key rotate", "new keys for the cookies"},
	{model.Admin, "host-key rotate", "a new host key for SSH"},
}

// commands are those, and those that do the same as the page beneath: they are said, to be
// used in a shell.
func (p *palette) commands() {
	say := func(args page.Args, does string) {
		p.add(ui.Choice{Kind: "ssh", Title: string(args), Note: does, Also: "command shell"}, func() tea.Cmd {
			return p.open(page.NewShellCommand(p.Session, args, does))
		})
	}
	known := map[page.Args]bool{}
	for _, args := range p.under.ShellCommands() {
		say(args, "the same as this page, as text")
		known[args] = true
	}
	for _, c := range shellOnly {
		if p.Actor.Can(c.role) && (p.Actor.Client != "" || c.role == model.Admin) && !known[c.args] {
			say(c.args, c.does)
		}
	}
}
