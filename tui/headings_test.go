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
	for w, want := range map[int]string{80: " Cust. ▼ ", 120: " Clicks ▼ "} {
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

// headWords are the titles of a page's columns in all their lengths, and how its heading
// is found.
var headWords = []struct {
	page, find string
	role       model.Role
	words      []string
}{
	{"1", " Link", "", []string{"Link", "Code", "Event", "Clicks", "Customers", "Cust.", "New Customers", "New Cust.", "New", "Orders", "Ord.", "Tickets", "Tick.", "Scanned", "Scan.", "Unscanned", "Unsc.", "Face Value", "14 days", "7 days"}},
	{"2", " Event ", "", []string{"Event", "Slug", "Starts", "Links", "Customers", "Cust.", "New", "Orders", "Ord.", "Tickets", "Tick.", "Scanned", "Scan.", "Unscanned", "Unsc.", "Face Value", "No link"}},
	{"3", " Placed", "", []string{"Placed", "Order", "Customer", "Tickets", "Tick.", "Face Value", "Credited to", "Link", "Why"}},
	{"4", " Name and keys", "", []string{"Name and keys", "Role", "Last use", "E-mail or comment", "Contact"}},
	{"5", " When", "", []string{"When", "Who", "What", "Which", "Change"}},
	{"6", " Client ", model.Admin, []string{"Client", "Slug", "Rule", "Window", "Timezone", "Profile page", "Page"}},
	{"7", " Checkout ", model.Admin, []string{"Checkout", "Kind", "Sells for", "For", "Secrets", "Accepted", "Refused", "Since"}},
	{"8", " Received", model.Admin, []string{"Received", "Checkout", "Type", "State", "Why"}},
}

// A heading is whole words, or the short forms of its width: the mark of the sort cuts none,
// and takes the gap from none.
func TestHeadings_AnyWidthAnySort_WholeWords(t *testing.T) {
	for _, p := range headWords {
		store := newFake()
		for _, ascii := range []bool{false, true} {
			for w := 40; w <= 200; w++ {
				c := open(t, setup{client: "acme", store: store, role: p.role, w: w, h: 17, profile: termenv.Ascii, ascii: ascii})
				c.press(p.page)
				for sorts := 0; sorts <= len(p.words); sorts++ {
					head := headOf(c, p.find)
					if word := cutWord(head, p.words, c.Theme.Glyph.Up, c.Theme.Glyph.Down); word != "" {
						t.Errorf("page %s at %d, sorted %d times: %q in %q", p.page, w, sorts, word, head)
						break
					}
					c.press("s")
				}
			}
		}
	}
}

// headOf is the heading of the table on screen.
func headOf(c *console, find string) string {
	c.t.Helper()
	for i, l := range strings.Split(c.screen(), "\n") {
		if i < 3 {
			continue // the breadcrumb and the tabs
		}
		l, _, _ = strings.Cut(l, c.Theme.Glyph.Vertical)
		if strings.HasPrefix(l, "  ") && strings.Contains(l+" ", find) {
			return l
		}
	}
	c.t.Fatalf("no heading with %q:\n%s", find, c.screen())
	return ""
}

// cutWord is what in the heading is none of the words with a space on either side, nor a
// mark; empty for nothing.
func cutWord(head string, words []string, marks ...string) string {
	for rest := head; ; {
		if rest = strings.TrimLeft(rest, " "); rest == "" {
			return ""
		}
		found := ""
		for _, word := range append(marks, words...) {
			if strings.HasPrefix(rest+" ", word+" ") && len(word) > len(found) {
				found = word
			}
		}
		if found == "" {
			return rest
		}
		rest = rest[len(found):]
	}
}

// Names are served before headings: none is longer than its numbers while a name of 36
// cells is cut.
func TestHeadings_Names_ServedFirst(t *testing.T) {
	name := strings.Repeat("n", 36)
	seen := false
	for w := 40; w <= 260; w++ {
		store := newFake()
		store.stats.Links[0].Link.Name = name
		c := open(t, setup{client: "acme", store: store, w: w, h: 24, profile: termenv.Ascii})
		for c.press("s"); !strings.Contains(c.screen(), "Link ▲"); { // no mark shortens a number's
			c.press("s")
		}
		whole := false
		for l := range strings.SplitSeq(c.screen(), "\n") {
			table, _, _ := strings.Cut(l, "│")
			whole = whole || strings.Contains(table, name)
		}
		for _, long := range []string{"Customers", "New Cust.", "Unscanned"} {
			written := strings.Contains(headOf(c, " Link"), long)
			if written && !whole {
				t.Errorf("at %d %q is written, and the name is cut:\n%s", w, long, c.screen())
			}
			seen = seen || written
		}
	}
	if !seen {
		t.Error("no heading is ever written out")
	}
}
