package tui

import (
	"context"
	"io"
	"regexp"
	"strings"
	"testing"
	"time"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/lipgloss"
	"github.com/charmbracelet/x/ansi"
	"github.com/muesli/termenv"
	"pgregory.net/rapid"

	"lastclick/model"
)

// ours are the escapes that the console itself writes: colours and weights.
var ours = regexp.MustCompile(`\x1b\[[0-9;]*m`)

var hostile = []string{
	"", "Ana", "\x1b[2J", "\x1b]52;c;ZXZpbA==\a", "\u009b31m", "\u202eevil\u2066", "日本語テキスト", "👩‍👩‍👧‍👦🏳️‍🌈", "a\u0300\u0301\u0302\u0303\u0304\u0305\u0306",
	"\xff\xfe\xfd", "\r\n\t\v", strings.Repeat("W", 300), "\u200b\u200d\ufeff", "\x1bPq\x1b\\", "مرحبا", "e\u0301", "\x00\x7f",
}

func text(t *rapid.T) string {
	return strings.Join(rapid.SliceOfN(rapid.SampledFrom(hostile), 0, 3).Draw(t, "text"), "x")
}

func amounts(t *rapid.T) model.Numbers {
	n := model.Numbers{FaceValue: model.Money{}}
	for _, p := range []*int64{&n.Customers, &n.NewCustomers, &n.Orders, &n.Tickets, &n.Scanned, &n.Unscanned} {
		*p = rapid.SampledFrom([]int64{0, 1, 42, 1234567, 1 << 62}).Draw(t, "count")
	}
	for _, c := range rapid.SliceOfN(rapid.SampledFrom([]string{"GBP", "EUR", "JPY", "KWD", "\x1b[1m"}), 0, 4).Draw(t, "currencies") {
		n.FaceValue[c] = rapid.SampledFrom([]int64{0, 5, 436500, 1 << 61}).Draw(t, "amount")
	}
	return n
}

func hostileStore(t *rapid.T) *fakeStore {
	s := &fakeStore{stats: model.Stats{Client: "acme", Timezone: text(t), Total: amounts(t)}}
	for range rapid.IntRange(0, 3).Draw(t, "events") {
		s.events = append(s.events, model.Event{Slug: text(t), Name: text(t), Timezone: text(t), StartsAt: &noon})
	}
	for range rapid.IntRange(0, 12).Draw(t, "links") {
		l := model.Link{Code: text(t), Name: text(t), Email: text(t), Source: text(t), ShortURL: text(t), FullURL: text(t), Mail: "failed", CreatedAt: noon}
		if rapid.Bool().Draw(t, "event") {
			slug := text(t)
			l.Event = &slug
		}
		l.Archived = rapid.Bool().Draw(t, "archived")
		row := model.LinkStats{Link: l, Numbers: amounts(t)}
		for range rapid.IntRange(0, 3).Draw(t, "types") {
			row.TicketTypes = append(row.TicketTypes, model.TypeStats{Event: text(t), Type: text(t), Name: text(t), Numbers: amounts(t)})
		}
		s.stats.Links = append(s.stats.Links, row)
		why := text(t)
		s.detail = model.LinkDetail{Link: l, MailError: &why, Numbers: row.Numbers, TicketTypes: row.TicketTypes,
			Refunded: model.Refund{Tickets: 3, FaceValue: row.FaceValue}, Assists: 1,
			TookOverFrom: []model.Interplay{{Link: text(t), Name: text(t), Orders: 1}}}
		s.orders = append(s.orders, model.OrderSummary{ID: text(t), PlacedAt: noon, Tickets: 1, FaceValue: row.FaceValue, Reasons: []model.Reason{model.Reason(text(t))}})
	}
	for range rapid.IntRange(0, 4).Draw(t, "reasons") {
		s.stats.Unattributed = append(s.stats.Unattributed, model.ReasonStats{Reason: model.Reason(text(t)), Numbers: amounts(t)})
	}
	s.clients = []model.Client{{Slug: text(t), Name: text(t), URL: text(t)}}
	return s
}

// Whatever the data, the size and the keys: the screen has its lines, none too wide,
// and nothing from outside steers the terminal.
func TestEveryScreenFitsAndIsSafe(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		store := hostileStore(t)
		r := lipgloss.NewRenderer(io.Discard)
		r.SetColorProfile(rapid.SampledFrom([]termenv.Profile{termenv.Ascii, termenv.ANSI, termenv.TrueColor}).Draw(t, "profile"))
		ctx, cancel := context.WithCancel(context.Background())
		defer cancel()
		w, h := rapid.IntRange(0, 140).Draw(t, "w"), rapid.IntRange(0, 50).Draw(t, "h")
		e := newEnv(Options{Context: ctx, Store: store, Renderer: r, ASCII: rapid.Bool().Draw(t, "ascii"),
			Actor: model.Actor{Name: text(t), Role: rapid.SampledFrom([]model.Role{model.Admin, model.Owner, model.Viewer}).Draw(t, "role"),
				Client: rapid.SampledFrom([]string{"acme", ""}).Draw(t, "client")},
			Copy: func(string) {}, Now: func() time.Time { return noon }, Address: text(t)})
		e.wait = func(context.Context, time.Duration) bool { return false }
		c := &console{app: newApp(e, sections(), Options{Width: w, Height: h})}
		c.drain(c.app.Init())
		check(t, c)
		keys := []string{"enter", "esc", "j", "k", "G", "g", " ", "e", "u", "/", "s", "S", "n", "c", "a", "y", "z", "v", "d", "?", "Q", "tab", "shift+tab", "x", "left", "right", "pgdown", "pgup", "R", "ctrl+s", "backspace", "m"}
		for range rapid.IntRange(0, 25).Draw(t, "steps") {
			switch rapid.IntRange(0, 9).Draw(t, "step") {
			case 0:
				c.send(tea.WindowSizeMsg{Width: rapid.IntRange(0, 140).Draw(t, "w"), Height: rapid.IntRange(0, 50).Draw(t, "h")})
			case 1:
				c.send(tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune(text(t)), Paste: true})
			case 2:
				if store.fail = nil; rapid.Bool().Draw(t, "fails") {
					store.fail = &model.Error{Msg: text(t), Hint: text(t)}
				}
				c.send(movedMsg{c.live.gen})
			default:
				c.press(rapid.SampledFrom(keys).Draw(t, "key"))
			}
			check(t, c)
		}
	})
}

func check(t *rapid.T, c *console) {
	view := c.View()
	if c.w <= 0 || c.h <= 0 {
		return
	}
	lines := strings.Split(view, "\n")
	if len(lines) != c.h {
		t.Fatalf("%d lines, not %d:\n%s", len(lines), c.h, view)
	}
	for _, l := range lines {
		if n := ansi.StringWidth(l); n > c.w {
			t.Fatalf("%d cells, not %d: %q", n, c.w, l)
		}
		plain := ours.ReplaceAllString(l, "")
		if i := strings.IndexFunc(plain, dangerous); i >= 0 {
			t.Fatalf("%q reaches the terminal in %q", plain[i:], l)
		}
	}
}
