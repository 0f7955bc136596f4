package links

import (
	"lastclick/model"
	"lastclick/tui/page"
)

// Archived links are hidden at first. What they sold stays in the total, which is over all
// tracking links (R17), and the total then says so.

func (p *Tracking) toggleArchived() {
	p.withArchived = !p.withArchived
	p.table.Refresh()
}

// hidesArchived says whether there are archived links that are not shown.
func (p *Tracking) hidesArchived() bool { return p.version.archived > 0 && !p.withArchived }

// linkCount is how many links are shown, and how many archived ones are not.
func (p *Tracking) linkCount(w int) string {
	dot := " " + p.Theme.Glyph.Dot + " "
	n, hidden := p.table.Len(), p.table.Hidden()
	if p.hidesArchived() {
		n -= p.version.archived
	}
	text := model.Plural(int64(n), "link", "links")
	if marked := len(p.table.Marked()); marked > 0 {
		return model.FormatCount(int64(marked)) + " marked of " + text
	}
	if p.table.Filtered() {
		text = page.ShownOf(&p.table, text)
	}
	switch {
	case hidden == 0 && p.withArchived && p.version.archived > 0 && !p.table.Filtered():
		return text + p.archivedShown(n, w)
	case hidden == 0:
		return text
	case w < 60:
		return model.FormatCount(int64(p.table.Shown())) + " of " + model.Plural(int64(p.table.Len()), "link", "links")
	case hidden == 1:
		return text + dot + "1 archived, " + p.Keys.Name("A") + " shows it"
	}
	return text + dot + model.FormatCount(int64(hidden)) + " archived, " + p.Keys.Name("A") + " shows them"
}

// archivedShown says how many of the n links that are shown are archived.
func (p *Tracking) archivedShown(n, w int) string {
	those, hides := model.FormatCount(int64(p.version.archived))+" of them", p.Keys.Name("A")+" hides them"
	switch p.version.archived {
	case n:
		those = "all"
	case 1:
		hides = p.Keys.Name("A") + " hides it"
	}
	if w < 80 {
		return ", " + those + " archived"
	}
	return ", " + those + " archived " + p.Theme.Glyph.Dot + " " + hides
}

// totalLabel is what the pinned sum is called.
func (p *Tracking) totalLabel() string {
	const label, long = "Total", "Total, archived too"
	if p.hidesArchived() && p.version.archivedSold && p.table.Span(colLink) >= len(long) {
		return long
	}
	return label
}
