package proxy

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"slices"
	"syscall"
	"testing"
	"time"
)

// message is one of PostgreSQL's.
func message(kind byte, body string) []byte {
	b := binary.BigEndian.AppendUint32([]byte{kind}, uint32(len(body)+4))
	return append(b, body...)
}

func TestMessageReader_AnyPieces_SameMessages(t *testing.T) {
	all := slices.Concat(message('Z', "I"), message('C', "COMMIT\x00"), message('N', ""), message('D', "some data"))
	for size := 1; size <= len(all); size++ {
		var r messageReader
		var got []string
		for piece := range slices.Chunk(all, size) {
			r.read(piece, func(kind byte, body []byte) { got = append(got, fmt.Sprintf("%c%s", kind, body)) })
		}
		if !slices.Equal(got, []string{"ZI", "CCOMMIT\x00", "N", "Dsome data"}) {
			t.Errorf("in pieces of %d: %q", size, got)
		}
	}
}

// answering is a server that reads so many bytes and answers them, again and again.
func answering(t *testing.T, question int, answer []byte) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer c.Close()
				for b := make([]byte, question); ; {
					if _, err := io.ReadFull(c, b); err != nil {
						return
					}
					_, _ = c.Write(answer)
				}
			}()
		}
	}()
	return l.Addr().String()
}

func TestProxy_TripsAndCommits_Counted(t *testing.T) {
	answer := slices.Concat(message('C', "INSERT 0 1\x00"), message('C', "COMMIT\x00"), message('Z', "I"))
	p, err := Start(t.Context(), answering(t, 6, answer), 0)
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	for _, trips := range []int{3, 7} { // two connections: the second one is the busiest
		c, err := net.Dial("tcp", p.Address())
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		for range trips {
			// A question in two writes is one trip.
			for _, part := range []string{"que", "ry?"} {
				if _, err := c.Write([]byte(part)); err != nil {
					t.Fatal(err)
				}
			}
			if _, err := io.ReadFull(c, make([]byte, len(answer))); err != nil {
				t.Fatal(err)
			}
		}
	}
	if got := p.Busiest(); got != (Traffic{7, 7}) {
		t.Errorf("%+v", got)
	}
}

func TestProxy_Distance_EveryTripTakesIt(t *testing.T) {
	const distance, trips = 10 * time.Millisecond, 3
	p, err := Start(t.Context(), answering(t, 1, []byte("!")), distance)
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	c, err := net.Dial("tcp", p.Address())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	begin := time.Now()
	for range trips {
		if _, err := c.Write([]byte("?")); err != nil {
			t.Fatal(err)
		}
		if _, err := io.ReadFull(c, make([]byte, 1)); err != nil {
			t.Fatal(err)
		}
	}
	if took := time.Since(begin); took < trips*distance {
		t.Errorf("%d trips of %v took %v", trips, distance, took)
	}
}

// through is a connection through a proxy to a server that accepts this one alone.
func through(t *testing.T, distance time.Duration) (client, server net.Conn) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	p, err := Start(t.Context(), l.Addr().String(), distance)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Close)
	if client, err = net.Dial("tcp", p.Address()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = client.Close() })
	if server, err = l.Accept(); err != nil {
		t.Fatal(err)
	}
	return client, server
}

func TestProxy_ServerGone_ClientEnds(t *testing.T) {
	c, server := through(t, 0)
	_ = server.Close()
	if n, err := c.Read(make([]byte, 1)); err == nil {
		t.Errorf("%d bytes of nothing", n)
	}
}

// What a server says before it hangs up arrives: often it is why.
func TestProxy_ServerEnds_LastWordsArrive(t *testing.T) {
	c, server := through(t, 20*time.Millisecond)
	if _, err := server.Write([]byte("unsupported")); err != nil {
		t.Fatal(err)
	}
	_ = server.Close()
	if said, err := io.ReadAll(c); err != nil || string(said) != "unsupported" {
		t.Errorf("%q %v", said, err)
	}
}

// ask sends a byte and waits for its answer.
func ask(c net.Conn) error {
	if _, err := c.Write([]byte("?")); err != nil {
		return err
	}
	_, err := io.ReadFull(c, make([]byte, 1))
	return err
}

// A frozen network loses nothing and tells neither side; what was held back arrives once it thaws.
func TestProxy_Frozen_NothingArrivesUntilThaw(t *testing.T) {
	p, err := Start(t.Context(), answering(t, 1, []byte("!")), 0)
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	c, err := net.Dial("tcp", p.Address())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if err := ask(c); err != nil {
		t.Fatal(err)
	}
	p.Freeze()
	_ = c.SetDeadline(time.Now().Add(50 * time.Millisecond))
	if err := ask(c); !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Fatalf("frozen: %v", err)
	}
	_ = c.SetDeadline(time.Time{})
	p.Thaw()
	if _, err := io.ReadFull(c, make([]byte, 1)); err != nil {
		t.Errorf("thawed: %v", err)
	}
}

func TestProxy_Cut_ConnectionsResetUntilMend(t *testing.T) {
	p, err := Start(t.Context(), answering(t, 1, []byte("!")), 0)
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	before, err := net.Dial("tcp", p.Address())
	if err != nil {
		t.Fatal(err)
	}
	defer before.Close()
	if err := ask(before); err != nil {
		t.Fatal(err)
	}
	another := func() error {
		c, err := net.Dial("tcp", p.Address())
		if err != nil {
			return err
		}
		defer c.Close()
		return ask(c)
	}
	p.Cut()
	for name, err := range map[string]error{"one from before": ask(before), "a new one": another()} {
		if !errors.Is(err, syscall.ECONNRESET) && !errors.Is(err, syscall.EPIPE) {
			t.Errorf("%s: %v", name, err)
		}
	}
	p.Mend()
	if err := another(); err != nil {
		t.Errorf("mended: %v", err)
	}
}
