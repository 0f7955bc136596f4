package tui

import (
	"strings"

	tea "github.com/charmbracelet/bubbletea"

	"lastclick/model"
)

// choice is one thing of a list to choose from.
type choice struct{ value, title, note string }

// chooser is a list of choices with a cursor and a filter.
type chooser struct {
	env       *env
	all       []choice
	shown     []choice
	at, top   int
	page      int
	search    input
	searching bool
	pick      func(choice) tea.Cmd
}

// set takes the choices; the cursor goes to value, or stays.
func (c *chooser) set(all []choice, value string) {
	c.all = all
	c.narrow()
	for i := range c.shown {
		if c.shown[i].value == value {
			c.at = i
		}
	}
}

// narrow shows the choices that hold the filter's text.
func (c *chooser) narrow() {
	text := strings.ToLower(c.search.value())
	c.shown = nil
	for _, one := range c.all {
		if strings.Contains(strings.ToLower(one.title+"\n"+one.value), text) {
			c.shown = append(c.shown, one)
		}
	}
	c.move(0)
}

func (c *chooser) move(n int) { c.at = max(min(c.at+n, len(c.shown)-1), 0) }

func (c *chooser) keys() []binding {
	if c.searching {
		return []binding{{show: "enter", foot: "choose"}, {show: "esc", foot: "clear the filter"}}
	}
	by := func(n func() int) func() tea.Cmd {
		return func() tea.Cmd {
			c.move(n())
			return nil
		}
	}
	return []binding{
		{[]string{"enter"}, "enter", "choose", "choose", c.choose},
		{[]string{"/"}, "/", "filter", "filter", func() tea.Cmd {
			c.searching = true
			return nil
		}},
		{[]string{"down", "j"}, "↓ j", "down", "", by(func() int { return 1 })},
		{[]string{"up", "k"}, "↑ k", "up", "", by(func() int { return -1 })},
		{[]string{"pgdown", "ctrl+d"}, "pgdn", "a page down", "", by(func() int { return c.page })},
		{[]string{"pgup", "ctrl+u"}, "pgup", "a page up", "", by(func() int { return -c.page })},
		{[]string{"g", "home"}, "g", "to the first", "", by(func() int { return -len(c.shown) })},
		{[]string{"G", "end"}, "G", "to the last", "", by(func() int { return len(c.shown) })},
	}
}

func (c *chooser) choose() tea.Cmd {
	if c.at >= len(c.shown) {
		return nil
	}
	return c.pick(c.shown[c.at])
}

// typed takes a key while the filter is typed.
func (c *chooser) typed(k tea.KeyMsg) tea.Cmd {
	switch k.String() {
	case "enter":
		c.searching = false
		return c.choose()
	case "esc":
		c.searching, c.search = false, newInput("")
		c.narrow()
	case "up":
		c.move(-1)
	case "down":
		c.move(1)
	default:
		if c.search.key(k) {
			c.narrow()
		}
	}
	return nil
}

func (c *chooser) view(w, h int) []string {
	e := c.env
	var lines []string
	if c.searching || len(c.search.clusters) > 0 {
		lines = append(lines, " "+e.ink.accent.on("/ ")+c.search.view(e, w-8, c.searching))
	}
	c.page = max(h-len(lines), 1)
	c.top = max(min(c.top, c.at), c.at-c.page+1, 0)
	if len(c.shown) == 0 {
		return append(lines, e.message(w, "Nothing matches.", "Press esc to clear the filter.")...)
	}
	title := 0
	for i := range c.all {
		title = max(title, width(c.all[i].title))
	}
	title = min(title, w*2/3)
	for i := c.top; i < min(c.top+c.page, len(c.shown)); i++ {
		one := c.shown[i]
		mark, ink := "  ", paint{}
		if i == c.at {
			mark, ink = e.ink.accent.on(e.mark.cursor)+" ", e.ink.bold
		}
		note := e.cut(one.note, max(w-title-6, 0))
		lines = append(lines, " "+mark+ink.on(e.cell(one.title, title))+"  "+e.ink.faint.on(note))
	}
	return lines
}

// picker is a page that asks the page beneath it for one choice.
type picker struct {
	plainPage
	chooser
	title string
}

// pickedMsg is the choice, for the page that asked.
type pickedMsg struct {
	claim
	value, title string
}

func newPicker(e *env, owner int64, title string, all []choice, value string) *picker {
	p := &picker{plainPage: newPlainPage(e), title: title}
	p.chooser.env = e
	p.pick = func(c choice) tea.Cmd {
		return popWith(pickedMsg{claim{owner: owner}, c.value, c.title})
	}
	p.set(all, value)
	return p
}

func (p *picker) crumbs() []string       { return []string{p.title} }
func (p *picker) keys() []binding        { return p.chooser.keys() }
func (p *picker) typing() bool           { return p.searching }
func (p *picker) view(w, h int) []string { return p.chooser.view(w, h) }

func (p *picker) update(msg tea.Msg) tea.Cmd {
	switch m := msg.(type) {
	case tea.KeyMsg:
		return p.typed(m)
	case tea.MouseMsg:
		p.move(notch(m))
	}
	return nil
}

// eventChoices are the events below the choice of all of them.
func eventChoices(all string, events []model.Event) []choice {
	cs := []choice{{title: all}}
	for _, ev := range events {
		note := ev.Slug
		if ev.StartsAt != nil {
			note += "  " + ev.StartsAt.In(zone(ev.Timezone)).Format("2 Jan 2006 15:04")
		}
		cs = append(cs, choice{ev.Slug, clean(ev.Name), clean(note)})
	}
	return cs
}
