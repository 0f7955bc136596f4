package tui

import (
	"testing"

	"github.com/muesli/termenv"

	"lastclick/model"
)

// A theme that is only looked at is on as long as its page is: whatever leaves the page takes
// it off, and who comes back has it again.
func TestThemes_LeftAnyWay_ThemeBeforeIsBack(t *testing.T) {
	for _, leave := range []string{"2", "tab", "shift+tab", "?", ":"} {
		c, store := set(t, model.Settings{model.SettingTheme: "dark"}, termenv.ANSI)
		c.press("T", "j")
		if c.Theme.Name != "light" {
			t.Fatalf("the cursor is on light, and the theme is %s", c.Theme.Name)
		}
		c.press(leave)
		if c.Theme.Name != "dark" || len(store.kept) > 0 {
			t.Errorf("left by %s, the theme is %s, and %v is kept", leave, c.Theme.Name, store.kept)
		}
		if leave == "?" || leave == ":" {
			c.press("esc")
		} else {
			c.press("1")
		}
		if c.Theme.Name != "light" {
			t.Errorf("left by %s and back, the theme is %s", leave, c.Theme.Name)
		}
		c.press("enter")
		if store.set[model.SettingTheme] != "light" {
			t.Errorf("kept %v", store.set)
		}
	}
}
