package mail

import (
	"context"
	"crypto/tls"
	"log/slog"
	"net"
	"net/url"
	"strconv"
	"strings"
	"time"

	"lastclick/model"
)

// Store is the part of model.Store that the worker needs: the outbox, and the signal
// that something was put into it.
type Store interface {
	model.Mailing
	Watch(ctx context.Context, client string) <-chan struct{}
}

// Config configures a Worker.
type Config struct {
	Store      Store
	SMTP       string // smtp://user:pass@host:587 or smtps://…:465; empty: files in Outbox
	From       string // the sender's address; empty: lastclick@ and the host of BaseURL
	Outbox     string // directory of the .eml files; made when missing
	BaseURL    string // public address of the shortlinks, without a trailing slash
	SSHAddress string // public HOST:PORT of the console, for invites
	Log        *slog.Logger
	Now        func() time.Time                // nil: time.Now
	Backoff    func(attempt int) time.Duration // before the next attempt, after the first, second …; nil: 10 s doubling to 1 h
	TLS        *tls.Config                     // its RootCAs are trusted; nil: the system's
}

// server is the mail server that --smtp names.
type server struct {
	host       string
	port       int
	implicit   bool // TLS from the first byte
	user, pass string
}

func (s server) String() string { return net.JoinHostPort(s.host, strconv.Itoa(s.port)) }

// loopback says whether the server is on this machine.
func (s server) loopback() bool {
	ip := net.ParseIP(s.host)
	return s.host == "localhost" || ip != nil && ip.IsLoopback()
}

// parseSMTP reads --smtp. Its errors never quote the value: it holds a password.
func parseSMTP(raw string) (server, error) {
	bad := func(why string) (server, error) {
		return server{}, &model.Error{
			Kind: model.Invalid, Field: "smtp", Msg: "--smtp " + why,
			Hint: "write it like smtp://user:pass@host:587 or smtps://user:pass@host:465, with all characters of the password other than letters and digits percent-encoded",
		}
	}
	u, err := url.Parse(raw)
	if err != nil {
		return bad("is not an address")
	}
	s := server{host: strings.ToLower(u.Hostname()), port: 587}
	switch u.Scheme {
	case "smtp":
	case "smtps":
		s.port, s.implicit = 465, true
	default:
		return bad("must begin with smtp:// or smtps://")
	}
	if s.host == "" {
		return bad("has no host name")
	}
	if strings.Trim(u.Path, "/") != "" || u.RawQuery != "" || u.Fragment != "" {
		return bad("has something after the port")
	}
	if p := u.Port(); p != "" {
		if s.port, err = strconv.Atoi(p); err != nil || s.port < 1 || s.port > 65535 {
			return bad("has a port that is not between 1 and 65535")
		}
	}
	if u.User != nil {
		s.user = u.User.Username()
		s.pass, _ = u.User.Password()
		if s.user == "" || s.pass == "" {
			return bad("needs both a user name and a password, or neither")
		}
	}
	return s, nil
}

// sender is the address that mails come from, and the name by which we greet servers.
func sender(from, baseURL string) (address, helo string, err error) {
	base, err := url.Parse(baseURL)
	if err != nil || base.Hostname() == "" {
		return "", "", model.Invalidf("base-url", "--base-url is not an address such as https://go.example.com")
	}
	host := base.Hostname()
	helo = host
	if ip := net.ParseIP(host); ip != nil {
		// An address literal (RFC 5321 §4.1.3); as a mail domain it would be refused.
		helo, host = "["+host+"]", "localhost"
		if ip.To4() == nil {
			helo = "[IPv6:" + ip.String() + "]"
		}
	}
	if from == "" {
		from = "lastclick@" + host
	}
	address, err = model.CheckEmail("mail-from", from)
	return address, helo, err
}
