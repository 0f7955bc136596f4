package links

import (
	"context"

	tea "github.com/charmbracelet/bubbletea"

	"lastclick/model"
	"lastclick/tui/page"
)

// test opens the page that walks from the link to a sale, and writes nothing.
func (p *Link) test() tea.Cmd {
	try, actor, code := p.Connector.TryLink, p.Actor, p.link.Code
	return p.Open(page.NewWalk(p.Session, page.Walk{
		Head:    "From the link " + model.Line(code) + " to a sale",
		Command: page.Args("link test").With(code),
		Try: func(ctx context.Context, say func(model.TryStep)) error {
			return try(ctx, actor, code, say)
		},
		Whole: "The way is whole: a sale that the link brings would be credited to it.",
		Open:  "The link leads to its page. Until the last step is done, it can be credited with no sale.",
	}))
}
