package ssh

import (
	"fmt"
	"net"
	"testing"
	"time"

	gossh "golang.org/x/crypto/ssh"
)

// limiterOf is a limiter whose connections are made by take.
func limiterOf(t *testing.T, inAll, perAddress, perKey int) (l *connLimiter, take func(ip string) *connection) {
	l = newConnLimiter(inAll, perAddress, perKey)
	return l, func(ip string) *connection {
		t.Helper()
		c, ok := l.acquire(addressed{ip: ip})
		if !ok {
			t.Fatalf("%s is refused", ip)
		}
		return c
	}
}

// Strangers with sessions, such as of the page for unknown keys, have a quarter of the
// places; one more takes that of the network that holds most of them.
func TestConnLimiter_StrangersWithSessions_MakeRoom(t *testing.T) {
	l, take := limiterOf(t, 16, 8, 8)
	var many []*connection
	for range 3 {
		c := take("192.0.2.1")
		l.sessionOpened(c)
		many = append(many, c)
	}
	lone := take("192.0.2.2")
	l.sessionOpened(lone)
	next := take("192.0.2.3")
	l.sessionOpened(next)
	if !many[0].ended || many[1].ended || many[2].ended || lone.ended || next.ended {
		t.Errorf("another one had to go: %v %v %v %v %v", many[0].ended, many[1].ended, many[2].ended, lone.ended, next.ended)
	}
	if l.from[many[0].network] != 2 {
		t.Errorf("%d of the network are counted", l.from[many[0].network])
	}
}

// Where every place of strangers is taken by sessions of many networks, a person still
// signs in.
func TestConnLimiter_AllNetworksWithSessions_PersonSignsIn(t *testing.T) {
	l, take := limiterOf(t, 16, 8, 8)
	ana := take("198.51.100.1")
	l.sessionOpened(ana)
	l.signedIn(ana, "ana")
	l.release(ana)
	flood := func(from int) {
		for i := range 32 {
			l.sessionOpened(take(fmt.Sprintf("192.0.2.%d", from+i)))
		}
	}
	flood(0)
	ana = take("198.51.100.1")
	flood(100) // while the person unlocks the key
	if ana.ended {
		t.Fatal("a network that a person has signed in from had to make room for others")
	}
	l.sessionOpened(ana)
	l.signedIn(ana, "ana")
	flood(200)
	if ana.ended {
		t.Error("a person had to make room for strangers")
	}
	if n := len(l.conns) - l.known; n > 8 {
		t.Errorf("%d strangers hold places", n)
	}
}

// One key takes no more places from strangers than it has sessions.
func TestConnLimiter_OneKey_HasItsShare(t *testing.T) {
	l, take := limiterOf(t, 16, 8, 2)
	for i := range 12 {
		l.signedIn(take(fmt.Sprintf("192.0.2.%d", i)), "ana")
	}
	if l.known != 2 || len(l.conns) != 10 {
		t.Errorf("%d known of %d", l.known, len(l.conns))
	}
	for c := range l.conns {
		l.release(c)
	}
	if l.known != 0 || len(l.keys) != 0 || len(l.from) != 0 {
		t.Errorf("left: %d known, %v, %v", l.known, l.keys, l.from)
	}
}

// Sessions of unknown keys that stay open in every place of strangers keep no one out.
func TestConnections_UnknownKeysWithSessions_KeepNobodyOut(t *testing.T) {
	d := open(t, func(c *Config) { c.MaxConns = 8; c.HandshakeTimeout = time.Hour })
	signer := d.ana
	for range 12 {
		conn, err := net.Dial("tcp", d.addr)
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		c, channels, requests, err := gossh.NewClientConn(conn, d.addr, &gossh.ClientConfig{
			User: "x", Auth: []gossh.AuthMethod{gossh.PublicKeys(newKey(t))}, HostKeyCallback: gossh.InsecureIgnoreHostKey(),
		})
		if err != nil {
			t.Fatal(err)
		}
		client := gossh.NewClient(c, channels, requests)
		defer client.Close()
		// A channel on which nothing is asked for.
		if _, err := client.NewSession(); err != nil {
			t.Fatal(err)
		}
	}
	d.tui(d.dial(signer)).press("x")
}

func TestConnLimiter_TooManyOfOneAddress_AreRefused(t *testing.T) {
	l := newConnLimiter(10, 2, 10)
	var in []*connection
	for _, c := range []struct {
		ip string
		ok bool
	}{
		{"192.0.2.1", true},
		{"192.0.2.1", true},
		{"192.0.2.1", false},
		{"2001:db8::1", true},
		{"2001:db8::2", true},
		{"2001:db8::3", false}, // of one /64
		{"127.0.0.1", true},
	} {
		conn, ok := l.acquire(addressed{ip: c.ip})
		if ok != c.ok {
			t.Errorf("%s: taken %v, want %v", c.ip, ok, c.ok)
		}
		if ok {
			in = append(in, conn)
		}
	}
	for _, c := range in {
		l.release(c)
		l.release(c) // once more counts nothing
	}
	if len(l.from) != 0 || len(l.conns) != 0 {
		t.Errorf("after all have gone: %v", l.from)
	}
}

// Strangers never take more than half of the places, and the newest of them takes that of
// one who does nothing: of the network that holds most, the one that came first.
func TestConnLimiter_Strangers_MakeRoom(t *testing.T) {
	l := newConnLimiter(8, 3, 10)
	acquire := func(ip string) *connection {
		t.Helper()
		c, ok := l.acquire(addressed{ip: ip})
		if !ok {
			t.Fatalf("%s is refused", ip)
		}
		return c
	}
	ana := acquire("192.0.2.10")
	l.signedIn(ana, "ana")
	l.signedIn(ana, "ana") // a second session of the connection
	first, second := acquire("192.0.2.1"), acquire("192.0.2.1")
	busy, lone := acquire("192.0.2.1"), acquire("192.0.2.2")
	busy.sessionOpened()
	for _, want := range []*connection{first, second} {
		next := acquire("192.0.2.3")
		if _, open := l.conns[want]; open || !want.ended {
			t.Error("another one had to go")
		}
		defer l.release(next)
	}
	acquire("192.0.2.4") // 192.0.2.3 has two now
	for _, c := range []*connection{ana, busy, lone} {
		if _, open := l.conns[c]; !open || c.ended {
			t.Errorf("%v had to go", c.network)
		}
	}
	if n := len(l.conns) - l.known; n != 4 || l.known != 1 {
		t.Errorf("%d strangers and %d known ones", n, l.known)
	}
}

// All places may be those of people who have signed in; none makes room then.
func TestConnLimiter_AllSignedIn_KeepTheirPlaces(t *testing.T) {
	l := newConnLimiter(4, 4, 4)
	for i := range 4 {
		c, ok := l.acquire(addressed{ip: fmt.Sprintf("192.0.2.%d", i)})
		if !ok {
			t.Fatal("refused")
		}
		l.signedIn(c, "ana")
	}
	if _, ok := l.acquire(addressed{ip: "192.0.2.9"}); ok || len(l.conns) != 4 {
		t.Errorf("a fifth was taken; %d are open", len(l.conns))
	}
}

// Silent connections that hold every place of strangers keep no one else out.
func TestConnections_SilentOnes_KeepNobodyOut(t *testing.T) {
	d := open(t, func(c *Config) { c.MaxConns = 8; c.HandshakeTimeout = time.Hour })
	before := d.tui(d.dial(d.ana))
	for range 20 {
		c, err := net.Dial("tcp", d.addr)
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		// The server's version, or the end where it had to make room at once.
		_, _ = c.Read(make([]byte, 1))
	}
	d.tui(d.dial(d.ana)).press("x")
	before.press("y")
	before.out.wait(t, "keys y")
}

type addressed struct {
	net.Conn
	ip string
}

func (a addressed) RemoteAddr() net.Addr { return &net.TCPAddr{IP: net.ParseIP(a.ip), Port: 1} }
func (addressed) Close() error           { return nil }
