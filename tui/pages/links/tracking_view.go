package links

import (
	"strings"

	"lastclick/model"
	"lastclick/tui/page"
	"lastclick/tui/ui"
)

// minRows are the rows of links that stay when the window is low, before the
// unattributed sales get any.
const minRows = 3

// tableCells are those of the table in a window of w cells.
func (p *Tracking) tableCells(w int) int {
	return page.BesidePreview(w, p.previewCells(w))
}

// View is the status and the cards, and beneath them the table beside the preview.
func (p *Tracking) View(w, h int) []string {
	p.width, p.high = w, h
	if p.data == nil {
		return p.Waiting(w, "links", p.Loader.Err(), p.Keys.Name("R")+" tries again.")
	}
	lines := append(make([]string, 0, h), "")
	if h >= page.Roomy {
		lines = append(lines, "")
	}
	if p.showsCards(w, h) {
		lines = append(lines, p.drawCards(w, h)...)
	}
	p.rowsTop = len(lines) + 1
	room := h - len(lines)
	left := p.tableView(p.tableCells(w), room)
	lines[0] = p.status(w) // says which rows are seen, by now
	cells := p.previewCells(w)
	if cells == 0 {
		return append(lines, left...)
	}
	return append(lines, page.SetBeside(p.Theme, left, p.previewLines(cells, room), p.tableCells(w))...)
}

// tableView is the titles, the rows, and the sums at the very bottom, in h lines.
func (p *Tracking) tableView(w, h int) []string {
	p.applyParts()
	p.table.Layout(w)
	lines := append(make([]string, 0, h), p.table.Header())
	bottom := ui.Trim(p.sums(w, h-len(lines)-minRows), h-len(lines)-1)
	if room := h - len(lines) - len(bottom); p.table.Shown() == 0 {
		lines = append(lines, ui.Trim(p.none(w), room)...)
	} else {
		lines = append(lines, p.table.Lines(room)...)
	}
	for len(lines) < h-len(bottom) {
		lines = append(lines, "")
	}
	return append(lines, bottom...)
}

// status says what the numbers cover, or the filter that is being typed.
func (p *Tracking) status(w int) string {
	t := p.Theme
	if p.working != nil {
		text := p.working.String() + t.Glyph.Ellipsis
		if bar := min(w-ui.Width(text)-4, mostBar); bar >= leastBar {
			return " " + text + "  " + t.ShareBar(int64(p.working.done), int64(p.working.of), bar)
		}
		return " " + t.Cut(text, w-2)
	}
	count := p.linkCount(w)
	what := allEvents
	if event := p.version.filter.Event; event != "" {
		what = page.NameOr(p.names, event)
	}
	about := t.Cut(what, max(w/2, 16)) + " " + t.Glyph.Dot + " " + p.period(w)
	if p.showsCards(p.width, p.high) {
		about += p.against()
		if p.table.Filtered() { // the total at the bottom is of fewer links
			count += " " + t.Glyph.Dot + " cards: all links"
		}
	}
	return page.StatusLine(t, &p.table, about, count, w)
}

// period says the days that are shown.
func (p *Tracking) period(w int) string {
	f := p.version.filter
	for _, d := range dayPresets {
		if d.word == p.days && f.From == p.filter.From && f.To == p.filter.To {
			if w < 80 {
				return strings.ToLower(d.title)
			}
			return strings.ToLower(d.title) + ", " + days(f)
		}
	}
	return days(f)
}

func days(f model.Filter) string {
	switch {
	case f.From == "" && f.To == "":
		return "all days"
	case f.From == "":
		return "until " + f.To
	case f.To == "":
		return "from " + f.From
	case f.From == f.To:
		return f.From
	default:
		return f.From + " to " + f.To
	}
}

// none says why no link is shown, and what to do.
func (p *Tracking) none(w int) []string {
	t := p.Theme
	switch {
	case p.table.Filtered():
		hints := []string{"Press esc to clear the filter."}
		if p.table.Hidden() > 0 {
			hints = append(hints, "Archived links match: "+p.Keys.Name("A")+" shows them, once the filter is kept with enter.")
		}
		return t.Message(w, "No link matches “"+p.table.Filter()+"”.", hints...)
	case p.table.Hidden() > 0:
		return t.Message(w, "All links are archived.", "Press "+p.Keys.Name("A")+" to show them.")
	case p.version.filter.Event != "":
		return t.Message(w, "No link tracks this event.", "Press "+p.Keys.Name("v")+" to choose another event.")
	case p.Actor.Can(model.Member):
		return t.Message(w, "No tracking links yet.", "Press "+p.Keys.Name("n")+" to create the first one: for an influencer, a venue, a newsletter, a poster.")
	}
	return t.Message(w, "No tracking links yet.", "A member of your team can create one.")
}

// sums are the lines at the very bottom: a rule, the total, and on request the sales
// that no link is credited with, in at most room lines.
func (p *Tracking) sums(w, room int) []string {
	t := p.Theme
	lines := p.sum(p.totalRow(), t.Bold)
	if room >= 6 {
		lines = append([]string{t.Faint.Render(ui.Spaces(2) + strings.Repeat(t.Glyph.Rule, max(w-4, 0)))}, lines...)
	}
	if !p.unattributed {
		return lines
	}
	const indent = "    "
	if len(p.reasons) == 0 {
		return append(lines, indent+t.Faint.Render("No unattributed sales"))
	}
	if room > len(lines)+len(p.reasons) {
		lines = append(lines, indent+t.Faint.Render("Not credited to any link:"))
	}
	for i, r := range p.reasons {
		if left := room - len(lines); left <= 1 && i < len(p.reasons)-1 {
			return append(lines, indent+t.Faint.Render("and "+model.Plural(int64(len(p.reasons)-i), "more reason", "more reasons")+": the window is too low"))
		}
		lines = append(lines, p.sum(r, t.Faint)...)
	}
	return lines
}

// sum is a pinned row. Where several currencies do not fit side by side, each has a
// line of its own.
func (p *Tracking) sum(r row, st ui.Style) []string {
	w, _ := p.table.Has(colFace)
	if len(r.FaceValue) < 2 || ui.Width(p.Theme.Money(r.FaceValue)) <= w {
		if p.table.Filtered() { // what the filter of one session shows is shared with none
			return []string{p.table.Pinned(&r, st)}
		}
		return []string{p.table.PinnedOnce(r.label, &r, st)}
	}
	var lines []string
	for _, c := range r.FaceValue.Currencies() {
		amount := model.Money{c: r.FaceValue[c]}
		if len(lines) == 0 {
			first := r
			first.FaceValue = amount
			lines = append(lines, p.table.Pinned(&first, st))
			continue
		}
		right := p.Theme.Right(p.Theme.Money(amount), w)
		lines = append(lines, ui.Spaces(p.table.Start(colFace))+st.Render(right))
	}
	return lines
}
