package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"os/signal"
	"os/user"
	"path/filepath"
	"syscall"
	"time"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/x/term"
	"github.com/muesli/termenv"
	"github.com/spf13/cobra"

	"lastclick/model"
	"lastclick/server/command"
	"lastclick/server/ssh"
	"lastclick/tui"
)

func demoCommand(p *program) *cobra.Command {
	var o demoOptions
	cmd := &cobra.Command{
		Use:   "demo",
		Short: "Run a demo: a daemon, three clients with six weeks of sales, and checkouts that go on selling",
		Long: `Start a daemon on free loopback ports with a temporary database: three clients with
events, tracking links and six weeks of sales, and simulated checkouts that go on
selling: customers click shortlinks over HTTP, and each order is posted as a signed
webhook. On a terminal the console opens in place, and quitting it (q) ends the demo;
otherwise it prints how to connect and runs until it is interrupted. Nothing is kept.`,
		Args: exactArgs(0),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return p.demo(cmd.Context(), o)
		},
	}
	f := cmd.Flags()
	f.DurationVar(&o.length, "for", 0, "end by itself after this long, such as 10s (default: run until quit)")
	f.TimeVar(&o.still, "still", time.Time{}, []string{time.RFC3339}, "stand still at this time: the history ends then, and nothing is sold")
	f.StringVar(&o.baseURL, "base-url", "", "the address that the links show")
	for _, name := range []string{"still", "base-url"} { // for pictures: scripts/screenshots
		_ = f.MarkHidden(name)
	}
	return cmd
}

// demoOptions are the flags of the demo.
type demoOptions struct {
	length  time.Duration // from when it is ready; 0: until it is quit
	still   time.Time     // zero: it goes on selling
	baseURL string
}

// clock is the time that the daemon knows.
func (o demoOptions) clock() time.Time {
	if o.still.IsZero() {
		return time.Now()
	}
	return o.still
}

// demo runs until ctx ends or the console is quit.
func (p *program) demo(ctx context.Context, o demoOptions) (err error) {
	// A window that is closed ends it too; serve would read its certificates again.
	ctx, cancel := signal.NotifyContext(ctx, syscall.SIGHUP)
	defer cancel()
	dir, err := os.MkdirTemp("", "lc-") // short: its path stands in a line of the console
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)

	in, out, onTerminal := p.terminal()
	logTo := p.err
	if onTerminal {
		// The console has the screen, so the log goes into a file.
		f, err := os.Create(filepath.Join(dir, "log"))
		if err != nil {
			return err
		}
		defer f.Close()
		logTo = f
		fmt.Fprintln(p.out, "making six weeks of sales …")
	}
	log := slog.New(slog.NewTextHandler(logTo, &slog.HandlerOptions{Level: slog.LevelError}))
	demo, shops, err := openDemo(ctx, o, dir, p.getenv("HOME"), log)
	if err != nil {
		return ignoreEnd(ctx, err)
	}
	defer func() { err = errors.Join(err, demo.close()) }()

	fmt.Fprintln(p.out, demo.daemon.ready())
	fmt.Fprint(p.out, demo.howTo())
	if o.length > 0 {
		defer time.AfterFunc(o.length, cancel).Stop()
	}
	news := make(chan string) // closed once nothing is sold any more
	go func() {
		defer close(news)
		demo.sell(ctx, o, shops, func(text string) { news <- text })
	}()
	if !onTerminal {
		demo.report(p.out, news)
		return nil
	}
	read := make(chan struct{})
	go func() {
		defer close(read)
		said := slog.New(slog.NewTextHandler(logTo, nil)) // log takes errors alone
		for text := range news {                          // the console has the screen
			said.Info("a shop of the demo", "news", text)
		}
	}()
	err = demo.console(ctx, in, out)
	cancel()
	<-read
	return err
}

// terminal says whether a console can open in place, and on what.
func (p *program) terminal() (in, out *os.File, ok bool) {
	in, inOK := p.in.(*os.File)
	out, outOK := p.out.(*os.File)
	return in, out, inOK && outOK && term.IsTerminal(in.Fd()) && term.IsTerminal(out.Fd()) && p.getenv("TERM") != "dumb"
}

// runningDemo is a daemon with the demo's data and the site that its links lead to.
type runningDemo struct {
	daemon *daemon
	site   *ticketSite
	owner  string      // path of a private key that signs in as the owner of the first client
	key    string      // and as admin
	admin  model.Actor // on the first client

	ownKeys bool // the keys in ~/.ssh sign in as admin too
}

// openDemo makes the history and starts the daemon on it.
func openDemo(ctx context.Context, o demoOptions, dir, home string, log *slog.Logger) (_ *runningDemo, _ []*demoShop, err error) {
	d := &runningDemo{owner: filepath.Join(dir, "key"), key: filepath.Join(dir, "admin")}
	user := demoUser()
	if !o.still.IsZero() {
		user = "Sam Field" // pictures are of no one machine
	}
	admin, err := writeKey(d.key, user)
	if err != nil {
		return nil, nil, err
	}
	adminKey, err := command.ParseKey(admin)
	if err != nil {
		return nil, nil, err
	}
	owner, err := writeKey(d.owner, demoPeople[0].Name)
	if err != nil {
		return nil, nil, err
	}
	ownerKey, err := command.ParseKey(owner)
	if err != nil {
		return nil, nil, err
	}
	admins := []string{admin}
	for _, k := range homeKeys(home) {
		admins = append(admins, k.Public)
		d.ownKeys = true
	}
	if d.site, err = openTicketSite(ctx); err != nil {
		return nil, nil, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, d.close())
		}
	}()
	site := d.site.url
	if o.baseURL != "" {
		site = "https://tickets.example" // pictures show no port of this machine
	}
	shops, err := makeHistory(ctx, dir, o.clock(), site, admins, ownerKey, log)
	if err != nil {
		return nil, nil, err
	}
	// The hook of the history leads to the site, on loopback.
	c := &config{data: dir, http: "127.0.0.1:0", ssh: "127.0.0.1:0", baseURL: o.baseURL, adminKeys: admins, allowPrivate: true, now: o.clock}
	c.sshKeys = map[string]string{ownerKey.Fingerprint: d.owner}
	if !d.ownKeys {
		c.sshKeys[adminKey.Fingerprint] = d.key
	}
	if d.daemon, err = start(ctx, c, "", log); err != nil {
		return nil, nil, err
	}
	return d, shops, d.signIn(ctx, adminKey)
}

// signIn is who the console in place is of.
func (d *runningDemo) signIn(ctx context.Context, key model.Key) (err error) {
	if d.admin, err = d.daemon.store.Identify(ctx, key.Fingerprint); err != nil {
		return err
	}
	d.admin, err = d.daemon.store.Choose(ctx, d.admin, northside.Slug)
	return err
}

func (d *runningDemo) close() error {
	d.site.close()
	if d.daemon == nil {
		return nil
	}
	return d.daemon.stop()
}

// ssh is the command line that signs in with a key.
func (d *runningDemo) ssh(key string) string {
	host, port, _ := net.SplitHostPort(d.daemon.address)
	return fmt.Sprintf("ssh -i %s -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o LogLevel=ERROR -p %s %s", key, port, host)
}

// curl is a click, as a browser makes it.
func (d *runningDemo) curl() string {
	return "curl -i -A Mozilla/5.0 " + d.daemon.baseURL + "/" + northside.links[0].Code
}

// howTo says how to reach the daemon from a second terminal.
func (d *runningDemo) howTo() string {
	return fmt.Sprintf(`Three clients with six weeks of sales, and checkouts that go on selling. From a second terminal:

  the console, as %s, owner of %s
                 %s
  the console, as an admin of all clients
                 %s
  a command      %s stats
  a click        %s
`, demoPeople[0].Name, northside.Name, d.ssh(d.owner), d.ssh(d.key), d.ssh(d.owner), d.curl())
}

// shortSSH is the shortest such command, for a line of the console: as the admin who looks
// at it.
func (d *runningDemo) shortSSH() string {
	return ssh.CommandLine(d.daemon.address, d.daemon.sshFlags(d.admin))
}

// console opens the TUI in place.
func (d *runningDemo) console(ctx context.Context, in, out *os.File) error {
	w, h, err := term.GetSize(out.Fd())
	if err != nil {
		return err
	}
	r, noColour := ssh.ScreenRenderer(out, os.Environ())
	options := d.daemon.console(ssh.Screen{
		Context: ctx, Actor: d.admin, Renderer: r, NoColour: noColour, Width: w, Height: h,
		Copy: func(s string) { termenv.NewOutput(out).Copy(s) },
	})
	options.Notice = "from a second terminal: " + d.shortSSH()
	options.Guide = []string{d.shortSSH(), d.curl()}
	options.Settings = model.Settings{} // the demo's admin has just come to be
	program := tea.NewProgram(tui.New(options), tea.WithContext(ctx), tea.WithInput(in), tea.WithOutput(out), tea.WithAltScreen(), tea.WithoutSignalHandler())
	_, err = program.Run()
	if errors.Is(err, tea.ErrProgramKilled) || ctx.Err() != nil {
		return nil // --for has ended, or a signal came
	}
	return err
}

// report prints the totals regularly, and what is to be told of the shops, until nothing is
// sold any more.
func (d *runningDemo) report(w io.Writer, news <-chan string) {
	tick := time.NewTicker(5 * time.Second)
	defer tick.Stop()
	total := func() {
		// Not under ctx: the last line comes when it has ended.
		s, err := d.daemon.store.Stats(context.Background(), d.admin, model.Filter{})
		if err != nil {
			return
		}
		var clicks int64
		for _, l := range s.Links {
			clicks += l.Link.Clicks
		}
		fmt.Fprintf(w, "%s clicks · %s customers · %s orders · %s tickets · %s scanned · %s\n", model.FormatCount(clicks),
			model.FormatCount(s.Total.Customers), model.FormatCount(s.Total.Orders), model.FormatCount(s.Total.Tickets), model.FormatCount(s.Total.Scanned), s.Total.FaceValue)
	}
	for {
		select {
		case <-tick.C:
			total()
		case text, more := <-news:
			if !more {
				total()
				return
			}
			fmt.Fprintln(w, text)
		}
	}
}

// demoUser is the name of the demo's admin: the user who runs it.
func demoUser() string {
	if u, err := user.Current(); err == nil {
		if name := model.Clean(u.Username); name != "" {
			return name
		}
	}
	return "demo"
}
