package ssh

import (
	"context"
	"fmt"
	"log/slog"
	"runtime/debug"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	charm "github.com/charmbracelet/ssh"
	gossh "golang.org/x/crypto/ssh"

	"lastclick/model"
)

const (
	// stuckGrace is how long a session that is over may still write, and
	// closeGrace how long the client may then take to close the channel; after
	// that its whole connection goes.
	stuckGrace = 500 * time.Millisecond
	closeGrace = 5 * time.Second
)

// session is one channel of a connection: what the client asked for (RFC 4254
// §6), and how it ends. Several share a connection under OpenSSH's ControlMaster.
type session struct {
	gossh.Channel
	conn        *connection
	key         gossh.PublicKey // that signed the connection
	fingerprint string          // its
	user        string          // as the client calls itself; cleaned, never trusted
	log         *slog.Logger

	// ctx ends when the client is gone, when the session is cut off, or when it is
	// done; nothing of the session outlives it for long.
	ctx    context.Context
	cancel context.CancelFunc
	tasks  sync.WaitGroup // its goroutines

	asked    chan struct{} // closed once the client has asked for a shell or command
	gone     chan struct{} // closed once the channel is closed by the client
	quit     chan struct{} // closed by end
	finished chan struct{} // closed once nothing more will be written
	touched  atomic.Int64  // unix nanoseconds of the last input

	ending sync.Once
	reason string // a sentence, set before quit is closed
	status int

	// What the client asked for; written before asked is closed.
	pty     bool
	term    string
	env     environ
	command string
	shell   bool

	size    atomic.Int64  // width<<32 | height
	resized chan struct{} // holds one signal

	actor *model.Actor // guarded by sessions.mu
	stale bool         // guarded by sessions.mu
}

// openChannel runs one session from its opening to its end. The library calls it in
// a goroutine of its own, and sessions.running waits for it.
func (s *Server) openChannel(_ *charm.Server, client *gossh.ServerConn, ch gossh.NewChannel, ctx charm.Context) {
	conn := connectionOf(ctx)
	key, ok := ctx.Value(charm.ContextKeyPublicKey).(gossh.PublicKey) // the one that signed
	if !ok || conn == nil {
		ch.Reject(gossh.Prohibited, "sign in with a public key") //nolint:errcheck // the connection is gone
		return
	}
	sess := newSession(ctx, conn, client, key, s.cfg.Log)
	defer sess.cancel()
	if err := s.sessions.add(sess); err != nil {
		ch.Reject(gossh.ResourceShortage, err.Error()) //nolint:errcheck // the connection is gone
		return
	}
	defer s.sessions.remove(sess)
	conn.sessionOpened()
	defer conn.sessionClosed()

	accepted, requests, err := ch.Accept()
	if err != nil {
		return
	}
	sess.Channel = accepted
	sess.tasks.Go(func() { sess.answer(requests) })
	sess.tasks.Go(sess.bury)
	sess.tasks.Go(func() { sess.keepAlive(s.cfg.KeepAlive) })
	limit := time.AfterFunc(s.cfg.MaxTimeout-time.Since(conn.opened), func() {
		sess.end("this connection has reached its longest time: sign in again.", 1)
	})
	defer limit.Stop()

	status := 1
	if sess.awaitAsk(s.cfg.HandshakeTimeout) {
		status = s.run(sess)
	}
	sess.finish(status)
}

func newSession(ctx context.Context, conn *connection, client *gossh.ServerConn, key gossh.PublicKey, log *slog.Logger) *session {
	s := &session{
		conn:        conn,
		key:         key,
		fingerprint: gossh.FingerprintSHA256(key),
		user:        model.Truncate(model.Clean(client.User()), 64),
		asked:       make(chan struct{}),
		gone:        make(chan struct{}),
		quit:        make(chan struct{}),
		finished:    make(chan struct{}),
		resized:     make(chan struct{}, 1),
	}
	s.log = log.With("key", s.fingerprint, "from", conn.RemoteAddr().String())
	s.ctx, s.cancel = context.WithCancel(ctx)
	s.touched.Store(time.Now().UnixNano())
	return s
}

func (s *session) awaitAsk(limit time.Duration) bool {
	t := time.NewTimer(limit)
	defer t.Stop()
	select {
	case <-s.asked:
		return true
	case <-s.gone:
	case <-s.quit:
	case <-t.C:
	}
	return false
}

// end asks the session to end; the first caller's sentence and exit status stand.
// It never blocks.
func (s *session) end(sentence string, status int) {
	s.ending.Do(func() {
		s.reason, s.status = sentence, status
		close(s.quit)
	})
}

// ended returns the sentence and status of end, if it was called.
func (s *session) ended() (sentence string, status int, ok bool) {
	select {
	case <-s.quit:
		return s.reason, s.status, true
	default:
		return "", 0, false
	}
}

// fail ends the session because of a fault of ours. The person gets a number, the
// log the rest.
func (s *session) fail(fault any) {
	id := faultID()
	s.log.Error("ssh session failed", "fault", id, "panic", model.Clean(fmt.Sprint(fault)), "stack", string(debug.Stack()))
	s.end("something broke on our side, so the session is closed. Sign in again; if it happens again, report the fault "+id+".", 1)
}

// bury frees whoever is stuck in a Write to a client that no longer reads, once
// the session is over: closing the channel frees the writer when the client
// answers, closing the connection always.
func (s *session) bury() {
	select {
	case <-s.finished:
		return
	case <-s.ctx.Done():
	}
	t := time.NewTimer(stuckGrace)
	defer t.Stop()
	select {
	case <-s.finished:
		return
	case <-t.C:
	}
	hard := time.AfterFunc(closeGrace, s.conn.end)
	defer hard.Stop()
	s.Close() //nolint:errcheck // may itself block, until hard
	<-s.finished
}

// keepAlive sends a message that needs no answer now and then. It keeps network
// address translators awake, and wakes an OpenSSH that shares its connection: when
// a window on it is killed, the rest (OpenSSH 9.2) closes its channel only at the
// next packet, which on a quiet screen would never come.
func (s *session) keepAlive(every time.Duration) {
	t := time.NewTicker(every)
	defer t.Stop()
	for {
		select {
		case <-s.finished:
			return
		case <-s.ctx.Done():
			return
		case <-t.C:
			s.SendRequest("keepalive@openssh.com", false, nil) //nolint:errcheck // the client is gone
		}
	}
}

// finish sends the exit status, closes the channel and waits for what the session
// has started. A client that does not close its side loses the connection.
func (s *session) finish(status int) {
	close(s.finished)
	hard := time.AfterFunc(closeGrace, s.conn.end)
	defer hard.Stop()
	s.SendRequest("exit-status", false, gossh.Marshal(struct{ Status uint32 }{uint32(status)})) //nolint:errcheck // gone
	s.Close()                                                                                   //nolint:errcheck // gone
	s.cancel()
	s.tasks.Wait()
}

// answer replies to the channel's requests until the client closes it. It never
// waits for anybody, for behind it stands the whole connection.
func (s *session) answer(requests <-chan *gossh.Request) {
	defer s.cancel()
	defer close(s.gone)
	started := false
	for r := range requests {
		ok := false
		switch r.Type {
		case "pty-req":
			ok = !started && !s.pty && s.terminal(r.Payload)
		case "env":
			ok = !started && s.env.set(r.Payload)
		case "window-change":
			ok = s.pty && s.resize(r.Payload)
		case "shell", "exec":
			if ok = !started && s.ask(r); ok {
				started = true
			}
		}
		// The rest is refused: subsystem, x11-req, auth-agent-req@openssh.com,
		// signal, break.
		if r.WantReply {
			r.Reply(ok, nil) //nolint:errcheck // the connection is gone
		}
		if started && (r.Type == "shell" || r.Type == "exec") && ok {
			close(s.asked)
		}
	}
}

// ask takes the request for a shell or a command.
func (s *session) ask(r *gossh.Request) bool {
	if r.Type == "shell" {
		s.shell = true
		return true
	}
	var m struct{ Command string }
	if gossh.Unmarshal(r.Payload, &m) != nil {
		return false
	}
	s.command = m.Command
	// `ssh HOST ""` asks for a command of nothing, which is a shell elsewhere too.
	s.shell = strings.TrimSpace(m.Command) == ""
	return true
}

// terminal takes a pty-req. Modes are the client's affair: there is no line
// discipline on this side.
func (s *session) terminal(payload []byte) bool {
	var m struct {
		Term                         string
		Width, Height, Pixels, Lines uint32
		Modes                        string
	}
	if gossh.Unmarshal(payload, &m) != nil || len(m.Term) > maxEnvValue {
		return false
	}
	s.pty, s.term = true, m.Term
	s.setSize(m.Width, m.Height)
	return true
}

func (s *session) resize(payload []byte) bool {
	var m struct{ Width, Height, Pixels, Lines uint32 }
	if gossh.Unmarshal(payload, &m) != nil {
		return false
	}
	s.setSize(m.Width, m.Height)
	return true
}

// setSize keeps the latest size and signals it: a storm of changes costs the
// program only as many frames as it can draw.
func (s *session) setSize(width, height uint32) {
	w, h := int64(min(width, maxWidth)), int64(min(height, maxHeight))
	if w == 0 || h == 0 { // what a client without a window of its own says
		w, h = 80, 24
	}
	s.size.Store(w<<32 | h)
	select {
	case s.resized <- struct{}{}:
	default:
	}
}

// window is the latest size in cells.
func (s *session) window() (width, height int) {
	v := s.size.Load()
	return int(v >> 32), int(v & 0xffffffff)
}

func (s *session) touch() { s.touched.Store(time.Now().UnixNano()) }

// idle is the time since the last input.
func (s *session) idle() time.Duration { return time.Since(time.Unix(0, s.touched.Load())) }
