package tui

import (
	"strings"
	"testing"

	"github.com/muesli/termenv"

	"lastclick/model"
)

func TestLinkEdit_OnlyWhatChanged_AndUndone(t *testing.T) {
	store := newFake()
	c := open(t, setup{client: "acme", store: store, w: 100, h: 30, profile: termenv.Ascii})
	c.press("E")
	c.sees("Edit ana", "[ Ana Lopez", "[ ana@example.com", "[ subpromoter", "The code ana and what the link tracks never change")
	c.press("ctrl+s")
	c.sees("Nothing was changed", "Face Value")
	c.press("E", "tab", "ctrl+u")
	c.write("ana@")
	c.press("ctrl+s")
	c.sees(`! E-mail "ana@" is not an e-mail address`)
	c.write("lopez.example")
	c.sees("No mail goes out now")
	c.press("ctrl+s")
	c.sees("✓ Saved ana · z undoes it (10 s)")
	c.press("z")
	c.sees("✓ ana is as it was")
	c.press("z") // is undone once
	calls(t, store, "link set ana email=ana@lopez.example", "link set ana email=ana@example.com")
}

func TestLinkEdit_FromItsPage_BackOnIt(t *testing.T) {
	store := newFake()
	c := open(t, setup{client: "acme", store: store, w: 100, h: 40, profile: termenv.Ascii})
	c.press("enter", "E")
	c.write(" Ruiz")
	c.press("ctrl+s")
	c.sees("Link Tracking › ana", "✓ Saved ana")
	calls(t, store, "link set ana name=Ana Lopez Ruiz")
}

func TestLinkEdit_Viewer_HasNone(t *testing.T) {
	store := newFake()
	c := open(t, setup{client: "acme", store: store, role: model.Viewer, w: 100, h: 40, profile: termenv.Ascii})
	c.press("E")
	c.misses("Edit ana")
	c.press("enter", "E", "P", "y")
	c.misses("Edit ana", "gives it a new address")
	calls(t, store)
	c.press("p")
	if len(c.copied) != 1 || c.copied[0] != "https://t.example/stats/token" {
		t.Errorf("copied %q", c.copied)
	}
}

func TestLink_StatsPage_CopiedAndRenewed(t *testing.T) {
	store := newFake()
	c := open(t, setup{client: "acme", store: store, w: 100, h: 56, profile: termenv.Ascii})
	c.press("enter")
	c.sees("Owner's stats page  p copies it, P gives it a new address", "https://t.example/stats/token")
	c.press("P")
	c.sees("The one of now, also in mails that were sent,", "stops working at once. No mail is sent. y/N")
	c.press("enter", "P", "y")
	c.sees("https://t.example/stats/renewed", "✓ The stats page has a new address · p copies it, w mails it")
	c.misses("z undo")
	c.press("p")
	if len(c.copied) != 1 || c.copied[0] != "https://t.example/stats/renewed" {
		t.Errorf("copied %q", c.copied)
	}
	calls(t, store, "link set ana new stats page")
}

func TestUndo_Codes_GivenAndTakenBack(t *testing.T) {
	store := newFake()
	c := open(t, setup{client: "acme", store: store, w: 100, h: 40, profile: termenv.Ascii})
	c.press("enter", "+")
	c.write("ana10")
	c.press("ctrl+s")
	c.sees("ana has the further code ana10 · z takes it away (10 s)")
	c.press("z")
	store.detail.Aliases = []string{"ana20"}
	c.send(movedMsg{c.live.gen})
	c.press("-", "y")
	c.sees("Took ana20 from ana · z gives it back (10 s)")
	c.press("z")
	calls(t, store, "add ana10 to ana", "take ana10 from ana", "take ana20 from ana", "add ana20 to ana")
}

// What is undone is the actor's own last change: another one takes its place, and ten
// seconds end it.
func TestUndo_LaterChangeOrTime_EndsIt(t *testing.T) {
	store := newFake()
	c := open(t, setup{client: "acme", store: store, w: 100, h: 40, profile: termenv.Ascii})
	c.press("E")
	c.write("x")
	c.press("ctrl+s")
	c.press("j", "a", "y", "z")
	c.sees("✓ Restored bo-dj")
	c.press("a", "y")
	c.clock = c.clock.Add(undoFor)
	c.press("z")
	calls(t, store, "link set ana name=Ana Lopezx", "archive bo-dj", "restore bo-dj", "archive bo-dj")
}

// What another person changed after it is never undone.
func TestUndo_ChangedAgainSince_IsLeft(t *testing.T) {
	for name, c := range map[string]struct {
		change []string               // keys
		write  string                 // is written before the last of them
		since  func(store *fakeStore) // is what another person did
		want   []string               // calls
	}{
		"link":   {[]string{"E", "ctrl+s"}, "x", func(s *fakeStore) { s.detail.Name = "Ana Ruiz" }, []string{"link set ana name=Ana Lopezx"}},
		"digest": {[]string{"E", "tab", "tab", "tab", "right", "ctrl+s"}, "", func(s *fakeStore) { s.detail.Digest = model.FirstSale }, []string{"link set ana digest=weekly"}},
		"event":  {[]string{"2", "E", "ctrl+s"}, "x", func(s *fakeStore) { s.events[0].Name = "Autumn Fest" }, []string{"event set summerfest name=Summer Fest 2026x"}},
		"client": {[]string{"6", "E", "ctrl+s"}, "x", func(s *fakeStore) { s.changed[0].Name = new(string) }, []string{"client set acme name=Acme Eventsx"}},
		"role":   {[]string{"4", "G", "k", "k", "E", "up", "enter", "y"}, "", func(s *fakeStore) { s.people[1].Role = model.Owner }, []string{"role of Bo Lind member"}},
	} {
		t.Run(name, func(t *testing.T) {
			store := newFake()
			console := open(t, setup{client: "acme", role: model.Admin, store: store, w: 120, h: 40, profile: termenv.Ascii})
			last := len(c.change) - 1
			console.press(c.change[:last]...)
			console.write(c.write)
			console.press(c.change[last])
			c.since(store)
			console.press("z")
			console.sees("It was changed again since: nothing was taken back")
			calls(t, store, c.want...)
		})
	}
}

func TestUndo_Restore_ArchivesAgain(t *testing.T) {
	store := newFake()
	store.detail.Archived = true
	c := open(t, setup{client: "acme", store: store, w: 100, h: 40, profile: termenv.Ascii})
	c.press("enter", "r")
	c.sees("✓ Restored ana · z archives it again (10 s)")
	c.press("z")
	calls(t, store, "restore ana", "archive ana")
}

// What was hidden of Link Tracking comes back with z, in the list of columns and after it.
func TestUndo_Columns_AreAsTheyWere(t *testing.T) {
	store := newFake()
	c := open(t, setup{client: "acme", store: store, w: 120, h: 36, profile: termenv.Ascii})
	c.press(",", "j", "j", "space")
	c.sees("Hidden: Clicks · z undoes it (10 s)", "[ ]  Clicks")
	c.press("esc")
	if head := c.line("Face Value"); strings.Contains(head, "Clicks") {
		t.Errorf("the column is still there: %q", head)
	}
	c.press("z")
	c.sees("The columns are as they were")
	if head := c.line("Face Value"); !strings.Contains(head, "Clicks") {
		t.Errorf("the column is not back: %q", head)
	}
	if kept := store.kept[len(store.kept)-1]; kept != "columns.links=" {
		t.Errorf("kept %q", kept)
	}
	c.press(",", "j", "space", "j", "space", "r")
	c.sees("Everything is shown · z undoes it")
	c.press("z")
	c.sees("[ ]  Event", "[ ]  Clicks")
}

func TestAuditAndInbox_OldestFirst_AskedOfTheStoreAndRemembered(t *testing.T) {
	store := newFake()
	for _, of := range [][2]string{{"5", "sort.audit"}, {"8", "sort.inbox"}} {
		c := open(t, setup{client: "acme", role: model.Admin, store: store, w: 120, h: 36, profile: termenv.Ascii})
		c.press(of[0])
		c.sees("newest first")
		c.press("S")
		c.sees("oldest first")
		if len(store.paged) == 0 || !store.paged[len(store.paged)-1].Up {
			t.Errorf("%s: the store was asked for %+v", of[1], store.paged)
		}
		again := open(t, setup{client: "acme", role: model.Admin, store: store, w: 120, h: 36, profile: termenv.Ascii})
		again.press(of[0])
		again.sees("oldest first")
	}
}
