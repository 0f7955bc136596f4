package ssh

import (
	"os"
	"syscall"
	"testing"
)

// stop suspends a process, as ctrl+z does.
func stop(t *testing.T, p *os.Process) {
	t.Helper()
	if err := p.Signal(syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
}
