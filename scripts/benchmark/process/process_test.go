package process

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"lastclick/model/testenv"
)

func TestParseReady_AddressesOfTheLine(t *testing.T) {
	a, err := ParseReady("ready http=127.0.0.1:80 ssh=127.0.0.1:22 metrics=off")
	if err != nil || a != (Addresses{"127.0.0.1:80", "127.0.0.1:22", "off"}) {
		t.Errorf("%+v %v", a, err)
	}
	for _, line := range []string{"", "ready", "ready http=x ssh=y", "error: ready http=x ssh=y metrics=z"} {
		if a, err := ParseReady(line); err == nil {
			t.Errorf("%q gives %+v", line, a)
		}
	}
}

func TestTail_MuchOutput_KeepsTheEnd(t *testing.T) {
	out := &tail{}
	for i := range 9000 {
		fmt.Fprintf(out, "line %d\n", i)
	}
	if s := out.String(); len(s) != tailLength || !strings.HasSuffix(s, "line 8999\n") {
		t.Errorf("%d bytes that end with %q", len(s), s[max(0, len(s)-20):])
	}
}

func shell(t *testing.T, script string, end syscall.Signal) *Process {
	t.Helper()
	p, err := Start("shell", exec.CommandContext(t.Context(), "sh", "-c", script), end)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Kill)
	return p
}

func TestProcess_Line_ThenFailureWithWhatItSaid(t *testing.T) {
	p := shell(t, "echo ready; echo the disk is full >&2", syscall.SIGKILL)
	if line, err := p.Line(t.Context(), time.Minute); err != nil || line != "ready" {
		t.Errorf("%q %v", line, err)
	}
	<-p.ended
	if _, err := p.Line(t.Context(), time.Minute); err == nil || !strings.Contains(err.Error(), "the disk is full") {
		t.Errorf("%v", err)
	}
}

func TestProcess_Silent_GivenUp(t *testing.T) {
	if _, err := shell(t, "read x", syscall.SIGKILL).Line(t.Context(), time.Millisecond); err == nil {
		t.Error("a line of nothing")
	}
}

func TestProcess_Stop_WantsAnEndInOrder(t *testing.T) {
	good := shell(t, "trap 'exit 0' TERM; echo ready; while :; do read x; done", syscall.SIGKILL)
	bad := shell(t, "trap 'echo lost >&2; exit 3' TERM; echo ready; while :; do read x; done", syscall.SIGKILL)
	for _, p := range []*Process{good, bad} {
		if _, err := p.Line(t.Context(), time.Minute); err != nil {
			t.Fatal(err)
		}
		_ = p.Stdin.Close()
	}
	if err := good.Stop(); err != nil {
		t.Error(err)
	}
	if err := bad.Stop(); err == nil || !strings.Contains(err.Error(), "lost") {
		t.Errorf("%v", err)
	}
}

// A benchmark that is killed leaves no process behind: the kernel ends its children.
func TestProcess_ParentKilled_Ends(t *testing.T) {
	if os.Getenv("BENCHMARK_TEST_PARENT") != "" {
		cmd := exec.CommandContext(t.Context(), "sleep", "600")
		cmd.ExtraFiles = []*os.File{os.Stdout} // which ends for the test when both have ended
		if _, err := Start("child", cmd, syscall.SIGKILL); err != nil {
			t.Fatal(err)
		}
		fmt.Println("started")
		select {}
	}
	if runtime.GOOS != "linux" {
		testenv.Missing(t, "Linux, which ends the children of a process that is killed,")
	}
	cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run", "^"+t.Name()+"$")
	cmd.Env = append(os.Environ(), "BENCHMARK_TEST_PARENT=1")
	parent, err := Start("parent", cmd, syscall.SIGKILL)
	if err != nil {
		t.Fatal(err)
	}
	defer parent.Kill()
	if line, err := parent.Line(t.Context(), time.Minute); err != nil || line != "started" {
		t.Fatalf("%q %v", line, err)
	}
	parent.Kill()
	if _, err := parent.Line(t.Context(), 30*time.Second); !errors.Is(err, io.EOF) {
		t.Errorf("the child still runs: %v", err)
	}
}
