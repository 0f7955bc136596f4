package ssh

import (
	"bytes"
	"io"
	"unicode/utf8"
)

// Bounds on what a program on the terminal reads. Bubble Tea (v1.3.10,
// readAnsiInputs) takes a read of its 256 bytes for a part, keeps what it cannot make
// out, and scans all of that again with the next one; of a paste it keeps everything up to its
// end. So input without a space or an end cost a whole core, with any key.
const (
	maxRead  = 255      // bytes
	maxPaste = 16 << 10 // bytes; the rest of a paste is dropped

	// A byte can be a key, and a key a frame. This many bytes come through at once, and
	// that many a second after it: far more than hands and wheels make.
	typeBurst = 32 << 10
	typeRate  = 4 << 10
	// dropCost is how many dropped bytes count as one.
	dropCost = 64
)

// Bracketed paste: what a terminal puts around text that is pasted.
var (
	pasteStart = []byte("\x1b[200~")
	pasteEnd   = []byte("\x1b[201~")
)

// maxSequence bounds how far back a read looks for the start of an escape sequence.
const maxSequence = 32

// input is what the client types, as the program reads it: at most maxRead bytes
// at a time, never a part of a character, and pastes of at most maxPaste bytes.
type input struct {
	session interface { // a *session
		io.Reader
		touch()
		await(bytes int) error // until the client may type so much more
		end(sentence string, status int)
	}
	pending  []byte // read from the client
	out      []byte // to be read by the program
	full     bool   // the last read of the client's was as long as it could be
	err      error
	pasting  bool
	pasted   int  // bytes of the paste so far
	dropping bool // until the end of a paste that was too long
}

// Read returns what was typed. At the end of the input (ssh </dev/null) no key can be
// pressed any more, so the session ends.
func (in *input) Read(p []byte) (int, error) {
	var buf [1 << 10]byte // is held while a session waits
	for len(in.out) == 0 {
		if in.out = in.next(); len(in.out) > 0 {
			break
		}
		if in.err != nil {
			in.session.end("", 0)
			return 0, in.err
		}
		var n int
		n, in.err = in.session.Read(buf[:])
		in.session.touch()
		if in.dropping && in.session.await(n/dropCost) != nil {
			return 0, io.ErrClosedPipe // the session is over
		}
		in.full = n == len(buf) && in.err == nil
		in.pending = append(in.pending, buf[:n]...)
	}
	n := copy(p, in.out)
	if in.session.await(n) != nil {
		return 0, io.ErrClosedPipe
	}
	in.out = in.out[n:]
	return n, nil
}

// next takes the next read from what is pending: nothing where more must come first.
func (in *input) next() []byte {
	switch {
	case in.dropping:
		end := bytes.Index(in.pending, pasteEnd)
		if end < 0 {
			in.take(len(in.pending) - partial(in.pending, pasteEnd))
			return nil
		}
		in.take(end + len(pasteEnd))
		in.dropping = false
		return in.next()
	case in.pasting:
		return in.nextOfPaste()
	}
	if bytes.HasPrefix(in.pending, pasteStart) {
		in.pasting, in.pasted = true, 0
		return in.take(len(pasteStart))
	}
	n := len(in.pending)
	if i := bytes.Index(in.pending, pasteStart); i >= 0 {
		n = i
	} else if part := partial(in.pending, pasteStart); part >= len("\x1b[2") && in.err == nil {
		n -= part // less than that is a key of its own
	}
	// A burst is not cut within a character or a sequence; the end of a burst is.
	burst := n == len(in.pending) && in.full
	if n > maxRead {
		n, burst = maxRead, true
	}
	if burst {
		n -= partialSequence(in.pending[:n])
	}
	if burst || n == len(in.pending) && in.err == nil {
		n -= partialRune(in.pending[:n])
	}
	return in.take(n)
}

func (in *input) nextOfPaste() []byte {
	n := bytes.Index(in.pending, pasteEnd)
	switch {
	case n == 0:
		in.pasting = false
		return in.take(len(pasteEnd))
	case n < 0:
		n = len(in.pending)
		if in.err == nil {
			n -= partial(in.pending, pasteEnd)
		}
	}
	if n > 0 && in.pasted == maxPaste {
		in.pasting, in.dropping = false, true
		return pasteEnd
	}
	n = min(n, maxRead, maxPaste-in.pasted)
	in.pasted += n
	return in.take(n)
}

// take cuts the first n bytes off what is pending.
func (in *input) take(n int) []byte {
	taken := in.pending[:n]
	in.pending = in.pending[n:]
	return taken
}

// partial returns how many bytes at the end of b may be the beginning of word.
func partial(b, word []byte) int {
	for n := min(len(b), len(word)-1); n > 0; n-- {
		if bytes.HasSuffix(b, word[:n]) {
			return n
		}
	}
	return 0
}

// partialSequence returns how many bytes at the end of b are an escape sequence that
// is not whole (ECMA-48 §5.4: ESC [ and a final byte, or ESC and one byte; after ESC [ M
// three bytes of a mouse event follow).
func partialSequence(b []byte) int {
	i := bytes.LastIndexByte(b[max(0, len(b)-maxSequence):], '\x1b')
	if i < 0 {
		return 0
	}
	tail := b[max(0, len(b)-maxSequence)+i:]
	whole := len(tail) > 1
	if whole && (tail[1] == '[' || tail[1] == 'O') {
		final := bytes.IndexFunc(tail[2:], func(r rune) bool { return r >= '@' && r <= '~' })
		whole = final >= 0 && (final > 0 || tail[2] != 'M' || len(tail) >= len("\x1b[M..."))
	}
	if whole {
		return 0
	}
	return len(tail)
}

// partialRune returns how many bytes at the end of b are a character that is not whole.
func partialRune(b []byte) int {
	for n := 1; n < utf8.UTFMax && n <= len(b); n++ {
		tail := b[len(b)-n:]
		if utf8.RuneStart(tail[0]) {
			if utf8.FullRune(tail) {
				return 0
			}
			return n
		}
	}
	return 0
}
