package tui

import (
	"strings"
	"testing"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/x/exp/golden"
)

var ctrlG = tea.KeyMsg{Type: tea.KeyCtrlG}

func TestHelp_Search_ShowsWhatMatches(t *testing.T) {
	c := acme(t, 80, 24)
	c.press("?", "/")
	c.write("ticket types")
	c.sees("/ ticket types", "shown", "show or hide the link's ticket types", "On this page")
	c.misses("create a new tracking link", "What the columns count")
	c.write("zzz")
	c.sees("Nothing in the help matches “ticket typeszzz”.")
	c.press("esc")
	c.sees("create a new tracking link")
	c.press("/")
	c.write("palte") // a letter is missing
	c.press("esc", "/")
	c.write("buyers")
	c.press("enter")
	c.sees("different buyers")
	c.press("esc") // the search first
	c.sees("create a new tracking link", "› Help")
	c.press("esc")
	c.misses("› Help")
}

func TestHelp_WhileTyping_SaysWhatTheFormAsks(t *testing.T) {
	c := acme(t, 100, 40)
	c.press("n")
	c.write("Nina?") // a question mark is text
	c.sees("ctrl+g help", "Nina?")
	c.send(ctrlG)
	c.sees("› Help", "add at once, from any field", "The fields", "gets the welcome mail", "one of: subpromoter", "link add NAME EMAIL")
	c.send(ctrlG)
	c.sees("Create a New Tracking Link", "Nina?")
	c.misses("› Help")
	c.send(tea.KeyMsg{Type: tea.KeyF1})
	c.press("q") // a letter of the help page: leaves the console
	if !c.quit {
		t.Error("q on the help does not quit")
	}
	for _, keys := range [][]string{{"/"}, {"v"}, {":"}, {"d"}, {"#"}} {
		c := acme(t, 100, 40)
		c.press(keys...)
		before := c.screen()
		c.send(ctrlG)
		c.sees("› Help", "While typing")
		c.press("/", "x")
		c.send(ctrlG) // while the search is typed it opens no second help
		c.press("esc", "?")
		if got := c.screen(); got != before {
			t.Errorf("after the help of %v:\n%s\nbefore:\n%s", keys, got, before)
		}
	}
}

func TestHelp_Wide_HasTwoColumns(t *testing.T) {
	c := acme(t, 160, 50)
	c.press("?")
	if l := c.line("On this page"); len(strings.Fields(l)) < 5 {
		t.Errorf("the headings stand in one column: %q", l)
	}
	golden.RequireEqual(t, trimmed(c.screen()))
}

// A digit leads from the help to the page that it names, which then has no help on it.
func TestHelp_Digit_GoesToThePage(t *testing.T) {
	c := acme(t, 80, 24)
	c.press("?", "1")
	c.sees("[1 Link Tracking]", "Ana Lopez")
	c.misses("› Help")
	c.press("?", "2")
	c.sees("[2 Events]", "Late Night")
	c.press("1")
	c.sees("Ana Lopez")
	c.misses("› Help")
}

// The footer has the keys that are used most, whole, in the order of use.
func TestFooter_LinkTracking_HasWhatIsUsedMost(t *testing.T) {
	for w, want := range map[int]string{
		60:  "n new  enter open  / filter  d days  ? help  q quit",
		80:  "n new  enter open  / filter  d days  v event  c copy  t mark  ? help  q quit",
		120: "n new  enter open  / filter  d days  v event  c copy  t mark  space types  s sort  A archived  ? help  : find  q quit",
	} {
		c := acme(t, w, 24)
		if got := strings.TrimSpace(c.line("q quit")); got != want {
			t.Errorf("at %d cells: %q", w, got)
		}
	}
	c := acme(t, 80, 24)
	c.press("t")
	c.sees("a archive marked")
}
