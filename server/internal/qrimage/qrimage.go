// Package qrimage draws QR codes as pictures, for the web pages and the mails.
//
// Error correction is level M (15 %), with the quiet zone that the standard asks for.
// rsc.io/qr computes the modules; its own PNG has no given size.
package qrimage

import (
	"bytes"
	"fmt"
	"html"
	"image"
	"image/color"
	"image/png"

	"rsc.io/qr"
)

// Quiet is the empty border on each side, in modules (ISO/IEC 18004 §6.3.8).
const Quiet = 4

// Code is a QR code.
type Code struct {
	text string
	code *qr.Code
}

// Encode returns the code of a text, which may have some 2,300 bytes.
func Encode(text string) (Code, error) {
	code, err := qr.Encode(text, qr.M)
	if err != nil {
		return Code{}, fmt.Errorf("encode %q as a QR code: %w", text, err)
	}
	return Code{text, code}, nil
}

// Modules is the width of the code with its border, in modules.
func (c Code) Modules() int { return c.code.Size + 2*Quiet }

// PNG draws size pixels square, black on white, every module the same whole number of
// pixels; what is left over widens the border. A size too small for one pixel each
// gives one pixel each, the smallest picture that can be read.
func (c Code) PNG(size int) []byte {
	scale := max(size/c.Modules(), 1)
	size = max(size, c.Modules())
	border := (size - c.code.Size*scale) / 2
	img := image.NewPaletted(image.Rect(0, 0, size, size), color.Palette{color.White, color.Black})
	for y := range c.code.Size {
		top := (border + y*scale) * img.Stride
		row := img.Pix[top : top+img.Stride]
		for x := range c.code.Size {
			if c.code.Black(x, y) {
				from := border + x*scale
				for i := from; i < from+scale; i++ {
					row[i] = 1
				}
			}
		}
		for i := 1; i < scale; i++ {
			copy(img.Pix[top+i*img.Stride:], row)
		}
	}
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		panic(err) // a bytes.Buffer takes everything
	}
	return b.Bytes()
}

// SVG draws one module a unit, each run of black modules as one rectangle of a path.
// It is shown size pixels square where the page says nothing else, and its title is
// the text.
func (c Code) SVG(size int) []byte {
	var b bytes.Buffer
	modules := c.Modules()
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" viewBox="0 0 %d %d" shape-rendering="crispEdges" role="img">`, size, size, modules, modules)
	fmt.Fprintf(&b, `<title>QR code of %s</title><path fill="#fff" d="M0 0h%dv%dH0z"/><path d="`, html.EscapeString(c.text), modules, modules)
	for y := range c.code.Size {
		for x := 0; x < c.code.Size; {
			from := x
			for x < c.code.Size && c.code.Black(x, y) {
				x++
			}
			if x > from {
				fmt.Fprintf(&b, "M%d %dh%dv1h-%dz", from+Quiet, y+Quiet, x-from, x-from)
			}
			x++
		}
	}
	b.WriteString(`"/></svg>` + "\n")
	return b.Bytes()
}
