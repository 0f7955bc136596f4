package model

import "time"

// Span is how far back a chart looks.
type Span string

// The spans of a chart.
const (
	Day   Span = "24h" // by the hour
	Week  Span = "7d"  // by the day, as the rest
	Month Span = "30d"
	All   Span = "all" // from the first click or order on, at most MaxSpanDays
)

// Spans in the order they are offered.
var Spans = []Span{Day, Week, Month, All}

// MaxSpanDays bounds the points of a chart.
const MaxSpanDays = 400

// Series is clicks and orders over time. Its points follow one another without a
// gap; the last one holds the present.
type Series struct {
	Span     Span    `json:"span"`
	Timezone string  `json:"timezone"` // in which days and hours begin
	Points   []Point `json:"points"`
}

// Point is what came in the hour or day that begins at At.
type Point struct {
	At      time.Time `json:"at"`
	Clicks  int64     `json:"clicks"`
	Orders  int64     `json:"orders"`  // with a live ticket, by placed_at
	Tickets int64     `json:"tickets"` // live ones
}

// EventStats is an event with what tracking links sold of it.
type EventStats struct {
	Event Event `json:"event"`
	Numbers
	Unattributed int64 `json:"unattributed_tickets"` // live tickets that no link is credited with
	Links        int64 `json:"links"`                // unarchived ones that track it: its own and the client-level ones
}

// SubPromoter is what the owner of a link sees: that link alone, and no customer.
type SubPromoter struct {
	ClientName string
	Contact    string // the client's address for answers to mails; empty: none is known
	EventName  string // empty at client level
	Timezone   string
	Link       Link
	Digest     ReportEvery // what is mailed to the owner
	Numbers
	TicketTypes []TypeStats
	EventNames  map[string]string // of the client's events, by slug; nil at event level
	Series      Series
}
