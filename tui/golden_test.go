package tui

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/charmbracelet/x/exp/golden"
	"github.com/muesli/termenv"

	"lastclick/model"
)

// screens are the pages to be looked at, and how one gets there; by an owner, where
// no role is named.
var screens = []struct {
	name string
	role model.Role
	goTo func(c *console)
}{
	{"link_tracking", "", func(*console) {}},
	{"unfolded", "", func(c *console) { c.press(" ", "u") }},
	{"filtered", "", func(c *console) { c.press("/"); c.write("bo") }},
	{"archive_asks", "", func(c *console) { c.press("a") }},
	{"choose_event", "", func(c *console) { c.press("v") }},
	{"days", "", func(c *console) { c.press("d"); c.write("2026-06-31"); c.press("tab", "enter") }},
	{"form", "", func(c *console) { c.press("n"); c.write("Kim"); c.press("tab"); c.write("kim"); c.press("tab") }},
	{"columns", "", func(c *console) { c.press(",", "j", "j", "space") }},
	{"link", "", func(c *console) { c.press("enter") }},
	{"link_bottom", "", func(c *console) { c.press("enter", "G") }},
	{"qr", "", func(c *console) { c.press("enter", "Q") }},
	{"help", "", func(c *console) { c.press("?") }},
	{"events", "", func(c *console) { c.press("2") }},
	{"event_links", "", func(c *console) { c.press("2", "enter") }},
	{"event_form", "", func(c *console) { c.press("2", "E") }},
	{"orders", "", func(c *console) { c.press("3") }},
	{"orders_help", "", func(c *console) { c.press("3", "?") }},
	{"order", "", func(c *console) { c.press("3", "enter") }},
	{"team", "", func(c *console) { c.press("4") }},
	{"invite_form", "", func(c *console) { c.press("4", "n"); c.write("Kim") }},
	{"invite_code", "", func(c *console) { c.press("4", "n"); c.write("Kim"); c.press("ctrl+s") }},
	{"own_key", "", func(c *console) { c.press("4", "j", "-", "y") }},
	{"audit", "", func(c *console) { c.press("5") }},
	{"audit_entry", "", func(c *console) { c.press("5", "enter") }},
	{"clients", model.Admin, func(c *console) { c.press("6") }},
	{"client_form", model.Admin, func(c *console) { c.press("6", "n") }},
	{"checkouts", model.Admin, func(c *console) { c.press("7") }},
	{"checkout", model.Admin, func(c *console) { c.press("7", "j", "enter") }},
	{"checkout_form", model.Admin, func(c *console) { c.press("7", "n") }},
	{"checkout_test", model.Admin, func(c *console) { c.press("7", "j", "enter", "t") }},
	{"checkout_secret", model.Admin, func(c *console) { c.press("7", "n"); c.write("kiosk"); c.press("ctrl+s") }},
	{"hooks", "", func(c *console) { c.press("4", "H") }},
	{"hook", "", func(c *console) { c.press("4", "H", "j", "enter") }},
	{"hook_test", "", func(c *console) { c.press("4", "H", "t") }},
	{"hook_form", "", func(c *console) { c.press("4", "H", "n"); c.write("https://crm.example/in") }},
	{"hook_secret", "", func(c *console) { c.press("4", "H", "n"); c.write("https://crm.example/in"); c.press("ctrl+s") }},
	{"hook_remove_asks", model.Admin, func(c *console) { c.press("7", "H", "G", "-") }},
	{"inbox", model.Admin, func(c *console) { c.press("8") }},
	{"inbox_item", model.Admin, func(c *console) { c.press("8", "enter") }},
}

// changingLayouts are the screens that look different in other sizes.
var changingLayouts = []string{"link_tracking", "link", "events", "orders", "form", "help"}

func TestScreens(t *testing.T) {
	for _, size := range [][2]int{{200, 50}, {120, 36}, {80, 24}, {60, 20}, {40, 10}} {
		for _, s := range screens {
			if size[0] != 80 && !slices.Contains(changingLayouts, s.name) {
				continue // property_test.go proves that every page fits every size
			}
			t.Run(fmt.Sprintf("%s/%dx%d", s.name, size[0], size[1]), func(t *testing.T) {
				c := open(t, setup{client: "acme", role: s.role, w: size[0], h: size[1], profile: termenv.Ascii})
				s.goTo(c)
				if size[0] >= 140 {
					c.elapse() // the cursor has rested: the preview is there
				}
				golden.RequireEqual(t, trimmed(c.screen()))
			})
		}
	}
}

func TestScreens_Colour(t *testing.T) {
	for _, s := range screens {
		if !slices.Contains([]string{"unfolded", "link", "qr", "form", "orders"}, s.name) {
			continue
		}
		t.Run(s.name, func(t *testing.T) {
			c := open(t, setup{client: "acme", role: s.role, profile: termenv.ANSI})
			s.goTo(c)
			golden.RequireEqual(t, strings.ReplaceAll(trimmed(c.screen()), "\x1b", "␛"))
		})
	}
}

// Each theme in a depth of colours of its own, and in the 16 that are the floor; NO_COLOR
// is mono whatever the theme.
func TestScreens_Themes(t *testing.T) {
	for _, k := range []struct {
		name, theme string
		profile     termenv.Profile
		noColour    bool
	}{
		{"dark", "dark", termenv.TrueColor, false},
		{"dark_16", "dark", termenv.ANSI, false},
		{"light", "light", termenv.ANSI256, false},
		{"light_16", "light", termenv.ANSI, false},
		{"contrast", "contrast", termenv.TrueColor, false},
		{"contrast_16", "contrast", termenv.ANSI, false},
		{"mono", "mono", termenv.TrueColor, false},
		{"no_color", "dark", termenv.ANSI, true},
	} {
		t.Run(k.name, func(t *testing.T) {
			store := newFake()
			store.set = model.Settings{model.SettingTheme: k.theme}
			store.stats.Version = 1
			c := open(t, setup{client: "acme", store: store, profile: k.profile, noColour: k.noColour})
			c.press("j", " ", "a")
			c.sell(store, 0)
			golden.RequireEqual(t, strings.ReplaceAll(trimmed(c.screen()), "\x1b", "␛"))
		})
	}
	t.Run("choose", func(t *testing.T) {
		c := open(t, setup{client: "acme", profile: termenv.Ascii})
		c.press("T")
		golden.RequireEqual(t, trimmed(c.screen()))
	})
}

// The widest layout where there is neither colour nor a box, and where there are both.
func TestScreens_Terminals(t *testing.T) {
	for name, s := range map[string]setup{
		"vt100": {profile: termenv.Ascii, ascii: true},
		"ansi":  {profile: termenv.ANSI},
	} {
		for _, page := range []string{"link_tracking", "link"} {
			t.Run(name+"/"+page, func(t *testing.T) {
				s.client, s.w, s.h = "acme", 200, 50
				c := open(t, s)
				if page == "link" {
					c.press("enter")
				}
				c.elapse()
				golden.RequireEqual(t, strings.ReplaceAll(trimmed(c.screen()), "\x1b", "␛"))
			})
		}
	}
	c := open(t, setup{client: "acme", w: 80, h: 24, profile: termenv.Ascii, ascii: true})
	golden.RequireEqual(t, trimmed(c.screen()))
}

func TestScreens_ASCII(t *testing.T) {
	for _, s := range screens {
		t.Run(s.name, func(t *testing.T) {
			c := open(t, setup{client: "acme", role: s.role, profile: termenv.ANSI, ascii: true})
			s.goTo(c)
			for _, r := range c.screen() {
				if r > 0x7e {
					t.Fatalf("%q is not ASCII:\n%s", r, c.screen())
				}
			}
		})
	}
}

func TestScreens_OtherStates(t *testing.T) {
	empty := newFake()
	empty.stats.Links, empty.stats.Unattributed, empty.stats.Total = nil, nil, model.Numbers{}
	failing := newFake()
	failing.fail = &model.Error{Kind: model.Busy, Msg: "the database is busy", Hint: "try again in a moment"}
	many := newFake()
	many.stats.Links[0].FaceValue = model.Money{"EUR": 120000, "GBP": 655000, "USD": 99900}
	many.stats.Total.FaceValue = model.Money{"EUR": 120000, "GBP": 758500, "USD": 99900}
	for _, s := range []struct {
		name  string
		setup setup
	}{
		{"no_links", setup{client: "acme", store: empty}},
		{"no_links_viewer", setup{client: "acme", store: empty, role: model.Viewer}},
		{"cannot_load", setup{client: "acme", store: failing}},
		{"three_currencies", setup{client: "acme", store: many}},
		{"clients", setup{role: model.Admin}},
		{"no_clients", setup{role: model.Admin, store: &fakeStore{}}},
		{"trends", setup{client: "acme", w: 150, h: 24}},
		{"too_small", setup{client: "acme", w: 39, h: 9}},
	} {
		t.Run(s.name, func(t *testing.T) {
			s.setup.profile = termenv.Ascii
			golden.RequireEqual(t, trimmed(open(t, s.setup).screen()))
		})
	}
}

// trimmed leaves out the spaces at the ends of lines, which cannot be seen.
func trimmed(screen string) string {
	lines := strings.Split(screen, "\n")
	for i := range lines {
		lines[i] = strings.TrimRight(lines[i], " ")
	}
	return strings.Join(lines, "\n") + "\n"
}
