package load

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"strconv"
	"sync"
	"time"

	"lastclick/scripts/benchmark/measure"
)

// patience is how long after its end a step waits for answers that are still due.
const patience = 30 * time.Second

// settled is how long before the end an answer was received that Result.Settled counts.
const settled = 50 * time.Millisecond

// httpLoad is connections that send requests, each one at a time.
type httpLoad struct {
	conns []*conn
	// next writes the connection's next request, into buffer if it likes; nil ends it.
	next func(connection int, buffer []byte) []byte
	good func(status int, body []byte) bool
}

// dial opens so many connections, spread over the addresses.
func dial(ctx context.Context, addresses []string, connections int) ([]*conn, error) {
	var conns []*conn
	for i := range connections {
		c, err := (&net.Dialer{}).DialContext(ctx, "tcp", addresses[i%len(addresses)])
		if err != nil {
			for _, c := range conns {
				_ = c.Close()
			}
			return nil, err
		}
		conns = append(conns, &conn{Conn: c})
	}
	return conns, nil
}

func (h *httpLoad) close() {
	for _, c := range h.conns {
		_ = c.Close()
	}
}

func (h *httpLoad) run(ctx context.Context, s Step) (Result, error) {
	defer context.AfterFunc(ctx, h.close)()
	begin := time.Now()
	workers := make([]worker, len(h.conns))
	var all sync.WaitGroup
	for i := range workers {
		w := &workers[i]
		all.Go(func() { w.work(h, i, begin, begin.Add(s.For)) })
	}
	all.Wait()
	return sum(workers), ctx.Err()
}

// worker is what one connection did.
type worker struct {
	bad       int
	firstBad  string
	cut       error
	latencies measure.Latencies
	answered  []time.Duration // when, since the step began
}

func (w *worker) work(h *httpLoad, connection int, begin, end time.Time) {
	c := h.conns[connection]
	if err := c.SetDeadline(end.Add(patience)); err != nil {
		w.cut = err
		return
	}
	buffer := make([]byte, 0, 4096)
	for sent := time.Now(); sent.Before(end); {
		request := h.next(connection, buffer[:0])
		if request == nil {
			return
		}
		if _, err := c.Write(request); err != nil {
			w.cut = err
			return
		}
		status, body, err := c.answer()
		if err != nil {
			w.cut = err
			return
		}
		now := time.Now()
		if h.good(status, body) {
			w.latencies.Add(now.Sub(sent))
			w.answered = append(w.answered, now.Sub(begin))
		} else if w.bad++; w.bad == 1 {
			w.firstBad = fmt.Sprintf("%d %.300s", status, body)
		}
		sent = now
	}
}

// sum joins what the workers did.
func sum(workers []worker) Result {
	r := Result{}
	var latencies measure.Latencies
	last := time.Duration(0)
	for i := range workers {
		w := &workers[i]
		r.Bad += w.bad
		if r.FirstBad == "" {
			r.FirstBad = w.firstBad
		}
		if w.cut != nil {
			r.Cut++
			r.FirstCut = w.cut.Error()
		}
		latencies.Merge(&w.latencies)
		if n := len(w.answered); n > 0 {
			last = max(last, w.answered[n-1])
		}
	}
	for i := range workers {
		for _, at := range workers[i].answered {
			if last-at > settled {
				r.Settled++
			}
		}
	}
	r.Good, r.Seconds = latencies.Len(), last.Seconds()
	r.latencies(&latencies)
	return r
}

// conn reads answers of HTTP/1.1 that have a Content-Length, one after another.
type conn struct {
	net.Conn
	buffer []byte // received; the answer before is at its start
	used   int    // bytes of the answer before
}

var (
	headerEnd     = []byte("\r\n\r\n")
	contentLength = []byte("\r\nContent-Length: ")
)

// answer returns the next answer. The body is valid until the next call.
func (c *conn) answer() (status int, body []byte, err error) {
	c.buffer = c.buffer[:copy(c.buffer, c.buffer[c.used:])]
	c.used = 0
	for {
		if end := bytes.Index(c.buffer, headerEnd); end >= 0 {
			head := c.buffer[:end+2]
			length, err := bodyLength(head)
			if err != nil {
				return 0, nil, err
			}
			if whole := end + len(headerEnd) + length; len(c.buffer) >= whole {
				c.used = whole
				status, err = statusOf(head)
				return status, c.buffer[end+len(headerEnd) : whole], err
			}
		}
		if err := c.receive(); err != nil {
			return 0, nil, err
		}
	}
}

func (c *conn) receive() error {
	const room = 4096
	if cap(c.buffer)-len(c.buffer) < room {
		c.buffer = append(make([]byte, 0, 2*cap(c.buffer)+room), c.buffer...)
	}
	n, err := c.Read(c.buffer[len(c.buffer):cap(c.buffer)])
	c.buffer = c.buffer[:len(c.buffer)+n]
	if n > 0 {
		return nil // an error comes again
	}
	return err
}

func statusOf(head []byte) (int, error) {
	const before = len("HTTP/1.1 ")
	if len(head) < before+3 || !bytes.HasPrefix(head, []byte("HTTP/1.1 ")) {
		return 0, fmt.Errorf("no answer of HTTP/1.1: %.40q", head)
	}
	return strconv.Atoi(string(head[before : before+3]))
}

// bodyLength reads the header as net/http and nginx write its name.
func bodyLength(head []byte) (int, error) {
	i := bytes.Index(head, contentLength)
	if i < 0 {
		return 0, errors.New("an answer without Content-Length")
	}
	value := head[i+len(contentLength):]
	return strconv.Atoi(string(value[:bytes.IndexByte(value, '\r')]))
}
