package page

import (
	"context"

	tea "github.com/charmbracelet/bubbletea"

	"lastclick/model"
)

// maxSuggestions bounds the names that are tried one after the other: ana, ana-2, …
const maxSuggestions = 20

// slugCheck is what became of a slug, or what is suggested in its place.
type slugCheck struct {
	slug string
	free bool
}

// SuggestSlugs has the field to suggest a slug of what is typed in the field from, as long
// as nothing is typed there, and says beside it whether it is free. The store's word is the
// last: a slug may be taken meanwhile, or where this node does not know of it yet.
func (p *FormPage) SuggestSlugs(from, to string, taken func(s Store, slug string) bool) {
	hint := p.Form.Field(to).Hint
	check := func(slug string, suggests bool) tea.Cmd {
		return Do(p.Session, p.id, func(_ context.Context, s Store, _ model.Actor) (slugCheck, error) {
			try := slug
			for n := 1; suggests && n < maxSuggestions && taken(s, try); n++ {
				try = model.NextSlug(slug, n)
			}
			return slugCheck{try, !taken(s, try)}, nil
		}, func(c slugCheck, err error) tea.Cmd {
			f := p.Form.Field(to)
			if err != nil || f.Value() != slug { // typed on meanwhile
				return nil
			}
			if suggests {
				f.Suggest(c.slug)
			}
			if f.Hint = "taken"; c.free {
				f.Hint = "free"
			}
			return nil
		})
	}
	p.Form.Edited = func(key string) tea.Cmd {
		f := p.Form.Field(to)
		switch key {
		case from:
			if f.Suggest(model.SuggestSlug(p.Form.Value(from))); !f.Suggested() {
				return nil
			}
			f.Hint = hint
			return check(f.Value(), true)
		case to:
			f.Hint = hint
			if slug, err := model.Slug(to, f.Value()); err == nil {
				return check(slug, false)
			}
		}
		return nil
	}
}
