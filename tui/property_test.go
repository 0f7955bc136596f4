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
		s.detail = model.LinkDetail{
			Link: l, MailError: &why, Numbers: row.Numbers, TicketTypes: row.TicketTypes,
			Refunded: model.Refund{Tickets: 3, FaceValue: row.FaceValue}, Assists: 1,
			TookOverFrom: []model.Overlap{{Link: text(t), Name: text(t), Orders: 1}},
		}
		s.orders = append(s.orders, model.OrderSummary{ID: text(t), PlacedAt: noon, Tickets: 1, FaceValue: row.FaceValue, Reasons: []model.Reason{model.Reason(text(t))}})
	}
	for range rapid.IntRange(0, 4).Draw(t, "reasons") {
		s.stats.Unattributed = append(s.stats.Unattributed, model.ReasonStats{Reason: model.Reason(text(t)), Numbers: amounts(t)})
	}
	s.clients = []model.Client{{Slug: text(t), Name: text(t), URL: text(t)}}
	hostilePages(t, s)
	return s
}

// hostilePages fills what the other pages show.
func hostilePages(t *rapid.T, s *fakeStore) {
	maybe := func() *string {
		if rapid.Bool().Draw(t, "some") {
			v := text(t)
			return &v
		}
		return nil
	}
	for i := range s.events {
		s.shows = append(s.shows, model.EventStats{Event: s.events[i], Numbers: amounts(t), Unattributed: 1 << 62, Links: 3})
	}
	for i := range s.orders {
		s.orders[i].Checkout, s.orders[i].Links = text(t), []string{text(t)}
	}
	click := func() model.ClickExplained {
		return model.ClickExplained{
			Link: maybe(), ClickedAt: noon.Add(time.Duration(rapid.IntRange(-1e6, 1e6).Draw(t, "at")) * time.Second),
			Verdict: rapid.SampledFrom([]model.ClickVerdict{model.Won, model.Overridden, model.Expired, "\x1b[2J"}).Draw(t, "verdict"),
		}
	}
	s.explain = model.OrderExplained{ID: text(t), Checkout: text(t), PlacedAt: noon, Rule: model.Rule(text(t)), Window: text(t), Currency: text(t), Test: rapid.Bool().Draw(t, "test")}
	for range rapid.IntRange(0, 3).Draw(t, "tickets") {
		s.explain.Tickets = append(s.explain.Tickets, model.TicketExplained{
			ID: text(t), Event: text(t), Type: text(t), TypeName: text(t), Link: maybe(),
			Status: model.Status(text(t)), Reason: model.Reason(text(t)), Considered: []model.ClickExplained{click(), click()}, FaceValue: 1 << 61,
		})
	}
	for i := range rapid.IntRange(0, 3).Draw(t, "people") {
		key := model.Key{Fingerprint: text(t), Comment: text(t), LastSeen: &noon}
		s.people = append(s.people, model.Person{ID: int64(i), Name: text(t), Email: maybe(), Role: model.Role(text(t)), Keys: []model.Key{key}})
		s.invites = append(s.invites, model.Invite{Name: text(t), Email: text(t), Role: model.Member, ExpiresAt: noon})
		s.audit = append(s.audit, model.AuditEntry{
			ID: int64(i), At: noon, Actor: text(t), Client: maybe(), Action: text(t), Object: text(t), Before: maybe(),
			After: rapid.SampledFrom([]*string{nil, word(`{"\u001b[2J":"\u202e","b":[1]}`), word(`{"a`)}).Draw(t, "after"),
		})
		s.doors = append(s.doors, model.Checkout{Name: text(t), Client: maybe(), Live: 2, CreatedAt: noon})
		s.inbox = append(s.inbox, model.InboxItem{
			ID: int64(i), Checkout: text(t), WebhookID: text(t), Type: text(t), State: text(t), Reason: text(t), Event: maybe(), ReceivedAt: noon,
			Errors: []model.Fault{{Field: text(t), Detail: text(t)}}, Body: rapid.SampledFrom([]string{text(t), `{"a":{"b":["\u001b[2J\u202e"]}}`, strings.Repeat("[", 300)}).Draw(t, "body"),
		})
	}
	for range rapid.IntRange(0, 50).Draw(t, "points") {
		n := rapid.SampledFrom([]int64{0, 1, 99, 1 << 62}).Draw(t, "n")
		s.series.Points = append(s.series.Points, model.Point{At: noon, Clicks: n, Orders: n})
	}
	s.series.Timezone, s.series.Span = text(t), rapid.SampledFrom(model.Spans).Draw(t, "span")
	if len(s.stats.Links) > 0 {
		s.trends = map[string][]int64{s.stats.Links[0].Link.Code: {1, 0, 1 << 62}}
	}
}

// Whatever the data, the size and the keys: the screen has its lines, none too wide,
// and nothing from outside steers the terminal.
func TestScreens_HostileData_FitAndAreSafe(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		store := hostileStore(t)
		r := lipgloss.NewRenderer(io.Discard)
		r.SetColorProfile(rapid.SampledFrom([]termenv.Profile{termenv.Ascii, termenv.ANSI, termenv.TrueColor}).Draw(t, "profile"))
		ctx, cancel := context.WithCancel(context.Background())
		defer cancel()
		w, h := rapid.IntRange(0, 220).Draw(t, "w"), rapid.IntRange(0, 60).Draw(t, "h")
		o := Options{
			Context: ctx, Store: store, Renderer: r, ASCII: rapid.Bool().Draw(t, "ascii"),
			Actor: model.Actor{
				Name: text(t), Role: rapid.SampledFrom([]model.Role{model.Admin, model.Owner, model.Viewer}).Draw(t, "role"),
				Client: rapid.SampledFrom([]string{"acme", ""}).Draw(t, "client"),
			},
			Copy: func(string) {}, Now: func() time.Time { return noon }, Connect: text(t), Width: w, Height: h,
		}
		session := newSession(o)
		session.Wait = func(context.Context, time.Duration) bool { return false }
		c := &console{app: newApp(session, o)}
		c.drain(c.app.Init())
		check(t, c)
		keys := []string{
			"enter", "esc", "j", "k", "G", "g", " ", "e", "u", "/", "s", "S", "n", "c", "a", "y", "z", "v", "d", "?", "Q", "tab", "shift+tab", "x", "left", "right", "pgdown", "pgup", "R", "ctrl+s", "backspace", "m",
			"1", "2", "3", "4", "5", "6", "7", "8", "p", "o", "t", "w", "E", ",", "[", "]", "l", "down", "up", ":", "#", "ctrl+g",
		}
		for range rapid.IntRange(0, 40).Draw(t, "steps") {
			switch rapid.IntRange(0, 9).Draw(t, "step") {
			case 0:
				c.send(tea.WindowSizeMsg{Width: rapid.IntRange(0, 220).Draw(t, "w"), Height: rapid.IntRange(0, 50).Draw(t, "h")})
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
