//go:build linux

package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"

	"lastclick/scripts/benchmark/process"
)

// installed says what is missing.
func installed(o options) error {
	var missing []string
	need := func(pkg, program string, others ...string) {
		for _, p := range append([]string{program}, others...) {
			if _, err := exec.LookPath(p); err == nil {
				return
			}
		}
		missing = append(missing, pkg)
	}
	if _, ok := process.PostgresFolder(); !ok {
		missing = append(missing, "postgresql")
	}
	if !o.plain {
		need("patroni", "patroni")
		need("etcd-server", "etcd")
	}
	need("haproxy", "haproxy", "/usr/sbin/haproxy")
	if o.pgbouncer {
		need("pgbouncer", "pgbouncer", "/usr/sbin/pgbouncer")
	}
	if len(missing) > 0 {
		return fmt.Errorf("programs are missing (Debian: apt-get install %s)", strings.Join(missing, " "))
	}
	return nil
}

// program is the path of one that Debian keeps where only root looks.
func program(name string) string {
	if path, err := exec.LookPath(name); err == nil {
		return path
	}
	return "/usr/sbin/" + name
}

// server is a program of others that runs in a folder of its own, and logs to a file there.
type server struct {
	c    *cluster
	as   *syscall.Credential // nil: the user of this program
	name string
	args []string
	env  []string
	dir  string
	says bool // its first line says that it is ready
	*process.Process
}

// log is where it writes what it says.
func (s *server) log() string { return filepath.Join(s.c.dir, s.name+".log") }

// start starts it, again after it has ended.
func (s *server) start() error {
	out, err := os.OpenFile(s.log(), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer out.Close() // the process has its own
	cmd := exec.CommandContext(s.c.ctx, s.args[0], s.args[1:]...)
	cmd.Dir, cmd.Stderr = s.dir, out
	if !s.says {
		cmd.Stdout = out
	}
	cmd.Env = append([]string{"HOME=" + s.dir, "TMPDIR=" + s.dir, "LANG=C.UTF-8", "PATH=" + os.Getenv("PATH")}, s.env...)
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: s.as}
	first := s.Process == nil
	if s.Process, err = process.Start(s.name, cmd, syscall.SIGTERM); err != nil {
		return err
	}
	if first {
		s.c.atEnd(s.end)
	}
	return nil
}

// signal sends it a signal.
func (s *server) signal(signal syscall.Signal) { _ = syscall.Kill(s.PID(), signal) }

// end ends it at once, also one that hangs.
func (s *server) end() {
	s.signal(syscall.SIGKILL)
	<-s.Ended()
}

// lost is the error of one that has ended by itself; nil: it runs.
func (s *server) lost() error {
	select {
	case <-s.Ended():
		return fmt.Errorf("%s has ended; it said: %s", s.name, tail(s.log()))
	default:
		return nil
	}
}

// tail is the end of a log.
func tail(path string) string {
	b, err := os.ReadFile(path)
	if err != nil {
		return err.Error()
	}
	return string(b[max(0, len(b)-2000):])
}

// run runs a program to its end, as the servers' user or the own one, and returns what it printed.
func (c *cluster) run(as *syscall.Credential, env []string, name string, args ...string) (string, error) {
	cmd := exec.CommandContext(c.ctx, name, args...)
	var out, said bytes.Buffer
	cmd.Stdout, cmd.Stderr, cmd.Dir = &out, &said, c.dir
	cmd.Env = append([]string{"HOME=" + c.dir, "TMPDIR=" + c.dir, "LANG=C.UTF-8", "PATH=" + os.Getenv("PATH")}, env...)
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: as}
	if err := cmd.Run(); err != nil {
		return out.String(), fmt.Errorf("%s %s: %w: %s%s", filepath.Base(name), args[0], err, out.String(), said.String())
	}
	return out.String(), nil
}
