package page

import (
	"context"
	"fmt"
	"log/slog"
	"runtime/debug"
	"strings"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"lastclick/model"
	"lastclick/tui/ui"
)

// Store is what the console asks of model.Store.
type Store interface {
	Choose(ctx context.Context, a model.Actor, client string) (model.Actor, error)
	AddClient(ctx context.Context, a model.Actor, n model.NewClient) (model.Client, error)
	Clients(ctx context.Context, a model.Actor) ([]model.Client, error)
	Client(ctx context.Context, a model.Actor, slug string) (model.Client, error)
	SetClient(ctx context.Context, a model.Actor, slug string, ch model.ClientChange) (model.Client, error)
	AddCheckout(ctx context.Context, a model.Actor, n model.NewCheckout) (model.CheckoutSecret, error)
	Checkout(ctx context.Context, a model.Actor, name string) (model.Checkout, error)
	Checkouts(ctx context.Context, a model.Actor) ([]model.Checkout, error)
	RotateCheckout(ctx context.Context, a model.Actor, name string, r model.Rotation) (model.CheckoutSecret, error)
	RemoveCheckout(ctx context.Context, a model.Actor, name string) error
	AddEvent(ctx context.Context, a model.Actor, n model.NewEvent) (model.Event, error)
	Events(ctx context.Context, a model.Actor) ([]model.Event, error)
	Event(ctx context.Context, a model.Actor, slug string) (model.Event, error)
	SetEvent(ctx context.Context, a model.Actor, slug string, ch model.EventChange) (model.Event, error)

	People(ctx context.Context, a model.Actor) ([]model.Person, error)
	SetRole(ctx context.Context, a model.Actor, name string, role model.Role) (model.Person, error)
	RemovePerson(ctx context.Context, a model.Actor, name string) error
	AddKey(ctx context.Context, a model.Actor, person string, k model.Key) (model.Key, error)
	RemoveKey(ctx context.Context, a model.Actor, fingerprint string) error
	Invite(ctx context.Context, a model.Actor, n model.NewPerson) (model.Invite, error)
	Invites(ctx context.Context, a model.Actor) ([]model.Invite, error)
	RevokeInvite(ctx context.Context, a model.Actor, name string) error

	AddLink(ctx context.Context, a model.Actor, n model.NewLink) (model.Link, error)
	Links(ctx context.Context, a model.Actor, archived bool) ([]model.Link, error)
	Link(ctx context.Context, a model.Actor, code string) (model.LinkDetail, error)
	SetLink(ctx context.Context, a model.Actor, code string, ch model.LinkChange) (model.Link, error)
	ArchiveLink(ctx context.Context, a model.Actor, code string) (model.Link, error)
	RestoreLink(ctx context.Context, a model.Actor, code string) (model.Link, error)
	AddAlias(ctx context.Context, a model.Actor, code, alias string) (model.Link, error)
	RemoveAlias(ctx context.Context, a model.Actor, code, alias string) (model.Link, error)
	ResendMail(ctx context.Context, a model.Actor, code string) (model.Link, error)

	Stats(ctx context.Context, a model.Actor, f model.Filter) (model.Stats, error)
	SumLinks(ctx context.Context, a model.Actor, f model.Filter, codes []string) (model.Numbers, error)
	Orders(ctx context.Context, a model.Actor, f model.OrderFilter) (model.Listing[model.OrderSummary], error)
	ExplainOrder(ctx context.Context, a model.Actor, id, checkout string) (model.OrderExplained, error)
	OrderCheckouts(ctx context.Context, a model.Actor, id string) ([]string, error)
	Audit(ctx context.Context, a model.Actor, p model.Paging) (model.Listing[model.AuditEntry], error)
	Series(ctx context.Context, a model.Actor, code string, span model.Span) (model.Series, error)
	Trends(ctx context.Context, a model.Actor, days int) (map[string][]int64, error)
	EventStats(ctx context.Context, a model.Actor) ([]model.EventStats, error)
	Overview(ctx context.Context, a model.Actor, f model.Filter) (model.Overview, error)
	Inbox(ctx context.Context, a model.Actor, p model.Paging) (model.Listing[model.InboxItem], error)
	InboxItem(ctx context.Context, a model.Actor, id int64) (model.InboxItem, error)
	RetryInbox(ctx context.Context, a model.Actor, id int64) (model.Outcome, error)
	DismissInbox(ctx context.Context, a model.Actor, id int64) (model.InboxItem, error)

	model.Hooks
	model.Preferences

	// What is taken, as far as memory knows; they never wait.
	LinkByCode(code string) (model.Target, bool)
	EventPage(slug string) (model.Page, bool)
	ClientPage(slug string) (model.Page, bool)

	Watch(ctx context.Context, client string) <-chan struct{}
}

// HookSender is what only the worker that sends to hooks knows.
type HookSender interface {
	// Check refuses an address to which nothing is sent.
	Check(url string) error
	// Ping sends a signed ping, and says what came back.
	Ping(ctx context.Context, a model.Actor, url string) (model.HookAnswer, error)
}

// Connector is what only the daemon knows of its checkouts, and how it tries them and links.
type Connector interface {
	// Guide says, step by step, what to enter where in the checkout.
	Guide(k model.Checkout) []string
	// Try walks the way of a sale and says each step. Its error says that one failed.
	Try(ctx context.Context, a model.Actor, checkout string, say func(model.TryStep)) error
	// TryLink is such a walk from a link. It counts nothing and writes nothing.
	TryLink(ctx context.Context, a model.Actor, code string, say func(model.TryStep)) error
}

// Session is what the pages of one console share. Only Update touches it; commands
// take the values they need when they are made.
type Session struct {
	Context context.Context
	Store   Store
	// Connector is nil where no checkout and no link can be tried.
	Connector Connector
	// HookSender is nil where nothing is sent to hooks.
	HookSender HookSender
	Actor      model.Actor
	Theme      *ui.Theme
	Now        func() time.Time
	// Copy puts text on the clipboard of the person's terminal, and may wait for the
	// network; nil where there is no way.
	Copy func(text string)
	// ReadKey reads a public key that was pasted; nil where none can be added.
	ReadKey func(text string) (model.Key, error)
	// Connect is the command line that reaches this server: "ssh -p 2222 HOST".
	Connect string
	// MailsToFiles says that there is no mail server: mails become files, and reach no one.
	MailsToFiles bool
	// Guide is what the help says about this server alone.
	Guide []string
	Log   *slog.Logger
	// Wait lasts for d, and says false when ctx ended first.
	Wait func(ctx context.Context, d time.Duration) bool
	// Routes make pages of other folders.
	Routes Routes
	// Shared is what the consoles of the daemon have in common.
	Shared *Shared
	// Hidden are the parts of Link Tracking that the person does not want to see, by
	// their names; KeepHidden keeps them beyond the session, nil: nothing does.
	Hidden     []string
	KeepHidden func(hidden []string) tea.Cmd

	// Keys are those that the person has set; nil: none.
	Keys *ui.Keys

	settings  settings
	trial     trial
	opening   opening
	signalled bool // what is asked now is asked because of a signal
	nav       Navigator
	lastID    int64
}

// Routes make the pages that pages of another folder open.
type Routes struct {
	EventLinks func(s *Session, e model.Event) Page
	Orders     func(s *Session, link string) Page
	// SearchOrders are the client's orders that hold the text.
	SearchOrders func(s *Session, text string) Page
	Hooks        func(s *Session) Page
	Choose       func(a model.Actor) tea.Cmd // works on another client
	Restyle      func()                      // draws all again: the theme is another
}

// SetNavigator gives the session the frame that its pages stand in.
func (s *Session) SetNavigator(n Navigator) { s.nav = n }

func (s *Session) newID() int64 {
	s.lastID++
	return s.lastID
}

// Wait is time that ends with the context.
func Wait(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// Signalled does what a signal of the watch asks for: its calls of the store are content
// with a state as new as the signal.
func (s *Session) Signalled(do func() tea.Cmd) tea.Cmd {
	s.signalled = true
	defer func() { s.signalled = false }()
	return do()
}

// Ask asks, and does yes when the answer is y.
func (s *Session) Ask(text string, yes func() tea.Cmd) tea.Cmd { return s.nav.Ask(text, yes) }

// Toast says what just happened.
func (s *Session) Toast(l Level, text string) tea.Cmd { return s.nav.Toast(l, text) }

// Fail says an error in a toast.
func (s *Session) Fail(err error) tea.Cmd { return s.nav.Toast(Failure, Sentence(err)) }

// CopyText sends text to the person's clipboard and says so as what: "Shortlink". Whether
// the terminal took it cannot be known, so the text stands in the toast, to be selected.
func (s *Session) CopyText(what, text string) tea.Cmd {
	if s.Copy == nil {
		return s.Toast(Warning, "This terminal cannot be sent a clipboard: select "+text)
	}
	return tea.Batch(s.clip(text), s.Toast(Success, what+sentTo+": "+text))
}

const sentTo = " sent to your terminal's clipboard (OSC 52)"

// copySecret is CopyText without the text in the toast.
func (s *Session) copySecret(what, secret string) tea.Cmd {
	if s.Copy == nil {
		return s.CopyText(what, secret)
	}
	return tea.Batch(s.clip(secret), s.Toast(Success, what+sentTo))
}

func (s *Session) clip(text string) tea.Cmd {
	send := s.Copy
	return func() tea.Msg {
		send(text)
		return nil
	}
}

// Command is how a shell does the same as a page: "ssh -p 2222 HOST stats".
func (s *Session) Command(args Args) string {
	if s.Actor.Role == model.Admin && s.Actor.Client != "" && !ofPlatform(args) {
		args = args.With("--client", s.Actor.Client)
	}
	return model.Line(s.Connect) + " " + string(args)
}

// ofPlatform says whether a command is about the platform, and so about no client.
func ofPlatform(args Args) bool {
	what, _, _ := strings.Cut(string(args), " ")
	return what == "client" || what == "checkout" || what == "inbox"
}

// Stamp writes when something was, shorter where it was lately.
func (s *Session) Stamp(t *time.Time, loc *time.Location) string {
	if t == nil {
		return "never"
	}
	return s.Moment(*t, loc)
}

// Moment is a time of day for today, else the day too.
func (s *Session) Moment(t time.Time, loc *time.Location) string {
	t, now := t.In(loc), s.Now().In(loc)
	switch {
	case t.Format(time.DateOnly) == now.Format(time.DateOnly):
		return t.Format("15:04:05")
	case t.Year() == now.Year():
		return t.Format("2 Jan 15:04")
	}
	return t.Format("2 Jan 2006")
}

// Caught logs what a command panicked with, and where; nil is no panic.
func (s *Session) Caught(panicked any) bool {
	if panicked == nil {
		return false
	}
	s.Log.Error("panic in a command of the console", "panic", model.Line(fmt.Sprint(panicked)), "stack", string(debug.Stack()))
	return true
}
