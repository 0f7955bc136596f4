package main

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

const (
	startTime = 2 * time.Minute  // until a process has printed its first line
	stopTime  = 15 * time.Second // until it has ended after SIGTERM
)

// process is a program that the benchmark started. It is killed by its id when its row
// ends, also when the benchmark is interrupted, and by the kernel should the benchmark
// itself be killed.
type process struct {
	name   string
	cmd    *exec.Cmd
	stdin  io.WriteCloser
	stdout *bufio.Reader
	stderr *tail
	ended  chan struct{} // closed when it has ended, with err
	err    error
}

// tail keeps the last bytes that were written to it.
type tail struct {
	mu    sync.Mutex
	bytes []byte
}

const tailLength = 4 << 10

func (t *tail) Write(b []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
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

// forks starts all processes from one thread that lives as long as the benchmark: the
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

// startProcess starts the command. When ctx ends it is sent the signal.
func startProcess(name string, cmd *exec.Cmd, end syscall.Signal) (*process, error) {
	p := &process{name: name, cmd: cmd, stderr: &tail{}, ended: make(chan struct{})}
	cmd.Stderr = p.stderr
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
	// A pipe of our own: exec's would be closed by Wait while its end is still read.
	stdout, writer, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	cmd.Stdout = writer
	p.stdin, p.stdout = stdin, bufio.NewReader(stdout)
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

func (p *process) pid() int { return p.cmd.Process.Pid }

// line reads the next line of its output, without the line break.
func (p *process) line(ctx context.Context, within time.Duration) (string, error) {
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
			return "", p.failure(fmt.Errorf("its output ended (%w)", a.err))
		}
		return a.text[:len(a.text)-1], nil
	case <-time.After(within):
		return "", p.failure(fmt.Errorf("it printed nothing within %v", within))
	case <-ctx.Done():
		return "", ctx.Err()
	}
}

// failure is an error of the process, with what it said last.
func (p *process) failure(err error) error {
	return fmt.Errorf("%s: %w; it said: %s", p.name, err, p.stderr)
}

// stop asks the process to end, and returns an error unless it does so in order.
func (p *process) stop() error {
	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		return p.failure(err)
	}
	select {
	case <-p.ended:
		if p.err != nil {
			return p.failure(p.err)
		}
		return nil
	case <-time.After(stopTime):
		return p.failure(fmt.Errorf("it did not end within %v of SIGTERM", stopTime))
	}
}

// kill ends the process at once, if it has not ended yet.
func (p *process) kill() {
	_ = p.cmd.Cancel()
	select {
	case <-p.ended:
	case <-time.After(stopTime):
		_ = p.cmd.Process.Kill()
		<-p.ended
	}
}

// addresses are where a server listens; "off" where it does not.
type addresses struct{ http, ssh, metrics string }

// parseReady reads the line that the daemon and the peers print when they are ready.
func parseReady(line string) (a addresses, err error) {
	n, err := fmt.Sscanf(line, "ready http=%s ssh=%s metrics=%s", &a.http, &a.ssh, &a.metrics)
	if err != nil {
		return a, fmt.Errorf("%d of 3 addresses in the ready line %q: %w", n, line, err)
	}
	return a, nil
}
