package ui

import (
	"fmt"
	"strings"
	"testing"

	tea "github.com/charmbracelet/bubbletea"
)

func TestPager_Keys_MoveTheWindow(t *testing.T) {
	p := NewPager(NewTheme(nil, false))
	var lines []string
	for i := range 50 {
		lines = append(lines, fmt.Sprint(i))
	}
	actions := p.Actions()
	first := func() string { return p.View(lines, 10, 5)[0] }
	if first() != "0" {
		t.Fatalf("it begins with %s", first())
	}
	for _, step := range []struct{ key, want string }{{"j", "1"}, {"pgdown", "4"}, {"k", "3"}, {"G", "46"}, {"j", "46"}, {"pgup", "43"}, {"g", "0"}, {"k", "0"}} {
		k := keyMsg(step.key)
		switch step.key {
		case "pgdown":
			k = tea.KeyMsg{Type: tea.KeyPgDown}
		case "pgup":
			k = tea.KeyMsg{Type: tea.KeyPgUp}
		}
		if _, ok := Dispatch(actions, k); !ok || first() != step.want {
			t.Errorf("after %s it begins with %s, not %s", step.key, first(), step.want)
		}
	}
	last := func() string { return p.View(lines, 20, 5)[4] }
	if got := last(); got != "       1–4 of 50  ▼" {
		t.Errorf("at the top the last line is %q", got)
	}
	Dispatch(actions, keyMsg("G"))
	if got := last(); got != "     47–50 of 50 ▲ " {
		t.Errorf("at the bottom the last line is %q", got)
	}
	Dispatch(actions, keyMsg("k"))
	if got := last(); got != "     46–49 of 50 ▲▼" {
		t.Errorf("one above the bottom the last line is %q", got)
	}
	if short := p.View(lines[:3], 10, 5); len(short) != 3 || short[0] != "0" {
		t.Errorf("fewer lines than before are shown as %q", short)
	}
}

func TestDispatch_Impossible_IsNoAction(t *testing.T) {
	did := ""
	can := false
	actions := []Action{
		On("x", "one", "", Quietly(func() { did += "1" })).If(func() bool { return can }),
		On("x", "two", "", Quietly(func() { did += "2" })),
		Hint("y", "hint"),
	}
	Dispatch(actions, keyMsg("x"))
	can = true
	Dispatch(actions, keyMsg("x"))
	if _, ok := Dispatch(actions, keyMsg("y")); ok || did != "21" {
		t.Errorf("did %s, a hint is an action: %v", did, ok)
	}
}

func TestFooter_Narrow_KeepsTheFramesKeys(t *testing.T) {
	f := NewFooter(NewTheme(nil, false))
	page := []Action{On("n", "new", "", nil), On("enter", "open", "", nil), On("c", "copy", "", nil), On("R", "", "hidden", nil)}
	frame := []Action{On("?", "help", "", nil), On("q", "quit", "", nil), On("n", "never", "", nil)}
	for w, want := range map[int]string{80: " n new  enter open  c copy  ? help  q quit", 30: " n new  ? help  q quit", 16: " ? help  q quit"} {
		if got := f.Line(page, frame, w); got != want || strings.Contains(got, "never") {
			t.Errorf("at %d: %q, not %q", w, got, want)
		}
	}
}
