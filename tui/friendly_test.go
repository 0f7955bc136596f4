package tui

import (
	"testing"

	"github.com/muesli/termenv"
)

// What brought a question up answers it too: esc twice leaves a form.
func TestForm_EscTwice_Leaves(t *testing.T) {
	c := acme(t, 100, 30)
	c.press("n")
	c.write("Nina")
	c.press("esc")
	c.sees("Leave and forget what was entered? esc again leaves y/N")
	c.press("n")
	c.sees("Nina")
	c.press("esc", "esc")
	c.sees("Ana Lopez")
	c.press("a", "esc") // of what is changed no key but y says yes
	calls(t, c.Store.(*fakeStore))
}

func TestDays_WordAndEnter_Shows(t *testing.T) {
	c := acme(t, 100, 30)
	c.press("d")
	c.write("7d")
	c.press("enter")
	c.sees("last 7 days")
	c.press("d", "ctrl+u")
	c.write("2026-05-01")
	c.press("esc") // nothing is asked: nothing is lost
	c.sees("last 7 days")
}

func TestPicker_HomeAndEnd_MoveTheCursor(t *testing.T) {
	c := acme(t, 100, 30)
	c.press("v", "end")
	c.sees("▌ Late Night")
	c.press("home")
	c.sees("▌ All events")
}

// Letters that are scattered over a sentence are no match.
func TestPalette_ScatteredLetters_FindNothing(t *testing.T) {
	c := open(t, setup{client: "acme", w: 120, h: 36, profile: termenv.Ascii})
	for _, typed := range []string{"rotate", "client", "dark"} {
		c.find(typed)
		c.misses("mouse on or off", "show or hide archived links")
		c.press("esc")
	}
	c.find("theme")
	c.sees("choose how it looks: the theme")
}

func TestOrder_C_CopiesItsID(t *testing.T) {
	c := acme(t, 100, 30)
	c.press("3", "enter", "c")
	if len(c.copied) != 1 || c.copied[0] != "A-1042" {
		t.Errorf("copied %q", c.copied)
	}
}

func TestOrderByID_LowerCase_Found(t *testing.T) {
	c := acme(t, 100, 30)
	c.press("#")
	c.write("a-1042")
	c.press("enter")
	c.sees("Order A-1042")
}
