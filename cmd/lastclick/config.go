package main

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"lastclick/model"
)

// config is what serve takes. Each flag has an environment variable: LASTCLICK_ and
// the flag's name in capitals with _ for -.
type config struct {
	data           string
	database       string
	readDatabase   string
	http           string
	ssh            string
	metrics        string
	baseURL        string
	sshAddress     string
	cookieDomain   string
	adminKeys      []string
	hostKeys       []string
	userCAs        []string
	smtp           string
	mailFrom       string
	trustedProxies []string
	allowPrivate   bool
	keepInbox      string
	keepWebhooks   string
	keepAudit      string
	logFormat      string
	logLevel       string
	tls            tlsConfig

	proxies     []netip.Prefix
	keep        model.Retention
	level       slog.Level
	sshKeys     map[string]string // the files of private keys, by fingerprint, that commands shown to their owners name; the demo's
	batchLength int               // of db.Options; 0 but in scripts/bench
	now         func() time.Time  // the clock of what is stored and shown; nil, but for the demo's pictures: time.Now
}

// clock is the clock of what is stored and shown.
func (c *config) clock() func() time.Time {
	if c.now == nil {
		return time.Now
	}
	return c.now
}

// secrets are the flags whose value may also come from a file named by
// LASTCLICK_<FLAG>_FILE, so that it stands in no process list and no unit file.
var secrets = map[string]bool{"database": true, "read-database": true, "smtp": true, "admin-key": true}

// storeFlags are what every command that opens the store takes.
func (c *config) storeFlags(f *pflag.FlagSet) {
	f.StringVar(&c.data, "data", "./data", "directory of lastclick.db and the SSH host key, with PostgreSQL of a snapshot of the links; created if missing")
	f.StringVar(&c.database, "database", "", "the database: a SQLite file or postgres://… (default lastclick.db in --data)")
}

func (c *config) serveFlags(f *pflag.FlagSet) {
	c.storeFlags(f)
	f.StringVar(&c.readDatabase, "read-database", "", "a standby of --database on PostgreSQL, from which pages and exports are read: postgres://… (default none)")
	f.StringVar(&c.http, "http", ":8080", "address for shortlinks and webhooks; port 0 lets the system choose")
	f.StringVar(&c.ssh, "ssh", ":2222", "address for the console and its commands; port 0 lets the system choose")
	f.StringVar(&c.metrics, "metrics", "127.0.0.1:9090", "address for Prometheus at /metrics; empty turns it off")
	f.StringVar(&c.baseURL, "base-url", "", "public address of the shortlinks (default http://localhost and the port of --http)")
	f.StringVar(&c.sshAddress, "ssh-address", "", "public HOST:PORT of the console, printed in mails and help (default localhost and the port of --ssh)")
	f.StringVar(&c.cookieDomain, "cookie-domain", "", "domain of the receipt cookie, such as example.com, so that a checkout on another host of that domain gets the receipt")
	f.StringArrayVar(&c.adminKeys, "admin-key", nil, `public key of an admin: a file, or "ssh-ed25519 AAAA…" (repeatable; in the environment one per line)`)
	f.StringArrayVar(&c.hostKeys, "host-key", nil, "file of the SSH host key, one for all nodes; a further one is the next key, which clients learn (repeatable; default: the database's on PostgreSQL, else one in --data)")
	f.StringArrayVar(&c.userCAs, "user-ca", nil, "file of public keys of SSH CAs, one a line: a user certificate signed by one signs in the person whom its principal names (repeatable)")
	f.StringVar(&c.smtp, "smtp", "", "mail server: smtp://user:pass@host:587 or smtps://…:465 (default: each mail is a file in DATA/outbox)")
	f.StringVar(&c.mailFrom, "mail-from", "", "sender address of the welcome mails")
	f.StringArrayVar(&c.trustedProxies, "trusted-proxy", nil, "CIDR of a proxy whose X-Forwarded-For and PROXY protocol, on --http and --ssh, are believed (repeatable; in the environment separated by commas)")
	c.tls.flags(f)
	f.BoolVar(&c.allowPrivate, "allow-private", false, "also send hooks to loopback and private addresses; only where every owner may reach your network")
	f.StringVar(&c.keepInbox, "keep-inbox", "30d", "how long bodies in the inbox that are settled, and what shops posted, are kept; 0: for ever")
	f.StringVar(&c.keepWebhooks, "keep-webhooks", "90d", "how long webhook ids are kept; 0: for ever")
	f.StringVar(&c.keepAudit, "keep-audit", "", "how long the audit is kept (default for ever)")
	f.StringVar(&c.logFormat, "log-format", "text", "text or json, on stderr")
	f.StringVar(&c.logLevel, "log-level", "info", "debug, info, warn or error")
}

// environment fills the flags that were not given from the environment.
func environment(f *pflag.FlagSet, getenv func(string) string) error {
	var failure error
	f.VisitAll(func(flag *pflag.Flag) {
		if flag.Changed || failure != nil || flag.Name == "help" {
			return
		}
		name := envName(flag.Name)
		value := getenv(name)
		if path := getenv(name + "_FILE"); secrets[flag.Name] && value == "" && path != "" {
			raw, err := os.ReadFile(path)
			if err != nil {
				failure = fmt.Errorf("%s_FILE: %w", name, err)
				return
			}
			value = strings.TrimSpace(string(raw))
		}
		if value == "" {
			return
		}
		values := []string{value}
		if flag.Value.Type() == "stringArray" {
			separator := "\n"
			if flag.Name == "trusted-proxy" || flag.Name == "tls-domain" {
				separator = ","
			}
			values = strings.Split(value, separator)
		}
		for _, v := range values {
			if v = strings.TrimSpace(v); v == "" {
				continue
			}
			if err := f.Set(flag.Name, v); err != nil {
				failure = fmt.Errorf("%s: %w", name, err)
			}
		}
	})
	return failure
}

func envName(flag string) string {
	return "LASTCLICK_" + strings.ToUpper(strings.ReplaceAll(flag, "-", "_"))
}

// validate checks what can be checked before anything is opened.
func (c *config) validate() error {
	if c.baseURL != "" {
		u, err := url.Parse(c.baseURL)
		if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" || strings.Trim(u.Path, "/") != "" {
			return usageError{fmt.Errorf("--base-url %q must be like https://go.example.com, without a path", c.baseURL)}
		}
		c.baseURL = u.Scheme + "://" + u.Host
	}
	if err := c.tls.validate(); err != nil {
		return usageError{err}
	}
	if c.baseURL == "" && len(c.tls.domains) > 0 {
		c.baseURL = "https://" + c.tls.domains[0]
	}
	if err := c.validateAddresses(); err != nil {
		return usageError{err}
	}
	for _, s := range c.trustedProxies {
		p, err := netip.ParsePrefix(s)
		if err != nil {
			a, addrErr := netip.ParseAddr(s)
			if addrErr != nil {
				return usageError{fmt.Errorf("--trusted-proxy %q must be a network such as 10.0.0.0/8 or one address", s)}
			}
			p = netip.PrefixFrom(a, a.BitLen())
		}
		// Addresses are compared as IPv4 where they are.
		if bits := p.Bits() - 96; p.Addr().Is4In6() && bits >= 0 {
			p = netip.PrefixFrom(p.Addr().Unmap(), bits)
		}
		c.proxies = append(c.proxies, p)
	}
	if c.smtp != "" {
		if u, err := url.Parse(c.smtp); err != nil || u.Scheme != "smtp" && u.Scheme != "smtps" || u.Hostname() == "" {
			return usageError{fmt.Errorf("--smtp must be like smtp://user:pass@host:587 or smtps://user:pass@host:465")}
		}
	}
	if err := c.validateRetention(); err != nil {
		return usageError{err}
	}
	if c.logFormat != "text" && c.logFormat != "json" {
		return usageError{fmt.Errorf("--log-format %q must be text or json", c.logFormat)}
	}
	if err := c.level.UnmarshalText([]byte(c.logLevel)); err != nil {
		return usageError{fmt.Errorf("--log-level %q must be debug, info, warn or error", c.logLevel)}
	}
	return nil
}

// validateRetention reads how long what is kept.
func (c *config) validateRetention() error {
	for _, k := range []struct {
		flag, value string
		into        *time.Duration
	}{{"keep-inbox", c.keepInbox, &c.keep.Inbox}, {"keep-webhooks", c.keepWebhooks, &c.keep.Webhooks}, {"keep-audit", c.keepAudit, &c.keep.Audit}} {
		d, err := model.ParseRetention(k.value)
		if err != nil {
			return fmt.Errorf("--%s %w", k.flag, err)
		}
		*k.into = d
	}
	return nil
}

// validateAddresses checks the addresses, and the cookie's domain against the base URL.
func (c *config) validateAddresses() error {
	for _, a := range []struct {
		flag, value string
		must        bool
	}{{"http", c.http, true}, {"ssh", c.ssh, true}, {"metrics", c.metrics, false}, {"ssh-address", c.sshAddress, false}, {"tls-http", c.tls.plainAddress(), false}} {
		if a.value == "" && !a.must {
			continue
		}
		_, port, err := net.SplitHostPort(a.value)
		if _, portErr := strconv.ParseUint(port, 10, 16); err != nil || portErr != nil {
			return fmt.Errorf("--%s %q must be HOST:PORT or :PORT, with a port from 0 to 65535", a.flag, a.value)
		}
	}
	if scheme, _, isURL := strings.Cut(c.database, "://"); isURL && scheme != "postgres" && scheme != "postgresql" && scheme != "file" {
		return fmt.Errorf("--database must be a SQLite file or begin with postgres://, not with %q", scheme+"://")
	}
	if c.readDatabase != "" && !c.sharesDatabase() {
		return errors.New("--read-database is for a --database on PostgreSQL: a SQLite file has no replicas")
	}
	if c.readDatabase != "" && !onPostgres(c.readDatabase) {
		return errors.New("--read-database must begin with postgres://")
	}
	if c.cookieDomain == "" {
		return nil
	}
	host := "localhost"
	if u, err := url.Parse(c.baseURL); err == nil && u.Hostname() != "" {
		host = strings.ToLower(u.Hostname())
	}
	if domain := strings.ToLower(strings.TrimPrefix(c.cookieDomain, ".")); host != domain && !strings.HasSuffix(host, "."+domain) {
		return fmt.Errorf("--cookie-domain %q must be the host of --base-url or a domain above it, and that host is %s: no browser would take the cookie", c.cookieDomain, host)
	}
	return nil
}

func (c *config) logger(w io.Writer) *slog.Logger {
	o := &slog.HandlerOptions{Level: c.level, ReplaceAttr: inSeconds}
	if c.logFormat == "json" {
		return slog.New(slog.NewJSONHandler(escaping{w}, o))
	}
	return slog.New(slog.NewTextHandler(w, o))
}

// inSeconds makes a number of seconds of a duration: slog itself writes 1.5s as text, and
// nanoseconds as JSON.
func inSeconds(_ []string, a slog.Attr) slog.Attr {
	if a.Value.Kind() == slog.KindDuration {
		a.Value = slog.Float64Value(a.Value.Duration().Seconds())
	}
	return a
}

// publicHTTP is the base URL, once the port is known.
func (c *config) publicHTTP(l net.Listener) string {
	if c.baseURL != "" {
		return c.baseURL
	}
	return c.tls.scheme() + "://localhost:" + portOf(l)
}

// publicSSH is HOST:PORT, once the port is known.
func (c *config) publicSSH(l net.Listener) string {
	if c.sshAddress != "" {
		return c.sshAddress
	}
	return "localhost:" + portOf(l)
}

func portOf(l net.Listener) string {
	_, port, _ := net.SplitHostPort(l.Addr().String())
	return port
}

// sharesDatabase says whether nodes share the database, and the host key in it.
func (c *config) sharesDatabase() bool { return onPostgres(c.database) }

func onPostgres(url string) bool {
	return strings.HasPrefix(url, "postgres://") || strings.HasPrefix(url, "postgresql://")
}

// cacheFile is the snapshot from which links redirect while the database is away.
func (c *config) cacheFile() string { return filepath.Join(c.data, "cache.snapshot") }

func (c *config) hostKeyPath() string { return filepath.Join(c.data, "ssh_host_ed25519_key") }

// escaping is the log in JSON with the characters escaped that a terminal would obey, which
// slog lets through: a log is read on terminals. The log in text is quoted by slog.
type escaping struct{ io.Writer }

func (e escaping) Write(record []byte) (int, error) {
	if _, err := e.Writer.Write(model.EscapeHidden(record)); err != nil {
		return 0, err
	}
	return len(record), nil
}
