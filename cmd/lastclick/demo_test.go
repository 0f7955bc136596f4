package main

import (
	"strings"
	"testing"
)

func TestDemo_NoTerminal_Sells(t *testing.T) {
	p := &platform{t: t}
	out, status := p.local("demo", "--for", "3s")
	if status != 0 || !strings.Contains(out, "ready http=") || !strings.Contains(out, "ssh -i") || !strings.Contains(out, " orders") || strings.Contains(out, " 0 orders") {
		t.Errorf("%d\n%s", status, out)
	}
}
