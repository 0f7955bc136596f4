package ssh

import (
	"context"
	"fmt"
	"strings"
	"time"

	tea "github.com/charmbracelet/bubbletea"
	gossh "golang.org/x/crypto/ssh"

	"lastclick/model"
)

const (
	// tryTimeout bounds one look-up of a code.
	tryTimeout = 10 * time.Second
	// maxCode bounds what is looked up as a code, in bytes.
	maxCode = 200
)

// JoinRequest is what the screen for an unknown key may do.
type JoinRequest struct {
	Fingerprint string // of the proved key, which a code binds
	// Try enters an invite code. From then on the session is that person's, and so is
	// the actor returned, with a client chosen where there is a choice of one. NotFound
	// says that the code is wrong, used or expired, and not which; Busy when to try
	// again. It waits for the store, so it belongs in a command.
	Try func(ctx context.Context, code string) (model.Actor, error)
	// Welcome is the program that goes on, once Try has succeeded.
	Welcome func(model.Actor) tea.Model
}

// unknown tells a person whose key is not known how to become known; it returns the
// exit status.
func (s *Server) unknown(sess *session, out, errs *stream) int {
	args, err := split(sess.command)
	switch {
	case err == nil && len(args) > 0 && args[0] == "join":
		return s.joinCommand(sess, strings.Join(args[1:], " "), out, errs)
	case !sess.shell || !sess.pty:
		fmt.Fprintf(errs, "lastclick: this key is not known here: %s\n"+
			"Ask the person who runs your account for an invite. With its code, sign in on a terminal: %s\n"+
			"or without one: %s join CODE\n", sess.fingerprint, s.login(""), s.login(""))
		return 1
	case s.cfg.Join != nil:
		if leave, ok := s.lobby.enter(sess.conn.RemoteAddr()); ok {
			defer leave()
			return s.joinScreen(sess, out, leave)
		}
	}
	s.refuse(sess, out)
	return 1
}

// joinScreen asks for a code, and goes on as the console of the person who joined.
func (s *Server) joinScreen(sess *session, out *stream, leave func()) int {
	limit := time.AfterFunc(s.cfg.JoinTimeout, func() {
		sess.end("no code was entered in "+seconds(s.cfg.JoinTimeout)+", so the session is closed.", 1)
	})
	defer limit.Stop()
	start := time.Now()
	s.screen(sess, out, func(screen Screen) tea.Model {
		return s.cfg.Join(screen, JoinRequest{
			Fingerprint: sess.fingerprint,
			Try: func(ctx context.Context, code string) (model.Actor, error) {
				actor, err := s.join(ctx, sess, code)
				if err != nil {
					return actor, err
				}
				limit.Stop()
				leave()
				return actor, nil
			},
			Welcome: func(actor model.Actor) tea.Model {
				screen.Actor = actor
				screen.Width, screen.Height = sess.window()
				return s.cfg.UI(screen)
			},
		})
	})
	actor, ok := s.sessions.owner(sess)
	if !ok {
		return 1
	}
	sess.signedOut(actor, start)
	return 0
}

// join binds the proved key to whoever was given the code, and makes the session
// theirs.
func (s *Server) join(ctx context.Context, sess *session, code string) (model.Actor, error) {
	if err := s.lobby.try(sess.conn.RemoteAddr()); err != nil {
		s.refusals.Do(func() { sess.log.Warn("invite codes are not looked at", "error", err) })
		return model.Actor{}, err
	}
	ctx, cancel := context.WithTimeout(ctx, tryTimeout)
	defer cancel()
	key := model.Key{Fingerprint: sess.fingerprint, Public: strings.TrimSpace(string(gossh.MarshalAuthorizedKey(sess.key)))}
	joined, err := s.cfg.Store.Join(ctx, model.Truncate(code, maxCode), key)
	if err != nil {
		sess.log.Warn("an invite code was refused", "kind", model.KindOf(err).String(), "error", model.Clean(err.Error()))
		return model.Actor{}, err
	}
	sess.log.Info("joined", "person", joined.Name, "role", joined.Role, "client", joined.Client)
	actor, err := s.signIn(sess) // from now on watchKeys looks after it
	if err == nil {
		actor, err = s.cfg.Store.Choose(ctx, actor, "")
	}
	if err != nil {
		// The code is used: to ask for another would be wrong.
		sess.log.Error("whoever just joined could not be signed in", "person", joined.Name, "error", err)
		sess.end("you have joined as "+model.Clean(joined.Name)+": sign in again.", 1)
	}
	return actor, err
}

// joinCommand is `ssh HOST join CODE` with a key that is not known.
func (s *Server) joinCommand(sess *session, code string, out, errs *stream) int {
	if strings.TrimSpace(code) == "" {
		fmt.Fprintf(errs, "lastclick: CODE is missing\nUsage: %s join CODE\n", s.login(""))
		return 2
	}
	actor, err := s.join(sess.ctx, sess, code)
	if _, _, ended := sess.ended(); err != nil && !ended {
		fmt.Fprintf(errs, "lastclick: %s\n", sentenceOf(err))
	}
	if err != nil {
		return 1
	}
	as := string(actor.Role)
	if actor.Client != "" {
		as += " of " + actor.Client
	}
	fmt.Fprintf(out, "Welcome, %s. This key signs you in from now on, as %s: %s\n", model.Clean(actor.Name), as, s.login(""))
	return 0
}
