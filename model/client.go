package model

import (
	"fmt"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Rule is how a client's tickets are credited.
type Rule string

// The rules of attribution (R3).
const (
	LastClick Rule = "last-click" // the last tracking link clicked, or none
	InScope   Rule = "in-scope"   // the last one that tracks the ticket's event
)

// Window is how long before an order a click may lie: whole seconds, from 1s to
// MaxWindow.
type Window time.Duration

// DefaultWindow is the window of a client that has not set one.
const DefaultWindow Window = 30 * Window(24*time.Hour)

// MaxWindow is the longest that a browser keeps a cookie: 400 days (RFC 6265bis §5.5).
const MaxWindow Window = 400 * Window(24*time.Hour)

// Client is a promoter's account.
type Client struct {
	ID        int64        `json:"-"`
	Slug      string       `json:"slug"`
	Name      string       `json:"name"`
	URL       string       `json:"url"` // the public profile page, where client-level links lead
	Timezone  string       `json:"timezone"`
	Rule      Rule         `json:"rule"`
	Window    Window       `json:"window"`
	Carry     Carry        `json:"carry"`
	Tracking  TrackingMode `json:"tracking"`
	ReplyTo   string       `json:"reply_to"` // where answers to its mails go; empty: to who made the link
	CreatedAt time.Time    `json:"created_at"`
}

// Location is the timezone in which the client's days begin.
func (c Client) Location() *time.Location { return Location(c.Timezone) }

// Location is the timezone of that name; UTC where it is not known. Names are checked
// when they are set, so that happens only on a machine without zone data.
// time.LoadLocation reads and parses a file at each call, so zones are cached; there
// are some 600 of them.
func Location(timezone string) *time.Location {
	if loc, ok := locations.Load(timezone); ok {
		return loc.(*time.Location)
	}
	loc, err := time.LoadLocation(timezone)
	if err != nil {
		return time.UTC
	}
	locations.Store(timezone, loc)
	return loc
}

var locations sync.Map // name → *time.Location

// NewClient is what `client add` takes; empty Timezone, Rule, Window and Tracking mean
// Europe/London, last-click, 30d and cookie.
type NewClient struct {
	Slug, Name, URL, Timezone, Rule, Window, Carry, Tracking, ReplyTo string
}

// Validate returns the client that n describes, or every fault, joined.
func (n NewClient) Validate() (Client, error) {
	var c Client
	var faults FieldErrors
	set(&faults, &c.Slug)(Slug("slug", n.Slug))
	change := ClientChange{Name: &n.Name, URL: &n.URL, Timezone: &n.Timezone, Rule: &n.Rule, Window: &n.Window, Carry: &n.Carry, Tracking: &n.Tracking, ReplyTo: &n.ReplyTo}
	if n.Timezone == "" {
		n.Timezone = "Europe/London"
	}
	if n.Rule == "" {
		n.Rule = string(LastClick)
	}
	if n.Window == "" {
		n.Window = DefaultWindow.String()
	}
	if n.Tracking == "" {
		n.Tracking = string(TrackCookie)
	}
	set(&faults, &c)(change.Apply(c))
	return c, faults.Err()
}

// ClientChange is what `client set` takes; nil leaves a field as it is.
type ClientChange struct {
	Name, URL, Timezone, Rule, Window, Carry, Tracking, ReplyTo *string
}

// Apply returns c with the change made, or every fault, joined.
func (ch ClientChange) Apply(c Client) (Client, error) {
	var faults FieldErrors
	if ch.Name != nil {
		set(&faults, &c.Name)(CheckText("name", *ch.Name, MaxName))
	}
	if ch.URL != nil {
		set(&faults, &c.URL)(CheckURL("url", *ch.URL))
	}
	if ch.Timezone != nil {
		set(&faults, &c.Timezone)(CheckTimezone("timezone", *ch.Timezone))
	}
	if ch.Rule != nil {
		switch c.Rule = Rule(*ch.Rule); c.Rule {
		case LastClick, InScope:
		default:
			faults.Add(Invalidf("rule", "rule %q must be last-click or in-scope", Truncate(Clean(*ch.Rule), 40)))
		}
	}
	if ch.Window != nil {
		set(&faults, &c.Window)(ParseWindow(*ch.Window))
	}
	if ch.Carry != nil {
		set(&faults, &c.Carry)(ParseCarry("carry", *ch.Carry))
	}
	if ch.Tracking != nil {
		set(&faults, &c.Tracking)(parseTrackingMode(*ch.Tracking))
	}
	if ch.ReplyTo != nil {
		if c.ReplyTo = ""; *ch.ReplyTo != "" {
			set(&faults, &c.ReplyTo)(CheckEmail("reply-to", *ch.ReplyTo))
		}
	}
	return c, faults.Err()
}

// Holds says whether what ch made of a client still stands: only then may it be taken back.
func (ch ClientChange) Holds(is Client) bool {
	made, err := ch.Apply(is)
	return err == nil && made == is
}

// CheckTimezone takes the name of a zone of the IANA database.
func CheckTimezone(field, s string) (string, error) {
	s = strings.TrimSpace(s)
	if s == "" || s == "Local" {
		return "", Invalidf(field, "%s is missing: give a name such as Europe/London", field)
	}
	if _, err := time.LoadLocation(s); err != nil {
		return "", Invalidf(field, "%s %q is not known: give a name such as Europe/London", field, Truncate(Clean(s), 60))
	}
	return s, nil
}

// ParseWindow reads a window: a whole number and s, m, h or d, from 1s to 400d.
func ParseWindow(s string) (Window, error) {
	bad := Invalidf("window", "window %q must be a whole number and s, m, h or d, from 1s to 400d, such as 30d", Truncate(Clean(s), 40))
	d, ok := parseDays(strings.TrimSpace(s), time.Duration(MaxWindow))
	if !ok {
		return 0, bad
	}
	return Window(d), nil
}

// parseDays reads a whole number of at least 1 and its unit: s, m, h or d.
func parseDays(s string, most time.Duration) (time.Duration, bool) {
	if len(s) < 2 {
		return 0, false
	}
	unit, ok := map[byte]time.Duration{'s': time.Second, 'm': time.Minute, 'h': time.Hour, 'd': 24 * time.Hour}[s[len(s)-1]]
	n, err := strconv.ParseUint(s[:len(s)-1], 10, 32)
	if !ok || err != nil || n < 1 || n > uint64(most/unit) {
		return 0, false
	}
	return time.Duration(n) * unit, true
}

// WindowOf is a window of that many seconds.
func WindowOf(seconds int64) Window { return Window(seconds) * Window(time.Second) }

// Seconds is how long the window is.
func (w Window) Seconds() int64 { return int64(time.Duration(w) / time.Second) }

// String is the window in the largest unit that gives a whole number: "30d".
func (w Window) String() string {
	d := time.Duration(w)
	for _, u := range []struct {
		name string
		d    time.Duration
	}{{"d", 24 * time.Hour}, {"h", time.Hour}, {"m", time.Minute}} {
		if d >= u.d && d%u.d == 0 {
			return fmt.Sprintf("%d%s", d/u.d, u.name)
		}
	}
	return fmt.Sprintf("%ds", d/time.Second)
}

// MarshalText writes the window as String does.
func (w Window) MarshalText() ([]byte, error) { return []byte(w.String()), nil }
