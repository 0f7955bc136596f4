package tui

import (
	"slices"
	"strings"

	tea "github.com/charmbracelet/bubbletea"

	"lastclick/model"
	"lastclick/tui/page"
	"lastclick/tui/ui"
)

// hiddenParts is the setting that keeps what is hidden of Link Tracking.
const hiddenParts = model.SettingColumns + ".links"

func (a *app) keepHidden(parts []string) tea.Cmd {
	return a.Keep(hiddenParts, strings.Join(parts, " "))
}

// settle makes the console as the person has set it. What they did before their settings
// were read stays.
func (a *app) settle() tea.Cmd {
	if theme, err := model.CheckTheme(a.Setting(model.SettingTheme)); err == nil {
		a.ApplyTheme(theme)
	}
	a.applyKeys()
	if a.Hidden == nil {
		a.Hidden = strings.Fields(a.Setting(hiddenParts))
	}
	if a.Setting(model.SettingMouse) == "on" && !a.mouse {
		a.mouse = true
		return tea.EnableMouseCellMotion
	}
	return nil
}

// applyKeys takes the person's keys; texts name them too.
func (a *app) applyKeys() {
	had := a.Keys
	if a.Keys = ui.NewKeys(model.ReadKeymap(a.Setting(model.SettingKeys))); had != nil || a.Keys != nil {
		a.restyle()
	}
}

// resettle takes over what was set elsewhere, and says so.
func (a *app) resettle(changed []string) tea.Cmd {
	said := ""
	if slices.Contains(changed, model.SettingKeys) {
		a.applyKeys()
		said = "Your keys are others now: " + a.Keys.Name("?") + " lists them"
	}
	if slices.Contains(changed, model.SettingTheme) {
		theme, err := model.CheckTheme(a.Setting(model.SettingTheme))
		if err != nil {
			theme = model.Themes[0]
		}
		if a.ApplyTheme(theme) {
			said = "Theme " + theme
		}
	}
	if said == "" {
		return nil
	}
	return a.Toast(page.Success, said)
}

// restyle draws all again, since the theme is another. Pages keep what they have drawn for
// a width; so all of them are drawn once for one that is not the window's.
func (a *app) restyle() {
	a.footer, a.head, a.frame = ui.NewFooter(a.Theme), head{}, nil
	if a.w <= 1 || a.small() {
		return
	}
	for _, t := range a.tabs {
		for _, p := range t.stack {
			p.View(a.w-1, a.h)
			p.View(a.w, a.h) // what a page asks for next goes by the width that it had last
		}
	}
}

func (a *app) toggleMouse() tea.Cmd {
	m := a.Keys.Name("m")
	if a.mouse = !a.mouse; a.mouse {
		return tea.Batch(tea.EnableMouseCellMotion, a.Keep(model.SettingMouse, "on"), a.Toast(page.Success, "Mouse on: "+m+" turns it off"))
	}
	return tea.Batch(tea.DisableMouse, a.Keep(model.SettingMouse, "off"), a.Toast(page.Success, "Mouse off: the terminal selects text again"))
}
