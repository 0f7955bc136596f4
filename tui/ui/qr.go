package ui

import (
	"rsc.io/qr"

	"lastclick/model"
)

// QRCode draws text as a QR code in at most w × h cells, two modules a cell, dark on
// light with the widest quiet zone that fits: four modules by the standard (ISO/IEC
// 18004), two are read too. It is nil where the code does not fit or the terminal has
// no colours.
func (t *Theme) QRCode(text string, w, h int) []string {
	if t.Plain || t.NoColour || t.ASCII {
		return nil
	}
	for _, level := range []qr.Level{qr.M, qr.L} {
		code, err := qr.Encode(text, level)
		if err != nil {
			continue
		}
		for quiet := 4; quiet >= 2; quiet -= 2 {
			if size := code.Size + 2*quiet; size <= w && (size+1)/2 <= h {
				lines := model.HalfBlocks(code.Size, quiet, code.Black)
				for i := range lines {
					lines[i] = t.QR.Fill(lines[i])
				}
				return lines
			}
		}
	}
	return nil
}
