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

	tea "github.com/charmbracelet/bubbletea"
	charm "github.com/charmbracelet/ssh"
	gossh "golang.org/x/crypto/ssh"
	"golang.org/x/time/rate"

	"lastclick/model"
)

const (
	// stuckGrace is how long a session that is over may still write, and
	// closeGrace how long the client may then take to close the channel; after
	// that its whole connection goes.
	stuckGrace = 500 * time.Millisecond
	closeGrace = 5 * time.Second
	// quitGrace is how long a handler may take to end once it was asked to.
	quitGrace = time.Second
)

// session is what this package knows of one channel, and how the channel ends.
// Several share a connection under OpenSSH's ControlMaster.
type session struct {
	gossh.Channel // once it is accepted
	conn          *connection
	key           gossh.PublicKey    // that signed the connection
	cert          *gossh.Certificate // of the key, where one was shown; else nil
	fingerprint   string             // its
	user          string             // as the client calls itself; cleaned, never trusted
	log           *slog.Logger

	// ctx ends when the client is gone, when the session is cut off, or when it is
	// over; nothing of the session outlives it for long.
	ctx       *channelContext
	cancel    context.CancelFunc
	filtering sync.WaitGroup // the goroutine that waits for the handler
	tasks     sync.WaitGroup // the others

	mu       sync.Mutex
	over     bool          // no task is begun any more
	send     func(tea.Msg) // to the program on the terminal; nil where none runs
	expected *time.Timer   // until a shell or a command is asked for

	accepted chan struct{} // closed once Channel is set
	started  chan struct{} // closed once the handler runs
	running  chan struct{} // closed once the program on the terminal runs
	quit     chan struct{} // closed by end
	finished chan struct{} // closed once nothing more will be written
	returned chan struct{} // closed once the handler is over

	typing  *rate.Limiter // bytes that the program reads
	touched atomic.Int64  // unix nanoseconds of the last input
	size    atomic.Uint64 // width<<32 | height

	ending sync.Once
	reason string // a sentence, set before quit is closed
	status int    // of the session, set with reason

	// What the client asked for, and the ways to it; set before started is closed.
	pty       bool
	term      string
	env       environ
	command   string // empty: a shell
	winch     <-chan charm.Window
	out, errs *stream

	// Between the middlewares, in the goroutine of the handler.
	exit     int                    // status, unless end was called
	failure  string                 // why the command failed, for the log
	model    func(Screen) tea.Model // makes the program of the terminal
	renderer *renderer              // of the program

	actor *model.Actor // guarded by sessions.mu
	stale bool         // guarded by sessions.mu
}

// openChannel is the handler of session channels: the library's, behind the filter
// and with a context of the channel's own. It returns once all of the session is over.
func (s *Server) openChannel(lib *charm.Server, client *gossh.ServerConn, ch gossh.NewChannel, ctx charm.Context) {
	conn := connectionOf(ctx)
	defer s.contain(client.RemoteAddr())
	key, ok := ctx.Value(charm.ContextKeyPublicKey).(gossh.PublicKey) // the one that signed
	if !ok || conn == nil {
		_ = ch.Reject(gossh.Prohibited, "sign in with a public key")
		return
	}
	s.announceHostKeys(conn, client) // while the connection still has its timer
	sess := newSession(ctx, conn, client, key, s.cfg.Log)
	defer sess.cancel()
	if err := s.sessions.add(sess); err != nil {
		_ = ch.Reject(gossh.ResourceShortage, err.Error())
		return
	}
	defer s.sessions.remove(sess)
	s.conns.sessionOpened(conn)
	defer conn.sessionClosed()

	charm.DefaultSessionHandler(lib, client, filteredChannel{ch, sess, s.cfg.HandshakeTimeout}, sess.ctx)
	sess.cancel()
	sess.filtering.Wait()
	sess.finishTasks()
}

func newSession(ctx charm.Context, conn *connection, client *gossh.ServerConn, key gossh.PublicKey, log *slog.Logger) *session {
	cert, certified := key.(*gossh.Certificate)
	if certified {
		key = cert.Key
	}
	s := &session{
		conn:        conn,
		key:         key,
		cert:        cert,
		fingerprint: gossh.FingerprintSHA256(key),
		// Not ctx.User(): the library keeps the name of the first try there.
		user:     model.Truncate(model.Clean(client.User()), 64),
		accepted: make(chan struct{}),
		started:  make(chan struct{}),
		running:  make(chan struct{}),
		quit:     make(chan struct{}),
		finished: make(chan struct{}),
		returned: make(chan struct{}),
		typing:   rate.NewLimiter(typeRate, typeBurst),
	}
	s.log = log.With("key", s.fingerprint, "from", conn.RemoteAddr().String())
	s.ctx = &channelContext{Context: ctx, session: s}
	s.ctx.channel, s.cancel = context.WithCancel(ctx)
	s.touch()
	return s
}

// expect closes a channel on which no shell and no command is asked for in time, and looks
// after the end of the session.
func (s *session) expect(limit time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.expected = time.AfterFunc(limit, func() { s.during(s.closeUnasked) })
	context.AfterFunc(s.ctx.channel, func() { s.during(s.forceClose) })
}

// closeUnasked closes a channel on which nothing was asked for. A session may be asked to
// end before its channel is accepted.
func (s *session) closeUnasked() {
	select {
	case <-s.started:
		return
	default:
	}
	select {
	case <-s.accepted:
	case <-s.ctx.Done():
		return
	}
	hard := time.AfterFunc(closeGrace, s.conn.end)
	defer hard.Stop()
	_ = s.Close() // may itself block, until hard
	<-s.ctx.Done()
}

// forceClose waits for the end of the handler, which was asked to end or whose client is
// gone. It cancels the context of one that does not end, and frees one that is stuck in a
// Write to a client that does not read: closing the channel does so when the client
// answers, closing the connection always.
func (s *session) forceClose() {
	select {
	case <-s.started:
	default: // there is no handler
		return
	}
	if s.ctx.Err() == nil && !s.finishes(quitGrace) {
		s.cancel()
	}
	if s.finishes(stuckGrace) {
		return
	}
	hard := time.AfterFunc(closeGrace, s.conn.end)
	defer hard.Stop()
	_ = s.Close() // may itself block, until hard
	<-s.finished
}

// finishes says whether the handler ends within d.
func (s *session) finishes(d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-s.finished:
		return true
	case <-t.C:
		return false
	}
}

// start notes what the client asked for, at the beginning of the handler. Later the
// library's copy of the size may not be read.
func (s *session) start(cs charm.Session) {
	var pty charm.Pty
	pty, s.winch, s.pty = cs.Pty()
	s.term, s.env, s.command = pty.Term, cs.Environ(), cs.RawCommand()
	if strings.TrimSpace(s.command) == "" { // `ssh HOST ""` is a shell elsewhere too
		s.command = ""
	}
	s.out, s.errs = &stream{session: s, w: cs}, &stream{session: s, w: cs.Stderr()}
	close(s.started)
	s.mu.Lock()
	s.expected.Stop()
	s.mu.Unlock()
}

// finish writes the sentence of end, sends the exit status, closes the channel and waits
// for what the session has started. A client that does not close its side
// within closeGrace loses the connection.
func (s *session) finish(cs charm.Session) {
	if sentence, status, ok := s.ended(); ok {
		s.exit = status
		if sentence != "" {
			_, _ = fmt.Fprintf(s.errs, "lastclick: %s\n", sentence)
		}
	}
	close(s.finished)
	hard := time.AfterFunc(closeGrace, s.conn.end)
	_ = cs.Exit(s.exit) // the client may be gone
	s.cancel()
	close(s.returned)
	// The library may be stuck with a size that Wish did not take any more.
	if s.pty {
		for range s.winch {
		}
	}
	s.filtering.Wait() // for the client's close
	hard.Stop()
}

// end asks the session to end; the first caller's sentence and exit status stand.
// It never blocks. A program quits; one that does not is killed.
func (s *session) end(sentence string, status int) {
	s.ending.Do(func() {
		s.reason, s.status = sentence, status
		close(s.quit)
		go s.tell(tea.QuitMsg{})
		go s.during(s.closeUnasked)
		go s.during(s.forceClose)
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

// await waits until the client may type so many bytes more, or for the end of the session.
func (s *session) await(bytes int) error { return s.typing.WaitN(s.ctx, bytes) }

func (s *session) touch() { s.touched.Store(time.Now().UnixNano()) }

// idle is the time since the last input.
func (s *session) idle() time.Duration { return time.Since(time.Unix(0, s.touched.Load())) }
