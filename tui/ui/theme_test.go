package ui

import (
	"io"
	"math"
	"strconv"
	"strings"
	"testing"

	"github.com/charmbracelet/lipgloss"
	"github.com/muesli/termenv"

	"lastclick/model"
)

// luminance is the relative luminance of a colour (WCAG 2.2).
func luminance(r, g, b uint8) float64 {
	linear := func(v uint8) float64 {
		c := float64(v) / 255
		if c <= 0.04045 {
			return c / 12.92
		}
		return math.Pow((c+0.055)/1.055, 2.4)
	}
	return 0.2126*linear(r) + 0.7152*linear(g) + 0.0722*linear(b)
}

// contrast is the ratio of two colours (WCAG 2.2, 1.4.3).
func contrast(a, b string) float64 {
	x, y := luminance(rgb(a)), luminance(rgb(b))
	return (max(x, y) + 0.05) / (min(x, y) + 0.05)
}

// rgb is a colour of a palette: #rrggbb, or one of the cube and the greys of 256.
func rgb(c string) (r, g, b uint8) {
	if hex, ok := strings.CutPrefix(c, "#"); ok {
		n, err := strconv.ParseUint(hex, 16, 32)
		if err != nil || len(hex) != 6 {
			panic(c)
		}
		return uint8(n >> 16), uint8(n >> 8), uint8(n)
	}
	n, err := strconv.Atoi(c)
	if err != nil || n < 16 || n > 255 {
		panic("not a fixed colour: " + c)
	}
	if n >= 232 {
		v := uint8(8 + 10*(n-232))
		return v, v, v
	}
	level := func(i int) uint8 {
		if i == 0 {
			return 0
		}
		return uint8(55 + 40*i)
	}
	n -= 16
	return level(n / 36), level(n / 6 % 6), level(n % 6)
}

func TestThemes_FixedColours_AreReadOnTheirBackgrounds(t *testing.T) {
	dark, light := []string{"#000000", "#1e1e2e", "#282a36"}, []string{"#ffffff", "#fdf6e3"}
	for _, c := range []struct {
		name  string
		p     palette
		on    []string
		least float64
	}{
		{"dark", palettes["dark"], dark, 4.5},
		{"light", palettes["light"], light, 4.5},
		{"contrast", palettes["contrast"], dark, 7},
		{"contrast on light", paleContrast, light, 7},
	} {
		weigh := func(what, a, b string) {
			if got := contrast(a, b); got < c.least {
				t.Errorf("%s: %s %s on %s has a contrast of %.1f, not %.1f", c.name, what, a, b, got, c.least)
			}
		}
		for what, col := range map[string]*colour{"accent": c.p.accent, "good": c.p.good, "bad": c.p.bad, "warn": c.p.warn, "quiet": c.p.quiet} {
			if col == nil {
				continue
			}
			for _, on := range c.on {
				weigh(what, col.hex, on)
				weigh(what, col.ansi256, on)
			}
			if c.p.row != nil { // the row at the cursor has marks of these in it
				weigh(what+" in the row", col.hex, c.p.row.hex)
				weigh(what+" in the row", col.ansi256, c.p.row.ansi256)
			}
		}
		if c.p.row != nil {
			weigh("row", c.p.rowText.hex, c.p.row.hex)
			weigh("row", c.p.rowText.ansi256, c.p.row.ansi256)
		}
	}
}

func TestThemes_EachDepth_NoMoreThanTheTerminalHas(t *testing.T) {
	for _, name := range model.Themes {
		for _, c := range []struct {
			profile     termenv.Profile
			has, hasNot string
		}{
			{termenv.TrueColor, "", ""},
			{termenv.ANSI256, "", "8;2;"},
			{termenv.ANSI, "", "8;5;"},
			{termenv.Ascii, "", "\x1b"},
		} {
			r := lipgloss.NewRenderer(io.Discard)
			r.SetColorProfile(c.profile)
			r.SetHasDarkBackground(true)
			th := NewTheme(r, false)
			th.Apply(name)
			all := th.key
			if c.hasNot != "" && strings.Contains(all, c.hasNot) {
				t.Errorf("%s in %v has %q: %q", name, c.profile, c.hasNot, all)
			}
			if c.profile != termenv.Ascii && (th.Bold.before == "" || th.Accent.before == "" || th.Changed.before == "") {
				t.Errorf("%s in %v has no hierarchy: %q", name, c.profile, all)
			}
		}
	}
}

// Without colours, bold, faint, reverse and underline are there, and no colour is, but for
// the QR code of the theme mono: a scanner needs it.
func TestThemes_NoColour_StylesWithoutColours(t *testing.T) {
	r := lipgloss.NewRenderer(io.Discard)
	r.SetColorProfile(termenv.ANSI)
	th := NewTheme(r, false)
	th.NoColour = true
	for _, name := range model.Themes {
		th.Apply(name)
		for _, s := range []Style{th.Bold, th.Faint, th.Accent, th.Good, th.Bad, th.Warn, th.Changed, th.Row, th.Bar} {
			for code := range strings.SplitSeq(strings.Trim(s.before, "\x1b[m"), ";") {
				if n, _ := strconv.Atoi(code); n >= 30 {
					t.Errorf("%s: %q is a colour", name, s.before)
				}
			}
		}
		if th.Accent.before == "" || th.Row.before == "" || th.Changed.before == th.Accent.before || th.QRCode("https://t.example/ana", 60, 60) != nil {
			t.Errorf("%s: %q", name, th.key)
		}
	}
}
