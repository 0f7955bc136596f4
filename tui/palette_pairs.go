package tui

import (
	"slices"

	tea "github.com/charmbracelet/bubbletea"

	"lastclick/model"
	"lastclick/tui/ui"
)

// So many links are offered for an action, and so many pairs in all.
const (
	pairsOfAction = 3
	mostPairs     = 24
)

// pairs are actions of links where some of the words find the action and the others the link:
// "archive ben", "ana qr".
func (p *palette) pairs(words []string) (pairs []ui.Choice) {
	if p.data.finder == nil {
		return nil
	}
	var before []string
	var found []int32
	for _, act := range p.ofALink {
		of := wordsOfLink(act, words)
		if of == nil || len(pairs) >= mostPairs {
			continue
		}
		if !slices.Equal(of, before) {
			before, found = of, p.data.finder.Begun(of, p.data.linksAt, p.data.linksAt+len(p.data.links), pairsOfAction)
		}
		for _, n := range found {
			l := &p.data.links[n]
			if l.Archived || p.offered(act.Long, l.Code) {
				continue
			}
			pairs = append(pairs, ui.Choice{
				Kind: "do", Title: act.Long, Note: "of " + model.Line(l.Name) + " " + p.Theme.Glyph.Dot + " " + l.Code,
				Value: besides, Do: func() tea.Cmd { return p.onLink(*l, act.Long) },
			})
		}
	}
	return pairs
}

// wordsOfLink are the words that are not of the action; none where the others do not find it.
func wordsOfLink(act ui.Action, words []string) (of []string) {
	text := model.Fold(act.Long + " " + act.Help().Desc + " " + act.Also)
	finds := false
	for _, w := range words {
		switch {
		case w == "link" || w == "links" || w == "the" || w == "of": // of any action, and of any link
		case len(w) > 1 && ui.Begins(text, w):
			finds = true
		default:
			of = append(of, w)
		}
	}
	if !finds {
		return nil
	}
	return of
}

// offered says whether the action of the link at the cursor is listed by itself.
func (p *palette) offered(long, code string) bool {
	return p.chosen == code && p.onLinks[long]
}
