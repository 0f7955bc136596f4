package tui

import (
	"context"
	"log/slog"
	"time"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/lipgloss"

	"lastclick/model"
	"lastclick/tui/page"
	"lastclick/tui/ui"
)

// Options are what one session brings along.
type Options struct {
	// Context is the session's: every load and every wait ends with it.
	Context context.Context
	Store   page.Store
	// Connector knows how checkouts are connected, and tries them; nil: neither.
	Connector page.Connector
	// HookSender sends to hooks; nil: nothing is sent.
	HookSender page.HookSender
	// Actor is who signed in. Its Client is empty for an admin where there is no
	// client, or several: the console then lets them choose first.
	Actor model.Actor
	// Settings are the person's, where they could be read at once, so that the first frame
	// has them; nil: the console reads them itself.
	Settings model.Settings
	// Renderer is the session's own; nil draws without colour.
	Renderer *lipgloss.Renderer
	// Copy puts text on the clipboard of the person's own terminal; it may wait for
	// the network. Nil where there is no way to do it.
	Copy func(text string)
	// ReadKey reads a public key as it stands in a .pub file; nil: no key can be added.
	ReadKey func(text string) (model.Key, error)
	// Now is the clock; nil is time.Now.
	Now func() time.Time
	// Shared is what all consoles of a daemon have in common; nil: this one is alone.
	Shared *page.Shared
	// Connect is the command line that reaches this server, for the commands that the
	// help page shows: "ssh -p 2222 tickets.example". Empty is "ssh HOST".
	Connect string
	// MailsToFiles says that there is no mail server: mails become files.
	MailsToFiles bool
	// ASCII draws rules and glyphs with ASCII alone.
	ASCII bool
	// NoColour draws with bold, underline and reverse alone, whatever the theme.
	NoColour bool
	// Notice is a line that stays in sight, and Guide lines for the help page, about this
	// server alone: how the demo is reached.
	Notice string
	Guide  []string
	// Log takes the faults of the console itself; nil keeps none.
	Log *slog.Logger
	// Width and Height are the terminal's, in cells; zero until the first
	// tea.WindowSizeMsg says.
	Width, Height int
}

// New returns the console of one session, for a tea.Program of its own.
func New(o Options) tea.Model { return newApp(newSession(o), o) }

func newSession(o Options) *page.Session {
	s := &page.Session{
		Context: o.Context, Store: o.Store, Connector: o.Connector, HookSender: o.HookSender, Actor: o.Actor, Theme: ui.NewTheme(o.Renderer, o.ASCII),
		Now: o.Now, Copy: o.Copy, ReadKey: o.ReadKey, Connect: o.Connect, Guide: o.Guide, Log: o.Log, Wait: page.Wait, Shared: o.Shared, MailsToFiles: o.MailsToFiles,
	}
	s.Theme.NoColour = o.NoColour
	s.Theme.Apply("auto")
	if s.Context == nil {
		s.Context = context.Background()
	}
	if s.Now == nil {
		s.Now = time.Now
	}
	if s.Shared == nil {
		s.Shared = &page.Shared{}
	}
	if s.Connect == "" {
		s.Connect = "ssh HOST"
	}
	if s.Log == nil {
		s.Log = slog.New(slog.DiscardHandler)
	}
	return s
}
