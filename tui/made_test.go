package tui

import (
	"context"
	"strings"
	"testing"

	"github.com/muesli/termenv"

	"lastclick/model"
)

// makingStore has what was added to it.
type makingStore struct{ *fakeStore }

func (s makingStore) AddLink(_ context.Context, _ model.Actor, n model.NewLink) (model.Link, error) {
	l := someLink("zz-new", n.Name, n.Event)
	s.stats.Links = append(s.stats.Links, model.LinkStats{Link: l})
	s.detail = model.LinkDetail{Link: l}
	return l, nil
}

func (s makingStore) AddEvent(_ context.Context, _ model.Actor, n model.NewEvent) (model.Event, error) {
	e := model.Event{Slug: n.Slug, Name: n.Name, Timezone: "UTC"}
	s.shows = append(s.shows, model.EventStats{Event: e})
	return e, nil
}

// addLink creates a link in the form and comes back.
func addLink(c *console, event string) {
	c.press("n")
	c.write("Nina")
	c.press("tab")
	c.write("nina@example.com")
	if event != "" {
		c.press("tab")
		c.write(event)
		c.press("enter")
	}
	c.press("ctrl+s")
	c.sees("Added zz-new")
	c.press("esc")
}

func TestTracking_LinkCreated_EscReturnsWithCursorOnIt(t *testing.T) {
	c := open(t, setup{client: "acme", store: makingStore{newFake()}, w: 120, profile: termenv.Ascii, h: 24})
	addLink(c, "")
	if l := c.line("▌"); !strings.Contains(l, "Nina") {
		t.Errorf("the cursor is on %q, not on the link that was created", l)
	}
	c.press("k") // and goes on from there
	if l := c.line("▌"); !strings.Contains(l, "Flyer") {
		t.Errorf("the cursor went to %q", l)
	}
}

func TestTracking_LinkCreatedBehindAFilter_SaysSo(t *testing.T) {
	c := open(t, setup{client: "acme", store: makingStore{newFake()}, w: 120, profile: termenv.Ascii, h: 24})
	c.press("/")
	c.write("ana")
	c.press("enter")
	addLink(c, "")
	c.sees("The link zz-new is hidden by the filter “ana” · esc clears it", "1/4 links shown")
	c.press("esc")
	if l := c.line("▌"); !strings.Contains(l, "Nina") {
		t.Errorf("without the filter the cursor is on %q", l)
	}
}

func TestEvents_EventAdded_CursorOnIt(t *testing.T) {
	c := open(t, setup{client: "acme", store: makingStore{newFake()}, w: 120, profile: termenv.Ascii, h: 24})
	c.press("2", "n")
	c.write("Zebra Crossing")
	c.press("tab")
	c.write("zebra")
	c.press("tab")
	c.write("https://acme.example/zebra")
	c.press("ctrl+s")
	c.sees("Added zebra")
	if l := c.line("▌"); !strings.Contains(l, "Zebra Crossing") {
		t.Errorf("the cursor is on %q, not on the event that was added", l)
	}
}

// What a page was like before something was opened from it, it is like afterwards.
func TestTracking_OpenedAndClosed_IsAsBefore(t *testing.T) {
	c := open(t, setup{client: "acme", store: manyLinks(200), w: 120, profile: termenv.Ascii, h: 24})
	c.press("s", "S", "/")
	c.write("person 1")
	c.press("enter", "pgdown", "j", "j", " ")
	before := c.screen()
	for _, keys := range [][]string{{"enter", "esc"}, {"?", "?"}, {"v", "esc"}, {":", "esc"}, {"#", "esc"}, {"enter", "o", "esc", "esc"}, {"2", "1"}, {"n", "esc"}, {"d", "esc"}} {
		c.press(keys...)
		if got := c.screen(); got != before {
			t.Fatalf("after %v:\n%s\nbefore:\n%s", keys, got, before)
		}
	}
}
