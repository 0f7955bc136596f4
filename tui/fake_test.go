package tui

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"reflect"
	"strings"
	"testing"
	"time"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/lipgloss"
	"github.com/muesli/termenv"
	"go.uber.org/goleak"

	"lastclick/model"
	"lastclick/tui/page"
	"lastclick/tui/ui"
)

func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m)
}

var noon = time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)

// fakeStore answers from canned data; a method that is not here panics, which the
// loads must survive too.
type fakeStore struct {
	page.Store
	clients []model.Client
	events  []model.Event
	stats   model.Stats
	detail  model.LinkDetail
	orders  []model.OrderSummary
	shows   []model.EventStats
	explain model.OrderExplained
	people  []model.Person
	invites []model.Invite
	audit   []model.AuditEntry
	doors   []model.Checkout
	hooks   []model.Hook
	inbox   []model.InboxItem
	series  model.Series
	trends  map[string][]int64
	trended int // how often they were asked for
	named   int // how often the events were
	asked   []model.OrderFilter
	spans   []model.Span
	paged   []model.Paging // of Audit and Inbox
	fail    error
	added   []model.NewLink
	filters []model.Filter
	calls   []string
	set     model.Settings
	settled int      // how often they were read
	kept    []string // of SetSetting
	changed []model.ClientChange
	moved   chan struct{} // what Watch hands out; nil is a closed one
}

func (s *fakeStore) Clients(context.Context, model.Actor) ([]model.Client, error) {
	return s.clients, s.fail
}

func (s *fakeStore) Client(_ context.Context, _ model.Actor, slug string) (model.Client, error) {
	c := model.Client{Slug: slug, Name: "Acme Events", URL: "https://acme.example/", Timezone: "Europe/London", Rule: model.LastClick, Window: model.DefaultWindow}
	for _, ch := range s.changed {
		c, _ = ch.Apply(c)
	}
	return c, s.fail
}

func (s *fakeStore) Choose(_ context.Context, a model.Actor, client string) (model.Actor, error) {
	a.Client = client
	return a, s.fail
}

func (s *fakeStore) Events(context.Context, model.Actor) ([]model.Event, error) {
	s.named++
	return s.events, s.fail
}

func (s *fakeStore) Stats(_ context.Context, _ model.Actor, f model.Filter) (model.Stats, error) {
	s.filters = append(s.filters, f)
	st := s.stats
	if f.Event != "" {
		st.Event = &f.Event
	}
	return st, s.fail
}

func (s *fakeStore) Link(context.Context, model.Actor, string) (model.LinkDetail, error) {
	return s.detail, s.fail
}

func (s *fakeStore) Orders(_ context.Context, _ model.Actor, f model.OrderFilter) (model.Listing[model.OrderSummary], error) {
	s.asked = append(s.asked, f)
	return model.Listing[model.OrderSummary]{Items: s.orders, Total: int64(len(s.orders))}, s.fail
}

func (s *fakeStore) AddLink(_ context.Context, _ model.Actor, n model.NewLink) (model.Link, error) {
	if s.fail != nil {
		return model.Link{}, s.fail
	}
	s.added = append(s.added, n)
	return model.Link{Code: "x7k2mq", Name: n.Name, Email: n.Email, Source: n.Source, Mail: model.MailQueued, Client: "acme"}.WithURLs("https://t.example"), nil
}

func (s *fakeStore) ArchiveLink(_ context.Context, _ model.Actor, code string) (model.Link, error) {
	s.calls = append(s.calls, "archive "+code)
	return model.Link{}, s.fail
}

func (s *fakeStore) RestoreLink(_ context.Context, _ model.Actor, code string) (model.Link, error) {
	s.calls = append(s.calls, "restore "+code)
	return model.Link{}, s.fail
}

func (s *fakeStore) AddAlias(_ context.Context, _ model.Actor, code, alias string) (model.Link, error) {
	s.calls = append(s.calls, "add "+alias+" to "+code)
	return model.Link{Code: code}, s.fail
}

func (s *fakeStore) RemoveAlias(_ context.Context, _ model.Actor, code, alias string) (model.Link, error) {
	s.calls = append(s.calls, "take "+alias+" from "+code)
	return model.Link{Code: code}, s.fail
}

func (s *fakeStore) Watch(_ context.Context, client string) <-chan struct{} {
	if s.moved != nil && client != model.WatchSettings {
		return s.moved
	}
	closed := make(chan struct{})
	close(closed)
	return closed
}

func numbers(customers, fresh, orders, tickets, scanned, pence int64) model.Numbers {
	return model.Numbers{
		Customers: customers, NewCustomers: fresh, Orders: orders, Tickets: tickets,
		Scanned: scanned, Unscanned: tickets - scanned, FaceValue: model.Money{"GBP": pence},
	}
}

func someLink(code, name, event string) model.Link {
	l := model.Link{
		Code: code, Name: name, Email: code + "@example.com", Level: model.ClientLevel, Client: "acme",
		Source: "subpromoter", Mail: model.MailSent, CreatedAt: noon.AddDate(0, 0, -20), StatsToken: "token",
	}
	if event != "" {
		l.Level, l.Event = model.EventLevel, &event
	}
	l.PageURL = "https://acme.example/" + event
	return l.WithURLs("https://t.example")
}

// newFake is a client that could be real: four links, two events.
func newFake() *fakeStore {
	starts := time.Date(2026, 7, 18, 17, 0, 0, 0, time.UTC)
	ana, bo, flyer, old := someLink("ana", "Ana Lopez", ""), someLink("bo-dj", "DJ Bo", "summerfest"), someLink("flyer-a5", "Flyer, east side", "latenight"), someLink("k7m2xq", "Rosa Varga", "summerfest")
	ana.Clicks, ana.Visitors, ana.Bots, ana.QRScans, bo.Clicks, flyer.Clicks = 1204, 980, 12, 31, 310, 57
	bo.Source = "social"
	old.Archived = true
	ga := func(event string, n model.Numbers) model.TypeStats {
		return model.TypeStats{Event: event, Type: "ga", Name: "General Admission", Numbers: n}
	}
	anaTypes := []model.TypeStats{
		ga("summerfest", numbers(50, 30, 50, 98, 40, 441000)),
		{Event: "summerfest", Type: "vip", Name: "VIP", Numbers: numbers(9, 6, 9, 18, 12, 162000)},
		ga("latenight", numbers(8, 5, 8, 26, 0, 52000)),
	}
	s := &fakeStore{
		clients: []model.Client{
			{Slug: "acme", Name: "Acme Events", URL: "https://acme.example", Carry: "ref", Tracking: model.TrackCookie},
			{Slug: "nightowl", Name: "Night Owl", URL: "https://nightowl.example"},
		},
		events: []model.Event{
			{Slug: "summerfest", Client: "acme", Name: "Summer Fest 2026", URL: "https://acme.example/summerfest", StartsAt: &starts, Timezone: "Europe/London", Carry: "ref"},
			{Slug: "latenight", Client: "acme", Name: "Late Night", URL: "https://acme.example/latenight", Timezone: "Europe/London"},
		},
		stats: model.Stats{
			Client: "acme", Timezone: "Europe/London",
			Links: []model.LinkStats{
				{Link: ana, Numbers: numbers(61, 38, 64, 142, 52, 655000), TicketTypes: anaTypes},
				{Link: bo, Numbers: numbers(12, 9, 12, 20, 5, 90000), TicketTypes: []model.TypeStats{ga("summerfest", numbers(12, 9, 12, 20, 5, 90000))}},
				{Link: flyer, Numbers: model.Numbers{}},
				{Link: old, Numbers: numbers(2, 0, 2, 3, 3, 13500), TicketTypes: []model.TypeStats{ga("summerfest", numbers(2, 0, 2, 3, 3, 13500))}},
			},
			Total: numbers(73, 46, 77, 165, 60, 758500),
			Unattributed: []model.ReasonStats{
				{Reason: model.ReasonNoClick, Numbers: numbers(210, 180, 214, 430, 77, 1935000)},
				{Reason: model.ReasonExpired, Numbers: numbers(4, 1, 4, 7, 0, 31500)},
			},
		},
		detail: model.LinkDetail{
			Link: ana, Numbers: numbers(61, 38, 64, 142, 52, 655000),
			Refunded:     model.Refund{Tickets: 2, FaceValue: model.Money{"GBP": 9000}},
			TicketTypes:  anaTypes,
			TookOverFrom: []model.Overlap{{Link: "bo-dj", Name: "DJ Bo", Orders: 3}},
			TakenOverBy:  []model.Overlap{{Link: "flyer-a5", Name: "Flyer, east side", Orders: 1}},
			Assists:      4,
		},
	}
	fillPages(s)
	return s
}

// console drives an app as a program would, but commands run at once and no clock
// runs: what waits for time never comes unless a test sends it.
type console struct {
	*app
	t      testing.TB
	copied []string
	quit   bool
	clock  time.Time
	held   []tea.Cmd // commands kept back while hold is set
	hold   bool
	later  []tea.Cmd // commands that wait for time
	waited bool      // the last command waits
	pass   bool      // time passes
	first  string    // the frame before anything was read
}

type setup struct {
	store    page.Store
	role     model.Role
	client   string
	w, h     int
	profile  termenv.Profile
	ascii    bool
	noColour bool
	log      *slog.Logger
	notice   string
	shared   *page.Shared
	settings model.Settings // that were read before it began
	toFiles  bool           // there is no mail server
}

func open(t testing.TB, s setup) *console {
	if s.store == nil {
		s.store = newFake()
	}
	if s.role == "" {
		s.role = model.Owner
	}
	if s.w == 0 {
		s.w, s.h = 80, 24
	}
	r := lipgloss.NewRenderer(io.Discard)
	r.SetColorProfile(s.profile)
	r.SetHasDarkBackground(true)
	c := &console{t: t, clock: noon}
	ctx, cancel := context.WithCancel(context.Background())
	t.Cleanup(cancel)
	o := Options{
		Connector: fakeConnector{}, HookSender: fakeSender{}, ReadKey: readKey,
		Context: ctx, Store: s.store, Log: s.log, Notice: s.notice, Width: s.w, Height: s.h, Renderer: r, ASCII: s.ascii, NoColour: s.noColour, Connect: "ssh -p 2222 tickets.example",
		Actor: model.Actor{Person: 1, Name: "Sam", Role: s.role, Client: s.client, Key: "SHA256:qH8baHrA5X0qCBovKCZyM02Q7TFtK4GMqVgOo4TZJAE"},
		Copy:  func(text string) { c.copied = append(c.copied, text) },
		Now:   func() time.Time { return c.clock }, Shared: s.shared, Settings: s.settings, MailsToFiles: s.toFiles,
	}
	session := newSession(o)
	session.Wait = c.wait
	c.app = newApp(session, o)
	c.first = c.View()
	c.drain(c.app.Init())
	return c
}

// wait notes that a command waits for time, which passes when a test says so.
func (c *console) wait(context.Context, time.Duration) bool {
	c.waited = true
	return c.pass
}

// elapse lets the time pass that commands wait for; what they lead to waits again.
func (c *console) elapse() {
	later := c.later
	c.later = nil
	for _, cmd := range later {
		c.pass = true
		msg := cmd()
		c.pass = false
		c.send(msg)
	}
}

// release runs the commands that were kept back.
func (c *console) release() {
	held := c.held
	c.held, c.hold = nil, false
	for _, cmd := range held {
		c.drain(cmd)
	}
}

// stack are the pages of the tab on screen.
func (c *console) stack() []page.Page { return c.tabs[c.tab].stack }

// acme opens the console of an owner of the client acme.
func acme(t testing.TB, w, h int) *console {
	return open(t, setup{client: "acme", w: w, h: h, profile: termenv.Ascii})
}

// drain runs a command and all that follows from it.
func (c *console) drain(cmd tea.Cmd) {
	if cmd == nil {
		return
	}
	if c.hold {
		c.held = append(c.held, cmd)
		return
	}
	c.waited = false
	msg := cmd()
	if c.waited {
		c.later = append(c.later, cmd)
		return
	}
	if v := reflect.ValueOf(msg); msg != nil && v.Kind() == reflect.Slice && v.Type().ConvertibleTo(reflect.TypeFor[[]tea.Cmd]()) {
		for _, one := range v.Convert(reflect.TypeFor[[]tea.Cmd]()).Interface().([]tea.Cmd) {
			c.drain(one)
		}
		return
	}
	c.send(msg)
}

func (c *console) send(msg tea.Msg) {
	switch msg.(type) {
	case nil:
		return
	case tea.QuitMsg:
		c.quit = true
		return
	}
	_, cmd := c.app.Update(msg)
	c.drain(cmd)
}

var keyTypes = map[string]tea.KeyType{
	"enter": tea.KeyEnter, "esc": tea.KeyEsc, "tab": tea.KeyTab, "shift+tab": tea.KeyShiftTab, "up": tea.KeyUp,
	"down": tea.KeyDown, "left": tea.KeyLeft, "right": tea.KeyRight, "pgup": tea.KeyPgUp, "pgdown": tea.KeyPgDown,
	"home": tea.KeyHome, "end": tea.KeyEnd, "backspace": tea.KeyBackspace, "delete": tea.KeyDelete,
	"ctrl+c": tea.KeyCtrlC, "ctrl+v": tea.KeyCtrlV, "ctrl+s": tea.KeyCtrlS, "ctrl+u": tea.KeyCtrlU, "ctrl+w": tea.KeyCtrlW,
	"ctrl+a": tea.KeyCtrlA, "ctrl+e": tea.KeyCtrlE, "ctrl+k": tea.KeyCtrlK, "ctrl+l": tea.KeyCtrlL, "ctrl+d": tea.KeyCtrlD, "ctrl+g": tea.KeyCtrlG,
	"ctrl+n": tea.KeyCtrlN, "ctrl+p": tea.KeyCtrlP,
}

func keyMsg(name string) tea.KeyMsg {
	if t, ok := keyTypes[name]; ok {
		return tea.KeyMsg{Type: t}
	}
	if name == " " || name == "space" {
		return tea.KeyMsg{Type: tea.KeySpace, Runes: []rune{' '}}
	}
	return tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune(name)}
}

// press types keys by name, one after the other.
func (c *console) press(keys ...string) {
	for _, k := range keys {
		c.send(keyMsg(k))
	}
}

// write types a text letter by letter.
func (c *console) write(text string) {
	for _, r := range text {
		c.press(string(r))
	}
}

// screen is what is seen, without styles.
func (c *console) screen() string {
	c.t.Helper()
	view := c.app.View()
	if n := strings.Count(view, "\n") + 1; n != c.h {
		c.t.Fatalf("the screen has %d lines, not %d:\n%s", n, c.h, view)
	}
	for i, l := range strings.Split(view, "\n") {
		if ui.Width(l) > c.w {
			c.t.Fatalf("line %d is %d cells wide, not %d: %q", i, ui.Width(l), c.w, l)
		}
	}
	return view
}

// sees fails unless every text is on the screen.
func (c *console) sees(texts ...string) {
	c.t.Helper()
	s := c.screen()
	for _, text := range texts {
		if !strings.Contains(s, text) {
			c.t.Fatalf("the screen does not show %q:\n%s", text, s)
		}
	}
}

func (c *console) misses(texts ...string) {
	c.t.Helper()
	s := c.screen()
	for _, text := range texts {
		if strings.Contains(s, text) {
			c.t.Fatalf("the screen shows %q:\n%s", text, s)
		}
	}
}

// line is the first line of the screen that holds text.
func (c *console) line(text string) string {
	c.t.Helper()
	for l := range strings.SplitSeq(c.screen(), "\n") {
		if strings.Contains(l, text) {
			return l
		}
	}
	c.t.Fatalf("no line holds %q:\n%s", text, c.screen())
	return ""
}

// manyLinks is a store with n links of two ticket types each.
func manyLinks(n int) *fakeStore {
	s := newFake()
	s.stats.Links = nil
	for i := range n {
		l := someLink(fmt.Sprintf("link-%04d", i), fmt.Sprintf("Person %d", i), []string{"", "summerfest"}[i%2])
		l.Clicks = int64(i)
		m := numbers(int64(i%97), int64(i%13), int64(i%97), int64(i%97)*2, int64(i%7), int64(i%97)*9000)
		s.stats.Links = append(s.stats.Links, model.LinkStats{Link: l, Numbers: m, TicketTypes: []model.TypeStats{
			{Event: "summerfest", Type: "ga", Name: "General Admission", Numbers: m},
			{Event: "latenight", Type: "vip", Name: "VIP", Numbers: m},
		}})
	}
	return s
}

// sessionOf is a session of an owner of the client acme for which no time passes.
func sessionOf(store page.Store, profile termenv.Profile, ascii bool) *page.Session {
	r := lipgloss.NewRenderer(io.Discard)
	r.SetColorProfile(profile)
	s := newSession(Options{
		Store: store, Renderer: r, ASCII: ascii, Now: func() time.Time { return noon },
		Actor: model.Actor{Person: 1, Name: "Sam", Role: model.Owner, Client: "acme"},
	})
	s.Wait = func(context.Context, time.Duration) bool { return false }
	return s
}
