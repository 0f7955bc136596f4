package ssh

import (
	"bytes"
	"context"
	"io"

	"github.com/charmbracelet/lipgloss"

	"lastclick/model"
)

// CommandEnv is what `ssh HOST command` runs in.
type CommandEnv struct {
	Actor          model.Actor
	Stdin          io.Reader
	Stdout, Stderr io.Writer          // on a terminal \n becomes \r\n
	Width          int                // in cells; 0 where there is no terminal
	TTY            bool               // ssh -t
	Renderer       *lipgloss.Renderer // colours of the terminal; none where there is none
}

// runCommand runs one command until it returns. Its context ends when the client
// is gone, presses ctrl+c on a terminal, or the session is asked to end.
func (s *Server) runCommand(sess *session, actor model.Actor, args []string) int {
	sess.out.busy, sess.errs.busy = true, true
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
		TTY: sess.pty, Renderer: consoleOf(sess).renderer(sess.out, sess.pty),
	}
	if sess.pty {
		env.Width, _ = sess.window()
		lines := &typedInput{chunks: make(chan []byte, 64)}
		env.Stdin = lines
		sess.tasks.Go(func() { sess.pumpTyped(lines, cancel) })
	}
	return s.cfg.Command(ctx, env, args)
}

// stdin is the client's standard input. Reading it counts as activity.
type stdin struct{ session *session }

func (i stdin) Read(p []byte) (int, error) {
	n, err := i.session.Read(p)
	i.session.touch()
	return n, err
}

// typedInput is what a person types to a command on a terminal, where no terminal driver
// makes lines of it: enter ends a line, ctrl+d the input.
type typedInput struct {
	chunks chan []byte
	rest   []byte
}

func (t *typedInput) Read(p []byte) (int, error) {
	for len(t.rest) == 0 {
		chunk, ok := <-t.chunks
		if !ok {
			return 0, io.EOF
		}
		t.rest = chunk
	}
	n := copy(p, t.rest)
	t.rest = t.rest[n:]
	return n, nil
}

// pumpTyped never waits for the command, which may not read at all: ctrl+c must
// arrive. What does not fit is dropped.
func (s *session) pumpTyped(to *typedInput, interrupt func()) {
	open := true
	stop := func() {
		if open {
			open = false
			close(to.chunks)
		}
	}
	defer stop()
	buf := make([]byte, 1024)
	for {
		n, err := s.Read(buf)
		s.touch()
		if bytes.IndexByte(buf[:n], 0x03) >= 0 { // ctrl+c
			interrupt()
			return
		}
		chunk, _, end := bytes.Cut(buf[:n], []byte{0x04}) // ctrl+d
		if open && len(chunk) > 0 {
			select {
			case to.chunks <- bytes.ReplaceAll(chunk, []byte{'\r'}, []byte{'\n'}):
			default:
			}
		}
		if end {
			stop()
		}
		if err != nil {
			return
		}
	}
}
