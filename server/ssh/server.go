// Package ssh serves SSH: promoters and admins sign in with an SSH key and get the
// screens of the console (a terminal, no command) or run one command.
//
// Invariants:
//
//   - Identity follows from the key that signed the connection, or from its certificate
//     (certificate.go), looked up after authentication and for each session. A key that is
//     only offered, the user name and everything else that a client says are claims.
//   - Any key may sign in, so that the door does not tell which keys exist; an unknown
//     one may enter an invite code (join.go) and nothing else.
//   - Every goroutine ends with its session, every session with its channel, and
//     Shutdown waits for all of them.
//   - Every queue, table and wait has a bound, before authentication too.
//
// It is a Wish server: charmbracelet/ssh keeps connection, authentication and sessions,
// and a session passes a chain of Wish middlewares (middleware.go) down to Wish's own for Bubble
// Tea. What is unsafe in them when a client misbehaves or shares its connection is kept
// away by a filter of channel requests in front of them (filter.go), where the reasons stand.
// The price is that filter's knowledge of the library's inside: an upgrade of either must pass
// the tests here.
//
// The frames of a program reach its terminal through a renderer of this package (renderer.go,
// linediff.go), not Bubble Tea's: with hundreds of consoles open, that one's ticker and
// its comparing of whole frames were most of what they cost. The price: a message by
// which a program changes its terminal must be known to the renderer too.
//
// Accepting is not left to the library: a panic in a callback of the handshake would end
// the daemon there, and its Shutdown does not wait for handshakes.
//
// Dependencies that came with Charm's packages anyway: go-osc52 wraps what goes to the
// clipboard for tmux and screen, and charmbracelet/log is named to silence Wish. In the
// tests alone: go-shlex, which the library takes a command line apart with, is what ours is
// compared with, gliderlabs/ssh, from which charmbracelet/ssh was forked, is the jump host
// before the door, and creack/pty the terminal of an OpenSSH client.
package ssh

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/log"
	charm "github.com/charmbracelet/ssh"
	"github.com/charmbracelet/wish"
	"github.com/prometheus/client_golang/prometheus"
	"golang.org/x/time/rate"

	"lastclick/model"
)

// Store is what this door asks of the model's Store.
type Store interface {
	Identify(ctx context.Context, fingerprint string) (model.Actor, error)
	IdentifyPrincipals(ctx context.Context, principals []string) (model.Actor, error)
	Choose(ctx context.Context, a model.Actor, client string) (model.Actor, error)
	Watch(ctx context.Context, client string) <-chan struct{}
	Join(ctx context.Context, code string, k model.Key) (model.Actor, error)
}

// Config says what the door leads to and how much it lets in. The limits have
// defaults where they are zero.
type Config struct {
	Store    Store
	HostKeys model.HostKeys // where nodes share the host key, and the audit of it; nil: neither
	// HostKeyFiles are the Ed25519 keys of --host-key: the first signs, and clients learn the
	// others. Without any, the key is that of the nodes, or the one at HostKeyPath; there it
	// is made, mode 0600, when it is missing.
	HostKeyFiles []string
	HostKeyPath  string
	UserCAFiles  []string // of keys of CAs, whose certificates sign in the person they name
	UI           func(Screen) tea.Model
	Join         func(Screen, JoinRequest) tea.Model                          // asks an unknown key for an invite code; nil: a page says how to join
	Command      func(ctx context.Context, env CommandEnv, args []string) int // returns the exit status
	CommandName  func(args []string) string                                   // for the log; empty for what is no command. Nil: none is named
	Address      string                                                       // the public HOST:PORT, for hints
	Log          *slog.Logger                                                 // nil: no log
	Metrics      prometheus.Registerer                                        // nil: none are registered

	HandshakeTimeout   time.Duration // until a client offers a key, and from an open channel to its shell or command; 15 s
	MaxConns           int           // 512; at most half of them for those who have not signed in
	MaxConnsPerAddress int           // per IPv4 address or IPv6 /64; loopback is exempt; 32
	MaxSessionsPerKey  int           // 32; also of connections that are kept for one key
	IdleTimeout        time.Duration // without a key pressed, warned of a minute before; 30 min
	KeepAlive          time.Duration // between messages that make a client notice that its window is gone; 30 s
	JoinTimeout        time.Duration // of a screen that waits for an invite code; 10 min
	MaxTimeout         time.Duration // of a connection, however busy; 24 h
}

func (c Config) withDefaults() Config {
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	setDefault(&c.HandshakeTimeout, 15*time.Second)
	setDefault(&c.MaxConns, 512)
	setDefault(&c.MaxConnsPerAddress, 32)
	setDefault(&c.MaxSessionsPerKey, 32)
	setDefault(&c.IdleTimeout, 30*time.Minute)
	setDefault(&c.KeepAlive, 30*time.Second)
	setDefault(&c.JoinTimeout, 10*time.Minute)
	setDefault(&c.MaxTimeout, 24*time.Hour)
	return c
}

func setDefault[T comparable](v *T, d T) {
	var zero T
	if *v == zero {
		*v = d
	}
}

// Server is the door. Make it with New, run it with Serve, end it with Shutdown.
type Server struct {
	cfg      Config
	lib      *charm.Server
	conns    *connLimiter
	joins    *joinLimiter
	sessions *sessions
	changes  changes // of the lines on their terminals
	refused  prometheus.Counter
	refusals rate.Sometimes // so that a flood of connections is none of log lines
	unknown  rate.Sometimes // nor one of keys that are not known
	unread   rate.Sometimes // nor one of sign-ins while the database is away
	now      func() time.Time

	authorities         authorities
	refusedCertificates rate.Sometimes

	hostKeys atomic.Pointer[hostKeys]
	shared   bool       // the host keys are in the database; set by New
	rotating sync.Mutex // held by who changes the host keys

	ctx    context.Context // ends the watch over keys and the accept loops' pauses
	cancel context.CancelFunc
	tasks  sync.WaitGroup // accept loops, connections, the watch

	mu        sync.Mutex
	listeners map[net.Listener]struct{}
	watching  bool
	closing   bool
}

// New reads the host keys, making one if there is none. Nothing runs before Serve.
func New(c Config) (*Server, error) {
	if c.Store == nil || c.UI == nil || c.Command == nil {
		return nil, errors.New("ssh: Store, UI and Command must be set")
	}
	c = c.withDefaults()
	s := &Server{
		cfg:      c,
		conns:    newConnLimiter(c.MaxConns, c.MaxConnsPerAddress, c.MaxSessionsPerKey),
		joins:    newJoinLimiter(time.Now),
		sessions: newSessions(c.MaxSessionsPerKey),
		refused:  newRefused(),
		refusals: rate.Sometimes{Interval: 10 * time.Second},
		unknown:  rate.Sometimes{First: 10, Interval: time.Second},
		unread:   rate.Sometimes{First: 3, Interval: 10 * time.Second},
		now:      time.Now,

		refusedCertificates: rate.Sometimes{First: 3, Interval: 10 * time.Second},
		listeners:           map[net.Listener]struct{}{},
	}
	if c.Metrics != nil {
		c.Metrics.MustRegister(s.refused, collector{s})
	}
	s.ctx, s.cancel = context.WithCancel(context.Background())
	var err error
	if s.authorities, err = readAuthorities(c.UserCAFiles); err == nil {
		err = s.loadHostKeys()
	}
	if err != nil {
		s.cancel()
		return nil, err
	}
	s.lib, err = wish.NewServer(
		// Only so that Wish writes no key of its own: handshake gives each connection ours.
		func(lib *charm.Server) error { lib.AddHostKey(s.currentHostKeys()[0].Signer); return nil },
		wish.WithVersion("lastclick"),
		// A minute more than the sessions' own limit, which says goodbye.
		wish.WithMaxTimeout(c.MaxTimeout+time.Minute),
		wish.WithPublicKeyAuth(s.mayTry),
		wish.WithMiddleware(s.middleware()...),
	)
	if err != nil {
		s.cancel()
		return nil, fmt.Errorf("ssh: %w", err)
	}
	s.lib.HostSigners = nil
	s.lib.ServerConfigCallback = s.handshake
	s.lib.ConnCallback = noteConnection
	s.lib.ConnectionFailedCallback = func(c net.Conn, err error) {
		_ = c.Close()
		s.cfg.Log.Debug("ssh handshake failed", "from", c.RemoteAddr().String(), "err", model.Truncate(model.Clean(err.Error()), 300))
	}
	// Sessions and nothing else: no forwarding. Subsystems, agent and X11 are refused by
	// the filter of openChannel.
	s.lib.ChannelHandlers = map[string]charm.ChannelHandler{"session": s.openChannel}
	s.lib.RequestHandlers = map[string]charm.RequestHandler{hostKeysProve: s.proveHostKeys}
	// Wish's middleware for Bubble Tea reports there, on the daemon's own output, every program
	// whose client went away. What matters of it is in the log of the session.
	log.SetDefault(log.New(io.Discard))
	return s, nil
}

// Serve accepts connections on l until Shutdown, and then returns nil; any other
// end of the listener is an error. It may be called for several listeners.
func (s *Server) Serve(l net.Listener) error {
	if !s.begin(l) {
		_ = l.Close()
		return nil
	}
	defer s.done(l)
	pause := time.Duration(0)
	for {
		c, err := l.Accept()
		if err != nil {
			if s.ctx.Err() != nil || s.isClosing() {
				return nil
			}
			if !errors.Is(err, net.ErrClosed) && pause < time.Second {
				// Out of file descriptors, most likely: others will close some.
				pause = max(5*time.Millisecond, 2*pause)
				if sleep(s.ctx, pause) {
					continue
				}
				return nil
			}
			return fmt.Errorf("accept SSH connections: %w", err)
		}
		pause = 0
		conn, ok := s.conns.acquire(c)
		if !ok {
			s.refused.Inc()
			s.refusals.Do(func() {
				s.cfg.Log.Warn("ssh connections are refused: too many are open", "from", c.RemoteAddr().String())
			})
			_ = c.Close()
			continue
		}
		s.tasks.Go(func() { s.serveConn(conn) })
	}
}

// begin notes the listener and starts the watch over keys with the first one.
func (s *Server) begin(l net.Listener) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closing {
		return false
	}
	s.listeners[l] = struct{}{}
	s.tasks.Add(1)
	if !s.watching {
		s.watching = true
		s.tasks.Go(s.watchKeys)
	}
	return true
}

func (s *Server) done(l net.Listener) {
	s.mu.Lock()
	delete(s.listeners, l)
	s.mu.Unlock()
	s.tasks.Done()
}

func (s *Server) isClosing() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.closing
}

// serveConn serves a connection until it ends.
func (s *Server) serveConn(c *connection) {
	defer s.conns.release(c)
	defer s.contain(c.RemoteAddr())
	c.closeAfter(s.cfg.HandshakeTimeout)
	s.lib.HandleConn(c)
}

// contain keeps a panic from ending the daemon. It is deferred directly, or it would
// recover nothing.
func (s *Server) contain(from net.Addr) {
	if v := recover(); v != nil {
		s.cfg.Log.Error("ssh connection failed", "from", from.String(), "panic", model.Clean(fmt.Sprint(v)), "stack", string(debug.Stack()))
	}
}

// Shutdown stops accepting, asks every session to end with a sentence, and waits
// for them; when ctx ends first, they are cut off and its error is returned. The
// store must stay open until Shutdown has returned.
func (s *Server) Shutdown(ctx context.Context) error {
	s.mu.Lock()
	s.closing = true
	for l := range s.listeners {
		_ = l.Close() // Serve returns either way
	}
	s.mu.Unlock()

	s.sessions.endAll("the server is restarting: sign in again in a moment.")
	err := s.sessions.wait(ctx)
	s.cancel()
	s.conns.closeAll()
	s.tasks.Wait()
	s.sessions.running.Wait() // what is left sees its connection gone
	return err
}

// sleep waits for d and says whether ctx still lives.
func sleep(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-t.C:
		return true
	}
}
