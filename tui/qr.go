package tui

import (
	"strings"

	tea "github.com/charmbracelet/bubbletea"
	"rsc.io/qr"
)

// qrPage shows a shortlink as a QR code that a phone can scan off the screen.
type qrPage struct {
	plainPage
	name, url string
}

func newQR(e *env, name, url string) *qrPage {
	return &qrPage{plainPage: newPlainPage(e), name: name, url: url}
}

func (p *qrPage) crumbs() []string { return []string{"QR code"} }

func (p *qrPage) keys() []binding {
	return []binding{{[]string{"Q", "enter"}, "Q", "close", "close", func() tea.Cmd { return pop }}}
}

// view is the code where it fits with its quiet zone, else the address alone.
func (p *qrPage) view(w, h int) []string {
	e := p.env
	code := e.qr(p.url, w-2, h-1)
	if code == nil {
		why := "This window is too small for the code."
		if e.ink.plain || e.mark == asciiMarks {
			why = "This terminal shows no colours, without which a phone may not read the code."
		}
		lines := e.message(w, "QR code", why, "The address is:", "")
		for _, l := range hardwrap(p.url, w-4) {
			lines = append(lines, "  "+l)
		}
		return e.trim(append(lines, "", "  As a picture: "+e.cut("/qr/"+p.name+".png or .svg", w-18)), h)
	}
	var lines []string
	left := spaces((w - width(code[0])) / 2)
	for _, l := range code {
		lines = append(lines, left+l)
	}
	address := e.cut(p.url, w-2)
	return append(lines, spaces((w-width(address))/2)+e.ink.faint.on(address))
}

// qr draws text as a QR code in at most w × h cells, two modules a cell, dark on
// light with the widest quiet zone that fits: four modules by the standard, two are
// read too. It is nil where the code does not fit or the terminal has no colours.
func (e *env) qr(text string, w, h int) []string {
	if e.ink.plain || e.mark == asciiMarks {
		return nil
	}
	for _, level := range []qr.Level{qr.M, qr.L} {
		code, err := qr.Encode(text, level)
		if err != nil {
			continue
		}
		for quiet := 4; quiet >= 2; quiet -= 2 {
			if size := code.Size + 2*quiet; size <= w && (size+1)/2 <= h {
				return e.drawQR(code, quiet)
			}
		}
	}
	return nil
}

func (e *env) drawQR(code *qr.Code, quiet int) []string {
	var lines []string
	for y := -quiet; y < code.Size+quiet; y += 2 {
		var b strings.Builder
		for x := -quiet; x < code.Size+quiet; x++ {
			switch upper, lower := code.Black(x, y), code.Black(x, y+1); {
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
		lines = append(lines, e.ink.qr.on(b.String()))
	}
	return lines
}
