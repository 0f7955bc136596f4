// Package testenv says what a test needs of the machine that it runs on.
package testenv

import (
	"os"
	"os/exec"
	"testing"
)

// Need skips the test where one of the programs is missing, and says which. With
// LASTCLICK_TEST_ALL=1 the test fails instead, so that nothing is skipped unnoticed where
// everything should run.
func Need(t testing.TB, programs ...string) {
	t.Helper()
	for _, p := range programs {
		if _, err := exec.LookPath(p); err == nil {
			continue
		}
		if os.Getenv("LASTCLICK_TEST_ALL") == "1" {
			t.Fatalf("this test needs the program %s, which is not installed", p)
		}
		t.Skipf("this test needs the program %s, which is not installed", p)
	}
}
