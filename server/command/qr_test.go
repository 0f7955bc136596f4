package command

import (
	"testing"
	"unicode/utf8"

	"rsc.io/qr"

	"lastclick/model"
)

// Every module is where the code has it, with the quiet border around it, in both
// drawings.
func TestHalfBlocks_BothDrawings_EveryModule(t *testing.T) {
	code, err := qr.Encode("https://go.example/ana?qr", qr.M)
	if err != nil {
		t.Fatal(err)
	}
	size := code.Size + 2*quiet
	for _, dark := range []bool{true, false} {
		lines := halfBlocks(code, dark)
		if len(lines) != (size+1)/2 {
			t.Fatalf("%d lines for %d modules", len(lines), size)
		}
		for i, line := range lines {
			if utf8.RuneCountInString(line) != size {
				t.Fatalf("line %d has %d characters, want %d", i, utf8.RuneCountInString(line), size)
			}
			for x, r := range []rune(line) {
				upper, lower := r == '▀' || r == '█', r == '▄' || r == '█'
				if upper != (code.Black(x-quiet, 2*i-quiet) == dark) {
					t.Fatalf("dark %v: the module at %d, %d is wrong", dark, x-quiet, 2*i-quiet)
				}
				if y := 2*i + 1; y < size && lower != (code.Black(x-quiet, y-quiet) == dark) {
					t.Fatalf("dark %v: the module at %d, %d is wrong", dark, x-quiet, y-quiet)
				}
			}
		}
	}
}

func TestLinkQR_TooNarrow_ShowsTheAddress(t *testing.T) {
	got := caller{store: fakeStore{name: "Ana"}, role: model.Viewer, width: 32}.run(t, "link", "qr", "ana")
	want := "The QR code needs a terminal of\n33 columns, this one has 32.\nMake it wider, or open the\npicture:\n  https://go.example/qr/ana.png\n\nhttps://go.example/ana?qr\n"
	if got.out != want {
		t.Errorf("%s", got.out)
	}
}
