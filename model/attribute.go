package model

import (
	"slices"
	"time"
)

// Reason says why a ticket was credited to its link, or to none.
type Reason string

// The reasons (R9).
const (
	ReasonLastClick     Reason = "last_click"
	ReasonCode          Reason = "code"
	ReasonCoupon        Reason = "coupon"
	ReasonNoClick       Reason = "no_click"
	ReasonBadReceipt    Reason = "bad_receipt"
	ReasonExpired       Reason = "expired"
	ReasonAfterOrder    Reason = "after_order"
	ReasonOtherEvent    Reason = "other_event"
	ReasonCopiedAddress Reason = "copied_address"
	ReasonUnknownCode   Reason = "unknown_code"
	ReasonNoConsent     Reason = "no_consent"
	ReasonTest          Reason = "test"
)

// UnattributedReasons are the reasons for no link, in the order they are shown.
var UnattributedReasons = []Reason{ReasonNoClick, ReasonNoConsent, ReasonOtherEvent, ReasonExpired, ReasonAfterOrder, ReasonCopiedAddress, ReasonUnknownCode, ReasonBadReceipt, ReasonTest}

// ClickVerdict says what became of one click of a receipt.
type ClickVerdict string

// The verdicts on a click (R10).
const (
	Won           ClickVerdict = "won"
	Overridden    ClickVerdict = "overridden"  // a later click took over
	Expired       ClickVerdict = "expired"     // outside the window
	AfterOrder    ClickVerdict = "after_order" // later than the order
	OtherEvent    ClickVerdict = "other_event" // it would have been the candidate, and does not track the event
	OtherClient   ClickVerdict = "other_client"
	CopiedAddress ClickVerdict = "copied_address" // another customer's: the landing address was passed on (R23)
)

// Scope is what a link tracks.
type Scope struct {
	Link     int64
	Client   int64
	Event    int64 // 0 at client level
	Archived bool
}

// tracks says whether the link tracks the event of the client.
func (s Scope) tracks(client, event int64) bool {
	return s.Client == client && (s.Event == 0 || s.Event == event)
}

// sells says whether a code that names the link credits it with the sale.
func (s Scope) sells(sale Sale) bool {
	return s.Link != 0 && !s.Archived && s.tracks(sale.Client, sale.Event)
}

// EvidenceClick is a click of the receipt, or the one of the order's click token, with
// what its link tracks.
type EvidenceClick struct {
	Scope
	At     time.Time
	Copied bool // the token of it belongs to another customer
}

// Evidence is what the verdicts of an order are based on.
type Evidence struct {
	Clicks     []EvidenceClick // in the receipt's order, the latest last
	BadReceipt bool            // a receipt or a click token came and did not verify
	CodeSent   bool
	Code       Scope // of the link that the code names; zero when it names none
	Coupon     Scope // of the link that the coupon names; zero when none came or it names none
	Refused    bool  // the order says that the customer did not consent to tracking (R26)
}

// Sale is what a verdict needs to know of a ticket and its order.
type Sale struct {
	Client   int64
	Event    int64
	PlacedAt time.Time
	Rule     Rule
	Window   Window
	Test     bool
}

// Verdict is the link that a ticket is credited to, and why.
type Verdict struct {
	Link       int64 // 0: no link
	Reason     Reason
	Considered []Considered // from the latest click to the earliest
}

// Considered is a click of the evidence with its own verdict.
type Considered struct {
	Link    int64
	At      time.Time
	Verdict ClickVerdict
}

// Attribute returns the verdict on one ticket: it is credited to the last tracking link
// clicked, if that tracks the event and the click is inside the window (R1 to R10); a code
// or a coupon stands in where no click counts (R7, R24).
func Attribute(sale Sale, ev Evidence) Verdict {
	v := Verdict{Considered: make([]Considered, 0, len(ev.Clicks))}
	usable := 0             // clicks on the client's links, not after the order, inside the window
	decided := false        // a later usable click was the candidate, or won
	var latest ClickVerdict // verdict on the latest click on a link of the client
	for _, c := range latestFirst(ev.Clicks) {
		verdict := Overridden
		switch {
		case c.Client != sale.Client:
			verdict = OtherClient
		case c.Copied: // not this customer's click, whatever its time
			verdict = CopiedAddress
		case c.At.After(sale.PlacedAt):
			verdict = AfterOrder
		case seconds(sale.PlacedAt)-seconds(c.At) > sale.Window.Seconds():
			verdict = Expired
		default:
			usable++
			switch {
			case decided:
			case c.tracks(sale.Client, sale.Event):
				verdict, decided = Won, true
				v.Link, v.Reason = c.Link, ReasonLastClick
			default:
				// The only candidate under last-click; in-scope goes on looking.
				verdict, decided = OtherEvent, sale.Rule != InScope
			}
		}
		if latest == "" && verdict != OtherClient {
			latest = verdict
		}
		v.Considered = append(v.Considered, Considered{c.Link, c.At, verdict})
	}
	switch {
	case sale.Test:
		v.Link, v.Reason = 0, ReasonTest
	case v.Link != 0:
	case usable > 0:
		v.Reason = ReasonOtherEvent
	case ev.Code.sells(sale):
		v.Link, v.Reason = ev.Code.Link, ReasonCode
	case ev.Coupon.sells(sale):
		v.Link, v.Reason = ev.Coupon.Link, ReasonCoupon
	case latest == CopiedAddress:
		v.Reason = ReasonCopiedAddress
	case latest == AfterOrder:
		v.Reason = ReasonAfterOrder
	case latest == Expired:
		v.Reason = ReasonExpired
	case ev.CodeSent:
		v.Reason = ReasonUnknownCode
	case ev.BadReceipt:
		v.Reason = ReasonBadReceipt
	case ev.Refused:
		v.Reason = ReasonNoConsent
	default:
		v.Reason = ReasonNoClick
	}
	return v
}

// latestFirst orders clicks by time; within one second the one that stands later
// in the receipt was made later.
func latestFirst(clicks []EvidenceClick) []EvidenceClick {
	sorted := slices.Clone(clicks)
	slices.Reverse(sorted)
	slices.SortStableFunc(sorted, func(a, b EvidenceClick) int { return b.At.Compare(a.At) })
	return sorted
}

// seconds drops what a click's time never has: a window is inclusive to the second.
func seconds(t time.Time) int64 { return t.Unix() }
