package model

import (
	"slices"
	"strings"
	"testing"
)

func TestReason_EachOne_InWords(t *testing.T) {
	all := append([]Reason{ReasonLastClick, ReasonCode, ReasonCoupon}, UnattributedReasons...)
	for i, r := range all {
		if r.Label() == string(r) || r.Explain() == string(r) || slices.Contains(all[:i], r) {
			t.Errorf("%s: %q, %q", r, r.Label(), r.Explain())
		}
	}
	for _, v := range []ClickVerdict{Overridden, Expired, AfterOrder, OtherEvent, OtherClient, CopiedAddress} {
		if v.Explain("30d") == string(v) {
			t.Errorf("%s has no words", v)
		}
	}
}

func TestLink_R23_LandingAddress_InWords(t *testing.T) {
	if plain, carried := (Link{}).LandingAddress(), (Link{Carry: "ref"}).LandingAddress(); plain != "tracks nobody" || !strings.Contains(carried, "for nobody else's") {
		t.Errorf("%q, %q", plain, carried)
	}
	consent, url := Link{Tracking: TrackConsent, ShortURL: "https://go.example/ana"}, Link{Tracking: TrackURL}
	if got := consent.TrackingNote(); !strings.Contains(got, "link to https://go.example/ana?consent=1. Every") || !strings.HasPrefix(url.TrackingNote(), "No click on it can be credited") {
		t.Errorf("R26: %q, %q", got, url.TrackingNote())
	}
	for _, l := range []Link{{}, {Tracking: TrackCookie}, {Tracking: TrackURL, Carry: "ref"}} {
		if got := l.TrackingNote(); got != "" {
			t.Errorf("R26: %+v: %q", l, got)
		}
	}
	if none, many := SharedAddressText(0), SharedAddressText(1204); none != "" || !strings.HasPrefix(many, "The landing address is being shared: 1,204 orders.") {
		t.Errorf("%q, %q", none, many)
	}
}

func TestOutcome_Status_InWords(t *testing.T) {
	for o, want := range map[*Outcome]string{
		{Status: Applied, Event: "summerfest"}: "Applied event summerfest",
		{Status: Duplicate, Ticket: "T-1"}:     "Nothing to do: the scan of ticket T-1 had been applied before",
		{Status: Stale, Order: "A-1"}:          "Nothing to do: a newer version of order A-1 is known",
		{Status: Pong}:                         "Nothing to do: it only asked whether webhooks arrive",
		{Status: Parked}:                       "It still waits for its event: add the event, and it is applied by itself",
	} {
		if got := o.Explain(); got != want {
			t.Errorf("%q, not %q", got, want)
		}
	}
}

func TestClient_Attribution_InWords(t *testing.T) {
	for _, c := range []struct {
		rule   Rule
		window string
		want   string
	}{
		{LastClick, "30d", "last click, 30 days"},
		{LastClick, "1d", "last click, 1 day"},
		{InScope, "12h", "last click that tracks the event, 12 hours"},
		{InScope, "90m", "last click that tracks the event, 90 minutes"},
		{LastClick, "45s", "last click, 45 seconds"},
	} {
		w, err := ParseWindow(c.window)
		if err != nil {
			t.Fatal(err)
		}
		if got := (Client{Rule: c.rule, Window: w}).Attribution(); got != c.want {
			t.Errorf("%s %s: %q, not %q", c.rule, c.window, got, c.want)
		}
	}
}

// A reason fits its column, and a search finds it by each word that is shown.
func TestReason_Short_FitsAndIsFound(t *testing.T) {
	for _, r := range append([]Reason{ReasonLastClick, ReasonCode, ReasonCoupon}, UnattributedReasons...) {
		if len(r.Short()) > 15 {
			t.Errorf("%q has %d characters", r.Short(), len(r.Short()))
		}
		for word := range strings.FieldsSeq(r.Short()) {
			if !r.Holds(word) {
				t.Errorf("%s is not found by %q", r, word)
			}
		}
	}
}
