package ssh

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/lipgloss"

	"lastclick/model"
)

// CommandEnv is what `ssh HOST command` runs in.
type CommandEnv struct {
	Actor          model.Actor
	Stdin          io.Reader
	Stdout, Stderr io.Writer           // on a terminal \n becomes \r\n
	Width          int                 // in cells; 0 where there is no terminal
	TTY            bool                // ssh -t
	Renderer       *lipgloss.Renderer  // colours of the terminal; none where there is none
	Failed         func(reason string) // says for the log why the command failed
}

// dialogue is the command that goes on until its person leaves. As on a screen, only what
// they say counts as activity, and they are warned before the session closes.
const dialogue = "plain"

// runCommand runs one command until it returns. Its context ends when the client
// is gone, presses ctrl+c on a terminal, or the session is asked to end.
func (s *Server) runCommand(sess *session, actor model.Actor, args []string) int {
	if s.commandName(sess.command) == dialogue {
		sess.attach(func(msg tea.Msg) {
			if sentence, ok := msg.(notice); ok {
				_, _ = fmt.Fprintf(sess.errs, "lastclick: %s\n", sentence)
			}
		})
	} else {
		sess.out.busy, sess.errs.busy = true, true
	}
	ctx, cancel := context.WithCancel(sess.ctx)
	defer cancel()
	sess.tasks.Go(func() {
		select {
		case <-ctx.Done():
		case <-sess.quit:
			cancel()
		}
	})
	env := CommandEnv{
		Actor: actor, Stdin: stdin{sess}, Stdout: sess.out, Stderr: sess.errs,
		TTY: sess.pty, Renderer: consoleOf(sess).renderer(sess.out, sess.pty), Failed: func(reason string) { sess.failure = reason },
	}
	if sess.pty {
		env.Width, _ = sess.window()
		lines := &typedInput{chunks: make(chan []byte, typedChunks), reading: make(chan struct{})}
		env.Stdin = lines
		sess.tasks.Go(func() { sess.pumpTyped(ctx, lines, cancel) })
	}
	return s.cfg.Command(ctx, env, args)
}

// stdin is the client's standard input. Reading it counts as activity.
type stdin struct{ session *session }

// Read ends with io.EOF where the client has said that its input ends. The library says
// the same where the connection broke or the channel was closed, and then a command would
// take the beginning of a file for the whole. So a client that is still there answers
// first (RFC 4254 §5.4: a request that wants a reply gets one), and where none does, the
// error is io.ErrUnexpectedEOF.
func (i stdin) Read(p []byte) (int, error) {
	n, err := i.session.Read(p)
	i.session.touch()
	if errors.Is(err, io.EOF) {
		if _, gone := i.session.SendRequest("keepalive@openssh.com", true, nil); gone != nil {
			err = io.ErrUnexpectedEOF
		}
	}
	return n, err
}

// What is typed and not read yet: typedChunks reads of at most typedChunk bytes.
const (
	typedChunks = 64
	typedChunk  = 32 << 10
)

// errTypedLost says that more was sent, before the command read any of it, than is kept.
var errTypedLost = errors.New("too much came on the terminal at once: run the command without -t")

// typedInput is what a person types to a command on a terminal, where no terminal driver
// makes lines of it: enter ends a line, ctrl+d the input.
type typedInput struct {
	chunks  chan []byte
	rest    []byte
	reading chan struct{} // closed at the first Read: from then on nothing is dropped
	begun   bool
	err     error // how the chunks ended; set before they are closed
}

func (t *typedInput) Read(p []byte) (int, error) {
	if !t.begun {
		t.begun = true
		close(t.reading)
	}
	for len(t.rest) == 0 {
		chunk, ok := <-t.chunks
		if !ok {
			return 0, t.err
		}
		t.rest = chunk
	}
	n := copy(p, t.rest)
	t.rest = t.rest[n:]
	return n, nil
}

// pumpTyped hands on what is typed. It waits for a command that reads, so that also a
// file which is sent to it on a terminal arrives whole; not for one that has read nothing
// yet and may never read, for ctrl+c must arrive. What does not fit then is lost.
func (s *session) pumpTyped(ctx context.Context, to *typedInput, interrupt func()) {
	open := true
	stop := func(err error) {
		if open {
			open, to.err = false, err
			close(to.chunks)
		}
	}
	var lines lineEnds
	buf := make([]byte, typedChunk)
	for {
		n, err := stdin{s}.Read(buf)
		if bytes.IndexByte(buf[:n], 0x03) >= 0 { // ctrl+c
			interrupt()
			stop(context.Canceled)
			return
		}
		chunk, _, end := bytes.Cut(buf[:n], []byte{0x04}) // ctrl+d
		if chunk = lines.of(chunk); open && len(chunk) > 0 && !to.take(ctx, chunk) {
			stop(errTypedLost)
		}
		if end {
			stop(io.EOF)
		}
		if err != nil {
			stop(err)
			return
		}
	}
}

// take keeps a chunk for the command. It returns false where that is not possible.
func (t *typedInput) take(ctx context.Context, chunk []byte) bool {
	select {
	case t.chunks <- chunk:
		return true
	default:
	}
	select {
	case <-t.reading:
	default:
		return false
	}
	select {
	case t.chunks <- chunk:
		return true
	case <-ctx.Done():
		return false
	}
}

// lineEnds makes \n of each end of a line: of \r, which enter sends, and of \r\n, which
// files of Windows have.
type lineEnds struct{ half bool } // the last byte was \r

// of is the chunk with its ends of lines changed, in memory of its own.
func (l *lineEnds) of(chunk []byte) []byte {
	out := make([]byte, 0, len(chunk))
	for _, b := range chunk {
		switch {
		case b == '\n' && l.half:
		case b == '\r':
			out = append(out, '\n')
		default:
			out = append(out, b)
		}
		l.half = b == '\r'
	}
	return out
}
