package links

import (
	"context"

	tea "github.com/charmbracelet/bubbletea"

	"lastclick/model"
	"lastclick/tui/page"
	"lastclick/tui/ui"
)

// ownerPage is the address of the stats page of the link's owner. It stands apart from
// the two that are shared: those who have it see the link's numbers.
func (p *Link) ownerPage(d *ui.Writer) {
	keys := "  " + p.Keys.Name("p") + " copies it"
	if p.Actor.Can(model.Member) {
		keys += ", " + p.Keys.Name("P") + " gives it a new address"
	}
	d.Line(d.Bold.Render("Owner's stats page") + d.Faint.Render(keys))
	d.Address(p.link.StatsURL)
	d.Text(d.Faint, "For the owner alone: it shows the numbers of this link to everyone who has the address.")
	digest := p.detail.Digest.Explain()
	if digest == "" {
		digest = "The owner is mailed no numbers."
	}
	if p.Actor.Can(model.Member) {
		digest += " " + p.Keys.Name("E") + " changes it."
	}
	d.Text(d.Faint, digest)
	d.Gap()
}

// ownerActions copy that address and renew it.
func (p *Link) ownerActions() []ui.Action {
	actions := []ui.Action{
		ui.On("p", "", "copy the address of the owner's stats page", func() tea.Cmd { return p.CopyText("Stats page", p.link.StatsURL) }),
	}
	if p.Actor.Can(model.Member) {
		actions = append(actions, ui.On("P", "", "give the owner's stats page a new address (asks first)", p.renewStats))
	}
	return actions
}

// renewStats asks, then gives the stats page a new address. It cannot be undone: that the
// old one no longer works is what it is for.
func (p *Link) renewStats() tea.Cmd {
	l := p.link
	return p.Ask("Give the stats page of "+l.Name+" a new address? The one of now, also in mails that were sent, stops working at once. No mail is sent.", func() tea.Cmd {
		return p.ChangeTo(func(ctx context.Context, s page.Store, a model.Actor) (page.Done, error) {
			_, err := s.SetLink(ctx, a, l.Code, model.LinkChange{NewStatsToken: true})
			text := "The stats page has a new address " + p.Theme.Glyph.Dot + " " + p.Keys.Name("p") + " copies it"
			if !l.Archived {
				text += ", " + p.Keys.Name("w") + " mails it"
			}
			return page.Done{Text: text}, err
		})
	})
}

// edit opens the form that changes the link.
func (p *Link) edit() tea.Cmd { return p.Open(newEditForm(p.Session, p.link)) }
