package main

import (
	"strings"
	"sync/atomic"
	"testing"
)

// Hooks and the test of a checkout in the console, over real SSH.
func TestConsole_HookAddTestRemove_AndCheckoutTest(t *testing.T) {
	p := serve(t, "--allow-private")
	p.seed()
	var works atomic.Bool
	works.Store(true)
	url, got := hookReceiver(t, &works)
	s := p.console(p.admin, 120, 36)
	s.waitFor("Ana", "Total")
	s.press("7")
	s.waitFor("boxoffice")
	s.press("\r")
	s.waitFor("What to enter in the checkout")
	s.press("t")
	s.waitFor("✓ Address", "✓ Verdict", "The way is whole")
	s.press("\x1b")
	s.gone("The way is whole")
	s.press("\x1b")
	s.waitFor("Systems that sell tickets")
	s.press("H")
	s.waitFor("There is no hook")
	s.press("n")
	s.waitFor("Add Hook")
	s.press(url + "\x13")
	s.waitFor("Secret of the hook", "whsec_")
	var secret string
	for field := range strings.FieldsSeq(s.text()) {
		if strings.HasPrefix(field, "whsec_") {
			secret = field
		}
	}
	s.press("\r")
	s.waitFor("active", url)
	s.press("t")
	s.waitFor("It was taken", "200", "thanks")
	wantTold(t, got, secret, "ping")
	s.press("\x1b")
	s.waitFor("Addresses that are told", url)
	s.press("-")
	s.waitFor("y/N")
	s.press("\r") // No
	s.gone("y/N")
	var list struct{ Hooks []struct{ URL string } }
	if p.json(&list, "hook", "list"); len(list.Hooks) != 1 || list.Hooks[0].URL != url {
		t.Errorf("%+v", list)
	}
	s.press("-")
	s.waitFor("y/N")
	s.press("y")
	s.waitFor("There is no hook")
	if p.json(&list, "hook", "list"); len(list.Hooks) != 0 {
		t.Errorf("%+v", list)
	}
	s.quit()
}
