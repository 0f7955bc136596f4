package main

import (
	"strings"
	"testing"
)

func TestRun_VersionHelpAndUsage_ExitCodes(t *testing.T) {
	p := &platform{t: t}
	if out, status := p.local("version"); status != 0 || !strings.Contains(out, "lastclick ") || !strings.Contains(out, "commit ") || !strings.Contains(out, "go1.") || !strings.Contains(out, "SQLite 3.") {
		t.Errorf("version: %d %s", status, out)
	}
	for _, args := range [][]string{{"help"}, {"serve", "--help"}, {"demo", "--help"}, {"backup", "--help"}, {"check", "--help"}} {
		if out, status := p.local(args...); status != 0 || !strings.Contains(out, "Usage:") {
			t.Errorf("%q: %d %s", args, status, out)
		}
	}
	for _, args := range [][]string{{}, {"sevre"}, {"serve", "--nonsense"}, {"serve", "more"}, {"backup"}, {"serve", "--base-url", "go.example"}, {"serve", "--trusted-proxy", "x"}, {"serve", "--log-level", "loud"}} {
		if out, status := p.local(args...); status != 2 || !strings.Contains(out, "lastclick: ") {
			t.Errorf("%q: %d %s", args, status, out)
		}
	}
}
