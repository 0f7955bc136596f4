package tui

import (
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/muesli/termenv"

	"lastclick/model"
	"lastclick/tui/page"
	"lastclick/tui/ui"
)

// foreign is text that a checkout or a person may have given, with all that a shell reads.
const foreign = "A 1;touch pwned;$(touch pwned)`touch pwned`'\" & \\"

// words are those that ssh gets where a shell is given the line.
func words(t *testing.T, line string) []string {
	t.Helper()
	dir := t.TempDir()
	if err := os.WriteFile(dir+"/id_ed25519.pub", nil, 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), "sh", "-c", "ssh() { printf '%s\\n' \"$@\"; }; "+line)
	cmd.Dir = dir
	out, err := cmd.CombinedOutput()
	if _, pwned := os.Stat(dir + "/pwned"); pwned == nil || err != nil {
		t.Errorf("a shell runs more than %s: %v, %s", line, err, out)
	}
	return strings.Split(string(out), "\n")
}

// What a command names that is not ours stays one word in a shell, and does nothing there,
// on every page.
func TestShellCommands_ForeignText_StaysOneWord(t *testing.T) {
	store := newFake()
	store.orders[0].ID, store.orders[0].Checkout, store.doors[0].Name = foreign, foreign, foreign
	store.stats.Links[0].Link.Code, store.events[0].Slug, store.clients[0].Slug = foreign, foreign, foreign
	store.detail.Link.Code, store.explain.ID, store.shows[0].Event.Slug = foreign, foreign, foreign
	for i := range store.hooks {
		store.hooks[i].URL = "https://x.example/" + foreign
	}
	for i := range store.people {
		store.people[i].Name = foreign
	}
	inside := strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(model.Line(foreign))
	named := 0
	for _, keys := range [][]string{
		{"1"},
		{"1", "enter"},
		{"1", "enter", "o"},
		{"1", "enter", "t"},
		{"1", "E"},
		{"1", "enter", "+"},
		{"1", "d"},
		{"1", "v", "j", "enter"},
		{"2"},
		{"2", "E"},
		{"2", "enter"},
		{"3"},
		{"3", "enter"},
		{"3", "/", foreign, "enter"},
		{"#", foreign},
		{"4"},
		{"4", "+"},
		{"4", "E"},
		{"4", "H"},
		{"4", "H", "enter"},
		{"4", "H", "t"},
		{"5"},
		{"5", "/", foreign, "enter"},
		{"5", "enter"},
		{"6"},
		{"6", "E"},
		{"7"},
		{"7", "enter"},
		{"7", "enter", "t"},
		{"8"},
		{"8", "enter"},
		{"8", "/", foreign, "enter"},
		{"T"},
	} {
		c := open(t, setup{client: foreign, role: model.Admin, store: store, w: 160, h: 60, profile: termenv.Ascii})
		c.press(keys...)
		commands := c.top().ShellCommands()
		for _, of := range []string{"3", "5", "8"} {
			if keys[0] == of && len(keys) != 2 {
				c.press("x")
				commands = append(commands, c.top().ShellCommands()...)
			}
		}
		for _, args := range commands {
			line := c.Command(args)
			for _, w := range words(t, line) {
				if strings.Contains(w, "A 1") {
					named++
					if w != `"`+inside+`"` && w != `"https://x.example/`+inside+`"` {
						t.Errorf("%q: the word %s of %s", keys, w, line)
					}
				}
			}
		}
	}
	if named < 60 {
		t.Errorf("%d words are foreign", named)
	}
}

func TestArgs_With_QuotesOnlyWhatNeedsIt(t *testing.T) {
	for words, want := range map[string]page.Args{
		"ana": "link show ana", "summer-fest_1": "link show summer-fest_1", "https://a.example/x": "link show https://a.example/x", "": `link show '""'`,
		"Bea Ford": `link show '"Bea Ford"'`, "it's": `link show '"it'\''s"'`, `a"b`: `link show '"a\"b"'`, "a\x1bb": `link show '"a^[b"'`, "https://a.example/?x=1&y": `link show '"https://a.example/?x=1&y"'`,
	} {
		if got := page.Args("link show").With(words); got != want {
			t.Errorf("%q: %s, not %s", words, got, want)
		}
	}
}

// A command that is broken into lines is one command still, whatever the width: what is
// selected on the screen and pasted runs as it was said.
func TestWrapShell_Lines_AreTheCommand(t *testing.T) {
	line := "ssh -p 2222 tickets.example order list --csv --client northside --search " + model.Quoted(model.Quoted("on:today it's")) + " --sort customers --limit 10000"
	want := words(t, line)
	for w := 45; w < len(line)+5; w++ {
		lines := ui.WrapShell(line, w)
		if w < len(line) && len(lines) < 2 {
			t.Fatalf("at %d: %q", w, lines)
		}
		for _, l := range lines {
			if ui.Width(l) > w {
				t.Errorf("at %d: %q is wider", w, l)
			}
		}
		if got := words(t, strings.Join(lines, "\n")); !slices.Equal(got, want) {
			t.Errorf("at %d a shell takes %q from %q", w, got, lines)
		}
	}
}
