package model

import (
	"encoding/json"
	"strings"
	"testing"
)

func TestClient_R26_Tracking_CookieUnlessSet(t *testing.T) {
	n := NewClient{Slug: "acme", Name: "Acme", URL: "https://acme.example/"}
	for _, tt := range []struct {
		given string
		want  TrackingMode
	}{{"", TrackCookie}, {"cookie", TrackCookie}, {"url", TrackURL}, {"consent", TrackConsent}} {
		n.Tracking = tt.given
		c, err := n.Validate()
		if err != nil || c.Tracking != tt.want || !strings.HasPrefix(c.Tracking.Explain(), "Tracking "+string(tt.want)+":") {
			t.Errorf("%q: %q, %v", tt.given, c.Tracking, err)
		}
		mode := "url"
		if set, err := (ClientChange{Tracking: &mode}).Apply(c); err != nil || set.Tracking != TrackURL {
			t.Errorf("set to %q, %v", set.Tracking, err)
		}
		name := "Acme Live"
		if set, err := (ClientChange{Name: &name}).Apply(c); err != nil || set.Tracking != tt.want {
			t.Errorf("another change makes it %q, %v", set.Tracking, err)
		}
	}
	for _, bad := range []string{"Cookie", " url", "none", "\x1b[2J"} {
		n.Tracking = bad
		if _, err := n.Validate(); KindOf(err) != Invalid || !strings.Contains(err.Error(), "must be cookie, url or consent") || strings.Contains(err.Error(), "\x1b") {
			t.Errorf("%q: %v", bad, err)
		}
	}
	empty := ""
	if _, err := (ClientChange{Tracking: &empty}).Apply(Client{}); KindOf(err) != Invalid {
		t.Errorf("set to nothing: %v", err)
	}
}

func TestClient_R26_URLWithoutCarrier_Warned(t *testing.T) {
	events := []Event{{Slug: "summerfest"}, {Slug: "winterball", Carry: "ref"}, {Slug: "gala"}}
	for _, c := range []Client{{Slug: "acme", Tracking: TrackCookie}, {Slug: "acme", Tracking: TrackConsent}, {Slug: "acme", Tracking: TrackURL, Carry: "ref"}} {
		if got := c.NoCarrierWarning(events); got != "" {
			t.Errorf("%+v: %q", c, got)
		}
	}
	got := Client{Slug: "acme", Tracking: TrackURL}.NoCarrierWarning(events)
	if !strings.Contains(got, "its profile page, summerfest, gala. Give it one with client set acme --carry") {
		t.Error(got)
	}
}

func TestConsent_Said_AsJSON(t *testing.T) {
	for c, want := range map[Consent]string{ConsentNotSaid: "null", ConsentGiven: "true", ConsentRefused: "false"} {
		if got, err := json.Marshal(c.Said()); err != nil || string(got) != want {
			t.Errorf("%d: %s, %v", c, got, err)
		}
	}
}
