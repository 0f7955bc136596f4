package tui

import (
	"strings"

	"lastclick/model"
)

// leastRows are the rows of links that stay when the window is low, before the
// unattributed sales get any.
const leastRows = 3

func (p *linkTracking) view(w, h int) []string {
	p.width = w
	if p.lines.sheet == nil {
		return p.waiting(w)
	}
	if d := p.drawing; d == nil || d.lay.w != w || d.sheet != p.lines.sheet {
		p.drawing = newDrawing(p.env, p.lines.sheet, w, d)
	}
	top := []string{p.status(w)}
	if h >= roomyHeight {
		top = append(top, "")
	}
	top = append(top, p.drawing.header(p.lines.by, p.sortMark()))
	bottom := p.env.trim(p.sums(w, h-len(top)-leastRows), h-len(top)-1)
	p.rowsTop = len(top)
	rows := h - len(top) - len(bottom)
	lines := append(top, p.rows(w, rows)...)
	for len(lines) < h-len(bottom) {
		lines = append(lines, "")
	}
	return append(lines, bottom...)
}

// waiting is the page before its first data.
func (p *linkTracking) waiting(w int) []string {
	switch {
	case p.loading.err != nil:
		return p.env.message(w, "The links cannot be shown.", sentence(p.loading.err)+".", "R tries again.")
	case p.loading.slow:
		return p.env.message(w, "Loading"+p.env.mark.cut)
	}
	return nil
}

// message is a few sentences in an otherwise empty page.
func (e *env) message(w int, title string, sentences ...string) []string {
	lines := []string{"", "  " + e.ink.bold.on(e.cut(title, w-4)), ""}
	for _, s := range sentences {
		for _, l := range wrap(clean(s), w-4) {
			lines = append(lines, "  "+l)
		}
	}
	return lines
}

func (p *linkTracking) sortMark() string {
	if p.lines.up {
		return p.env.mark.up
	}
	return p.env.mark.down
}

// status says what the numbers cover, or the filter that is being typed.
func (p *linkTracking) status(w int) string {
	e := p.env
	all := len(p.lines.sheet.stats.Links)
	count := plural(int64(all), "link", "links")
	if p.lines.filter != "" {
		count = model.FormatCount(int64(p.lines.count)) + "/" + plural(int64(all), "link", "links") + " shown"
	}
	if p.loading.slow {
		count = "loading" + e.mark.cut
	}
	if p.searching || p.lines.filter != "" {
		room := max(w-width(count)-8, 10)
		return spread(" "+e.ink.accent.on("/ ")+p.search.view(e, room, p.searching), count+" ", w)
	}
	what := allEvents
	if p.covers.Event != "" {
		what = p.lines.sheet.named(p.covers.Event)
	}
	sorted := "sorted by " + columns[p.lines.by].titles[fullTitles] + " " + p.sortMark()
	covers := e.cut(what, max(w/2, 16)) + " " + e.mark.dot + " " + p.period()
	if width(covers)+width(count)+width(sorted)+8 < w {
		count += " " + e.mark.dot + " " + sorted
	}
	return spread(" "+covers, e.ink.faint.on(count)+" ", w)
}

// rows are the links that n lines show, or why there are none.
func (p *linkTracking) rows(w, n int) []string {
	if p.lines.count == 0 {
		return p.env.trim(p.none(w), n)
	}
	d := p.drawing
	lines := make([]string, 0, n)
	for i, r := range p.lines.window(n) {
		at := p.lines.top + i
		open := r.typ < 0 && p.lines.opened(d.stats.Links[r.link].Link.Code)
		lines = append(lines, d.row(rowKey{r.link, r.typ, open, at == p.lines.at}))
	}
	return lines
}

func (e *env) trim(lines []string, n int) []string { return lines[:min(len(lines), max(n, 0))] }

// none says why no link is shown, and what to do.
func (p *linkTracking) none(w int) []string {
	e := p.env
	switch {
	case p.lines.filter != "":
		return e.message(w, "No link matches “"+p.search.value()+"”.", "Press esc to clear the filter.")
	case p.covers.Event != "":
		return e.message(w, "No link tracks this event.", "Press v to choose another event.")
	case e.actor.Can(model.Member):
		return e.message(w, "No tracking links yet.", "Press n to create the first one: for an influencer, a venue, a newsletter, a poster.")
	}
	return e.message(w, "No tracking links yet.", "A member of your team can create one.")
}

// sums are the lines at the very bottom: a rule, the total, and on request the
// sales that no link is credited with, in at most room lines.
func (p *linkTracking) sums(w, room int) []string {
	e, d := p.env, p.drawing
	label := "Total"
	if p.lines.filter != "" {
		label = "Total of all links" // distinct people cannot be added up here, so it is never of a part
	}
	lines := d.sumRows(label, d.total, e.ink.bold)
	if room >= 6 {
		lines = append([]string{e.ink.faint.on(spaces(2) + strings.Repeat(e.mark.rule, max(w-4, 0)))}, lines...)
	}
	if !p.reasons {
		return lines
	}
	un := d.stats.Unattributed
	if len(un) == 0 {
		return append(lines, spaces(lead)+e.ink.faint.on("No unattributed sales"))
	}
	if room > len(lines)+len(un) {
		lines = append(lines, spaces(lead)+e.ink.faint.on("Not credited to any link:"))
	}
	for i := range un {
		if left := room - len(lines); left <= 1 && i < len(un)-1 {
			return append(lines, spaces(lead)+e.ink.faint.on("and "+plural(int64(len(un)-i), "more reason", "more reasons")+": the window is too low"))
		}
		lines = append(lines, d.sumRows(reasonText(un[i].Reason), figures{un[i].Numbers, noClicks}, e.ink.faint)...)
	}
	return lines
}

// reasonText is a reason in words, short enough for the first column.
func reasonText(r model.Reason) string {
	switch r {
	case model.ReasonNoClick:
		return "No link clicked"
	case model.ReasonOtherEvent:
		return "Link of another event"
	case model.ReasonExpired:
		return "Click too old"
	case model.ReasonAfterOrder:
		return "Click after order"
	case model.ReasonUnknownCode:
		return "Code not known"
	case model.ReasonBadReceipt:
		return "Receipt not valid"
	case model.ReasonTest:
		return "Test order"
	}
	return string(r)
}
