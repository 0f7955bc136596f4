package model

import (
	"context"
	"strings"
	"time"
)

// MaxReports bounds how many reports of a client are mailed.
const MaxReports = 100

// ReportEvery says how often a report is mailed.
type ReportEvery string

// How often reports are mailed: at 8:00 in the client's timezone, or once.
const (
	EveryDay  ReportEvery = "daily"      // about the day before
	EveryWeek ReportEvery = "weekly"     // on Monday, about the week before
	FirstSale ReportEvery = "first-sale" // once, when a link has sold for the first time
	NoDigest  ReportEvery = "none"
)

// Digests are what the owner of a link can be mailed.
var Digests = []ReportEvery{NoDigest, EveryWeek, FirstSale}

// ParseDigest takes one of Digests.
func ParseDigest(s string) (ReportEvery, error) {
	for _, d := range Digests {
		if string(d) == strings.ToLower(strings.TrimSpace(s)) {
			return d, nil
		}
	}
	return "", Invalidf("digest", "digest %q must be weekly, first-sale or none", Truncate(Clean(s), 40))
}

// NewReport is what `report add` takes; an empty Event is all events.
type NewReport struct {
	Email, Event string
	Every        ReportEvery
}

// Validate returns n with its texts as they are stored, or every fault, joined.
func (n NewReport) Validate() (NewReport, error) {
	var faults FieldErrors
	set(&faults, &n.Email)(CheckEmail("email", n.Email))
	if n.Every != EveryDay && n.Every != EveryWeek {
		faults.Add(Invalidf("every", "say how often: --weekly or --daily"))
	}
	n.Event = strings.ToLower(strings.TrimSpace(n.Event))
	return n, faults.Err()
}

// Report is a client's numbers that are mailed to a person without a login.
type Report struct {
	Email     string      `json:"email"`
	Every     ReportEvery `json:"every"`
	Event     *string     `json:"event"` // the slug; nil for all events
	NextAt    time.Time   `json:"next_at"`
	CreatedAt time.Time   `json:"created_at"`
}

// MailReports are numbers that are mailed again and again. Those of a link to its owner are
// set with the link.
type MailReports interface {
	// AddReport has a report mailed; one to the same address about the same events is
	// replaced.
	AddReport(ctx context.Context, a Actor, n NewReport) (Report, error)
	Reports(ctx context.Context, a Actor) ([]Report, error) // by address
	// RemoveReport ends those to the address, or of them that about the event.
	RemoveReport(ctx context.Context, a Actor, email, event string) ([]Report, error)
}

// ReportMail is what the mail of a report says.
type ReportMail struct {
	Every       ReportEvery
	EventName   string // empty: of all events
	From, To    string // the days that it is about, both inclusive; empty: since the link was made
	Link        *Link  // whose owner it goes to; nil: it is about the client's links
	Unsubscribe string // the token that ends it
	Stats       *Stats // of these days
	Before      *Stats // of as many days before; nil where there are none to compare with
}

// ReportNotice is what the page shows that ends a report.
type ReportNotice struct {
	Client  string // its name
	Contact string // its address for answers to mails; empty: none is known
	What    string // what is mailed: "the weekly numbers of Summer Fest"
	Link    bool   // it is mailed to a link's owner
	Ended   bool
}

// Days are the days that a report is about which is mailed at the moment, and when the next
// one is due, in the client's timezone.
func (e ReportEvery) Days(at time.Time, loc *time.Location) (from, to string, next time.Time) {
	const hour = 8
	local := at.In(loc)
	day := time.Date(local.Year(), local.Month(), local.Day(), 0, 0, 0, 0, time.UTC)
	length := 1
	if e == EveryWeek {
		length = 7
		day = day.AddDate(0, 0, -(int(day.Weekday())+6)%7) // Monday
	}
	due := func(d time.Time) time.Time { return time.Date(d.Year(), d.Month(), d.Day(), hour, 0, 0, 0, loc) }
	if due(day).After(at) {
		next = due(day)
	} else {
		next = due(day.AddDate(0, 0, length))
	}
	return day.AddDate(0, 0, -length).Format(time.DateOnly), day.AddDate(0, 0, -1).Format(time.DateOnly), next
}

// DaysBefore are as many days as from to to, before them.
func DaysBefore(from, to string) (string, string) {
	a, err1 := time.Parse(time.DateOnly, from)
	b, err2 := time.Parse(time.DateOnly, to)
	if err1 != nil || err2 != nil {
		return "", ""
	}
	n := DayNumber(b) - DayNumber(a) + 1
	return a.AddDate(0, 0, -int(n)).Format(time.DateOnly), a.AddDate(0, 0, -1).Format(time.DateOnly)
}
