package tui

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/muesli/termenv"

	"lastclick/model"
)

// roundStore notes what previews ask for.
type roundStore struct {
	*fakeStore
	events, orders []string
	named          int // how often all links were asked for
}

func (s *roundStore) Stats(ctx context.Context, a model.Actor, f model.Filter) (model.Stats, error) {
	if f.Event != "" {
		s.events = append(s.events, f.Event)
	}
	return s.fakeStore.Stats(ctx, a, f)
}

func (s *roundStore) ExplainOrder(_ context.Context, _ model.Actor, id, checkout string) (model.OrderExplained, error) {
	s.orders = append(s.orders, id)
	o := s.explain
	o.ID, o.Checkout = id, checkout
	return o, s.fail
}

func (s *roundStore) Links(ctx context.Context, a model.Actor, archived bool) ([]model.Link, error) {
	s.named++
	return s.fakeStore.Links(ctx, a, archived)
}

func around(t testing.TB, tab string) (*console, *roundStore) {
	store := &roundStore{fakeStore: newFake()}
	c := open(t, setup{client: "acme", store: store, w: 200, h: 50, profile: termenv.Ascii})
	c.later = nil
	c.press(tab)
	return c, store
}

// A page that is opened knows the window before it asks, so that nothing is left out until
// something moves.
func TestEvents_Wide_CardsAndPreviewOfTheEvent(t *testing.T) {
	c, store := around(t, "2")
	c.sees("cards: last 30 days against the 30 before", "Average order", "▲ 10 %", "Tickets by the day, 30 days, all events", "│ Summer Fest 2026")
	c.misses("Best links", "Conversion, all clicks")
	c.press("j", "k", "j") // three keys in a moment
	if len(store.events) > 0 {
		t.Errorf("a move read %v", store.events)
	}
	c.elapse()
	if got := strings.Join(store.events, " "); got != "latenight" {
		t.Errorf("after the cursor rested %q were read", got)
	}
	c.sees("│ Late Night", "No link is credited with 36 further tickets", "Conversion, all clicks", "Best links", "Last orders")
	if last := store.asked[len(store.asked)-1]; last.Event != "latenight" {
		t.Errorf("the orders are of %+v", last)
	}
	c.press("k")
	c.elapse()
	c.press("j") // seen before
	c.sees("Best links")
	if c.elapse(); len(store.events) != 2 {
		t.Errorf("read %v", store.events)
	}
}

// The rows are below the cards, and so is what a click on one means.
func TestEvents_Cards_ClickOnARow(t *testing.T) {
	for _, size := range [][2]int{{80, 24}, {120, 24}, {120, 36}, {200, 50}} {
		c := acme(t, size[0], size[1])
		c.press("2", "m")
		c.clickOn("Late Night")
		if l := c.line("▌"); !strings.Contains(l, "Late Night") {
			t.Errorf("at %v the cursor is on %q", size, l)
		}
		c.clickOn("Starts  ")
		c.sees("Starts ▲")
	}
}

func TestEvents_Narrow_AsksForNothingMore(t *testing.T) {
	store := &roundStore{fakeStore: newFake()}
	c := open(t, setup{client: "acme", store: store, w: 139, h: 36, profile: termenv.Ascii})
	c.press("2", "j")
	c.elapse()
	c.sees("Average order")
	c.misses("│ Late Night")
	if len(store.events) > 0 {
		t.Errorf("read %v", store.events)
	}
	c = open(t, setup{client: "acme", store: store, profile: termenv.Ascii})
	c.press("2")
	c.misses("Average order", "cards:")
}

func TestEventLinks_Wide_CardsAtOnce(t *testing.T) {
	c, _ := around(t, "2")
	c.press("enter")
	c.sees("Conversion, all clicks", "1,571 clicks", "Tickets by the day")
}

// The best links are those with the most tickets, six at most.
func TestEvents_ManyLinks_TheBestAreShown(t *testing.T) {
	store := manyLinks(60)
	c := open(t, setup{client: "acme", store: store, w: 200, h: 50, profile: termenv.Ascii})
	c.press("2")
	c.elapse()
	at := -1
	for i := 59; i > 53; i-- {
		next := strings.Index(c.screen(), fmt.Sprintf("│ Person %d ", i))
		if next <= at {
			t.Fatalf("Person %d is not below the one before:\n%s", i, c.screen())
		}
		at = next
	}
	c.sees("and 53 more: enter shows all")
	c.misses("Person 53 ")
}

func TestOrders_Wide_ExplainedBesideTheList(t *testing.T) {
	c, store := around(t, "3")
	c.sees("│ Order A-1042")
	c.press("j", "j", "k")
	if len(store.orders) > 0 {
		t.Errorf("a move read %v", store.orders)
	}
	c.elapse()
	if got := strings.Join(store.orders, " "); got != "A-1041" {
		t.Errorf("after the cursor rested %q were read", got)
	}
	c.sees("│ Order A-1041", "× General Admission · Summer Fest", "✓ Credited to Ana Lopez (ana): the last link that was clicked", "the order")
	c.press("k")
	c.elapse()
	if store.named != 1 {
		t.Errorf("the names of all links were read %d times", store.named)
	}
	c.press("enter")
	c.sees("Order A-1042 · shop")
	c.press("esc", "/")
	c.write("TEST")
	c.sees("│ Order A-1042")
}

func TestOrders_LowWindow_PreviewSaysThatThereIsMore(t *testing.T) {
	store := &roundStore{fakeStore: newFake()}
	c := open(t, setup{client: "acme", store: store, w: 160, h: 24, profile: termenv.Ascii})
	c.press("3")
	c.elapse()
	c.sees("… enter shows the rest")
	c.misses("Balcony")
}

// Below 140 columns the list is alone, and no order is explained before enter.
func TestOrders_Narrow_ExplainsNothing(t *testing.T) {
	store := &roundStore{fakeStore: newFake()}
	c := open(t, setup{client: "acme", store: store, w: 139, h: 36, profile: termenv.Ascii})
	c.press("3", "j")
	c.elapse()
	c.misses("│ Order")
	if len(store.orders) > 0 {
		t.Errorf("read %v", store.orders)
	}
}
