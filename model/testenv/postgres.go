package testenv

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"sync/atomic"
	"syscall"
	"testing"
)

// Postgres is a throw-away PostgreSQL on a unix socket. A test takes a schema of its own.
type Postgres struct {
	Dir     string              // of the socket, its log and its data
	User    *syscall.Credential // that the server runs as; nil: that of this process
	bin     string
	schemas atomic.Int64
}

// StartPostgres starts a new server that ends with the test.
func StartPostgres(t testing.TB) *Postgres {
	t.Helper()
	p := NewPostgres(t)
	p.Run(t, "initdb", "-D", p.Data(), "-U", "lastclick", "-A", "trust", "-E", "UTF8", "--no-sync")
	p.Start(t)
	return p
}

// NewPostgres is a folder for a server, without data. PostgreSQL refuses to run as root, so
// for root it runs as the user postgres.
func NewPostgres(t testing.TB) *Postgres {
	t.Helper()
	p := &Postgres{bin: postgresBin(t)}
	var err error
	if p.Dir, err = os.MkdirTemp("", "pg"); err != nil { // a socket's path has room for 107 bytes
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := os.RemoveAll(p.Dir); err != nil {
			t.Error(err)
		}
	})
	if os.Getuid() == 0 {
		u, err := user.Lookup("postgres")
		if err != nil {
			Missing(t, "the user postgres")
		}
		uid, _ := strconv.Atoi(u.Uid)
		gid, _ := strconv.Atoi(u.Gid)
		p.User = &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
		if err := os.Chown(p.Dir, uid, gid); err != nil {
			t.Fatal(err)
		}
	}
	return p
}

// Standby starts a standby of the server, which replicates asynchronously.
func (p *Postgres) Standby(t testing.TB) *Postgres {
	t.Helper()
	s := NewPostgres(t)
	s.Run(t, "pg_basebackup", "-h", p.Dir, "-U", "lastclick", "-D", s.Data(), "-R", "-X", "stream", "-c", "fast", "--no-sync")
	s.Start(t)
	return s
}

// Data is the folder of the server's data.
func (p *Postgres) Data() string { return filepath.Join(p.Dir, "data") }

// Run runs one of the server's programs as its user.
func (p *Postgres) Run(t testing.TB, program string, args ...string) {
	t.Helper()
	cmd := exec.CommandContext(context.WithoutCancel(t.Context()), filepath.Join(p.bin, program), args...)
	cmd.Dir, cmd.SysProcAttr = p.Dir, &syscall.SysProcAttr{Credential: p.User}
	if out, err := cmd.CombinedOutput(); err != nil {
		log, _ := os.ReadFile(filepath.Join(p.Dir, "log"))
		t.Fatalf("%s: %v\n%s%s", program, err, out, log)
	}
}

// Control runs pg_ctl: start, stop, promote.
func (p *Postgres) Control(t testing.TB, words ...string) {
	t.Helper()
	p.Run(t, "pg_ctl", append([]string{"-D", p.Data(), "-w", "-l", filepath.Join(p.Dir, "log"), "-o", "-F -k " + p.Dir + " -c listen_addresses=''"}, words...)...)
}

// Start starts the server, until Stop or the end of the test.
func (p *Postgres) Start(t testing.TB) {
	t.Helper()
	p.Control(t, "start")
	t.Cleanup(func() {
		if _, err := os.Stat(filepath.Join(p.Data(), "postmaster.pid")); err == nil {
			p.Stop(t)
		}
	})
}

// Stop ends the server at once.
func (p *Postgres) Stop(t testing.TB) {
	t.Helper()
	p.Control(t, "-m", "immediate", "stop")
}

// postgresBin is the newest server's folder of programs.
func postgresBin(t testing.TB) string {
	t.Helper()
	if path, err := exec.LookPath("initdb"); err == nil {
		if path, err = filepath.EvalSymlinks(path); err == nil { // the others may have no link
			return filepath.Dir(path)
		}
	}
	return filepath.Dir(Need(t, "/usr/lib/postgresql/*/bin/initdb")[0])
}

// URL is that of a schema; of the database where it is empty.
func (p *Postgres) URL(schema string) string { return PostgresURL(p.Dir, schema) }

// PostgresURL is that of a schema on one of several servers, whose folders are parted by
// commas.
func PostgresURL(dirs, schema string) string {
	q := url.Values{"host": {dirs}}
	if schema != "" {
		q.Set("search_path", schema)
	}
	return "postgres://lastclick@/postgres?" + q.Encode()
}

// Schema makes an empty schema.
func (p *Postgres) Schema(t testing.TB) string {
	t.Helper()
	psql := filepath.Join(p.bin, "psql")
	if _, err := os.Stat(psql); err != nil {
		psql = Need(t, "psql")[0]
	}
	name := fmt.Sprint("test_", p.schemas.Add(1))
	cmd := exec.CommandContext(t.Context(), psql, "-h", p.Dir, "-U", "lastclick", "-d", "postgres", "-q", "-c", "CREATE SCHEMA "+name)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("psql: %v\n%s", err, out)
	}
	return name
}
