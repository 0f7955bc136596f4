package listen

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/netip"
	"strings"
	"testing"
	"time"
)

var loopback = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}

// proxiedListener listens on loopback behind Proxied.
func proxiedListener(t testing.TB, trusted []netip.Prefix, within time.Duration) net.Listener {
	t.Helper()
	inner, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l := proxied(inner, trusted, slog.New(slog.DiscardHandler), within)
	t.Cleanup(func() { _ = l.Close() })
	return l
}

func dial(t testing.TB, l net.Listener) net.Conn {
	t.Helper()
	c, err := new(net.Dialer).DialContext(t.Context(), "tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	return c
}

// signature begins a header of version 2.
const signature = "\r\n\r\n\x00\r\nQUIT\n"

// version2 is a header: command and version, family and transport, addresses and TLVs.
func version2(command, family byte, rest string) string {
	b := append([]byte(signature), command, family)
	return string(binary.BigEndian.AppendUint16(b, uint16(len(rest)))) + rest
}

const (
	ports    = "\x30\x39\x00\x50" // 12345 and 80
	address4 = "\xcb\x00\x71\x09\xc0\x00\x02\x01" + ports
	address6 = "\x20\x01\x0d\xb8\x00\x01\x00\x02\x00\x00\x00\x00\x00\x00\x00\x09" + "\x20\x01\x0d\xb8\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x01" + ports
)

func TestProxied_EachHeader_AddressAndRest(t *testing.T) {
	own := "own"
	for _, c := range []struct {
		name, sent string
		want       string // an address, own, or empty where the connection is closed
		rest       string
	}{
		{"v1 IPv4", "PROXY TCP4 203.0.113.9 192.0.2.1 12345 80\r\nGET /", "203.0.113.9:12345", "GET /"},
		{"v1 IPv6", "PROXY TCP6 2001:db8:1:2::9 2001:db8::1 12345 80\r\nSSH-2.0", "[2001:db8:1:2::9]:12345", "SSH-2.0"},
		{"v1 health check", "PROXY UNKNOWN\r\nx", own, "x"},
		{"v1 unknown with addresses", "PROXY UNKNOWN ffff::1 ffff::2 1 2\r\nx", own, "x"},
		{"v1 two headers", "PROXY TCP4 203.0.113.9 192.0.2.1 1 2\r\nPROXY TCP4 203.0.113.8 192.0.2.1 1 2\r\n", "203.0.113.9:1", "PROXY TCP4 203.0.113.8 192.0.2.1 1 2\r\n"},
		{"v1 oversized", "PROXY TCP4 203.0.113.9 192.0.2.1 12345 80" + strings.Repeat(" ", 200) + "\r\n", "", ""},
		{"v1 without an end", "PROXY TCP4 " + strings.Repeat("1", 4096), "", ""},
		{"v1 bare line feed", "PROXY TCP4 203.0.113.9 192.0.2.1 12345 80\nx", "", ""},
		{"v1 no address", "PROXY TCP4 example.com 192.0.2.1 12345 80\r\n", "", ""},
		{"v1 other family", "PROXY TCP4 2001:db8::9 2001:db8::1 12345 80\r\n", "", ""},
		{"v1 zone", "PROXY TCP6 fe80::1%eth0 2001:db8::1 12345 80\r\n", "", ""},
		{"v1 port", "PROXY TCP4 203.0.113.9 192.0.2.1 65536 80\r\n", "", ""},
		{"v1 negative port", "PROXY TCP4 203.0.113.9 192.0.2.1 -1 80\r\n", "", ""},
		{"v1 other protocol", "PROXY UDP4 203.0.113.9 192.0.2.1 1 2\r\n", "", ""},
		{"v1 lower case is none", "proxy TCP4 203.0.113.9 192.0.2.1 1 2\r\n", own, "proxy TCP4 203.0.113.9 192.0.2.1 1 2\r\n"},
		{"v2 IPv4", version2(0x21, 0x11, address4) + "GET /", "203.0.113.9:12345", "GET /"},
		{"v2 IPv6", version2(0x21, 0x21, address6) + "GET /", "[2001:db8:1:2::9]:12345", "GET /"},
		{"v2 TLVs", version2(0x21, 0x11, address4+"\x04\x00\x05noop.\x20\x00\x03tls"+"\xee\x07\xd0"+strings.Repeat("x", 2000)) + "GET /", "203.0.113.9:12345", "GET /"},
		{"v2 health check", version2(0x20, 0x00, "") + "x", own, "x"},
		{"v2 health check with addresses", version2(0x20, 0x11, address4) + "x", own, "x"},
		{"v2 Unix socket", version2(0x21, 0x31, strings.Repeat("/", 216)) + "x", own, "x"},
		{"v2 UDP", version2(0x21, 0x12, address4) + "x", own, "x"},
		{"v2 too short for its family", version2(0x21, 0x21, address4), "", ""},
		{"v2 version 3", version2(0x31, 0x11, address4), "", ""},
		{"v2 other command", version2(0x2f, 0x11, address4), "", ""},
		{"v2 other transport", version2(0x21, 0x13, address4), "", ""},
		{"v2 oversized", version2(0x21, 0x11, address4+strings.Repeat("\x04\x00\x00", 20000)), "", ""},
		{"v2 cut in the signature", signature[:8], own, signature[:8]},
		{"v2 cut in the addresses", version2(0x21, 0x11, address4)[:20], "", ""},
		{"none", "GET / HTTP/1.1\r\n", own, "GET / HTTP/1.1\r\n"},
		{"POST", "POST / HTTP/1.1\r\n", own, "POST / HTTP/1.1\r\n"},
		{"TLS", "\x16\x03\x01\x02\x00", own, "\x16\x03\x01\x02\x00"},
		{"one byte", "P", own, "P"},
		{"nothing", "", own, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			l := proxiedListener(t, loopback, 10*time.Second)
			client := dial(t, l)
			if _, err := io.WriteString(client, c.sent); err != nil {
				t.Fatal(err)
			}
			_ = client.(*net.TCPConn).CloseWrite()
			if c.want == "" {
				wantClosed(t, client)
				return
			}
			server, err := l.Accept()
			if err != nil {
				t.Fatal(err)
			}
			defer server.Close()
			want := c.want
			if want == own {
				want = client.LocalAddr().String()
			}
			if got := server.RemoteAddr().String(); got != want {
				t.Errorf("address %s, want %s", got, want)
			}
			if got := server.LocalAddr().String(); got != l.Addr().String() {
				t.Errorf("local address %s", got)
			}
			if rest, err := io.ReadAll(server); err != nil || string(rest) != c.rest {
				t.Errorf("rest %q %v, want %q", rest, err, c.rest)
			}
		})
	}
}

// wantClosed wants the other side to end the connection without an answer.
func wantClosed(t *testing.T, c net.Conn) {
	t.Helper()
	_ = c.SetReadDeadline(time.Now().Add(10 * time.Second))
	n, err := c.Read(make([]byte, 1))
	if timeout, ok := errors.AsType[net.Error](err); n > 0 || err == nil || ok && timeout.Timeout() {
		t.Errorf("it is not closed: %d %v", n, err)
	}
}

// A header is believed from trusted networks alone: from elsewhere it is part of what the
// client says.
func TestProxied_Stranger_IsNotBelieved(t *testing.T) {
	l := proxiedListener(t, []netip.Prefix{netip.MustParsePrefix("192.0.2.0/24"), netip.MustParsePrefix("::/0")}, 10*time.Second)
	const header = "PROXY TCP4 203.0.113.9 192.0.2.1 12345 80\r\n"
	client := dial(t, l)
	if _, err := io.WriteString(client, header); err != nil {
		t.Fatal(err)
	}
	_ = client.(*net.TCPConn).CloseWrite()
	server, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	defer server.Close()
	if rest, _ := io.ReadAll(server); string(rest) != header || server.RemoteAddr().String() != client.LocalAddr().String() {
		t.Errorf("%s %q", server.RemoteAddr(), rest)
	}
}

func TestProxied_NoTrustedNetwork_IsTheListener(t *testing.T) {
	l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	if Proxied(l, nil, nil) != l {
		t.Error("it is wrapped")
	}
}

// Connections that send no header, or drip one, hold up none of the others. In the end a
// silent one is handed on, since its client may wait for the server, and a cut one closed.
func TestProxied_SlowConnections_HoldNoOther(t *testing.T) {
	const within = 300 * time.Millisecond
	l := proxiedListener(t, loopback, within)
	silent, cut := dial(t, l), dial(t, l)
	if _, err := io.WriteString(cut, version2(0x21, 0x11, address4)[:20]); err != nil {
		t.Fatal(err)
	}
	for range 20 {
		dial(t, l)
	}
	begun := time.Now()
	quick := dial(t, l)
	if _, err := io.WriteString(quick, "PROXY TCP4 203.0.113.9 192.0.2.1 1 2\r\n"); err != nil {
		t.Fatal(err)
	}
	c, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if got := c.RemoteAddr().String(); got != "203.0.113.9:1" {
		t.Errorf("%s after %v came first", got, time.Since(begun))
	}
	wantClosed(t, cut)
	addresses := map[string]bool{}
	for range 21 {
		c, err := l.Accept()
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		addresses[c.RemoteAddr().String()] = true
		// The deadline was for the header alone.
		_ = c.SetWriteDeadline(time.Now().Add(time.Second))
		if _, err := c.Write([]byte("hello")); err != nil {
			t.Error(err)
		}
	}
	if !addresses[silent.LocalAddr().String()] {
		t.Error("the silent connection was not handed on")
	}
	b := make([]byte, 5)
	if _, err := io.ReadFull(silent, b); err != nil || string(b) != "hello" {
		t.Errorf("%q %v", b, err)
	}
}

// Close ends Accept, and the connections that still wait for their header.
func TestProxied_Close_EndsAll(t *testing.T) {
	l := proxiedListener(t, loopback, time.Hour)
	waiting := dial(t, l)
	p := l.(*proxyListener)
	for deadline := time.Now().Add(10 * time.Second); ; {
		p.mu.Lock()
		n := len(p.waiting)
		p.mu.Unlock()
		if n == 1 {
			break
		}
		if time.Now().After(deadline) {
			t.Fatal("the connection does not wait")
		}
	}
	ended := make(chan error)
	go func() {
		_, err := l.Accept()
		ended <- err
	}()
	if err := l.Close(); err != nil {
		t.Error(err)
	}
	if err := <-ended; !errors.Is(err, net.ErrClosed) {
		t.Error(err)
	}
	wantClosed(t, waiting)
	if _, err := l.Accept(); !errors.Is(err, net.ErrClosed) {
		t.Error(err)
	}
	if err := l.Close(); err != nil {
		t.Errorf("again: %v", err)
	}
}

// pipe is a connection that has sent all of it.
type pipe struct {
	net.Conn
	r *bytes.Reader
}

func (p *pipe) Read(b []byte) (int, error)      { return p.r.Read(b) }
func (p *pipe) SetReadDeadline(time.Time) error { return nil }
func (p *pipe) RemoteAddr() net.Addr            { return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 1} }

// Whatever comes, a connection that is handed on has an address of TCP, and its rest is the
// end of what was sent.
func FuzzHeader(f *testing.F) {
	for _, seed := range []string{
		"PROXY TCP4 203.0.113.9 192.0.2.1 12345 80\r\nGET /", "PROXY UNKNOWN\r\n", version2(0x21, 0x11, address4) + "GET /",
		version2(0x20, 0x00, ""), version2(0x21, 0x31, strings.Repeat("/", 216)), version2(0x21, 0x21, address6+"\x04\x00\x01x"), "GET /",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, sent []byte) {
		c, err := readHeader(&pipe{r: bytes.NewReader(sent)}, time.Second)
		if err != nil {
			return
		}
		if tcp, ok := c.RemoteAddr().(*net.TCPAddr); !ok || tcp == nil || tcp.String() == "" {
			t.Errorf("address %v", c.RemoteAddr())
		}
		rest, err := io.ReadAll(c)
		if err != nil || !bytes.HasSuffix(sent, rest) {
			t.Errorf("rest %q %v", rest, err)
		}
	})
}
