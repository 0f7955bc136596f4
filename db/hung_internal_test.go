package db

import (
	"os"
	"path/filepath"
	"testing"
	"time"
)

// The service manager's watchdog asks for both.
func TestCommitterBusy_OneOperationHangs_CountsUntilItEnds(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "data")
	s, err := Open(t.Context(), Options{Dir: dir})
	must(t, err)
	defer s.Close()
	must(t, s.Ready(t.Context()))

	begun, end := make(chan struct{}), make(chan struct{})
	done := make(chan error, 1)
	go func() {
		done <- s.update(t.Context(), func(*tx) error {
			close(begun)
			<-end
			return nil
		})
	}()
	<-begun
	first := s.CommitterBusy()
	must(t, s.StorageAnswers(t.Context()))
	if second := s.CommitterBusy(); first <= 0 || second <= first {
		t.Errorf("busy for %v, later for %v", first, second)
	}
	close(end)
	must(t, <-done)
	for deadline := time.Now().Add(10 * time.Second); s.CommitterBusy() != 0; {
		if time.Now().After(deadline) {
			t.Fatalf("still busy after its operation: %v", s.CommitterBusy())
		}
		must(t, s.Ready(t.Context())) // it goes on
	}

	must(t, os.Rename(dir, dir+".away"))
	if err := s.StorageAnswers(t.Context()); err == nil {
		t.Error("a folder that is gone answers")
	}
	must(t, os.Rename(dir+".away", dir))
	if left, _ := filepath.Glob(filepath.Join(dir, ".lastclick-answers-*")); len(left) > 0 {
		t.Errorf("left behind: %q", left)
	}
}
