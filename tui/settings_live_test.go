package tui

import (
	"slices"
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"
	"github.com/muesli/termenv"

	"lastclick/model"
)

// What the person has set is in the first frame, before anything was read.
func TestSettings_ReadBefore_AreInTheFirstFrame(t *testing.T) {
	store := newFake()
	c := open(t, setup{client: "acme", store: store, profile: termenv.ANSI, settings: model.Settings{model.SettingTheme: "light", model.SettingKeys: "new=N unfold=U", model.SettingMouse: "on", "sort.links": "Link up"}})
	if !strings.Contains(c.first, "\x1b[1;34m[1 Link Tracking]") {
		t.Errorf("the first frame is not in the person's theme:\n%s", c.first)
	}
	if store.settled != 0 {
		t.Errorf("the settings are read again %d times", store.settled)
	}
	if !c.mouse {
		t.Error("the mouse is off")
	}
	if s := ansi.Strip(c.screen()); !strings.Contains(s, "N new") || !strings.Contains(s, "sorted by Link ▲") {
		t.Errorf("keys and sort are not the person's:\n%s", s)
	}
}

// elsewhere sets something as a command does, of which the console is told.
func (c *console) elsewhere(store *fakeStore, name, value string) {
	c.t.Helper()
	if store.set == nil {
		store.set = model.Settings{}
	}
	if store.set[name] = value; value == "" {
		delete(store.set, name)
	}
	c.told()
}

func (c *console) told() {
	c.send(settingsMsg{c.live.gen})
}

func TestSettings_SetElsewhere_OpenConsoleTakesThem(t *testing.T) {
	c, store := set(t, model.Settings{model.SettingTheme: "dark"}, termenv.ANSI)
	c.press("enter") // a page that has drawn its lines
	c.elsewhere(store, model.SettingTheme, "light")
	c.sees("Theme light", "\x1b[1;34m[1 Link Tracking]")
	c.elsewhere(store, model.SettingKeys, "archive=X help=H hooks=?")
	c.sees("Your keys are others now: H lists them", "X")
	c.press("H")
	c.sees("archive the link (asks first)")
	c.press("esc", "X")
	c.sees("Archive the link ana")
	c.press("n")
	c.elsewhere(store, model.SettingKeys, "")
	c.press("a")
	c.sees("Archive the link ana")
	c.press("n")
	before := c.screen()
	c.elsewhere(store, "sort.links", "Orders up") // another console's own
	c.elsewhere(store, model.SettingTheme, "light")
	if got := c.screen(); got != before {
		t.Errorf("what is as it was changes the screen:\n%s\n%s", before, got)
	}
	c.elsewhere(store, model.SettingTheme, "")
	c.sees("Theme auto")
}

// A theme that is chosen here while an older answer is on its way stays.
func TestSettings_SetHereMeanwhile_Stays(t *testing.T) {
	c, store := set(t, model.Settings{model.SettingTheme: "dark"}, termenv.ANSI)
	c.hold = true
	c.elsewhere(store, model.SettingTheme, "mono")
	held := c.held
	c.held, c.hold = nil, false
	c.press("T", "j", "enter")
	for _, cmd := range slices.Backward(held) {
		c.drain(cmd)
	}
	if c.Theme.Name != "light" || store.set[model.SettingTheme] != "light" {
		t.Errorf("the theme is %s and kept is %s", c.Theme.Name, store.set[model.SettingTheme])
	}
}
