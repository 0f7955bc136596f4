package model

import (
	"errors"
	"reflect"
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
	Carry       Carry        `json:"carry"` // empty: its client's
	Shops       []ShopID     `json:"shops"` // what shops call it
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
	Carry           string // as ParseCarry takes it
}

// Validate returns the event that n describes, or every fault, joined.
func (n NewEvent) Validate(client Client) (Event, error) {
	e := Event{Client: client.Slug}
	var faults FieldErrors
	set(&faults, &e.Slug)(Slug("slug", n.Slug))
	if n.Timezone == "" {
		n.Timezone = client.Timezone
	}
	set(&faults, &e)(EventChange{Name: &n.Name, URL: &n.URL, Timezone: &n.Timezone, StartsAt: &n.StartsAt, Carry: &n.Carry}.Apply(e))
	return e, faults.Err()
}

// EventChange is what `event set` takes; nil leaves a field as it is.
type EventChange struct {
	Name, URL, StartsAt, Timezone, Carry *string
	Shops                                []string // NAME:ID adds what a shop calls it, NAME: takes away all that the shop does
}

// Empty says whether nothing is changed.
func (ch EventChange) Empty() bool {
	return ch.Name == nil && ch.URL == nil && ch.StartsAt == nil && ch.Timezone == nil && ch.Carry == nil && len(ch.Shops) == 0
}

// Apply returns e with the change made, or every fault, joined.
func (ch EventChange) Apply(e Event) (Event, error) {
	var faults FieldErrors
	if ch.Name != nil {
		set(&faults, &e.Name)(CheckText("name", *ch.Name, MaxName))
	}
	if ch.URL != nil {
		set(&faults, &e.URL)(CheckURL("url", *ch.URL))
	}
	if ch.Timezone != nil {
		set(&faults, &e.Timezone)(CheckTimezone("timezone", *ch.Timezone))
	}
	if ch.StartsAt != nil {
		set(&faults, &e.StartsAt)(ParseStart(*ch.StartsAt, e.Timezone))
	}
	if ch.Carry != nil {
		set(&faults, &e.Carry)(ParseCarry("carry", *ch.Carry))
	}
	if len(ch.Shops) > 0 {
		set(&faults, &e.Shops)(applyShops(e.Shops, ch.Shops))
	}
	return e, faults.Err()
}

// Holds says whether what ch made of an event still stands: only then may it be taken back.
func (ch EventChange) Holds(is Event) bool {
	made, err := ch.Apply(is)
	if err != nil || (made.StartsAt == nil) != (is.StartsAt == nil) || made.StartsAt != nil && !made.StartsAt.Equal(*is.StartsAt) {
		return false
	}
	made.StartsAt = is.StartsAt // the same moment may be written in two ways
	return reflect.DeepEqual(made, is)
}

// StartText is when the event starts as a form shows it, and ParseStart reads it: to the
// minute, in the event's timezone; empty where it is not known yet.
func (e Event) StartText() string {
	if e.StartsAt == nil {
		return ""
	}
	return e.StartsAt.In(Location(e.Timezone)).Format("2006-01-02 15:04")
}

// ChangeStart makes what a form says of the start of e, which showed StartText and now holds
// starts, a part of ch, whose timezone is decided, and of back, which takes ch back. In another
// timezone what the form shows is the clock there; back is exact to the second.
func (e Event) ChangeStart(starts string, ch, back *EventChange) {
	if starts == e.StartText() && (starts == "" || ch.Timezone == nil) {
		return
	}
	was := ""
	if e.StartsAt != nil {
		was = e.StartsAt.Format(time.RFC3339)
	}
	ch.StartsAt, back.StartsAt = &starts, &was
}

// ParseStart reads when an event starts; empty is not known yet (nil).
func ParseStart(s, timezone string) (*time.Time, error) {
	s = strings.TrimSpace(s)
	if s == "" {
		return nil, nil
	}
	t, err := ParseTime(s)
	for _, layout := range []string{"2006-01-02T15:04", "2006-01-02 15:04", "2006-01-02"} {
		local, wrong := time.ParseInLocation(layout, s, Location(timezone))
		if wrong != nil {
			continue
		}
		if t, err = local.UTC(), nil; !keepable(t) {
			err = errFarYear
		}
	}
	if err == nil {
		return &t, nil
	}
	if errors.Is(err, errFarYear) {
		return nil, Invalidf("starts", "starts %q %v", Truncate(s, 60), err)
	}
	return nil, Invalidf("starts", "starts %q must be a time such as 2026-06-20 19:30 or 2026-06-20, or with its zone, 2026-06-20T19:30:00+01:00", Truncate(Clean(s), 60))
}
