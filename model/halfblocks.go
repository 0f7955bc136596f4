package model

import "strings"

// HalfBlocks draws a square of modules, such as a QR code of size modules with a
// border of quiet modules around it, as lines of text: a character is one module wide
// and two high. on says whether the module at x, y is drawn, each from -quiet to
// size+quiet-1. Beneath the last row of an odd number nothing is drawn.
func HalfBlocks(size, quiet int, on func(x, y int) bool) []string {
	end := size + quiet
	lines := make([]string, 0, quiet+(size+1)/2)
	for y := -quiet; y < end; y += 2 {
		var b strings.Builder
		for x := -quiet; x < end; x++ {
			switch upper, lower := on(x, y), y+1 < end && on(x, y+1); {
			case upper && lower:
				b.WriteString("█")
			case upper:
				b.WriteString("▀")
			case lower:
				b.WriteString("▄")
			default:
				b.WriteByte(' ')
			}
		}
		lines = append(lines, b.String())
	}
	return lines
}
