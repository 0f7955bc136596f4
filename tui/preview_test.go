package tui

import (
	"context"
	"strings"
	"testing"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/muesli/termenv"
	"pgregory.net/rapid"

	"lastclick/model"
	"lastclick/tui/page"
)

// askedStore notes whose pages are asked for.
type askedStore struct {
	*fakeStore
	links  []string
	rivals bool // each link has taken orders over from one of its own
}

func (s *askedStore) Link(_ context.Context, _ model.Actor, code string) (model.LinkDetail, error) {
	s.links = append(s.links, code)
	for i := range s.stats.Links {
		if l := s.stats.Links[i].Link; l.Code == code {
			d := s.detail
			d.Link = l
			if s.rivals {
				d.TookOverFrom = []model.Overlap{{Link: "x", Name: "Rival of " + code, Orders: 1}}
			}
			return d, s.fail
		}
	}
	return model.LinkDetail{}, model.NotFoundError("link", code)
}

func wide(t testing.TB) (*console, *askedStore) {
	store := &askedStore{fakeStore: newFake()}
	store.stats.Version = 1
	return open(t, setup{client: "acme", store: store, w: 200, h: 50, profile: termenv.Ascii}), store
}

func TestPreview_CursorRests_ReadOnce(t *testing.T) {
	c, store := wide(t)
	c.sees("│ Ana Lopez", "│ https://t.example/ana")
	c.misses("Last orders")
	c.press("j", "j", "j", "k") // by four keys in a moment
	if len(store.links) > 0 {
		t.Errorf("a move read %v", store.links)
	}
	c.elapse()
	if got := strings.Join(store.links, " "); got != "bo-dj" {
		t.Errorf("after the cursor rested %q were read", got)
	}
	c.sees("Last orders", "Tickets a day, 14 days", "Took over from  DJ Bo", "Taken over by   Flyer, east side")
}

func TestPreview_SeenBefore_KeptUntilSomethingChanges(t *testing.T) {
	c, store := wide(t)
	c.elapse()
	c.press("j")
	c.elapse()
	c.press("k") // back to the first
	c.sees("Last orders")
	if c.elapse(); len(store.links) != 2 {
		t.Errorf("read %v", store.links)
	}
	store.stats.Version, store.detail.TookOverFrom = 2, []model.Overlap{{Link: "x", Name: "Somebody New", Orders: 9}}
	c.send(movedMsg{c.live.gen})
	c.sees("DJ Bo") // the old one meanwhile
	c.elapse()
	c.sees("Somebody New")
	if got := strings.Join(store.links, " "); got != "ana bo-dj ana" {
		t.Errorf("read %s", got)
	}
}

// An answer for the link that the cursor has left is dropped, whichever comes first.
func TestPreview_LateAnswer_IsDropped(t *testing.T) {
	for name, oldFirst := range map[string]bool{"before the answer of now": true, "after it": false} {
		t.Run(name, func(t *testing.T) {
			c, store := wide(t)
			store.rivals = true
			c.hold = true
			c.elapse() // the answer for the first link is on its way
			old := c.held
			c.held, c.hold = nil, false
			c.press("j")
			late := func() {
				for _, cmd := range old {
					c.drain(cmd)
				}
			}
			if oldFirst {
				late()
				c.misses("Rival of")
			}
			c.elapse()
			if !oldFirst {
				late()
			}
			c.sees("│ DJ Bo", "Rival of bo-dj")
			c.misses("Rival of ana")
		})
	}
}

// What the preview shows is of the event and days that are chosen, or says that it is not.
func TestPreview_EventAndDays_ItsOwnOrSaid(t *testing.T) {
	c, store := wide(t)
	c.elapse()
	c.sees("Last orders", "Tickets a day, 14 days")
	c.misses(", all events", ", all days", "Of all events and days:")
	c.press("v", "j", "enter")
	c.misses("Last orders") // those before were of all events
	c.elapse()
	event := store.filters[len(store.filters)-1].Event
	if last := store.fakeStore.asked[len(store.fakeStore.asked)-1]; event == "" || last.Event != event || last.Link != "ana" {
		t.Errorf("with the event %q it asked for %+v", event, last)
	}
	c.sees("Last orders", "Tickets a day, 14 days, all events", "Of all events and days:")
	c.misses(", all days")
	c.press("d")
	c.write("2026-05-26")
	c.press("ctrl+s")
	c.elapse()
	c.sees("Last orders, all days", "Tickets a day, 14 days, all events")
}

func TestPreview_Failure_LeavesTheTableAndIsTriedAgain(t *testing.T) {
	c, store := wide(t)
	store.fail = &model.Error{Kind: model.Busy, Msg: "busy"}
	c.elapse()
	c.sees("│ Ana Lopez")
	c.misses("Last orders", "busy")
	store.fail = nil
	c.elapse()
	c.sees("Last orders")
}

// What has changed while an answer was on its way is read too.
func TestPreview_ChangeMeanwhile_ReadOnceMore(t *testing.T) {
	c, store := wide(t)
	c.send(tea.WindowSizeMsg{Width: 160, Height: 50}) // without sparklines, whose next reading would ask anyhow
	c.elapse()
	change := func(version uint64) {
		store.stats.Version = version
		c.send(movedMsg{c.live.gen})
	}
	change(2)
	c.hold = true
	c.elapse() // reads what it is after the first change
	if len(c.held) != 1 {
		t.Fatalf("%d answers are on their way, not that of the preview alone", len(c.held))
	}
	c.hold = false
	change(3)
	c.release()
	c.misses("Rival of ana")
	store.rivals = true
	c.elapse()
	c.sees("Rival of ana")
}

// The mouse moves the cursor, and the preview with it; in the preview it does nothing.
func TestPreview_Mouse_FollowsAndIsNoTable(t *testing.T) {
	for _, of := range []struct {
		page      []string
		row, read string // what is read of the row
	}{{nil, "DJ Bo", "Rival of bo-dj"}, {[]string{"3"}, "A-1041", "✓ Credited to Ana Lopez"}, {[]string{"2"}, "Late Night", "Best links"}} {
		c, store := wide(t)
		store.rivals = true
		c.press(of.page...)
		c.elapse()
		before := len(store.links)
		c.clickOn(of.row)
		c.elapse()
		if c.sees("│", of.read); of.page == nil && len(store.links) == before {
			t.Error("a click reads no preview")
		}
		row := c.line("▌")
		for y := range 50 {
			c.send(tea.MouseMsg{X: 180, Y: y, Button: tea.MouseButtonLeft, Action: tea.MouseActionPress})
			c.send(tea.MouseMsg{X: 180, Y: y, Button: tea.MouseButtonLeft, Action: tea.MouseActionPress})
		}
		if got := c.line("▌"); got != row || len(c.stack()) != 1 {
			t.Errorf("a click beside the table moves the cursor or opens:\n%s\n%s", row, got)
		}
	}
}

func TestParts_Mouse_SecondClickHides(t *testing.T) {
	c, _ := wide(t)
	c.press(",")
	c.clickOn("[x]  Event")
	c.sees("[x]  Event")
	c.clickOn("[x]  Event")
	c.sees("[ ]  Event")
}

func TestParts_Hidden_AreGoneAndComeBack(t *testing.T) {
	c, _ := wide(t)
	c.press(",")
	c.sees("[x]  Event", "[x]  Preview")
	c.press("j", "space", "G", "space", "k", "space", "esc") // Event, Preview, Cards
	c.misses("│ Ana Lopez", "Conversion", "Summer Fe")
	c.sees("Face Value", "DJ Bo")
	c.press(",")
	c.sees("[ ]  Event", "r show all")
	c.press("r", "esc")
	c.sees("│ Ana Lopez", "Conversion", "Summer Fe")
}

func TestCards_Days_BesideThePeriodBefore(t *testing.T) {
	c, _ := wide(t)
	c.misses("against")
	c.press("d")
	c.write("2026-05-26")
	c.press("tab")
	c.write("2026-06-01")
	c.press("enter")
	c.sees("2026-05-26 to 2026-06-01 against 2026-05-19 to 2026-05-25", "▲ 10 %", "▼ 5 %", "▲ 0.2 points", "60 of 165")
	c.press("v", "esc", "esc")
}

// The texts of the cards are whole where there is room for them.
func TestCards_LargeNumbers_Whole(t *testing.T) {
	for _, w := range []int{100, 120, 200} {
		store := newFake()
		store.stats.Total = numbers(1100, 900, 1219, 3456, 1200, 12345600)
		store.stats.Links[0].Link.Clicks += 9521 - 1571
		c := open(t, setup{client: "acme", store: store, w: w, h: 36, profile: termenv.Ascii})
		c.sees("1,219 of 9,521 clicks", "1,200 of 3,456", "GBP 123,456.00")
		c.press("d")
		c.write("2026-05-26")
		c.press("tab")
		c.write("2026-06-01")
		c.press("enter")
		if w == 200 {
			c.sees("points · 1,219 of 9,521 clicks", "points · 1,200 of 3,456")
		}
	}
}

// A click on a link that sells for every event is of none: with one chosen, the conversion
// says what it counts.
func TestCards_Event_ConversionSaysWhichClicks(t *testing.T) {
	for _, size := range [][2]int{{100, 24}, {100, 36}, {120, 36}, {200, 50}} {
		c := acme(t, size[0], size[1])
		c.misses("all clicks")
		c.press("v", "j", "enter")
		c.sees("Conversion, all clicks ")
	}
}

// In every window the total stands at the very bottom, and the frame had to cut nothing.
func TestTracking_AnySize_TotalAtTheBottom(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w, h := rapid.IntRange(minWidth, 230).Draw(t, "w"), rapid.IntRange(minHeight, 70).Draw(t, "h")
		c := &console{app: newApp(sessionOf(manyLinks(80), termenv.Ascii, rapid.Bool().Draw(t, "ascii")), Options{Width: w, Height: h})}
		c.drain(c.app.Init())
		lines := strings.Split(c.View(), "\n")
		foot := 1
		if h >= page.Roomy {
			foot = 2
		}
		if total := lines[h-foot-1]; !strings.HasPrefix(strings.TrimSpace(total), "Total ") {
			t.Fatalf("at %d×%d the last line of the page is %q:\n%s", w, h, total, c.View())
		}
		if got := len(c.top().View(w, h)); got > h {
			t.Fatalf("%d lines, not %d", got, h)
		}
	})
}
