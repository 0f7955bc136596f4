package tui

import (
	"strings"

	"lastclick/model"
)

const labelWidth = 9

func (p *linkForm) view(w, h int) []string {
	e := p.env
	var lines []string
	at := 0 // the line of the field with the caret, which must be seen
	add := func(f field, label, value, hint string) {
		if f == p.at {
			at = len(lines)
		}
		lines = append(lines, p.fieldLine(w, f, label, value, hint)...)
	}
	box := min(max(w-labelWidth-10, 12), 40)
	text := func(f field) string { return e.box(p.text[f].view(e, box, f == p.at), f == p.at) }
	add(fieldName, "Name", text(fieldName), "whom the link is for")
	add(fieldEmail, "E-mail", text(fieldEmail), "gets the welcome mail")
	level := p.title
	if p.event == "" {
		level = p.allTitle()
	}
	add(fieldLevel, "Level", e.box(e.cell(level, box), p.at == fieldLevel), "enter chooses")
	add(fieldSource, "Source", e.box(e.cell(model.Sources[p.source], box), p.at == fieldSource), e.keyName("← → change it"))
	add(fieldCode, "Code", text(fieldCode), "optional")
	button, ink := "[ Add Tracking Link ]", e.ink.bold
	if p.at == fieldAdd {
		at = len(lines)
		button, ink = e.mark.cursor+button, e.ink.accent
	} else {
		button = " " + button
	}
	if p.adding {
		button = " Adding" + e.mark.cut
	}
	lines = append(lines, spaces(labelWidth+2)+ink.on(button))
	if p.problem != "" {
		lines = append(lines, p.fault(w, 2, p.problem)...)
	}
	lines = p.roomy(h, lines)
	lines = append(lines, p.explain(w)...)
	return seen(lines, at, h)
}

// roomy puts an empty line above the form where the window is high enough.
func (p *linkForm) roomy(h int, lines []string) []string {
	if h < roomyHeight {
		return lines
	}
	return append([]string{""}, lines...)
}

// fieldLine is a label, the field and its hint, and beneath it what is wrong.
func (p *linkForm) fieldLine(w int, f field, label, value, hint string) []string {
	e := p.env
	mark := "  "
	if f == p.at {
		mark = e.ink.accent.on(e.mark.cursor) + " "
	}
	line := mark + e.cell(label, labelWidth) + value
	if width(line)+2+width(hint) < w {
		line += "  " + e.ink.faint.on(hint)
	}
	lines := []string{line}
	if p.faults[f] != "" {
		lines = append(lines, p.fault(w, labelWidth+4, p.faults[f])...)
	}
	return lines
}

func (p *linkForm) fault(w, indent int, text string) []string {
	e := p.env
	var lines []string
	for i, l := range wrap(clean(text), w-indent-4) {
		mark := "  "
		if i == 0 {
			mark = e.mark.bad + " "
		}
		lines = append(lines, spaces(indent)+e.ink.bad.on(mark+l))
	}
	return lines
}

// explain says what the level means, and what other links it will meet.
func (p *linkForm) explain(w int) []string {
	e := p.env
	var lines []string
	say := func(ink paint, s string) {
		lines = append(lines, "")
		for _, l := range wrap(clean(s), w-4) {
			lines = append(lines, "  "+ink.on(l))
		}
	}
	if p.event == "" {
		say(e.ink.faint, "Client level: the link leads to the client's profile page and tracks the sales of all its events.")
	} else {
		say(e.ink.faint, "Event level: the link leads to the event's page and tracks the sales of this event alone.")
	}
	if rivals := p.competing(); len(rivals) > 0 {
		const named = 3
		list := strings.Join(rivals[:min(len(rivals), named)], ", ")
		if more := len(rivals) - named; more > 0 {
			list += " and " + plural(int64(more), "more", "more")
		}
		say(e.ink.warn, e.mark.bad+" Other sources already bring buyers to this page: "+list+
			". Only the last link that a buyer clicks gets the sale, so this link may take sales over from them.")
	}
	return lines
}

// seen is the part of lines that shows line at in h lines.
func seen(lines []string, at, h int) []string {
	top := max(min(at-h/2, len(lines)-h), 0)
	return lines[top:min(top+h, len(lines))]
}
