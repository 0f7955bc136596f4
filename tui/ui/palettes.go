package ui

import "github.com/charmbracelet/lipgloss"

// colour is one colour in the three depths of terminals. The first 16 are as the
// terminal's owner chose them; the others are fixed, so that a test weighs them against
// the background that the theme is for.
type colour struct{ hex, ansi256, ansi string }

func (c *colour) complete() lipgloss.TerminalColor {
	return lipgloss.CompleteColor{TrueColor: c.hex, ANSI256: c.ansi256, ANSI: c.ansi}
}

// palette is the colours of a theme; nil is the terminal's own text. There is one accent.
type palette struct {
	accent, good, bad, warn *colour
	quiet                   *colour // of what is secondary
	row, rowText            *colour // background and text of the row at the cursor, in 256 colours and more
	faint                   bool    // what is secondary is faint
	strong                  bool    // the row at the cursor is reversed
}

// palettes are those of model.Themes.
var palettes = map[string]palette{
	"auto": {accent: same16("6"), good: same16("2"), bad: same16("1"), warn: same16("3"), faint: true},
	"dark": {
		accent: &colour{"#7dcfff", "117", "14"}, good: &colour{"#9ece6a", "149", "10"}, bad: &colour{"#ff8f8f", "210", "9"}, warn: &colour{"#e6b673", "180", "11"},
		quiet: &colour{"#a4abbf", "248", ""}, row: &colour{"#31405c", "237", ""}, rowText: &colour{"#ffffff", "231", ""},
	},
	"light": {
		accent: &colour{"#0550ae", "25", "4"}, good: &colour{"#116329", "22", "2"}, bad: &colour{"#b3121d", "124", "1"}, warn: &colour{"#7a4b00", "94", "5"},
		quiet: &colour{"#57606a", "240", "8"}, row: &colour{"#d6e4ff", "195", ""}, rowText: &colour{"#000000", "16", ""},
	},
	"contrast": {
		accent: &colour{"#ffff00", "226", "11"}, good: &colour{"#5fff5f", "83", "10"}, bad: &colour{"#ffafaf", "217", "9"}, warn: &colour{"#ffd75f", "221", "11"}, strong: true,
	},
	"mono": {faint: true, strong: true},
}

// paleContrast is contrast for a terminal that says that its background is light.
var paleContrast = palette{
	accent: &colour{"#0000a8", "19", "4"}, good: &colour{"#004d00", "22", "2"}, bad: &colour{"#8b0000", "88", "1"}, warn: &colour{"#5f0087", "54", "5"}, strong: true,
}

// same16 is a colour of the terminal's own palette, however many it has.
func same16(c string) *colour { return &colour{c, c, c} }
