package listen

import (
	"bufio"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/netip"
	"sync"
	"time"

	"github.com/pires/go-proxyproto"
	"golang.org/x/time/rate"

	"lastclick/model"
	"lastclick/server/internal/netlimit"
)

const (
	// headerTime is how long a trusted proxy may take for its header. A connection on which
	// nothing came by then has none: its client waits for the server to speak first.
	headerTime = 5 * time.Second
	// headersAtOnce bounds the connections of proxies whose header is awaited. Proxies send
	// it at once, so that only a broken one comes near.
	headersAtOnce = 1024
)

// Proxied returns a listener whose connections have the address that a PROXY header of
// version 1 or 2 names, where the connection comes from a trusted network and begins with
// one. A header that is malformed, or cut off, ends its connection. Without a header, by a
// health check (LOCAL, UNKNOWN), and where the header names no TCP address, a connection
// keeps its own address. A connection from elsewhere is handed on as it is, a header
// included, which no protocol takes for its own. Without trusted networks it returns l.
func Proxied(l net.Listener, trusted []netip.Prefix, log *slog.Logger) net.Listener {
	return proxied(l, trusted, log, headerTime)
}

func proxied(l net.Listener, trusted []netip.Prefix, log *slog.Logger, within time.Duration) net.Listener {
	if len(trusted) == 0 {
		return l
	}
	p := &proxyListener{
		Listener: l, trusted: trusted, log: log, within: within,
		accepted: make(chan accepted), closed: make(chan struct{}), waiting: map[net.Conn]struct{}{},
		refusals: rate.Sometimes{First: 3, Interval: 10 * time.Second},
	}
	p.tasks.Go(p.accept)
	return p
}

// proxyListener accepts in a goroutine of its own, reads each header in another, and hands
// on what is ready.
type proxyListener struct {
	net.Listener
	trusted  []netip.Prefix
	log      *slog.Logger
	within   time.Duration
	accepted chan accepted
	refusals rate.Sometimes // so that a broken proxy is no flood of log lines

	closing  sync.Once
	closeErr error
	closed   chan struct{}
	tasks    sync.WaitGroup

	mu      sync.Mutex
	waiting map[net.Conn]struct{} // for their headers; nil once closed
}

// accepted is what Accept returns.
type accepted struct {
	conn net.Conn
	err  error
}

// Accept returns the next connection that is ready. Errors are those of the listener below.
func (p *proxyListener) Accept() (net.Conn, error) {
	select {
	case a := <-p.accepted:
		return a.conn, a.err
	case <-p.closed:
		return nil, net.ErrClosed
	}
}

// Close closes the listener and the connections that were not handed on yet, and waits for
// the goroutines that read from them.
func (p *proxyListener) Close() error {
	p.closing.Do(func() {
		p.closeErr = p.Listener.Close()
		close(p.closed)
		p.mu.Lock()
		for c := range p.waiting {
			_ = c.Close()
		}
		p.waiting = nil
		p.mu.Unlock()
		p.tasks.Wait()
	})
	return p.closeErr
}

func (p *proxyListener) accept() {
	for {
		c, err := p.Listener.Accept()
		switch {
		case err != nil:
			// The server above pauses before it asks again, where the error is one that passes.
			if !p.hand(accepted{err: err}) || errors.Is(err, net.ErrClosed) {
				return
			}
		case !p.trusts(c.RemoteAddr()):
			if !p.hand(accepted{conn: c}) {
				return
			}
		case p.await(c):
			p.tasks.Go(func() { p.read(c) })
		default:
			_ = c.Close()
		}
	}
}

func (p *proxyListener) trusts(a net.Addr) bool {
	addr := netlimit.Addr(a)
	for _, network := range p.trusted {
		if network.Contains(addr) {
			return true
		}
	}
	return false
}

// hand gives a to the next Accept, and says whether there will be one.
func (p *proxyListener) hand(a accepted) bool {
	select {
	case p.accepted <- a:
		return true
	case <-p.closed:
		if a.conn != nil {
			_ = a.conn.Close()
		}
		return false
	}
}

// await notes a connection whose header is to be read, and says whether there is room.
func (p *proxyListener) await(c net.Conn) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.waiting == nil || len(p.waiting) >= headersAtOnce {
		p.refuse(c, errors.New("too many wait for their header"))
		return false
	}
	p.waiting[c] = struct{}{}
	return true
}

// read hands on the connection with the address that its header names.
func (p *proxyListener) read(c net.Conn) {
	conn, err := readHeader(c, p.within)
	p.mu.Lock()
	delete(p.waiting, c)
	p.mu.Unlock()
	if err != nil {
		p.refuse(c, err)
		_ = c.Close()
		return
	}
	p.hand(accepted{conn: conn})
}

func (p *proxyListener) refuse(c net.Conn, err error) {
	p.refusals.Do(func() {
		p.log.Warn("a connection of a trusted proxy was refused", "proxy", c.RemoteAddr().String(), "err", model.Truncate(model.Line(err.Error()), 200))
	})
}

// headerBuffer holds a whole header of version 1, which must come in one piece, and most of
// version 2.
const headerBuffer = 256

// readHeader reads the header of c, if there is one.
func readHeader(c net.Conn, within time.Duration) (net.Conn, error) {
	if err := c.SetReadDeadline(time.Now().Add(within)); err != nil {
		return nil, err
	}
	source := &counter{r: c}
	r := bufio.NewReaderSize(source, headerBuffer)
	h, err := proxyproto.Read(r)
	if timeout, ok := errors.AsType[net.Error](err); ok && timeout.Timeout() && source.n == 0 {
		err = proxyproto.ErrNoProxyProtocol
	}
	if err != nil && !errors.Is(err, proxyproto.ErrNoProxyProtocol) {
		return nil, err
	}
	if err := c.SetReadDeadline(time.Time{}); err != nil {
		return nil, err
	}
	from := c.RemoteAddr()
	if h != nil && !h.Command.IsLocal() {
		if tcp, ok := h.SourceAddr.(*net.TCPAddr); ok {
			from = tcp
		}
	}
	rest := make([]byte, r.Buffered())
	if _, err := io.ReadFull(r, rest); err != nil {
		return nil, err
	}
	return &proxiedConn{Conn: c, rest: rest, from: from}, nil
}

// counter counts what is read.
type counter struct {
	r io.Reader
	n int
}

func (c *counter) Read(b []byte) (int, error) {
	n, err := c.r.Read(b)
	c.n += n
	return n, err
}

// proxiedConn is a connection that came through a proxy. Its local address stays the
// socket's.
type proxiedConn struct {
	net.Conn
	rest []byte // read with the header
	from net.Addr
}

func (c *proxiedConn) RemoteAddr() net.Addr { return c.from }

func (c *proxiedConn) Read(b []byte) (int, error) {
	if len(c.rest) == 0 {
		return c.Conn.Read(b)
	}
	n := copy(b, c.rest)
	if c.rest = c.rest[n:]; len(c.rest) == 0 {
		c.rest = nil
	}
	return n, nil
}

var _ net.Listener = (*proxyListener)(nil)
