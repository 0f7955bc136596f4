package tui

import (
	"testing"

	"github.com/muesli/termenv"

	"lastclick/model"
)

func TestEvents_Columns_TheirOwnTotals(t *testing.T) {
	c := acme(t, 260, 24)
	c.press("2")
	c.sees("Event", "Slug", "Starts", "Links", "Customers", "New", "Orders", "Tickets", "Scanned", "Unscanned", "Face Value", "No link")
	c.sees("Summer Fest 2026", "summerfest          18 Jul 2026 18:00")
	c.press("s", "s", "s") // Event, Slug, Starts: what has no time comes last
	c.sees("Starts ▲")
}

func TestEvents_Enter_ItsLinks(t *testing.T) {
	store := newFake()
	c := open(t, setup{client: "acme", store: store, profile: termenv.Ascii})
	c.press("2", "enter")
	c.sees("Live Stats › Events › Summer Fest 2026", "Ana Lopez")
	if f := store.filters[len(store.filters)-1]; f.Event != "summerfest" {
		t.Errorf("the store was asked for %+v", f)
	}
	c.press("n")
	c.sees("Level   [ Summer Fest 2026")
	c.press("esc", "esc")
	c.sees("What tracking links sold of each event")
}

func TestEventForm_AddAndEdit_Stored(t *testing.T) {
	store := newFake()
	c := open(t, setup{client: "acme", store: store, w: 100, h: 24, profile: termenv.Ascii})
	c.press("2", "n")
	c.write("Winter Fest")
	c.press("tab")
	c.sees("winter-fest", "free")
	c.write("winterfest")
	c.press("tab")
	c.write("example")
	c.press("tab")
	c.sees("! Page")
	c.press("shift+tab", "ctrl+u")
	c.write("https://t.example/w")
	c.press("tab")
	c.write("soon")
	c.press("ctrl+s")
	c.sees(`! Starts "soon" must be a time such as`)
	c.press("ctrl+u")
	c.write("2026-12-20 19:30")
	c.press("ctrl+s")
	c.sees("✓ Added winterfest")
	c.press("E")
	c.sees("[ 2026-07-18 18:00", "[ Europe/London") // 17:00 UTC
	c.press("tab", "ctrl+u")
	c.write("https://t.example/s")
	c.press("ctrl+s")
	c.sees("✓ Saved summerfest · z undoes it (10 s)")
	c.press("z")
	c.sees("✓ summerfest is as it was")
	calls(t, store,
		"event add {Slug:winterfest Name:Winter Fest URL:https://t.example/w StartsAt:2026-12-20 19:30 Timezone: Carry:}",
		"event set summerfest url=https://t.example/s", "event set summerfest url=https://acme.example/summerfest")
}

// 18:00 in London stays 18:00 in Berlin, as the form says.
func TestEventForm_NewTimezone_TheClockTimeStays(t *testing.T) {
	store := newFake()
	c := open(t, setup{client: "acme", store: store, w: 100, h: 24, profile: termenv.Ascii})
	c.press("2", "E", "tab", "tab", "tab")
	c.write("berlin")
	c.press("enter", "ctrl+s", "z")
	calls(t, store, "event set summerfest starts=2026-07-18 18:00 timezone=Europe/Berlin", "event set summerfest starts=2026-07-18T17:00:00Z timezone=Europe/London")
}

func TestEventForm_Shops_ReplacedAndBack(t *testing.T) {
	store := newFake()
	store.shows[0].Event.Shops = []model.ShopID{{Checkout: "webshop", ID: "12"}, {Checkout: "tito", ID: "acme/fest"}}
	c := open(t, setup{client: "acme", store: store, w: 100, h: 24, profile: termenv.Ascii})
	c.press("2", "E", "tab", "tab", "tab", "tab", "tab")
	c.sees("webshop:12, tito:acme/fest")
	c.write(", box")
	c.press("ctrl+s")
	c.sees(`! In shops "box" must be NAME:ID`)
	c.press("ctrl+u")
	c.write("webshop:13")
	c.press("ctrl+s", "z")
	calls(t, store, "event set summerfest shops=webshop: tito: webshop:13", "event set summerfest shops=webshop: webshop:12 tito:acme/fest")
}

// What the hint offers is what the error asks for.
func TestEventForm_Starts_HintAndErrorInTheSameWords(t *testing.T) {
	const words = "2026-06-20 19:30 or 2026-06-20"
	c := acme(t, 120, 24)
	c.press("2", "n", "tab", "tab", "tab")
	c.sees(words)
	c.write("20 June")
	c.press("tab")
	c.sees(`! Starts "20 June" must be a time such as ` + words)
	c.press("shift+tab", "ctrl+u")
	c.write("2026-06-20 19:30")
	c.press("tab")
	c.misses("must be a time")
}
