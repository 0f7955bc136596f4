package main

import (
	"bufio"
	"database/sql"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	_ "github.com/mattn/go-sqlite3"
	"github.com/spf13/pflag"
)

func TestBackup_OfALiveDatabaseIsWholeAndOverwritesNothing(t *testing.T) {
	p := serve(t)
	box := p.furnish()
	if status, answer := box.post("m1", orderBody("A-1", "", 4500)); status != 200 {
		t.Fatalf("%d %s", status, answer)
	}
	data := t.TempDir()
	dest := filepath.Join(data, "lastclick.db")
	if out, status := p.local("backup", "--data", p.data, dest); status != 0 || !strings.Contains(out, "whole") {
		t.Fatalf("backup: %d %s", status, out)
	}
	if out, status := p.local("backup", "--data", p.data, dest); status != 1 || !strings.Contains(out, "exists") {
		t.Errorf("backup over a file: %d %s", status, out)
	}
	// Another daemon goes on with the copy: with the orders, the people and the
	// receipts that were out.
	kim := p.browser()
	kim.follow("/ana")
	receipt := kim.receipt()
	p.stop()
	p.data = data
	p.start()
	if status, answer := box.post("m2", orderBody("A-2", receipt, 100)); status != 200 || !strings.Contains(answer, `"ana"`) {
		t.Errorf("a receipt of before the backup: %d %s", status, answer)
	}
	var list struct{ Orders []struct{ ID string } }
	p.json(&list, "order", "list")
	if len(list.Orders) != 2 {
		t.Errorf("orders %+v", list)
	}
}

func TestCheck_NamesWhatDiffers(t *testing.T) {
	p := serve(t)
	box := p.furnish()
	kim := p.browser()
	kim.follow("/ana")
	if status, answer := box.post("m1", orderBody("A-1", kim.receipt(), 4500)); status != 200 {
		t.Fatalf("%d %s", status, answer)
	}
	if out, status := p.local("check", "--data", p.data); status != 0 {
		t.Errorf("check of a running daemon: %d %s", status, out)
	}
	p.stop()
	db, err := sql.Open("sqlite3", filepath.Join(p.data, "lastclick.db"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.Exec(`UPDATE cells SET tickets = tickets + 1 WHERE link_id <> 0 AND type = 'ga'`); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	out, status := p.local("check", "--data", p.data)
	if status != 1 || !strings.Contains(out, "ana") || !strings.Contains(out, "ga") || !strings.Contains(out, "tickets") {
		t.Errorf("check after a sum was changed: %d %s", status, out)
	}
	p.start()
}

func TestKeep_AMissingDatabaseIsNotMade(t *testing.T) {
	p := &platform{t: t}
	dir := filepath.Join(t.TempDir(), "nowhere")
	for _, args := range [][]string{{"check", "--data", dir}, {"backup", "--data", dir, filepath.Join(t.TempDir(), "copy")}} {
		if out, status := p.local(args...); status != 1 || !strings.Contains(out, dir) {
			t.Errorf("%s: %d %s", args[0], status, out)
		}
		if _, err := os.Stat(dir); err == nil {
			t.Errorf("%s made %s", args[0], dir)
		}
	}
}

func TestVersionAndHelp(t *testing.T) {
	p := &platform{t: t}
	if out, status := p.local("version"); status != 0 || !strings.Contains(out, "lastclick ") || !strings.Contains(out, "commit ") || !strings.Contains(out, "go1.") || !strings.Contains(out, "SQLite 3.") {
		t.Errorf("version: %d %s", status, out)
	}
	for _, args := range [][]string{{"help"}, {"serve", "--help"}, {"demo", "--help"}, {"backup", "--help"}, {"check", "--help"}} {
		if out, status := p.local(args...); status != 0 || !strings.Contains(out, "Usage:") {
			t.Errorf("%q: %d %s", args, status, out)
		}
	}
	for _, args := range [][]string{{}, {"sevre"}, {"serve", "--nonsense"}, {"serve", "more"}, {"backup"}, {"serve", "--base-url", "go.example"}, {"serve", "--trusted-proxy", "x"}, {"serve", "--log-level", "loud"}} {
		if out, status := p.local(args...); status != 2 || !strings.Contains(out, "lastclick: ") {
			t.Errorf("%q: %d %s", args, status, out)
		}
	}
}

func TestServe_EnvironmentFilesAndFlags(t *testing.T) {
	file := filepath.Join(t.TempDir(), "database")
	db := filepath.Join(t.TempDir(), "other.db")
	if err := os.WriteFile(file, []byte(db+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	env := map[string]string{
		"LASTCLICK_BASE_URL": "https://go.example", "LASTCLICK_HTTP": "127.0.0.1:1", "LASTCLICK_DATABASE_FILE": file,
		"LASTCLICK_TRUSTED_PROXY": "10.0.0.0/8, 192.0.2.7", "LASTCLICK_ADMIN_KEY": "a\nb",
	}
	var c config
	flags := pflag.NewFlagSet("serve", pflag.ContinueOnError)
	c.serveFlags(flags)
	if err := flags.Parse([]string{"--http", "127.0.0.1:2"}); err != nil {
		t.Fatal(err)
	}
	if err := environment(flags, func(name string) string { return env[name] }); err != nil {
		t.Fatal(err)
	}
	if err := c.check(); err != nil {
		t.Fatal(err)
	}
	if c.baseURL != "https://go.example" || c.http != "127.0.0.1:2" || c.database != db || len(c.proxies) != 2 || len(c.adminKeys) != 2 {
		t.Errorf("%+v", c)
	}
}

// On the first start the keys in ~/.ssh become the admin's, and the log says so;
// with none there it says what to do.
func TestServe_FirstStart(t *testing.T) {
	admin := newIdentity(t, "kim@laptop")
	home := t.TempDir()
	if err := os.MkdirAll(filepath.Join(home, ".ssh"), 0o700); err != nil {
		t.Fatal(err)
	}
	p := &platform{t: t, data: filepath.Join(t.TempDir(), "data"), admin: admin, home: home, keyless: true}
	p.start()
	p.eventually("the hint", func() bool { return strings.Contains(p.stderr.String(), "ssh-keygen") })
	p.stop()
	if err := os.WriteFile(filepath.Join(home, ".ssh", "id_ed25519.pub"), []byte(admin.public+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	p.start()
	defer p.stop()
	if !strings.Contains(p.stderr.String(), "SHA256:") {
		t.Errorf("no fingerprint in the log:\n%s", p.stderr)
	}
	var who struct{ Name, Role string }
	p.json(&who, "whoami")
	if who.Role != "admin" || who.Name != "kim@laptop" {
		t.Errorf("%+v", who)
	}
}

func TestServe_OneDaemonForADirectory(t *testing.T) {
	p := serve(t)
	out, status := p.local("serve", "--data", p.data, "--http", "127.0.0.1:0", "--ssh", "127.0.0.1:0", "--metrics", "")
	if status != 1 || !strings.Contains(out, "another lastclick serves it") || strings.Contains(out, "ready") {
		t.Errorf("a second daemon: %d %s", status, out)
	}
	p.kill()
	p.start() // the lock went with the process
}

// SIGTERM ends the daemon in order also with consoles open (platform.stop wants
// status 0 within 10 s), and the terminal is given back.
func TestServe_StopsWithConsolesOpen(t *testing.T) {
	p := serve(t)
	p.furnish()
	s := p.console(p.admin, 80, 24)
	s.waitFor("Ana")
	began := time.Now()
	p.stop()
	if took := time.Since(began); took > 10*time.Second {
		t.Errorf("it took %s", took)
	}
	<-s.ended
	if raw := s.output(); !strings.Contains(raw, "\x1b[?1049l") {
		t.Error("the terminal was left on the alternate screen")
	}
}

// A mail server that says nothing and a customer who never finishes a request do
// not add up: platform.stop wants status 0 within 10 s.
func TestServe_StopsInTimeWhateverHangs(t *testing.T) {
	silent, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close()
	dialled := make(chan net.Conn, 1)
	go func() {
		if c, err := silent.Accept(); err == nil {
			dialled <- c
		}
	}()
	p := serve(t, "--smtp", "smtp://"+silent.Addr().String(), "--mail-from", "tickets@example.com")
	p.furnish()
	p.run("link", "add", "Ben", "ben@example.com", "--code", "ben")
	select {
	case c := <-dialled:
		defer c.Close()
	case <-time.After(10 * time.Second):
		t.Fatal("no mail was tried")
	}
	slow, err := net.Dial("tcp", strings.TrimPrefix(p.http, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer slow.Close()
	// Headers that promise a body which never comes, and the answer that says that
	// the daemon waits for it.
	fmt.Fprintf(slow, "POST /webhooks/boxoffice HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nExpect: 100-continue\r\nContent-Length: 9\r\n"+
		"webhook-id: m1\r\nwebhook-timestamp: %d\r\nwebhook-signature: v1,AAAA\r\n\r\n", time.Now().Unix())
	if line, err := bufio.NewReader(slow).ReadString('\n'); err != nil || !strings.Contains(line, "100 Continue") {
		t.Fatalf("%q, %v", line, err)
	}
	p.stop()
}

func TestDemo_SellsByItself(t *testing.T) {
	p := &platform{t: t}
	out, status := p.local("demo", "--for", "3s")
	if status != 0 || !strings.Contains(out, "ready http=") || !strings.Contains(out, "ssh -i") || !strings.Contains(out, " orders") || strings.Contains(out, " 0 orders") {
		t.Errorf("%d\n%s", status, out)
	}
}
