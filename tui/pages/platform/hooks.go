package platform

import (
	"context"
	"fmt"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"lastclick/model"
	"lastclick/tui/page"
	"lastclick/tui/ui"
)

// Hooks is the addresses that are told of credited sales and of scans: an owner's of their
// client, an admin's also those of the platform.
type Hooks struct {
	page.ListPage[model.Hook]
}

// hooksEvery is how often the list is read again: a delivery is no change that is signalled.
const hooksEvery = 5 * time.Second

// NewHooks is the list of hooks.
func NewHooks(s *page.Session) *Hooks {
	p := &Hooks{}
	p.InitList(s, "hook", "hooks", hookKey, page.Always(page.InUTC(func(ctx context.Context, s page.Store, a model.Actor) ([]model.Hook, error) {
		return s.Hooks(ctx, a)
	})))
	take := p.Loader.Take
	p.Loader.Take = func(l page.List[model.Hook]) tea.Cmd { return tea.Batch(take(l), p.Loader.After(hooksEvery)) }
	p.Table.Columns = p.columns()
	p.About = func() string { return "Addresses that are told of sales and scans" }
	p.None = func(w int) []string {
		return p.Theme.Message(w, "There is no hook, so no address is told of sales.",
			"A hook is an address that gets a signed message for each sale that a link is credited with, each that is reversed, and each scan. Press "+p.Keys.Name("n")+" to add one.")
	}
	p.Own = []ui.Action{
		p.OnEnter("open", "open it: its state, and the answer to the last delivery", func(h model.Hook) tea.Cmd { return p.Open(newHookPage(s, h)) }),
		ui.On("n", "new", "add a hook", func() tea.Cmd { return p.Open(newHookForm(s, nil)) }),
		p.OnRow("t", "test", "send it a signed ping, and show the answer", func(h model.Hook) tea.Cmd { return testHook(&p.Base, h) }).
			If(func() bool { return p.HasRow() && s.HookSender != nil }),
		p.OnRow("-", "remove", "remove the hook (asks first), with what waits for it", func(h model.Hook) tea.Cmd { return removeHook(s, h) }).Called("delete"),
		p.ExportAction(func() page.Export { return page.Export{Args: "hook list --csv", File: "hooks.csv"} }).If(p.HasRow),
	}
	return p
}

func hookKey(h *model.Hook) string { return h.URL + "\n" + toldOf(h) }

// toldOf says whose sales a hook is told of.
func toldOf(h *model.Hook) string {
	if h.Client == nil {
		return allClients
	}
	return *h.Client
}

// actorOf is the actor working on the client of the hook, or on the platform.
func actorOf(a model.Actor, h model.Hook) model.Actor {
	if a.Role == model.Admin {
		if a.Client = ""; h.Client != nil {
			a.Client = *h.Client
		}
	}
	return a
}

func (p *Hooks) columns() []ui.Column[model.Hook] {
	type hook = model.Hook
	faint := func(*hook) ui.Style { return p.Theme.Faint }
	return []ui.Column[hook]{
		{Title: "Hook", Text: func(h *hook) string { return h.URL }, Min: 16, Stretch: true},
		{Title: "Sales of", Text: toldOf, Style: faint, Min: 8, Max: 16, Drop: 3},
		{Title: "State", Text: func(h *hook) string { return string(h.State) }, Style: func(h *hook) ui.Style { return hookStyle(p.Theme, h) }},
		{Title: "Waiting", Text: func(h *hook) string { return model.FormatCount(h.Waiting) }, Number: true, Drop: 2},
		{
			Title: "Taken", Text: func(h *hook) string { return p.Stamp(h.DeliveredAt, p.Zone) }, Descending: true, Drop: 1,
			Compare: func(a, b *hook) int { return compareTimes(a.DeliveredAt, b.DeliveredAt) },
		},
	}
}

func hookStyle(t *ui.Theme, h *model.Hook) ui.Style {
	switch h.State {
	case model.HookDisabled:
		return t.Bad
	case model.HookFailing:
		return t.Warn
	}
	return t.Good
}

// Crumbs is the way here.
func (p *Hooks) Crumbs() []string { return []string{"Hooks"} }

// ShellCommands list the hooks, and change the one at the cursor.
func (p *Hooks) ShellCommands() []page.Args {
	url := "URL"
	if h := p.Table.Current(); h != nil {
		url = h.URL
	}
	return []page.Args{"hook list", "hook add https://example.com/sales", page.Args("hook test").With(url), page.Args("hook remove").With(url)}
}

// removeHook asks, and removes the hook.
func removeHook(s *page.Session, h model.Hook) tea.Cmd {
	ask := fmt.Sprintf("Remove the hook of %s? ", toldOf(&h))
	if h.Waiting > 0 {
		ask = fmt.Sprintf("Remove the hook of %s? What waits for it is dropped: %s. ", toldOf(&h), model.Plural(h.Waiting, "message", "messages"))
	}
	return s.Ask(ask+h.URL, func() tea.Cmd {
		return s.Change("Removed the hook "+h.URL, func(ctx context.Context, store page.Store, a model.Actor) error {
			_, err := store.RemoveHook(ctx, actorOf(a, h), h.URL)
			return err
		})
	})
}
