package main

import "strings"

// What is drawn rather than written: lines, blocks and Braille, which must meet those of
// the neighbouring cells.

// lines are the four arms of a line character, from the middle of the cell.
var lines = map[rune]struct{ left, right, up, down bool }{
	'─': {left: true, right: true}, '│': {up: true, down: true},
	'┌': {right: true, down: true}, '┐': {left: true, down: true}, '└': {right: true, up: true}, '┘': {left: true, up: true},
	'╭': {right: true, down: true}, '╮': {left: true, down: true}, '╰': {right: true, up: true}, '╯': {left: true, up: true},
	'├': {right: true, up: true, down: true}, '┤': {left: true, up: true, down: true},
	'┬': {left: true, right: true, down: true}, '┴': {left: true, right: true, up: true}, '┼': {left: true, right: true, up: true, down: true},
}

// blocks are the part of the cell that is filled, in eighths: x, y, width, height.
var blocks = map[rune][4]int{
	'█': {0, 0, 8, 8}, '▀': {0, 0, 8, 4}, '▐': {4, 0, 4, 8}, '▔': {0, 0, 8, 1}, '▕': {7, 0, 1, 8},
	'▁': {0, 7, 8, 1}, '▂': {0, 6, 8, 2}, '▃': {0, 5, 8, 3}, '▄': {0, 4, 8, 4}, '▅': {0, 3, 8, 5}, '▆': {0, 2, 8, 6}, '▇': {0, 1, 8, 7},
	'▏': {0, 0, 1, 8}, '▎': {0, 0, 2, 8}, '▍': {0, 0, 3, 8}, '▌': {0, 0, 4, 8}, '▋': {0, 0, 5, 8}, '▊': {0, 0, 6, 8}, '▉': {0, 0, 7, 8},
}

// shades are the share of the foreground, of a hundred.
var shades = map[rune]int{'░': 25, '▒': 50, '▓': 75}

func isBraille(r rune) bool { return r >= 0x2800 && r <= 0x28ff }

func isShape(r rune) bool {
	_, line := lines[r]
	_, block := blocks[r]
	_, shade := shades[r]
	return line || block || shade || isBraille(r)
}

// drawShapes draws the shapes of a row; neighbours that are alike become one where they
// meet.
func drawShapes(b *strings.Builder, row []cell, y int, p palette) {
	runs(row, func(a, c cell) bool { return a == c }, func(from, to int) {
		r := row[from].char
		fg, bg := p.colours(row[from])
		x, top, n := from*cellWidth, y*cellHeight, to-from
		if eighths, ok := blocks[r]; ok {
			drawBlock(b, eighths, x, top, n, fg)
		} else if share, ok := shades[r]; ok {
			rect(b, x, top, n*cellWidth, cellHeight, mix(fg, bg, share))
		} else if r == '─' {
			rect(b, x, top+cellHeight/2, n*cellWidth, 1, fg)
		} else if isShape(r) {
			for i := range n {
				drawCell(b, r, x+i*cellWidth, top, fg)
			}
		}
	})
}

func drawBlock(b *strings.Builder, eighths [4]int, x, y, n, fg int) {
	scale := func(eighths, size int) int { return (eighths*size + 4) / 8 }
	left, top := scale(eighths[0], cellWidth), scale(eighths[1], cellHeight)
	w, h := scale(eighths[0]+eighths[2], cellWidth)-left, scale(eighths[1]+eighths[3], cellHeight)-top
	if w == cellWidth {
		rect(b, x, y+top, n*cellWidth, h, fg)
		return
	}
	for i := range n {
		rect(b, x+i*cellWidth+left, y+top, max(w, 1), h, fg)
	}
}

// drawCell draws a corner, a crossing or dots.
func drawCell(b *strings.Builder, r rune, x, y, fg int) {
	middleX, middleY := x+cellWidth/2, y+cellHeight/2
	if isBraille(r) {
		// The bits of the dots by row, those of the left column first.
		for i, bits := range [4][2]rune{{0x01, 0x08}, {0x02, 0x10}, {0x04, 0x20}, {0x40, 0x80}} {
			for j, bit := range bits {
				if (r-0x2800)&bit != 0 {
					rect(b, x+1+j*4, y+2+i*4, 2, 2, fg)
				}
			}
		}
		return
	}
	arms := lines[r]
	if arms.left || arms.right {
		from, to := middleX, middleX+1
		if arms.left {
			from = x
		}
		if arms.right {
			to = x + cellWidth
		}
		rect(b, from, middleY, to-from, 1, fg)
	}
	if arms.up || arms.down {
		from, to := middleY, middleY+1
		if arms.up {
			from = y
		}
		if arms.down {
			to = y + cellHeight
		}
		rect(b, middleX, from, 1, to-from, fg)
	}
}
