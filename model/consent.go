package model

import "encoding/json"

// TrackingMode is how the clicks on a client's links are proved (R26).
type TrackingMode string

// The modes of tracking.
const (
	TrackCookie  TrackingMode = "cookie"  // a receipt in the cookie, and the click token where a carrier is set
	TrackURL     TrackingMode = "url"     // the click token alone; the cookie is neither read nor set
	TrackConsent TrackingMode = "consent" // as TrackCookie where the click brings consent, else nothing
)

// TrackingModes are all modes, the default first.
var TrackingModes = []TrackingMode{TrackCookie, TrackURL, TrackConsent}

// The parameters of a link's address with which a click brings consent, and their value;
// Awin's publishers send the second. They are ours on the links of a client whose tracking
// is TrackConsent, and any page's elsewhere.
const (
	ConsentParam     = "consent"
	AwinConsentParam = "cons"
	ConsentValue     = "1"
)

// Explain is the mode as a sentence.
func (m TrackingMode) Explain() string {
	switch m {
	case TrackURL:
		return "Tracking url: no cookie is set; the click token that a carrier puts into the page's address proves a click, and every click counts as a visitor."
	case TrackConsent:
		return "Tracking consent: only a click on an address with ?consent=1 leaves a cookie or a click token; every other one is counted, and proves nothing."
	}
	return "Tracking cookie: every click leaves a cookie, and a click token where a carrier is set."
}

func parseTrackingMode(s string) (TrackingMode, error) {
	for _, m := range TrackingModes {
		if s == string(m) {
			return m, nil
		}
	}
	return TrackingMode(s), Invalidf("tracking", "tracking %q must be cookie, url or consent", Truncate(Clean(s), 40))
}

// NoCarrierWarning says what is wrong where a client's clicks are proved by their tokens
// alone and the addresses of some pages carry none. It is empty where nothing is.
func (c Client) NoCarrierWarning(events []Event) string {
	if c.Tracking != TrackURL || c.Carry != "" {
		return ""
	}
	pages := "its profile page"
	for _, e := range events {
		if e.Carry == "" {
			pages += ", " + e.Slug
		}
	}
	return "No click on these pages of " + c.Slug + " can be credited, for its tracking is url and they have no carrier: " + pages +
		". Give it one with client set " + c.Slug + " --carry, or an event with event set SLUG --carry."
}

// Consent is what an order says of the customer's consent to tracking. The values are those
// of the database.
type Consent int64

// What an order may say.
const (
	ConsentNotSaid Consent = 0
	ConsentGiven   Consent = 1
	ConsentRefused Consent = 2
)

// Said is the consent as a boolean; nil where the order does not say.
func (c Consent) Said() *bool {
	if c == ConsentNotSaid {
		return nil
	}
	given := c == ConsentGiven
	return &given
}

// parseConsent takes a boolean. What is none says nothing: no order is refused for its
// tracking, and a consent is not guessed.
func parseConsent(raw json.RawMessage) Consent {
	var given *bool
	switch {
	case len(raw) == 0 || json.Unmarshal(raw, &given) != nil || given == nil:
		return ConsentNotSaid
	case *given:
		return ConsentGiven
	}
	return ConsentRefused
}
