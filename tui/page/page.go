package page

import (
	tea "github.com/charmbracelet/bubbletea"

	"lastclick/tui/ui"
)

// Page is a screen: a tab's root, what opens from it, and everything that asks for a
// choice. Pages know one another only as what they open. Base answers for what a page
// does not have.
type Page interface {
	ID() int64                  // answers come home by it
	Crumbs() []string           // what it adds to the breadcrumb
	Start() tea.Cmd             // its first load
	Reload() tea.Cmd            // something moved, or it is on top again
	Update(msg tea.Msg) tea.Cmd // the mouse, and keys while Typing
	Actions() []ui.Action       // what it can do; actions that the role forbids are absent
	Typing() bool               // letters are text
	View(w, h int) []string     // at most h lines of at most w cells
	Notice() string             // one line that says that the data is old
	Slow() bool                 // it waits for its first data, and says so
	ShellCommands() []Args      // the commands that do the same in a shell
	Legend() [][2]string        // names that it shows, and what they mean
}

// Base is the part of a page that all have.
type Base struct {
	*Session
	id int64
}

// NewBase is the base of a new page.
func NewBase(s *Session) Base { return Base{s, s.newID()} }

// ID is unique in the session.
func (b *Base) ID() int64 { return b.id }

// Start loads nothing.
func (b *Base) Start() tea.Cmd { return nil }

// Reload loads nothing.
func (b *Base) Reload() tea.Cmd { return nil }

// Update does nothing.
func (b *Base) Update(tea.Msg) tea.Cmd { return nil }

// Typing is false: keys are actions.
func (b *Base) Typing() bool { return false }

// Notice says nothing.
func (b *Base) Notice() string { return "" }

// Slow is false.
func (b *Base) Slow() bool { return false }

// ShellCommands are none.
func (b *Base) ShellCommands() []Args { return nil }

// Legend has nothing to explain.
func (b *Base) Legend() [][2]string { return nil }

// Open puts p on top of this page.
func (b *Base) Open(p Page) tea.Cmd { return b.nav.Open(b.id, p) }

// Replace puts p in the place of this page.
func (b *Base) Replace(p Page) tea.Cmd { return b.nav.Replace(b.id, p) }

// Close closes this page; the one beneath reads again.
func (b *Base) Close() tea.Cmd { return b.nav.Close(b.id, nil) }

// CloseThen closes this page and does then, which has the answer to what it asked.
func (b *Base) CloseThen(then func() tea.Cmd) tea.Cmd { return b.nav.Close(b.id, then) }

// Back is the action that closes the page with the arrow to the left.
func (b *Base) Back() ui.Action { return ui.On("← h", "", "back", b.Close, "left", "h").Leaves() }

// Navigator opens and closes pages, at once. The page on whose behalf something is
// opened or closed is named by its id, for an answer may come when it is no longer on
// top, or no longer there.
type Navigator interface {
	Open(from int64, p Page) tea.Cmd
	Replace(from int64, p Page) tea.Cmd
	// Close closes the page; then is done instead of reading the one beneath again,
	// unless it is nil.
	Close(from int64, then func() tea.Cmd) tea.Cmd
	// OnScreen says whether the page is one of the tab that is shown.
	OnScreen(id int64) bool
	// Ask asks a question of which only y is a yes.
	Ask(text string, yes func() tea.Cmd) tea.Cmd
	// AskLeaving is Ask for a question that esc has brought up: esc again is a yes too.
	AskLeaving(text string, yes func() tea.Cmd) tea.Cmd
	// Toast says what just happened.
	Toast(level Level, text string) tea.Cmd
	// Made tells all pages that something was made, for those that list such things.
	Made(what, key string)
	// Changed says what a change came to, lets it be undone for a while, and reads the
	// page on top again.
	Changed(done Done) tea.Cmd
}

// Maker is a page that puts its cursor on what was made: a "link", an "event". The key is
// that of its row.
type Maker interface{ Made(what, key string) }

// Level is how a toast is meant.
type Level uint8

// A failure stays until a key is pressed, the others for a while.
const (
	Success Level = iota
	Warning
	Failure
	Hint // what to press next
)
