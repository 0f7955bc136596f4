package main

import (
	"bufio"
	"bytes"
	"io"
	"net"
	"strings"
	"sync"
	"testing"
	"time"
)

// mailServer is an SMTP server whose answers are hostile, and that keeps the mails.
type mailServer struct {
	addr string

	mu    sync.Mutex
	mails []string
}

func newMailServer(t *testing.T) *mailServer {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &mailServer{addr: l.Addr().String()}
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go s.talk(conn)
		}
	}()
	return s
}

func (s *mailServer) all() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]string(nil), s.mails...)
}

func (s *mailServer) talk(conn net.Conn) {
	defer conn.Close()
	_ = conn.SetDeadline(time.Now().Add(time.Minute))
	in := bufio.NewReader(conn)
	hostile := strings.NewReplacer("\r\n", " ", "\x00", "").Replace(evil[0])
	say := func(line string) { _, _ = io.WriteString(conn, line+"\r\n") }
	say("220 mail.example " + hostile)
	for {
		line, err := in.ReadString('\n')
		if err != nil {
			return
		}
		switch verb := strings.ToUpper(strings.Fields(line + " x")[0]); {
		case verb == "EHLO":
			say("250-mail.example " + hostile + "\r\n250 8BITMIME")
		case verb == "RCPT" && strings.Contains(line, "refused@"):
			say("550-5.1.1 " + hostile + "\r\n550 5.1.1 " + evil[4])
		case verb == "RCPT" && strings.Contains(line, "later@"):
			say("451 4.3.0 " + hostile)
		case verb == "DATA":
			say("354 go on")
			var mail bytes.Buffer
			for {
				line, err := in.ReadString('\n')
				if err != nil {
					return
				}
				if line == ".\r\n" {
					break
				}
				mail.WriteString(line)
			}
			s.mu.Lock()
			s.mails = append(s.mails, mail.String())
			s.mu.Unlock()
			say("250 kept " + hostile)
		case verb == "QUIT":
			say("221 bye")
			return
		default:
			say("250 " + hostile)
		}
	}
}
