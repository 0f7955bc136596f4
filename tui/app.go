package tui

import (
	"slices"
	"strconv"
	"strings"

	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"

	"lastclick/model"
	"lastclick/tui/page"
	"lastclick/tui/ui"
)

// app is the frame around the pages: the stack of each tab, the breadcrumb, the toast,
// the question that waits for an answer, and the watch on the client.
type app struct {
	*page.Session
	all  []section
	tabs []tab
	tab  int
	live live

	w, h    int
	actions []ui.Action
	narrow  []ui.Action // the same, fewer of them in the footer
	footer  *ui.Footer
	spinner ui.Spinner
	turning bool // the spinner's next turn is on its way
	toast   toast
	asked   *question
	undo    undo
	ahead   ahead
	note    string // see Options.Notice
	mouse   bool
	quit    bool    // what is typed behind the key that quits is dropped
	settled tea.Cmd // what the settings ask for that were there from the start
	head    head
	frame   []string // what View and Lines hand out; never changed
}

// tab is a section and the pages opened from it; the last is on top. A tab that was never
// shown has none.
type tab struct {
	section
	stack []page.Page
}

func newApp(s *page.Session, o Options) *app {
	a := &app{Session: s, all: sections(), w: o.Width, h: o.Height, note: o.Notice, footer: ui.NewFooter(s.Theme), spinner: s.Theme.NewSpinner()}
	s.SetNavigator(a)
	s.Routes, s.KeepHidden = routes(a), a.keepHidden
	if o.Settings != nil {
		s.Settle(o.Settings)
		a.settled = a.settle()
	}
	a.openTabs()
	a.frame = a.draw()
	return a
}

// openTabs gives every section that the actor may open a tab, and shows the first.
// Without a client these are the platform's alone, of which an admin chooses one.
func (a *app) openTabs() {
	a.tabs, a.tab, a.undo = nil, 0, undo{}
	for _, s := range a.all {
		if a.Actor.Can(s.role) && (s.platform || a.Actor.Client != "") {
			a.tabs = append(a.tabs, tab{section: s})
		}
	}
	if len(a.tabs) == 0 { // no actor comes in with neither; the store then says so
		first := a.all[slices.IndexFunc(a.all, func(s section) bool { return s.platform })]
		a.tabs = []tab{{section: first}}
	}
	a.turnTo(0)
	a.actions = a.frameActions()
	a.narrow = slices.Clone(a.actions)
	for i := range a.narrow {
		if h := a.narrow[i].Help(); h.Key == ":" {
			a.narrow[i].SetHelp(h.Key, "")
		}
	}
}

// turnTo shows a tab, with the section's own page where it was never shown.
func (a *app) turnTo(i int) {
	a.tab = i
	a.root(i)
}

func (a *app) top() page.Page {
	s := a.tabs[a.tab].stack
	return s[len(s)-1]
}

// Init watches the client; the first page loads once nothing can be missed, and does not
// wait for what the person has set.
func (a *app) Init() tea.Cmd {
	settle := a.settled
	if a.Session.Unsettled() {
		settle = a.ReadSettings(a.settle)
	}
	return tea.Batch(a.live.start(a.Session, a.scope()), settle)
}

// scope is the client that the page on screen is about, empty for the platform.
func (a *app) scope() string {
	if a.tabs[a.tab].platform {
		return ""
	}
	return a.Actor.Client
}

// View hands out the frame that Update drew.
func (a *app) View() string { return strings.Join(a.frame, "\n") }

// Lines is View line by line, for a renderer that would only take it apart again. They are
// not to be changed; those that are as they were are the same strings.
func (a *app) Lines() []string { return a.frame }

// Update takes one message and draws the frame again. A change shows nothing yet: what
// is read because of it does.
func (a *app) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	cmd := a.handle(msg)
	if _, ok := msg.(page.Answer); ok {
		cmd = tea.Batch(cmd, a.catchUp())
	}
	if a.toast.level == page.Hint && a.toast.on != a.top().ID() {
		a.toast.text = ""
	}
	a.EndTrial(a.top().ID())
	if _, ok := msg.(movedMsg); !ok {
		a.frame = a.draw()
	}
	return a, tea.Batch(cmd, a.turn())
}

func (a *app) handle(msg tea.Msg) tea.Cmd {
	switch m := msg.(type) {
	case tea.WindowSizeMsg:
		a.w, a.h, a.frame = m.Width, m.Height, nil // none of the old lines is known to fit
		a.draw()                                   // pages ask for what their width has room for
		return a.top().Reload()
	case tea.KeyMsg:
		return a.keys(splitRunes(m))
	case tea.MouseMsg:
		if !a.small() && !a.Opens() {
			return a.click(m)
		}
	case page.Answer:
		if m.Owner == 0 || a.find(m.Owner) != nil {
			return m.Apply()
		}
	case watchingMsg:
		if m.gen == a.live.gen {
			return a.watching(m)
		}
	case settingsMsg:
		reread := a.RereadSettings(a.resettle)
		if m.gen == a.live.gen {
			return tea.Batch(reread, a.live.next(a.Session, 0))
		}
		return reread
	case movedMsg:
		if m.gen == a.live.gen {
			return tea.Batch(a.Signalled(a.top().Reload), a.live.next(a.Session, a.live.rest(a.Now())))
		}
	}
	return nil
}

// keys takes the keys of one message, in their order: a slow connection or a quick
// hand makes one message of several letters. A field takes them as one text. What a
// key opens is there for the next one.
func (a *app) keys(keys []tea.KeyMsg) tea.Cmd {
	var cmds []tea.Cmd
	for len(keys) > 0 && !a.quit {
		k, rest := keys[0], keys[1:]
		if !a.small() && a.asked == nil && a.top().Typing() {
			k, rest = mergeRunes(k, rest)
		}
		before := a.top()
		cmds = append(cmds, a.key(k))
		if len(rest) > 0 && !a.quit && a.top() != before {
			a.draw() // a page knows how far it scrolls once it was drawn
		}
		keys = rest
	}
	return tea.Batch(cmds...)
}

// key takes a key: a question first, then a field that is typed into, then the page,
// then the frame.
func (a *app) key(k tea.KeyMsg) tea.Cmd {
	name := k.String()
	if name == "ctrl+c" || a.small() && name == a.Keys.Name("q") {
		return a.leave()
	}
	if a.small() {
		return nil // nothing is drawn, so nothing may happen
	}
	a.dismissFailure()
	if q := a.asked; q != nil {
		return a.answer(key.Matches(k, yes) || q.leaving && name == "esc")
	}
	if a.top().Typing() {
		if _, isHelp := a.top().(*page.Help); !isHelp && key.Matches(k, helpWhileTyping) {
			return a.openHelp()
		}
		if cmd, kept := a.keepBehind(k); kept {
			return cmd
		}
		return a.top().Update(k)
	}
	if k.Paste {
		return nil // pasted text is never a row of commands
	}
	actions := a.Keys.Bind(a.top().Actions())
	if a.keep(k, actions) {
		return nil
	}
	if cmd, ok := ui.Dispatch(actions, k); ok {
		return cmd
	}
	cmd, _ := ui.Dispatch(a.Keys.Bind(a.actions), k)
	return cmd
}

// helpWhileTyping are the keys for help that are no letters. Many terminals keep f1 for
// themselves, so the footer names the other.
var helpWhileTyping = key.NewBinding(key.WithKeys("ctrl+g", "f1"), key.WithHelp("ctrl+g", "help"))

func (a *app) openHelp() tea.Cmd {
	return a.Open(a.top().ID(), page.NewHelp(a.Session, a.top(), a.actions))
}

func (a *app) leave() tea.Cmd {
	a.quit = true
	return tea.Quit
}

// frameActions are what the frame does on every page.
func (a *app) frameActions() []ui.Action {
	actions := []ui.Action{
		ui.On("?", "help", "show or close this help", a.openHelp, "?", "ctrl+g", "f1"),
		ui.On(":", "find", "find a page, an action, a link, an event or an order, by a few letters", a.openPalette).Moves(),
		ui.On("#", "", "open an order by its id", func() tea.Cmd { return a.Open(a.top().ID(), newOrderByID(a.Session)) }).
			If(func() bool { return a.Actor.Client != "" }),
		ui.On("esc", "", "back", func() tea.Cmd { return a.Close(a.top().ID(), nil) }).Moves(),
		ui.On("z", "undo", "undo what was changed just now", a.takeBack).If(func() bool { return a.undo.open(a.Now()) }),
	}
	if len(a.tabs) > 1 {
		actions = append(actions,
			ui.On("tab", "", "next page", func() tea.Cmd { return a.show(a.tab + 1) }).Moves(),
			ui.On("shift+tab", "", "page before", func() tea.Cmd { return a.show(a.tab - 1) }).Moves())
		for i := range min(len(a.tabs), 9) {
			actions = append(actions, ui.On(strconv.Itoa(i+1), "", a.tabs[i].title, func() tea.Cmd { return a.show(i) }).Moves())
		}
	}
	return append(actions,
		ui.On("R", "", "read again", func() tea.Cmd { return a.top().Reload() }),
		ui.On("T", "", "choose how it looks: the theme", func() tea.Cmd { return a.Open(a.top().ID(), page.NewThemes(a.Session)) }),
		ui.On("m", "", "mouse on or off: tabs, titles, rows and keys take clicks (off, the terminal itself selects text)", a.toggleMouse),
		ui.On("ctrl+l", "", "draw the screen again", func() tea.Cmd { return tea.ClearScreen }),
		ui.On("q", "quit", "quit (ctrl+c too, while typing)", a.leave))
}

// show turns to a tab. A page seen for the first time loads, one seen before reads
// again what may have moved.
func (a *app) show(i int) tea.Cmd {
	i = (i + len(a.tabs)) % len(a.tabs)
	var closed tea.Cmd
	if help, ok := a.top().(*page.Help); ok { // one goes from the page, not from its help
		closed = help.Close()
	}
	if i == a.tab {
		return closed
	}
	a.turnTo(i)
	if scope := a.scope(); scope != a.live.scope {
		a.fitted(a.top())
		return a.live.start(a.Session, scope)
	}
	return a.fitted(a.top()).Reload()
}

// choose works on another client, from its first page on.
func (a *app) choose(actor model.Actor) tea.Cmd {
	a.Actor = actor
	a.openTabs()
	return tea.Batch(a.live.start(a.Session, a.scope()), a.Toast(page.Success, "Working on "+actor.Client))
}

// slow says that data or a page is long in coming.
func (a *app) slow() bool { return a.top().Slow() || a.OpensSlowly() }

// turn keeps the spinner turning while a page waits for its data.
func (a *app) turn() tea.Cmd {
	if a.turning || a.small() || !a.slow() {
		return nil
	}
	a.turning = true
	return a.Later(ui.SpinnerRest, 0, func() tea.Cmd {
		a.turning = false
		a.spinner.Next()
		return nil
	})
}
