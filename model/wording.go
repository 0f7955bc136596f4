package model

import (
	"bytes"
	"encoding/json"
	"errors"
	"strconv"
	"strings"
)

// The console, the commands and the mails explain a verdict, a rule, an outcome and
// an error with the words of this file.

// Label is the reason in a few words, for the first column of a table.
func (r Reason) Label() string {
	switch r {
	case ReasonLastClick:
		return "Last click"
	case ReasonCode:
		return "Code quoted"
	case ReasonCoupon:
		return "Coupon used"
	case ReasonCopiedAddress:
		return "Address passed on"
	case ReasonNoClick:
		return "No link clicked"
	case ReasonNoConsent:
		return "No consent"
	case ReasonOtherEvent:
		return "Link of another event"
	case ReasonExpired:
		return "Click too old"
	case ReasonAfterOrder:
		return "Click after order"
	case ReasonUnknownCode:
		return "Code not known"
	case ReasonBadReceipt:
		return "Receipt not valid"
	case ReasonTest:
		return "Test order"
	}
	return string(r)
}

// Short is Label for a column of 15 cells; Holds finds each of its words.
func (r Reason) Short() string {
	switch r {
	case ReasonOtherEvent:
		return "Another event"
	case ReasonAfterOrder:
		return "After order"
	case ReasonCopiedAddress:
		return "Passed on"
	case ReasonBadReceipt:
		return "Bad receipt"
	}
	return r.Label()
}

// Explain is the reason as a clause, to stand behind "Credited to LINK: " or
// "Credited to no link: ".
func (r Reason) Explain() string {
	switch r {
	case ReasonLastClick:
		return "the last link that was clicked"
	case ReasonCode:
		return "its code came with the order"
	case ReasonCoupon:
		return "a coupon of it came with the order"
	case ReasonCopiedAddress:
		return "the page's address was passed on by another customer, whose click it proves"
	case ReasonNoClick:
		return "the customer clicked no tracking link"
	case ReasonNoConsent:
		return "the customer did not consent to tracking, so no click of theirs can be proved: only a code or a coupon would credit a link"
	case ReasonBadReceipt:
		return "the receipt or click token that came with the order does not verify"
	case ReasonExpired:
		return "the last click is older than the window"
	case ReasonAfterOrder:
		return "the only clicks came after the order"
	case ReasonOtherEvent:
		return "the last click was on a link of another event"
	case ReasonUnknownCode:
		return "the code that was quoted names no link in use for the event"
	case ReasonTest:
		return "a test order counts for no link"
	}
	return string(r)
}

// Explain is the verdict on a click as a clause; window is the client's, such as
// "30d".
func (v ClickVerdict) Explain(window string) string {
	switch v {
	case Won:
		return "won"
	case Overridden:
		return "a later click took over"
	case Expired:
		return "too old: a click counts for " + window
	case AfterOrder:
		return "came after the order"
	case OtherEvent:
		return "its link does not track this event"
	case OtherClient:
		return "plays no part"
	case CopiedAddress:
		return "another customer's click: the page's address was passed on"
	}
	return string(v)
}

// Explain is the rule as a sentence.
func (r Rule) Explain() string {
	if r == InScope {
		return "Rule in-scope: the last click whose link tracks the ticket's event gets the sale."
	}
	return "Rule last-click: only the last link that was clicked can get the sale."
}

// Label is the rule in a few words.
func (r Rule) Label() string {
	if r == InScope {
		return "last click that tracks the event"
	}
	return "last click"
}

// Words are the window as people say it: "30 days".
func (w Window) Words() string {
	text := w.String()
	n, _ := strconv.ParseInt(text[:len(text)-1], 10, 64)
	unit := map[byte]string{'d': "day", 'h': "hour", 'm': "minute", 's': "second"}[text[len(text)-1]]
	return Plural(n, unit, unit+"s")
}

// Attribution is by which click a ticket of the client is credited, and how long one
// counts: "last click, 30 days".
func (c Client) Attribution() string { return c.Rule.Label() + ", " + c.Window.Words() }

// MailGoes says what becomes of a mail that has just been queued, behind "the mail". A daemon
// without a mail server writes files.
func MailGoes(toFiles bool) string {
	if toFiles {
		return "is written to DATA/outbox, no mail server set"
	}
	return "is queued"
}

// Explain says what is mailed to the owner of a link; empty for nothing.
func (e ReportEvery) Explain() string {
	switch e {
	case EveryWeek:
		return "The owner is mailed the numbers every Monday."
	case FirstSale:
		return "The owner is mailed when the link has sold for the first time."
	}
	return ""
}

// Explain says what became of a delivery that was tried again, without a full stop.
func (o Outcome) Explain() string {
	what := "the webhook"
	switch {
	case o.Order != "":
		what = "order " + o.Order
	case o.Ticket != "":
		what = "the scan of ticket " + o.Ticket
	case o.Event != "":
		what = "event " + o.Event
	}
	switch o.Status {
	case Applied:
		return "Applied " + what
	case Duplicate:
		return "Nothing to do: " + what + " had been applied before"
	case Stale:
		return "Nothing to do: a newer version of " + what + " is known"
	case Parked:
		if o.Event != "" {
			return "It still waits for the event " + o.Event + ": add it, and the webhook is applied by itself"
		}
		return "It still waits for its event: add the event, and it is applied by itself"
	case Pong:
		return "Nothing to do: it only asked whether webhooks arrive"
	case Ignored:
		return "Nothing to do: " + what + " holds nothing but what its checkout ignores"
	case Queued:
		return "Queued to be mapped again: the inbox says in a moment what became of it"
	}
	return "Done: " + string(o.Status)
}

// LandingAddress says what the address is worth that the browser shows after opening the
// link, as a clause to stand behind "that one ".
func (l Link) LandingAddress() string {
	if l.Carry == "" {
		return "tracks nobody"
	}
	return "counts for the purchase of the person who clicked, and for nobody else's"
}

// TrackingNote says what the tracking of the link's client asks of the people who share it;
// empty where it asks nothing.
func (l Link) TrackingNote() string {
	switch {
	case l.Tracking == TrackConsent:
		return "Only a click that brings the visitor's consent can be credited with a sale. Where you have it, link to " + l.ShortURL + "?" + ConsentParam + "=" + ConsentValue + ". Every other click is counted, and credits nobody."
	case l.Tracking == TrackURL && l.Carry == "":
		return "No click on it can be credited with a sale: cookies are off for its client, and the address of its page carries no click. An admin can set a carrier."
	}
	return ""
}

// SharedAddressText says in how many orders the address that the browser shows after
// opening the link was another customer's. It is empty where n is 0.
func SharedAddressText(n int64) string {
	if n == 0 {
		return ""
	}
	return "The landing address is being shared: " + Plural(n, "order", "orders") + ". Its buyers came by an address that another customer's click had led to, and it credits nobody: ask the owner to share the shortlink."
}

// Plural is "1 link" or "2,000 links".
func Plural(n int64, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return FormatCount(n) + " " + many
}

// PublicMessage is what a person may read of err: what is wrong and what to do next,
// as one safe line without its cause, which is for the log. ok is false for a fault
// of ours: the caller says what to do about that.
func PublicMessage(err error) (msg string, ok bool) {
	e, found := errors.AsType[*Error](err)
	if !found || e.Kind == Internal || e.Msg == "" {
		return "", false
	}
	if e.Hint == "" {
		return Line(e.Msg), true
	}
	return Line(e.Msg + ": " + e.Hint), true
}

// FieldChange is a field of an audit entry. Before is nil where the field was not
// there, After where it is no longer.
type FieldChange struct {
	Name          string // as in the JSON, with spaces for underscores
	Before, After *string
}

// Changed says whether the field became different.
func (c FieldChange) Changed() bool {
	return c.Before == nil || c.After == nil || *c.Before != *c.After
}

// Changes are the fields of the entry in the order in which they were kept. A value
// is as a person writes it: text without quotes, "yes" and "no", empty for null.
func (a AuditEntry) Changes() []FieldChange {
	var all []FieldChange
	at := map[string]int{}
	for _, f := range jsonFields(a.Before) {
		at[f.name] = len(all)
		all = append(all, FieldChange{Name: f.name, Before: &f.value})
	}
	for _, f := range jsonFields(a.After) {
		if i, ok := at[f.name]; ok {
			all[i].After = &f.value
			continue
		}
		all = append(all, FieldChange{Name: f.name, After: &f.value})
	}
	return all
}

type jsonField struct{ name, value string }

// jsonFields takes a JSON object apart; what is no object is one field "value".
func jsonFields(s *string) []jsonField {
	if s == nil {
		return nil
	}
	dec := json.NewDecoder(strings.NewReader(*s))
	if t, err := dec.Token(); err != nil || t != json.Delim('{') {
		return []jsonField{{"value", *s}}
	}
	var fields []jsonField
	for dec.More() {
		key, err := dec.Token()
		if err != nil {
			return fields
		}
		var value json.RawMessage
		if dec.Decode(&value) != nil {
			return fields
		}
		name, _ := key.(string)
		fields = append(fields, jsonField{strings.ReplaceAll(name, "_", " "), jsonText(value)})
	}
	return fields
}

func jsonText(raw json.RawMessage) string {
	var text string
	switch raw = bytes.TrimSpace(raw); {
	case string(raw) == "null":
		return ""
	case string(raw) == "true":
		return "yes"
	case string(raw) == "false":
		return "no"
	case json.Unmarshal(raw, &text) == nil:
		return text
	}
	return string(raw)
}
