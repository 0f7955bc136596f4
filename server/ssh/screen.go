package ssh

import (
	"context"
	"errors"
	"io"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"lastclick/model"
)

// quitGrace is how long a program may take to leave the screen in good order.
const quitGrace = time.Second

// screen runs the program on the session's terminal until one of them ends.
//
// The program ends by itself (q), by session.end (idle, removed, restarting: it
// quits, so that the terminal is restored), or with the session's context (the
// client is gone: it is killed). A program stuck in a Write to a client that does
// not read hears none of it; bury closes its channel.
func (s *Server) screen(sess *session, out *stream, program func(Screen) tea.Model) {
	c := consoleOf(sess)
	width, height := sess.window()
	g := &guard{fail: sess.fail, width: width, height: height}
	g.model = program(Screen{
		Context: sess.ctx, Renderer: c.renderer(out, true), Width: width, Height: height,
		Copy: c.copier(out), ASCII: c.ascii(), User: sess.user, Term: model.Truncate(model.Clean(sess.term), 64),
	})

	keys, typed := io.Pipe()
	p := tea.NewProgram(g,
		tea.WithContext(sess.ctx), tea.WithInput(keys), tea.WithOutput(out), tea.WithAltScreen(),
		tea.WithoutSignalHandler(), tea.WithFPS(30), tea.WithFilter(refuse), tea.WithEnvironment(c.env.Environ()))
	over := make(chan struct{})
	sess.tasks.Go(func() { sess.pump(typed) })
	sess.tasks.Go(func() { sess.sendSizes(p, over) })
	sess.tasks.Go(func() { sess.quitProgram(p, over) })
	sess.tasks.Go(func() {
		sess.watchIdle(s.cfg.IdleTimeout, over, func(left time.Duration) {
			p.Send(notice("This session closes in " + seconds(left) + ": press any key to stay."))
		})
	})

	_, err := p.Run()
	close(over)
	keys.Close() //nolint:errcheck // never fails
	if err != nil && !errors.Is(err, tea.ErrInterrupted) && !errors.Is(err, context.Canceled) {
		sess.log.Debug("the program ended early", "error", err)
	}
}

// pump hands over what the client types and notes when. At the end of the input
// (ssh </dev/null) nobody can press a key any more, and the session ends.
func (s *session) pump(to *io.PipeWriter) {
	defer to.Close() //nolint:errcheck // never fails
	buf := make([]byte, 1024)
	for {
		n, err := s.Read(buf)
		if n > 0 {
			s.touch()
			if _, err := to.Write(buf[:n]); err != nil {
				return // the program is over
			}
		}
		if err != nil {
			s.end("", 0)
			return
		}
	}
}

// sendSizes tells the program the window's size, first and whenever it changes.
func (s *session) sendSizes(p *tea.Program, over <-chan struct{}) {
	for {
		select {
		case <-over:
			return
		case <-s.resized:
			w, h := s.window()
			p.Send(tea.WindowSizeMsg{Width: w, Height: h}) // returns once the program is over
		}
	}
}

// quitProgram lets the program quit once the session is asked to end, and kills
// it when it does not.
func (s *session) quitProgram(p *tea.Program, over <-chan struct{}) {
	select {
	case <-over:
		return
	case <-s.quit:
	}
	kill := time.AfterFunc(quitGrace, s.cancel)
	defer kill.Stop()
	p.Quit() // returns once the program has taken it or is over
	<-over
}

// watchIdle ends the session after limit without input (what else counts, the
// caller says by touch), and warns once, a minute before. It is the input that
// counts: a live screen writes all the time, and an SSH client may send keepalives.
func (s *session) watchIdle(limit time.Duration, over <-chan struct{}, warn func(left time.Duration)) {
	lead := min(time.Minute, limit/2)
	warned := false
	t := time.NewTimer(limit - lead)
	defer t.Stop()
	for {
		select {
		case <-over:
			return
		case <-s.quit:
			return
		case <-s.ctx.Done():
			return
		case <-t.C:
		}
		left := limit - s.idle()
		switch {
		case left <= 0:
			s.end("there was no input for "+seconds(limit)+", so the session is closed.", 1)
			return
		case left > lead:
			warned = false
			t.Reset(left - lead)
		default:
			if !warned {
				warned = true
				warn(left)
			}
			t.Reset(left)
		}
	}
}

// seconds says a duration as a person would: "45 seconds", "30 minutes".
func seconds(d time.Duration) string {
	if d = d.Round(time.Second); d >= 2*time.Minute {
		return plural(int(d.Round(time.Minute)/time.Minute), "minute")
	}
	return plural(int(d/time.Second), "second")
}
