package main

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/net/publicsuffix"

	"lastclick/db"
	"lastclick/model"
	"lastclick/server/mail"
	"lastclick/server/ssh"
)

func doctorCommand(p *program) *cobra.Command {
	var c config
	online := false
	cmd := &cobra.Command{
		Use:   "doctor",
		Short: "Say what is wrong with this installation, and what to do",
		Long: `Look at the files and their modes, the disk, the clock, the public addresses, the
cookie, the mail server, the database, the keys and the certificate, with the flags and
the environment that serve gets. It changes nothing, sends no mail, and the daemon may
run. Exits with 1 where something is wrong; what is only doubtful is a warning.`,
		Example: "  lastclick doctor --data /var/lib/lastclick --base-url https://go.example.com --online",
		Args:    exactArgs(0),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := environment(cmd.Flags(), p.getenv); err != nil {
				return usageError{err}
			}
			if err := c.validate(); err != nil {
				return err
			}
			d := &doctor{c: &c, out: p.out, client: &http.Client{Timeout: 10 * time.Second}, locate: locate, asked: map[string]bool{}}
			d.examine(cmd.Context(), online)
			if d.wrong > 0 {
				return fmt.Errorf("%s wrong", model.Plural(int64(d.wrong), "thing is", "things are"))
			}
			return nil
		},
	}
	c.serveFlags(cmd.Flags())
	cmd.Flags().BoolVar(&online, "online", false, "also ask the base URL, its certificate, and the pages of clients and events")
	return cmd
}

// doctor examines an installation and writes a line for each finding.
type doctor struct {
	c      *config
	out    io.Writer
	client *http.Client
	locate func(context.Context, string) (located, error)
	asked  map[string]bool // the hosts of shops, by cookieLife
	wrong  int
}

// Bounds from which a finding is doubtful, or wrong.
const (
	diskDoubtful   = 1 << 30 // bytes that are free
	diskWrong      = 100 << 20
	certificateDue = 14 * 24 * time.Hour
	mailTime       = 30 * time.Second
)

func (d *doctor) ok(what, format string, args ...any)   { d.line("ok", what, format, args) }
func (d *doctor) warn(what, format string, args ...any) { d.line("warn", what, format, args) }
func (d *doctor) fail(what, format string, args ...any) {
	d.wrong++
	d.line("wrong", what, format, args)
}

func (d *doctor) line(state, what, format string, args []any) {
	fmt.Fprintf(d.out, "%-6s%-12s%s\n", state, what, model.Line(fmt.Sprintf(format, args...)))
}

func (d *doctor) examine(ctx context.Context, online bool) {
	d.files()
	d.keys()
	d.disk()
	d.clock()
	d.addresses()
	d.tls()
	d.mail(ctx)
	d.database(ctx, online)
	d.snapshot()
	if online {
		for _, base := range d.publicAddresses() {
			d.publicAddress(ctx, base)
		}
	}
}

// files looks at who else may read what holds secrets.
func (d *doctor) files() {
	info, err := os.Stat(d.c.data)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		d.warn("data", "the directory %s is not there yet: serve makes it", d.c.data)
		return
	case err != nil:
		d.fail("data", "the directory %s cannot be looked at: %v", d.c.data, err)
		return
	case info.Mode().Perm()&0o077 != 0:
		d.warn("data", "other users may look into %s (mode %04o): chmod 700 %[1]s", d.c.data, info.Mode().Perm())
	default:
		d.ok("data", "%s is yours alone", d.c.data)
	}
	open := 0
	for _, pattern := range []string{"lastclick.db*", "ssh_host_*_key", "cache.snapshot"} {
		names, _ := filepath.Glob(filepath.Join(d.c.data, pattern)) // the pattern is right
		for _, name := range names {
			if info, err := os.Stat(name); err == nil && info.Mode().Perm()&0o077 != 0 {
				open++
				d.fail("files", "other users may read %s (mode %04o), which holds secrets: chmod 600 %[1]s", name, info.Mode().Perm())
			}
		}
	}
	_, err = os.Stat(d.c.hostKeyPath())
	switch {
	case errors.Is(err, fs.ErrNotExist) && len(d.c.hostKeys) == 0 && !d.c.sharesDatabase():
		d.warn("files", "there is no SSH host key %s: serve makes one, and everybody's ssh will warn where there was another", d.c.hostKeyPath())
	case open == 0:
		d.ok("files", "database and host key are yours alone")
	}
}

// keys reads the files of keys that the flags name, as serve does.
func (d *doctor) keys() {
	if len(d.c.hostKeys) > 0 {
		if fingerprints, err := ssh.ReadHostKeys(d.c.hostKeys); err != nil {
			d.fail("host-key", "%v", err)
		} else {
			d.ok("host-key", "%s", strings.Join(fingerprints, ", then "))
		}
	}
	if len(d.c.userCAs) > 0 {
		if fingerprints, err := ssh.ReadUserCAs(d.c.userCAs); err != nil {
			d.fail("user-ca", "%v", err)
		} else {
			d.ok("user-ca", "certificates of %s sign people in", strings.Join(fingerprints, ", "))
		}
	}
}

func (d *doctor) disk() {
	var s syscall.Statfs_t
	if err := syscall.Statfs(d.c.data, &s); err != nil {
		return // files has said why
	}
	free := s.Bavail * uint64(s.Bsize) //nolint:gosec // a block's size is positive
	switch {
	case free < diskWrong:
		d.fail("disk", "only %d MiB are free for %s: orders are refused once it is full; make room", free>>20, d.c.data)
	case free < diskDoubtful:
		d.warn("disk", "only %d MiB are free for %s: make room", free>>20, d.c.data)
	default:
		d.ok("disk", "%d GiB are free for %s", free>>30, d.c.data)
	}
}

func (d *doctor) clock() {
	switch synchronized, known := clockSynchronized(); {
	case !known:
		d.warn("clock", "this system does not say whether its clock is right; it is %s", time.Now().UTC().Format(time.RFC3339))
	case !synchronized:
		d.warn("clock", "the clock is not synchronized (it is %s): webhooks that are signed more than 5 minutes away are refused; run chrony or systemd-timesyncd", time.Now().UTC().Format(time.RFC3339))
	default:
		d.ok("clock", "it is synchronized")
	}
}

// addresses holds the public addresses against each other.
func (d *doctor) addresses() {
	u, err := url.Parse(d.c.baseURL)
	switch {
	case err != nil || d.c.baseURL == "":
		d.warn("base-url", "there is none, so shortlinks and mails say http://localhost: give --base-url https://go.example.com")
		return
	case u.Scheme != "https" && !isLocal(u.Hostname()):
		d.warn("base-url", "%s is not https, so anybody on the way can read and change what customers get: give --tls-domain, or put TLS before it", d.c.baseURL)
	case isLocal(u.Hostname()):
		d.warn("base-url", "%s leads to this machine alone: give the public address", d.c.baseURL)
	default:
		d.ok("base-url", "%s", d.c.baseURL)
	}
	if d.c.cookieDomain == "" {
		d.ok("cookie", "it is for %s alone: a checkout on another host needs --cookie-domain, or a carrier", u.Hostname())
	} else {
		d.ok("cookie", "it is for %s and the hosts below it", d.c.cookieDomain)
	}
	if host, _, err := net.SplitHostPort(d.c.sshAddress); d.c.sshAddress == "" || err == nil && isLocal(host) {
		d.warn("ssh-address", "mails and help tell people to sign in at localhost: give --ssh-address HOST:PORT")
	}
}

func isLocal(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

func (d *doctor) mail(ctx context.Context) {
	if d.c.smtp == "" {
		d.warn("mail", "there is no --smtp: welcome mails and invites become files in %s, and reach nobody", filepath.Join(d.c.data, "outbox"))
		return
	}
	ctx, cancel := context.WithTimeout(ctx, mailTime)
	defer cancel()
	base := d.c.baseURL
	if base == "" {
		base = "http://localhost"
	}
	if err := mail.Probe(ctx, mail.Config{SMTP: d.c.smtp, From: d.c.mailFrom, BaseURL: base}); err != nil {
		d.fail("mail", "%v: compare --smtp with what the mail server's admin gave you", err)
		return
	}
	d.ok("mail", "the mail server answers and takes the sign-in; no mail was sent")
}

// database opens the database to read it, and looks at what it holds.
func (d *doctor) database(ctx context.Context, online bool) {
	store, err := db.Open(ctx, db.Options{URL: d.c.database, ReadURL: d.c.readDatabase, Dir: d.c.data, ReadOnly: true})
	if err != nil {
		d.fail("database", "%v", err)
		return
	}
	defer store.Close()
	version, err := store.EngineVersion(ctx)
	if err != nil {
		d.fail("database", "%v", err)
		return
	}
	d.ok("database", "it opens and has the schema of this program (%s); lastclick check recounts it", version)
	d.replica(ctx, store)
	d.issued(ctx, store)
	switch has, err := store.HasAdmin(ctx); {
	case err != nil:
		d.fail("admin", "%v", err)
	case !has:
		d.fail("admin", "nobody can sign in as admin: start serve once with --admin-key FILE")
	default:
		d.ok("admin", "there is an admin who can sign in")
	}
	if err := d.pages(ctx, store, online); err != nil {
		d.fail("pages", "%v", err)
	}
}

// snapshot looks at what this node would redirect from, if it started while the database
// is away.
func (d *doctor) snapshot() {
	if !d.c.sharesDatabase() {
		return
	}
	const without = "until it is there, this node cannot start while the database is away"
	switch taken, err := db.CacheFileTaken(d.c.cacheFile(), db.Options{URL: d.c.database}, time.Now()); {
	case errors.Is(err, fs.ErrNotExist):
		d.warn("snapshot", "there is no %s yet: serve writes it; %s", d.c.cacheFile(), without)
	case err != nil:
		d.fail("snapshot", "%s cannot be used: %v; serve writes it again, and %s", d.c.cacheFile(), err, without)
	default:
		d.ok("snapshot", "%s is of %s ago: with it this node starts and redirects while the database is away", d.c.cacheFile(), time.Since(taken).Round(time.Second))
	}
}

// replica looks at the standby that --read-database names.
func (d *doctor) replica(ctx context.Context, store *db.Store) {
	if d.c.readDatabase == "" {
		return
	}
	is, err := store.CheckReplica(ctx)
	if err != nil {
		d.fail("replica", "%v: pages and exports would all be read from --database", err)
		return
	}
	d.ok("replica", "it is a standby of --database, and %d bytes of its log behind", is.Behind)
	if !is.KeepsSnapshots {
		d.warn("replica", "hot_standby_feedback is off there: it ends an export that takes longer than its max_standby_streaming_delay; set it to on")
	}
}

// pages looks whether the cookie can reach the shops of the pages that links lead to.
func (d *doctor) pages(ctx context.Context, store *db.Store, online bool) error {
	admin := model.Actor{Role: model.Admin, Name: "doctor"}
	clients, err := store.Clients(ctx, admin)
	if err != nil {
		return err
	}
	for _, cl := range clients {
		a := admin
		a.Client = cl.Slug
		events, err := store.Events(ctx, a)
		if err != nil {
			return err
		}
		if warning := cl.NoCarrierWarning(events); warning != "" {
			d.warn("tracking", "%s", warning)
		}
		d.pageOf(ctx, "client "+cl.Slug, cl.URL, cl.Window, cl.Carry, "client set "+cl.Slug, online)
		for _, e := range events {
			carry := e.Carry
			if carry == "" {
				carry = cl.Carry
			}
			d.pageOf(ctx, "event "+e.Slug, e.URL, cl.Window, carry, "event set "+e.Slug, online)
		}
	}
	return nil
}

// pageOf looks at one page: whether the shop on it can know of the click, and whether it
// answers.
func (d *doctor) pageOf(ctx context.Context, what, page string, window model.Window, carry model.Carry, command string, online bool) {
	base, err := url.Parse(d.c.baseURL)
	u, pageErr := url.Parse(page)
	if err != nil || pageErr != nil {
		return
	}
	if carry == "" && d.c.baseURL != "" && !isLocal(base.Hostname()) && !sameSite(base.Hostname(), u.Hostname()) {
		d.warn("pages", "%s leads to %s, which cannot read a cookie of %s, and browsers delete that of a site that only redirects: if its shop keeps a parameter, run %s --carry; else host the shortlinks under the shop's domain", what, u.Hostname(), base.Hostname(), command)
	}
	if !online {
		return
	}
	if carry == "" && d.c.baseURL != "" {
		d.cookieLife(ctx, what, base, u, time.Duration(window))
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, page, nil)
	if err != nil {
		return
	}
	resp, err := d.client.Do(req)
	switch {
	case err != nil:
		d.warn("pages", "%s leads to a page that does not answer: %v", what, err)
		return
	case resp.StatusCode >= http.StatusBadRequest:
		d.warn("pages", "%s leads to %s, which answers %s", what, page, resp.Status)
	}
	_ = resp.Body.Close()
}

// sameSite says whether one site's cookies can reach both hosts.
func sameSite(a, b string) bool {
	if strings.EqualFold(a, b) {
		return true
	}
	x, errA := publicsuffix.EffectiveTLDPlusOne(strings.ToLower(a))
	y, errB := publicsuffix.EffectiveTLDPlusOne(strings.ToLower(b))
	return errA == nil && errB == nil && x == y
}

// publicAddress asks a public address, as customers do.
func (d *doctor) publicAddress(ctx context.Context, base string) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, base+"/healthz", nil)
	if err != nil {
		d.fail("online", "%v", err)
		return
	}
	resp, err := d.client.Do(req)
	if invalid, ok := errors.AsType[*tls.CertificateVerificationError](err); ok {
		d.fail("certificate", "that of %s is not valid: %v", base, invalid.Err)
		return
	}
	if err != nil {
		d.fail("online", "%s does not answer from here: %v", base, err)
		return
	}
	defer resp.Body.Close()
	body, _ := io.ReadAll(io.LimitReader(resp.Body, 64))
	if resp.StatusCode != http.StatusOK || strings.TrimSpace(string(body)) != "alive" {
		d.fail("online", "%s answers, but not as lastclick does (%s): look where your proxy leads", base, resp.Status)
		return
	}
	d.ok("online", "%s answers", base)
	if resp.TLS == nil || len(resp.TLS.PeerCertificates) == 0 {
		return
	}
	d.expiry("certificate", base, resp.TLS.PeerCertificates[0], "renew it")
}
