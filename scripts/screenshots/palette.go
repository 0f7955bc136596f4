package main

// palette is the colours of a terminal.
type palette struct {
	fg, bg int
	ansi   [16]int
}

var (
	// One Half, by Son A. Pham, in the versions for dark and for light terminals.
	oneHalfDark = palette{0xdcdfe4, 0x282c34, [16]int{
		0x282c34, 0xe06c75, 0x98c379, 0xe5c07b, 0x61afef, 0xc678dd, 0x56b6c2, 0xdcdfe4,
		0x5d677a, 0xe06c75, 0x98c379, 0xe5c07b, 0x61afef, 0xc678dd, 0x56b6c2, 0xffffff,
	}}
	oneHalfLight = palette{0x383a42, 0xfafafa, [16]int{
		0x383a42, 0xe45649, 0x50a14f, 0xc18401, 0x0184bc, 0xa626a4, 0x0997b3, 0xfafafa,
		0x4f525e, 0xe45649, 0x50a14f, 0xc18401, 0x0184bc, 0xa626a4, 0x0997b3, 0xffffff,
	}}
	// The sixteen of xterm, which are hard to read: what works here works anywhere.
	xterm = palette{0xe5e5e5, 0x000000, [16]int{
		0x000000, 0xcd0000, 0x00cd00, 0xcdcd00, 0x0000ee, 0xcd00cd, 0x00cdcd, 0xe5e5e5,
		0x7f7f7f, 0xff0000, 0x00ff00, 0xffff00, 0x5c5cff, 0xff00ff, 0x00ffff, 0xffffff,
	}}
)

// of is a cell's colour.
func (p palette) of(c, standardColour int) int {
	switch {
	case c == standard:
		return standardColour
	case c >= rgb:
		return c - rgb
	case c < 16:
		return p.ansi[c]
	case c >= 232: // shades of grey
		v := 8 + 10*(c-232)
		return v<<16 | v<<8 | v
	}
	level := func(n int) int { return []int{0, 95, 135, 175, 215, 255}[n%6] }
	c -= 16
	return level(c/36)<<16 | level(c/6)<<8 | level(c)
}

// mix is the colour between a and b; share is that of a, of a hundred.
func mix(a, b, share int) int {
	part := func(shift int) int {
		return ((a>>shift&0xff)*share + (b>>shift&0xff)*(100-share)) / 100 << shift
	}
	return part(16) | part(8) | part(0)
}

// colours are what a cell is drawn in. Faint text is 62 % of its colour, as most terminals
// draw it.
func (p palette) colours(c cell) (fg, bg int) {
	fg, bg = p.of(c.fg, p.fg), p.of(c.bg, p.bg)
	if c.reverse {
		fg, bg = bg, fg
	}
	if c.faint {
		fg = mix(fg, bg, 62)
	}
	return fg, bg
}
