package mail

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/textproto"
	"slices"
	"time"

	gomail "github.com/wneessen/go-mail"
	"github.com/wneessen/go-mail/smtp"
)

// Bounds of talking to a mail server.
const (
	dialTime  = 10 * time.Second // until a connection stands, implicit TLS included
	greetTime = 20 * time.Second // for the greeting, STARTTLS and signing in
	mailTime  = 30 * time.Second // for one mail
	stopTime  = 3 * time.Second  // for the mail at hand, once the daemon is told to stop

	// mostTime is the longest that one send takes: a connection that the server has
	// left, and then a new one.
	mostTime = mailTime + dialTime + greetTime + mailTime
)

// post hands messages to an SMTP server. It keeps one connection open from the
// first message of a batch to rest.
//
// The library builds messages and opens sessions; the four commands of a mail are
// given here, because its own Send joins the server's answers into one text and
// calls a mail failed when only the RSET after it failed.
type post struct {
	server  server
	from    string
	options []gomail.Option
	tls     *tls.Config
	conn    *boundConn   // nil: none
	session *smtp.Client // over conn
}

func newPost(s server, from, helo string, trust *tls.Config) (*post, error) {
	p := &post{server: s, from: from, tls: &tls.Config{}}
	if trust != nil {
		p.tls = trust.Clone()
	}
	p.tls.ServerName = s.host
	p.tls.MinVersion = tls.VersionTLS12

	policy := gomail.TLSOpportunistic
	p.options = []gomail.Option{
		gomail.WithPort(s.port), gomail.WithHELO(helo), gomail.WithTimeout(greetTime), gomail.WithoutSMTPUTF8(),
	}
	switch {
	case s.user != "":
		// Without NTLM and XOAUTH2, which want more than a name and a password.
		policy = gomail.TLSMandatory
		p.options = append(p.options, gomail.WithUsername(s.user), gomail.WithPassword(s.pass),
			gomail.WithOpportunisticSMTPAuth(gomail.SMTPAuthSCRAMSHA256, gomail.SMTPAuthPlain, gomail.SMTPAuthLogin, gomail.SMTPAuthSCRAMSHA1, gomail.SMTPAuthCramMD5))
	case s.loopback() && trust == nil:
		// A local relay has a certificate that it signed itself, for another name.
		// Nobody but this machine answers here, and no password is shown.
		p.tls.InsecureSkipVerify = true
	}
	if s.implicit {
		p.options = append(p.options, gomail.WithSSL())
	}
	p.options = append(p.options, gomail.WithTLSPolicy(policy), gomail.WithTLSConfig(p.tls))
	_, err := p.client(context.Background())
	return p, err
}

// client is the library's, for one session under ctx.
func (p *post) client(ctx context.Context) (*gomail.Client, error) {
	dial := gomail.WithDialContextFunc(func(dialing context.Context, network, address string) (net.Conn, error) {
		return p.dial(ctx, dialing, network, address)
	})
	c, err := gomail.NewClient(p.server.host, append(slices.Clone(p.options), dial)...)
	if err != nil {
		return nil, fmt.Errorf("prepare for the mail server %s: %w", p.server, err)
	}
	return c, nil
}

// dial connects; what it opens lives under ctx, the dialing itself under a shorter
// context. The connection is kept, because the library forgets to close it where
// the greeting, TLS or signing in fails.
func (p *post) dial(ctx, dialing context.Context, network, address string) (net.Conn, error) {
	dialing, cancel := context.WithTimeout(dialing, dialTime)
	defer cancel()
	raw, err := (&net.Dialer{}).DialContext(dialing, network, address)
	if err != nil {
		return nil, err
	}
	p.conn = bind(ctx, raw, stopTime)
	if !p.server.implicit {
		return p.conn, nil
	}
	c := tls.Client(p.conn, p.tls)
	if err := c.HandshakeContext(dialing); err != nil {
		return nil, err
	}
	return c, nil
}

// send hands over one message; its error is a *failure.
func (p *post) send(ctx context.Context, m message) error {
	reused := p.session != nil
	if err := p.open(ctx); err != nil {
		return err
	}
	err := p.mail(m)
	if f, ok := errors.AsType[*failure](err); ok && f.early && reused {
		// The server has had enough of this connection: not the mail's fault.
		p.hangUp()
		if err := p.open(ctx); err != nil {
			return err
		}
		err = p.mail(m)
	}
	if f, ok := errors.AsType[*failure](err); ok && (f.broken || p.session.Reset() != nil) {
		p.hangUp()
	}
	return err
}

// open makes sure of a session.
func (p *post) open(ctx context.Context) error {
	if p.session != nil {
		return nil
	}
	client, err := p.client(ctx)
	if err != nil {
		return &failure{what: closed, reason: sentence("", err)}
	}
	session, err := client.DialToSMTPClientWithContext(ctx)
	if err != nil {
		p.hangUp()
		return &failure{what: closed, reason: sentence(fmt.Sprintf("the mail server %s does not let us in", p.server), err)}
	}
	p.session = session
	return nil
}

// mail gives the commands of one mail (RFC 5321 §3.3).
func (p *post) mail(m message) error {
	if err := p.session.UpdateDeadline(mailTime); err != nil {
		return p.judge(err, true)
	}
	if err := p.session.Mail("<" + p.from + ">"); err != nil {
		return p.judge(err, true)
	}
	if err := p.session.Rcpt("<" + m.to + ">"); err != nil {
		return p.judge(err, false)
	}
	body, err := p.session.Data()
	if err != nil {
		return p.judge(err, false)
	}
	if _, err := m.WriteTo(body); err != nil {
		return p.judge(err, false)
	}
	if err := body.Close(); err != nil {
		return p.judge(err, false)
	}
	return nil
}

// judge says what follows from the error of a command; early ones came before the
// server knew anything of the mail.
func (p *post) judge(err error, early bool) *failure {
	reply, ok := errors.AsType[*textproto.Error](err)
	switch {
	case !ok:
		return &failure{what: later, reason: sentence(fmt.Sprintf("the connection to the mail server %s broke", p.server), err), broken: true, early: early}
	case reply.Code == 421: // the service is closing the channel
		return &failure{what: later, reason: sentence("", err), broken: true, early: early}
	case reply.Code == 530 || reply.Code == 535 || reply.Code == 538: // it wants us to sign in: RFC 4954 §6
		return &failure{what: closed, reason: sentence("", err), broken: true}
	case reply.Code >= 500:
		return &failure{what: never, reason: sentence("", err)}
	}
	return &failure{what: later, reason: sentence("", err)}
}

// rest ends the session politely.
func (p *post) rest() {
	if p.session == nil {
		return
	}
	if p.session.UpdateDeadline(stopTime) == nil {
		_ = p.session.Quit() // the mails are through; a server that does not say goodbye loses nothing
	}
	p.hangUp()
}

func (p *post) hangUp() {
	if p.conn != nil {
		_ = p.conn.Close() // it is given up; what was sent over it was answered
	}
	p.conn, p.session = nil, nil
}
