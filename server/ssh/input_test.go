package ssh

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"
	"unicode/utf8"

	tea "github.com/charmbracelet/bubbletea"
)

// typist is a session as far as input needs one.
type typist struct {
	io.Reader
	touched int
	awaited int
	ended   bool
}

func (t *typist) touch()          { t.touched++ }
func (t *typist) end(string, int) { t.ended = true }
func (t *typist) await(n int) error {
	t.awaited += n
	return nil
}

// reads is what a program reads of what was typed, read by read.
func reads(t testing.TB, typed io.Reader) []string {
	t.Helper()
	x := &typist{Reader: typed}
	in := &input{session: x}
	var all []string
	read := 0
	for {
		buf := make([]byte, 256) // Bubble Tea's
		n, err := in.Read(buf)
		if err != nil {
			if !errors.Is(err, io.EOF) || n != 0 || !x.ended || x.touched == 0 {
				t.Errorf("%d bytes, %v, ended %v, touched %d", n, err, x.ended, x.touched)
			}
			if x.awaited < read {
				t.Errorf("%d bytes were read, and %d awaited", read, x.awaited)
			}
			return all
		}
		read += n
		if n == 0 || n > maxRead {
			t.Fatalf("a read of %d bytes", n)
		}
		all = append(all, string(buf[:n]))
	}
}

func TestInput_Keys_ArriveUnchanged(t *testing.T) {
	for _, keys := range []string{
		"jk", "\x1b", "\x1b[A\x1b[B", "\x1b[2", "\x1b[200", "\x1b[2~", "ä\x1b[1;5C", "\xc3", "\x00\xff\x80",
		strings.Repeat("ä", 1000), strings.Repeat("😀", 1000), "x" + strings.Repeat("\x1b[1;5C", 200),
		strings.Repeat("x", 5000), strings.Repeat("\x80", 5000), strings.Repeat("\x1b", 5000),
		"a\x1b[200~pasted\nqq\x1b[201~b", "\x1b[200~no end", "\x1b[201~", "\x1b[200~\x1b[200~x\x1b[201~y\x1b[201~",
	} {
		for how, r := range map[string]io.Reader{"at once": strings.NewReader(keys), "byte by byte": iotest.OneByteReader(strings.NewReader(keys))} {
			if got := strings.Join(reads(t, r), ""); got != keys {
				t.Errorf("%.40q %s: %.40q", keys, how, got)
			}
		}
	}
}

func TestInput_Burst_CutsNoCharacterOrSequence(t *testing.T) {
	for name, key := range map[string]string{"runes": "ä", "emoji": "😀", "arrows": "\x1b[1;5C", "mouse": "\x1b[<35;100;40M"} {
		for _, before := range []string{"", "x", "xy", "xyz"} {
			for _, r := range reads(t, strings.NewReader(before+strings.Repeat(key, 1000))) {
				r = strings.TrimPrefix(r, before)
				if !utf8.ValidString(r) || strings.Trim(strings.ReplaceAll(r, key, ""), "xyz") != "" {
					t.Fatalf("%s after %q: a read of %q", name, before, r)
				}
			}
		}
	}
}

func TestInput_LongPaste_IsClosedAndItsRestDropped(t *testing.T) {
	const start, end = "\x1b[200~", "\x1b[201~"
	long := strings.Repeat("q", maxPaste)
	for _, c := range []struct{ name, typed, want string }{
		{"as long as allowed", start + long + end + "x", start + long + end + "x"},
		{"one more", start + long + "q" + end + "x", start + long + end + "x"},
		{"far too long", start + strings.Repeat(long, 64) + end + "x", start + long + end + "x"},
		{"without end", start + strings.Repeat(long, 64), start + long + end},
		{"twice", start + long + "q" + end + start + "z" + end, start + long + end + start + "z" + end},
	} {
		for how, r := range map[string]io.Reader{"at once": strings.NewReader(c.typed), "in halves": iotest.HalfReader(strings.NewReader(c.typed))} {
			if got := strings.Join(reads(t, r), ""); got != c.want {
				t.Errorf("%s %s: %d bytes, want %d: …%.30q", c.name, how, len(got), len(c.want), got[max(0, len(got)-30):])
			}
		}
	}
}

func TestInput_Escape_IsNotHeldBack(t *testing.T) {
	r, w := io.Pipe()
	defer w.Close()
	in := &input{session: &typist{Reader: r}}
	for _, key := range []string{"\x1b", "\x1b[", "\x1b[A", "q"} {
		go func() { _, _ = io.WriteString(w, key) }()
		buf := make([]byte, 256)
		if n, err := in.Read(buf); err != nil || string(buf[:n]) != key {
			t.Errorf("%q arrives as %q, %v", key, buf[:n], err)
		}
	}
}

// What a client sends beyond the bound waits in the channel, and does not keep the session
// from its end.
func TestInput_BeyondTheRate_WaitsAndEndsWithItsClient(t *testing.T) {
	var longest, pasted int
	d := open(t, func(c *Config) {
		c.UI = func(Screen) tea.Model { return listener{longest: &longest, pasted: &pasted} }
	})
	x := d.session(d.dial(d.ana), "xterm-256color")
	if err := x.Shell(); err != nil {
		t.Fatal(err)
	}
	sent := make(chan struct{})
	go func() {
		defer close(sent)
		_, _ = io.WriteString(x.in, strings.Repeat("a ", 1<<20)) // until the close
	}()
	until(t, "nothing waits", func() bool { return strings.Contains(stacks(), "ssh.(*session).await") })
	x.Close()
	d.empty()
	<-sent
}

func FuzzInput(f *testing.F) {
	f.Add([]byte("jk\x1b[200~pasted\x1b[201~ä\x1b[A"), uint8(3))
	f.Fuzz(func(t *testing.T, typed []byte, size uint8) {
		got := strings.Join(reads(t, &chunks{typed, int(size) + 1}), "")
		if len(typed) <= maxPaste && got != string(typed) {
			t.Errorf("%q arrives as %q", typed, got)
		}
		if len(got) > len(typed)+len(pasteEnd) {
			t.Errorf("%d bytes become %d", len(typed), len(got))
		}
	})
}

// chunks reads some bytes at a time.
type chunks struct {
	b []byte
	n int
}

func (c *chunks) Read(p []byte) (int, error) {
	if len(c.b) == 0 {
		return 0, io.EOF
	}
	n := copy(p, c.b[:min(c.n, len(c.b))])
	c.b = c.b[n:]
	return n, nil
}

// listener is a screen that notes the keys it gets; q quits.
type listener struct {
	longest, pasted *int
	last            string
}

func (l listener) Init() tea.Cmd { return nil }
func (l listener) View() string  { return "last " + l.last }
func (l listener) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	if k, ok := msg.(tea.KeyMsg); ok {
		*l.longest = max(*l.longest, len(string(k.Runes)))
		switch {
		case k.Paste:
			*l.pasted += len(string(k.Runes))
		case k.String() == "ctrl+q":
			return l, tea.Quit
		default:
			l.last = k.String()
			l.last = l.last[max(0, len(l.last)-3):]
		}
	}
	return l, nil
}

// One message of Bubble Tea is never longer than a read, or a paste than its bound, so there is
// nothing that it could scan again and again. Its end arrives behind the flood.
func TestInput_Flood_ReachesTheProgramInBoundedParts(t *testing.T) {
	var longest, pasted int
	d := open(t, func(c *Config) {
		c.UI = func(Screen) tea.Model { return listener{longest: &longest, pasted: &pasted} }
	})
	x := d.session(d.dial(d.ana), "xterm-256color")
	if err := x.Shell(); err != nil {
		t.Fatal(err)
	}
	x.press(strings.Repeat("a", 8<<10) + "xyz")
	x.out.wait(t, "last xyz")
	flood := bytes.Repeat([]byte("a"), 256<<10)
	x.press("\x1b[200~" + string(flood) + "\x1b[201~uvw")
	x.out.wait(t, "last uvw")
	x.press("\x11")
	if got := x.status(); got != 0 {
		t.Errorf("exit status %d: %s", got, x.errs)
	}
	d.empty()
	if longest != maxPaste || pasted != maxPaste {
		t.Errorf("a message of %d bytes, %d bytes pasted, want %d", longest, pasted, maxPaste)
	}
}
