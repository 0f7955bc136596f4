package model

import (
	"strings"
	"time"
)

// Event is a show that tickets are sold for.
type Event struct {
	ID          int64        `json:"-"`
	Slug        string       `json:"slug"`
	Client      string       `json:"client"`
	Name        string       `json:"name"`
	URL         string       `json:"url"` // its page on the ticket site, where event-level links lead
	StartsAt    *time.Time   `json:"starts_at"`
	Timezone    string       `json:"timezone"`
	TicketTypes []TicketType `json:"ticket_types"`
	CreatedAt   time.Time    `json:"created_at"`
}

// TicketType is what the checkout calls a kind of ticket: "ga", "General Admission".
type TicketType struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

// NewEvent is what `event add` takes.
type NewEvent struct {
	Slug, Name, URL string
	StartsAt        string // RFC 3339, or a day or "2006-01-02T15:04" in Timezone; may be empty
	Timezone        string // empty: the client's
}

// Check returns the event that n describes, or the first thing wrong with it.
func (n NewEvent) Check(client Client) (Event, error) {
	e := Event{Client: client.Slug}
	var err error
	if e.Slug, err = Slug("slug", n.Slug); err != nil {
		return e, err
	}
	if n.Timezone == "" {
		n.Timezone = client.Timezone
	}
	return EventChange{Name: &n.Name, URL: &n.URL, Timezone: &n.Timezone, StartsAt: &n.StartsAt}.Apply(e)
}

// EventChange is what `event set` takes; nil leaves a field as it is.
type EventChange struct {
	Name, URL, StartsAt, Timezone *string
}

// Apply returns e with the change made, or the first thing wrong with it.
func (ch EventChange) Apply(e Event) (Event, error) {
	var err error
	if ch.Name != nil {
		if e.Name, err = CheckText("name", *ch.Name, MaxName); err != nil {
			return e, err
		}
	}
	if ch.URL != nil {
		if e.URL, err = CheckURL("url", *ch.URL); err != nil {
			return e, err
		}
	}
	if ch.Timezone != nil {
		if e.Timezone, err = CheckTimezone("timezone", *ch.Timezone); err != nil {
			return e, err
		}
	}
	if ch.StartsAt != nil {
		if e.StartsAt, err = ParseStart(*ch.StartsAt, e.Timezone); err != nil {
			return e, err
		}
	}
	return e, nil
}

// ParseStart reads when an event starts; empty is not known yet (nil).
func ParseStart(s, timezone string) (*time.Time, error) {
	s = strings.TrimSpace(s)
	if s == "" {
		return nil, nil
	}
	loc, err := time.LoadLocation(timezone)
	if err != nil {
		loc = time.UTC
	}
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04", "2006-01-02 15:04", "2006-01-02"} {
		if t, err := time.ParseInLocation(layout, s, loc); err == nil && t.Year() >= 1970 {
			t = t.UTC()
			return &t, nil
		}
	}
	return nil, Invalidf("starts", "starts %q must be a time such as 2026-06-20T19:30:00+01:00, 2026-06-20T19:30 or 2026-06-20", Cut(Clean(s), 60))
}
