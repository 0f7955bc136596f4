package main

import (
	"encoding/json"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/spf13/pflag"

	"lastclick/model/testenv"
)

// The README's blocks of shell, as a newcomer pastes them.
func TestREADME_FirstStepsAndSignedOrder_Work(t *testing.T) {
	testenv.Need(t, "bash", "ssh", "openssl", "curl")
	raw, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	readme := string(raw)
	p := serve(t)
	host, port, _ := strings.Cut(p.ssh, ":")

	steps := block(t, readme, "ssh -p 2222 localhost client add")
	steps = strings.TrimSuffix(strings.TrimSpace(steps), "ssh -p 2222 localhost") // the console needs a terminal
	// A function of the shell stands in for ssh, with the test's port and key.
	connect := `ssh() { shift 3; command ssh -F /dev/null -i ` + p.admin.path + ` -o IdentitiesOnly=yes -o StrictHostKeyChecking=no ` +
		`-o UserKnownHostsFile=/dev/null -o LogLevel=ERROR -p ` + port + ` ` + host + ` "$@"; }` + "\n"
	out := shell(t, connect+steps)
	if !strings.Contains(out, "/ana") || !strings.Contains(out, "whsec_") {
		t.Errorf("the first steps print no shortlink or secret:\n%s", out)
	}
	secret := out[strings.Index(out, "whsec_"):]
	secret = secret[:strings.IndexAny(secret, " \n\"'")]

	example := block(t, readme, "URL=http://localhost:8080/webhooks/boxoffice")
	example = strings.NewReplacer("http://localhost:8080", p.http, "whsec_…", secret).Replace(example)
	answer := shell(t, example)
	wantJSON(t, answer, block(t, readme, `{"status":"applied"`))

	// The import writes its file where it is pasted.
	imported := shell(t, "cd "+t.TempDir()+"\n"+connect+block(t, readme, "order import --dry-run"))
	if strings.Count(imported, "Applied       1") != 2 || !strings.Contains(imported, "A dry run of a file of 2 lines") || p.sold() != 2 {
		t.Errorf("the import printed\n%s", imported)
	}
	var stats struct{ Unattributed []struct{ Reason string } }
	p.json(&stats, "stats")
	if len(stats.Unattributed) != 1 || stats.Unattributed[0].Reason != "no_click" {
		t.Errorf("%+v", stats)
	}

	// From checkout add to a test order that would be credited, without a line of code.
	shop := shell(t, connect+block(t, readme, "--kind woocommerce"))
	for _, want := range []string{"verdict ok", p.http[strings.LastIndex(p.http, ":"):] + "/webhooks/webshop", "Last accepted  20"} {
		if !strings.Contains(shop, want) {
			t.Errorf("the shop's block does not print %q:\n%s", want, shop)
		}
	}
	shell(t, connect+block(t, readme, "client set acme --carry"))
	if _, page := p.browser().follow("/ana"); !strings.Contains(page, "?ref=") && !strings.Contains(page, "&ref=") {
		t.Errorf("after the README's carrier the page is %q", page)
	}
}

// The README's blocks for who runs it, as they are pasted.
func TestREADME_PrivacyKeysCertificatesMonitoring_Work(t *testing.T) {
	testenv.Need(t, "bash", "ssh", "ssh-keygen", "curl")
	raw, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	readme := string(raw)
	dir := t.TempDir()
	authority, rest, _ := strings.Cut(block(t, readme, "--user-ca user_ca.pub"), "\n")
	serving, certificates, _ := strings.Cut(rest, "\n")
	if !strings.HasPrefix(serving, "lastclick serve --data ./data --user-ca user_ca.pub") {
		t.Fatalf("the second line of the block is %q", serving)
	}
	shell(t, "cd "+dir+"\n"+authority+"\nssh-keygen -q -t ed25519 -N '' -f id_mia")

	p := serve(t, "--user-ca", dir+"/user_ca.pub")
	box := p.seed()
	kim := strings.Replace(orderBody("A-1", "", 4500), "cus_A-1", "cus_77", 1)
	if status, answer := box.post("msg_1", kim); status != 200 {
		t.Fatal(status, answer)
	}
	host, port, _ := strings.Cut(p.ssh, ":")
	// A function of the shell stands in for ssh, with the test's port and, where no other is
	// named, its key.
	connect := "cd " + dir + "\n" + `ssh() { local key=` + p.admin.path + ` flags=(); while :; do case $1 in -p) shift 2;; -i) key=$2; shift 2;; -o) flags+=(-o "$2"); shift 2;; *) shift; break;; esac; done
		command ssh -F /dev/null -i "$key" "${flags[@]}" -o IdentitiesOnly=yes -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o LogLevel=ERROR -p ` + port + ` ` + host + ` "$@"; }` + "\n"
	sold := func() string { return p.run("stats", "--json") }

	before := sold()
	out := shell(t, connect+block(t, readme, "client set acme --tracking consent"))
	for _, want := range []string{"consent", "set one cookie, named lastclick", "cus_77"} {
		if !strings.Contains(out, want) {
			t.Errorf("the block on privacy does not print %q:\n%s", want, out)
		}
	}
	if after := sold(); after != before {
		t.Errorf("the numbers were %s and are %s", before, after)
	}
	if out := shell(t, connect+block(t, readme, "help secrets")); !strings.Contains(out, "SHA256:") || !strings.Contains(out, "whsec_") {
		t.Errorf("the block on keys prints\n%s", out)
	}
	if out := shell(t, connect+certificates); !strings.Contains(out, "Mia Diaz") || !strings.Contains(out, "mia@laptop") {
		t.Errorf("by certificate one is\n%s", out)
	}
	if out := shell(t, strings.Replace(block(t, readme, "/metrics | grep"), "localhost:9090", p.metrics, 1)); !strings.Contains(out, "lastclick_orders_ready 1") {
		t.Errorf("the metrics are\n%s", out)
	}
}

// block is the fenced block of the text in which the words stand.
func block(t *testing.T, text, words string) string {
	t.Helper()
	for i, b := range strings.Split(text, "```") {
		if i%2 == 1 && strings.Contains(b, words) {
			_, body, _ := strings.Cut(b, "\n")
			return body
		}
	}
	t.Fatalf("README has no block with %q", words)
	return ""
}

func shell(t *testing.T, script string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "bash", "-euc", script)
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v in\n%s\nit printed %s", err, script, out)
	}
	return string(out)
}

func TestREADME_EveryFlag_InTheTable(t *testing.T) {
	raw, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	cmd := serveCommand(&program{})
	var missing []string
	cmd.Flags().VisitAll(func(f *pflag.Flag) {
		if !strings.Contains(string(raw), "`--"+f.Name) {
			missing = append(missing, f.Name)
		}
	})
	if len(missing) > 0 {
		b, _ := json.Marshal(missing)
		t.Errorf("README does not name %s", b)
	}
}

// The lines that start the daemon, at ports that a test cannot have, are at least taken.
func TestREADME_ServeLines_AreTaken(t *testing.T) {
	raw, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	lines := 0
	for line := range strings.Lines(string(raw)) {
		line, _, _ = strings.Cut(line, " #")
		args, ok := strings.CutPrefix(strings.TrimPrefix(strings.TrimSpace(line), "./"), "lastclick serve ")
		if !ok {
			continue
		}
		lines++
		var c config
		flags := pflag.NewFlagSet("serve", pflag.ContinueOnError)
		c.serveFlags(flags)
		if err := flags.Parse(strings.Fields(args)); err != nil {
			t.Errorf("%s: %v", line, err)
			continue
		}
		if err := c.validate(); err != nil {
			t.Errorf("%s: %v", line, err)
		}
	}
	if lines < 5 {
		t.Errorf("only %d lines start the daemon", lines)
	}
}
