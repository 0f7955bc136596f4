package ssh

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"net"
	"time"

	"github.com/anmitsu/go-shlex"
	tea "github.com/charmbracelet/bubbletea"

	"lastclick/model"
)

// maxCommand bounds a command line, in bytes.
const maxCommand = 32 << 10

// unknownTimeout is how long the screen for an unknown key waits for a key press.
const unknownTimeout = 2 * time.Minute

// run is the session between the client's ask and its end; it returns the exit
// status. A sentence of session.end goes out last, when the screen is left.
func (s *Server) run(sess *session) (status int) {
	out, errs := sess.streams()
	defer func() {
		if v := recover(); v != nil {
			sess.fail(v)
		}
		if sentence, code, ok := sess.ended(); ok {
			status = code
			if sentence != "" {
				fmt.Fprintf(errs, "lastclick: %s\n", sentence)
			}
		}
	}()
	actor, err := s.signIn(sess)
	switch {
	case err != nil && model.KindOf(err) == model.NotFound:
		sess.log.Info("unknown key", "user", sess.user)
		return s.unknown(sess, out, errs)
	case err != nil:
		sess.log.Error("a key could not be looked up", "error", err)
		fmt.Fprintln(errs, "lastclick: your key cannot be looked up now: try again in a moment.")
		return 1
	}

	sess.log.Info("signed in", "person", actor.Name, "user", sess.user, "screen", sess.shell && sess.pty)
	defer sess.signedOut(actor, time.Now())

	switch {
	case sess.shell && sess.pty:
		if actor, err = s.cfg.Store.Choose(sess.ctx, actor, ""); err != nil {
			fmt.Fprintf(errs, "lastclick: %s\n", sentenceOf(err))
			return 1
		}
		s.screen(sess, out, func(screen Screen) tea.Model {
			screen.Actor = actor
			return s.cfg.UI(screen)
		})
		return 0
	case sess.shell:
		fmt.Fprint(errs, s.usage())
		return 2
	}
	args, err := split(sess.command)
	if err != nil {
		fmt.Fprintf(errs, "lastclick: %v\n", err)
		return 2
	}
	if len(args) > 0 && args[0] == "join" {
		fmt.Fprintf(errs, "lastclick: this key signs in already, as %s: an invite code is for a key that is not known yet\n", model.Clean(actor.Name))
		return 1
	}
	return s.runCommand(sess, actor, args, out, errs)
}

// signedOut logs the end of a person's session and why it came.
func (s *session) signedOut(a model.Actor, since time.Time) {
	reason, _, _ := s.ended()
	s.log.Info("signed out", "person", a.Name, "after", time.Since(since).Round(time.Millisecond), "reason", reason)
}

// signIn looks up whom the proved key belongs to, again if keys or roles change
// meanwhile: from then on watchKeys looks after the session.
func (s *Server) signIn(sess *session) (model.Actor, error) {
	for {
		actor, err := s.identify(sess.ctx, sess.fingerprint)
		if err != nil || !s.sessions.own(sess, actor) {
			return actor, err
		}
	}
}

// sentenceOf is what a person may read of an error.
func sentenceOf(err error) string {
	if e, ok := errors.AsType[*model.Error](err); ok && e.Kind != model.Internal {
		return model.Clean((&model.Error{Msg: e.Msg, Hint: e.Hint}).Error())
	}
	return "this cannot be done now: try again in a moment."
}

// split makes arguments of a command line, with the quotes of a shell and none of
// its powers.
func split(line string) ([]string, error) {
	if len(line) > maxCommand {
		return nil, fmt.Errorf("the command line has %d bytes, at most %d are allowed", len(line), maxCommand)
	}
	args, err := shlex.Split(line, true)
	if err != nil {
		return nil, errors.New("a quote in the command line is not closed")
	}
	return args, nil
}

// refuse is the screen for an unknown key where none asks for a code.
func (s *Server) refuse(sess *session, out *stream) {
	fmt.Fprintf(out, `
  lastclick

  This key is not known here:

    %s

  Ask the person who runs your account for an invite, or send them
  this fingerprint. With the code of an invite:

    %s

  If you have another key, sign in with it:

    %s

  Press any key to close.
`, sess.fingerprint, s.login("")+" join CODE", s.login("-i KEYFILE -o IdentitiesOnly=yes "))

	ctx, cancel := context.WithTimeout(sess.ctx, unknownTimeout)
	defer cancel()
	sess.tasks.Go(func() {
		io.ReadFull(sess, make([]byte, 1)) //nolint:errcheck // a key, or the end
		cancel()
	})
	select {
	case <-ctx.Done():
	case <-sess.quit:
	}
}

// usage answers a client that asked for a shell without a terminal.
func (s *Server) usage() string {
	return "lastclick: there is no terminal, and no command was given.\n" +
		"For the screens, sign in on a terminal:  " + s.login("-t ") + "\n" +
		"For one command, such as help:           " + s.login("") + " help\n"
}

// login is the command line that signs in here.
func (s *Server) login(flags string) string {
	host, port, err := net.SplitHostPort(s.cfg.Address)
	switch {
	case err != nil:
		host = s.cfg.Address
	case port != "22":
		flags += "-p " + port + " "
	}
	if host == "" {
		host = "HOST"
	}
	return "ssh " + flags + host
}

func plural(n int, unit string) string {
	if n == 1 {
		return "1 " + unit
	}
	return fmt.Sprintf("%d %ss", n, unit)
}

// faultID joins what a person reports to a line of the log.
func faultID() string { return rand.Text()[:8] }
