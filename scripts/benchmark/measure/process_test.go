package measure

import (
	"os"
	"os/exec"
	"testing"

	"lastclick/model/testenv"
)

func TestCPU_OwnProcess_GrowsWithWorkOfItAndItsChildren(t *testing.T) {
	before, err := CPU(os.Getpid())
	if err != nil {
		testenv.Missing(t, "the accounting of Linux: "+err.Error())
	}
	sum := 0
	for i := range 50_000_000 {
		sum += i * i
	}
	worked, err := CPU(os.Getpid())
	if err != nil || worked <= before {
		t.Errorf("%v after %v (%v), %d", worked, before, err, sum)
	}
	// A shell that has worked and then waits for its input.
	child := exec.CommandContext(t.Context(), "sh", "-c", "i=0; while [ $i -lt 20000 ]; do i=$((i+1)); done; echo done; read x")
	in, err := child.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	if _, err := out.Read(make([]byte, 4)); err != nil {
		t.Fatal(err)
	}
	alone, err := CPU(child.Process.Pid)
	if err != nil {
		t.Fatal(err)
	}
	both, err := CPU(os.Getpid())
	if err != nil || alone <= 0 || both < worked+alone {
		t.Errorf("the child used %v; with it %v after %v (%v)", alone, both, worked, err)
	}
	_ = in.Close()
	_ = child.Wait()
	if _, err := CPU(child.Process.Pid); err == nil {
		t.Error("a process that has ended has a processor time")
	}
}

func TestResident_OwnProcess_SomeMegabytes(t *testing.T) {
	got, err := Resident(os.Getpid())
	if err != nil {
		testenv.Missing(t, "the accounting of Linux: "+err.Error())
	}
	if got < 1<<20 || got > 1<<40 {
		t.Errorf("%d bytes", got)
	}
}
