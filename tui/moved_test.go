package tui

import (
	"strings"
	"testing"
	"time"

	"github.com/charmbracelet/x/ansi"
	"github.com/muesli/termenv"

	"lastclick/model"
	"lastclick/tui/page"
)

// markFor is how long a number that has moved is marked.
const markFor = time.Second

// sell lets a console see that a link has sold a ticket more.
func (c *console) sell(store *fakeStore, link int) {
	store.stats = soldOneMore(store.stats, link)
	c.send(movedMsg{c.live.gen})
}

// after lets so much time pass, and what waits for it come.
func (c *console) after(d time.Duration) {
	c.clock = c.clock.Add(d)
	c.elapse()
}

func TestMoved_ChangedNumber_IsMarkedForASecond(t *testing.T) {
	for _, profile := range []termenv.Profile{termenv.ANSI, termenv.Ascii} {
		store := newFake()
		store.stats.Version = 1
		c := open(t, setup{client: "acme", store: store, w: 98, h: 30, profile: profile})
		c.press("j", " ") // another row than the one that moves; its types are shown
		quiet := c.line("Ana Lopez")
		c.sell(store, 0)
		if got, plain := c.line("Ana Lopez"), profile == termenv.Ascii; plain && !strings.Contains(got, "•143") || !plain && !strings.Contains(got, "    \x1b[1;36m143\x1b[0m") {
			t.Errorf("the number that moved is drawn as\n%q", got)
		}
		if got := c.line("Ana Lopez"); strings.Contains(got, "•52") || strings.Contains(got, "\x1b[1;36m52") || ansi.StringWidth(got) != ansi.StringWidth(quiet) {
			t.Errorf("a number that did not move is marked, or cells have moved\n%q\n%q", got, quiet)
		}
		if got := c.line("DJ Bo"); strings.Contains(got, "•") {
			t.Errorf("a row that did not move is marked: %q", got)
		}
		if got := c.line("Total"); profile == termenv.Ascii && !strings.Contains(got, "•166") {
			t.Errorf("the total is drawn as\n%q", got)
		}
		c.clock = c.clock.Add(600 * time.Millisecond)
		c.sell(store, 2) // its own second begins now
		c.after(400 * time.Millisecond)
		if got := c.line("Ana Lopez"); strings.Contains(got, "•") || strings.Contains(got, "\x1b[1;36m143") {
			t.Errorf("after a second it is marked still:\n%q", got)
		}
		if got := c.line("Flyer"); profile == termenv.Ascii && !strings.Contains(got, "•1") {
			t.Errorf("what moved later is not marked any more:\n%q", got)
		}
		c.after(time.Second)
		fresh := open(t, setup{client: "acme", store: store, w: 98, h: 30, profile: profile})
		fresh.press("j", " ")
		if got, want := c.View(), fresh.View(); got != want {
			t.Errorf("after a second it is not as without marks:\n%s\n%s", got, want)
		}
		if len(c.later) > 0 {
			t.Error("a wait goes on without marks")
		}
	}
}

func TestMoved_OtherFilterOrFirstData_MarksNothing(t *testing.T) {
	store := newFake()
	c := open(t, setup{client: "acme", store: store, w: 120, h: 30, profile: termenv.Ascii})
	c.misses("•")
	store.stats = soldOneMore(store.stats, 0)
	c.press("v", "j", "enter") // another event: other numbers, of which none has moved
	c.misses("•")
}

// A mark and its end send the cells that differ, and leave the other rows alone; consoles
// that show the same share the rows that are marked too.
func TestMoved_BytesAndSharing_StayBounded(t *testing.T) {
	store := manyLinks(200)
	store.stats.Version = 1
	shared := &page.Shared{}
	one := open(t, setup{client: "acme", store: store, w: 98, h: 36, profile: termenv.ANSI, shared: shared})
	other := open(t, setup{client: "acme", store: store, w: 98, h: 36, profile: termenv.ANSI, shared: shared})
	changed := func(before, after []string) (lines int) {
		for i := range after {
			if before[i] != after[i] {
				lines++
			}
		}
		return lines
	}
	quiet := one.Lines()
	store.stats = soldOneMore(store.stats, 96)
	one.send(movedMsg{one.live.gen})
	other.send(movedMsg{other.live.gen})
	marked := one.Lines()
	if n := changed(quiet, marked); n == 0 || n > 2 {
		t.Errorf("%d lines for a row and the total", n)
	}
	for i, l := range other.Lines() {
		if l != marked[i] {
			t.Errorf("consoles that show the same differ:\n%q\n%q", l, marked[i])
		}
	}
	one.after(time.Second)
	if n := changed(marked, one.Lines()); n == 0 || n > 2 {
		t.Errorf("%d lines when marks end", n)
	}
	if strings.Contains(strings.Join(one.Lines()[4:], ""), "\x1b[1;36m1") {
		t.Error("a mark has stayed")
	}
}

func TestState_LivePausedAndOld(t *testing.T) {
	store := newFake()
	c := open(t, setup{client: "acme", store: store, w: 100, h: 30, profile: termenv.Ascii})
	where := strings.Index(c.Lines()[0], "● live")
	if where < 80 {
		t.Fatalf("the head is %q", c.Lines()[0])
	}
	for _, keys := range [][]string{{"enter"}, {"esc", "2"}, {":"}} {
		c.press(keys...)
		if !strings.HasSuffix(c.Lines()[0], "● live ") {
			t.Errorf("after %v the head is %q", keys, c.Lines()[0])
		}
	}
	c.press("esc", "3", "p")
	if !strings.HasSuffix(c.Lines()[0], " paused ") {
		t.Errorf("paused, the head is %q", c.Lines()[0])
	}
	c.press("p", "1")
	store.fail = &model.Error{Kind: model.Busy, Msg: "the database is busy"}
	c.clock = c.clock.Add(time.Minute)
	c.press("R")
	if !strings.HasSuffix(c.Lines()[0], " as of 13:00:00 ") { // in the client's timezone
		t.Errorf("with old data the head is %q", c.Lines()[0])
	}
	store.fail = nil
	c.press("R")
	c.app.Update(watchingMsg{gen: c.live.gen, failed: true}) // a watch that failed signals nothing to wait for
	if !strings.HasSuffix(c.Lines()[0], " as of 13:01:00 ") {
		t.Errorf("without a watch the head is %q", c.Lines()[0])
	}
	for _, w := range []int{40, 60, 80, 200} {
		narrow := acme(t, w, 12)
		narrow.press("enter")
		if head := narrow.Lines()[0]; !strings.HasSuffix(head, "● live ") || !strings.Contains(head, "ana") {
			t.Errorf("in %d cells the head is %q", w, head)
		}
	}
}
