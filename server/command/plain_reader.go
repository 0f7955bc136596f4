package command

import (
	"bufio"
	"context"
	"io"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"github.com/charmbracelet/x/ansi"
)

// maxPlainLine bounds what one line may hold, in bytes; what is typed beyond it is dropped.
const maxPlainLine = 4 << 10

// lineReader reads the lines of a dialogue. Where the client asked for a terminal, its own
// line editing is off, so what is typed is echoed here, and backspace and ctrl+u work;
// ctrl+c and ctrl+d have ended the input already (server/ssh). It only ever writes behind
// the cursor: nothing that stands there is painted again.
type lineReader struct {
	lines chan string // closed at the end of the input
	out   io.Writer
	echo  bool
}

// sharedWriter is for the dialogue and for the echo of what is typed meanwhile.
type sharedWriter struct {
	mu sync.Mutex
	w  io.Writer
}

func (s *sharedWriter) Write(b []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.w.Write(b)
}

// readLines begins to read. The goroutine ends with the input, which ends with the session,
// or once ctx does and a line was read.
func readLines(ctx context.Context, in io.Reader, out io.Writer, echo bool) *lineReader {
	r := &lineReader{lines: make(chan string), out: out, echo: echo}
	go func() {
		defer close(r.lines)
		b := bufio.NewReader(in)
		for {
			line, err := r.line(b)
			if err != nil && line == "" {
				return
			}
			select {
			case r.lines <- line:
			case <-ctx.Done():
				return
			}
			if err != nil {
				return
			}
		}
	}()
	return r
}

// line reads one line without its end.
func (r *lineReader) line(b *bufio.Reader) (string, error) {
	var line []rune
	size := 0
	for {
		c, n, err := b.ReadRune()
		if err != nil {
			return string(line), err
		}
		switch {
		case c == '\n':
			r.say("\n")
			return string(line), nil
		case c == 0x7f || c == '\b':
			if len(line) > 0 {
				last := line[len(line)-1]
				line, size = line[:len(line)-1], size-utf8.RuneLen(last)
				r.erase(string(last))
			}
		case c == 0x15: // ctrl+u
			r.erase(string(line))
			line, size = nil, 0
		case c == '\x1b':
			skipSequence(b)
		case c == '\t':
			c, n = ' ', 1
			fallthrough
		case unicode.IsGraphic(c) && c != utf8.RuneError && size+n <= maxPlainLine:
			line, size = append(line, c), size+n
			r.say(string(c))
		}
	}
}

// skipSequence takes what an arrow or another key sends behind the escape.
func skipSequence(b *bufio.Reader) {
	if b.Buffered() == 0 { // the key escape itself
		return
	}
	c, err := b.ReadByte()
	if err != nil || c != '[' && c != 'O' {
		return
	}
	for b.Buffered() > 0 {
		if c, err = b.ReadByte(); err != nil || c >= '@' && c <= '~' {
			return
		}
	}
}

func (r *lineReader) say(text string) {
	if r.echo {
		_, _ = io.WriteString(r.out, text) // the client may be gone
	}
}

// erase takes typed text back, a cell at a time.
func (r *lineReader) erase(text string) {
	r.say(strings.Repeat("\b \b", ansi.StringWidth(text)))
}
