package tui

import (
	"strings"
	"testing"

	"github.com/muesli/termenv"

	"lastclick/model"
)

func TestR17_Columns_StandInOrder(t *testing.T) {
	store := newFake()
	store.trends = nil
	c := open(t, setup{client: "acme", store: store, w: 300, h: 40, profile: termenv.Ascii})
	head, _, _ := strings.Cut(c.line("Face Value"), "│")
	at := 0
	for _, title := range []string{"Link", "Event", "Clicks", "Customers", "New Customers", "Orders", "Tickets", "Scanned", "Unscanned", "Face Value"} {
		i := strings.Index(head[at:], title)
		if i < 0 {
			t.Fatalf("%s is not where it belongs in %q", title, head)
		}
		at += i + len(title)
	}
	row, _, _ := strings.Cut(c.line("▸ Ana Lopez"), "│")
	ana := strings.Fields(row)
	if got, want := strings.Join(ana[len(ana)-9:], " "), "1,204 61 38 64 142 52 90 GBP 6,550.00"; got != want {
		t.Errorf("Ana's numbers are %q, not %q", got, want)
	}
}

func TestTracking_Total_StoresOwnAtTheBottom(t *testing.T) {
	c := open(t, setup{client: "acme", store: manyLinks(100), profile: termenv.Ascii})
	for _, keys := range [][]string{nil, {"G"}, {"e"}, {"g"}, {"pgdown"}} {
		c.press(keys...)
		lines := strings.Split(c.screen(), "\n")
		total := lines[len(lines)-3]
		if !strings.HasPrefix(strings.TrimSpace(total), "Total ") || !strings.Contains(total, "GBP 7,585.00") {
			t.Fatalf("after %v the line above the toast is %q", keys, total)
		}
	}
}

func TestTracking_Unfold_TicketTypes(t *testing.T) {
	c := acme(t, 120, 36)
	c.misses("VIP")
	c.press("space")
	c.sees("VIP", "Late Night")
	c.press("j", "j", "space") // on a ticket type: folds its link
	c.misses("VIP")
	if !strings.Contains(c.line("Ana Lopez"), "▌") {
		t.Error("the cursor is not on the link that was folded")
	}
	c.press("e")
	if n := strings.Count(c.screen(), "General Admission"); n != 3 {
		t.Errorf("e shows %d rows of General Admission, not 3", n)
	}
	c.press("e")
	c.misses("General Admission")
	c.press("l")
	c.sees("VIP")
	c.press("h")
	c.misses("VIP")
}

func TestTracking_OrderChanges_CursorStaysOnItsLink(t *testing.T) {
	store := manyLinks(200)
	c := open(t, setup{client: "acme", store: store, profile: termenv.Ascii})
	c.press("pgdown", "pgdown", "j")
	row := func() int {
		for i, l := range strings.Split(c.screen(), "\n") {
			if strings.Contains(l, "▌") {
				return i
			}
		}
		return -1
	}
	code := func() string { return strings.Join(strings.Fields(c.line("▌"))[2:4], " ") } // behind the cursor and the fold
	at, was := row(), code()
	changed := manyLinks(200)
	for i := range changed.stats.Links { // the order is turned round
		n := int64(200 - i)
		changed.stats.Links[i].Numbers = numbers(n, n, n, 1000-int64(i)*3, 0, n*100)
	}
	store.stats = changed.stats
	c.send(movedMsg{c.live.gen})
	if got := code(); got != was {
		t.Errorf("the cursor moved from %s to %s", was, got)
	}
	if got := row(); got != at {
		t.Errorf("the selected row moved from line %d to %d", at, got)
	}
}

func TestTracking_Filter_NarrowsWhileTyped(t *testing.T) {
	c := open(t, setup{client: "acme", store: manyLinks(340), profile: termenv.Ascii})
	c.press("/")
	c.write("link-001")
	c.sees("10/340 links shown", "Total of 10 shown", "Person 12")
	c.misses("Person 20")
	c.press("q") // a letter, not the end
	c.sees("0/340", "No link matches “link-001q”")
	c.press("backspace", "enter", "j")
	c.sees("10/340")
	c.press("esc")
	c.sees("340 links")
	c.misses("Total of 10 shown")
	c.press("/")
	c.write("SUMMER FEST")
	c.sees("170/340")
	if c.quit {
		t.Error("a letter of the filter quit the console")
	}
}

func TestTracking_Sort_CyclesAndReverses(t *testing.T) {
	c := acme(t, 120, 36)
	first := func() string {
		l := c.line("▌")
		return strings.Fields(l)[2]
	}
	c.sees(" Tick. ▼ ")
	c.press("G", "g")
	if first() != "Ana" {
		t.Errorf("by tickets, %s is first", first())
	}
	c.press("S", "g")
	c.sees(" Tick. ▲ ")
	c.press("s", "s", "s", "s") // Scanned, Unscanned, Face Value, Link
	c.sees("Link ▲", "sorted by Link ▲")
	c.press("g")
	if first() != "Ana" {
		t.Errorf("by link, %s is first", first())
	}
}

func TestTracking_Unattributed_OnRequest(t *testing.T) {
	c := acme(t, 80, 24)
	c.misses("No link clicked")
	c.press("u")
	c.sees("Not credited to any link:", "No link clicked", "Click too old")
	c.press("u")
	c.misses("No link clicked")
}

func TestTracking_EventAndDays_NarrowTheQuestion(t *testing.T) {
	store := newFake()
	c := open(t, setup{client: "acme", store: store, profile: termenv.Ascii})
	c.press("v", "down", "enter")
	c.sees("Summer Fest 2026 · all days")
	c.press("e") // with one event chosen, a ticket type need not say which it is of
	c.sees("      General Admission  ", "      VIP  ")
	c.press("e")
	c.press("d")
	c.write("2026-06-01")
	c.press("tab")
	c.write("2026-05-31")
	c.press("enter")
	c.sees("lies before")
	c.press("ctrl+u")
	c.write("2026-06-30")
	c.press("enter")
	c.sees("Summer Fest 2026 · 2026-06-01 to 2026-06-30")
	if got, want := store.filters[len(store.filters)-1], (model.Filter{Event: "summerfest", From: "2026-06-01", To: "2026-06-30"}); got != want {
		t.Errorf("the store was asked for %+v", got)
	}
}

func TestTracking_Copy_SendsAddresses(t *testing.T) {
	c := acme(t, 80, 24)
	c.press("c")
	c.sees("✓ Shortlink sent to your terminal's clipboard (OSC 52): https://t.example/ana")
	c.press("C")
	c.sees("Full tracking link sent to your terminal's clipboard (OSC 52):")
	if got := strings.Join(c.copied, " "); got != "https://t.example/ana https://t.example/c/acme?act=subpromoterv3&sp=ana" {
		t.Errorf("copied %q", got)
	}
}

func TestTracking_Archive_AsksAndCanBeUndone(t *testing.T) {
	store := newFake()
	c := open(t, setup{client: "acme", store: store, profile: termenv.Ascii})
	for _, no := range []string{"enter", "n", "esc", "q", " "} {
		c.press("a")
		c.sees("Archive the link ana of Ana Lopez?", "y/N")
		c.press(no)
		c.misses("y/N")
	}
	if len(store.calls) > 0 || c.quit {
		t.Fatalf("without a yes: %v, quit %v", store.calls, c.quit)
	}
	c.press("a", "y")
	c.sees("Archived ana", "z undo")
	c.press("z")
	c.sees("Restored ana")
	c.press("a", "y")
	c.clock = c.clock.Add(undoFor)
	c.press("z")
	if got := strings.Join(store.calls, ", "); got != "archive ana, restore ana, archive ana" {
		t.Errorf("the store was asked to %s", got)
	}
}

func TestTracking_Viewer_NoKeysThatWrite(t *testing.T) {
	store := newFake()
	c := open(t, setup{client: "acme", store: store, role: model.Viewer, w: 120, h: 60, profile: termenv.Ascii})
	c.press("n", "a", "y", "r", "j", "j", "r")
	if len(store.calls) > 0 || len(c.stack()) != 1 {
		t.Errorf("a viewer did %v", store.calls)
	}
	c.misses("n new")
	c.press("?")
	c.sees("copy the shortlink")
	c.misses("create a new", "archive the", "restore", "edit the")
}

func TestTracking_ArchivedLink_RestoredByR(t *testing.T) {
	store := newFake()
	c := open(t, setup{client: "acme", store: store, profile: termenv.Ascii})
	c.press("A", "j", "j", "r")
	if got := strings.Join(store.calls, ", "); got != "restore k7m2xq" {
		t.Errorf("the store was asked to %q", got)
	}
}

func TestTracking_NarrowWindow_ColumnsGiveWay(t *testing.T) {
	for w, want := range map[int]string{
		300: "Link Code Event Clicks Customers New Customers Orders Tickets Scanned Unscanned Face Value 14 days",
		120: "Link Event Clicks Cust. New Orders Tick. Scan. Unsc. Face Value 7 days",
		80:  "Link Cust. New Orders Tick. Scan. Unsc. Face Value",
		40:  "Link Tick. Face Value",
	} {
		c := acme(t, w, 24)
		head, _, _ := strings.Cut(strings.NewReplacer("▼", " ").Replace(c.line("Face Value")), "│")
		if got := strings.Join(strings.Fields(head), " "); got != want {
			t.Errorf("at %d: %q, not %q", w, got, want)
		}
	}
}

func TestR16_Currencies_NeverCutOrAddedUp(t *testing.T) {
	store := newFake()
	store.stats.Total.FaceValue = model.Money{"EUR": 120000, "GBP": 758500, "USD": 99900}
	for _, w := range []int{40, 60, 80, 160} {
		c := open(t, setup{client: "acme", store: store, w: w, h: 24, profile: termenv.Ascii})
		c.sees("EUR 1,200.00", "GBP 7,585.00", "USD 999.00")
	}
}

func TestMouse_On_SelectsRows(t *testing.T) {
	c := acme(t, 80, 24)
	c.press("m")
	c.sees("Mouse on")
	y := 0
	for i, l := range strings.Split(c.screen(), "\n") {
		if strings.Contains(l, "DJ Bo") {
			y = i
		}
	}
	c.send(click(y))
	if !strings.Contains(c.line("DJ Bo"), "▌") {
		t.Error("a click does not select the row under it")
	}
}

// Where events are written there is room for an amount below a million with its pence.
func TestTracking_FaceValue_KeepsItsPenceWhereEventsAreWritten(t *testing.T) {
	written := 0
	for w := 100; w <= 220; w++ {
		store := newFake()
		store.stats.Total.FaceValue = model.Money{"GBP": 99999900}
		c := open(t, setup{client: "acme", store: store, w: w, h: 24, profile: termenv.Ascii})
		if head := c.line("    Link"); !strings.Contains(head, "Event") {
			continue
		}
		written++
		if got := c.line("Total, arch") + c.line("Total"); !strings.Contains(got, "GBP 999,999.00") {
			t.Errorf("at %d: %q", w, got)
		}
	}
	if written == 0 {
		t.Error("events are never written")
	}
}

// The name of a ticket type goes before that of its event, unless two of them, of two
// events, have one name.
func TestTracking_Unfolded_NamesOfTypesAreLegible(t *testing.T) {
	c := acme(t, 80, 24)
	c.press("space")
	c.sees("      Gen… · Summer Fe…", "      Gen… · Late Night", "      VIP · Summer")
	store := newFake()
	store.stats.Links[0].TicketTypes = store.stats.Links[0].TicketTypes[:2]
	c = open(t, setup{client: "acme", store: store, profile: termenv.Ascii})
	c.press("space")
	c.sees("      General Admission ", "      VIP · Summer")
	c.misses("Genera…")
}

// A code has a column of its own where the names leave room for one, else none.
func TestTracking_Code_InAColumnOrNowhere(t *testing.T) {
	for w := 40; w <= 240; w++ {
		c := acme(t, w, 24)
		has := strings.Contains(c.line("    Link"), " Code ")
		table, _, _ := strings.Cut(c.line("DJ Bo"), "│")
		if got := strings.Contains(table, "bo-dj"); got != has {
			t.Errorf("at %d: a column %v, the code %v: %q", w, has, got, table)
		}
	}
}
