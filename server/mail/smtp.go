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
	stopTime  = 3 * time.Second  // for the mail being sent, once the daemon is told to stop

	// maxSendTime is the longest that one send takes: over a connection that the server
	// has left, and then over a new one.
	maxSendTime = mailTime + dialTime + greetTime + mailTime
)

// smtpTransport hands messages to an SMTP server. It keeps one connection open from the
// first message of a batch until release.
//
// The library builds messages and opens sessions. The four commands of a mail are
// given here, because the library's Send joins the server's answers into one text, and
// calls a mail failed when only the RSET after it failed.
type smtpTransport struct {
	server  server
	from    string
	options []gomail.Option
	tls     *tls.Config
	conn    *boundConn   // nil: none
	session *smtp.Client // over conn
}

func newSMTPTransport(s server, from, helo string, trust *tls.Config) (*smtpTransport, error) {
	t := &smtpTransport{server: s, from: from, tls: &tls.Config{}}
	if trust != nil {
		t.tls = trust.Clone()
	}
	t.tls.ServerName = s.host
	t.tls.MinVersion = tls.VersionTLS12

	policy := gomail.TLSOpportunistic
	t.options = []gomail.Option{
		gomail.WithPort(s.port), gomail.WithHELO(helo), gomail.WithTimeout(greetTime), gomail.WithoutSMTPUTF8(),
	}
	switch {
	case s.user != "":
		// Without NTLM and XOAUTH2, which need more than a name and a password.
		policy = gomail.TLSMandatory
		t.options = append(t.options, gomail.WithUsername(s.user), gomail.WithPassword(s.pass),
			gomail.WithOpportunisticSMTPAuth(gomail.SMTPAuthSCRAMSHA256, gomail.SMTPAuthPlain, gomail.SMTPAuthLogin, gomail.SMTPAuthSCRAMSHA1, gomail.SMTPAuthCramMD5))
	case s.loopback() && trust == nil:
		// A local relay has a certificate that it signed itself, for another name. Only
		// this machine answers on the loopback, and no password is sent.
		t.tls.InsecureSkipVerify = true
	}
	if s.implicit {
		t.options = append(t.options, gomail.WithSSL())
	}
	t.options = append(t.options, gomail.WithTLSPolicy(policy), gomail.WithTLSConfig(t.tls))
	_, err := t.client(context.Background())
	return t, err
}

// client is the library's client for one session under ctx.
func (t *smtpTransport) client(ctx context.Context) (*gomail.Client, error) {
	dial := gomail.WithDialContextFunc(func(dialing context.Context, network, address string) (net.Conn, error) {
		return t.dial(ctx, dialing, network, address)
	})
	c, err := gomail.NewClient(t.server.host, append(slices.Clone(t.options), dial)...)
	if err != nil {
		return nil, fmt.Errorf("prepare for the mail server %s: %w", t.server, err)
	}
	return c, nil
}

// dial connects under the context dialing; the connection lives under ctx. It is kept
// in t.conn, because the library does not close it where the greeting, TLS or signing
// in fails.
func (t *smtpTransport) dial(ctx, dialing context.Context, network, address string) (net.Conn, error) {
	dialing, cancel := context.WithTimeout(dialing, dialTime)
	defer cancel()
	raw, err := (&net.Dialer{}).DialContext(dialing, network, address)
	if err != nil {
		return nil, err
	}
	t.conn = bind(ctx, raw, stopTime)
	if !t.server.implicit {
		return t.conn, nil
	}
	c := tls.Client(t.conn, t.tls)
	if err := c.HandshakeContext(dialing); err != nil {
		return nil, err
	}
	return c, nil
}

// send hands over one message. Its error is a *failure.
func (t *smtpTransport) send(ctx context.Context, m message) error {
	reused := t.session != nil
	if err := t.open(ctx); err != nil {
		return err
	}
	err := t.mail(m)
	if f, ok := errors.AsType[*failure](err); ok && f.early && reused {
		// The server has ended this connection: not the mail's fault.
		t.hangUp()
		if err := t.open(ctx); err != nil {
			return err
		}
		err = t.mail(m)
	}
	if f, ok := errors.AsType[*failure](err); ok && (f.broken || t.session.Reset() != nil) {
		t.hangUp()
	}
	return err
}

// open opens a session if there is none.
func (t *smtpTransport) open(ctx context.Context) error {
	if t.session != nil {
		return nil
	}
	client, err := t.client(ctx)
	if err != nil {
		return &failure{what: stopSending, reason: sentence("", err)}
	}
	session, err := client.DialToSMTPClientWithContext(ctx)
	if err != nil {
		t.hangUp()
		return &failure{what: stopSending, reason: sentence(fmt.Sprintf("the mail server %s cannot be used", t.server), err)}
	}
	t.session = session
	return nil
}

// mail gives the commands of one mail (RFC 5321 §3.3).
func (t *smtpTransport) mail(m message) error {
	if err := t.session.UpdateDeadline(mailTime); err != nil {
		return t.judge(err, true)
	}
	if err := t.session.Mail("<" + t.from + ">"); err != nil {
		return t.judge(err, true)
	}
	if err := t.session.Rcpt("<" + m.to + ">"); err != nil {
		return t.judge(err, false)
	}
	body, err := t.session.Data()
	if err != nil {
		return t.judge(err, false)
	}
	if _, err := m.WriteTo(body); err != nil {
		return t.judge(err, false)
	}
	if err := body.Close(); err != nil {
		return t.judge(err, false)
	}
	return nil
}

// judge says what follows from the error of a command. early means that the server
// knew nothing of the mail yet.
func (t *smtpTransport) judge(err error, early bool) *failure {
	reply, ok := errors.AsType[*textproto.Error](err)
	switch {
	case !ok:
		return &failure{what: retryMail, reason: sentence(fmt.Sprintf("the connection to the mail server %s broke", t.server), err), broken: true, early: early}
	case reply.Code == 421: // the service is closing the channel
		return &failure{what: retryMail, reason: sentence("", err), broken: true, early: early}
	case reply.Code == 530 || reply.Code == 535 || reply.Code == 538: // signing in is required: RFC 4954 §6
		return &failure{what: stopSending, reason: sentence("", err), broken: true}
	case reply.Code >= 500:
		return &failure{what: giveUpMail, reason: sentence("", err)}
	}
	return &failure{what: retryMail, reason: sentence("", err)}
}

// release ends the session with QUIT.
func (t *smtpTransport) release() {
	if t.session == nil {
		return
	}
	if t.session.UpdateDeadline(stopTime) == nil {
		_ = t.session.Quit() // the mails have been taken; nothing is lost without an answer
	}
	t.hangUp()
}

func (t *smtpTransport) hangUp() {
	if t.conn != nil {
		_ = t.conn.Close() // all that was sent over it has been answered
	}
	t.conn, t.session = nil, nil
}
