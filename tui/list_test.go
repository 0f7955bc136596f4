package tui

import (
	"strings"
	"testing"

	"github.com/muesli/termenv"

	"lastclick/model"
)

func TestLists_Keys_Filter(t *testing.T) {
	c := acme(t, 120, 24)
	c.press("2", "/")
	c.write("LATE")
	c.sees("1/2 shown", "Late Night")
	c.misses("Summer Fest")
	c.write("x")
	c.sees("Nothing matches “LATEx”.", "Press esc to clear the filter.")
	c.press("backspace", "enter", "esc")
	c.sees("2 events", "Summer Fest")
}

func TestOrders_SearchAndSort_AskTheStore(t *testing.T) {
	store := newFake()
	c := open(t, setup{client: "acme", store: store, w: 120, h: 24, profile: termenv.Ascii})
	c.press("3", "/")
	c.write("no link")
	c.elapse()
	last := func() model.OrderFilter { return store.asked[len(store.asked)-1] }
	if f := last(); f.Search != "no link" {
		t.Errorf("the store was asked for %+v", f)
	}
	c.press("enter", "esc")
	c.sees("1–4 of 4 orders")
	for _, want := range []struct {
		head string
		sort model.OrderSort
	}{{"Tickets ▼", model.SortTickets}, {"Face Value ▼", model.SortFace}, {"Credited to ▲", model.SortLink}, {"Placed ▼", model.SortPlaced}} {
		c.press("s")
		c.sees(want.head)
		if f := last(); f.Search != "" || f.Sort != want.sort || f.Up != strings.Contains(want.head, "▲") {
			t.Errorf("by %s the store was asked for %+v", want.head, f)
		}
	}
	c.press("S")
	c.sees("Placed ▲", "sorted by Placed ▲")
	if f := last(); !f.Up {
		t.Errorf("the store was asked for %+v", f)
	}
}

// A sort of the team never parts a person from their keys.
func TestTeam_Sort_KeysStayWithTheirPerson(t *testing.T) {
	c := acme(t, 120, 24)
	c.press("4", "s")
	s := c.screen()
	bo, key, sam := strings.Index(s, "Bo Lind"), strings.Index(s, "SHA256:ZyM0"), strings.Index(s, "Sam (you)")
	if bo < 0 || bo > key || key > sam {
		t.Errorf("by name:\n%s", s)
	}
}

func TestLists_Change_KeepPlaceAndFollowMouse(t *testing.T) {
	store := newFake()
	for i := range 100 {
		store.audit = append(store.audit, model.AuditEntry{ID: int64(1000 - i), At: noon, Actor: "Sam", Action: "link add", Object: model.FormatCount(int64(i))})
	}
	c := open(t, setup{client: "acme", store: store, profile: termenv.Ascii})
	c.press("5", "G")
	c.sees("▌ 13:00:00      Sam    link add      99")
	c.press("pgup", "k", "g", "pgdown", "j")
	selected := c.line("▌")
	store.audit = store.audit[1:]
	c.send(movedMsg{c.live.gen})
	if got := c.line("▌"); got != selected {
		t.Errorf("the cursor went from %q to %q", selected, got)
	}
	c.press("g", "m")
	for i, l := range strings.Split(c.screen(), "\n") {
		if strings.Contains(l, "client add") {
			c.send(click(i))
		}
	}
	if !strings.Contains(c.line("client add"), "▌") {
		t.Error("a click does not select the row under it")
	}
}

func TestPages_Empty_SayWhatToDo(t *testing.T) {
	for key, want := range map[string]string{
		"2": "Press n to add the first.", "3": "Orders appear here by themselves", "4": "Press n to invite the first person.",
		"5": "Nothing was changed yet.", "6": "Press n to add the first", "7": "Press n to add one.", "8": "The inbox is empty.",
	} {
		c := open(t, setup{client: "acme", role: model.Admin, store: &fakeStore{}, profile: termenv.Ascii})
		c.press(key)
		c.sees(want)
	}
}

func TestPages_Failure_NeverBlank(t *testing.T) {
	store := newFake()
	c := open(t, setup{client: "acme", role: model.Admin, store: store, profile: termenv.Ascii})
	for key, shown := range map[string]string{"2": "Late Night", "3": "A-1042", "4": "Bo Lind", "5": "link archive", "6": "Night Owl", "7": "box-office", "8": "refused"} {
		store.fail = nil
		c.press(key)
		c.sees(shown)
		store.fail = &model.Error{Kind: model.Busy, Msg: "the database is busy"}
		c.press("R")
		c.sees(shown, "as of ", "the database is busy")
	}
	c = open(t, setup{client: "acme", role: model.Admin, store: store, profile: termenv.Ascii})
	for key, what := range map[string]string{"2": "events", "3": "orders", "4": "team", "5": "entries", "6": "clients", "7": "checkouts", "8": "webhooks"} {
		c.press(key)
		c.sees("The "+what+" cannot be shown.", "The database is busy.", "R tries again.")
	}
}

// Every page says in its help which commands say the same.
func TestPages_Help_NamesTheCommands(t *testing.T) {
	c := open(t, setup{client: "acme", role: model.Admin, w: 120, h: 80, profile: termenv.Ascii})
	for key, want := range map[string]string{
		"1": "tickets.example stats --client acme", "2": "event list --client acme", "3": "order explain A-1042", "4": "promoter invite NAME EMAIL",
		"5": "audit --limit 100", "6": "tickets.example client list\n", "7": "checkout rotate box-office\n", "8": "inbox retry 12\n",
	} {
		c.press(key, "?")
		if s := trimmed(c.screen()); !strings.Contains(s, want) {
			t.Errorf("page %s does not show %q:\n%s", key, want, s)
		}
		c.press("esc")
	}
}

func TestPages_Viewer_NoKeyThatWrites(t *testing.T) {
	store := newFake()
	c := open(t, setup{client: "acme", store: store, role: model.Viewer, w: 120, h: 60, profile: termenv.Ascii})
	for _, page := range []string{"1", "2", "3"} {
		c.press(page)
		for _, k := range []string{"n", "E", "a", "x", "w", "r", "t"} {
			c.press(k)
		}
		c.press("?")
		c.misses("add an event", "edit the event", "archive the link", "create a new")
		c.press("esc")
	}
	c.press("1", "enter", "w", "y", "?")
	c.misses("welcome mail again", "archive the link")
	if len(store.calls) > 0 {
		t.Errorf("a viewer did %v", store.calls)
	}
}
