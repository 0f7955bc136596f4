package tui

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/charmbracelet/x/exp/golden"
	"github.com/muesli/termenv"

	"lastclick/model"
)

// OrderCheckouts are the checkouts of the fake's orders with that id.
func (s *fakeStore) OrderCheckouts(_ context.Context, _ model.Actor, id string) ([]string, error) {
	var names []string
	for i := range s.orders {
		if s.orders[i].ID == id {
			names = append(names, s.orders[i].Checkout)
		}
	}
	if len(names) == 0 {
		return nil, model.NotFoundError("order", id)
	}
	return names, s.fail
}

// find opens the palette and types.
func (c *console) find(typed string) {
	c.press(":")
	c.write(typed)
}

func TestPalette_Typed_OpensWhatIsFound(t *testing.T) {
	for _, of := range []struct{ typed, kind, title, then string }{
		{"alop", "link", "Ana Lopez", "› ana "},
		{"lnight", "event", "Late Night", "› Late Night "},
		{"a1041", "order", "A-1041", "› A-1041 "},
		{"ordrs", "go", "Orders", "[3 Orders]"},
		{"cr link late", "do", "create a link for Late Night", "Create a New Tracking Link"},
		{"unattr", "do", "show or hide the sales that no link is", "Not credited to any link:"},
		{"quit", "do", "quit (ctrl+c too, while typing)", ""},
		{"hooks", "go", "Hooks", "› Hooks "},
	} {
		c := acme(t, 120, 36)
		c.find(of.typed)
		if l := c.line("▌"); !strings.Contains(l, of.kind) || !strings.Contains(l, of.title) {
			t.Errorf("%q finds first %q\n%s", of.typed, l, c.screen())
			continue
		}
		c.press("enter")
		if of.then == "" {
			if !c.quit {
				t.Errorf("%q does not quit", of.typed)
			}
			continue
		}
		c.sees(of.then)
		if strings.Contains(c.screen(), "╭") {
			t.Errorf("%q: the palette is still there", of.typed)
		}
	}
}

func TestPalette_EscAndTab_CloseAndFillIn(t *testing.T) {
	c := acme(t, 120, 36)
	c.press("j")
	before := c.screen()
	c.find("summ")
	c.sees(" of ", ": summ▏")
	c.press("tab")
	c.sees(": Summer Fest 2026▏")
	c.press("esc")
	if got := c.screen(); got != before {
		t.Errorf("after the palette:\n%s\nbefore:\n%s", got, before)
	}
	c.press("/", ":") // while typing it is a letter
	c.sees("/ :▏")
	c.press("esc", "n", ":")
	c.misses("╭")
}

func TestPalette_OrderSearch_OpensOrdersWithIt(t *testing.T) {
	store := newFake()
	c := open(t, setup{client: "acme", store: store, w: 120, h: 36, profile: termenv.Ascii})
	c.find("no link")
	for !strings.Contains(c.line("▌"), "search orders for “no link”") {
		before := c.line("▌")
		if c.press("down"); c.line("▌") == before {
			t.Fatalf("no search is offered:\n%s", c.screen())
		}
	}
	c.press("enter")
	c.sees("› Orders ", "/ no link")
	if f := store.asked[len(store.asked)-1]; f.Search != "no link" {
		t.Errorf("the store was asked for %+v", f)
	}
	c.press("esc") // back to where one was
	c.sees("Ana Lopez", "[1 Link Tracking]")
	c.find("no link")
	for !strings.Contains(c.line("▌"), "search orders for") {
		c.press("down")
	}
	c.press("enter", "/", "x", "enter", "esc") // another search is left as on every list
	c.sees("› Orders ", "All orders")
	c.press("esc")
	c.sees("[1 Link Tracking]")
}

// What is offered is what the role may do: no table of actions and no page has more.
func TestPalette_Role_OffersNothingForbidden(t *testing.T) {
	for role, forbidden := range map[model.Role][]string{
		model.Viewer: {"create", "archive the", "Team", "Audit", "Clients", "Checkouts", "Inbox", "Hooks", "Night Owl", "undo"},
		model.Member: {"Team", "Audit", "Clients", "Checkouts", "Inbox", "Hooks", "Night Owl"},
		model.Owner:  {"Clients", "Checkouts", "Inbox", "Night Owl"},
		model.Admin:  nil,
	} {
		c := open(t, setup{client: "acme", role: role, w: 120, h: 36, profile: termenv.Ascii})
		c.press(":")
		p := c.top().(*palette)
		var titles []string
		for _, x := range p.data.choices {
			titles = append(titles, x.Title)
		}
		for _, f := range forbidden {
			if slices.ContainsFunc(titles, func(s string) bool { return strings.Contains(s, f) }) {
				t.Errorf("a %s is offered %q among %q", role, f, titles)
			}
		}
		if role == model.Admin && !slices.Contains(titles, "Night Owl") {
			t.Errorf("an admin is not offered the client among %q", titles)
		}
	}
}

func TestPalette_AdminWithoutClient_FindsClients(t *testing.T) {
	c := open(t, setup{role: model.Admin, w: 120, h: 36, profile: termenv.Ascii})
	c.find("nowl")
	c.press("enter")
	c.sees("Working on nightowl", "[1 Link Tracking]")
}

// What the store lists comes after the first letters: the cursor is on the best match all the
// same, unless it was moved.
func TestPalette_DataComesLate_CursorOnBestMatch(t *testing.T) {
	c := acme(t, 120, 36)
	c.hold = true
	c.find("a1041")
	c.release()
	if l := c.line("▌"); !strings.Contains(l, "A-1041") {
		t.Errorf("the cursor is on %q", l)
	}
	c.press("esc")
	c.hold = true
	c.find("event")
	c.press("down")
	moved := c.line("▌")
	c.release()
	if l := c.line("▌"); strings.TrimSpace(l) != strings.TrimSpace(moved) {
		t.Errorf("the cursor went from %q to %q", moved, l)
	}
}

func TestPalette_StoreFails_StillFindsPagesAndActions(t *testing.T) {
	store := newFake()
	c := open(t, setup{client: "acme", store: store, w: 120, h: 36, profile: termenv.Ascii})
	store.fail = &model.Error{Kind: model.Busy, Msg: "the database is busy"}
	c.find("event")
	c.sees("Links, events and orders cannot be read: the database is busy", "choose the event")
	c.press("esc")
	c.find("eve")
	c.press("enter")
	store.fail = nil
}

func TestPalette_Screens(t *testing.T) {
	for _, size := range [][2]int{{120, 36}, {80, 24}, {60, 20}, {40, 10}} {
		t.Run(fmt.Sprintf("%dx%d", size[0], size[1]), func(t *testing.T) {
			c := acme(t, size[0], size[1])
			c.find("sumf")
			golden.RequireEqual(t, trimmed(c.screen()))
		})
	}
	t.Run("nothing_typed", func(t *testing.T) {
		c := acme(t, 80, 24)
		c.press(":")
		golden.RequireEqual(t, trimmed(c.screen()))
	})
	t.Run("ascii", func(t *testing.T) {
		c := open(t, setup{client: "acme", ascii: true, profile: termenv.ANSI})
		c.find("sumf")
		golden.RequireEqual(t, strings.ReplaceAll(trimmed(c.screen()), "\x1b", "␛"))
	})
}

func TestOrderByID_Number_OpensItsExplanation(t *testing.T) {
	store := newFake()
	twin := store.orders[1]
	twin.Checkout = "door"
	store.orders = append(store.orders, twin)
	c := open(t, setup{client: "acme", store: store, profile: termenv.Ascii})
	c.press("#")
	c.write("#A-9")
	c.press("enter")
	c.sees("There is no order \"A-9\"", "Open an order")
	c.press("backspace")
	c.write("1042")
	c.press("enter")
	c.sees("› A-1042", "Order A-1042")
	c.press("esc")
	c.sees("[1 Link Tracking]", "Ana Lopez")
	c.press("#")
	c.write("A-1041") // at two checkouts
	c.press("enter")
	c.sees("Checkout of A-1041", "shop", "door")
	c.press("esc", "enter")
	c.write("do")
	c.press("enter")
	c.sees("› A-1041")
	c.press("esc")
	c.sees("Ana Lopez")
}
