package command

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"

	"lastclick/model"
)

var update = flag.Bool("update", false, "write the golden files")

// golden compares got with a file of testdata.
func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name+".golden")
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s differs: run with -update and read the difference\n%s", path, got)
	}
}

// pages are the commands that show something, and the name of their golden files.
var pages = map[string]string{
	"statement": "statement ana --from 2026-06-01 --to 2026-06-30 --rate 10% --base paid", "statement-face": "statement ana --from 2026-06-01 --to 2026-06-30", "help-statement": "help statement", "report-list": "report list", "report-add": "report add venue@example.com --daily --event summerfest", "report-remove": "report remove venue@example.com", "help-report-add": "help report add", "help-link-set": "help link set",
	"client-list": "client list", "client-show": "client show acme", "checkout-list": "checkout list", "checkout-show": "checkout show shop", "checkout-test": "checkout test shop", "help-webhook": "help webhook", "event-list": "event list",
	"promoter-invite": "promoter invite Bo Lind bo@example.com", "promoter-list": "promoter list", "theme": "theme light", "keys-list": "keys list", "keys-set": "keys set up=e unfold=U", "help-keys-set": "help keys set", "key-list": "key list",
	"link-add": "link add Ana Diaz ana@example.com", "link-list": "link list --all", "link-show": "link show ana", "link-qr": "link qr ana", "link-resend": "link resend ana", "link-test": "link test ana", "help-link-test": "help link test", "stats": "stats", "order-list": "order list", "order-explain": "order explain A-1001",
	"order-list-cut": "order list --link ana --limit 2", "inbox-list-cut": "inbox list --limit 1", "audit-cut": "audit --limit 2",
	"checkout-rotate": "checkout rotate shop", "inbox-list": "inbox list", "inbox-show": "inbox show 7", "audit": "audit", "whoami": "whoami", "customer-show": "customer show kim@example.com", "customer-erase": "customer erase cus_77 --checkout shop", "privacy": "privacy", "help-customer-erase": "help customer erase", "hook-add": "hook add https://receiver.example/", "hook-list": "hook list", "hook-test": "hook test https://receiver.example/", "hook-remove": "hook remove https://receiver.example/", "help-hook-add": "help hook add", "help-secrets": "help secrets", "host-key-show": "host-key show", "host-key-rotate": "host-key rotate --now", "receipt-key-list": "receipt-key list", "receipt-key-rotate": "receipt-key rotate", "help-receipt-key-rotate": "help receipt-key rotate", "help-host-key-rotate": "help host-key rotate", "help": "help", "help-link-add": "help link add", "help-link": "help link", "help-link-code": "help link code", "help-event-set": "help event set", "help-promoter": "help promoter", "help-export": "help export", "help-order-import": "help order import",
}

// layoutPages are the pages whose layout is another at a width than at 80 columns.
var layoutPages = map[int][]string{
	0:   {"link-list", "stats"}, // not a terminal: no column is dropped, nothing is wrapped
	40:  {"help", "link-list", "link-qr", "link-show", "order-explain", "stats"},
	120: {"stats"},
}

// sha256Line is a hash as sha256sum prints it.
var sha256Line = regexp.MustCompile(`[0-9a-f]{64}`)

func TestPages_EachWidth_Fit(t *testing.T) {
	for name, line := range pages {
		t.Run(name, func(t *testing.T) {
			for _, width := range []int{0, 40, 80, 120} {
				got := caller{store: fakeStore{name: "Ana Diaz", cut: strings.HasSuffix(name, "-cut")}, hooks: fakeHooks{"Ana Diaz", true}, role: model.Admin, width: width}.run(t, words(line)...)
				if got.code != 0 || got.err != "" {
					t.Fatalf("%q at %d: exit %d, %s", line, width, got.code, got.err)
				}
				switch {
				case width == 80:
					golden(t, name, got.out)
				case slices.Contains(layoutPages[width], name):
					golden(t, fmt.Sprintf("%s-%d", name, width), got.out)
				}
				for l := range strings.SplitSeq(got.out, "\n") {
					// Addresses, keys and commands are for copying: they stay whole.
					if width > 0 && ansi.StringWidth(l) > width && !strings.Contains(l, "://") && !strings.Contains(l, "ssh -p") && !strings.Contains(l, "SHA256:") && !strings.Contains(l, "ssh-ed25519 ") && !sha256Line.MatchString(l) {
						t.Errorf("%q at %d: %d wide: %s", line, width, ansi.StringWidth(l), l)
					}
				}
			}
		})
	}
}

func TestLists_Empty_SayWhatToDoNext(t *testing.T) {
	var all strings.Builder
	for _, line := range []string{"client list", "checkout list", "hook list", "event list", "promoter list", "key list", "link list", "stats", "order list", "order list --unattributed", "order list --link ana", "inbox list", "inbox list --search x", "audit", "audit --search x", "report list", "statement ana --from 2026-06-01 --to 2026-06-30"} {
		got := caller{store: fakeStore{bare: true}, role: model.Admin}.run(t, words(line)...)
		fmt.Fprintf(&all, "== %s\n%s\n", line, got.out)
		if got.code != 0 || len(got.out) < 20 {
			t.Errorf("%s: exit %d, %q", line, got.code, got.out)
		}
	}
	golden(t, "empty", all.String())
	for _, noun := range []string{"link", "event"} {
		if got := (caller{store: fakeStore{bare: true}, role: model.Viewer}).run(t, noun, "list"); strings.Contains(got.out, noun+" add") {
			t.Errorf("a viewer is told to do what only a member can: %s", got.out)
		}
	}
}
