package model

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Rule is how a client wants a ticket credited.
type Rule string

const (
	LastClick Rule = "last-click" // the last tracking link clicked, or nobody
	InScope   Rule = "in-scope"   // the last one that tracks the ticket's event
)

// DefaultWindow is how long before an order a click may lie.
const DefaultWindow = 30 * 24 * time.Hour

// MaxWindow is as long as a browser keeps a cookie at most: 400 days (RFC 6265bis §5.5).
const MaxWindow = 400 * 24 * time.Hour

// Client is a promoter's account.
type Client struct {
	ID        int64         `json:"-"`
	Slug      string        `json:"slug"`
	Name      string        `json:"name"`
	URL       string        `json:"url"` // the public profile page, where client-level links lead
	Timezone  string        `json:"timezone"`
	Rule      Rule          `json:"rule"`
	Window    time.Duration `json:"-"`
	WindowStr string        `json:"window"` // Window as FormatWindow writes it
	CreatedAt time.Time     `json:"created_at"`
}

// Location is the timezone in which the client's days begin.
func (c Client) Location() *time.Location {
	loc, err := time.LoadLocation(c.Timezone)
	if err != nil {
		return time.UTC // it was checked when it was set; a machine without zone data shows UTC
	}
	return loc
}

// NewClient is what `client add` takes; empty Timezone, Rule and Window mean
// Europe/London, last-click and 30d.
type NewClient struct {
	Slug, Name, URL, Timezone, Rule, Window string
}

// Check returns the client that n describes, or the first thing wrong with it.
func (n NewClient) Check() (Client, error) {
	var c Client
	var err error
	if c.Slug, err = Slug("slug", n.Slug); err != nil {
		return c, err
	}
	change := ClientChange{Name: &n.Name, URL: &n.URL, Timezone: &n.Timezone, Rule: &n.Rule, Window: &n.Window}
	if n.Timezone == "" {
		n.Timezone = "Europe/London"
	}
	if n.Rule == "" {
		n.Rule = string(LastClick)
	}
	if n.Window == "" {
		n.Window = FormatWindow(DefaultWindow)
	}
	return change.Apply(c)
}

// ClientChange is what `client set` takes; nil leaves a field as it is.
type ClientChange struct {
	Name, URL, Timezone, Rule, Window *string
}

// Apply returns c with the change made, or the first thing wrong with it.
func (ch ClientChange) Apply(c Client) (Client, error) {
	var err error
	if ch.Name != nil {
		if c.Name, err = CheckText("name", *ch.Name, MaxName); err != nil {
			return c, err
		}
	}
	if ch.URL != nil {
		if c.URL, err = CheckURL("url", *ch.URL); err != nil {
			return c, err
		}
	}
	if ch.Timezone != nil {
		if c.Timezone, err = CheckTimezone("timezone", *ch.Timezone); err != nil {
			return c, err
		}
	}
	if ch.Rule != nil {
		switch c.Rule = Rule(*ch.Rule); c.Rule {
		case LastClick, InScope:
		default:
			return c, Invalidf("rule", "rule %q must be last-click or in-scope", Cut(Clean(*ch.Rule), 40))
		}
	}
	if ch.Window != nil {
		if c.Window, err = ParseWindow(*ch.Window); err != nil {
			return c, err
		}
	}
	c.WindowStr = FormatWindow(c.Window)
	return c, nil
}

// CheckTimezone takes the name of a zone of the IANA database.
func CheckTimezone(field, s string) (string, error) {
	s = strings.TrimSpace(s)
	if s == "" || s == "Local" {
		return "", Invalidf(field, "%s is missing: give a name such as Europe/London", field)
	}
	if _, err := time.LoadLocation(s); err != nil {
		return "", Invalidf(field, "%s %q is not known: give a name such as Europe/London", field, Cut(Clean(s), 60))
	}
	return s, nil
}

// ParseWindow reads a window: a whole number and s, m, h or d, from 1s to 400d.
func ParseWindow(s string) (time.Duration, error) {
	bad := Invalidf("window", "window %q must be a whole number and s, m, h or d, from 1s to 400d, such as 30d", Cut(Clean(s), 40))
	s = strings.TrimSpace(s)
	if len(s) < 2 {
		return 0, bad
	}
	unit, ok := map[byte]time.Duration{'s': time.Second, 'm': time.Minute, 'h': time.Hour, 'd': 24 * time.Hour}[s[len(s)-1]]
	n, err := strconv.ParseUint(s[:len(s)-1], 10, 32)
	if !ok || err != nil || n < 1 || n > uint64(MaxWindow/unit) {
		return 0, bad
	}
	return time.Duration(n) * unit, nil
}

// FormatWindow writes d in the largest unit that gives a whole number: "30d".
func FormatWindow(d time.Duration) string {
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
