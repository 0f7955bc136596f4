package qrimage

import (
	"bytes"
	"image/png"
	"strings"
	"testing"
)

// What the pictures say is read back in server/web and server/mail, as a phone reads it.

func TestPNG_Sizes_WholePixelsAndQuietZone(t *testing.T) {
	code, err := Encode("https://go.example/ana?qr")
	if err != nil {
		t.Fatal(err)
	}
	for size, want := range map[int]struct{ side, scale int }{
		0:                    {code.Modules(), 1},
		code.Modules() - 1:   {code.Modules(), 1},
		2*code.Modules() - 1: {2*code.Modules() - 1, 1},
		2 * code.Modules():   {2 * code.Modules(), 2},
		512:                  {512, 512 / code.Modules()},
	} {
		img, err := png.Decode(bytes.NewReader(code.PNG(size)))
		if err != nil {
			t.Fatal(err)
		}
		if b := img.Bounds(); b.Dx() != want.side || b.Dy() != want.side {
			t.Errorf("size %d: %v, want %d pixels square", size, b, want.side)
		}
		quiet := want.side
		for y := range want.side {
			for x := range want.side {
				if r, _, _, _ := img.At(x, y).RGBA(); r == 0 {
					quiet = min(quiet, x, y, want.side-1-x, want.side-1-y)
				}
			}
		}
		if quiet < Quiet*want.scale {
			t.Errorf("size %d: %d empty pixels around it, want %d modules of %d", size, quiet, Quiet, want.scale)
		}
	}
}

func TestSVG_Text_IsEscaped(t *testing.T) {
	code, err := Encode(`https://go.example/"<&>`)
	if err != nil {
		t.Fatal(err)
	}
	if svg := string(code.SVG(160)); !strings.Contains(svg, "<title>QR code of https://go.example/&#34;&lt;&amp;&gt;</title>") || !strings.Contains(svg, `width="160" height="160"`) {
		t.Errorf("%.300s", svg)
	}
}

func TestEncode_TextTooLong_IsAnError(t *testing.T) {
	if _, err := Encode(strings.Repeat("x", 3000)); err == nil {
		t.Error("no error")
	}
}
