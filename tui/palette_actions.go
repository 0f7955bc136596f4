package tui

import (
	"context"
	"maps"
	"reflect"
	"slices"
	"strconv"

	tea "github.com/charmbracelet/bubbletea"

	"lastclick/model"
	"lastclick/tui/page"
	"lastclick/tui/pages/links"
	"lastclick/tui/ui"
)

// Of what is found alike, pages come first, then what can be done here, then the rest.
const (
	weightPage = 10
	weightHere = 8
	weightElse = 5
)

// list lists what can be done, in the order in which it is offered where nothing is typed.
func (p *palette) list() {
	p.here()
	p.pages()
	p.ofLinks()
	for i := range p.app.tabs {
		p.ofTab(i)
	}
	p.ofHooks()
	p.days()
	p.sorts()
	p.themes()
	p.commands()
}

func (p *palette) add(c ui.Choice, do func() tea.Cmd) {
	c.Do = do
	p.local = append(p.local, c)
}

// here are the actions of the page beneath, and of the frame, that can be done now.
func (p *palette) here() {
	for _, act := range p.Keys.Bind(slices.Concat(p.under.Actions(), p.app.actions)) {
		if !soughtFor(act) || !act.Possible() {
			continue
		}
		c := choiceOf(act, "", weightHere)
		c.Key = act.Help().Key
		p.add(c, func() tea.Cmd {
			if !act.Possible() {
				return p.Toast(page.Warning, "That cannot be done any more")
			}
			return act.Do()
		})
	}
}

// soughtFor says whether an action is one to look for.
func soughtFor(a ui.Action) bool { return a.Do != nil && a.Long != "" && !a.Moving }

// choiceOf is an action in the list. Its key is not said where it does something else here.
func choiceOf(a ui.Action, note string, weight int) ui.Choice {
	return ui.Choice{Kind: "do", Title: a.Long, Note: note, Also: a.Help().Desc + " " + a.Also, Weight: weight}
}

// pages are those that have a tab, and the hooks.
func (p *palette) pages() {
	a := p.app
	for i := range a.tabs {
		key := ""
		if i < 9 {
			key = strconv.Itoa(i + 1)
		}
		p.add(ui.Choice{Kind: "go", Title: a.tabs[i].title, Key: key, Weight: weightPage}, func() tea.Cmd {
			if i == a.tab {
				return a.top().Reload()
			}
			return a.show(i)
		})
	}
	if p.Actor.Can(model.Owner) {
		p.add(ui.Choice{Kind: "go", Title: "Hooks", Weight: weightPage}, func() tea.Cmd { return p.open(p.Routes.Hooks(p.Session)) })
	}
}

// ofTab are the actions of a tab's own page, and of what opens from its rows, but those of a
// link that are listed already.
func (p *palette) ofTab(i int) {
	a, t, root := p.app, p.app.tabs[i], p.app.root(i)
	known := maps.Clone(p.onLinks)
	p.ofOther(root, t.title, known, func(act ui.Action) tea.Cmd {
		return a.atRoot(i, func() tea.Cmd { return a.perform(root, act.Long) })
	})
	if t.opens == nil {
		return
	}
	p.ofOther(t.opens(p.Session), t.title, known, func(act ui.Action) tea.Cmd {
		cmd, there := a.toRoot(i)
		if !there {
			return cmd
		}
		return tea.Batch(cmd, a.Toast(page.Hint, "Choose one with enter, then press "+act.Help().Key+": "+act.Long))
	})
}

// ofOther are the actions of another page that are not known yet. Where such a page is
// beneath the palette, they are listed as those of here.
func (p *palette) ofOther(of page.Page, note string, known map[string]bool, do func(act ui.Action) tea.Cmd) {
	if reflect.TypeOf(of) == reflect.TypeOf(p.under) {
		return
	}
	for _, act := range p.ofPage(of) {
		if !known[act.Long] {
			known[act.Long] = true
			p.add(choiceOf(act, note, weightElse), func() tea.Cmd { return do(act) })
		}
	}
}

// atRoot goes to a tab's own page, and does something there once its data has come.
func (a *app) atRoot(i int, do func() tea.Cmd) tea.Cmd {
	cmd, there := a.toRoot(i)
	if !there {
		return cmd
	}
	return tea.Batch(cmd, a.once(do))
}

// ofPage are the actions of a page that is not on screen. One that is not possible now is
// left out where its data is there, and else it is the first on its key: pausing, not going
// on.
func (p *palette) ofPage(of page.Page) (all []ui.Action) {
	type place struct {
		key   string
		needs ui.Need
	}
	taken := map[place]bool{}
	for _, act := range p.Keys.Bind(of.Actions()) {
		at := place{act.Help().Key, act.Needs}
		if !soughtFor(act) || slices.Contains(act.Keys(), "esc") || taken[at] {
			continue
		}
		if !awaits(of) && act.Needs == ui.NeedsNothing && !act.Possible() {
			continue
		}
		taken[at] = true
		all = append(all, act)
	}
	return all
}

// perform does an action on the page on top. One that needs a row says which key does it on
// the row that is chosen.
func (a *app) perform(on page.Page, long string) tea.Cmd {
	for _, act := range a.Keys.Bind(on.Actions()) {
		if act.Long != long {
			continue
		}
		key := act.Help().Key
		switch {
		case act.Needs == ui.NeedsRow:
			return a.Toast(page.Hint, "Choose a row, then press "+key+": "+long)
		case act.Needs == ui.NeedsMarks:
			return a.Toast(page.Hint, a.Keys.Name("t")+" marks a row; then press "+key+": "+long)
		case act.Possible():
			return act.Do()
		}
	}
	return a.Toast(page.Warning, "Not possible now: "+long)
}

// ofHooks are the actions of the hooks, which have no tab.
func (p *palette) ofHooks() {
	if !p.Actor.Can(model.Owner) {
		return
	}
	hooks := p.Routes.Hooks(p.Session)
	p.ofOther(hooks, "Hooks", map[string]bool{}, func(act ui.Action) tea.Cmd { return p.onPage(hooks, act.Long) })
}

// ofLinks are the actions of a link that the page beneath does not have: of the link at its
// cursor, where it has one, else of a link that is asked for.
func (p *palette) ofLinks() {
	if p.Actor.Client == "" {
		return
	}
	some := links.NewLink(p.Session, model.Link{Aliases: []string{""}}) // it has all that a link in use can have
	p.ofALink = slices.DeleteFunc(p.ofPage(some), func(act ui.Action) bool { return act.When != nil && !act.When() })
	if _, there := p.under.(*links.Link); there {
		return
	}
	note := "of a link"
	var chosen *model.Link
	if c, ok := p.under.(interface{ Chosen() *model.Link }); ok {
		if chosen = c.Chosen(); chosen != nil {
			note, p.chosen = "of "+model.Line(chosen.Name), chosen.Code
		}
	}
	here := map[string]bool{}
	for i := range p.local {
		here[p.local[i].Title] = true
	}
	for _, act := range p.ofALink {
		if here[act.Long] {
			continue
		}
		p.onLinks[act.Long] = true
		p.add(choiceOf(act, note, weightElse), func() tea.Cmd {
			if chosen != nil {
				return p.onLink(*chosen, act.Long)
			}
			return p.askLink(func(l model.Link) tea.Cmd { return p.onLink(l, act.Long) })
		})
	}
}

// onLink opens a link and does something there.
func (p *palette) onLink(l model.Link, long string) tea.Cmd {
	return p.onPage(links.NewLink(p.Session, l), long)
}

// onPage opens a page and does something there.
func (p *palette) onPage(of page.Page, long string) tea.Cmd {
	cmd := p.open(of)
	return tea.Batch(cmd, p.app.once(func() tea.Cmd { return p.app.perform(of, long) }))
}

// askLink asks which link, and then does something with it.
func (p *palette) askLink(then func(model.Link) tea.Cmd) tea.Cmd {
	return page.Opening(p.Session, func(ctx context.Context, s page.Store, a model.Actor) ([]model.Link, error) {
		return s.Links(ctx, a, false)
	}, func(all []model.Link) tea.Cmd {
		choices := make([]ui.Choice, len(all))
		for i := range all {
			choices[i] = ui.Choice{Title: model.Line(all[i].Name), Note: all[i].Code, Do: func() tea.Cmd { return then(all[i]) }}
		}
		return p.open(page.NewPicker(p.Session, "Which link?", choices, "", func(c ui.Choice) tea.Cmd { return c.Do() }))
	})
}
