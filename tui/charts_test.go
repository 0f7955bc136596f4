package tui

import (
	"strings"
	"testing"
	"time"

	"github.com/muesli/termenv"
)

func TestChart_Brackets_ChooseTheRange(t *testing.T) {
	store := newFake()
	c := open(t, setup{client: "acme", store: store, w: 100, h: 56, profile: termenv.Ascii})
	c.press("enter")
	c.sees("24h [7d] 30d  all", "553 clicks, 79 orders in the last 7 days", "26 May", "1 Jun")
	c.press("]", "]", "]", "[", "[", "[", "[")
	var asked []string
	for _, s := range store.spans {
		asked = append(asked, string(s))
	}
	if got := strings.Join(asked, " "); got != "7d 30d all 30d 7d 24h" {
		t.Errorf("the store was asked for %s", got)
	}
}

func TestWelcomeMail_Again_AfterAYes(t *testing.T) {
	store := newFake()
	c := open(t, setup{client: "acme", store: store, profile: termenv.Ascii})
	c.press("enter", "w", "n", "w")
	c.sees("Send the welcome mail to ana@example.com again? y/N")
	c.press("y")
	c.sees("✓ The welcome mail to ana@example.com is queued")
	calls(t, store, "resend ana")
}

// A chart is not read again with every order, but the last order shows in it.
func TestCharts_BusyHour_ReadSeldomAndOnceMore(t *testing.T) {
	store := newFake()
	c := open(t, setup{client: "acme", store: store, w: 130, h: 40, profile: termenv.Ascii})
	for range 3 {
		c.send(movedMsg{c.live.gen})
	}
	if store.trended != 1 {
		t.Errorf("sparklines were read %d times in a moment", store.trended)
	}
	c.clock = c.clock.Add(5 * time.Second)
	c.elapse()
	if store.trended != 2 {
		t.Errorf("sparklines were read %d times, not once more", store.trended)
	}
	c.press("/", "x", "esc", "v", "down", "enter")
	c.misses("7 days") // sparklines are of all events
	c.press("v", "up", "enter", "enter")
	c.send(movedMsg{c.live.gen})
	if len(store.spans) != 1 {
		t.Errorf("the chart was read %d times in a moment", len(store.spans))
	}
	c.clock = c.clock.Add(time.Second)
	c.elapse()
	if len(store.spans) != 2 {
		t.Errorf("the chart was read %d times, not once more", len(store.spans))
	}
}
