package tui

import (
	"strings"
	"testing"

	"github.com/muesli/termenv"
	"pgregory.net/rapid"

	"lastclick/model"
)

// The heading is the same at one width whatever the numbers are, so that it never moves
// while one looks.
func TestHeadings_AnyNumbers_DependOnTheWidthAlone(t *testing.T) {
	for _, page := range []string{"1", "2", "3"} {
		rapid.Check(t, func(t *rapid.T) {
			w, h := rapid.IntRange(40, 220).Draw(t, "w"), rapid.IntRange(12, 50).Draw(t, "h")
			heading := func(store *fakeStore) string {
				c := &console{app: newApp(sessionOf(store, termenv.Ascii, false), Options{Width: w, Height: h})}
				c.drain(c.app.Init())
				c.press(page)
				for l := range strings.SplitSeq(c.View(), "\n") {
					if strings.Contains(l, "Face Value") {
						before, _, _ := strings.Cut(l, "│")
						return before
					}
				}
				t.Fatalf("no heading at %d×%d:\n%s", w, h, c.View())
				return ""
			}
			store := newFake()
			want := heading(store)
			for i := range store.stats.Links {
				store.stats.Links[i].Numbers = amounts(t)
				store.stats.Links[i].Link.Clicks = rapid.Int64Range(0, 1<<62).Draw(t, "clicks")
			}
			for i := range store.shows {
				store.shows[i].Numbers, store.shows[i].Unattributed = amounts(t), 1<<40
			}
			for i := range store.orders {
				store.orders[i].Tickets, store.orders[i].FaceValue = 1<<40, amounts(t).FaceValue
			}
			store.stats.Total = amounts(t)
			store.stats.Unattributed = []model.ReasonStats{{Reason: model.ReasonNoClick, Numbers: amounts(t)}}
			if got := heading(store); got != want {
				t.Fatalf("page %s at %d: %q, and with other numbers %q", page, w, want, got)
			}
		})
	}
}

// The mark of the sort touches no title, in any width and on any terminal.
func TestHeadings_SortMark_StandsFree(t *testing.T) {
	for _, ascii := range []bool{false, true} {
		for w := 40; w <= 220; w++ {
			c := open(t, setup{client: "acme", w: w, h: 24, profile: termenv.Ascii, ascii: ascii})
			for range 11 {
				head := c.line("    Link") + " "
				up, down := " "+c.Theme.Glyph.Up+" ", " "+c.Theme.Glyph.Down+" "
				if !strings.Contains(head, up) && !strings.Contains(head, down) {
					t.Fatalf("at %d: %q", w, head)
				}
				c.press("s")
			}
		}
	}
}

// Behind a text there is room for the mark beside the title.
func TestHeadings_SortedBehindAText_WholeTitle(t *testing.T) {
	for w, want := range map[int]string{80: " ▼ Cust. ", 120: " ▼ Clicks "} {
		c := acme(t, w, 24)
		for range 11 {
			if strings.Contains(c.line("    Link"), want) {
				break
			}
			c.press("s")
		}
		c.sees(want)
	}
}
