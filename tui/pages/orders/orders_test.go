package orders

import (
	"context"
	"fmt"
	"log/slog"
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
	limits []int // that were asked for
}

func (s *store) Orders(_ context.Context, _ model.Actor, f model.OrderFilter) (model.Listing[model.OrderSummary], error) {
	s.limits = append(s.limits, f.Limit)
	return model.Listing[model.OrderSummary]{Items: s.orders[:min(f.Limit, len(s.orders))]}, nil
}

func (s *store) Client(context.Context, model.Actor, string) (model.Client, error) {
	return model.Client{Timezone: "UTC"}, nil
}

// place puts a new order on top.
func (s *store) place(id string) {
	s.orders = append([]model.OrderSummary{{ID: id, Checkout: "shop", PlacedAt: noon}}, s.orders...)
}

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

// press dispatches a letter and holds its command back.
func press(p *Orders, key string) tea.Cmd {
	cmd, _ := ui.Dispatch(p.Actions(), tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune(key)})
	p.View(80, 20)
	return cmd
}

func asked(t *testing.T, st *store, want ...int) {
	t.Helper()
	if fmt.Sprint(st.limits) != fmt.Sprint(want) {
		t.Errorf("the store was asked for %v orders, not %v", st.limits, want)
	}
}

func TestOrders_CursorNearTheEnd_ReadsOlderOnes(t *testing.T) {
	p, st := feed(450)
	run(press(p, "j"))
	asked(t, st, 200)
	run(press(p, "G"))
	if got := p.Table.Current().ID; got != "A-251" || p.Table.Len() != 400 {
		t.Errorf("the cursor is on %s of %d orders", got, p.Table.Len())
	}
	run(press(p, "G"))
	run(press(p, "G"))
	asked(t, st, 200, 400, 600) // the last answer was short: there is nothing older
	if got := p.Table.Current().ID; got != "A-1" {
		t.Errorf("the cursor is on %s", got)
	}
	run(press(p, "u"))
	asked(t, st, 200, 400, 600, 200)
}

func TestOrders_StoreGaveAll_ReadsNoMore(t *testing.T) {
	p, st := feed(199)
	run(press(p, "G"))
	asked(t, st, 200)
}

func TestOrders_LongestList_ReadsNoMore(t *testing.T) {
	p, st := feed(model.MaxLimit + 1)
	p.limit = model.MaxLimit - feedStep/2
	run(p.Reload())
	run(press(p, "G"))
	run(press(p, "G"))
	asked(t, st, feedStep, model.MaxLimit-feedStep/2, model.MaxLimit)
}

func TestOrders_Filter_OnlyMovesReadMore(t *testing.T) {
	p, st := feed(300)
	run(press(p, "/"))
	run(p.Update(tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune("A-299")}))
	asked(t, st, 200)
	run(p.Update(tea.KeyMsg{Type: tea.KeyDown}))
	asked(t, st, 200, 400)
}

func TestOrders_Paused_StandsStillAndCountsNewOnes(t *testing.T) {
	p, st := feed(450)
	older := press(p, "G") // is answered once the feed is paused
	press(p, "p")
	run(older)
	run(press(p, "G"))
	st.place("B-1")
	run(p.Reload())
	if text := strings.Join(p.View(80, 20), "\n"); !strings.Contains(text, "Paused · 1 new · p goes on") || p.Table.Len() != 200 {
		t.Errorf("%d orders:\n%s", p.Table.Len(), text)
	}
	asked(t, st, 200, 400, 200)
	press(p, "p")
	if p.Rows[0].ID != "B-1" || p.Table.Len() != 200 {
		t.Errorf("%d orders, %s on top", p.Table.Len(), p.Rows[0].ID)
	}
	run(press(p, "G"))
	asked(t, st, 200, 400, 200, 400)
}
