package mail

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"lastclick/model/testenv"
)

// eximPath is where Debian's package exim4-daemon-light installs the server.
const eximPath = "/usr/sbin/exim4"

// eximConfig is all that the server knows of, after PLACE (its folder), PORT, UID and
// GID. It takes mail for the people of a list into a mailbox each, and refuses the
// rest in its own words. While the file "full" is there, one mailbox is full. It
// offers STARTTLS with a certificate that it signs itself, as Debian's does.
const eximConfig = `
exim_user = UID
exim_group = GID
keep_environment =
primary_hostname = mail.example
spool_directory = PLACE/spool
log_file_path = PLACE/%slog
pid_file_path = PLACE/pid
log_selector = +received_recipients
local_interfaces = 127.0.0.1
daemon_smtp_ports = PORT
acl_smtp_rcpt = rcpt

begin acl
rcpt:
  deny
    !verify = recipient
  defer
    local_parts = later
    condition = ${if exists{PLACE/full}}
    message = 452 4.2.2 the mailbox is full
  accept

begin routers
people:
  driver = accept
  domains = example.com
  local_parts = lsearch;PLACE/people
  transport = mailbox

begin transports
mailbox:
  driver = appendfile
  maildir_format
  directory = PLACE/$local_part_data
  user = UID
  group = GID
`

// exim is Debian's mail server with a folder, a configuration and a port of its own.
// Nothing of the machine's configuration or queue is read or written.
type exim struct {
	dir, address string
	as           *syscall.Credential // nil: who runs the test
	starts       int
	gone         chan struct{} // closed once the process has ended
}

// newExim prepares a server with a mailbox for each of the people. It needs no rights;
// as root it gets the account nobody, because Exim never delivers as root.
func newExim(t *testing.T, people ...string) *exim {
	t.Helper()
	testenv.Need(t, eximPath)
	dir, err := os.MkdirTemp("", "exim") // t.TempDir is closed to other accounts
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := os.RemoveAll(dir); err != nil {
			t.Error(err)
		}
	})
	e := &exim{dir: dir}
	uid, gid := os.Getuid(), os.Getgid()
	if uid == 0 {
		account, err := user.Lookup("nobody")
		if err != nil {
			t.Fatalf("as root the tests run Exim under the account nobody: %v", err)
		}
		uid, _ = strconv.Atoi(account.Uid)
		gid, _ = strconv.Atoi(account.Gid)
		e.as = &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
		if err := os.Chown(dir, uid, gid); err != nil {
			t.Fatal(err)
		}
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	e.address = l.Addr().String()
	_ = l.Close() // Exim cannot say which port it chose, so it is given a free one
	_, port, _ := net.SplitHostPort(e.address)
	e.write(t, "exim.conf", fmt.Sprintf("PLACE = %s\nPORT = %s\nUID = %d\nGID = %d\n%s", dir, port, uid, gid, eximConfig))
	list := ""
	for _, name := range people {
		list += name + ": " + name + "\n"
	}
	e.write(t, "people", list)
	return e
}

func (e *exim) write(t *testing.T, name, content string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(e.dir, name), []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
}

// start serves until the returned function, or the end of the test.
func (e *exim) start(t *testing.T) (stop func()) {
	t.Helper()
	log, err := os.OpenFile(filepath.Join(e.dir, "log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	if err != nil {
		t.Fatal(err)
	}
	// Under a configuration that is not the machine's, in an account that is not its
	// package's, Exim gives up all rights and logs to stderr.
	cmd := exec.Command(eximPath, "-C", filepath.Join(e.dir, "exim.conf"), "-bdf")
	cmd.Dir, cmd.Env, cmd.Stderr = e.dir, []string{"PATH=/usr/sbin:/usr/bin:/sbin:/bin"}, log
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: e.as}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	_ = log.Close() // Exim has its own
	gone, ended := make(chan struct{}), error(nil)
	go func() {
		defer close(gone)
		ended = cmd.Wait()
	}()
	stop = sync.OnceFunc(func() {
		defer func() {
			_ = cmd.Process.Signal(syscall.SIGTERM) // where it has ended already, Wait says how
			kill := time.AfterFunc(patience, func() { _ = cmd.Process.Kill() })
			defer kill.Stop()
			if <-gone; ended != nil {
				t.Errorf("Exim: %v\n%s", ended, e.log(t))
			}
		}()
		e.delivered(t) // by a process for each mail, which outlives the server
	})
	t.Cleanup(stop)
	e.gone = gone
	e.starts++
	e.until(t, "it listens", func(log string) bool { return strings.Count(log, " daemon started: ") == e.starts })
	return stop
}

// log is all whole lines that the server wrote.
func (e *exim) log(t *testing.T) string {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join(e.dir, "log"))
	if err != nil {
		t.Fatal(err)
	}
	return string(raw[:strings.LastIndexByte(string(raw), '\n')+1])
}

// until waits for what only the server's log tells, so that it has to be read again
// and again.
func (e *exim) until(t *testing.T, what string, ok func(log string) bool) {
	t.Helper()
	end, look := time.NewTimer(patience), time.NewTicker(20*time.Millisecond)
	defer end.Stop()
	defer look.Stop()
	for log := e.log(t); !ok(log); log = e.log(t) {
		select {
		case <-look.C:
		case <-e.gone:
			t.Fatalf("Exim ended; waited in vain for: %s\n%s", what, e.log(t))
		case <-end.C:
			t.Fatalf("waited in vain for: %s\n%s", what, log)
		}
	}
}

// delivered waits until all mails that the server took are in their mailboxes.
func (e *exim) delivered(t *testing.T) {
	t.Helper()
	e.until(t, "delivery", func(log string) bool {
		return strings.Count(log, " Completed\n") == strings.Count(log, " <= ")
	})
}

var eximTook = regexp.MustCompile(`(?m) <= \S+ .* P=(\S+) .* id=(\S+) for (\S+)$`)

// took is who mails came for, in the order in which the server took them. A mail may
// come twice, with the same Message-ID; the first time counts.
func (e *exim) took(t *testing.T) (to []string) {
	t.Helper()
	seen := map[string]bool{}
	for _, m := range eximTook.FindAllStringSubmatch(e.log(t), -1) {
		if m[1] != "esmtps" {
			t.Errorf("a mail came by %s: without the TLS that the server offers", m[1])
		}
		if !seen[m[2]] {
			to = append(to, m[3])
		}
		seen[m[2]] = true
	}
	return to
}

// mailbox is the mails of name, once the server has delivered all it took.
func (e *exim) mailbox(t *testing.T, name string) (mails []parsed) {
	t.Helper()
	e.delivered(t)
	files, err := filepath.Glob(filepath.Join(e.dir, name, "new", "*"))
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		raw, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		mails = append(mails, parse(t, string(raw)))
	}
	return mails
}
