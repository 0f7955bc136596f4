package command

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/charmbracelet/lipgloss"
	"github.com/charmbracelet/x/ansi"
	"github.com/muesli/termenv"

	"lastclick/model"
	"lastclick/server/internal/spreadsheet"
)

var hostile = []string{
	"\x1b]52;c;cm0gLXJm\x07", "\x1b[2J\x1b[31mred", "\u009b31m", "line\nbreak\r\nand\ttab", "\u202eevil\u202c", "a\u200bb\u2060c\ufeff",
	"=HYPERLINK(\"http://x\")", "+1", "-2+3", "@SUM(A1)", "\tx", "\x7f\x00", "bad\xff\xfeutf8", strings.Repeat("漢字", 60), strings.Repeat("👩‍👩‍👧‍👦", 20), "Z" + strings.Repeat("\u0300", 50),
}

// harmless says whether a terminal that shows the text obeys nothing in it.
func harmless(text string) error {
	if !utf8.ValidString(text) {
		return fmt.Errorf("not UTF-8")
	}
	for _, r := range text {
		if r != '\n' && (unicode.IsControl(r) || unicode.In(r, unicode.Bidi_Control) || r == '\u200b' || r == '\u2060' || r == '\ufeff') {
			return fmt.Errorf("holds %U", r)
		}
	}
	return nil
}

func TestPages_HostileText_ReachesNoTerminal(t *testing.T) {
	for _, name := range hostile {
		for _, line := range pages {
			for _, width := range []int{0, 20, 40, 80} {
				for _, flag := range []string{"", " --json", " --csv"} {
					d := caller{store: fakeStore{name: name}, hooks: fakeHooks{name, true}, role: model.Admin, width: width}
					got := d.run(t, words(line+flag)...)
					if got.code == 2 && flag != "" {
						continue // no list, or help
					}
					if err := harmless(got.out + got.err); err != nil || got.code != 0 {
						t.Errorf("%q, %s%s at %d: exit %d, %v\n%q", name, line, flag, width, got.code, err, got.out)
					}
				}
			}
		}
	}
}

func TestJSON_HostileText_KeptAsItIs(t *testing.T) {
	for _, name := range hostile {
		got := caller{store: fakeStore{name: name}, role: model.Admin}.run(t, "link", "list", "--json")
		var out struct {
			Links []struct{ Name string }
		}
		if err := json.Unmarshal([]byte(got.out), &out); err != nil {
			t.Fatal(err)
		}
		if want := strings.ToValidUTF8(strings.ReplaceAll(name, "\xff\xfe", "\ufffd\ufffd"), "\ufffd"); out.Links[0].Name != want {
			t.Errorf("%q came as %q", want, out.Links[0].Name)
		}
		if strings.Count(got.out, "\n") != 1 || strings.Contains(got.out, `\u0026`) {
			t.Errorf("not one plain line: %s", got.out)
		}
	}
}

func TestCSV_Formulas_MarkedAsText(t *testing.T) {
	for in, want := range map[string]string{
		"=1+1": "'=1+1", "+44 20": "'+44 20", "-2+3": "'-2+3", "@x": "'@x", "\t=x": "'=x", "\r=x": "'=x", "\n=x": "'=x", " =x": "'=x", "\u200b=x": "'=x",
		"-12": "-12", "-12.50": "-12.50", "1204": "1204", "-": "'-", "-.5": "'-.5", "Ana": "Ana", "a=b": "a=b", "": "",
	} {
		if got := spreadsheet.Cell(in); got != want {
			t.Errorf("%q came as %q, want %q", in, got, want)
		}
	}
	for _, name := range hostile {
		for _, line := range []string{"link list", "stats", "order list", "promoter list", "key list", "audit", "inbox list", "client list", "event list", "checkout list", "hook list"} {
			got := caller{store: fakeStore{name: name}, role: model.Admin}.run(t, words(line+" --csv")...)
			rows, err := csv.NewReader(strings.NewReader(got.out)).ReadAll() // every row as long as the first
			if err != nil || len(rows) < 2 {
				t.Fatalf("%s: %v\n%s", line, err, got.out)
			}
			for _, row := range rows {
				for _, c := range row {
					if c != "" && strings.ContainsRune("=+-@", rune(c[0])) && !spreadsheet.Number(c) {
						t.Errorf("%s: the cell %q is a formula", line, c)
					}
				}
			}
		}
	}
}

func FuzzEscaping(f *testing.F) {
	for _, s := range hostile {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		for _, out := range []string{model.Line(s), spreadsheet.Cell(s)} {
			if err := harmless(out); err != nil || strings.Contains(out, "\n") {
				t.Errorf("%q: %v", out, err)
			}
			if ansi.StringWidth(out) != ansi.StringWidth(ansi.Strip(out)) {
				t.Errorf("%q measures wrong", out)
			}
		}
		doc, err := document(s)
		var back string
		if err != nil || json.Unmarshal(doc, &back) != nil || back != strings.ToValidUTF8(s, "\ufffd") && utf8.ValidString(s) {
			t.Errorf("%q came back as %q: %v", s, back, err)
		}
		if err := harmless(string(doc)); err != nil {
			t.Errorf("%q: %v", doc, err)
		}
	})
}

// Colour comes from the session's renderer alone, and only from us.
func TestColour_SessionsRenderer_Alone(t *testing.T) {
	r := lipgloss.NewRenderer(io.Discard, termenv.WithUnsafe())
	r.SetColorProfile(termenv.TrueColor)
	qr := caller{store: fakeStore{name: "Ana"}, role: model.Viewer, width: 80, renderer: r}.run(t, "link", "qr", "ana").out
	if !strings.Contains(qr, "\x1b[38;2;0;0;0;48;2;255;255;255m") || strings.Contains(qr, "Drawn for light text") {
		t.Errorf("the QR code is not black on white: %q", qr[:80])
	}
	stats := caller{store: fakeStore{name: "Ana"}, role: model.Viewer, width: 80, renderer: r}.run(t, "stats").out
	plain := caller{store: fakeStore{name: "Ana"}, role: model.Viewer, width: 80}.run(t, "stats").out
	if stats == plain || ansi.Strip(stats) != plain {
		t.Errorf("colour changes the text:\n%s", stats)
	}
	r.SetColorProfile(termenv.Ascii)
	if got := (caller{store: fakeStore{name: "Ana"}, role: model.Viewer, width: 80, renderer: r}).run(t, "link", "qr", "ana").out; bytes.ContainsRune([]byte(got), '\x1b') {
		t.Errorf("NO_COLOR is not honoured: %q", got)
	}
}
