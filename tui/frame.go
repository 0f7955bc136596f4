package tui

import (
	"fmt"
	"strconv"
	"strings"
)

// The sizes that the console is made for. Below the smallest it says so; from the
// roomy height on there are rules and a line for toasts alone.
const (
	minWidth, minHeight = 40, 10
	tabsHeight          = 12 // lower ones have no line for the tabs
	roomyHeight         = 16
)

func (a *app) small() bool { return a.w < minWidth || a.h < minHeight }

// draw is the whole screen: exactly h lines, none wider than w.
func (a *app) draw() string {
	if a.w <= 0 || a.h <= 0 {
		return "" // the first tea.WindowSizeMsg is on its way
	}
	if a.small() {
		return a.drawSmall()
	}
	lines := a.head()
	foot := a.foot()
	room := a.h - len(lines) - len(foot)
	body := a.top().view(a.w, room)
	for i := range room {
		if i < len(body) {
			lines = append(lines, body[i])
		} else {
			lines = append(lines, "")
		}
	}
	lines = append(lines, foot...)
	for i := range lines {
		lines[i] = a.env.fit(lines[i], a.w)
	}
	return strings.Join(lines, "\n")
}

func (a *app) drawSmall() string {
	text := fmt.Sprintf("This window has %d×%d cells; the console needs %d×%d. Make it larger, or press q.", a.w, a.h, minWidth, minHeight)
	if a.env.mark == asciiMarks {
		text = strings.ReplaceAll(text, "×", "x")
	}
	lines := wrap(text, a.w)
	for len(lines) < a.h {
		lines = append(lines, "")
	}
	for i := range lines {
		lines[i] = a.env.fit(lines[i], a.w)
	}
	return strings.Join(lines[:a.h], "\n")
}

// bodyTop is the screen line on which the page begins.
func (a *app) bodyTop() int { return len(a.head()) }

// head is the breadcrumb with who acts, the tabs where there are several, a rule.
func (a *app) head() []string {
	e := a.env
	lines := []string{spread(" "+a.breadcrumb(a.w-2), e.ink.faint.on(a.who())+" ", a.w)}
	if len(a.tabs) > 1 && a.h >= tabsHeight {
		lines = append(lines, a.tabLine())
	}
	if a.h >= roomyHeight {
		lines = append(lines, e.ink.faint.on(strings.Repeat(e.mark.rule, a.w)))
	}
	return lines
}

// breadcrumb leaves out the outermost places where there is no room for all.
func (a *app) breadcrumb(w int) string {
	e := a.env
	var all []string
	for _, p := range *a.stack() {
		all = append(all, p.crumbs()...)
	}
	sep := " " + e.mark.crumb + " "
	path := func(cs []string) string { return strings.Join(cs, sep) }
	from := 0
	for from < len(all)-1 && width(path(all[from:])) > w {
		from++
	}
	last := e.cut(all[len(all)-1], w)
	before := path(all[from : len(all)-1])
	if before != "" {
		before += sep
	}
	return e.ink.faint.on(before) + e.ink.bold.on(last)
}

func (a *app) who() string {
	actor := a.env.actor
	who := a.env.cut(actor.Name, 24) + ", " + string(actor.Role)
	if actor.Client != "" {
		who = clean(actor.Client) + " " + a.env.mark.dot + " " + who
	}
	return who
}

// tabLine is the tabs with as much of their titles as fits: in the narrowest window
// only the one that is open has a name.
func (a *app) tabLine() string {
	var line string
	for size := range 4 {
		if line = a.tabsOf(size); width(line) <= a.w {
			break
		}
	}
	return line
}

func (a *app) tabsOf(size int) string {
	e := a.env
	gap := "  "
	if size > 0 {
		gap = " "
	}
	var b strings.Builder
	if size > 0 {
		b.WriteByte(' ')
	}
	for i, t := range a.tabs {
		title := t.title
		if size > 1 {
			title = t.short
		}
		text := strconv.Itoa(i+1) + " " + title
		switch {
		case i == a.tab:
			b.WriteString(e.ink.accent.on("[" + text + "]"))
		case size == 3:
			b.WriteString(strconv.Itoa(i + 1))
		case size == 0:
			b.WriteString(" " + text + " ")
		default:
			b.WriteString(text)
		}
		if i < len(a.tabs)-1 {
			b.WriteString(gap)
		}
	}
	return b.String()
}

// foot is what just happened or is asked, and the keys. A low screen has one line
// for both, and what happened goes first.
func (a *app) foot() []string {
	news := a.news()
	if a.h >= roomyHeight {
		return []string{news, a.keyLine()}
	}
	if news != "" {
		return []string{news}
	}
	return []string{a.keyLine()}
}

func (a *app) news() string {
	e := a.env
	w := a.w - 2
	switch {
	case a.asked != nil:
		const choice = " y/N"
		return " " + e.ink.warn.on(e.cut(a.asked.text, w-len(choice))) + e.ink.bold.on(choice)
	case a.toast.text != "":
		p, mark := e.ink.good, e.mark.good
		switch a.toast.level {
		case warning:
			p, mark = e.ink.warn, e.mark.bad
		case failure:
			p, mark = e.ink.bad, e.mark.bad
		}
		return " " + p.on(mark) + " " + e.cut(a.toast.text, w-2)
	}
	if n := a.top().notice(); n != "" {
		return " " + e.ink.warn.on(e.cut(n, w))
	}
	if a.note != "" {
		return " " + e.cut(a.note, w)
	}
	return ""
}

// taken says whether one of bs has b's key, and so goes before it.
func taken(bs []binding, b binding) bool {
	for i := range bs {
		if len(bs[i].keys) > 0 && bs[i].keys[0] == b.keys[0] {
			return true
		}
	}
	return false
}

// keyLine is as many of the keys as fit; "? help" is always among them.
func (a *app) keyLine() string {
	e := a.env
	if a.asked != nil {
		return " " + e.ink.bold.on("y") + " yes  " + e.ink.bold.on("any other key") + " no"
	}
	all := a.top().keys()
	frame := a.keys()
	if a.top().typing() {
		frame = nil
	}
	var last, line string
	for _, b := range frame {
		if b.foot != "" && !taken(all, b) {
			last += "  " + e.ink.bold.on(e.keyName(b.show)) + " " + b.foot
		}
	}
	for _, b := range all {
		if b.foot == "" {
			continue
		}
		part := e.ink.bold.on(e.keyName(b.show)) + " " + b.foot + "  "
		if width(line)+width(part)+width(last) > a.w-1 {
			break
		}
		line += part
	}
	return " " + line + strings.TrimPrefix(last, "  ")
}
