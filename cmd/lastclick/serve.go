package main

import (
	"context"
	"crypto/rand"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"time"

	tea "github.com/charmbracelet/bubbletea"
	systemd "github.com/coreos/go-systemd/v22/daemon"
	"github.com/spf13/cobra"

	"lastclick/db"
	"lastclick/model"
	"lastclick/server/command"
	"lastclick/server/connect"
	"lastclick/server/hook"
	"lastclick/server/listen"
	"lastclick/server/mail"
	"lastclick/server/shop/intake"
	"lastclick/server/ssh"
	"lastclick/server/web"
	"lastclick/tui"
	"lastclick/tui/page"
)

func serveCommand(p *program) *cobra.Command {
	var c config
	cmd := &cobra.Command{
		Use:   "serve",
		Short: "Run the daemon: redirects, webhooks and the console over SSH",
		Long: `Run the daemon. When it is ready it prints one line on stdout,
  ready http=ADDR ssh=ADDR metrics=ADDR
and logs to stderr. SIGTERM or SIGINT ends it in order, within ten seconds; a
second one ends it at once. systemd is told too, and its watchdog answered.

Every flag can be given as LASTCLICK_<FLAG> in the environment (LASTCLICK_BASE_URL
for --base-url), database, read-database, smtp and admin-key also as a file named by
LASTCLICK_<FLAG>_FILE. A flag wins over the environment.

HTTPS: with --tls-domain the daemon gets certificates by ACME for these names and
renews them; give --http :443 and let the authority reach port 443 or 80. The
certificates are kept in DATA/acme, with PostgreSQL in the database. With --tls-cert
and --tls-key they come from files, which SIGHUP reads again.

With PostgreSQL, the links and the keys of receipts are kept in DATA/cache.snapshot too:
a node that starts while the database cannot be reached redirects from that, if it is of
at most a day ago, and takes orders and sign-ins once the database is there.
PostgreSQL: a node takes up to 10 connections: 8 read, one writes, one listens.
pool_max_conns=N in the URL makes the readers fewer, from 2. The URL may name several
hosts; the primary is found among them. PgBouncer between needs pool_mode = transaction.

Sockets of systemd (LISTEN_FDS) take the place of the addresses: FileDescriptorName=
http, ssh, metrics or redirect (that of --tls-http) says which.

On the first start without --admin-key, the keys in ~/.ssh become the admin's.`,
		Args: exactArgs(0),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := environment(cmd.Flags(), p.getenv); err != nil {
				return usageError{err}
			}
			if err := c.validate(); err != nil {
				return err
			}
			// No flag: it only makes the daemon slower, for scripts/bench to compare with.
			c.batchLength, _ = strconv.Atoi(p.getenv("LASTCLICK_BENCH_BATCH"))
			d, err := start(cmd.Context(), &c, p.getenv("HOME"), c.logger(p.err))
			if err != nil {
				return err
			}
			fmt.Fprintln(p.out, d.ready())
			d.notify(systemd.SdNotifyReady)
			return d.wait(cmd.Context())
		},
	}
	c.serveFlags(cmd.Flags())
	return cmd
}

// stopTime bounds the draining; what is not done by then is cut off. Of the ten seconds
// that a stop may take it leaves two for the last commit.
const stopTime = 8 * time.Second

// gcRoomSize is memory that is never touched, and so takes none of the machine's. The
// garbage collector, which runs when the heap is twice what is live, counts it as live: it
// runs every 64 MiB at least, not every few while there is little. That takes a sixth off
// the CPU of an order.
const gcRoomSize = 32 << 20

// importsAtOnce bounds the imports that run at once: each holds its file.
const importsAtOnce = 2

// daemon is everything that serve runs.
type daemon struct {
	log     *slog.Logger
	now     func() time.Time
	lock    *os.File // of the data directory
	store   *db.Store
	web     *web.Server
	ssh     *ssh.Server
	mail    *mail.Worker
	intake  *intake.Intake
	connect *connect.Connector
	hooks   *hook.Worker
	https   https
	http    []*http.Server
	shared  page.Shared // by the consoles
	baseURL string
	address string            // public HOST:PORT of the console
	sshKeys map[string]string // of config
	toFiles bool              // there is no mail server

	httpAddr, sshAddr, metricsAddr string

	importing chan struct{} // see importsAtOnce

	onceOpen func(context.Context) error // what a start does with the database; nil: it is done

	gcRoom []byte // see gcRoomSize

	reloads []func() // what SIGHUP has read again; each logs its errors

	failed   chan error // a server or a worker that ended by itself
	serving  sync.WaitGroup
	working  sync.WaitGroup
	stopWork context.CancelFunc
}

// start listens, opens the store and serves. On an error nothing is left open.
func start(ctx context.Context, c *config, home string, log *slog.Logger) (_ *daemon, err error) {
	d := &daemon{log: log, now: c.clock(), failed: make(chan error, 8), importing: make(chan struct{}, importsAtOnce), gcRoom: make([]byte, gcRoomSize)}
	var opened closers
	defer func() {
		if err != nil {
			opened.closeAll()
		}
	}()
	if err = os.MkdirAll(c.data, 0o700); err != nil {
		return nil, fmt.Errorf("--data: %w", err)
	}
	if d.lock, err = lockData(c.data); err != nil {
		return nil, err
	}
	opened.add(d.lock)
	l, err := c.listen(ctx, &opened, log)
	if err != nil {
		return nil, err
	}
	d.addresses(c, l)

	registry := newRegistry()
	if d.store, err = db.Open(ctx, db.Options{URL: c.database, ReadURL: c.readDatabase, Dir: c.data, BaseURL: d.baseURL, Now: d.now, Log: log, Metrics: registry, BatchLength: c.batchLength, Keep: c.keep, CacheFile: c.cacheFile()}); err != nil {
		return nil, err
	}
	opened.add(d.store)
	if err = d.startAdmins(ctx, c.adminKeys, home); err != nil {
		return nil, err
	}
	d.intake = intake.New(intake.Config{Store: d.store, Shops: shops, Backoff: shopBackoff, Keep: c.keep.Inbox, Log: log})
	door, doorTLS := d.door(c)
	d.connect = connect.New(connect.Config{Store: d.store, Shops: shops, Base: d.baseURL, Door: door, DoorTLS: doorTLS, Uncounted: d.uncounted(c), Log: log})
	if err = d.openHTTPS(c, registry); err != nil {
		return nil, err
	}
	d.web = web.New(web.Config{Store: d.store, BaseURL: d.baseURL, CookieDomain: c.cookieDomain, TrustedProxies: c.proxies, Shops: d.intake, Log: log, Registry: registry})
	if d.ssh, err = ssh.New(ssh.Config{Store: d.store, HostKeys: d.store, HostKeyFiles: c.hostKeys, UserCAFiles: c.userCAs, HostKeyPath: c.hostKeyPath(), UI: d.screen, Join: d.join, Command: d.command, CommandName: command.Name, Address: d.address, Log: log, Metrics: registry}); err != nil {
		return nil, err
	}
	d.mail, err = mail.New(mail.Config{
		Store: d.store, SMTP: c.smtp, From: c.mailFrom, Outbox: filepath.Join(c.data, "outbox"),
		BaseURL: d.baseURL, SSHAddress: d.address, Log: log,
	})
	if err != nil {
		return nil, err
	}
	d.hooks = hook.New(hook.Config{Store: d.store, AllowPrivate: c.allowPrivate, Log: log})
	d.serve(ctx, l)
	return d, nil
}

// startAdmins makes the admins: now, or in serve once the database is reached.
func (d *daemon) startAdmins(ctx context.Context, keys []string, home string) error {
	if d.store.Away() == nil {
		return ensureAdmins(ctx, d.store, keys, home, d.log)
	}
	_, err := adminKeys(keys) // what is wrong in them ends the start in any case
	d.onceOpen = func(ctx context.Context) error { return ensureAdmins(ctx, d.store, keys, home, d.log) }
	return err
}

// awaitDatabase ends the daemon where the database that it waits for is none for it.
func (d *daemon) awaitDatabase(ctx context.Context) {
	err := d.store.Opened(ctx)
	if err == nil {
		err = d.onceOpen(ctx)
	}
	if err != nil && ctx.Err() == nil {
		d.failed <- err
	}
}

// serve starts the servers and the workers, which outlive ctx: stop ends them.
func (d *daemon) serve(ctx context.Context, l listeners) {
	var work context.Context
	work, d.stopWork = context.WithCancel(context.WithoutCancel(ctx))
	d.working.Go(func() {
		if err := d.mail.Run(work); err != nil {
			d.failed <- fmt.Errorf("mail: %w", err)
		}
	})
	d.working.Go(func() {
		if err := d.intake.Run(work); err != nil {
			d.failed <- fmt.Errorf("shops: %w", err)
		}
	})
	d.working.Go(func() {
		if err := d.hooks.Run(work); err != nil {
			d.failed <- fmt.Errorf("hooks: %w", err)
		}
	})
	if d.onceOpen != nil {
		d.working.Go(func() { d.awaitDatabase(work) })
	}
	d.https.work(work, d)
	d.followHangup(work)
	if d.https.config == nil {
		d.serveHTTP("http", l.http, d.web.Handler(), nil)
	} else {
		d.serveHTTP("https", l.http, listen.StrictTransport(d.web.Handler()), d.https.config)
	}
	if l.redirect != nil {
		d.log.Info("plain HTTP is redirected to https", "address", l.redirect.Addr().String())
		d.serveHTTP("redirect", l.redirect, d.https.plain, nil)
	}
	if l.metrics != nil {
		d.serveHTTP("metrics", l.metrics, d.web.MetricsHandler(), nil)
	}
	d.serving.Go(func() {
		if err := d.ssh.Serve(l.ssh); err != nil {
			d.failed <- fmt.Errorf("ssh: %w", err)
		}
	})
	d.working.Go(func() { d.answerWatchdog(work) })
}

// serveHTTP serves h on l, by HTTPS where there is a configuration of it.
func (d *daemon) serveHTTP(name string, l net.Listener, h http.Handler, config *tls.Config) {
	s := web.NewHTTPServer(h, d.log)
	s.TLSConfig = config
	d.http = append(d.http, s)
	d.serving.Go(func() {
		serve := s.Serve
		if config != nil {
			serve = func(l net.Listener) error { return s.ServeTLS(l, "", "") }
		}
		if err := serve(l); !errors.Is(err, http.ErrServerClosed) {
			d.failed <- fmt.Errorf("%s: %w", name, err)
		}
	})
}

// addresses notes where the servers are reached.
func (d *daemon) addresses(c *config, l listeners) {
	d.httpAddr, d.sshAddr, d.metricsAddr = l.http.Addr().String(), l.ssh.Addr().String(), "off"
	if l.metrics != nil {
		d.metricsAddr = l.metrics.Addr().String()
	}
	d.baseURL, d.address, d.sshKeys = c.publicHTTP(l.http), c.publicSSH(l.ssh), c.sshKeys
	d.toFiles = c.smtp == ""
	if u, err := url.Parse(d.baseURL); err == nil && c.smtp != "" && isLocal(u.Hostname()) {
		d.log.Warn("the links in mails will lead to the reader's own machine: give --base-url https://go.example.com", "base_url", d.baseURL)
	}
}

// ready is the one line on stdout.
func (d *daemon) ready() string {
	return fmt.Sprintf("ready http=%s ssh=%s metrics=%s", d.httpAddr, d.sshAddr, d.metricsAddr)
}

// wait returns once ctx has ended, or a server has failed, and everything is closed.
func (d *daemon) wait(ctx context.Context) error {
	select {
	case <-ctx.Done():
		d.log.Info("stopping", "within", stopTime)
		return d.stop()
	case err := <-d.failed:
		return errors.Join(err, d.stop())
	}
}

// stop ends the daemon in order, so that nothing acknowledged is lost: no new work, the
// consoles quit, requests drain, then the store flushes.
func (d *daemon) stop() error {
	ctx, cancel := context.WithTimeout(context.Background(), stopTime)
	defer cancel()
	d.notify(systemd.SdNotifyStopping)
	d.web.SetDraining()
	d.stopWork() // now, because the mail at hand may take a while; queued mails and hooks' messages stay queued
	quit, cancelQuit := context.WithTimeout(ctx, 4*time.Second)
	defer cancelQuit()
	if err := d.ssh.Shutdown(quit); err != nil {
		d.log.Warn("consoles were cut off", "err", err)
	}
	for _, s := range d.http {
		if err := s.Shutdown(ctx); err != nil {
			d.log.Warn("requests were cut off", "err", err)
			_ = s.Close()
		}
	}
	d.serving.Wait()
	d.working.Wait()
	d.connect.Close()
	err := errors.Join(d.store.Close(), d.lock.Close())
	d.log.Info("stopped")
	return err
}

func (d *daemon) screen(s ssh.Screen) tea.Model {
	o := d.console(s)
	o.Settings = d.settings(s)
	return tui.New(o)
}

// settingsWait bounds how long the first frame waits for the person's theme and keys, which
// is less than one thinks nothing of.
const settingsWait = 150 * time.Millisecond

// settings are the person's; nil where they cannot be read that soon.
func (d *daemon) settings(s ssh.Screen) model.Settings {
	if s.Joined {
		return nil
	}
	ctx, cancel := context.WithTimeout(s.Context, settingsWait)
	defer cancel()
	set, err := d.store.Settings(ctx, s.Actor)
	if err != nil {
		return nil // the console reads them again, and says why it cannot
	}
	return set
}

// console is what a console is opened with.
func (d *daemon) console(s ssh.Screen) tui.Options {
	return tui.Options{
		Context: s.Context, Store: d.store, Actor: s.Actor, Renderer: s.Renderer, Copy: s.Copy, ReadKey: command.ParseKey,
		Connector: d.connect, HookSender: d.hooks, Shared: &d.shared, Now: d.now, Connect: ssh.CommandLine(d.address, d.sshFlags(s.Actor)), MailsToFiles: d.toFiles, ASCII: s.ASCII, NoColour: s.NoColour, Width: s.Width, Height: s.Height, Log: d.log,
	}
}

// sshFlags are what else ssh needs so that the person signs in, in the commands that they are
// shown.
func (d *daemon) sshFlags(a model.Actor) string {
	if file := d.sshKeys[a.Key]; file != "" {
		return "-i " + file
	}
	return ""
}

// join is the screen of a key that is not known yet.
func (d *daemon) join(s ssh.Screen, r ssh.JoinRequest) tea.Model {
	return tui.NewJoin(tui.JoinOptions{
		Context: s.Context, Renderer: s.Renderer, ASCII: s.ASCII, NoColour: s.NoColour, Width: s.Width, Height: s.Height, Log: d.log,
		Fingerprint: r.Fingerprint, Note: r.Note, Try: r.Try, Welcome: r.Welcome,
	})
}

func (d *daemon) command(ctx context.Context, e ssh.CommandEnv, args []string) int {
	return command.Run(ctx, command.Env{
		Store: d.store, Actor: e.Actor, In: e.Stdin, Out: e.Stdout, Err: e.Stderr,
		Connector: d.connect, Width: e.Width, TTY: e.TTY, Renderer: e.Renderer, Address: d.address, SSHFlags: d.sshFlags(e.Actor), MailsToFiles: d.toFiles, Now: d.now, Importing: d.importing, Hooks: d.hooks, HostKeys: d.ssh, Fault: d.fault, Failed: e.Failed,
	}, args)
}

// fault logs an internal error and returns the id that the person is shown.
func (d *daemon) fault(err error) string {
	id := rand.Text()[:8]
	d.log.Error("a command failed", "id", id, "err", err)
	return id
}

var _ model.Store = (*db.Store)(nil)
