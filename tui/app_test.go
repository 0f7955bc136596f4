package tui

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"time"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/muesli/termenv"

	"lastclick/model"
)

func click(y int) tea.Msg {
	return tea.MouseMsg{X: 5, Y: y, Button: tea.MouseButtonLeft, Action: tea.MouseActionPress}
}

func TestKeys_QuitAndBack_LeaveOrClose(t *testing.T) {
	for _, keys := range [][]string{{"q"}, {"ctrl+c"}, {"enter", "q"}, {"n", "ctrl+c"}, {"/", "ctrl+c"}, {"a", "ctrl+c"}} {
		c := acme(t, 80, 24)
		c.press(keys...)
		if !c.quit {
			t.Errorf("%v does not quit", keys)
		}
	}
	c := acme(t, 80, 24)
	c.press("enter", "?", "esc", "esc", "esc")
	if c.quit || len(c.stack()) != 1 {
		t.Errorf("esc leads to a stack of %d, quit %v", len(c.stack()), c.quit)
	}
}

func TestWindow_TooSmall_SaysSoAndIgnoresKeys(t *testing.T) {
	store := newFake()
	c := open(t, setup{client: "acme", store: store, w: 39, h: 24, profile: termenv.Ascii})
	c.sees("needs 40×10")
	c.press("a", "y", "n")
	if len(store.calls) > 0 || len(c.stack()) != 1 {
		t.Error("keys act where nothing is drawn")
	}
	c.send(tea.WindowSizeMsg{Width: 80, Height: 24})
	c.sees("Ana Lopez")
}

func TestTabs_Role_OnlyThoseItMayOpen(t *testing.T) {
	for role, want := range map[model.Role]string{
		model.Viewer: "[1 Link Tracking]   2 Events    3 Orders",
		model.Member: "[1 Link Tracking]   2 Events    3 Orders",
		model.Owner:  "[1 Link Tracking]   2 Events    3 Orders    4 Team    5 Audit",
		model.Admin:  "[1 Link Tracking]   2 Events    3 Orders    4 Team    5 Audit    6 Clients    7 Checkouts    8 Inbox",
	} {
		c := open(t, setup{client: "acme", role: role, w: 120, h: 36, profile: termenv.Ascii})
		if got := strings.TrimSpace(c.line("1 Link Tracking")); got != want {
			t.Errorf("%s sees the tabs %q, not %q", role, got, want)
		}
		c.press("6")
		if role != model.Admin && c.tab != 0 {
			t.Errorf("%s opens a page that is not theirs", role)
		}
	}
	c := acme(t, 80, 24)
	c.press("tab")
	c.sees("Live Stats › Events", "[2 Events]")
	c.press("shift+tab", "shift+tab")
	c.sees("Live Stats › Audit")
	c.press("1")
	c.sees("Ana Lopez")
}

func TestTabs_NarrowWindow_ShortTitles(t *testing.T) {
	for w, want := range map[int]string{
		100: "[1 Link Tracking] 2 Events 3 Orders 4 Team 5 Audit 6 Clients 7 Checkouts 8 Inbox",
		76:  "[1 Links] 2 Events 3 Orders 4 Team 5 Audit 6 Clients 7 Checkouts 8 Inbox",
		60:  "[1 Links] 2 3 4 5 6 7 8",
	} {
		c := open(t, setup{client: "acme", role: model.Admin, w: w, h: 24, profile: termenv.Ascii})
		if got := strings.TrimSpace(c.line("[1 ")); got != want {
			t.Errorf("at %d the tabs are %q, not %q", w, got, want)
		}
	}
}

func TestAdmin_SeveralClients_ChoosesFirst(t *testing.T) {
	c := open(t, setup{role: model.Admin, profile: termenv.Ascii})
	c.sees("Choose the client to work on", "Acme Events", "Night Owl", "[1 Clients]", "2 Checkouts")
	c.press("j", "enter")
	c.sees("nightowl · Sam, admin", "Ana Lopez")
	c.press("?")
	c.press("G")
	c.sees("--client nightowl")
	c.press("esc", "6")
	c.sees("Working on nightowl", "Acme Events")
	c.press("g", "enter")
	c.sees("acme · Sam, admin", "Ana Lopez", "Working on acme")
}

func TestAdmin_NoClient_NamesTheCommand(t *testing.T) {
	c := open(t, setup{role: model.Admin, store: &fakeStore{}, profile: termenv.Ascii})
	c.sees("There is no client yet.", "Press n to add the first", "ssh -p 2222 tickets.example client add SLUG")
	c.Store.(*fakeStore).clients = newFake().clients
	c.send(movedMsg{c.live.gen})
	c.sees("Acme Events")
}

func TestLoad_StaleAnswer_IsDropped(t *testing.T) {
	store := newFake()
	c := open(t, setup{client: "acme", store: store, profile: termenv.Ascii})
	c.press("v", "down")
	c.hold = true
	c.press("enter") // one event: in flight
	stale := c.held
	c.held = nil
	c.hold = false
	c.press("v", "up")
	c.hold = true
	c.press("enter") // all events again: in flight too
	c.release()
	c.held = stale
	c.release()
	c.sees("Ana Lopez", "All events · all days")
}

func TestLoad_ChangesMeanwhile_OneMoreLoad(t *testing.T) {
	store := newFake()
	c := open(t, setup{client: "acme", store: store, profile: termenv.Ascii})
	before := len(store.filters)
	c.hold = true
	for range 5 {
		c.send(movedMsg{c.live.gen})
	}
	c.release()
	if got := len(store.filters) - before; got != 2 {
		t.Errorf("five changes during a load made %d loads, not 2: the one in flight and one after it", got)
	}
}

func TestLoad_Failure_KeepsTheDataAndSaysItsAge(t *testing.T) {
	store := newFake()
	c := open(t, setup{client: "acme", store: store, profile: termenv.Ascii})
	store.fail = &model.Error{Kind: model.Busy, Msg: "the database is busy", Err: errors.New("secret cause")}
	c.clock = noon.Add(time.Hour)
	c.press("R")
	c.sees("Ana Lopez", "as of 13:00:00 · the database is busy") // 12:00 UTC in London
	c.misses("secret")
	store.fail = nil
	c.elapse()
	c.misses("as of")
}

func TestLoad_Slow_SaidAfterPatience(t *testing.T) {
	c := acme(t, 80, 24)
	c.hold = true
	c.press("2")
	held := c.held
	c.misses("Loading")
	c.hold = false
	for _, cmd := range held { // the patience passes, the answer does not come
		for _, one := range cmd().(tea.BatchMsg) {
			if c.waited = false; one() == nil && c.waited {
				c.later = append(c.later, one)
			}
		}
	}
	c.elapse()
	c.sees("Loading…")
	before := c.screen()
	c.elapse() // the spinner turns
	if before == c.screen() {
		t.Error("nothing turns while the page loads")
	}
}

func TestLoad_Panic_StaysInItsPageAndIsLogged(t *testing.T) {
	var log strings.Builder
	c := open(t, setup{client: "acme", store: &panicStore{newFake()}, profile: termenv.Ascii, log: slog.New(slog.NewTextHandler(&log, nil))})
	c.sees("The links cannot be shown.", "Something went wrong on the server: try again.", "R tries again.")
	c.misses("boom")
	if l := log.String(); !strings.Contains(l, "panic=boom") || !strings.Contains(l, "panicStore") {
		t.Errorf("the log says %q", l)
	}
}

func TestNotice_KeysAndToasts_Stays(t *testing.T) {
	const command = "ssh -p 2222 localhost -i /tmp/lc-1234567890/admin"
	c := open(t, setup{client: "acme", profile: termenv.Ascii, notice: "from a second terminal: " + command})
	c.sees("from a second terminal: " + command)
	c.press("j", "c", "2")
	c.sees("from a second terminal: " + command)
	c.send(tea.WindowSizeMsg{Width: 60, Height: 20})
	c.sees("─ " + command + " ─")
	c.elapse()
	c.send(tea.WindowSizeMsg{Width: 60, Height: 12}) // there is no rule
	c.sees(command)
}

type panicStore struct{ *fakeStore }

func (panicStore) Stats(context.Context, model.Actor, model.Filter) (model.Stats, error) {
	panic("boom")
}

func TestToast_Failure_StaysUntilAKey(t *testing.T) {
	store := newFake()
	c := open(t, setup{client: "acme", store: store, profile: termenv.Ascii})
	store.fail = model.NotFoundError("link", "ana\x1b]0;evil\a")
	c.press("a", "y")
	c.sees("! There is no link")
	c.elapse()
	c.sees("! There is no link")
	c.press("j")
	c.misses("There is no link")
}

func TestToast_Success_GoesByItself(t *testing.T) {
	c := acme(t, 80, 24)
	c.press("c")
	old := c.later
	c.later = nil
	c.press("C")
	latest := c.later
	c.later = old // of the toast before
	c.elapse()
	c.sees("Full tracking link sent to your terminal's clipboard (OSC 52):")
	c.later = latest
	c.elapse()
	c.misses("clipboard")
}

func TestCommand_Connect_StandsBeforeIt(t *testing.T) {
	actor := model.Actor{Role: model.Owner, Client: "acme"}
	for connect, want := range map[string]string{"ssh tickets.example": "ssh tickets.example stats", "": "ssh HOST stats"} {
		if got := newSession(Options{Connect: connect, Actor: actor}).Command("stats"); got != want {
			t.Error(got)
		}
	}
}

func TestKeys_PastedText_IsNoCommand(t *testing.T) {
	c := acme(t, 80, 24)
	c.send(tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune("q"), Paste: true})
	if c.quit {
		t.Error("a pasted q quits")
	}
}

func TestView_Twice_ChangesNothing(t *testing.T) {
	c := acme(t, 80, 24)
	if a, b := c.View(), c.View(); a != b || !strings.Contains(a, "Ana") {
		t.Error("two views differ")
	}
}

// An address that does not fit behind the words has a line of its own, and is whole.
func TestToast_LongAddress_StandsUnbroken(t *testing.T) {
	store := newFake()
	store.stats.Links[0].Link.FullURL = "https://tickets.a-rather-long-name.example/c/acme?act=subpromoterv3&sp=ana"
	c := open(t, setup{client: "acme", store: store, profile: termenv.Ascii})
	c.press("C")
	c.sees("✓ Full tracking link sent to your terminal's clipboard (OSC 52):")
	if l := strings.TrimSpace(c.line("https://")); l != store.stats.Links[0].Link.FullURL {
		t.Errorf("the address stands in %q", l)
	}
	c.send(tea.WindowSizeMsg{Width: 40, Height: 10})
	c.screen()
	c.send(tea.WindowSizeMsg{Width: 40, Height: 20})
	c.screen()
}
