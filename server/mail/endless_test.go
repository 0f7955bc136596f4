package mail

import (
	"bufio"
	"net"
	"strings"
	"sync/atomic"
	"testing"

	"lastclick/model"
)

// endlessServer answers the command that begins with at ("" is the greeting) with lines
// without end, and others well. sent counts the bytes of the longest such answer.
func endlessServer(t *testing.T, at string) (address string, sent *atomic.Int64) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	sent = &atomic.Int64{}
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer c.Close()
				talkWithoutEnd(c, at, sent)
			}()
		}
	}()
	return l.Addr().String(), sent
}

func talkWithoutEnd(c net.Conn, at string, sent *atomic.Int64) {
	flood := func() {
		line := []byte("250-" + strings.Repeat("A", 1020) + "\r\n")
		if at == "" {
			copy(line, "220")
		}
		for n := int64(0); ; n += int64(len(line)) {
			if _, err := c.Write(line); err != nil {
				return
			}
			sent.Store(max(sent.Load(), n))
		}
	}
	if at == "" {
		flood()
		return
	}
	lines := bufio.NewScanner(c)
	for answer := "220 mail.example\r\n"; ; answer = "250 fine\r\n" {
		if _, err := c.Write([]byte(answer)); err != nil {
			return
		}
		if !lines.Scan() {
			return
		}
		if strings.HasPrefix(lines.Text(), at) {
			flood()
			return
		}
	}
}

// A mail server, or who stands between it and us, cannot fill the memory.
func TestSMTP_AnswerWithoutEnd_IsCutOff(t *testing.T) {
	for _, at := range []string{"", "EHLO", "MAIL"} {
		t.Run("at "+at, func(t *testing.T) {
			address, sent := endlessServer(t, at)
			store := newShelf(several(1)...)
			stop := run(t, smtpConfig(t, store, "smtp://"+address))
			store.until(t, "a note why it waits", func(rows []*row) bool { return rows[0].Attempts > 1 })
			stop()
			if r := store.rows[0]; r.state != model.MailQueued || !strings.Contains(r.reason, errLongAnswer.Error()) {
				t.Errorf("%s, %q", r.state, r.reason)
			}
			// What lies in the buffers of the two sockets comes on top.
			if n := sent.Load(); n > maxAnswer+(16<<20) {
				t.Errorf("it could send %d bytes", n)
			}
		})
	}
}
