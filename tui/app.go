package tui

import (
	"strconv"

	tea "github.com/charmbracelet/bubbletea"

	"lastclick/model"
)

// app is the frame around the pages: the stack of each tab, the breadcrumb, the
// toast, the question that waits for an answer, and the watch on the client.
type app struct {
	env  *env
	all  []section
	tabs []tab
	tab  int
	live live

	w, h  int
	toast toast
	asked *question
	undo  undo
	note  string       // shown until the first key
	ahead []tea.KeyMsg // keys that came faster than pages open
	mouse bool
	frame string // what View hands out
}

// tab is a section and the pages opened from it; the last is on top.
type tab struct {
	section
	stack []page
}

func newApp(e *env, all []section, o Options) *app {
	a := &app{env: e, all: all, w: o.Width, h: o.Height, note: o.Notice}
	a.openTabs()
	a.frame = a.draw()
	return a
}

// openTabs gives every section that the actor may open a tab with its root page.
// Without a client these are the platform's alone, of which an admin chooses one.
func (a *app) openTabs() {
	a.tabs, a.tab, a.undo = nil, 0, undo{}
	actor := a.env.actor
	for _, s := range a.all {
		if actor.Can(s.role) && (s.platform || actor.Client != "") {
			a.tabs = append(a.tabs, tab{s, []page{s.make(a.env)}})
		}
	}
	if len(a.tabs) == 0 { // nobody comes in with neither; the store then says so
		a.tabs = []tab{{section{title: "Clients", short: "Clients", platform: true}, []page{newClients(a.env)}}}
	}
}

// stack is the one that is shown.
func (a *app) stack() *[]page { return &a.tabs[a.tab].stack }

func (a *app) top() page {
	s := *a.stack()
	return s[len(s)-1]
}

// Init watches the client; the first page loads once nothing can be missed.
func (a *app) Init() tea.Cmd { return a.live.start(a.env, a.scope()) }

// scope is the client that the page on screen is about, empty for the platform.
func (a *app) scope() string {
	if a.tabs[a.tab].platform {
		return ""
	}
	return a.env.actor.Client
}

// View hands out the frame that Update drew.
func (a *app) View() string { return a.frame }

// Update takes one message and draws the frame anew.
func (a *app) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	cmd := a.take(msg)
	a.frame = a.draw()
	return a, cmd
}

func (a *app) take(msg tea.Msg) tea.Cmd {
	switch m := msg.(type) {
	case tea.WindowSizeMsg:
		a.w, a.h = m.Width, m.Height
		a.draw() // pages ask for what their width has room for
		return a.top().reload()
	case tea.KeyMsg:
		return a.typeAhead(m)
	case aheadMsg:
		return a.nextKey()
	case tea.MouseMsg:
		if a.asked == nil && !a.small() {
			m.Y -= a.bodyTop()
			return a.top().update(m)
		}
	case watchingMsg:
		if m.gen == a.live.gen {
			a.live.moved = m.moved
			return tea.Batch(m.failed, a.top().reload(), a.live.next(a.env, 0))
		}
	case movedMsg:
		if m.gen == a.live.gen {
			return tea.Batch(a.top().reload(), a.live.next(a.env, a.live.rest(a.env.now())))
		}
	case sayMsg:
		return a.say(m)
	case hushMsg:
		a.hush(m)
	case askMsg:
		a.asked = (*question)(&m)
	case changedMsg:
		return a.changed(m)
	case claimed:
		return a.deliver(m.claimed().owner, m)
	default:
		return a.navigate(msg)
	}
	return nil
}

// navigate opens and closes pages.
func (a *app) navigate(msg tea.Msg) tea.Cmd {
	s := a.stack()
	switch m := msg.(type) {
	case pushMsg:
		*s = append(*s, m.page)
		return m.page.start()
	case replaceMsg:
		(*s)[len(*s)-1] = m.page
		return m.page.start()
	case popMsg:
		return a.back(m.with)
	case chosenMsg:
		a.env.actor = m.actor
		a.openTabs()
		return tea.Batch(a.live.start(a.env, a.scope()), say(success, "Working on "+m.actor.Client))
	}
	return nil
}

// back closes the page on top. The page beneath gets the answer that it waits for,
// or reads again.
func (a *app) back(with claimed) tea.Cmd {
	s := a.stack()
	if len(*s) == 1 {
		return nil
	}
	*s = (*s)[:len(*s)-1]
	if with != nil {
		return a.deliver(with.claimed().owner, with)
	}
	return a.top().reload()
}

// deliver gives an answer to the page that asked for it, wherever it is; that of a
// page closed meanwhile is dropped.
func (a *app) deliver(owner int64, msg tea.Msg) tea.Cmd {
	for _, t := range a.tabs {
		for _, p := range t.stack {
			if p.id() == owner {
				return p.update(msg)
			}
		}
	}
	return nil
}

// key takes a key: whoever waits for an answer first, then a field that is typed
// into, then the page, then the frame.
func (a *app) key(k tea.KeyMsg) tea.Cmd {
	name := k.String()
	if name == "ctrl+c" || a.small() && name == "q" {
		return tea.Quit
	}
	if a.small() {
		return nil // nothing is drawn, so nothing may happen
	}
	a.note = ""
	if a.toast.level == failure {
		a.toast.text = ""
	}
	if q := a.asked; q != nil {
		a.asked = nil
		if name == "y" || name == "Y" {
			return q.yes
		}
		return nil
	}
	if a.top().typing() {
		return a.top().update(k)
	}
	if k.Paste {
		return nil // pasted text is never a row of commands
	}
	if cmd, ok := press(a.top().keys(), name); ok {
		return cmd
	}
	cmd, _ := press(a.keys(), name)
	return cmd
}

// keys are what the frame does on every page.
func (a *app) keys() []binding {
	bs := []binding{
		{[]string{"?"}, "?", "show or close this help", "help", a.help},
		{[]string{"esc"}, "esc", "back", "", func() tea.Cmd { return pop }},
	}
	if a.env.actor.Can(model.Member) && a.undo.open(a.env.now()) {
		code := a.undo.code
		bs = append(bs, binding{[]string{"z"}, "z", "restore the link that was archived just now", "undo", func() tea.Cmd {
			a.undo = undo{}
			return restore(a.env, code)
		}})
	}
	if len(a.tabs) > 1 {
		bs = append(bs,
			binding{[]string{"tab"}, "tab", "next page", "", func() tea.Cmd { return a.show(a.tab + 1) }},
			binding{[]string{"shift+tab"}, "shift+tab", "page before", "", func() tea.Cmd { return a.show(a.tab - 1) }})
		for i := range min(len(a.tabs), 9) {
			bs = append(bs, binding{[]string{strconv.Itoa(i + 1)}, strconv.Itoa(i + 1), a.tabs[i].title, "", func() tea.Cmd { return a.show(i) }})
		}
	}
	return append(bs,
		binding{[]string{"R"}, "R", "read again", "", func() tea.Cmd { return a.top().reload() }},
		binding{[]string{"m"}, "m", "mouse on or off (off, the terminal itself selects text)", "", a.toggleMouse},
		binding{[]string{"ctrl+l"}, "ctrl+l", "draw the screen anew", "", func() tea.Cmd { return tea.ClearScreen }},
		binding{[]string{"q"}, "q", "quit (ctrl+c too, while typing)", "quit", func() tea.Cmd { return tea.Quit }})
}

// show turns to a tab. A page seen for the first time loads, one seen before reads
// again what may have moved.
func (a *app) show(i int) tea.Cmd {
	i = (i + len(a.tabs)) % len(a.tabs)
	if i == a.tab {
		return nil
	}
	a.tab = i
	if scope := a.scope(); scope != a.live.scope {
		return a.live.start(a.env, scope)
	}
	return a.top().reload()
}

func (a *app) toggleMouse() tea.Cmd {
	if a.mouse = !a.mouse; a.mouse {
		return tea.Batch(tea.EnableMouseCellMotion, say(success, "Mouse on: wheel and click. m turns it off"))
	}
	return tea.Batch(tea.DisableMouse, say(success, "Mouse off"))
}

func (a *app) help() tea.Cmd {
	return push(newHelp(a.env, a.top(), a.keys()))
}
