package tui

import (
	"context"
	"maps"
	"strings"
	"testing"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/muesli/termenv"

	"lastclick/model"
)

func (s *fakeStore) Settings(context.Context, model.Actor) (model.Settings, error) {
	s.settled++
	return maps.Clone(s.set), s.fail
}

func (s *fakeStore) SetSetting(_ context.Context, _ model.Actor, name, value string) error {
	value, err := model.CheckSetting(name, value)
	if err != nil || s.fail != nil {
		return max2(err, s.fail)
	}
	if s.set == nil {
		s.set = model.Settings{}
	}
	s.kept = append(s.kept, name+"="+value)
	s.set[name] = value
	return nil
}

func max2(a, b error) error {
	if a != nil {
		return a
	}
	return b
}

// set opens the console of an owner who has these settings.
func set(t *testing.T, s model.Settings, profile termenv.Profile) (*console, *fakeStore) {
	t.Helper()
	store := newFake()
	store.set = s
	return open(t, setup{client: "acme", store: store, profile: profile, w: 100, h: 30}), store
}

func TestSettings_Sort_IsRememberedForEachList(t *testing.T) {
	c, store := set(t, nil, termenv.Ascii)
	c.press("s", "S", "3", "s", "s")
	if want := (model.Settings{"sort.links": "Scanned up", "sort.orders": "Face Value down"}); !maps.Equal(store.set, want) {
		t.Errorf("kept %v, want %v", store.set, want)
	}
	again, _ := set(t, store.set, termenv.Ascii)
	again.sees("sorted by Scanned ▲")
	again.press("3")
	again.sees("sorted by Face Value ▼")
	old, _ := set(t, model.Settings{"sort.links": "No Such Column up"}, termenv.Ascii)
	old.sees("sorted by Tickets ▼")
}

func TestSettings_Theme_IsWornFromTheStart(t *testing.T) {
	for theme, accent := range map[string]string{"": "\x1b[1;36m", "dark": "\x1b[1;96m", "light": "\x1b[1;34m", "contrast": "\x1b[1;93m", "mono": "\x1b[1m", "pink": "\x1b[1;36m"} {
		c, _ := set(t, model.Settings{model.SettingTheme: theme}, termenv.ANSI)
		if tab := c.line("1 Link Tracking"); !strings.Contains(tab, accent+"[1 Link Tracking]") {
			t.Errorf("theme %q draws the open tab %q", theme, tab)
		}
	}
}

func TestThemes_Page_ShowsEachAndKeepsOne(t *testing.T) {
	c, store := set(t, model.Settings{model.SettingTheme: "dark"}, termenv.ANSI)
	before := c.View()
	c.press("T", "j")
	c.sees("for light backgrounds", "\x1b[1;34m[1 Link Tracking]")
	c.press("esc")
	if c.View() != before {
		t.Errorf("the theme before is not back:\n%s", c.View())
	}
	if len(store.kept) > 0 {
		t.Errorf("a look at a theme kept it: %v", store.kept)
	}
	c.press("enter", "T", "j", "enter") // on top of another page, which is drawn again too
	if store.set[model.SettingTheme] != "light" || !strings.Contains(c.View(), "\x1b[1;34m") || strings.Contains(c.View(), "\x1b[1;96m") {
		t.Errorf("kept %v, and drawn\n%s", store.set, c.View())
	}
	c.press("esc")
	if strings.Contains(c.View(), "\x1b[1;96m") {
		t.Errorf("the page beneath is drawn in the theme before:\n%s", c.View())
	}
}

func TestSettings_Keys_HelpAndFooterFollow(t *testing.T) {
	c, _ := set(t, model.Settings{model.SettingKeys: "up=i down=e unfold=U new=N quit=ctrl+q"}, termenv.Ascii)
	c.sees("N new", "ctrl+q quit")
	first := c.line("▌")
	c.press("e")
	if c.line("▌") == first {
		t.Error("the key for down does nothing")
	}
	c.press("i")
	if c.line("▌") != first {
		t.Error("the key for up does nothing")
	}
	c.press("j", "k", "n")
	if c.line("▌") != first || len(c.stack()) != 1 {
		t.Error("the keys before still do something")
	}
	c.press("down")
	if c.line("▌") == first {
		t.Error("the arrow does nothing")
	}
	c.press("U")
	c.sees("VIP")
	c.send(tea.WindowSizeMsg{Width: 100, Height: 90}) // room for all of the help
	c.press("?")
	c.sees("↓ e", "↑ i", " U ", " N ")
	c.press("esc", "/")
	c.write("bo") // letters are text where text is typed
	c.sees("1/3 links shown")
	c.press("enter", "q")
	if c.quit {
		t.Error("the key before still quits")
	}
	c.send(tea.KeyMsg{Type: tea.KeyCtrlQ})
	if !c.quit {
		t.Error("the key for quit does not quit")
	}
	broken, _ := set(t, model.Settings{model.SettingKeys: "fly=x up=ctrl+c"}, termenv.Ascii) // of another version
	broken.press("j")
	broken.sees("q quit")
}

func TestSettings_CannotBeReadOrKept_ConsoleGoesOn(t *testing.T) {
	c, store := set(t, nil, termenv.Ascii)
	store.fail = &model.Error{Kind: model.Busy, Msg: "the database is busy"}
	c.press("m")
	c.sees("Not kept for the next time: the database is busy")
	c.toast.text = ""
	c.press("m", "s")
	c.misses("Not kept")
	failing := newFake()
	failing.fail = store.fail
	open(t, setup{client: "acme", store: failing}).sees("The database is busy", "no data")
}

// What changes while a setting is on its way is sent behind it, never past it.
func TestSettings_ChangedMeanwhile_LastIsKept(t *testing.T) {
	c, store := set(t, nil, termenv.Ascii)
	c.hold = true
	c.press("s", "s", "s")
	c.release()
	if want := "sort.links=" + c.app.Setting("sort.links"); len(store.kept) != 2 || store.kept[1] != want {
		t.Errorf("kept %v, the last must be %s", store.kept, want)
	}
}

// Every key that a page binds is one that a person can change, or one that always does
// the same: a new action needs its name in model.KeyActions.
func TestKeys_EveryAction_HasAName(t *testing.T) {
	named := map[string]bool{}
	for _, a := range model.KeyActions {
		named[a.Key] = true
	}
	for _, fixed := range []string{"enter", "esc", "tab", "shift+tab", " ", "up", "down", "left", "right", "pgup", "pgdown", "home", "end", "ctrl+l", "ctrl+g", "f1", "insert", "1", "2", "3", "4", "5", "6", "7", "8", "9"} {
		named[fixed] = true
	}
	for _, s := range screens {
		c := open(t, setup{client: "acme", role: s.role, w: 120, h: 36})
		s.goTo(c)
		for _, a := range append(c.top().Actions(), c.actions...) {
			for _, k := range a.Keys() {
				if a.Do != nil && !named[k] {
					t.Errorf("%s: the key %s (%s) has no name", s.name, k, a.Long)
				}
			}
		}
	}
}

func TestSettings_HiddenParts_AreRememberedAndComeBack(t *testing.T) {
	c, store := set(t, nil, termenv.Ascii)
	c.sees("Cust.", "Conversion")
	c.press(",", "j", "j", "j", " ") // customers
	c.press("esc")
	c.misses("Cust.")
	if want := (model.Settings{"columns.links": "customers"}); !maps.Equal(store.set, want) {
		t.Errorf("kept %v, want %v", store.set, want)
	}
	again, _ := set(t, store.set, termenv.Ascii)
	again.misses("Cust.")
	again.press(",", "r", "esc")
	again.sees("Cust.")
	if kept := again.Setting("columns.links"); kept != "" {
		t.Errorf("everything is shown, and %q is kept", kept)
	}
}
