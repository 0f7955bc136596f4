package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"lastclick/model/testenv"
)

const samples = "../../scripts/samples"

// nodeModules has the official Standard Webhooks library, which scripts/test fetches from
// the npm registry.
const nodeModules = "../../dist/samples/node_modules"

// sampleShop is a daemon with a client, an event and a link that a customer has clicked.
type sampleShop struct {
	*platform
	*checkout
	customer *browser
}

func newSampleShop(t *testing.T) *sampleShop {
	t.Helper()
	p := serve(t)
	p.run("client", "add", "acme", "--name", "Acme", "--url", "https://tickets.example/acme")
	p.run("event", "add", "summerfest", "--name", "Summerfest", "--url", "https://tickets.example/summerfest")
	p.run("link", "add", "Ana", "ana@example.com", "--code", "ana", "--no-mail")
	s := &sampleShop{p, p.checkout("shop"), p.browser()}
	if status, _ := s.customer.follow("/ana"); status != 302 {
		t.Fatalf("the link was answered with %d", status)
	}
	return s
}

// environ is what the samples read.
func (s *sampleShop) environ(more ...string) []string {
	return append([]string{
		"PATH=" + os.Getenv("PATH"), "LASTCLICK_URL=" + s.http + "/webhooks/" + s.name, "LASTCLICK_SECRET=" + s.secret,
	}, more...)
}

// order is a file with an order by the customer.
func (s *sampleShop) order(t *testing.T) string {
	t.Helper()
	order, err := json.Marshal(map[string]any{
		"id": "A-1001", "version": 1, "placed_at": "2026-06-01T10:00:00Z", "currency": "GBP",
		"customer": map[string]any{"email": "kim@example.com"}, "tracking": map[string]any{"code": "ana"},
		"tickets": []map[string]any{{"id": "T-1", "event": "summerfest", "type": "ga", "face_value": 4500}},
	})
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "order.json")
	if err := os.WriteFile(path, order, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// sends wants the command to send the order, and a second time to change nothing.
func (s *sampleShop) sends(t *testing.T, command func() *exec.Cmd) {
	t.Helper()
	for _, want := range []string{"applied", "duplicate"} {
		out, err := command().Output()
		if err != nil {
			t.Fatalf("%v: %s", err, output(err))
		}
		var answer struct {
			Status  string
			Tickets []struct{ Link, Reason string }
		}
		if err := json.Unmarshal(out, &answer); err != nil {
			t.Fatalf("%v in %s", err, out)
		}
		if answer.Status != want || len(answer.Tickets) != 1 || answer.Tickets[0].Link != "ana" || answer.Tickets[0].Reason != "code" {
			t.Errorf("%s, want %s, a ticket of ana by code", out, want)
		}
	}
}

// output is what a command that failed wrote to stderr.
func output(err error) string {
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		return string(exit.Stderr)
	}
	return ""
}

// nodeSamples is a copy of the folder with the library beside it.
func nodeSamples(t *testing.T) (node, folder string) {
	t.Helper()
	found := testenv.Need(t, "node", nodeModules)
	folder = t.TempDir()
	if err := os.CopyFS(folder, os.DirFS(filepath.Join(samples, "node"))); err != nil {
		t.Fatal(err)
	}
	modules, err := filepath.Abs(found[1])
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(modules, filepath.Join(folder, "node_modules")); err != nil {
		t.Fatal(err)
	}
	return found[0], folder
}

func TestSamples_Node_SendsOrder(t *testing.T) {
	node, folder := nodeSamples(t)
	s := newSampleShop(t)
	order := s.order(t)
	s.sends(t, func() *exec.Cmd {
		cmd := exec.CommandContext(t.Context(), node, filepath.Join(folder, "send-order.mjs"))
		cmd.Env = s.environ("ORDER=" + order)
		return cmd
	})
}

func TestSamples_PHP_SendsOrder(t *testing.T) {
	php := testenv.Need(t, "php")[0]
	// The Go library's module has the PHP library too.
	library, err := exec.CommandContext(t.Context(), "go", "list", "-m", "-f", "{{.Dir}}", "github.com/standard-webhooks/standard-webhooks/libraries").Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	s := newSampleShop(t)
	order := s.order(t)
	s.sends(t, func() *exec.Cmd {
		cmd := exec.CommandContext(t.Context(), php, filepath.Join(samples, "php", "send-order.php"))
		cmd.Env = s.environ("ORDER="+order, "STANDARD_WEBHOOKS="+filepath.Join(strings.TrimSpace(string(library)), "php", "init.php"))
		return cmd
	})
}

// A customer clicks a link and buys in the shop: the browser sends the cookie, for hosts
// that differ in their port alone share cookies.
func TestSamples_NodeShop_CookieBecomesReceipt(t *testing.T) {
	node, folder := nodeSamples(t)
	s := newSampleShop(t)
	cmd := exec.CommandContext(t.Context(), node, filepath.Join(folder, "shop.mjs"))
	cmd.Env = s.environ()
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	}()
	address, err := bufio.NewReader(stdout).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	answer, err := s.customer.client.PostForm(strings.TrimSpace(address)+"/buy", url.Values{"email": {"kim@example.com"}})
	if err != nil {
		t.Fatal(err)
	}
	_ = answer.Body.Close()
	var list struct {
		Orders []struct{ ID string }
	}
	s.json(&list, "order", "list")
	if len(list.Orders) != 1 {
		t.Fatalf("%d orders, want the one that was bought", len(list.Orders))
	}
	var explained struct {
		Tickets []struct{ Link, Reason string }
	}
	s.json(&explained, "order", "explain", list.Orders[0].ID)
	if len(explained.Tickets) != 1 || explained.Tickets[0].Link != "ana" || explained.Tickets[0].Reason != "last_click" {
		t.Errorf("%+v, want a ticket of ana by last_click", explained.Tickets)
	}
}

// wordpress runs the snippet where WordPress has only what it calls.
const wordpress = `<?php
define('ABSPATH', '/');
$actions = [];
function add_action($hook, $f) { global $actions; $actions[$hook] = $f; }
class Order {
	public array $meta = [];
	public int $saved = 0;
	function update_meta_data($key, $value) { $this->meta[$key] = $value; }
	function save() { $this->saved++; }
}
require %q;
$results = [];
foreach (%s as $cookie) {
	$_COOKIE = $cookie === null ? [] : ['lastclick' => $cookie];
	foreach ($actions as $hook => $f) {
		$order = new Order();
		$f($order);
		$results[] = ($order->meta['lastclick'] ?? '-') . ' ' . $order->saved;
	}
}
echo json_encode($results);`

func TestSamples_WordPress_CookieBecomesMeta(t *testing.T) {
	php := testenv.Need(t, "php")[0]
	snippet, err := filepath.Abs(filepath.Join(samples, "wordpress", "lastclick.php"))
	if err != nil {
		t.Fatal(err)
	}
	good := strings.Repeat("aB3_-", 20)
	script := fmt.Sprintf(wordpress, snippet, fmt.Sprintf("['%s', null, 'x', '<script>alert(1)</script>....', ['a'], \"%s\\n\"]", good, good))
	path := filepath.Join(t.TempDir(), "run.php")
	if err := os.WriteFile(path, []byte(script), 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.CommandContext(t.Context(), php, path).Output()
	if err != nil {
		t.Fatalf("%v: %s%s", err, out, output(err))
	}
	// The classic checkout saves the order itself, the block checkout's hook has to.
	want := `["` + good + ` 0","` + good + ` 1"` + strings.Repeat(`,"- 0","- 1"`, 5) + `]`
	if string(out) != want {
		t.Errorf("%s, want %s", out, want)
	}
}

// pretix runs the plugin where pretix has only what it calls.
const pretix = `
import json, sys, types
sys.dont_write_bytecode = True
def module(name, **names):
    sys.modules[name] = m = types.ModuleType(name)
    m.__dict__.update(names)
receivers = []
module("django"); module("django.dispatch", receiver=lambda signal, **kw: lambda f: receivers.append((signal, f)) or f)
module("pretix"); module("pretix.presale"); module("pretix.presale.signals", order_api_meta_from_request="the signal")
def cart_session(request):
    if request.widget is Exception:
        raise Exception("no cart")
    return {"widget_data": request.widget}
module("pretix.presale.views"); module("pretix.presale.views.cart", cart_session=cart_session)
sys.path.insert(0, sys.argv[1])
import pretix_lastclick.signals
import logging
logging.disable()
good, token = "aB3_-" * 20, "abcdefghijklmnopqrstuvwxyz234567"
results = []
for cookie, widget in [(good, None), (None, {"tracking-lastclick": token}), (good, {"tracking-lastclick": token}), (None, None), ("x", {"other": token}), (good, Exception)]:
    request = types.SimpleNamespace(COOKIES={} if cookie is None else {"lastclick": cookie}, widget=widget)
    (signal, receive), = receivers
    assert signal == "the signal"
    results.append({good: "cookie", token: "widget"}.get(receive(None, request).get("lastclick"), "none"))
print(json.dumps(results))
`

func TestSamples_Pretix_ClickBecomesMeta(t *testing.T) {
	python := testenv.Need(t, "python3")[0]
	out, err := exec.CommandContext(t.Context(), python, "-c", pretix, filepath.Join(samples, "pretix")).Output()
	if err != nil {
		t.Fatalf("%v: %s%s", err, out, output(err))
	}
	if want := `["cookie", "widget", "cookie", "none", "none", "none"]`; strings.TrimSpace(string(out)) != want {
		t.Errorf("%s, want %s", out, want)
	}
}
