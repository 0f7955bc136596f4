package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// The database's file goes under the daemon: the checkout is told to send its order again,
// customers are redirected, and nothing is lost once the file is back. While it is gone,
// no start makes a new one.
func TestServe_DatabaseGone_OrdersWait(t *testing.T) {
	p := serve(t)
	box := p.seed()
	kim := p.browser()
	kim.follow("/ana")
	body := orderBody("A-gone", kim.receipt(), 4500)
	path := filepath.Join(p.data, "lastclick.db")
	away := path + ".away"
	if err := os.Rename(path, away); err != nil {
		t.Fatal(err)
	}
	if status, answer := box.post("msg_gone", body); status != 503 || !strings.Contains(answer, "removed or replaced") {
		t.Errorf("an order: %d %s", status, answer)
	}
	for path, want := range map[string]int{"/readyz": 200, "/readyz?orders": 503, "/healthz": 200} {
		if status, answer := p.get(path); status != want {
			t.Errorf("%s: %d %s", path, status, answer)
		}
	}
	if !strings.Contains(p.stderr.String(), "removed or replaced") {
		t.Errorf("the log says %s", p.stderr)
	}
	if status, _ := kim.follow("/ana"); status != 302 {
		t.Errorf("a click: %d", status)
	}
	p.kill()
	out, status := p.local("serve", "--data", p.data, "--http", "127.0.0.1:0", "--ssh", "127.0.0.1:0", "--metrics", "")
	if status != 1 || !strings.Contains(out, "gone or empty") {
		t.Errorf("a start without it: %d %s", status, out)
	}
	if err := os.Rename(away, path); err != nil {
		t.Fatal(err)
	}
	p.start()
	if status, answer := box.post("msg_gone", body); status != 200 || !strings.Contains(answer, `"ana"`) {
		t.Errorf("the order again: %d %s", status, answer)
	}
	if out, status := p.local("check", "--data", p.data); status != 0 {
		t.Errorf("check: %s", out)
	}
}
