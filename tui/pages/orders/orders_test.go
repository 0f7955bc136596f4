package orders

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"lastclick/model"
	"lastclick/tui/page"
	"lastclick/tui/ui"
)

var noon = time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)

// store has so many orders, the newest first.
type store struct {
	page.Store
	orders []model.OrderSummary
	asked  []model.OrderFilter
}

// Orders is the list that the filter asks for.
func (s *store) Orders(_ context.Context, _ model.Actor, f model.OrderFilter) (l model.Listing[model.OrderSummary], err error) {
	s.asked = append(s.asked, f)
	var all []model.OrderSummary
	for _, o := range s.orders {
		if !f.Unattributed && strings.Contains(o.ID, f.Search) {
			all = append(all, o)
		}
	}
	slices.SortStableFunc(all, func(a, b model.OrderSummary) int {
		n := cmp.Or(map[bool]int{true: cmp.Compare(a.Tickets, b.Tickets)}[f.Sort == model.SortTickets], a.PlacedAt.Compare(b.PlacedAt), cmp.Compare(a.ID, b.ID))
		return map[bool]int{true: n, false: -n}[f.Up]
	})
	from := 0
	if f.Before != "" {
		from = 1 + slices.IndexFunc(all, func(o model.OrderSummary) bool { return model.PlaceOf(&o, f.Sort, f.Up).Cursor() == f.Before })
	}
	l.Total, l.First = int64(len(all)), int64(from)
	l.Items = all[from:min(from+f.Limit, len(all))]
	return l, nil
}

func (s *store) Client(context.Context, model.Actor, string) (model.Client, error) {
	return model.Client{Timezone: "UTC"}, nil
}

// place puts a new order on top.
func (s *store) place(id string) {
	s.orders = append([]model.OrderSummary{{ID: id, Checkout: "shop", PlacedAt: noon}}, s.orders...)
}

func (s *store) SetSetting(context.Context, model.Actor, string, string) error { return nil }

// feed is the page over n orders, with a view of 20 lines.
func feed(n int) (*Orders, *store) {
	st := &store{}
	for i := range n {
		st.orders = append(st.orders, model.OrderSummary{ID: fmt.Sprintf("A-%d", n-i), Checkout: "shop", PlacedAt: noon.Add(-time.Duration(i) * time.Minute)})
	}
	p := New(&page.Session{
		Context: context.Background(), Store: st, Actor: model.Actor{Role: model.Viewer, Client: "acme"}, Theme: ui.NewTheme(nil, false),
		Now: func() time.Time { return noon }, Wait: func(context.Context, time.Duration) bool { return false }, Log: slog.New(slog.DiscardHandler),
	}, "")
	run(p.Start())
	p.View(80, 20)
	return p, st
}

// run runs a command and all that follows from it.
func run(cmd tea.Cmd) {
	if cmd == nil {
		return
	}
	switch m := cmd().(type) {
	case tea.BatchMsg:
		for _, c := range m {
			run(c)
		}
	case page.Answer:
		run(m.Apply())
	}
}

// press dispatches a key and holds its command back.
func press(p *Orders, key string) tea.Cmd {
	defer p.View(80, 20)
	k := tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune(key)}
	if key == "enter" {
		k = tea.KeyMsg{Type: tea.KeyEnter}
	}
	if p.Typing() {
		return p.Update(k)
	}
	cmd, _ := ui.Dispatch(p.Actions(), k)
	return cmd
}

// status is the line above the list.
func status(p *Orders) string { return p.View(80, 20)[0] }

func sees(t *testing.T, p *Orders, cursor, text string) {
	t.Helper()
	if got := p.Table.Current(); got == nil || got.ID != cursor || !strings.Contains(status(p), text) {
		t.Errorf("the cursor is on %+v, want %s: %q, want %q", got, cursor, status(p), text)
	}
}

func TestOrders_CursorNearAnEnd_ReadsOn_HoldsAWindow(t *testing.T) {
	p, st := feed(3000)
	sees(t, p, "A-3000", "1–17 of 3,000 orders")
	seen := map[string]bool{}
	for range 2999 {
		seen[p.Table.Current().ID] = true
		run(press(p, "j"))
		if len(p.Rows) > 1000 {
			t.Fatalf("%d rows are held", len(p.Rows))
		}
	}
	sees(t, p, "A-1", "2,984–3,000 of 3,000 orders")
	if len(seen) != 2999 {
		t.Errorf("on the way down %d orders were met", len(seen))
	}
	clear(seen)
	for range 2999 {
		seen[p.Table.Current().ID] = true
		run(press(p, "k"))
	}
	sees(t, p, "A-3000", "1–17 of 3,000 orders")
	if len(seen) != 2999 {
		t.Errorf("on the way up %d orders were met", len(seen))
	}
	for _, f := range st.asked {
		if f.Limit > 1000 {
			t.Fatalf("the store was asked for %d", f.Limit)
		}
	}
}

func TestOrders_FirstAndLast_AtOnce(t *testing.T) {
	p, st := feed(3000)
	run(press(p, "G"))
	sees(t, p, "A-1", "2,984–3,000 of 3,000 orders")
	st.place("B-1")
	run(p.Reload())
	sees(t, p, "A-1", "2,985–3,001 of 3,001 orders")
	run(press(p, "g"))
	sees(t, p, "B-1", "1–17 of 3,001 orders")
	if len(st.asked) > 6 {
		t.Errorf("the store was asked %d times", len(st.asked))
	}
}

func TestOrders_OrderArrives_CursorStaysOnItsOrder(t *testing.T) {
	p, st := feed(300)
	run(press(p, "j"))
	st.place("B-1")
	run(p.Reload())
	sees(t, p, "A-299", "1–17 of 301 orders")
	run(press(p, "g"))
	sees(t, p, "B-1", "1–17 of 301")
	st.place("B-2")
	run(p.Reload())
	sees(t, p, "B-2", "1–17 of 302") // on the first row it follows
}

func TestOrders_Sort_InTheStore(t *testing.T) {
	p, st := feed(450)
	st.orders[400].Tickets = 9 // beyond the first page
	run(press(p, "s"))
	sees(t, p, "A-50", "sorted by Tickets")
	run(press(p, "S"))
	run(press(p, "G"))
	sees(t, p, "A-50", "434–450 of 450")
	run(press(p, "s"))
	run(press(p, "s"))
	run(press(p, "s")) // around
	sees(t, p, "A-450", "All orders, as they come")
	run(press(p, "S"))
	sees(t, p, "A-1", "sorted by Placed")
}

// waits keeps commands that wait for time back until they are let go.
func waits(p *Orders) (letGo func()) {
	wait := make(chan struct{})
	p.Wait = func(context.Context, time.Duration) bool { <-wait; return true }
	return func() { close(wait); p.Wait = func(context.Context, time.Duration) bool { return false } }
}

func TestOrders_Search_InTheStore_LatestLettersAlone(t *testing.T) {
	p, st := feed(450)
	run(press(p, "/"))
	letGo := waits(p)
	var typed []tea.Cmd
	for _, letter := range []string{"A", "-", "7", "7"} {
		typed = append(typed, press(p, letter))
	}
	before := len(st.asked)
	letGo()
	for _, cmd := range typed {
		run(cmd)
	}
	if n := len(st.asked) - before; n != 1 {
		t.Errorf("the store was asked %d times for one search", n)
	}
	sees(t, p, "A-77", "1–1 of 1 order")
	run(press(p, "x"))
	run(press(p, "enter"))
	if text := strings.Join(p.View(80, 20), "\n"); !strings.Contains(text, "Nothing matches “A-77x”") || !strings.Contains(text, "0 orders") {
		t.Error(text)
	}
	cmd, _ := ui.Dispatch(p.Actions(), tea.KeyMsg{Type: tea.KeyEsc})
	run(cmd)
	sees(t, p, "A-450", "1–17 of 450 orders")
}

func TestOrders_Search_AnswerToAnOlderOne_Dropped(t *testing.T) {
	p, st := feed(450)
	old := p.Reload()
	run(press(p, "/"))
	for _, letter := range []string{"A", "-", "7", "8"} {
		press(p, letter)
	}
	search := press(p, "enter")
	run(search)
	st.place("B-1")
	run(old)
	sees(t, p, "A-78", "1–1 of 1 order")
}

// What is not a whole qualifier yet is no search: the rows stay while it is typed.
func TestOrders_Search_UnknownQualifier_SaysWhatThereIs(t *testing.T) {
	p, st := feed(450)
	run(press(p, "/"))
	asked := len(st.asked)
	letGo := waits(p)
	var typed []tea.Cmd
	for _, letter := range []string{"i", "s", ":", "n"} {
		typed = append(typed, press(p, letter))
	}
	letGo()
	for _, cmd := range typed {
		run(cmd)
	}
	if text := status(p); !strings.Contains(text, "is:n") || !strings.Contains(text, "Search takes is:new") || p.Table.Len() != 200 || len(st.asked) != asked {
		t.Errorf("%d orders, asked %d times: %s", p.Table.Len(), len(st.asked)-asked, text)
	}
	run(press(p, "enter"))
	if text := strings.Join(p.View(80, 20), "\n"); !strings.Contains(text, "This search cannot be made.") || !strings.Contains(text, "is:returning") || strings.Contains(text, "A-450") || len(st.asked) != asked {
		t.Error(text)
	}
	run(press(p, "/"))
	run(press(p, "e"))
	run(press(p, "w"))
	run(press(p, "enter"))
	if f := st.asked[len(st.asked)-1]; f.Search != "is:new" {
		t.Errorf("the store was asked for %q", f.Search)
	}
	if text := strings.Join(p.View(80, 20), "\n"); !strings.Contains(text, "Nothing matches “is:new”") {
		t.Error(text)
	}
}

func TestOrders_Paused_StandsStillAndCountsNewOnes(t *testing.T) {
	p, st := feed(450)
	press(p, "p")
	for n := range 12 {
		st.place(fmt.Sprint("B-", 10+n))
	}
	run(p.Reload())
	if text := status(p); !strings.Contains(text, "Paused · 12 new · p goes on") || p.Table.Len() != 200 {
		t.Errorf("%d orders: %s", p.Table.Len(), text)
	}
	asked := len(st.asked)
	run(press(p, "G"))
	if len(st.asked) != asked {
		t.Error("it reads on while it is paused")
	}
	run(press(p, "p"))
	run(press(p, "g"))
	sees(t, p, "B-21", "1–17 of 462 orders")
}

// In a window of 100 cells the verdicts of most orders stand whole.
func TestOrders_Of100Cells_ReasonIsWhole(t *testing.T) {
	for _, r := range model.Reasons() {
		if r == model.ReasonOtherEvent {
			continue // the longest, whose order has its own page
		}
		p, st := feed(0)
		st.orders = []model.OrderSummary{{ID: "A-1", PlacedAt: noon, Tickets: 2, Reasons: []model.Reason{r}, Links: []string{"ana"}}}
		run(p.Reload())
		if screen := strings.Join(p.View(100, 20), "\n"); !strings.Contains(screen, strings.ToLower(r.Short())) {
			t.Errorf("%s is cut:\n%s", r, screen)
		}
	}
}
