package platform

import (
	"context"
	"fmt"

	tea "github.com/charmbracelet/bubbletea"

	"lastclick/model"
	"lastclick/tui/page"
	"lastclick/tui/ui"
)

// Inbox is the webhooks that were signed and could not be applied.
type Inbox struct {
	page.PagedList[model.InboxItem]
}

// NewInbox is the list of those webhooks.
func NewInbox(s *page.Session) *Inbox {
	p := &Inbox{}
	p.InitPaged(s, "webhook", "webhooks", func(i *model.InboxItem) string { return fmt.Sprint(i.ID) })
	p.UTC = true // it is the platform's
	p.Fetch = func(ctx context.Context, s page.Store, a model.Actor, q page.Query) (model.Listing[model.InboxItem], error) {
		return s.Inbox(ctx, a, q.Paging())
	}
	p.Place = func(i *model.InboxItem, _ page.Query) string { return model.IDCursor(model.InboxList, i.ID) }
	p.Searched = [][2]string{{"Search", "each word must be found, in any order, in the checkout, the webhook's id and type, the state, the reason or the event"}}
	p.Table.Columns = p.columns()
	p.RememberSort("inbox")
	p.About = func() string { return "Signed, not applied yet, " + order(p.Query()) + "; times in UTC" }
	p.None = func(w int) []string {
		return p.Theme.Message(w, "The inbox is empty.",
			"Webhooks that are signed and cannot be applied wait here: refused ones with their faults, and those for an event that is not known yet.")
	}
	p.Own = []ui.Action{
		p.OnEnter("show", "show what is wrong, and the body", func(i model.InboxItem) tea.Cmd { return p.Open(newInboxItem(s, i.ID)) }),
		p.OnRow("t", "try again", "try to apply it again", func(i model.InboxItem) tea.Cmd { return retryInbox(s, i.ID) }),
		p.OnRow("d", "dismiss", "put it away (asks first): nothing is to be done about it", func(i model.InboxItem) tea.Cmd { return dismissInbox(s, i.ID) }),
		p.ExportAction(func() page.Export {
			return page.Export{Args: "inbox list --csv --limit 10000" + searched(p.Query()), File: "inbox.csv", Notes: append(newestFirst(p.Query()), "Bodies are not in it: inbox show ID has one.")}
		}).If(p.HasRow),
	}
	return p
}

func (p *Inbox) columns() []ui.Column[model.InboxItem] {
	type item = model.InboxItem
	faint := func(*item) ui.Style { return p.Theme.Faint }
	return []ui.Column[item]{
		{
			Title: "Received", Text: func(i *item) string { return p.Moment(i.ReceivedAt, p.Zone) }, Style: faint, Descending: true,
			Compare: func(a, b *item) int { return a.ReceivedAt.Compare(b.ReceivedAt) },
		},
		{Title: "Checkout", Text: func(i *item) string { return i.Checkout }, Min: 8, Max: 16, Drop: 3, Unsorted: true},
		{Title: "Type", Text: func(i *item) string { return i.Type }, Style: faint, Min: 8, Max: 16, Drop: 4, Unsorted: true},
		{Title: "State", Text: func(i *item) string { return i.State }, Unsorted: true},
		{Title: "Why", Text: func(i *item) string { return i.Reason }, Min: 16, Unsorted: true},
	}
}

// retryInbox applies a kept webhook again: nothing is lost by it, so there is no
// question first.
func retryInbox(s *page.Session, id int64) tea.Cmd {
	return s.ChangeTo(func(ctx context.Context, store page.Store, a model.Actor) (page.Done, error) {
		o, err := store.RetryInbox(ctx, a, id)
		return page.Done{Text: o.Explain()}, err
	})
}

// dismissInbox asks, then puts an item away. Trying it again takes it up: it then is
// applied, or waits again with the reason of now.
func dismissInbox(s *page.Session, id int64) tea.Cmd {
	return s.Ask(fmt.Sprintf("Put the webhook %d away? It is not applied, also not when its event is added.", id), func() tea.Cmd {
		return s.ChangeTo(func(ctx context.Context, store page.Store, a model.Actor) (page.Done, error) {
			_, err := store.DismissInbox(ctx, a, id)
			return page.Done{Text: fmt.Sprintf("Put the webhook %d away", id), Undo: page.Undo{Label: "tries it again", Do: takeUp(id)}}, err
		})
	})
}

// takeUp tries an item again that was put away. What refused it before may refuse it
// again: it is back in the inbox then, which is what was asked for.
func takeUp(id int64) page.Call[string] {
	return func(ctx context.Context, store page.Store, a model.Actor) (string, error) {
		o, err := store.RetryInbox(ctx, a, id)
		if err == nil {
			return o.Explain(), nil
		}
		if i, gone := store.InboxItem(ctx, a, id); gone == nil && i.ResolvedAt == nil {
			return fmt.Sprintf("The webhook %d is in the inbox again", id), nil
		}
		return "", err
	}
}

// Crumbs is the way here.
func (p *Inbox) Crumbs() []string { return []string{"Platform", "Inbox"} }

// ShellCommands list the webhooks, and show and retry the one at the cursor.
func (p *Inbox) ShellCommands() []page.Args {
	id := "ID"
	if i := p.Table.Current(); i != nil {
		id = fmt.Sprint(i.ID)
	}
	return []page.Args{"inbox list" + searched(p.Query()), page.Args("inbox show").With(id), page.Args("inbox retry").With(id), page.Args("inbox dismiss").With(id)}
}
