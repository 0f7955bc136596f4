package ui

import (
	"strings"
	"testing"

	tea "github.com/charmbracelet/bubbletea"
)

// namesForm asks for a name, which must be "ana", and for a colour.
func namesForm(sent *int) *Form {
	f := NewForm(NewTheme(nil, false))
	f.Button, f.Doing = "Add", "Adding"
	f.Ask("name", "Name", "", "")
	f.Offer("colour", "Colour", "", PlainChoices([]string{"red", "green"}))
	f.Check = func(field *Field) string {
		if field.Key == "name" && field.Value() != "ana" {
			return "Name must be ana"
		}
		return ""
	}
	f.Send = func() tea.Cmd {
		*sent++
		return nil
	}
	f.Leave = func() tea.Cmd { return tea.Quit }
	return &f
}

func press(f *Form, keys ...string) (cmd tea.Cmd) {
	for _, k := range keys {
		cmd = f.Update(keyMsg(k))
	}
	return cmd
}

func formText(f *Form) string { return strings.Join(f.View(80, 24, false), "\n") }

func TestForm_Fault_NotSentAndFocused(t *testing.T) {
	sent := 0
	f := namesForm(&sent)
	press(f, "b", "o", "enter", "right", "enter", "enter") // to the button, and on it
	if text := formText(f); sent != 0 || !strings.Contains(text, "Name must be ana") || !strings.Contains(text, "▌ Name") {
		t.Errorf("sent %d times:\n%s", sent, text)
	}
	press(f, "ctrl+u", "a", "n", "a", "enter", "enter", "enter")
	if sent != 1 || f.Value("colour") != "green" {
		t.Errorf("sent %d times, with %q", sent, f.Value("colour"))
	}
}

func TestForm_UnderWay_TakesNoKey(t *testing.T) {
	sent := 0
	f := namesForm(&sent)
	f.Quick = true
	press(f, "a", "n", "a", "tab", "enter", "enter", "left", "tab", "x")
	if sent != 1 || f.Value("name") != "ana" || f.Value("colour") != "red" || !strings.Contains(formText(f), "Adding…") {
		t.Errorf("sent %d times, %q, %q:\n%s", sent, f.Value("name"), f.Value("colour"), formText(f))
	}
	f.Refuse("name", "Name is taken")
	if press(f, "x"); f.Value("name") != "anax" || strings.Contains(formText(f), "taken") {
		t.Errorf("after a refusal the field holds %q:\n%s", f.Value("name"), formText(f))
	}
}

func TestForm_RefusedWithoutField_SaidBeneath(t *testing.T) {
	sent := 0
	f := namesForm(&sent)
	f.Refuse("", "The database is busy")
	if !strings.Contains(formText(f), "! The database is busy") {
		t.Error(formText(f))
	}
}

func TestForm_LowWindow_ShowsTheFieldInFocus(t *testing.T) {
	sent := 0
	f := namesForm(&sent)
	for range 30 {
		f.Ask("more", "More", "", "")
	}
	press(f, "shift+tab", "shift+tab")
	if lines := f.View(80, 5, false); len(lines) != 5 || !strings.Contains(strings.Join(lines, "\n"), "▌ More") {
		t.Errorf("%q", lines)
	}
}

func TestForm_SetOptions_KeepsTheChosenOne(t *testing.T) {
	sent := 0
	f := namesForm(&sent)
	f.Field("colour").Choose("green")
	f.Field("colour").SetOptions(PlainChoices([]string{"blue", "green"}))
	if got := f.Value("colour"); got != "green" {
		t.Errorf("%q", got)
	}
}
