package command

import (
	"bytes"
	"strings"

	"github.com/charmbracelet/lipgloss"
	"github.com/charmbracelet/x/ansi"

	"lastclick/model"
)

// page is an answer for people, as it is written. Each method but raw passes its text
// through model.Line, so that what fills a page need not.
type page struct {
	b     bytes.Buffer
	width int                // columns; 0: no bound
	style *lipgloss.Renderer // nil: plain
}

func (s *session) page() *page { return &page{width: s.Width, style: s.Renderer} }

func (p *page) bytes() []byte { return p.b.Bytes() }

// put writes one line without wrapping it, so that an address can be copied. Spaces
// at its beginning stay.
func (p *page) put(line string) {
	text := strings.TrimLeft(line, " ")
	p.raw(line[:len(line)-len(text)] + model.Line(text))
}

// raw writes a line that is already safe.
func (p *page) raw(line string) {
	p.b.WriteString(strings.TrimRight(line, " "))
	p.b.WriteByte('\n')
}

func (p *page) gap() { p.b.WriteByte('\n') }

// title is a heading.
func (p *page) title(text string) {
	for _, line := range p.fold(model.Line(text), p.width) {
		p.raw(p.bold(line))
	}
}

func (p *page) bold(text string) string {
	if p.style == nil {
		return text
	}
	return p.style.NewStyle().Bold(true).Render(text)
}

// say writes text, wrapped at the width of the terminal.
func (p *page) say(text string) { p.wrapped("", text) }

// wrapped is say with an indent.
func (p *page) wrapped(indent, text string) { p.hanging(indent, len(indent), text) }

// hanging writes head, and beside it the text, wrapped, from the column on.
func (p *page) hanging(head string, column int, text string) {
	head += strings.Repeat(" ", max(0, column-ansi.StringWidth(head)))
	for _, line := range p.fold(model.Line(text), p.width-column) {
		p.raw(head + line)
		head = strings.Repeat(" ", column)
	}
}

// fold breaks text between words into lines of at most room columns; a longer word
// gets a line of its own. Without a terminal nothing is wrapped.
func (p *page) fold(text string, room int) []string {
	if p.width <= 0 {
		return []string{text}
	}
	var lines []string
	line, used := "", 0
	for word := range strings.FieldsSeq(text) {
		w := ansi.StringWidth(word)
		switch {
		case line == "":
			line, used = word, w
		case used+1+w > room:
			lines = append(lines, line)
			line, used = word, w
		default:
			line += " " + word
			used += 1 + w
		}
	}
	return append(lines, line)
}

// pairs are names with their values, beneath one another. A value that would not fit
// beside its name stands beneath it, wrapped between words.
func (p *page) pairs(rows ...[2]string) {
	left := 0
	for _, r := range rows {
		left = max(left, ansi.StringWidth(r[0]))
	}
	for _, r := range rows {
		name, value := model.Line(r[0]), model.Line(r[1])
		line := "  " + name + strings.Repeat(" ", left-ansi.StringWidth(name)+2) + value
		if p.width > 0 && ansi.StringWidth(line) > p.width {
			p.raw("  " + name)
			p.hanging("", 4, value)
			continue
		}
		p.raw(line)
	}
}
