package command

import (
	"context"
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/anmitsu/go-shlex"
	"golang.org/x/crypto/ssh"

	"lastclick/db"
	"lastclick/model"
)

// platform is a real store, reached by commands alone.
type platform struct {
	t     testing.TB
	store *db.Store
	in    string // what is piped in
}

func newPlatform(t testing.TB) *platform {
	t.Helper()
	store, err := db.Open(t.Context(), db.Options{Dir: t.TempDir(), BaseURL: "https://go.example", Now: func() time.Time { return noon }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := store.Close(); err != nil {
			t.Error(err)
		}
	})
	line, pub := keyLine(t)
	ada := model.NewPerson{Name: "Ada", Role: model.Admin, Key: model.Key{Fingerprint: ssh.FingerprintSHA256(pub), Public: line}}
	if _, err := store.EnsureAdmins(t.Context(), []model.NewPerson{ada}); err != nil {
		t.Fatal(err)
	}
	return &platform{t: t, store: store}
}

func (p *platform) as(role model.Role, args ...string) result {
	p.t.Helper()
	return caller{store: p.store, role: role, in: p.in, hooks: fakeHooks{ok: true}}.run(p.t, args...)
}

// admin runs a command that must succeed, as it stands in a shell on this side of SSH.
func (p *platform) admin(line string) string {
	p.t.Helper()
	got := p.as(model.Admin, split(p.t, line)...)
	if got.code != 0 || got.err != "" {
		p.t.Fatalf("%s: exit %d: %s", line, got.code, got.err)
	}
	return got.out
}

// split is what the server makes of a command line: the client's shell takes one
// layer of quotes, the client joins the words with spaces, and the server splits
// them again.
func split(t testing.TB, line string) []string {
	t.Helper()
	local, err := shlex.Split(line, true)
	if err != nil {
		t.Fatal(err)
	}
	remote, err := shlex.Split(strings.Join(local, " "), true)
	if err != nil {
		t.Fatal(err)
	}
	return remote
}

// seed adds a client with an event, two links, a checkout and an order.
func (p *platform) seed() {
	p.t.Helper()
	p.admin(`'client add acme --name "Acme Live" --url https://tickets.example/acme'`)
	p.admin(`checkout add shop`)
	p.admin(`'event add summerfest --name "Summer Fest" --url https://tickets.example/summerfest --starts 2026-06-20T19:30'`)
	p.admin(`link add "Ana Diaz" ana@example.com --event summerfest --code ana`)
	p.admin(`link add "House List" house@example.com --code house --no-mail --source email`)
	p.deliver("w-1", `{"type":"order.placed","timestamp":"2026-06-01T10:00:00Z","data":{"id":"A-1001","version":1,"placed_at":"2026-06-01T10:00:00Z","currency":"GBP",
		"customer":{"id":"cus_77"},"tracking":{"code":"ana"},"tickets":[{"id":"T-1","event":"summerfest","type":"ga","type_name":"General Admission","face_value":4500}]}}`)
}

// deliver posts a webhook, past the signature.
func (p *platform) deliver(id, body string) {
	p.t.Helper()
	checkout, ok := p.store.CheckoutByName("shop")
	if !ok {
		p.t.Fatal("there is no checkout shop")
	}
	webhook, err := model.ParseWebhook([]byte(body), noon)
	d := model.Delivery{Checkout: checkout.ID, WebhookID: id, Body: []byte(body), Received: noon, Webhook: webhook}
	if e, ok := errors.AsType[*model.Error](err); ok {
		d.Faults = e.Faults
	}
	if _, err := p.store.Receive(p.t.Context(), d); err != nil && len(d.Faults) == 0 {
		p.t.Fatal(err)
	}
}

// What help shows works when it is pasted.
func TestHelp_Examples_Work(t *testing.T) {
	keys := map[string]string{}
	for _, file := range []string{"bo.pub", "id_ed25519.pub"} {
		keys[file], _ = keyLine(t)
	}
	keys["tickets.csv"], keys["scans.csv"], keys["links.csv"] = orderFileText, "ticket,at\nT-1,2026-06-20T19:00:00Z", "name,email\nBo Lind,bo@example.com"
	keys["token.txt"] = "ck_1234:cs_5678"
	const sample = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGPKSUTyz1HwHReFVvD5obVsALAgJRNarH4TRpNePnAS"
	before := map[string]string{ // what an example needs done before it
		"key remove":         "promoter add Bo --key " + sample,
		"promoter remove":    "promoter add Bo Lind --key " + sample,
		"promoter set":       "promoter add Bo Lind --key " + sample,
		"promoter revoke":    "promoter invite Bo Lind bo@example.com",
		"key add --promoter": "promoter add Bo --key " + sample,
		"link restore":       "link archive ana",
		"link code remove":   "link code add ana ana10",

		"event set summerfest --shop": "checkout add webshop --kind woocommerce",
		"checkout set webshop":        "checkout add webshop --kind woocommerce",
		"report remove boss":          "report add boss@example.com --weekly",
		"report remove venue":         "report add venue@example.com --weekly --event summerfest",
		"hook remove":                 "hook add https://example.com/sales",
	}
	s := newSession(Env{Actor: model.Actor{Role: model.Admin}})
	s.root()
	ran := 0
	for _, leaf := range s.leaves {
		if leaf.Example == "" {
			t.Errorf("%s has no example", leaf.CommandPath())
		}
		for example := range strings.SplitSeq(leaf.Example, "\n") {
			t.Run(example, func(t *testing.T) {
				p := newPlatform(t)
				fresh := strings.Contains(example, "client add acme") || strings.Contains(example, "event add summerfest") || strings.Contains(example, "checkout add")
				if !fresh {
					p.seed()
				} else if !strings.Contains(example, "client add acme") {
					p.admin(`client add acme --name Acme --url https://tickets.example/acme`)
				}
				for start, line := range before {
					if strings.HasPrefix(example, start) {
						p.admin(line)
					}
				}
				if strings.HasPrefix(example, "inbox ") && strings.HasSuffix(example, "7") {
					for i := range 7 {
						p.deliver("w-x"+string(rune('a'+i)), `{"type":"order.placed","timestamp":"2026-06-01T10:00:00Z","data":{"id":"P-`+string(rune('a'+i))+`","version":1,"placed_at":"2026-06-01T10:00:00Z","currency":"GBP","tickets":[{"id":"P-T`+string(rune('a'+i))+`","event":"winterfest","type":"ga","face_value":1}]}}`)
					}
				}
				if strings.HasPrefix(example, "customer ") {
					p.deliver("w-kim", `{"type":"order.placed","timestamp":"2026-06-01T10:00:00Z","data":{"id":"A-1002","version":1,"placed_at":"2026-06-01T10:00:00Z","currency":"GBP","customer":{"email":"Kim@example.com"},"tickets":[{"id":"T-1002","event":"summerfest","type":"ga","face_value":1}]}}`)
				}
				example, _, _ = strings.Cut(example, " > ")
				line, file, piped := strings.Cut(strings.TrimPrefix(example, "-t "), " < ")
				if piped {
					p.in = keys[file] + "\n"
				}
				p.admin(line)
			})
			ran++
		}
	}
	if ran < 30 {
		t.Errorf("only %d examples were found", ran)
	}
}

func TestLinkAdd_CompetingLink_Warns(t *testing.T) {
	p := newPlatform(t)
	p.seed()
	if got := p.admin(`link add Cy cy@example.com --event summerfest --source social`); !strings.Contains(got, "Other sources already bring buyers to this page: ana (subpromoter, 1 order). Only the last link") {
		t.Errorf("no warning of the link that sells there: %s", got)
	}
	for _, line := range []string{`link add Di di@example.com --event summerfest`, `link add Di di@example.com --source social`} {
		if got := p.admin(line); strings.Contains(got, "Other sources") {
			t.Errorf("%s: %s", line, got)
		}
	}
}

func TestRun_ContextEnded_Stops(t *testing.T) {
	p := newPlatform(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	var out, errs strings.Builder
	code := Run(ctx, Env{Store: p.store, Actor: model.Actor{Role: model.Admin}, Out: &out, Err: &errs}, []string{"client", "list"})
	if code != 1 || out.Len() > 0 || !strings.HasPrefix(errs.String(), "the command was stopped") {
		t.Errorf("exit %d\n%s%s", code, out.String(), errs.String())
	}
}

// gone is a client that has closed its end.
type gone struct{}

func (gone) Write([]byte) (int, error) { return 0, io.ErrClosedPipe }

func TestRun_ReaderGone_NotLogged(t *testing.T) {
	fault := func(err error) string { t.Errorf("logged: %v", err); return "" }
	code := Run(t.Context(), Env{Store: fakeStore{}, Actor: model.Actor{Role: model.Admin}, Out: gone{}, Err: gone{}, Fault: fault}, []string{"stats"})
	if code != 1 {
		t.Errorf("exit %d", code)
	}
}

// The words of the contract, one after another, as the platform's first day.
func TestRun_FirstDay_AnswersOfTheContract(t *testing.T) {
	p := newPlatform(t)
	p.seed()
	golden(t, "day-stats", p.admin("stats"))
	golden(t, "day-stats-csv", p.admin("stats --csv"))
	golden(t, "day-explain", p.admin("order explain A-1001"))
	for _, c := range []struct {
		role model.Role
		args []string
		code int
		want string
	}{
		{model.Member, []string{"link", "add", "Cy", "cy@example.com", "--code", "ana"}, 1, "the code \"ana\" is taken: "},
		{model.Member, []string{"link", "add", "Cy", "nowhere"}, 1, `email "nowhere" is not an e-mail address`},
		{model.Member, []string{"link", "add", "Cy", "cy@example.com", "--source", "tv"}, 1, `--source "tv" must be one of`},
		{model.Member, []string{"link", "add", "Cy", "cy@example.com", "--event", "nothere"}, 1, `there is no event "nothere"`},
		{model.Member, []string{"link", "show", "nothere"}, 1, `there is no link "nothere"`},
		{model.Member, []string{"link", "show", "ANA."}, 0, ""},
		{model.Member, []string{"stats", "--client", "other"}, 1, `there is no client "other"`},
		{model.Member, []string{"stats", "--from", "may"}, 1, `--from "may" must be a day such as 2026-06-01, today or yesterday`},
		{model.Member, []string{"stats", "--from", "yesterday", "--to", "Today"}, 0, ""},
		{model.Admin, []string{"client", "set", "acme", "--window", "45x"}, 1, `--window "45x" must be a whole number`},
		{model.Admin, []string{"client", "set", "--window", "45s"}, 0, ""},
		{model.Admin, []string{"checkout", "remove", "nothere"}, 1, `there is no checkout "nothere"`},
		{model.Admin, []string{"inbox", "show", "seven"}, 1, `id "seven" must be a number`},
		{model.Owner, []string{"promoter", "add", "Bo", "--key", "nonsense"}, 1, "--key is not an SSH public key"},
		{model.Viewer, []string{"order", "list", "--limit", "0"}, 1, "--limit 0 must be from 1 to 10,000"},
	} {
		got := p.as(c.role, c.args...)
		if got.code != c.code || !strings.HasPrefix(got.err, c.want) {
			t.Errorf("%s %q: exit %d\n%s", c.role, c.args, got.code, got.err)
		}
	}
}
