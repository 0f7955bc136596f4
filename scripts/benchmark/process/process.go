// Package process starts the programs that are measured, loaded or harmed, and ends them.
//
// No process outlives what started it: it is killed by its id, also when its starter is
// interrupted, and by the kernel should the starter itself be killed.
package process

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"sync"
	"syscall"
	"time"
)

// How long a process may take: until it has printed its first line, and until it has
// ended after SIGTERM.
const (
	StartTime = 2 * time.Minute
	StopTime  = 15 * time.Second
)

// Process is a program that was started.
type Process struct {
	name   string
	cmd    *exec.Cmd
	Stdin  io.WriteCloser
	stdout *bufio.Reader
	stderr *tail
	ended  chan struct{} // closed when it has ended, with err
	err    error
}

// tail keeps the last bytes that were written to it.
type tail struct {
	mu    sync.Mutex
	bytes []byte
	all   int64 // that were ever written
}

const tailLength = 16 << 10

func (t *tail) Write(b []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.all += int64(len(b))
	t.bytes = append(t.bytes, b...)
	if extra := len(t.bytes) - tailLength; extra > 0 {
		t.bytes = append(t.bytes[:0], t.bytes[extra:]...)
	}
	return len(b), nil
}

func (t *tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return string(t.bytes)
}

// forks starts all processes from one thread that lives as long as the program: the
// kernel kills them when the thread that started them ends.
var forks = sync.OnceValue(func() chan<- func() {
	work := make(chan func())
	go func() {
		runtime.LockOSThread()
		for f := range work {
			f()
		}
	}()
	return work
})

// Start starts the command. When ctx ends it is sent the signal. A command that has an
// output of its own (a log file) keeps it: then there are no lines to read, and nothing
// that it said.
func Start(name string, cmd *exec.Cmd, end syscall.Signal) (*Process, error) {
	p := &Process{name: name, cmd: cmd, stderr: &tail{}, ended: make(chan struct{})}
	if cmd.Stderr == nil {
		cmd.Stderr = p.stderr
	}
	cmd.Cancel = func() error { return cmd.Process.Signal(end) }
	cmd.WaitDelay = 5 * time.Second
	if cmd.SysProcAttr == nil {
		cmd.SysProcAttr = &syscall.SysProcAttr{}
	}
	endWithParent(cmd.SysProcAttr, end)
	stdin, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	p.Stdin = stdin
	// A pipe of our own: exec's would be closed by Wait while its end is still read.
	stdout, writer, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	if cmd.Stdout == nil {
		cmd.Stdout = writer
	}
	p.stdout = bufio.NewReader(stdout)
	started := make(chan error)
	forks() <- func() { started <- cmd.Start() }
	err = errors.Join(<-started, writer.Close())
	if err != nil {
		_ = stdout.Close()
		return nil, fmt.Errorf("start %s: %w", name, err)
	}
	go func() {
		p.err = cmd.Wait()
		close(p.ended)
	}()
	return p, nil
}

// Ended is closed when the process has ended; then Err says how.
func (p *Process) Ended() <-chan struct{} { return p.ended }

// Err is the error of a process that has ended, nil after exit status 0.
func (p *Process) Err() error { return p.err }

// Said is the end of what it wrote to its standard error.
func (p *Process) Said() string { return p.stderr.String() }

// Wrote is how many bytes it wrote to its standard error in all.
func (p *Process) Wrote() int64 {
	p.stderr.mu.Lock()
	defer p.stderr.mu.Unlock()
	return p.stderr.all
}

// PID is the id of the process.
func (p *Process) PID() int { return p.cmd.Process.Pid }

// Line reads the next line of its output, without the line break.
func (p *Process) Line(ctx context.Context, within time.Duration) (string, error) {
	type answer struct {
		text string
		err  error
	}
	got := make(chan answer, 1)
	go func() {
		text, err := p.stdout.ReadString('\n')
		got <- answer{text, err}
	}()
	select {
	case a := <-got:
		if a.err != nil {
			return "", p.Failure(fmt.Errorf("its output ended (%w)", a.err))
		}
		return a.text[:len(a.text)-1], nil
	case <-time.After(within):
		return "", p.Failure(fmt.Errorf("it printed nothing within %v", within))
	case <-ctx.Done():
		return "", ctx.Err()
	}
}

// Failure is an error of the process, with what it said last.
func (p *Process) Failure(err error) error {
	return fmt.Errorf("%s: %w; it said: %s", p.name, err, p.stderr)
}

// Stop asks the process to end, and returns an error unless it does so in order.
func (p *Process) Stop() error {
	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		return p.Failure(err)
	}
	select {
	case <-p.ended:
		if p.err != nil {
			return p.Failure(p.err)
		}
		return nil
	case <-time.After(StopTime):
		return p.Failure(fmt.Errorf("it did not end within %v of SIGTERM", StopTime))
	}
}

// Kill ends the process at once, if it has not ended yet.
func (p *Process) Kill() {
	_ = p.cmd.Cancel()
	select {
	case <-p.ended:
	case <-time.After(StopTime):
		_ = p.cmd.Process.Kill()
		<-p.ended
	}
}

// Addresses are where a server listens; "off" where it does not.
type Addresses struct{ HTTP, SSH, Metrics string }

// ParseReady reads the line that the daemon and the peers print when they are ready.
func ParseReady(line string) (a Addresses, err error) {
	n, err := fmt.Sscanf(line, "ready http=%s ssh=%s metrics=%s", &a.HTTP, &a.SSH, &a.Metrics)
	if err != nil {
		return a, fmt.Errorf("%d of 3 addresses in the ready line %q: %w", n, line, err)
	}
	return a, nil
}
