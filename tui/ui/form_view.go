package ui

// A field takes boxWidth cells; where hints need the room, it gives way to leanBox.
const boxWidth, leanBox = 40, 24

// View is at most h lines of w cells, the field in focus among them; roomy puts an
// empty line before the first.
func (p *Form) View(w, h int, roomy bool) []string {
	t := p.theme
	var lines []string
	if roomy {
		lines = append(lines, "")
	}
	label, hint := 0, 0
	for _, f := range p.fields {
		label = max(label, Width(f.Label))
		hint = max(hint, Width(f.Hint))
	}
	label += 2
	box := min(w-label-8, max(w-label-9-hint, leanBox), boxWidth)
	if p.Box > 0 {
		box = min(box, p.Box)
	}
	at := 0          // the line in focus, which must be seen
	var places []int // the field of each line; -1: none
	if roomy {
		places = append(places, -1)
	}
	for i, f := range p.fields {
		if i == p.at {
			at = len(lines)
		}
		lines = append(lines, p.fieldLines(f, i == p.at, w, label, box)...)
		for len(places) < len(lines) {
			places = append(places, i)
		}
	}
	if p.at == len(p.fields) {
		at = len(lines)
	}
	lines = append(lines, Spaces(label+1)+p.button())
	places = append(places, len(p.fields))
	if p.Problem != "" {
		lines = append(lines, t.Fault(w, 2, p.Problem)...)
	}
	if p.Explain != nil {
		lines = append(lines, p.Explain(w)...)
	}
	for len(places) < len(lines) {
		places = append(places, -1)
	}
	p.places = seen(places, at, h)
	return seen(lines, at, h)
}

func (p *Form) button() string {
	t := p.theme
	switch {
	case p.sending:
		return t.Bold.Render(" " + p.Doing + t.Glyph.Ellipsis)
	case p.at == len(p.fields):
		return t.Accent.Render(t.Glyph.Cursor + "[ " + p.Button + " ]")
	}
	return t.Bold.Render(" [ " + p.Button + " ]")
}

// fieldLines is a label, the field and its hint, and beneath it what is wrong.
func (p *Form) fieldLines(f *Field, focused bool, w, label, box int) []string {
	t := p.theme
	mark := "  "
	if focused {
		mark = t.Accent.Render(t.Glyph.Cursor) + " "
	}
	value := Spaces(box)
	if f.Suggested() {
		caret := 0
		if value = ""; focused {
			caret = min(2, box)
			value = f.text.View(caret, focused)
		}
		value += t.Faint.Render(t.Cell(f.suggest, box-caret))
	} else if f.isText() {
		value = f.text.View(box, focused)
	} else if f.at < len(f.Options) {
		value = t.Cell(f.Options[f.at].Title, box)
	}
	line := mark + t.Cell(f.Label, label) + t.box(value, focused)
	if Width(line)+2+Width(f.Hint) < w {
		line += "  " + t.Faint.Render(f.Hint)
	}
	lines := []string{line}
	if f.Fault != "" {
		indent := label + 2
		if w-indent < leanBox+16 { // a sentence in a narrow column takes too many lines
			indent = 2
		}
		lines = append(lines, t.Fault(w, indent, f.Fault)...)
	}
	return lines
}

// box sets a field apart from the text around it.
func (t *Theme) box(s string, focused bool) string {
	st := t.Faint
	if focused {
		st = t.Accent
	}
	return st.Render("[ ") + s + st.Render(" ]")
}

// seen is the part of lines that shows line at in h lines.
func seen[T any](lines []T, at, h int) []T {
	top := max(min(at-h/2, len(lines)-h), 0)
	return lines[top:min(top+h, len(lines))]
}
