package ui

import (
	"io"
	"strings"

	"github.com/charmbracelet/lipgloss"
	"github.com/muesli/termenv"

	"lastclick/model"
)

// Style is a lipgloss style made ready: what goes before and after a piece of text.
// The pieces are single lines whose width is known, so nothing is measured here.
type Style struct {
	before, after string
	tight         bool // spaces before the text are left out: they would be underlined
}

// Render returns s in the style; what is only spaces has none.
func (st Style) Render(s string) string {
	if st.before == "" || strings.TrimLeft(s, " ") == "" {
		return s
	}
	if st.tight {
		text := strings.TrimLeft(s, " ")
		return s[:len(s)-len(text)] + st.before + text + st.after
	}
	return st.before + s + st.after
}

// Fill returns s in the style, which spaces are in too: its background shows.
func (st Style) Fill(s string) string { return st.before + s + st.after }

// Theme is how one session draws: its styles and its glyphs. Apply changes the styles
// while the session runs; only Update may call it.
//
// No meaning rests on colour alone: the row at the cursor, the focus and the open tab have
// marks, and without colours bold, reverse and underline say what colours would.
type Theme struct {
	Bold, Faint, Accent, Good, Bad, Warn, QR Style
	Changed                                  Style // a number that has just moved
	Bar                                      Style // of a share
	Row                                      Style // all of the row at the cursor; none: its texts are bold

	Name     string // one of model.Themes
	Plain    bool   // the terminal shows no style at all
	NoColour bool   // the person wants none (NO_COLOR), whatever the theme
	ASCII    bool   // glyphs are ASCII
	Glyph    Glyphs

	key      string // the same for themes that draw alike
	renderer *lipgloss.Renderer
}

// NewTheme makes the theme of a session, which is auto; a nil renderer draws without
// styles.
func NewTheme(r *lipgloss.Renderer, ascii bool) *Theme {
	if r == nil {
		r = lipgloss.NewRenderer(io.Discard)
	}
	t := &Theme{ASCII: ascii, Glyph: unicodeGlyphs, renderer: r}
	if ascii {
		t.Glyph = asciiGlyphs
	}
	t.Plain = ready(r.NewStyle().Bold(true)).before == ""
	t.Apply("auto")
	return t
}

// Apply draws with the theme of that name from now on; without colours all are mono.
func (t *Theme) Apply(name string) {
	t.Name = name
	if t.NoColour {
		name = "mono"
	}
	p := palettes[name]
	if name == "contrast" && !t.Plain && !t.renderer.HasDarkBackground() {
		p = paleContrast
	}
	style := t.renderer.NewStyle()
	paint := func(c *colour, st lipgloss.Style) Style {
		if c != nil {
			st = st.Foreground(c.complete())
		}
		return ready(st)
	}
	t.Bold = ready(style.Bold(true))
	t.Faint = paint(p.quiet, style.Faint(p.faint || p.quiet != nil && p.quiet.ansi == "" && t.renderer.ColorProfile() == termenv.ANSI))
	t.Accent = paint(p.accent, style.Bold(true))
	t.Good, t.Bad, t.Warn = paint(p.good, style), paint(p.bad, style.Bold(true)), paint(p.warn, style.Bold(p.warn == nil))
	t.Changed = t.Accent
	if t.Changed.tight = true; p.strong && !t.Plain { // lipgloss would underline twice
		t.Changed.before = strings.Replace(t.Changed.before, "\x1b[", "\x1b[4;", 1)
	}
	t.Row = Style{}
	switch {
	case p.strong:
		t.Row = ready(style.Bold(true).Reverse(true))
	case p.row != nil && t.renderer.ColorProfile() < termenv.ANSI:
		t.Row = ready(style.Bold(true).Foreground(p.rowText.complete()).Background(p.row.complete()))
	}
	// The one background of all themes: a scanner needs dark on light.
	t.QR = ready(style.Foreground(lipgloss.Color("0")).Background(lipgloss.Color("15")))
	t.Bar = paint(p.accent, style)
	t.key = ""
	for _, s := range []Style{t.Bold, t.Faint, t.Accent, t.Good, t.Bad, t.Warn, t.QR, t.Changed, t.Row, t.Bar, {before: t.Glyph.Rule, after: t.Glyph.Levels}} {
		t.key += s.before + s.after + "|"
	}
}

// ready takes apart what the style puts around a letter.
func ready(s lipgloss.Style) Style {
	before, after, _ := strings.Cut(s.Render("x"), "x")
	return Style{before: before, after: after}
}

// Glyphs are the signs that are not letters, each one cell wide but for the ASCII
// arrow.
type Glyphs struct {
	Rule, Crumb, Cursor, Opened, Closed, Up, Down, Check, Alert, Ellipsis, Dot, Bar, Cross, Caret, None, Arrow, Branch, Vertical, Live, Moved string

	Levels string // of a bar, from the lowest to the whole cell
}

var (
	unicodeGlyphs = Glyphs{
		Rule: "─", Crumb: "›", Cursor: "▌", Opened: "▾", Closed: "▸", Up: "▲", Down: "▼",
		Check: "✓", Alert: "!", Ellipsis: "…", Dot: "·", Bar: "█", Cross: "×", Caret: "▏", None: "–",
		Arrow: "→", Branch: "└", Vertical: "│", Live: "●", Moved: "•", Levels: "▁▂▃▄▅▆▇█",
	}
	asciiGlyphs = Glyphs{
		Rule: "-", Crumb: ">", Cursor: ">", Opened: "-", Closed: "+", Up: "^", Down: "v",
		Check: "*", Alert: "!", Ellipsis: "~", Dot: "|", Bar: "#", Cross: "x", Caret: "|", None: "-",
		Arrow: "->", Branch: "`", Vertical: "|", Live: "*", Moved: "*", Levels: ".:#",
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
