package load

import (
	"io"
	"net"
	"strings"
	"testing"
)

// piecewise is a connection whose answers come a few bytes at a time.
type piecewise struct {
	net.Conn
	text string
	size int
}

func (p *piecewise) Read(b []byte) (int, error) {
	if p.text == "" {
		return 0, io.EOF
	}
	n := copy(b, p.text[:min(p.size, len(p.text))])
	p.text = p.text[n:]
	return n, nil
}

func TestConn_Answers_WholeHoweverTheyArrive(t *testing.T) {
	long := strings.Repeat("x", 9000)
	text := "HTTP/1.1 302 Found\r\nLocation: /x\r\nContent-Length: 0\r\n\r\n" +
		"HTTP/1.1 200 OK\r\nContent-Length: 9000\r\n\r\n" + long +
		"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 4\r\nRetry-After: 5\r\n\r\nbusy"
	for _, size := range []int{1, 7, 60, 4096, len(text)} {
		c := &conn{Conn: &piecewise{text: text, size: size}}
		for _, want := range []struct {
			status int
			body   string
		}{{302, ""}, {200, long}, {503, "busy"}} {
			status, body, err := c.answer()
			if err != nil || status != want.status || string(body) != want.body {
				t.Fatalf("in pieces of %d: %d, %d bytes, %v; want %d", size, status, len(body), err, want.status)
			}
		}
		if _, _, err := c.answer(); err == nil {
			t.Errorf("in pieces of %d: an answer after the last one", size)
		}
	}
}

func TestConn_NoAnswerOfOurs_Error(t *testing.T) {
	for _, text := range []string{
		"",
		"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nshort",
		"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
		"HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n",
		"HTTP/1.1 ok\r\nContent-Length: 0\r\n\r\n",
	} {
		if status, _, err := (&conn{Conn: &piecewise{text: text, size: 100}}).answer(); err == nil {
			t.Errorf("%q is taken for %d", text, status)
		}
	}
}
