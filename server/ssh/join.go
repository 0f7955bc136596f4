package ssh

import (
	"context"
	"fmt"
	"io"
	"strings"
	"time"

	tea "github.com/charmbracelet/bubbletea"
	charm "github.com/charmbracelet/ssh"
	gossh "golang.org/x/crypto/ssh"

	"lastclick/model"
	"lastclick/server/internal/sshline"
)

const (
	// tryTimeout bounds one look-up of a code.
	tryTimeout = 10 * time.Second
	// maxCode bounds what is looked up as a code, in bytes.
	maxCode = 200
	// unknownTimeout is how long the page for an unknown key waits for a key press.
	unknownTimeout = 2 * time.Minute
)

// JoinRequest is what the screen for an unknown key may do.
type JoinRequest struct {
	Fingerprint string // of the proved key, which a code binds
	Note        string // a sentence for those who have a certificate; empty for none
	// Try enters an invite code. From then on the session is that person's, and so is
	// the actor returned, with a client chosen where there is a choice of one. NotFound
	// says that the code is wrong, used or expired, and not which; Busy when to try
	// again. It waits for the store, so it belongs in a command.
	Try func(ctx context.Context, code string) (model.Actor, error)
	// Welcome is the program that goes on, once Try has succeeded.
	Welcome func(model.Actor) tea.Model
}

// joining lets the sessions of known keys pass, and tells the others how to become
// known.
func (s *Server) joining(next charm.Handler) charm.Handler {
	return func(cs charm.Session) {
		sess := sessionOf(cs.Context())
		if _, known := s.sessions.owner(sess); known {
			next(cs)
			return
		}
		sess.exit = 1
		args, err := sshline.Split(sess.command)
		switch {
		case err == nil && len(args) > 0 && args[0] == "join":
			sess.exit = s.joinCommand(sess, strings.Join(args[1:], " "))
			return
		case sess.command != "" || !sess.pty:
			_, _ = fmt.Fprintf(sess.errs, "lastclick: this key is not known here: %s\n"+
				"Ask the person who runs your account for an invite. With its code, sign in on a terminal: %s\n"+
				"or without one: %s join CODE\n", sess.fingerprint, s.login(""), s.login(""))
			if note := s.certificateNote(sess); note != "" {
				_, _ = fmt.Fprintln(sess.errs, note)
			}
			return
		case s.cfg.Join != nil:
			if release, ok := s.joins.acquire(sess.conn.RemoteAddr()); ok {
				defer release()
				s.joinScreen(sess, release, func() { next(cs) })
				return
			}
		}
		s.showFingerprint(sess)
	}
}

// joinScreen asks for a code, and goes on as the console of the person who joined.
func (s *Server) joinScreen(sess *session, release, run func()) {
	limit := time.AfterFunc(s.cfg.JoinTimeout, func() {
		sess.end("no code was entered in "+seconds(s.cfg.JoinTimeout)+", so the session is closed.", 1)
	})
	defer limit.Stop()
	sess.model = func(screen Screen) tea.Model {
		return s.cfg.Join(screen, JoinRequest{
			Fingerprint: sess.fingerprint, Note: s.certificateNote(sess),
			Try: func(ctx context.Context, code string) (model.Actor, error) {
				actor, err := s.join(ctx, sess, code)
				if err != nil {
					return actor, err
				}
				limit.Stop()
				release()
				return actor, nil
			},
			Welcome: func(actor model.Actor) tea.Model {
				screen.Actor, screen.Joined = actor, true
				screen.Width, screen.Height = sess.window()
				return s.cfg.UI(screen)
			},
		})
	}
	run()
	if _, joined := s.sessions.owner(sess); joined {
		sess.exit = 0
	}
}

// showFingerprint is the page for an unknown key where no screen asks for a code.
func (s *Server) showFingerprint(sess *session) {
	note := s.certificateNote(sess)
	if note != "" {
		note = "  " + note + "\n\n"
	}
	_, _ = fmt.Fprintf(sess.out, `
  lastclick

  This key is not known here:

    %s

  Ask the person who runs your account for an invite, or send them
  this fingerprint. With the code of an invite:

    %s

  If you have another key, sign in with it:

    %s

%s  Press any key to close.
`, sess.fingerprint, s.login("")+" join CODE", s.login("-i KEYFILE -o IdentitiesOnly=yes"), note)

	ctx, cancel := context.WithTimeout(sess.ctx, unknownTimeout)
	defer cancel()
	sess.tasks.Go(func() {
		_, _ = io.ReadFull(sess, make([]byte, 1)) // a key, or the end
		cancel()
	})
	select {
	case <-ctx.Done():
	case <-sess.quit:
	}
}

// join binds the proved key to the person that the code was made for, and makes the
// session theirs.
func (s *Server) join(ctx context.Context, sess *session, code string) (model.Actor, error) {
	if err := s.joins.try(sess.conn.RemoteAddr()); err != nil {
		s.refusals.Do(func() { sess.log.Warn("invite codes are not looked at", "err", err) })
		return model.Actor{}, err
	}
	ctx, cancel := context.WithTimeout(ctx, tryTimeout)
	defer cancel()
	key := model.Key{Fingerprint: sess.fingerprint, Public: strings.TrimSpace(string(gossh.MarshalAuthorizedKey(sess.key)))}
	joined, err := s.cfg.Store.Join(ctx, model.Truncate(code, maxCode), key)
	if err != nil {
		sess.log.Warn("an invite code was refused", "kind", model.KindOf(err).String(), "err", model.Clean(err.Error()))
		return model.Actor{}, err
	}
	sess.log.Info("joined", "person", joined.Name, "role", joined.Role, "client", joined.Client)
	actor, err := s.signIn(sess) // from now on watchKeys looks after it
	if err == nil {
		actor, err = s.cfg.Store.Choose(ctx, actor, "")
	}
	if err != nil {
		// The code is used: to ask for another would be wrong.
		sess.log.Error("a person who has just joined could not be signed in", "person", joined.Name, "err", err)
		sess.end("you have joined as "+model.Clean(joined.Name)+": sign in again.", 1)
	}
	return actor, err
}

// joinCommand is `ssh HOST join CODE` with a key that is not known.
func (s *Server) joinCommand(sess *session, code string) int {
	if strings.TrimSpace(code) == "" {
		_, _ = fmt.Fprintf(sess.errs, "lastclick: CODE is missing\nUsage: %s join CODE\n", s.login(""))
		return 2
	}
	actor, err := s.join(sess.ctx, sess, code)
	if _, _, ended := sess.ended(); err != nil && !ended {
		_, _ = fmt.Fprintf(sess.errs, "lastclick: %s\n", sentenceOf(err))
	}
	if err != nil {
		return 1
	}
	as := string(actor.Role)
	if actor.Client != "" {
		as += " of " + actor.Client
	}
	_, _ = fmt.Fprintf(sess.out, "Welcome, %s. This key signs you in from now on, as %s: %s\n", model.Clean(actor.Name), as, s.login(""))
	return 0
}
