package main

import (
	"bytes"
	"crypto/ed25519"
	"crypto/rand"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"net/http"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"golang.org/x/crypto/ssh"

	"lastclick/scripts/benchmark/load"
	"lastclick/scripts/benchmark/measure"
	"lastclick/scripts/benchmark/process"
)

// What every daemon of the benchmark holds: a client, two events with three types of
// tickets each, and a checkout.
const (
	clientSlug   = "acme"
	checkoutName = "box"
)

var (
	eventSlugs  = []string{"summerfest", "winterball"}
	ticketTypes = []string{"ga", "vip", "balcony"}
)

// consoleKeys is how many admins there are: a key may have 32 sessions open.
const consoleKeys = 20

// identity is an admin's key.
type identity struct {
	public string
	pem    []byte
	signer ssh.Signer
}

func newIdentities(n int) (all []identity, err error) {
	for i := range n {
		_, private, err := ed25519.GenerateKey(rand.Reader)
		if err != nil {
			return nil, err
		}
		block, err := ssh.MarshalPrivateKey(private, "")
		if err != nil {
			return nil, err
		}
		signer, err := ssh.NewSignerFromKey(private)
		if err != nil {
			return nil, err
		}
		public := fmt.Sprintf("%s admin-%d", bytes.TrimSpace(ssh.MarshalAuthorizedKey(signer.PublicKey())), i)
		all = append(all, identity{public, pem.EncodeToMemory(block), signer})
	}
	return all, nil
}

// daemon is lastclick, as the binary that was built.
type daemon struct {
	server
	e        *env
	data     string
	database string   // a URL; empty for SQLite in data
	env      []string // beside the usual
	secret   string   // of the checkout
}

// file is the SQLite database.
func (d *daemon) file() string { return filepath.Join(d.data, "lastclick.db") }

// newDaemon starts a daemon over a new SQLite database and adds what every daemon holds.
func (e *env) newDaemon(name string, environment ...string) (*daemon, error) {
	d := &daemon{e: e, data: filepath.Join(e.dir, name), env: environment}
	if err := d.start(); err != nil {
		return nil, err
	}
	return d, d.fill()
}

// start starts the daemon, again after stop or kill, and waits until it is ready.
func (d *daemon) start() error {
	e := d.e
	args := []string{
		"serve", "--data", d.data, "--http", "127.0.0.1:0", "--ssh", "127.0.0.1:0", "--metrics", "127.0.0.1:0", "--log-level", "warn",
	}
	if d.database != "" {
		args = append(args, "--database", d.database)
	}
	for _, k := range e.keys {
		args = append(args, "--admin-key", k.public)
	}
	cmd := exec.CommandContext(e.ctx, e.daemon, args...)
	cmd.Env = append([]string{"HOME=" + e.dir, "TMPDIR=" + e.dir}, d.env...)
	p, err := e.startCommand("lastclick", cmd, syscall.SIGKILL)
	if err != nil {
		return err
	}
	d.server, err = e.ready(p)
	return err
}

// fill adds what every daemon holds, over SSH as an admin does.
func (d *daemon) fill() error {
	var checkout struct{ Secret string }
	for _, c := range [][]string{
		{"client", "add", clientSlug, "--name", "Acme", "--url", "https://tickets.example/acme"},
		{"event", "add", eventSlugs[0], "--name", "Summerfest", "--url", "https://tickets.example/summerfest"},
		{"event", "add", eventSlugs[1], "--name", "Winterball", "--url", "https://tickets.example/winterball"},
	} {
		if _, err := d.command(c...); err != nil {
			return err
		}
	}
	err := d.commandJSON(&checkout, "checkout", "add", checkoutName)
	d.secret = checkout.Secret
	return err
}

// addLinks adds load.Code(0) to load.Code(n-1), over SSH, on one connection.
func (d *daemon) addLinks(n int) error { return d.addLinksNamed(n, load.Code) }

// addLinksNamed is addLinks for other codes, with flags of the command.
func (d *daemon) addLinksNamed(n int, code func(int) string, flags ...string) error {
	client, err := d.dial()
	if err != nil {
		return err
	}
	defer client.Close()
	for i := range n {
		code := code(i)
		if _, err := runCommand(client, append([]string{"link", "add", "Promoter-" + code, code + "@example.com", "--code", code, "--no-mail"}, flags...)...); err != nil {
			return err
		}
	}
	return nil
}

func (d *daemon) dial() (*ssh.Client, error) {
	return ssh.Dial("tcp", d.SSH, &ssh.ClientConfig{
		User: "bench", Auth: []ssh.AuthMethod{ssh.PublicKeys(d.e.keys[0].signer)}, HostKeyCallback: ssh.InsecureIgnoreHostKey(), Timeout: 10 * time.Second,
	})
}

// command runs one command over SSH and returns what it printed.
func (d *daemon) command(args ...string) ([]byte, error) {
	client, err := d.dial()
	if err != nil {
		return nil, err
	}
	defer client.Close()
	return runCommand(client, args...)
}

func runCommand(client *ssh.Client, args ...string) ([]byte, error) {
	session, err := client.NewSession()
	if err != nil {
		return nil, err
	}
	defer session.Close()
	var out, errOut bytes.Buffer
	session.Stdout, session.Stderr = &out, &errOut
	if err := session.Run(strings.Join(args, " ")); err != nil {
		return nil, fmt.Errorf("ssh %s: %w: %s", strings.Join(args, " "), err, errOut.String())
	}
	return out.Bytes(), nil
}

func (d *daemon) commandJSON(into any, args ...string) error {
	out, err := d.command(append(args, "--json")...)
	if err != nil {
		return err
	}
	return json.Unmarshal(out, into)
}

// receipts are the cookies of so many customers, who clicked one to three links each.
func (d *daemon) receipts(customers, links int) ([]string, error) {
	return d.receiptsOf(customers, links, load.Code)
}

// receiptsOf is receipts for links of other codes.
func (d *daemon) receiptsOf(customers, links int, code func(int) string) ([]string, error) {
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	defer client.CloseIdleConnections()
	var all []string
	for n := range customers {
		cookie := &http.Cookie{}
		for i := range 1 + n%3 {
			r, err := http.NewRequestWithContext(d.e.ctx, http.MethodGet, "http://"+d.HTTP+"/"+code((n*7+i)%links), nil)
			if err != nil {
				return nil, err
			}
			r.Header.Set("User-Agent", load.UserAgent)
			if cookie.Value != "" {
				r.AddCookie(cookie)
			}
			answer, err := client.Do(r)
			if err != nil {
				return nil, err
			}
			_ = answer.Body.Close()
			cookies := answer.Cookies()
			if answer.StatusCode != http.StatusFound || len(cookies) != 1 {
				return nil, fmt.Errorf("a click was answered with %d and %d cookies", answer.StatusCode, len(cookies))
			}
			cookie = cookies[0]
		}
		all = append(all, cookie.Value)
	}
	return all, nil
}

// memory is what a daemon holds.
type memory struct {
	live     float64 // bytes that the garbage collector found in use at its last run, and stacks
	resident float64 // bytes in RAM: also what is free inside the process, and SQLite's pages
}

// liveMemory waits until the garbage collector has run twice from now on, and returns
// what is in use since. The answers of /metrics themselves are the garbage that makes
// it run.
//
// The collector's next goal is the heap found live, and as much again for live heap and
// stacks together (GOGC=100); so the live heap is half of what remains of the goal
// without the stacks. Global variables are in it too: of a difference they are no part.
func (d *daemon) liveMemory() (memory, error) {
	const runs, name = 2, "go_gc_duration_seconds_count"
	m, err := d.Scrape(d.e.ctx)
	if err != nil {
		return memory{}, err
	}
	late := time.Now().Add(process.StartTime)
	for first := m[name]; m[name] < first+runs; {
		if m, err = d.Scrape(d.e.ctx); err != nil {
			return memory{}, err
		}
		if time.Now().After(late) {
			return memory{}, d.Failure(fmt.Errorf("the garbage collector did not run within %v", process.StartTime))
		}
	}
	resident, err := measure.Resident(d.PID())
	stacks := m["go_memstats_stack_inuse_bytes"]
	return memory{(m["go_memstats_next_gc_bytes"]-stacks)/2 + stacks, float64(resident)}, err
}

// clicks is how many are counted in all.
func (d *daemon) clicks() (n int, err error) {
	var stats struct {
		Links []struct {
			Link struct{ Clicks int }
		}
	}
	if err := d.commandJSON(&stats, "stats"); err != nil {
		return 0, err
	}
	for _, l := range stats.Links {
		n += l.Link.Clicks
	}
	return n, nil
}

// orders is a job of new orders for the daemon, at most so many a second for the time.
func (d *daemon) orders(receipts []string, customers int, rate float64, during time.Duration) *load.Orders {
	return &load.Orders{
		Addresses: []string{d.HTTP}, Checkout: checkoutName, Secret: d.secret, Connections: d.e.options.connections,
		Prefix: d.e.unique(), Count: int(rate * max(during, 100*time.Millisecond).Seconds()),
		Customers: customers, Receipts: receipts, Events: eventSlugs, Types: ticketTypes,
	}
}
