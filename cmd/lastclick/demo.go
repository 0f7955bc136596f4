package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"os/user"
	"path/filepath"
	"time"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/lipgloss"
	"github.com/charmbracelet/x/term"
	"github.com/muesli/termenv"
	"github.com/spf13/cobra"

	"lastclick/model"
	"lastclick/server/ssh"
	"lastclick/tui"
)

func demoCommand(p *program) *cobra.Command {
	var length time.Duration
	cmd := &cobra.Command{
		Use:   "demo",
		Short: "Run a demo: a daemon, a client with tracking links, and a checkout that sells",
		Long: `Start a daemon on free loopback ports with a temporary database, a client with
events and tracking links, and a simulated checkout: customers click shortlinks
over HTTP, and each order is posted as a signed webhook. On a terminal the console
opens in place, and quitting it (q) ends the demo; otherwise it prints how to
connect and runs until it is interrupted. Nothing is kept.`,
		Args: exactArgs(0),
		RunE: func(cmd *cobra.Command, _ []string) error {
			ctx := cmd.Context()
			if length > 0 {
				var cancel context.CancelFunc
				ctx, cancel = context.WithTimeout(ctx, length)
				defer cancel()
			}
			return p.demo(ctx)
		},
	}
	cmd.Flags().DurationVar(&length, "for", 0, "end by itself after this long, such as 10s (default: run until quit)")
	return cmd
}

// demo runs until ctx ends or the console is quit.
func (p *program) demo(ctx context.Context) (err error) {
	ctx, cancel := context.WithCancel(ctx)
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
	}
	demo, err := openDemo(ctx, dir, p.getenv("HOME"), slog.New(slog.NewTextHandler(logTo, &slog.HandlerOptions{Level: slog.LevelWarn})))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, demo.close()) }()

	fmt.Fprintln(p.out, demo.daemon.ready())
	fmt.Fprint(p.out, demo.howTo())
	sales, err := demo.sales()
	if err != nil {
		return err
	}
	if err := sales.presale(ctx); err != nil {
		return err
	}
	selling := make(chan error, 1)
	go func() { selling <- sales.run(ctx) }()

	if onTerminal {
		err = demo.console(ctx, in, out)
		cancel()
		return errors.Join(err, <-selling)
	}
	return demo.report(p.out, selling)
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
	key    string // path of a private key that signs in as admin
	admin  model.Actor
	secret model.CheckoutSecret
	links  []model.Link

	ownKeys bool // the keys in ~/.ssh sign in too
}

func openDemo(ctx context.Context, dir, home string, log *slog.Logger) (_ *runningDemo, err error) {
	d := &runningDemo{key: filepath.Join(dir, "key")}
	public, err := writeKey(d.key)
	if err != nil {
		return nil, err
	}
	keys := []string{public}
	for _, k := range homeKeys(home) {
		keys = append(keys, k.Public)
		d.ownKeys = true
	}
	c := &config{data: dir, http: "127.0.0.1:0", ssh: "127.0.0.1:0", adminKeys: keys}
	if !d.ownKeys {
		c.sshFlags = "-i " + d.key
	}
	if d.daemon, err = start(ctx, c, "", log); err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, d.close())
		}
	}()
	if d.site, err = openTicketSite(ctx); err != nil {
		return nil, err
	}
	return d, d.seedDemo(ctx, public)
}

func (d *runningDemo) close() error {
	if d.site != nil {
		d.site.close()
	}
	return d.daemon.stop()
}

// howTo says how to reach the daemon from a second terminal.
func (d *runningDemo) howTo() string {
	host, port, _ := net.SplitHostPort(d.daemon.address)
	ssh := fmt.Sprintf("ssh -i %s -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o LogLevel=ERROR -p %s %s", d.key, port, host)
	return fmt.Sprintf(`A daemon with a temporary database, and a checkout that sells. From a second terminal:

  the console    %s
  a command      %[1]s stats
  a click        curl -i -A Mozilla/5.0 %s
`, ssh, d.links[0].ShortURL)
}

// notice is the shortest such command, for a line of the console.
func (d *runningDemo) notice() string {
	_, port, _ := net.SplitHostPort(d.daemon.address)
	if d.ownKeys {
		return fmt.Sprintf("from a second terminal: ssh localhost -p %s", port)
	}
	return fmt.Sprintf("from a second terminal: ssh localhost -p %s -i %s", port, d.key)
}

// console opens the TUI in place.
func (d *runningDemo) console(ctx context.Context, in, out *os.File) error {
	w, h, err := term.GetSize(out.Fd())
	if err != nil {
		return err
	}
	r := lipgloss.NewRenderer(out)
	program := tea.NewProgram(tui.New(tui.Options{
		Context: ctx, Store: d.daemon.store, Actor: d.admin, Renderer: r, Now: time.Now,
		Connect: ssh.CommandLine(d.daemon.address, d.daemon.sshFlags), Width: w, Height: h, Log: d.daemon.log, Notice: d.notice(),
		Copy: func(s string) { termenv.NewOutput(out).Copy(s) },
	}), tea.WithContext(ctx), tea.WithInput(in), tea.WithOutput(out), tea.WithAltScreen(), tea.WithoutSignalHandler())
	_, err = program.Run()
	if errors.Is(err, tea.ErrProgramKilled) || ctx.Err() != nil {
		return nil // --for has ended, or a signal came
	}
	return err
}

// report prints the totals regularly, until selling ends.
func (d *runningDemo) report(w io.Writer, selling <-chan error) error {
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
		case err := <-selling:
			total()
			return err
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
