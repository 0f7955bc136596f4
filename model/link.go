package model

import (
	"cmp"
	"net/url"
	"reflect"
	"slices"
	"strings"
	"time"
)

// Link is a tracking link, and how programs read it.
type Link struct {
	ID         int64        `json:"-"`
	Code       string       `json:"code"`
	Name       string       `json:"name"`  // of its owner, the person it is made for
	Email      string       `json:"email"` // and where the welcome mail goes
	Level      Level        `json:"level"`
	Event      *string      `json:"event"` // the event's slug; nil at client level
	Source     string       `json:"source"`
	ShortURL   string       `json:"short_url"`
	FullURL    string       `json:"full_url"`
	StatsURL   string       `json:"stats_url"`
	Archived   bool         `json:"archived"`
	Mail       MailState    `json:"mail"`
	Aliases    []string     `json:"aliases"` // further codes that name it (R24), by the alphabet; not nil
	Clicks     int64        `json:"clicks"`
	Visitors   int64        `json:"visitors"`
	Bots       int64        `json:"bots"`
	QRScans    int64        `json:"qr_scans"` // clicks that came by the QR code
	CreatedAt  time.Time    `json:"created_at"`
	Client     string       `json:"-"`
	PageURL    string       `json:"-"` // where it leads
	Carry      Carry        `json:"-"` // of that page
	Tracking   TrackingMode `json:"-"` // of its client; empty is TrackCookie
	StatsToken string       `json:"-"`
}

// Level is how much a link tracks.
type Level string

// The levels (R3).
const (
	ClientLevel Level = "client" // every event of its client
	EventLevel  Level = "event"  // its event alone
)

// MailState is how far the welcome mail has come.
type MailState string

// The states of a welcome mail.
const (
	MailNone    MailState = "none"
	MailQueued  MailState = "queued"
	MailSent    MailState = "sent"    // a mail server took it
	MailWritten MailState = "written" // as a file, since no mail server is set: it reached no one
	MailFailed  MailState = "failed"
)

// Sources are the digital sources that a link can be used in; the first is the default.
var Sources = []string{"subpromoter", "email", "cpc", "display", "social", "referral"}

// NewLink is what `link add` takes. An empty Event makes a client-level link, an
// empty Code lets the store choose one, an empty Source is subpromoter.
type NewLink struct {
	Name, Email, Event, Code, Source string
	NoMail                           bool
	Archived                         bool // from the beginning, as an import knows it; there is no mail then
}

// AddedLink is what became of one of several links: the link, or why it was refused.
type AddedLink struct {
	Link Link
	Err  error
}

// Validate returns n with its texts as they are stored, or every fault, joined.
func (n NewLink) Validate() (NewLink, error) {
	var faults FieldErrors
	set(&faults, &n.Name)(CheckText("name", n.Name, MaxName))
	set(&faults, &n.Email)(CheckEmail("email", n.Email))
	if n.Code != "" {
		set(&faults, &n.Code)(Slug("code", n.Code))
	}
	if n.Event = strings.ToLower(strings.TrimSpace(n.Event)); n.Event != "" && !ValidSlug(n.Event) {
		faults.Add(NotFoundError("event", n.Event))
	}
	set(&faults, &n.Source)(checkSource(n.Source))
	return n, faults.Err()
}

func checkSource(s string) (string, error) {
	if s == "" {
		return Sources[0], nil
	}
	if !slices.Contains(Sources, s) {
		return s, Invalidf("source", "source %q must be one of %s", Truncate(Clean(s), 40), strings.Join(Sources, ", "))
	}
	return s, nil
}

// LinkChange is what `link set` takes; nil leaves a field as it is.
type LinkChange struct {
	Name, Email, Source *string
	Digest              *string // one of Digests
	NewStatsToken       bool    // the old address of the stats page stops working at once
}

// Apply returns l with the change made, or every fault, joined.
func (ch LinkChange) Apply(l Link) (Link, error) {
	var faults FieldErrors
	if ch.Name != nil {
		set(&faults, &l.Name)(CheckText("name", *ch.Name, MaxName))
	}
	if ch.Email != nil {
		set(&faults, &l.Email)(CheckEmail("email", *ch.Email))
	}
	if ch.Source != nil {
		set(&faults, &l.Source)(checkSource(*ch.Source))
	}
	if ch.Digest != nil {
		if _, err := ParseDigest(*ch.Digest); err != nil {
			faults.Add(err)
		}
	}
	return l, faults.Err()
}

// Holds says whether what ch made of a link still stands: only then may it be taken back.
func (ch LinkChange) Holds(is LinkDetail) bool {
	made, err := ch.Apply(is.Link)
	digest := cmp.Or(is.Digest, NoDigest)
	if ch.Digest != nil {
		digest, _ = ParseDigest(*ch.Digest) // Apply has its fault
	}
	return err == nil && reflect.DeepEqual(made, is.Link) && digest == cmp.Or(is.Digest, NoDigest)
}

// The two parameters that make a page's address a full tracking link.
const (
	ActParam = "act"
	ActValue = "subpromoterv3"
	SubParam = "sp"
)

// QRParam marks the address that a QR code holds.
const QRParam = "qr"

// WithURLs returns l with its addresses under base, the public address of this
// platform without a trailing slash.
func (l Link) WithURLs(base string) Link {
	page := "/c/" + l.Client
	if l.Event != nil {
		page = "/e/" + *l.Event
	}
	l.ShortURL = base + "/" + l.Code
	l.FullURL = base + page + "?" + ActParam + "=" + ActValue + "&" + SubParam + "=" + url.QueryEscape(l.Code)
	l.StatsURL = base + "/stats/" + l.StatsToken
	return l
}

// Target is what a redirect needs to know about a link; it is kept in memory.
type Target struct {
	Link     int64
	Code     string
	Client   string
	Event    string       // empty at client level
	URL      string       // the page
	Carry    Carry        // of the page: the event's, or else its client's
	Tracking TrackingMode // of the client; empty is TrackCookie
	Archived bool
}

// Page is the address of the public page of a client or an event.
type Page struct {
	Client   string
	URL      string
	Tracking TrackingMode // of the client; empty is TrackCookie
}

// Click is one request that followed a tracking link.
type Click struct {
	Link    int64
	At      time.Time
	Visitor bool // the receipt did not hold the link yet, and the click proves something (R26)
	Bot     bool // not a person: counted apart
	QR      bool // it came by the QR code
}
