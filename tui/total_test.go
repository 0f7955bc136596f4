package tui

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/muesli/termenv"

	"lastclick/model"
)

// summed is a store that was asked for sums.
type summed struct {
	*fakeStore
	asked [][]string
	sum   model.Numbers
	fails error
}

func (s *summed) SumLinks(_ context.Context, _ model.Actor, _ model.Filter, codes []string) (model.Numbers, error) {
	s.asked = append(s.asked, slices.Clone(codes))
	return s.sum, s.fails
}

func TestTracking_Filter_TotalOfWhatIsShown(t *testing.T) {
	store := &summed{fakeStore: newFake(), sum: numbers(13, 9, 14, 23, 8, 103500)}
	c := open(t, setup{client: "acme", store: store, w: 138, h: 24, profile: termenv.Ascii})
	c.press("A") // the archived link is one of those that are found
	total := func() string { return strings.Join(strings.Fields(c.line("Total")), " ") }
	if got := total(); got != "Total 1,571 73 46 77 165 60 105 GBP 7,585.00" {
		t.Fatalf("the total of all is %q", got)
	}
	c.press("/")
	c.write("summerf") // DJ Bo and Rosa Varga: they may share customers
	if got := total(); got != "Total of the 2 links shown 310 … … … 23 8 15 GBP 1,035.00" {
		t.Errorf("before it is counted the total is %q", got)
	}
	if len(store.asked) > 0 {
		t.Errorf("the store was asked at once: %v", store.asked)
	}
	c.elapse()
	if got := total(); got != "Total of the 2 links shown 310 13 9 14 23 8 15 GBP 1,035.00" {
		t.Errorf("the total is %q", got)
	}
	c.write("x")
	c.press("backspace") // and back: the same links are counted again, for others were shown between
	c.elapse()
	c.press("enter", "j", "s", "S")
	if got := total(); got != "Total of the 2 links shown 310 13 9 14 23 8 15 GBP 1,035.00" {
		t.Errorf("after keys that show the same links the total is %q", got)
	}
	if len(store.asked) != 2 || strings.Join(store.asked[0], " ") != "bo-dj k7m2xq" {
		t.Errorf("the store was asked for %v", store.asked)
	}
	// A change: what was counted stays until it is counted again.
	store.stats = soldOneMore(store.stats, 1)
	store.sum = numbers(14, 10, 15, 24, 8, 108000)
	c.send(movedMsg{c.live.gen})
	if got := total(); got != "Total of the 2 links shown 310 13 9 14 24 8 16 GBP 1,080.00" {
		t.Errorf("after a change the total is %q", got)
	}
	c.elapse()
	if got := total(); got != "Total of the 2 links shown 310 14 10 15 24 8 16 GBP 1,080.00" {
		t.Errorf("counted again the total is %q", got)
	}
	c.press("esc")
	if got := total(); !strings.HasPrefix(got, "Total 1,571 74") {
		t.Errorf("without a filter the total is %q", got)
	}
}

// The cards do not follow the filter of the table: while there is one, the page says so.
func TestTracking_Filter_CardsSayThatTheyAreOfAllLinks(t *testing.T) {
	for _, h := range []int{24, 36, 50} {
		c := acme(t, 120, h)
		c.misses("all links")
		c.press("/")
		c.write("bo")
		c.sees("1/3 links shown · ", "cards: all links")
		if h == 50 {
			c.sees("Tickets by the day, all links")
		}
		c.press("esc")
		c.misses("all links")
	}
	c := acme(t, 80, 24) // without cards
	c.press("/")
	c.write("bo")
	c.misses("all links")
}

// One link alone, or links that share no one, add up: the store is not asked.
func TestTracking_FilterShowsOneLink_TotalIsItsRow(t *testing.T) {
	store := &summed{fakeStore: newFake()}
	c := open(t, setup{client: "acme", store: store, w: 80, h: 24, profile: termenv.Ascii})
	c.press("/")
	c.write("bo")
	c.elapse()
	if got := strings.Join(strings.Fields(c.line("Total")), " "); got != "Total of this link 12 9 12 20 5 15 GBP 900.00" {
		t.Errorf("the total is %q", got)
	}
	if len(store.asked) > 0 {
		t.Errorf("the store was asked for %v", store.asked)
	}
}

func TestTracking_SumFails_IsTriedAgain(t *testing.T) {
	store := &summed{fakeStore: newFake(), sum: numbers(13, 9, 14, 23, 8, 103500), fails: &model.Error{Kind: model.Busy, Msg: "busy"}}
	c := open(t, setup{client: "acme", store: store, w: 120, h: 24, profile: termenv.Ascii})
	c.press("A", "/")
	c.write("summerf")
	total := func() string { return strings.Join(strings.Fields(c.line("Total")), " ") }
	c.elapse()
	if got := total(); got != "Total of the 2 links shown 310 … … … 23 8 15 GBP 1,035.00" {
		t.Errorf("where it cannot be counted the total is %q", got)
	}
	store.fails = nil
	c.elapse()
	if got := total(); got != "Total of the 2 links shown 310 13 9 14 23 8 15 GBP 1,035.00" {
		t.Errorf("counted after all the total is %q", got)
	}
	if len(store.asked) != 2 {
		t.Errorf("the store was asked %d times", len(store.asked))
	}
}

// The label of a sum is whole where the texts behind it have room for it: they hold nothing
// in its row.
func TestTracking_LabelOfTheTotal_SpansTheTexts(t *testing.T) {
	spanned := false
	for w := 60; w <= 140; w++ {
		c := open(t, setup{client: "acme", w: w, h: 24, profile: termenv.Ascii})
		c.press("A", "/")
		c.write("summerf")
		const label = "Total of the 2 links shown"
		head := c.line("    Link ")
		numbers := strings.Index(head, "Cust")
		if clicks := strings.Index(head, "Clicks"); clicks > 0 {
			numbers = clicks
		}
		const before = len("    ") + len("  ") + 2 // a gap, and what a title leaves of its cells
		if numbers-before >= len(label) {
			c.sees(label)
		}
		if link := strings.Index(head, "Event") - len("    ") - 2; link > 0 && link < len(label) {
			spanned = true
		}
	}
	if !spanned {
		t.Error("no column was narrower than its label")
	}
}
