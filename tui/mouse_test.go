package tui

import (
	"strings"
	"testing"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/muesli/termenv"

	"lastclick/model"
	"lastclick/tui/pages/links"
	"lastclick/tui/ui"
)

// clickOn clicks on the first place of the screen where the text stands; with a line break
// behind it, at the end of a line.
func (c *console) clickOn(text string) {
	c.t.Helper()
	atEnd := strings.HasSuffix(text, "\n")
	for y, l := range strings.Split(c.screen(), "\n") {
		before, rest, ok := strings.Cut(l, strings.TrimSuffix(text, "\n"))
		for ok && atEnd && strings.TrimSpace(rest) != "" {
			var more string
			more, rest, ok = strings.Cut(rest, strings.TrimSuffix(text, "\n"))
			before += strings.TrimSuffix(text, "\n") + more
		}
		if ok {
			c.send(tea.MouseMsg{X: ui.Width(before), Y: y, Button: tea.MouseButtonLeft, Action: tea.MouseActionPress})
			return
		}
	}
	c.t.Fatalf("no %q to click on:\n%s", text, c.screen())
}

func TestMouse_TabsTitlesRowsAndHints(t *testing.T) {
	c := acme(t, 120, 30)
	c.clickOn("2 Events")
	c.sees("[2 Events]")
	c.clickOn("5 Audit")
	c.sees("[5 Audit]")
	c.clickOn("1 Link Tracking")
	c.clickOn("Orders Tick. ▼") // the title of the column Orders
	c.sees("sorted by Orders ▼")
	c.clickOn("Ord. ▼")
	c.sees("sorted by Orders ▲")
	if c.Setting("sort.links") != "Orders up" {
		t.Errorf("the sort is not kept: %q", c.Setting("sort.links"))
	}
	c.clickOn("DJ Bo")
	if !strings.HasPrefix(c.line("DJ Bo"), "▌") || len(c.stack()) != 1 {
		t.Error("the first click selects, and opens nothing")
	}
	c.press("j")
	c.clickOn("DJ Bo")
	if len(c.stack()) != 1 {
		t.Error("a click on a row that was left meanwhile opens it")
	}
	c.clickOn("DJ Bo")
	if len(c.stack()) != 2 {
		t.Error("the second click opens nothing")
	}
	c.press("esc")
	c.clickOn("▸ Ana")
	c.sees("VIP")
	c.clickOn("▾ Ana")
	c.misses("VIP")
	c.send(tea.MouseMsg{X: 5, Y: 8, Button: tea.MouseButtonWheelUp, Action: tea.MouseActionPress})
	if strings.HasPrefix(c.line("Ana Lopez"), "▌") {
		t.Error("the wheel does not move")
	}
	c.clickOn("? help")
	c.sees("On every page")
	c.clickOn("? close")
	c.clickOn("/ filter")
	c.sees("enter keep the filter")
	c.clickOn("esc clear it")
	c.clickOn("q quit")
	if !c.quit {
		t.Error("the hint of q does not quit")
	}
}

func TestMouse_FormsAndQuestions(t *testing.T) {
	for _, h := range []int{30, 14} {
		c := acme(t, 100, h)
		c.press("n")
		c.clickOn("E-mail")
		c.write("kim@example.com")
		c.clickOn("Name")
		c.write("Kim")
		if h == 30 {
			c.clickOn("Mail   ")
			c.sees("Send no mail")
		}
		c.clickOn("[ Add Tracking Link ]")
		store := c.Store.(*fakeStore)
		if len(store.added) != 1 || store.added[0].Name != "Kim" || store.added[0].Email != "kim@example.com" || store.added[0].NoMail != (h == 30) {
			t.Fatalf("added %+v:\n%s", store.added, c.View())
		}
		c.press("a")
		c.clickOn("N\n") // of y/N
		if c.asked != nil || len(store.calls) > 0 {
			t.Errorf("no was not heard: %v", store.calls)
		}
		c.press("a")
		c.clickOn("y/N")
		if len(store.calls) == 0 || !strings.HasPrefix(store.calls[len(store.calls)-1], "archive ") {
			t.Errorf("yes was not heard: %v\n%s", store.calls, c.View())
		}
	}
}

func TestMouse_PickersAndThemes(t *testing.T) {
	c := open(t, setup{client: "acme", w: 100, h: 30, profile: termenv.Ascii})
	c.press("v")
	c.clickOn("Late Night")
	c.clickOn("Late Night")
	c.sees("Late Night · all days")
	c.press("T")
	c.clickOn("contrast")
	if c.Theme.Name != "contrast" {
		t.Errorf("a click on a theme shows %s", c.Theme.Name)
	}
	c.clickOn("contrast")
	if c.Setting(model.SettingTheme) != "contrast" || len(c.stack()) != 1 {
		t.Errorf("the second click keeps %q", c.Setting(model.SettingTheme))
	}
}

// Clicks anywhere, on any page, never break the screen.
func TestMouse_EverywhereOnEveryPage_ScreenHolds(t *testing.T) {
	for _, s := range screens {
		c := open(t, setup{client: "acme", role: s.role, profile: termenv.Ascii})
		s.goTo(c)
		for y := 0; y < c.h && !c.quit; y += 2 {
			for x := 1; x < c.w && !c.quit; x += 7 {
				c.send(tea.MouseMsg{X: x, Y: y, Button: tea.MouseButtonLeft, Action: tea.MouseActionPress})
				c.screen()
			}
		}
	}
}

// A hint about a field is no text for it: it does what its key does, or nothing.
func TestMouse_HintsOfFields_TypeNothing(t *testing.T) {
	for _, open := range []string{"v", ":"} {
		c := acme(t, 120, 30)
		c.press(open)
		before, hints := c.screen(), 0
		for _, hint := range []string{"↑ ↓ move", "type to find"} {
			if !strings.Contains(before, hint) {
				continue
			}
			hints++
			c.clickOn(hint)
			if got := c.screen(); got != before {
				t.Errorf("%s, then a click on %q:\n%s", open, hint, got)
			}
		}
		if hints == 0 {
			t.Errorf("%s has no hint to click on:\n%s", open, before)
		}
		c.clickOn("esc ")
		if len(c.stack()) != 1 {
			t.Errorf("%s: the hint of esc does not go back:\n%s", open, c.screen())
		}
	}
	c := acme(t, 120, 30)
	c.press("n")
	c.clickOn("ctrl+g help")
	c.sees("The fields")
	c.press("esc")
	c.clickOn("ctrl+s add")
	c.sees("Name is missing")
}

// Two pages whose footers have the same words: a click does what the one on screen does.
func TestMouse_SameWords_ActionsOfThePageOnScreen(t *testing.T) {
	store := newFake()
	c := open(t, setup{client: "acme", store: store, w: 120, h: 30, profile: termenv.Ascii})
	for _, code := range []string{"bo-dj", "ana"} {
		store.detail.Link = someLink(code, code, "")
		c.drain(c.Open(c.top().ID(), links.NewLink(c.Session, model.Link{Code: code, Name: code})))
		c.clickOn("o orders")
		c.sees("Orders credited to " + code)
		c.press("esc", "esc")
	}
}
