package ssh

import (
	"context"
	"time"

	charm "github.com/charmbracelet/ssh"
	gossh "golang.org/x/crypto/ssh"
)

// filteredChannel is a channel whose requests (RFC 4254 §6) pass session.filter
// before the library sees them.
type filteredChannel struct {
	gossh.NewChannel
	session *session
	limit   time.Duration // until a shell or a command is asked for
}

func (f filteredChannel) Accept() (gossh.Channel, <-chan *gossh.Request, error) {
	ch, in, err := f.NewChannel.Accept()
	if err != nil {
		return nil, nil, err
	}
	f.session.Channel = ch
	close(f.session.accepted)
	out := make(chan *gossh.Request)
	f.session.expect(f.limit)
	f.session.filtering.Go(func() { f.session.filter(in, out) })
	return ch, out, nil
}

// filter hands the client's requests on to the library until the client closes the
// channel. What it prevents, in charmbracelet/ssh of 2025-08-26 and Wish v1.4.7
// (library_test.go shows the library without it, filter_test.go with it):
//
//   - An unread resize blocks session.handleRequests (winch has one place), and with it
//     all of the connection. So the latest size alone waits here, and only a program
//     that reads sizes gets it.
//   - handleRequests writes the size that Session.Pty reads. So no size is handed on
//     before the program runs, for Pty is not called after that.
//   - The client's close closes winch, and Wish's loop then spins on it. So out is
//     closed only when the handler has returned.
//   - The context ends with the connection and not with the channel, which leaves a
//     program behind on a shared connection (OpenSSH ControlMaster). So the close
//     cancels the context of the channel.
//   - Variables are taken without a bound, and agent forwarding is granted. So what is not
//     allowed is given another name, which the library refuses.
//
// Replies carry no number, so they must leave in the order of the requests: up to the
// start of the handler the library gives all of them, after that the filter does.
func (s *session) filter(in <-chan *gossh.Request, out chan<- *gossh.Request) {
	defer s.cancel()
	size, ok := s.passSetup(in, out)
	if ok {
		in = s.passSizes(in, out, size)
	}
	close(out)
	if in != nil {
		gossh.DiscardRequests(in)
	}
}

// passSetup hands on what comes before a shell or a command, and that; it returns the
// latest change of the size, if there was one, and whether the handler runs. Handing on does
// not wait: nothing here keeps the library from its next request.
func (s *session) passSetup(in <-chan *gossh.Request, out chan<- *gossh.Request) (size *gossh.Request, ok bool) {
	var setup setup
	for r := range in {
		if r.Type == "window-change" && !r.WantReply && setup.pty && s.boundSize(r) {
			size = r
			continue
		}
		if !s.allow(&setup, r) {
			r.Type, r.Payload = "refused", nil
		}
		out <- r
		if r.Type == "shell" || r.Type == "exec" {
			<-s.started // the library has replied
			return size, true
		}
	}
	return nil, false
}

// passSizes hands on the latest size once the program runs, and refuses the rest, until
// the handler has returned. It returns what is left to read: nil once the client
// has closed the channel.
func (s *session) passSizes(in <-chan *gossh.Request, out chan<- *gossh.Request, size *gossh.Request) <-chan *gossh.Request {
	running := s.running
	for {
		var to chan<- *gossh.Request
		if size != nil && running == nil {
			to = out
		}
		select {
		case r, ok := <-in:
			if !ok {
				s.cancel()
				in = nil
				continue
			}
			ok = r.Type == "window-change" && s.pty && s.boundSize(r)
			if r.WantReply {
				_ = r.Reply(ok, nil) // an error is the end of the connection, which closes in
				r.WantReply = false
			}
			if ok {
				size = r
			}
		case to <- size:
			size = nil
		case <-running:
			running = nil
		case <-s.returned:
			return in
		}
	}
}

// setup counts what a client has said before the start.
type setup struct {
	pty bool
	env int
}

// allow says whether the library may take the request, which it may bound.
func (s *session) allow(have *setup, r *gossh.Request) bool {
	switch r.Type {
	case "pty-req":
		if have.pty || !s.boundTerminal(r) {
			return false
		}
		have.pty = true
		return true
	case "env":
		if have.env >= maxEnv || !allowedVariable(r.Payload) {
			return false
		}
		have.env++
		return true
	case "exec":
		return gossh.Unmarshal(r.Payload, &struct{ Command string }{}) == nil
	default: // not subsystem, auth-agent-req@openssh.com, x11-req, signal, break
		return r.Type == "shell"
	}
}

// channelContext is the context of one channel: it ends with the channel, and knows its
// session.
type channelContext struct {
	charm.Context // of the connection
	channel       context.Context
	session       *session
}

// sessionKey is the key of the session among the values of its context.
type sessionKey struct{}

func (c *channelContext) Done() <-chan struct{} { return c.channel.Done() }
func (c *channelContext) Err() error            { return c.channel.Err() }

func (c *channelContext) Value(key any) any {
	if key == (sessionKey{}) {
		return c.session
	}
	return c.channel.Value(key)
}

func sessionOf(ctx context.Context) *session {
	s, _ := ctx.Value(sessionKey{}).(*session)
	return s
}
