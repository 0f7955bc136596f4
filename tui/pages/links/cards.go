package links

import "lastclick/tui/page"

// showsCards says whether a window of w × h cells has cards.
func (p *Tracking) showsCards(w, h int) bool {
	return page.ShowsCards(w, h) && !p.hides(partCards)
}

// drawCards are the cards of the period that is chosen.
func (p *Tracking) drawCards(w, h int) []string {
	of := page.CardsOf{Overview: p.overview, Event: p.version.filter.Event != ""}
	if p.table.Filtered() { // to other links than the cards count
		of.Chart = ", all links"
	}
	return p.cards.Draw(p.Theme, of, w, h)
}

// against names the period before; empty where there is none.
func (v *version) against() string {
	if v.overview == nil || v.overview.Before == nil {
		return ""
	}
	if b := v.overview.Before; b.From != b.To {
		return " against " + b.From + " to " + b.To
	}
	return " against " + v.overview.Before.From
}
