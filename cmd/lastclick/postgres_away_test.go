package main

import (
	"context"
	"net/url"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"lastclick/model/testenv"
)

// server is a throw-away PostgreSQL on a unix socket, which a test stops and starts.
type server struct {
	t   *testing.T
	dir string
	bin string
	as  *syscall.Credential // of the user postgres, where root runs the test
}

// newServer makes one that runs.
func newServer(t *testing.T) *server {
	t.Helper()
	dir, err := os.MkdirTemp("", "pg") // a socket's path has room for 107 bytes
	if err != nil {
		t.Fatal(err)
	}
	s := &server{t: t, dir: dir, bin: filepath.Dir(testenv.Need(t, "/usr/lib/postgresql/*/bin/initdb")[0])}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	if os.Getuid() == 0 {
		u, err := user.Lookup("postgres")
		if err != nil {
			testenv.Missing(t, "the user postgres")
		}
		uid, _ := strconv.Atoi(u.Uid)
		gid, _ := strconv.Atoi(u.Gid)
		s.as = &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
		if err := os.Chown(dir, uid, gid); err != nil {
			t.Fatal(err)
		}
	}
	s.run("initdb", "-U", "lastclick", "-A", "trust", "-E", "UTF8", "--no-sync")
	s.start()
	t.Cleanup(s.stop)
	return s
}

func (s *server) run(program string, args ...string) {
	s.t.Helper()
	cmd := exec.CommandContext(context.Background(), filepath.Join(s.bin, program), append([]string{"-D", filepath.Join(s.dir, "data")}, args...)...)
	cmd.Dir, cmd.SysProcAttr = s.dir, &syscall.SysProcAttr{Credential: s.as}
	if out, err := cmd.CombinedOutput(); err != nil {
		s.t.Fatalf("%s: %v\n%s", program, err, out)
	}
}

func (s *server) start() {
	s.run("pg_ctl", "-w", "-l", filepath.Join(s.dir, "log"), "-o", "-F -k "+s.dir+" -c listen_addresses=''", "start")
}

func (s *server) stop() { s.run("pg_ctl", "-w", "-m", "immediate", "stop") }

func (s *server) url() string {
	return "postgres://lastclick@/postgres?" + url.Values{"host": {s.dir}}.Encode()
}

// A node starts while PostgreSQL is away. It is ready at once and redirects, and the click
// of that time gets its sale and is counted, once PostgreSQL is there.
func TestServe_PostgresAwayAtTheStart_RedirectsFromSnapshot(t *testing.T) {
	database := newServer(t)
	p := &platform{env: []string{"LASTCLICK_DATABASE=" + database.url()}}
	p.begin(t)
	box := p.seed()
	p.run("client", "list")
	p.stop()
	if info, err := os.Stat(filepath.Join(p.data, "cache.snapshot")); err != nil || info.Mode().Perm() != 0o600 {
		t.Fatalf("the snapshot: %v, %v", info, err)
	}
	database.stop()
	p.start()
	kim := p.browser()
	if status, to := kim.follow("/ana"); status != 302 || !strings.HasPrefix(to, "https://tickets.example/summerfest") || kim.receipt() == "" {
		t.Errorf("a click: %d %s, receipt %q", status, to, kim.receipt())
	}
	body := orderBody("A-1", kim.receipt(), 4500)
	const sentence = "the database cannot be reached"
	if status, answer := box.post("msg_1", body); status != 503 || !strings.Contains(answer, sentence) {
		t.Errorf("an order: %d %s", status, answer)
	}
	if _, told, status := p.as(p.admin, "whoami"); status != 1 || !strings.Contains(told, sentence) {
		t.Errorf("ssh: %d %q", status, told)
	}
	for path, want := range map[string]int{"/readyz": 200, "/readyz?orders": 503, "/healthz": 200, "/stats/abcdefghijklmnopqrstuv": 503} {
		if status, answer := p.get(path); status != want || strings.HasPrefix(path, "/readyz") && !strings.Contains(answer, `{"redirects":"ok","orders":"unavailable","why":"`+sentence) {
			t.Errorf("%s: %d %s", path, status, answer)
		}
	}
	if p.metric("lastclick_running_from_snapshot") != 1 || p.metric("lastclick_orders_ready") != 0 || p.metric("lastclick_snapshot_timestamp_seconds") == 0 {
		t.Errorf("the metrics say %s", p.scrape())
	}
	if log := p.stderr.String(); strings.Count(log, "links redirect from a snapshot") != 1 {
		t.Errorf("the log says %s", log)
	}
	database.start()
	eventually(t, "orders are taken", func() bool { status, _ := p.get("/readyz?orders"); return status == 200 })
	if status, answer := box.post("msg_1", body); status != 200 || !strings.Contains(answer, `"ana"`) {
		t.Errorf("the order again: %d %s", status, answer)
	}
	var links struct{ Links []struct{ Clicks int } }
	p.json(&links, "link", "list")
	if len(links.Links) != 1 || links.Links[0].Clicks != 1 {
		t.Errorf("the links are %+v, with one click", links)
	}
	if p.metric("lastclick_running_from_snapshot") != 0 {
		t.Error("it says that it still runs from the snapshot")
	}
	if out, _ := p.local("doctor", "--data", p.data, "--database", database.url()); !strings.Contains(finding(out, "ok", "snapshot"), "cache.snapshot is of ") {
		t.Errorf("doctor: %s", out)
	}
	if out, status := p.local("check", "--data", p.data, "--database", database.url()); status != 0 {
		t.Errorf("check: %s", out)
	}
}

// eventually looks until ok, ten times a second.
func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	look := time.NewTicker(100 * time.Millisecond)
	defer look.Stop()
	for late := time.After(20 * time.Second); !ok(); {
		select {
		case <-look.C:
		case <-late:
			t.Fatalf("%s: not within 20 s", what)
		}
	}
}
