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

// View is the status, the titles, the rows, and the sums at the very bottom.
func (p *Tracking) View(w, h int) []string {
	p.width = w
	if p.data == nil {
		return p.Waiting(w, "links", p.loader.Err(), "R tries again.")
	}
	p.table.Layout(w)
	lines := append(make([]string, 0, h), p.status(w))
	if h >= page.Roomy {
		lines = append(lines, "")
	}
	lines = append(lines, p.table.Header())
	p.rowsTop = len(lines)
	bottom := ui.Trim(p.sums(w, h-len(lines)-minRows), h-len(lines)-1)
	if room := h - len(lines) - len(bottom); p.table.Shown() == 0 {
		lines = append(lines, ui.Trim(p.none(w), room)...)
	} else {
		lines = append(lines, p.table.Lines(room)...)
	}
	for len(lines) < h-len(bottom) {
		lines = append(lines, "")
	}
	lines[0] = p.status(w) // says which rows are seen, by now
	return append(lines, bottom...)
}

// status says what the numbers cover, or the filter that is being typed.
func (p *Tracking) status(w int) string {
	t := p.Theme
	count := model.Plural(int64(p.table.Len()), "link", "links")
	if p.table.Filtered() {
		count = model.FormatCount(int64(p.table.Shown())) + "/" + count + " shown"
	}
	what := allEvents
	if event := p.version.filter.Event; event != "" {
		what = page.NameOr(p.names, event)
	}
	about := t.Cut(what, max(w/2, 16)) + " " + t.Glyph.Dot + " " + p.period()
	return page.StatusLine(t, &p.table, about, count, w)
}

// period says the days that are shown.
func (p *Tracking) period() string {
	switch f := p.version.filter; {
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
		return t.Message(w, "No link matches “"+p.table.Filter()+"”.", "Press esc to clear the filter.")
	case p.version.filter.Event != "":
		return t.Message(w, "No link tracks this event.", "Press v to choose another event.")
	case p.Actor.Can(model.Member):
		return t.Message(w, "No tracking links yet.", "Press n to create the first one: for an influencer, a venue, a newsletter, a poster.")
	}
	return t.Message(w, "No tracking links yet.", "A member of your team can create one.")
}

// sums are the lines at the very bottom: a rule, the total, and on request the sales
// that no link is credited with, in at most room lines.
func (p *Tracking) sums(w, room int) []string {
	t := p.Theme
	total := p.total
	if total.label = "Total"; p.table.Filtered() {
		total.label = "Total of all links" // distinct people cannot be added up here, so it is never of a part
	}
	lines := p.sum(total, t.Bold)
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
