package model

import (
	"testing"
	"time"
)

func TestLinkChange_Holds_UntilWhatItMadeChanges(t *testing.T) {
	text := func(s string) *string { return &s }
	is := LinkDetail{Link: Link{Code: "ana", Name: "Ana Ruiz", Email: "ana@example.com", Source: "website", Aliases: []string{"ana10"}}, Digest: EveryWeek}
	for _, c := range []struct {
		name string
		ch   LinkChange
		want bool
	}{
		{"nothing", LinkChange{}, true},
		{"name", LinkChange{Name: text(" Ana Ruiz ")}, true},
		{"another name", LinkChange{Name: text("Ana Lopez")}, false},
		{"digest", LinkChange{Digest: text("weekly")}, true},
		{"another digest", LinkChange{Digest: text("none"), Name: text("Ana Ruiz")}, false},
		{"no link at all", LinkChange{Email: text("ana")}, false},
	} {
		if got := c.ch.Holds(is); got != c.want {
			t.Errorf("%s: %v", c.name, got)
		}
	}
	is.Digest = "" // none
	if !(LinkChange{Digest: text("none")}).Holds(is) {
		t.Error("no digest is not none")
	}
}

func TestEventChange_Holds_SameMomentInAnyTimezone(t *testing.T) {
	text := func(s string) *string { return &s }
	start := time.Date(2026, 7, 18, 17, 0, 0, 0, time.UTC)
	is := Event{Slug: "summerfest", Name: "Summer Fest", URL: "https://acme.example/s", Timezone: "Europe/London", StartsAt: &start}
	for _, c := range []struct {
		name string
		ch   EventChange
		want bool
	}{
		{"start", EventChange{StartsAt: text("2026-07-18 18:00")}, true},
		{"another start", EventChange{StartsAt: text("2026-07-18 19:00")}, false},
		{"start and timezone", EventChange{StartsAt: text("2026-07-18 18:00"), Timezone: text("Europe/London")}, true},
		{"start in another timezone", EventChange{StartsAt: text("2026-07-18 18:00"), Timezone: text("Europe/Berlin")}, false},
		{"no start", EventChange{StartsAt: text("")}, false},
		{"name", EventChange{Name: text("Summer Fest")}, true},
		{"another name", EventChange{Name: text("Autumn Fest")}, false},
	} {
		if got := c.ch.Holds(is); got != c.want {
			t.Errorf("%s: %v", c.name, got)
		}
	}
}
