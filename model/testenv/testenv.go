// Package testenv tells a test what it runs in: whether a program that it needs is on the
// machine, and whether its allocations can be counted.
//
// A plain `go test ./...` skips what it cannot try, so that it is green with Go and a
// C compiler alone. scripts/test installs everything and sets LASTCLICK_TEST_ALL=1:
// then a missing program fails the test that needs it.
package testenv

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// All says whether every test has to run: LASTCLICK_TEST_ALL=1.
func All() bool { return os.Getenv("LASTCLICK_TEST_ALL") == "1" }

// Need returns the path of each program. A name with a slash is a pattern of
// filepath.Glob, of which the last match is used: the newest of several versions. A
// program that is missing skips the test, or fails it where All.
func Need(t testing.TB, programs ...string) []string {
	t.Helper()
	paths := make([]string, len(programs))
	for i, name := range programs {
		if paths[i] = find(name); paths[i] == "" {
			Missing(t, name)
		}
	}
	return paths
}

// Missing skips the test for want of what, or fails it where All.
func Missing(t testing.TB, what string) {
	t.Helper()
	if All() {
		t.Fatalf("%s is missing, and LASTCLICK_TEST_ALL=1 asks for every test: scripts/test installs what they need", what)
	}
	t.Skipf("%s is missing: scripts/test installs it and runs every test", what)
}

func find(name string) string {
	if !strings.Contains(name, "/") {
		path, err := exec.LookPath(name)
		if err != nil {
			return ""
		}
		return path
	}
	found, err := filepath.Glob(name)
	if err != nil || len(found) == 0 {
		return ""
	}
	return found[len(found)-1]
}
