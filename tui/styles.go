package tui

import (
	"strings"

	"github.com/charmbracelet/lipgloss"
)

// paint is a style made ready: what goes before and after a piece of text. A
// lipgloss.Style measures and splits the text at every Render, which was 71 % of a
// session's CPU; the pieces here are single lines whose width is known.
type paint struct{ before, after string }

func (p paint) on(s string) string {
	if p.before == "" || strings.TrimLeft(s, " ") == "" {
		return s
	}
	return p.before + s + p.after
}

// styles are ANSI colours 0–15 with bold and faint, so that light and dark
// terminals both show them as their owner chose. No meaning rests on colour alone.
type styles struct {
	bold, faint, accent, good, bad, warn, qr paint
	plain                                    bool // the terminal shows no style at all
}

func newStyles(r *lipgloss.Renderer) styles {
	colour := func(c string) lipgloss.Style { return r.NewStyle().Foreground(lipgloss.Color(c)) }
	s := styles{
		bold:   ready(r.NewStyle().Bold(true)),
		faint:  ready(r.NewStyle().Faint(true)),
		accent: ready(colour("6").Bold(true)),
		good:   ready(colour("2")),
		bad:    ready(colour("1").Bold(true)),
		warn:   ready(colour("3")),
		// The one background: a scanner needs dark on light whatever the theme.
		qr: ready(colour("0").Background(lipgloss.Color("15"))),
	}
	s.plain = s.bold.before == ""
	return s
}

// ready takes apart what the style puts around a letter.
func ready(s lipgloss.Style) paint {
	before, after, _ := strings.Cut(s.Render("x"), "x")
	return paint{before, after}
}

// marks are the signs that are not letters; each is one cell wide, but
// for the arrow of ASCII.
type marks struct {
	rule, crumb, cursor, open, closed, up, down, good, bad, cut, dot, bar, archived, caret, none, arrow, branch, line string
	levels                                                                                                            string // of a bar, from the lowest to the whole cell
}

var (
	unicodeMarks = marks{
		rule: "─", crumb: "›", cursor: "▌", open: "▾", closed: "▸", up: "▲", down: "▼",
		good: "✓", bad: "!", cut: "…", dot: "·", bar: "█", archived: "×", caret: "▏", none: "–",
		arrow: "→", branch: "└", line: "│", levels: "▁▂▃▄▅▆▇█",
	}
	asciiMarks = marks{
		rule: "-", crumb: ">", cursor: ">", open: "-", closed: "+", up: "^", down: "v",
		good: "*", bad: "!", cut: "~", dot: "|", bar: "#", archived: "x", caret: "|", none: "-",
		arrow: "->", branch: "`", line: "|", levels: ".:#",
	}
)
