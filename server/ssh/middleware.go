package ssh

import (
	"cmp"
	"crypto/rand"
	"fmt"
	"time"

	tea "github.com/charmbracelet/bubbletea"
	charm "github.com/charmbracelet/ssh"
	"github.com/charmbracelet/wish"
	"github.com/charmbracelet/wish/bubbletea"
	"github.com/muesli/termenv"

	"lastclick/model"
	"lastclick/server/internal/sshline"
)

// middleware is what a session passes, from the innermost outwards, as Wish wants it.
func (s *Server) middleware() []wish.Middleware {
	return []wish.Middleware{s.console, s.commands, s.joining, s.limits, s.identity, s.logging, s.recovering}
}

// recovering is the outermost: it begins and ends the session, and a panic ends this session
// alone. Wish's own logs the panic and tells the person nothing.
func (s *Server) recovering(next charm.Handler) charm.Handler {
	return func(cs charm.Session) {
		sess := sessionOf(cs.Context())
		sess.start(cs)
		defer sess.finish(cs)
		defer func() {
			if v := recover(); v != nil {
				sess.fail(v)
			}
		}()
		next(cs)
	}
}

// logging writes one line for each command, and one more for the end of each screen. Wish's
// own would also log the words of the command, which may hold an invite code.
func (s *Server) logging(next charm.Handler) charm.Handler {
	return func(cs charm.Session) {
		sess, since := sessionOf(cs.Context()), time.Now()
		defer func() {
			actor, ok := s.sessions.owner(sess)
			if !ok {
				return
			}
			status := sess.exit
			reason, ended, over := sess.ended()
			if over {
				status = ended
			}
			about := []any{"person", actor.Name}
			if sess.command != "" {
				about = append(about, "user", sess.user, "command", s.commandName(sess.command))
				if actor.Certificate != nil {
					about = append(about, certificateLog(sess.cert)...)
				}
			}
			about = append(about, "status", status, "seconds", time.Since(since).Round(time.Millisecond).Seconds())
			if reason == "" && status != 0 {
				reason = sess.failure
			}
			if reason != "" {
				about = append(about, "reason", reason)
			}
			if sess.command != "" {
				sess.log.Info("command", about...)
				return
			}
			sess.log.Info("signed out", about...)
		}()
		next(cs)
	}
}

// commandName is the name of the command in the line, for the log: never what stands behind
// it, which may be a code, a key or a person's.
func (s *Server) commandName(line string) string {
	args, err := sshline.Split(line)
	switch {
	case err != nil || len(args) == 0:
	case args[0] == "join":
		return "join"
	case s.cfg.CommandName != nil:
		return cmp.Or(s.cfg.CommandName(args), unknownCommand)
	}
	return unknownCommand
}

// unknownCommand stands in the log for what is no command: its words may be anything.
const unknownCommand = "unknown"

// identity looks up whose key signed the connection; the session of an unknown key
// goes on without an owner.
func (s *Server) identity(next charm.Handler) charm.Handler {
	return func(cs charm.Session) {
		sess := sessionOf(cs.Context())
		actor, err := s.signIn(sess)
		switch {
		case err == nil:
			s.conns.signedIn(sess.conn, sess.fingerprint)
			about := []any{"person", actor.Name, "user", sess.user, "screen", sess.pty}
			if actor.Certificate != nil {
				about = append(about, certificateLog(sess.cert)...)
			}
			if sess.command == "" { // a command has one line, at its end
				sess.log.Info("signed in", about...)
			}
		case model.KindOf(err) == model.NotFound:
			about := []any{"user", sess.user}
			if sess.cert != nil {
				about = append(about, certificateLog(sess.cert)...)
			}
			s.unknown.Do(func() { sess.log.Info("unknown key", about...) })
		case certificateFails(sess, err):
			sess.log.Warn("an ssh certificate signs no one in", append(certificateLog(sess.cert), "err", err)...)
			sess.refuse(1, sentenceOf(err))
			return
		default:
			if sess.ctx.Err() != nil { // which is no fault, and must not hide one
				sess.log.Debug("left before the key was looked up", "err", err)
			} else {
				s.unread.Do(func() { sess.log.Error("a key could not be looked up", "err", err) })
			}
			why, public := model.PublicMessage(err)
			if !public {
				why = "try again in a moment"
			}
			sess.refuse(1, "your key cannot be looked up now: "+why+".")
			return
		}
		next(cs)
	}
}

// signIn looks up whom the proved key belongs to, again if keys or roles change
// meanwhile: from then on watchKeys looks after the session.
func (s *Server) signIn(sess *session) (model.Actor, error) {
	for {
		actor, err := s.identify(sess.ctx, sess)
		if err != nil || !s.sessions.own(sess, actor) {
			return actor, err
		}
	}
}

// limits ends sessions that are not used any more, or that last too long. Wish has none for a
// session, and the library's IdleTimeout is of the connection.
func (s *Server) limits(next charm.Handler) charm.Handler {
	return func(cs charm.Session) {
		sess := sessionOf(cs.Context())
		longest := time.AfterFunc(s.cfg.MaxTimeout-time.Since(sess.conn.opened), func() {
			sess.end("this connection has reached its longest time: sign in again.", 1)
		})
		defer longest.Stop()
		defer s.endWithCertificate(sess)()
		defer sess.keepAlive(s.cfg.KeepAlive)()
		defer sess.watchIdle(s.cfg.IdleTimeout)()
		next(cs)
	}
}

// endWithCertificate ends a session when the certificate that signed it in does: a short
// life is how certificates are revoked.
func (s *Server) endWithCertificate(sess *session) (stop func() bool) {
	actor, _ := s.sessions.owner(sess)
	if actor.Certificate == nil || actor.Certificate.ValidUntil == nil {
		return func() bool { return false }
	}
	return time.AfterFunc(actor.Certificate.ValidUntil.Sub(s.now()), func() {
		sess.end("your certificate has ended, so the session is closed: sign in with a new one.", 1)
	}).Stop
}

// keepAlive sends a message that needs no answer now and then. It keeps network
// address translators awake, and wakes an OpenSSH that shares its connection: when
// a window on it is killed, the rest (OpenSSH 9.2) closes its channel only at the
// next packet, which on a quiet screen would never come.
func (s *session) keepAlive(every time.Duration) (stop func()) {
	return s.repeat(every, func() time.Duration {
		_, _ = s.SendRequest("keepalive@openssh.com", false, nil)
		return every
	})
}

// watchIdle ends the session after limit without input (a command's output counts
// too), and warns a minute before. It is the input that counts: a live screen writes all
// the time, and an SSH client may send keepalives.
func (s *session) watchIdle(limit time.Duration) (stop func()) {
	lead := min(time.Minute, limit/2)
	warned := int64(0) // after which input; each has a warning of its own, however late the timer
	return s.repeat(limit-lead, func() time.Duration {
		left, touched := limit-s.idle(), s.touched.Load()
		switch {
		case left <= 0:
			s.end("there was no input for "+seconds(limit)+", so the session is closed.", 1)
		case left > lead:
			return left - lead
		case warned != touched:
			warned = touched
			key := "any key"
			if s.command != "" {
				key = "Enter" // a dialogue reads lines
			}
			s.notify("This session closes in " + seconds(left) + ": press " + key + " to stay.")
		}
		return left
	})
}

// commands runs the command of a person; without one, the console goes on.
func (s *Server) commands(next charm.Handler) charm.Handler {
	return func(cs charm.Session) {
		sess := sessionOf(cs.Context())
		actor, _ := s.sessions.owner(sess)
		switch {
		case sess.command == "" && sess.pty:
			next(cs)
		case sess.command == "":
			_, _ = fmt.Fprint(sess.errs, s.usage())
			sess.exit = 2
		default:
			args, err := sshline.Split(sess.command)
			switch {
			case err != nil:
				sess.refuse(2, err.Error())
			case len(args) > 0 && args[0] == "join":
				sess.refuse(1, "this key signs in already, as "+model.Clean(actor.Name)+": an invite code is for a key that is not known yet")
			default:
				sess.exit = s.runCommand(sess, actor, args)
			}
		}
	}
}

// console runs the screens: Wish's own middleware, which starts the program, sends it the
// sizes of the window and waits for its end.
func (s *Server) console(next charm.Handler) charm.Handler {
	run := bubbletea.MiddlewareWithProgramHandler(s.program, termenv.Ascii)(next)
	return func(cs charm.Session) {
		sess := sessionOf(cs.Context())
		if actor, known := s.sessions.owner(sess); known {
			actor, err := s.cfg.Store.Choose(sess.ctx, actor, "")
			if err != nil {
				sess.refuse(1, sentenceOf(err))
				return
			}
			sess.model = func(screen Screen) tea.Model {
				screen.Actor = actor
				return s.cfg.UI(screen)
			}
		}
		run(cs)
		sess.renderer.end()
	}
}

// refuse ends the handler with a sentence and a status.
func (s *session) refuse(status int, sentence string) {
	_, _ = fmt.Fprintf(s.errs, "lastclick: %s\n", sentence)
	s.exit = status
}

// sentenceOf is what a person may read of an error.
func sentenceOf(err error) string {
	if msg, ok := model.PublicMessage(err); ok {
		return msg
	}
	return "this cannot be done now: try again in a moment."
}

// usage answers a client that asked for a shell without a terminal.
func (s *Server) usage() string {
	return "lastclick: there is no terminal, and no command was given.\n" +
		"For the screens, sign in on a terminal:  " + s.login("-t") + "\n" +
		"For one command, such as help:           " + s.login("") + " help\n"
}

// login is the command line that signs in here.
func (s *Server) login(flags string) string { return sshline.Format(s.cfg.Address, flags) }

// seconds says a duration as a person would: "45 seconds", "30 minutes".
func seconds(d time.Duration) string {
	if d = d.Round(time.Second); d >= 2*time.Minute {
		return model.Plural(int64(d.Round(time.Minute)/time.Minute), "minute", "minutes")
	}
	return model.Plural(int64(d/time.Second), "second", "seconds")
}

// faultID joins what a person reports to a line of the log.
func faultID() string { return rand.Text()[:8] }
