package tui

// A field takes boxWidth cells; where hints need the room, it gives way to leanBox.
const boxWidth, leanBox = 40, 24

func (p *form) view(w, h int) []string {
	e := p.env
	var lines []string
	if h >= roomyHeight {
		lines = append(lines, "")
	}
	label := 0
	for _, f := range p.fields {
		label = max(label, width(f.label))
	}
	label += 2
	hint := 0
	for _, f := range p.fields {
		hint = max(hint, width(f.hint))
	}
	box := min(w-label-8, max(w-label-9-hint, leanBox), boxWidth)
	at := 0 // the line of the field with the caret, which must be seen
	for i, f := range p.fields {
		if i == p.at {
			at = len(lines)
		}
		lines = append(lines, p.fieldLines(f, i == p.at, w, label, box)...)
	}
	button, ink := " [ "+p.button+" ]", e.ink.bold
	if p.at == len(p.fields) {
		at = len(lines)
		button, ink = e.mark.cursor+button[1:], e.ink.accent
	}
	if p.sending {
		button = " " + p.doing + e.mark.cut
	}
	lines = append(lines, spaces(label+1)+ink.on(button))
	if p.problem != "" {
		lines = append(lines, e.fault(w, 2, p.problem)...)
	}
	if p.explain != nil {
		lines = append(lines, p.explain(w)...)
	}
	return seen(lines, at, h)
}

// fieldLines is a label, the field and its hint, and beneath it what is wrong.
func (p *form) fieldLines(f *formField, focused bool, w, label, box int) []string {
	e := p.env
	mark := "  "
	if focused {
		mark = e.ink.accent.on(e.mark.cursor) + " "
	}
	value := ""
	if f.typed() {
		value = f.text.view(e, box, focused)
	} else if f.at < len(f.options) {
		value = e.cell(f.options[f.at].title, box)
	} else {
		value = spaces(box)
	}
	line := mark + e.cell(f.label, label) + e.box(value, focused)
	if width(line)+2+width(f.hint) < w {
		line += "  " + e.ink.faint.on(f.hint)
	}
	lines := []string{line}
	if f.fault != "" {
		lines = append(lines, e.fault(w, label+2, f.fault)...)
	}
	return lines
}

// fault is what is wrong, in as many lines as it takes.
func (e *env) fault(w, indent int, text string) []string {
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

// paragraph is a sentence or two beneath an empty line.
func (e *env) paragraph(w int, ink paint, s string) []string {
	lines := []string{""}
	for _, l := range wrap(clean(s), w-4) {
		lines = append(lines, "  "+ink.on(l))
	}
	return lines
}

// seen is the part of lines that shows line at in h lines.
func seen(lines []string, at, h int) []string {
	top := max(min(at-h/2, len(lines)-h), 0)
	return lines[top:min(top+h, len(lines))]
}
