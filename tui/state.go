package tui

import (
	"time"

	"lastclick/tui/page"
)

// pausable is a page that stands still when it is told to.
type pausable interface{ Paused() bool }

// dated is a page whose data may be old, since when (zero: it is not), or cannot be read
// at all.
type dated interface {
	Since() (at time.Time, loc *time.Location)
	Absent() bool
}

// state says whether what is on screen moves by itself: it is live, paused, or as of a
// time because data or watch are away; of a page without data it says nothing. It always
// stands in the same place, so it is short.
func (a *app) state() string {
	shown := a.seen()
	if p, ok := shown.(pausable); ok && p.Paused() {
		return "paused"
	}
	p, ok := shown.(dated)
	if !ok {
		return ""
	}
	if p.Absent() {
		return "no data"
	}
	at, loc := p.Since()
	if at.IsZero() {
		at = a.live.away
	}
	if at.IsZero() {
		return a.Theme.Glyph.Live + " live"
	}
	if loc == nil {
		loc = time.UTC
	}
	return "as of " + at.In(loc).Format(time.TimeOnly)
}

// seen is the page whose data is on screen: the one on top, or beneath the palette.
func (a *app) seen() page.Page {
	if p, ok := a.top().(*palette); ok {
		return p.under
	}
	return a.top()
}
