package ui

import (
	"io"
	"strings"

	"github.com/charmbracelet/lipgloss"

	"lastclick/model"
)

// Style is a lipgloss style made ready: what goes before and after a piece of text.
// The pieces are single lines whose width is known, so nothing is measured here.
type Style struct{ before, after string }

// Render returns s in the style; what is only spaces has none.
func (st Style) Render(s string) string {
	if st.before == "" || strings.TrimLeft(s, " ") == "" {
		return s
	}
	return st.before + s + st.after
}

// Fill returns s in the style, which spaces are in too: its background shows.
func (st Style) Fill(s string) string { return st.before + s + st.after }

// Theme is how one session draws: its styles and its glyphs.
//
// Styles are ANSI colours 0 to 15 with bold and faint, so that light and dark
// terminals both show them as their owner chose. No meaning rests on colour alone.
type Theme struct {
	Bold, Faint, Accent, Good, Bad, Warn, QR Style

	Plain bool // the terminal shows no style at all
	ASCII bool // glyphs are ASCII
	Glyph Glyphs

	key      string // the same for themes that draw alike
	renderer *lipgloss.Renderer
}

// NewTheme makes the theme of a session; a nil renderer draws without styles.
func NewTheme(r *lipgloss.Renderer, ascii bool) *Theme {
	if r == nil {
		r = lipgloss.NewRenderer(io.Discard)
	}
	colour := func(c string) lipgloss.Style { return r.NewStyle().Foreground(lipgloss.Color(c)) }
	t := &Theme{
		Bold:   ready(r.NewStyle().Bold(true)),
		Faint:  ready(r.NewStyle().Faint(true)),
		Accent: ready(colour("6").Bold(true)),
		Good:   ready(colour("2")),
		Bad:    ready(colour("1").Bold(true)),
		Warn:   ready(colour("3")),
		// The one background: a scanner needs dark on light whatever the theme.
		QR:       ready(colour("0").Background(lipgloss.Color("15"))),
		ASCII:    ascii,
		Glyph:    unicodeGlyphs,
		renderer: r,
	}
	t.Plain = t.Bold.before == ""
	if ascii {
		t.Glyph = asciiGlyphs
	}
	for _, s := range []Style{t.Bold, t.Faint, t.Accent, t.Good, t.Bad, t.Warn, t.QR, {t.Glyph.Rule, t.Glyph.Levels}} {
		t.key += s.before + s.after + "|"
	}
	return t
}

// ready takes apart what the style puts around a letter.
func ready(s lipgloss.Style) Style {
	before, after, _ := strings.Cut(s.Render("x"), "x")
	return Style{before, after}
}

// Glyphs are the signs that are not letters, each one cell wide but for the ASCII
// arrow.
type Glyphs struct {
	Rule, Crumb, Cursor, Opened, Closed, Up, Down, Check, Alert, Ellipsis, Dot, Bar, Cross, Caret, None, Arrow, Branch, Vertical string

	Levels string // of a bar, from the lowest to the whole cell
}

var (
	unicodeGlyphs = Glyphs{
		Rule: "─", Crumb: "›", Cursor: "▌", Opened: "▾", Closed: "▸", Up: "▲", Down: "▼",
		Check: "✓", Alert: "!", Ellipsis: "…", Dot: "·", Bar: "█", Cross: "×", Caret: "▏", None: "–",
		Arrow: "→", Branch: "└", Vertical: "│", Levels: "▁▂▃▄▅▆▇█",
	}
	asciiGlyphs = Glyphs{
		Rule: "-", Crumb: ">", Cursor: ">", Opened: "-", Closed: "+", Up: "^", Down: "v",
		Check: "*", Alert: "!", Ellipsis: "~", Dot: "|", Bar: "#", Cross: "x", Caret: "|", None: "-",
		Arrow: "->", Branch: "`", Vertical: "|", Levels: ".:#",
	}
)

// Money is an amount with the theme's glyph for none.
func (t *Theme) Money(m model.Money) string {
	if len(m) == 0 {
		return t.Glyph.None
	}
	return model.Line(m.String())
}

// keyName writes the name of a key for a terminal that may have ASCII alone.
func (t *Theme) keyName(s string) string {
	if !t.ASCII {
		return s
	}
	return strings.NewReplacer("↓", "down", "↑", "up", "←", "left", "→", "right").Replace(s)
}
