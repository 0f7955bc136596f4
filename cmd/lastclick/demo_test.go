package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/crypto/ssh"
)

func TestDemo_NoTerminal_Sells(t *testing.T) {
	p := &platform{t: t}
	out, status := p.local("demo", "--for", "3s")
	if status != 0 || !strings.Contains(out, "ready http=") || !strings.Contains(out, "ssh -i") || !strings.Contains(out, " orders") || strings.Contains(out, " 0 orders") {
		t.Errorf("%d\n%s", status, out)
	}
}

// The first command line that the demo prints signs in as the owner of a client, who need
// not name it, and the second as an admin, who has three.
func TestDemo_PrintedCommands_ShowSalesGoingOn(t *testing.T) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel() // after the demo has ended
	cmd := lastclick(ctx, t.TempDir(), "demo")
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	p := &platform{t: t}
	var people []identity
	lines := bufio.NewScanner(out)
	for said := ""; !strings.Contains(said, "a click") && lines.Scan(); {
		said = lines.Text()
		if m := regexp.MustCompile(`^ready http=\S+ ssh=(\S+) `).FindStringSubmatch(said); m != nil {
			p.ssh = m[1]
		}
		if m := regexp.MustCompile(`ssh -i (\S+)`).FindStringSubmatch(said); m != nil {
			people = append(people, readIdentity(t, m[1]))
		}
	}
	defer func() {
		_ = cmd.Process.Signal(syscall.SIGHUP) // the window is closed
		for lines.Scan() {                     // what it still says
		}
		if err := cmd.Wait(); err != nil {
			t.Errorf("the demo ended with %v", err)
		}
		if _, err := os.Stat(people[0].path); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("the demo leaves its folder: %v", err)
		}
	}()
	if len(people) != 3 {
		t.Fatalf("%d commands with a key were printed", len(people))
	}
	numbers := func() (clicks, orders int) {
		var stats struct {
			Links []struct{ Link struct{ Clicks int } }
			Total struct{ Orders int }
		}
		out, stderr, status := p.as(people[0], "stats", "--json")
		if err := json.Unmarshal([]byte(out), &stats); status != 0 || err != nil {
			t.Fatalf("%d %v: %s", status, err, stderr)
		}
		for _, l := range stats.Links {
			clicks += l.Link.Clicks
		}
		return clicks, stats.Total.Orders
	}
	clicks, orders := numbers()
	if clicks < 5000 || orders < 800 {
		t.Errorf("it begins with %d clicks and %d orders", clicks, orders)
	}
	p.eventually("further clicks and orders", func() bool { c, o := numbers(); return c > clicks && o > orders })
	if out, stderr, status := p.as(people[1], "client", "list"); status != 0 || strings.Count(out, "\n") < 4 {
		t.Errorf("an admin sees %s%s", out, stderr)
	}
}

// What is done to a checkout of the demo does not end it: its shop takes the new secret, and
// one that was removed is told of once.
func TestDemo_CheckoutRotatedAndRemoved_GoesOn(t *testing.T) {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	cmd := lastclick(ctx, t.TempDir(), "demo")
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	p := &platform{t: t}
	lines := bufio.NewScanner(out)
	until := func(text string) (said string) {
		t.Helper()
		for lines.Scan() {
			if said = lines.Text(); strings.Contains(said, text) {
				return said
			}
		}
		t.Fatalf("%q was not said", text)
		return ""
	}
	p.ssh = regexp.MustCompile(`ssh=(\S+) `).FindStringSubmatch(until("ready"))[1]
	until("as an admin")
	admin := readIdentity(t, regexp.MustCompile(`ssh -i (\S+)`).FindStringSubmatch(until("ssh -i"))[1])
	run := func(args ...string) string {
		t.Helper()
		out, stderr, status := p.as(admin, args...)
		if status != 0 {
			t.Fatalf("%s: %s%s", args, out, stderr)
		}
		return out
	}
	if help := run("help"); !strings.Contains(help, "ssh -i "+admin.path+" -p") {
		t.Errorf("the commands of the help lack the admin's key:\n%.400s", help)
	}
	run("checkout", "rotate", northside.checkout)
	run("checkout", "rotate", northside.checkout, "--end-old", "--force")
	until("The checkout " + northside.checkout + " has another secret: its shop was told, and signs with it.")
	run("checkout", "remove", northside.checkout)
	until("could not sell: its webhook was answered with 404")
	until(" orders · ") // of the other shops
	_ = cmd.Process.Signal(syscall.SIGHUP)
	for lines.Scan() { // what it still says
	}
	if err := cmd.Wait(); err != nil {
		t.Errorf("the demo ended with %v", err)
	}
}

// A demo that runs for days remembers no more than a few orders.
func TestNewest_KeepsTheLast(t *testing.T) {
	for n, want := range map[int][]int{0: {}, 1: {3}, 2: {2, 3}, 3: {1, 2, 3}, 9: {1, 2, 3}} {
		if got := newest([]int{1, 2, 3}, n); !slices.Equal(got, want) {
			t.Errorf("the newest %d are %v", n, got)
		}
	}
}

func readIdentity(t *testing.T, path string) identity {
	t.Helper()
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	signer, err := ssh.ParsePrivateKey(raw)
	if err != nil {
		t.Fatal(err)
	}
	return identity{path: path, signer: signer}
}
