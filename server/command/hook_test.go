package command

import (
	"encoding/json"
	"strings"
	"testing"

	"lastclick/model"
)

// Whose hook it is, for owners and admins; the secret comes from add alone.
func TestHook_OwnerAndAdmin_OwnClientOrAll(t *testing.T) {
	p := newPlatform(t)
	p.admin(`client add acme --name Acme --url https://tickets.example/acme`)
	var h struct {
		URL, Secret, State string
		Client             *string
	}
	add := func(role model.Role, args ...string) {
		t.Helper()
		h.Client = nil
		got := p.as(role, append([]string{"hook", "add", "--json"}, args...)...)
		if err := json.Unmarshal([]byte(got.out), &h); err != nil || got.code != 0 {
			t.Fatalf("%v: exit %d, %s%s", args, got.code, got.out, got.err)
		}
	}
	add(model.Owner, "https://receiver.example/owner")
	if h.Client == nil || *h.Client != "acme" || h.State != "active" || !strings.HasPrefix(h.Secret, "whsec_") || h.URL != "https://receiver.example/owner" {
		t.Errorf("an owner's hook: %+v", h)
	}
	add(model.Admin, "https://receiver.example/admin", "--client", "acme")
	if h.Client == nil || *h.Client != "acme" {
		t.Errorf("an admin's hook of a client: %+v", h)
	}
	add(model.Admin, "https://receiver.example/all") // also where there is one client
	if h.Client != nil {
		t.Errorf("the platform's hook: %+v", h)
	}
	list := p.admin("hook list --json")
	if strings.Count(list, `"url"`) != 3 || strings.Contains(list, "secret") || strings.Contains(p.admin("hook list --csv"), "whsec_") {
		t.Errorf("listed %s", list)
	}
	if own := p.as(model.Owner, "hook", "list", "--json").out; strings.Count(own, `"url"`) != 2 {
		t.Errorf("an owner sees %s", own)
	}
	for _, args := range [][]string{{"hook", "add", "https://receiver.example/x", "--client", "rival"}, {"hook", "remove", "https://receiver.example/all"}, {"hook", "add", "receiver.example"}, {"hook", "add", "https://receiver.example/owner"}} {
		if got := p.as(model.Owner, args...); got.code != 1 || got.out != "" || got.err == "" {
			t.Errorf("%v: exit %d, %s%s", args, got.code, got.out, got.err)
		}
	}
	if got := p.as(model.Owner, "hook", "remove", "https://receiver.example/owner"); got.code != 0 || !strings.Contains(got.out, "is removed") {
		t.Errorf("exit %d, %s%s", got.code, got.out, got.err)
	}
}

func TestHookAdd_AddressRefused_NothingAdded(t *testing.T) {
	p := newPlatform(t)
	c := caller{store: p.store, role: model.Admin, hooks: fakeHooks{}}
	if got := c.run(t, "hook", "add", "http://10.0.0.1/"); got.code != 1 || !strings.Contains(got.err, "is not on the public Internet") {
		t.Errorf("exit %d, %s%s", got.code, got.out, got.err)
	}
	if got := p.admin("hook list --json"); got != `{"hooks":[]}`+"\n" {
		t.Errorf("%s", got)
	}
}

func TestHookTest_Failure_Exits1OrSaysNotOK(t *testing.T) {
	c := caller{store: fakeStore{}, role: model.Owner, hooks: fakeHooks{name: "\x1b[2J"}}
	if got := c.run(t, "hook", "test", "https://receiver.example/"); got.code != 1 || got.out != "" || got.err != "the ping was not taken after 42 ms: it answered 500 ^[[2J: thanks ^[[2J\n" {
		t.Errorf("exit %d, %q %q", got.code, got.out, got.err)
	}
	got := c.run(t, "hook", "test", "https://receiver.example/", "--json")
	var a model.HookAnswer
	if err := json.Unmarshal([]byte(got.out), &a); err != nil || got.code != 0 || a.OK || *a.Status != 500 || a.Millis != 42 {
		t.Errorf("exit %d, %s", got.code, got.out)
	}
}
