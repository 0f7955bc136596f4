package model

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// Retention is how long is kept what would else only grow. 0 is for ever.
type Retention struct {
	Inbox    time.Duration // bodies in the inbox that are settled, and what shops posted
	Webhooks time.Duration // webhook ids with the digests of their bodies
	Audit    time.Duration
}

// MaxRetention is the longest that is not for ever.
const MaxRetention = 36500 * 24 * time.Hour

// ParseRetention reads how long something is kept: a whole number and s, m, h or d. Empty
// and 0 are for ever.
func ParseRetention(s string) (time.Duration, error) {
	if s = strings.TrimSpace(s); s == "" || s == "0" {
		return 0, nil
	}
	d, ok := parseDays(s, MaxRetention)
	if !ok {
		return 0, fmt.Errorf("%q must be a whole number and s, m, h or d, such as 30d, at most 36500d; 0 is for ever", Truncate(Clean(s), 40))
	}
	return d, nil
}

// FormatRetention is how long as ParseRetention reads it, or "for ever".
func FormatRetention(d time.Duration) string {
	if d == 0 {
		return "for ever"
	}
	return Window(d).String()
}

// Privacy is what is stored about buyers, and how long.
type Privacy struct {
	Stored       []StoredData    `json:"stored"`
	KeepInbox    *Window         `json:"keep_inbox"` // nil: for ever
	KeepWebhooks *Window         `json:"keep_webhooks"`
	KeepAudit    *Window         `json:"keep_audit"`
	Window       Window          `json:"cookie_window"` // the longest of all clients: how long a browser keeps the cookie
	Clients      []ClientPrivacy `json:"clients"`
	Text         string          `json:"text"` // for a privacy page
}

// StoredData is a kind of data about buyers.
type StoredData struct {
	What    string   `json:"what"`
	Why     string   `json:"why"`
	Kept    string   `json:"kept"`    // until when
	Columns []string `json:"columns"` // table.column
}

// ClientPrivacy is how a client's clicks are tracked.
type ClientPrivacy struct {
	Client   string       `json:"client"`
	Name     string       `json:"name"`
	Tracking TrackingMode `json:"tracking"`
	Carries  bool         `json:"carries"` // a click token is put into addresses of the client's pages
	Window   Window       `json:"window"`
}

// PrivacyText is the paragraphs for a privacy page: of the clients, how they track, and
// what is stored and how long. It is a description of this program, and no legal advice.
func PrivacyText(p Privacy) string {
	var ways []TrackingMode
	carries := false
	for _, c := range p.Clients {
		if !slices.Contains(ways, c.Tracking) {
			ways = append(ways, c.Tracking)
		}
		carries = carries || c.Carries || c.Tracking == TrackURL
	}
	slices.Sort(ways)
	paragraphs := []string{"We use tracking links to see which of our partners a ticket sale came through. A partner who recommends an event shares a short link. It leads to the page of the event or of its promoter, and notes that it was followed."}
	for _, way := range ways {
		if text := trackingText(way, len(ways) > 1, p.Window); text != "" {
			paragraphs = append(paragraphs, text)
		}
	}
	if carries {
		paragraphs = append(paragraphs, "Some of our pages are opened with a click token in their address: a code that says which link was followed and when, together with a random number. It is sent along with an order that is placed there, and kept with it. It says nothing else about you.")
	}
	return strings.Join(append(paragraphs,
		"Following a link is counted as a number for each quarter of an hour. We keep no IP address, no device or browser name, and no list of the pages that you visited.",
		"When you buy a ticket, the shop tells us the order: its number, the time, the tickets and their prices, and who bought, by the shop's own customer number or by the e-mail address. Of that we keep a keyed hash, from which neither can be read, so that we can count how many people bought and who bought for the first time. Beside the shop's messages, of which more below, we do not keep your name or your address; and none of your means of payment.",
		"With the order we keep the links that were followed before it and when, so that the partner can be paid.",
		keepText(p),
		"You may ask us what is stored about you, and have it erased. Tell us the e-mail address that you bought with, or your customer number in the shop. After that the numbers remain, without you.",
	), "\n\n")
}

// trackingText says how clicks are proved. among says that other ways are in use too.
func trackingText(way TrackingMode, among bool, longest Window) string {
	where := "For this we"
	if among {
		where = "On some links we"
	}
	switch way {
	case TrackCookie:
		return where + " set one cookie, named lastclick, that lasts at most " + days(longest) + ". It holds a random number and the last links (at most 16) that were followed in this browser, with the times, signed by us. It is read when you follow another of our links, and by the shop when you order."
	case TrackURL:
		if among {
			where = "On some links we"
		}
		return strings.Replace(where, "For this we", "We", 1) + " set no cookie: the link that was followed stands as a code in the address of the page."
	case TrackConsent:
		return where + " set the cookie lastclick, or put a code into the address of the page, only where you have agreed to it on the page that the link stands on, and your browser does not send Global Privacy Control. The cookie lasts at most " + days(longest) + " and holds a random number and the last links (at most 16) that were followed in this browser, with the times, signed by us. Without your agreement the click is counted, and nothing of it is kept with you or your order."
	}
	return ""
}

// keepText says how long.
func keepText(p Privacy) string {
	text := "Orders and the numbers made of them are kept as long as our books are. Messages of the shop may be kept as they came, with what the shop wrote into them, such as your name and address. "
	if p.KeepInbox == nil {
		text += "They are kept as long as our books are too."
	} else {
		text += "They are deleted " + days(*p.KeepInbox) + " after they were dealt with."
	}
	if p.KeepWebhooks == nil {
		return text
	}
	return text + " The numbers and fingerprints of the shop's messages are deleted after " + days(*p.KeepWebhooks) + "."
}

func days(w Window) string {
	day := 24 * Window(time.Hour)
	if w%day != 0 {
		return w.String()
	}
	return Plural(int64(w/day), "day", "days")
}
