package testenv

import (
	"os"
	"path/filepath"
	"testing"
)

// recorder is a test that notes how it ended instead of ending.
type recorder struct {
	testing.TB
	ended string
}

func (r *recorder) Helper()               {}
func (r *recorder) Skipf(string, ...any)  { r.end("skipped") }
func (r *recorder) Fatalf(string, ...any) { r.end("failed") }

// end notes the first end: a real test stops there.
func (r *recorder) end(how string) {
	if r.ended == "" {
		r.ended = how
	}
}

func TestNeed_ProgramMissing_SkipsOrFails(t *testing.T) {
	for all, want := range map[string]string{"": "skipped", "1": "failed"} {
		t.Setenv("LASTCLICK_TEST_ALL", all)
		r := &recorder{TB: t}
		Need(r, "no-such-program")
		if r.ended != want {
			t.Errorf("LASTCLICK_TEST_ALL=%q: %q, want %q", all, r.ended, want)
		}
	}
}

func TestNeed_Pattern_LastMatch(t *testing.T) {
	dir := t.TempDir()
	for _, v := range []string{"14", "15"} {
		if err := os.Mkdir(filepath.Join(dir, v), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	if got := Need(t, filepath.Join(dir, "*")); got[0] != filepath.Join(dir, "15") {
		t.Errorf("%q", got)
	}
}
