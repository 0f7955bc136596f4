package ssh

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"
	"github.com/hinshun/vt10x"
	"pgregory.net/rapid"
)

// One cell wide in every terminal; in some; and what a terminal puts into cells in other
// ways.
var (
	narrow    = []string{"a", "b", "Ana Lopez", "1,204", "12", "13", " ", "    ", "GBP 4,365.00", "▸", "▾", "›", strings.Repeat(" ", 30)}
	ambiguous = []string{"▌", "–", "·", "…", "é", "─", "▲"}
	others    = []string{"日本語", "e\u0301", "👩‍👩‍👧‍👦", "\u200b", "🏳️‍🌈", "אב"}
)

// drawLine draws a line of styled pieces of texts, at most w cells wide where it must fit.
func drawLine(t *rapid.T, texts []string) string {
	var b strings.Builder
	for range rapid.IntRange(0, 12).Draw(t, "pieces") {
		text := rapid.SampledFrom(texts).Draw(t, "text")
		switch style := rapid.SampledFrom([]string{"", "", "", "\x1b[1m", "\x1b[31m", "\x1b[1;36m", "\x1b[30;107m", "\x1b[1m\x1b[32m"}).Draw(t, "style"); style {
		case "":
			b.WriteString(text)
		default:
			b.WriteString(style + text + rapid.SampledFrom([]string{"\x1b[0m", "\x1b[m"}).Draw(t, "reset"))
		}
	}
	return b.String()
}

// drawFrames draws frames of which each is like the one before.
func drawFrames(t *rapid.T, texts []string) [][]string {
	var frames [][]string
	lines := []string{}
	for range rapid.IntRange(1, 6).Draw(t, "frames") {
		switch rapid.IntRange(0, 5).Draw(t, "change") {
		case 0:
			lines = nil
			for range rapid.IntRange(0, 12).Draw(t, "lines") {
				lines = append(lines, drawLine(t, texts))
			}
		case 1: // a row goes to another place
			if n := len(lines); n > 1 {
				from, to := rapid.IntRange(0, n-1).Draw(t, "from"), rapid.IntRange(0, n-1).Draw(t, "to")
				lines[from], lines[to] = lines[to], lines[from]
			}
		case 2:
			lines = append(lines, drawLine(t, texts))
		default:
			for i := range lines {
				if rapid.Bool().Draw(t, "edited") {
					from, to := rapid.SampledFrom(texts).Draw(t, "from"), rapid.SampledFrom(texts).Draw(t, "to")
					lines[i] = strings.Replace(lines[i], from, to, rapid.IntRange(1, 3).Draw(t, "times"))
				}
			}
		}
		lines = append([]string(nil), lines...)
		frames = append(frames, lines)
	}
	return frames
}

// What the terminal shows after each difference is what it would show had the frame been
// drawn on an empty one.
func TestFrames_AnySequence_AsDrawnWhole(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w, h := rapid.IntRange(1, 90).Draw(t, "w"), rapid.IntRange(1, 14).Draw(t, "h")
		term := vt10x.New(vt10x.WithSize(w, h))
		var c changes
		shown, whole := []string(nil), true
		for _, frame := range drawFrames(t, append(append([]string{}, narrow...), ambiguous...)) {
			if rapid.IntRange(0, 4).Draw(t, "resized") == 0 {
				w, h = rapid.IntRange(1, 90).Draw(t, "w"), rapid.IntRange(1, 14).Draw(t, "h")
				term.Resize(w, h)
				whole = true
			}
			out := c.appendFrame(nil, shown, frame, w, h, whole)
			if again := c.appendFrame(nil, shown, frame, w, h, whole); string(again) != string(out) {
				t.Fatalf("%q, and again %q", out, again)
			}
			_, _ = term.Write(out)
			fresh := vt10x.New(vt10x.WithSize(w, h))
			_, _ = fresh.Write(c.appendFrame(nil, nil, frame, w, h, true))
			if !whole && len(out) > 0 && slices.Equal(frame, shown) {
				t.Fatalf("%q for nothing", out)
			}
			shown, whole = frame, false
			for y := range h {
				for x := range w {
					if got, want := term.Cell(x, y), fresh.Cell(x, y); got != want {
						t.Fatalf("cell %d,%d is %v, want %v\n%s\nwant\n%s\nafter %q", x, y, got, want, term, fresh, out)
					}
				}
			}
		}
	})
}

// The same where characters take two cells, or none, and where the terminal shows some
// twice as wide as the program thinks.
func TestFrames_AnyWidths_AsDrawnWhole(t *testing.T) {
	for name, texts := range map[string][]string{
		"wide and combining": append(append(append([]string{}, narrow...), ambiguous...), others...),
		"ambiguous":          append(append([]string{}, narrow...), ambiguous...),
	} {
		t.Run(name, func(t *testing.T) {
			rapid.Check(t, func(t *rapid.T) {
				const h = 16
				w := rapid.SampledFrom([]int{40, 80, 400}).Draw(t, "w")
				doubled := name == "ambiguous"
				if doubled {
					w = 2000 // as wide as it gets: what is cut is cut by the terminal
				}
				term := newCellTerminal(w, h, doubled)
				var c changes
				shown, whole := []string(nil), true
				for _, frame := range drawFrames(t, texts) {
					out := c.appendFrame(nil, shown, frame, w, h, whole)
					if again := c.appendFrame(nil, shown, frame, w, h, whole); string(again) != string(out) {
						t.Fatalf("%q, and again %q", out, again)
					}
					term.write(string(out))
					fresh := newCellTerminal(w, h, doubled)
					fresh.write(string(c.appendFrame(nil, nil, frame, w, h, true)))
					if got, want := term.String(), fresh.String(); got != want {
						t.Fatalf("shown is\n%s\nwant\n%s\nafter %q", got, want, out)
					}
					shown, whole = frame, false
				}
			})
		})
	}
}

// A row of which a few numbers change costs their digits.
func TestFrames_FewNumbersChange_FewBytes(t *testing.T) {
	row := "  \x1b[2m▸\x1b[0m Influencer 12        link-12  \x1b[2mSummer Fest 12\x1b[0m          31         1204          980         1204     1204        0       1204    GBP 54,180.00"
	next := strings.NewReplacer("1204", "1205", "980", "981", "54,180", "54,225").Replace(row)
	var c changes
	out := c.appendFrame(nil, []string{row}, []string{next}, 160, 40, false)
	if len(out) > 60 || len(out) == 0 {
		t.Errorf("%d bytes of a row of %d: %q", len(out), len(row), out)
	}
	if out := c.appendFrame(nil, []string{row}, []string{row}, 160, 40, false); len(out) > 0 {
		t.Errorf("%q for a frame that did not change", out)
	}
}

// What other consoles have written already costs a console no allocation.
func TestFrames_WrittenBefore_NoAllocation(t *testing.T) {
	var c changes
	frames := [][]string{{"Link Tracking", "  Influencer 12        31         1204          980      GBP 54,180.00"}, {"Link Tracking", "  Influencer 12        32         1205          981      GBP 54,225.00"}}
	buf := make([]byte, 0, 1<<10)
	buf = c.appendFrame(buf[:0], frames[0], frames[1], 80, 24, false)
	if n := testing.AllocsPerRun(100, func() { buf = c.appendFrame(buf[:0], frames[0], frames[1], 80, 24, false) }); n > 0 {
		t.Errorf("%v allocations", n)
	}
}

func TestWidth_AnyLine_AsMeasured(t *testing.T) {
	all := append(append(append([]string{}, narrow...), ambiguous...), others...)
	rapid.Check(t, func(t *rapid.T) {
		line := drawLine(t, all)
		if got, want := width(line), ansi.StringWidth(line); got != want {
			t.Fatalf("%d, want %d: %q", got, want, line)
		}
	})
}

// cellTerminal is a terminal that knows of characters two cells wide, and of those made
// of several runes. It understands what the renderer writes.
type cellTerminal struct {
	w, h    int
	doubled bool // ambiguous characters take two cells
	cells   [][]string
	x, y    int
	style   string
}

func newCellTerminal(w, h int, doubled bool) *cellTerminal {
	t := &cellTerminal{w: w, h: h, doubled: doubled, cells: make([][]string, h)}
	for y := range t.cells {
		t.cells[y] = make([]string, w)
		t.erase(0, y)
	}
	return t
}

func (t *cellTerminal) erase(x, y int) {
	t.split(x, y)
	for ; x < t.w; x++ {
		t.cells[y][x] = t.style + " "
	}
}

// split makes blanks of a character of two cells that begins before x and ends behind it.
func (t *cellTerminal) split(x, y int) {
	if x < t.w && t.cells[y][x] == "" && x > 0 {
		t.cells[y][x-1], t.cells[y][x] = " ", " "
	}
}

func (t *cellTerminal) String() string {
	var b strings.Builder
	for _, line := range t.cells {
		fmt.Fprintf(&b, "%q\n", strings.TrimRight(strings.Join(line, ""), " "))
	}
	return b.String()
}

func (t *cellTerminal) write(s string) {
	for s != "" {
		if strings.HasPrefix(s, "\x1b[") {
			end := strings.IndexFunc(s[2:], func(r rune) bool { return r >= '@' && r <= '~' }) + 2
			t.control(s[2:end], s[end])
			s = s[end+1:]
			continue
		}
		cluster, n := ansi.FirstGraphemeCluster(s, ansi.GraphemeWidth)
		s = s[len(cluster):]
		for _, a := range ambiguous {
			if cluster == a && t.doubled {
				n = 2
			}
		}
		t.put(cluster, n)
	}
}

func (t *cellTerminal) put(cluster string, n int) {
	switch {
	case n == 0: // joins the character before the cursor
		if t.x > 0 {
			t.cells[t.y][t.x-1] += cluster
		}
		return
	case t.x+n > t.w:
		return
	}
	t.split(t.x, t.y)
	t.split(t.x+n, t.y)
	t.cells[t.y][t.x] = t.style + cluster
	if n == 2 {
		t.cells[t.y][t.x+1] = ""
	}
	t.x += n
}

func (t *cellTerminal) control(args string, final byte) {
	arg := func(i int) int {
		n := 1
		if parts := strings.Split(args, ";"); i < len(parts) && parts[i] != "" {
			n, _ = strconv.Atoi(parts[i])
		}
		return n
	}
	switch final {
	case 'H':
		t.y, t.x = arg(0)-1, arg(1)-1
	case 'G':
		t.x = arg(0) - 1
	case 'K':
		t.erase(t.x, t.y)
	case 'J':
		t.erase(t.x, t.y)
		for y := t.y + 1; y < t.h; y++ {
			t.erase(0, y)
		}
	case 'm':
		if args == "" || args == "0" {
			t.style = ""
		} else {
			t.style += "<" + args + ">"
		}
	default:
		panic("unknown sequence " + args + string(final))
	}
}

// BenchmarkFrame is what of a frame of 36 lines is written when four of them change.
func BenchmarkFrame(b *testing.B) {
	row := func(n int) string {
		return fmt.Sprintf("  \x1b[2m▸\x1b[0m Influencer %02d    link-%02d  \x1b[2mSummer Fest %02d \x1b[0m       31        %4d     980         %4d     %4d       0         %4d    GBP 54,%03d.00", n, n, n, n, n, n, n, n)
	}
	var lines, next []string
	for i := range 36 {
		lines = append(lines, row(i))
		if next = append(next, row(i)); i%9 == 0 {
			next[i] = row(i + 100)
		}
	}
	for name, kept := range map[string]bool{"new": false, "kept": true} {
		b.Run(name, func(b *testing.B) {
			var c changes
			var out []byte
			b.ReportAllocs()
			for b.Loop() {
				if !kept {
					clear(c.kept)
				}
				out = c.appendFrame(out[:0], lines, next, 140, 40, false)
			}
			b.ReportMetric(float64(len(out)), "B/frame")
		})
	}
}
