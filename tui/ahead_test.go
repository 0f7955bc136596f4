package tui

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/muesli/termenv"

	"lastclick/model"
)

// Keys that are typed before a page has its data do on it what they would have done later,
// in their order.
func TestAhead_KeysBeforeTheData_DoneOnceItIsThere(t *testing.T) {
	for name, of := range map[string]struct {
		keys []string
		sees []string
	}{
		"to the end of a link":      {[]string{"enter", "G"}, []string{"Recent orders", "55 of 55"}},
		"the orders of a link":      {[]string{"enter", "o"}, []string{"› ana › Orders "}},
		"the second order":          {[]string{"3", "j", "enter"}, []string{"› A-1041 "}},
		"the end of that order":     {[]string{"3", "enter", "G"}, []string{"› A-1042 "}},
		"what an event's links are": {[]string{"2", "G", "enter"}, []string{"› Late Night "}},
		"a filter":                  {[]string{"2", "/", "l", "a", "t", "2", "backspace", "e"}, []string{"1/2 shown", "/ late"}},
		"a question":                {[]string{"2", "esc", "4", "j", "-"}, []string{"y/N"}},
		"a form behind a move":      {[]string{"2", "G", "n", "K", "1"}, []string{"[ K1"}},
	} {
		t.Run(name, func(t *testing.T) {
			slow, at := acme(t, 80, 24), acme(t, 80, 24)
			slow.hold = true
			slow.press(of.keys...)
			for slow.hold = false; len(slow.held) > 0; {
				slow.release()
			}
			at.press(of.keys...)
			if got, want := slow.screen(), at.screen(); got != want {
				t.Errorf("typed ahead:\n%s\none after the other:\n%s", got, want)
			}
			slow.sees(of.sees...)
		})
	}
}

func TestAhead_LeavingKeys_NeverWait(t *testing.T) {
	for name, of := range map[string]struct {
		keys []string
		sees string
	}{
		"esc":        {[]string{"enter", "G", "esc"}, "[1 Link Tracking]"},
		"back":       {[]string{"enter", "G", "h"}, "[1 Link Tracking]"},
		"other page": {[]string{"2", "G", "1"}, "[1 Link Tracking]"},
		"form":       {[]string{"2", "n"}, "› Add an event"},
	} {
		t.Run(name, func(t *testing.T) {
			c := acme(t, 80, 24)
			c.hold = true
			c.press(of.keys...)
			c.sees(of.sees)
			c.release()
			c.sees(of.sees)
		})
	}
	c := acme(t, 80, 24)
	c.hold = true
	c.press("2", "G", "enter", "q") // kept behind enter, which may open a form
	c.press("ctrl+c")
	if !c.app.quit {
		t.Error("ctrl+c waits for data")
	}
}

// What cannot be read gets no keys, and neither does the page that is on top by then.
func TestAhead_DataCannotBeRead_KeysAreDropped(t *testing.T) {
	store := newFake()
	c := open(t, setup{client: "acme", store: store, profile: termenv.Ascii})
	c.hold = true
	c.press("2", "G", "enter")
	store.fail = &model.Error{Kind: model.Busy, Msg: "the database is busy"}
	c.release()
	c.sees("The events cannot be shown.")
	store.fail = nil
	c.elapse()
	c.sees("Summer Fest 2026", "[2 Events]")
	c.misses("› Summer Fest", "› Late Night")
}

// A list that goes to its end opens the row that is there, not the one that was.
func TestAhead_EnterBehindTheEndOfALongList_OpensTheLastRow(t *testing.T) {
	store := newFake()
	store.orders = nil
	for i := range 500 {
		store.orders = append(store.orders, model.OrderSummary{ID: fmt.Sprint("A-", 2000-i), Checkout: "shop", PlacedAt: noon.Add(-time.Duration(i) * time.Minute), Tickets: 1})
	}
	c := open(t, setup{client: "acme", store: &pagingStore{store}, profile: termenv.Ascii})
	c.press("3")
	c.hold = true
	c.send(tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune("G")})
	c.press("enter")
	if strings.Contains(c.screen(), "› A-") {
		t.Fatalf("enter does not wait for the rows:\n%s", c.screen())
	}
	c.release()
	c.sees("› A-1501 ")
}

// pagingStore gives out orders as the store does: so many, from a place on, newest or
// oldest first.
type pagingStore struct{ *fakeStore }

func (s *pagingStore) Orders(_ context.Context, _ model.Actor, f model.OrderFilter) (model.Listing[model.OrderSummary], error) {
	all := slices.Clone(s.orders)
	if f.Up {
		slices.Reverse(all)
	}
	first := 0
	for i := range all {
		if f.Before != "" && model.PlaceOf(&all[i], f.Sort, f.Up).Cursor() == f.Before {
			first = i + 1
		}
	}
	page := all[first:min(first+f.Limit, len(all))]
	return model.Listing[model.OrderSummary]{Items: page, First: int64(first), Total: int64(len(all))}, s.fail
}
