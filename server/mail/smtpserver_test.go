package mail

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"io"
	"math/big"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"
)

// received is a mail as the server took it.
type received struct {
	from, to, user string
	encrypted      bool
	session        int // the first is 1
	data           string
}

// mailServer is a real SMTP server; its hooks say how it behaves.
type mailServer struct {
	implicit bool                          // TLS from the first byte
	tls      *tls.Config                   // nil: it offers none
	password string                        // of the user "post"; empty: no sign-in wanted
	mail     func(session, mail int) error // before it takes the sender; mails of a session count from 1
	rcpt     func(to string) error         // before it takes the address
	data     func(to string) error         // before it takes the mail
	address  string                        // where it listens; empty: any port
	logins   []string                      // mechanisms it offers; nil: PLAIN
	got      chan received

	mu       sync.Mutex
	sessions int
	tried    []string // passwords
}

// start serves until the returned function, or the end of the test.
func (s *mailServer) start(t *testing.T) (stop func()) {
	t.Helper()
	if s.address == "" {
		s.address = "127.0.0.1:0"
	}
	if s.got == nil {
		s.got = make(chan received, 64)
	}
	l, err := net.Listen("tcp", s.address)
	if err != nil {
		t.Fatal(err)
	}
	s.address = l.Addr().String()
	if s.implicit {
		l = tls.NewListener(l, s.tls)
	}
	server := smtp.NewServer(s)
	server.Domain = "mail.example"
	if !s.implicit {
		server.TLSConfig = s.tls
	}
	server.AllowInsecureAuth = s.tls == nil // so that a careless client would show its password
	server.ErrorLog = quietLog{}
	done := make(chan error, 1)
	go func() { done <- server.Serve(l) }()
	stop = sync.OnceFunc(func() {
		_ = server.Close()
		_ = l.Close() // where the server was closed before it began to listen
		if err := <-done; err != nil && !errors.Is(err, smtp.ErrServerClosed) && !errors.Is(err, net.ErrClosed) {
			t.Error(err)
		}
	})
	t.Cleanup(stop)
	return stop
}

type quietLog struct{}

func (quietLog) Printf(string, ...any) {}
func (quietLog) Println(...any)        {}

func (s *mailServer) NewSession(c *smtp.Conn) (smtp.Session, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.sessions++
	return &smtpSession{server: s, conn: c, number: s.sessions}, nil
}

// next is the next mail that arrived.
func (s *mailServer) next(t *testing.T) received {
	t.Helper()
	timer := time.NewTimer(patience)
	defer timer.Stop()
	select {
	case m := <-s.got:
		return m
	case <-timer.C:
		t.Fatal("no mail arrived")
		return received{}
	}
}

type smtpSession struct {
	server *mailServer
	conn   *smtp.Conn
	number int
	mails  int
	mail   received
	user   string
}

func (s *smtpSession) AuthMechanisms() []string {
	switch {
	case s.server.password == "":
		return nil
	case s.server.logins != nil:
		return s.server.logins
	}
	return []string{sasl.Plain}
}

func (s *smtpSession) Auth(mech string) (sasl.Server, error) {
	check := func(user, password string) error {
		s.server.mu.Lock()
		s.server.tried = append(s.server.tried, password)
		s.server.mu.Unlock()
		if user != "post" || password != s.server.password {
			return smtp.ErrAuthFailed
		}
		s.user = user
		return nil
	}
	if mech == sasl.Login {
		return &loginServer{check: check}, nil
	}
	return sasl.NewPlainServer(func(_, user, password string) error { return check(user, password) }), nil
}

// loginServer is the LOGIN mechanism, which old servers offer alone.
type loginServer struct {
	check func(user, password string) error
	user  string
	step  int
}

func (l *loginServer) Next(response []byte) ([]byte, bool, error) {
	l.step++
	switch l.step {
	case 1:
		return []byte("Username:"), false, nil
	case 2:
		l.user = string(response)
		return []byte("Password:"), false, nil
	}
	return nil, true, l.check(l.user, string(response))
}

func (s *smtpSession) Mail(from string, _ *smtp.MailOptions) error {
	if s.server.password != "" && s.user == "" {
		return smtp.ErrAuthRequired
	}
	s.mails++
	_, encrypted := s.conn.TLSConnectionState()
	s.mail = received{from: from, user: s.user, encrypted: encrypted, session: s.number}
	if s.server.mail != nil {
		return s.server.mail(s.number, s.mails)
	}
	return nil
}

func (s *smtpSession) Rcpt(to string, _ *smtp.RcptOptions) error {
	s.mail.to = to
	if s.server.rcpt != nil {
		return s.server.rcpt(to)
	}
	return nil
}

func (s *smtpSession) Data(r io.Reader) error {
	var b strings.Builder
	if _, err := io.Copy(&b, r); err != nil {
		return err
	}
	if s.server.data != nil {
		if err := s.server.data(s.mail.to); err != nil {
			return err
		}
	}
	s.mail.data = b.String()
	s.server.got <- s.mail
	return nil
}

func (s *smtpSession) Reset()        { s.mail = received{} }
func (s *smtpSession) Logout() error { return nil }

// certificate is one for 127.0.0.1 that its own authority signed, and that trust.
func certificate(t *testing.T) (server, trust *tls.Config) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	now := time.Now()
	form := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "test authority"},
		NotBefore: now.Add(-time.Hour), NotAfter: now.Add(time.Hour),
		IsCA: true, BasicConstraintsValid: true,
		KeyUsage:    x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
	}
	der, err := x509.CreateCertificate(rand.Reader, form, form, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AddCert(cert)
	return &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}}, &tls.Config{RootCAs: pool}
}
