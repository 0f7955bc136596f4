package mail

import (
	"bytes"
	"context"
	"crypto/tls"
	"fmt"
	"log/slog"
	"net"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"

	"lastclick/model"
)

func TestSMTP_TLSAndPassword_MailArrives(t *testing.T) {
	for _, scheme := range []string{"smtp", "smtps"} {
		for _, login := range []string{sasl.Plain, sasl.Login} {
			t.Run(scheme+" "+login, func(t *testing.T) {
				cert, trust := certificate(t)
				server := &mailServer{tls: cert, implicit: scheme == "smtps", password: "pa:ss/w@rd", logins: []string{login}}
				server.start(t)
				store := newShelf(welcomeMail(1, "Ana", "Summer Fest"), welcomeMail(2, "Ana", ""), inviteMail(3, "Ben"))
				c := smtpConfig(t, store, scheme+"://post:pa%3Ass%2Fw%40rd@"+server.address)
				c.TLS = trust
				run(t, c)
				store.until(t, "all sent", allSent)
				session := 0 // of them all; EHLO after STARTTLS begins a second one on the same connection
				for i, to := range []string{"ana@example.com", "ana@example.com", "ben@example.com"} {
					m := server.next(t)
					if i == 0 {
						session = m.session
					}
					if m.to != to || m.from != "lastclick@go.example.com" || m.user != "post" || !m.encrypted || m.session != session {
						t.Errorf("mail %d: from %s to %s, user %q, encrypted %v, session %d", i+1, m.from, m.to, m.user, m.encrypted, m.session)
					}
					p := parse(t, m.data)
					if p.plain == "" || p.html == "" {
						t.Errorf("mail %d has no text", i+1)
					}
					if i < 2 {
						if got, want := scan(t, p.picture), store.rows[i].Link.ShortURL+"?qr"; got != want {
							t.Errorf("the QR code says %s, want %s", got, want)
						}
					}
				}
			})
		}
	}
}

// An attacker between us and the server must not get the password by leaving out
// STARTTLS, or with a certificate of their own.
func TestSMTP_UntrustedServer_GetsNoPassword(t *testing.T) {
	cert, _ := certificate(t)
	for name, server := range map[string]*mailServer{
		"no TLS":               {password: "secret"},
		"unknown authority":    {password: "secret", tls: cert},
		"unknown, TLS at once": {password: "secret", tls: cert, implicit: true},
	} {
		t.Run(name, func(t *testing.T) {
			server.start(t)
			store := newShelf(several(1)...)
			scheme := "smtp"
			if server.implicit {
				scheme = "smtps"
			}
			stop := run(t, smtpConfig(t, store, scheme+"://post:secret@"+server.address))
			store.until(t, "a note why it waits", func(rows []*row) bool { return rows[0].Attempts > 1 })
			stop()
			if r := store.rows[0]; r.state != model.MailQueued || r.reason == "" || strings.Contains(r.reason, "secret") {
				t.Errorf("%s, %q", r.state, r.reason)
			}
			if len(server.tried) > 0 {
				t.Error("the password was shown")
			}
		})
	}
}

func TestSMTP_WrongPassword_StopsMailAndLosesNone(t *testing.T) {
	cert, trust := certificate(t)
	server := &mailServer{tls: cert, password: "right"}
	server.start(t)
	store := newShelf(several(2)...)
	var log bytes.Buffer
	c := smtpConfig(t, store, "smtp://post:wrong@"+server.address)
	c.TLS, c.Log = trust, slog.New(slog.NewTextHandler(&log, nil))
	stop := run(t, c)
	store.until(t, "attempts", func(rows []*row) bool { return rows[0].Attempts > 1 && rows[1].Attempts > 1 })
	stop()
	for _, r := range store.rows {
		if r.state != model.MailQueued || !strings.Contains(r.reason, "535") || strings.Contains(r.reason, "wrong") {
			t.Errorf("%s, %q", r.state, r.reason)
		}
	}
	if n := strings.Count(log.String(), "no mail is sent"); n != 1 || strings.Contains(log.String(), "wrong") || strings.Contains(log.String(), "example.com") {
		t.Errorf("logged %d times:\n%s", n, log.String())
	}
}

func TestSMTP_LocalServer_NeedsNoKnownCertificate(t *testing.T) {
	cert, _ := certificate(t)
	for _, config := range []*tls.Config{nil, cert} {
		server := &mailServer{tls: config}
		server.start(t)
		store := newShelf(several(1)...)
		stop := run(t, smtpConfig(t, store, "smtp://"+server.address))
		if m := server.next(t); m.encrypted != (config != nil) {
			t.Errorf("encrypted: %v", m.encrypted)
		}
		store.until(t, "sent", allSent)
		stop()
	}
}

// Servers end connections after so many mails.
func TestSMTP_ConnectionEndedByServer_IsNoFailure(t *testing.T) {
	server := &mailServer{mail: func(_, mail int) error {
		if mail > 1 {
			return &smtp.SMTPError{Code: 421, EnhancedCode: smtp.EnhancedCode{4, 7, 0}, Message: "enough for one connection"}
		}
		return nil
	}}
	server.start(t)
	store := newShelf(several(3)...)
	run(t, smtpConfig(t, store, "smtp://"+server.address))
	if got := server.arrivals(t, 3); !slices.Equal(got, addresses(3)) {
		t.Errorf("arrived %v", got)
	}
	store.until(t, "all sent", allSent)
	for _, r := range store.rows {
		if r.Attempts != 0 {
			t.Errorf("mail %d: %d failed attempts, %q", r.ID, r.Attempts, r.reason)
		}
	}
}

// A mail on which the server always hangs up must not hold up the others.
func TestSMTP_BrokenConnection_DelaysThisMailAlone(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	// A server that greets, takes HELO, and drops the line at the sender.
	served := make(chan struct{})
	go func() {
		defer close(served)
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			answer := make([]byte, 512)
			fmt.Fprint(c, "220 mail.example\r\n")
			_, _ = c.Read(answer)
			fmt.Fprint(c, "250 mail.example\r\n")
			_, _ = c.Read(answer)
			_ = c.Close()
		}
	}()
	t.Cleanup(func() { _ = l.Close(); <-served })
	store := newShelf(several(2)...)
	run(t, smtpConfig(t, store, "smtp://"+l.Addr().String()))
	store.until(t, "both tried", func(rows []*row) bool { return rows[0].Attempts > 0 && rows[1].Attempts > 0 })
	if r := store.rows[0]; !strings.Contains(r.reason, "broke") {
		t.Errorf("%q", r.reason)
	}
}

func TestBoundConn_Stop_EndsItsDeadlines(t *testing.T) {
	ours, theirs := net.Pipe()
	defer theirs.Close()
	ctx, cancel := context.WithCancel(context.Background())
	b := bind(ctx, ours, time.Millisecond)
	defer b.Close()
	if err := b.SetDeadline(time.Now().Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	cancel()
	if _, err := b.Read(make([]byte, 1)); err == nil {
		t.Error("read something")
	}
	if err := b.SetDeadline(time.Now().Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	if _, err := b.Read(make([]byte, 1)); err == nil {
		t.Error("a later deadline went past the limit")
	}
}
