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
	dir     string // of the socket
	psql    string
	schemas atomic.Int64
}

// StartPostgres starts a server that ends with the test. PostgreSQL refuses to run as
// root, so for root it runs as the user postgres.
func StartPostgres(t testing.TB) *Postgres {
	t.Helper()
	bin := postgresBin(t)
	dir, err := os.MkdirTemp("", "pg") // a socket's path has room for 107 bytes
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := os.RemoveAll(dir); err != nil {
			t.Error(err)
		}
	})
	var as *syscall.Credential
	if os.Getuid() == 0 {
		u, err := user.Lookup("postgres")
		if err != nil {
			Missing(t, "the user postgres")
		}
		uid, _ := strconv.Atoi(u.Uid)
		gid, _ := strconv.Atoi(u.Gid)
		as = &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
		if err := os.Chown(dir, uid, gid); err != nil {
			t.Fatal(err)
		}
	}
	run := func(program string, args ...string) {
		t.Helper()
		cmd := exec.CommandContext(context.WithoutCancel(t.Context()), filepath.Join(bin, program), args...)
		cmd.Dir, cmd.SysProcAttr = dir, &syscall.SysProcAttr{Credential: as}
		if out, err := cmd.CombinedOutput(); err != nil {
			log, _ := os.ReadFile(filepath.Join(dir, "log"))
			t.Fatalf("%s: %v\n%s%s", program, err, out, log)
		}
	}
	data := filepath.Join(dir, "data")
	run("initdb", "-D", data, "-U", "lastclick", "-A", "trust", "-E", "UTF8", "--no-sync")
	run("pg_ctl", "-D", data, "-w", "-l", filepath.Join(dir, "log"), "-o", "-F -k "+dir+" -c listen_addresses=''", "start")
	t.Cleanup(func() { run("pg_ctl", "-D", data, "-w", "-m", "immediate", "stop") })
	psql := filepath.Join(bin, "psql")
	if _, err := os.Stat(psql); err != nil {
		psql = Need(t, "psql")[0]
	}
	return &Postgres{dir: dir, psql: psql}
}

// postgresBin is the newest server's folder of programs.
func postgresBin(t testing.TB) string {
	t.Helper()
	if path, err := exec.LookPath("initdb"); err == nil {
		return filepath.Dir(path)
	}
	return filepath.Dir(Need(t, "/usr/lib/postgresql/*/bin/initdb")[0])
}

// URL is that of a schema; of the database where it is empty.
func (p *Postgres) URL(schema string) string {
	q := url.Values{"host": {p.dir}}
	if schema != "" {
		q.Set("search_path", schema)
	}
	return "postgres://lastclick@/postgres?" + q.Encode()
}

// Schema makes an empty schema.
func (p *Postgres) Schema(t testing.TB) string {
	t.Helper()
	name := fmt.Sprint("test_", p.schemas.Add(1))
	cmd := exec.CommandContext(t.Context(), p.psql, "-h", p.dir, "-U", "lastclick", "-d", "postgres", "-q", "-c", "CREATE SCHEMA "+name)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("psql: %v\n%s", err, out)
	}
	return name
}
