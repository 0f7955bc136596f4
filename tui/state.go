package tui

import (
	"time"
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
// time because data or watch are away. It always stands in the same place, so it is short.
func (a *app) state() string {
	top := a.top()
	if p, ok := top.(pausable); ok && p.Paused() {
		return "paused"
	}
	if p, ok := top.(dated); ok {
		if p.Absent() {
			return "no data"
		}
		if at, loc := p.Since(); !at.IsZero() {
			return "as of " + at.In(loc).Format(time.TimeOnly)
		}
	}
	if !a.live.away.IsZero() {
		return "as of " + a.live.away.In(a.zone()).Format(time.TimeOnly)
	}
	return a.Theme.Glyph.Live + " live"
}

// zone is that of the page on screen, else UTC.
func (a *app) zone() *time.Location {
	if p, ok := a.top().(dated); ok {
		if _, loc := p.Since(); loc != nil {
			return loc
		}
	}
	return time.UTC
}
