package command

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"golang.org/x/crypto/ssh"

	"lastclick/db"
	"lastclick/model"
)

// access says of each command who may use it, and how it is called with things of a client
// in it. A command that is not here fails the test below: say who may use it.
//
// Words in capitals stand for things: see things. What a command does without one is not
// of another client.
var access = map[string]struct {
	role  model.Role // the least; empty: all who are signed in
	lines []string
}{
	"link add":           {model.Member, []string{"New x@example.com --no-mail", "New x@example.com --no-mail --event EVENT"}},
	"link list":          {model.Viewer, []string{"", "--all", "--json", "--csv"}},
	"link show":          {model.Viewer, []string{"LINK", "LINK --json"}},
	"link test":          {model.Viewer, []string{"LINK", "LINK --json"}},
	"link set":           {model.Member, []string{"LINK --name Taken", "LINK --new-stats-token"}},
	"link archive":       {model.Member, []string{"LINK"}},
	"link restore":       {model.Member, []string{"LINK"}},
	"link resend":        {model.Member, []string{"LINK"}},
	"link qr":            {model.Viewer, []string{"LINK"}},
	"link import":        {model.Member, []string{"--dry-run"}},
	"link code add":      {model.Member, []string{"LINK more"}},
	"link code remove":   {model.Member, []string{"LINK more", "LINK ALIAS"}},
	"stats":              {model.Viewer, []string{"", "--json", "--csv", "--link LINK", "--event EVENT", "--link LINK --json"}},
	"statement":          {model.Owner, []string{"LINK --from 2026-05-01 --to 2026-05-31", "LINK --from today --to today --json", "LINK --from 2026-05-01 --to 2026-05-31 --rate 10% --csv"}},
	"order list":         {model.Viewer, []string{"", "--json", "--link LINK", "--event EVENT", "--unattributed"}},
	"order explain":      {model.Viewer, []string{"ORDER", "ORDER --json", "ORDER --checkout shop", "A-1001 --checkout CHECKOUT"}},
	"order import":       {model.Admin, []string{"--dry-run", "--checkout CHECKOUT"}},
	"scan import":        {model.Admin, []string{"--dry-run", "--checkout CHECKOUT"}},
	"export":             {model.Viewer, []string{"links", "orders", "tickets"}},
	"event add":          {model.Member, []string{"new-fest --name New --url https://tickets.example/new"}},
	"event list":         {model.Viewer, []string{"", "--json", "--csv"}},
	"event show":         {model.Viewer, []string{"EVENT", "EVENT --json"}},
	"event set":          {model.Member, []string{"EVENT --name Taken", "summerfest --shop CHECKOUT:1"}},
	"promoter invite":    {model.Owner, []string{"New x@example.com"}},
	"promoter revoke":    {model.Owner, []string{"INVITED"}},
	"promoter add":       {model.Owner, []string{"New --key -"}},
	"promoter list":      {model.Owner, []string{"", "--json", "--csv"}},
	"promoter set":       {model.Owner, []string{"PERSON --role viewer"}},
	"promoter remove":    {model.Owner, []string{"PERSON"}},
	"key add":            {model.Owner, []string{"--promoter PERSON -"}},
	"key list":           {model.Owner, []string{"", "--json", "--csv"}},
	"key remove":         {model.Owner, []string{"KEY"}},
	"client add":         {model.Admin, []string{"more --name More --url https://tickets.example/more"}},
	"client list":        {model.Admin, []string{"", "--json"}},
	"client show":        {model.Owner, []string{"", "CLIENT", "CLIENT --json"}},
	"client set":         {model.Admin, []string{"CLIENT --name Taken"}},
	"checkout add":       {model.Admin, []string{"more"}},
	"checkout list":      {model.Admin, []string{"", "--json"}},
	"checkout show":      {model.Admin, []string{"CHECKOUT"}},
	"checkout test":      {model.Admin, []string{"CHECKOUT"}},
	"checkout set":       {model.Admin, []string{"CHECKOUT --url https://shop.example"}},
	"checkout rotate":    {model.Admin, []string{"CHECKOUT"}},
	"checkout remove":    {model.Admin, []string{"CHECKOUT"}},
	"hook add":           {model.Owner, []string{"https://acme.example/more"}},
	"hook list":          {model.Owner, []string{"", "--json", "--csv"}},
	"hook test":          {model.Owner, []string{"HOOK"}},
	"hook remove":        {model.Owner, []string{"HOOK"}},
	"inbox list":         {model.Admin, []string{"", "--json"}},
	"inbox show":         {model.Admin, []string{"1"}},
	"inbox retry":        {model.Admin, []string{"1"}},
	"inbox dismiss":      {model.Admin, []string{"1"}},
	"report add":         {model.Owner, []string{"x@example.com --weekly", "x@example.com --daily --event EVENT"}},
	"report list":        {model.Owner, []string{"", "--json", "--csv"}},
	"report remove":      {model.Owner, []string{"MAILED"}},
	"customer show":      {model.Admin, []string{"zebra-customer", "zebra-customer --json --checkout CHECKOUT"}},
	"customer erase":     {model.Admin, []string{"zebra-customer", "zebra-customer --checkout CHECKOUT"}},
	"privacy":            {model.Admin, []string{"", "--json"}},
	"receipt-key list":   {model.Admin, []string{"", "--json"}},
	"receipt-key rotate": {model.Admin, []string{"", "--end-old --force"}},
	"host-key show":      {model.Admin, []string{"", "--json"}},
	"host-key rotate":    {model.Admin, []string{"", "--now"}},
	"plain":              {model.Viewer, []string{""}},
	"audit":              {model.Owner, []string{"", "--json", "--csv"}},
	"theme":              {"", []string{"", "dark", "--json"}},
	"keys list":          {"", []string{"", "--json", "--csv"}},
	"keys set":           {"", []string{"up=i"}},
	"keys reset":         {"", []string{"", "up"}},
	"whoami":             {"", []string{"", "--json"}},
	"help":               {"", []string{"", "link", "webhook"}},
}

// things are what a command's line names: one of the client zebra, and one that does not
// exist. A key's are set by the test.
func things() map[string][2]string {
	return map[string][2]string{
		"LINK": {"zebra-link", "ghost-link"}, "ALIAS": {"zebra-more", "ghost-more"}, "EVENT": {"zebra-fest", "ghost-fest"}, "ORDER": {"ZEBRA-1", "GHOST-1"},
		"CHECKOUT": {"zebra-box", "ghost-box"}, "PERSON": {"Zebra-Viewer", "Ghost-Viewer"}, "INVITED": {"Zebra-Guest", "Ghost-Guest"}, "CLIENT": {"zebra", "ghost"}, "MAILED": {"zebra-boss@example.com", "ghost-boss@example.com"}, "HOOK": {"https://zebra.example/in", "https://ghost.example/in"},
	}
}

// team is a client with something of each kind, and its people by role.
func (p *platform) team(client, order string) map[model.Role]model.Actor {
	p.t.Helper()
	title := strings.ToUpper(client[:1]) + client[1:]
	line := func(format string, args ...any) { p.admin(fmt.Sprintf(format, args...) + " --client " + client) }
	p.admin(fmt.Sprintf("client add %s --name %s --url https://tickets.example/%s", client, title, client))
	line("event add %s-fest --name %sFest --url https://tickets.example/%s-fest", client, title, client)
	line("link add %sLink %s@example.com --code %s-link --event %s-fest", title, client, client, client)
	line("link code add %s-link %s-more", client, client)
	line("checkout add %s-box", client)
	line("hook add https://%s.example/in", client)
	line("report add %s-boss@example.com --weekly --event %s-fest", client, client)
	line("promoter invite %s-Guest %s-guest@example.com", title, client)
	people := map[model.Role]model.Actor{}
	for _, role := range model.Roles {
		key, pub := keyLine(p.t)
		p.in = key + "\n"
		line("promoter add %s-%s --role %s --key -", title, strings.ToUpper(string(role[:1]))+string(role[1:]), role)
		actor, err := p.store.Identify(p.t.Context(), ssh.FingerprintSHA256(pub))
		if err != nil {
			p.t.Fatal(err)
		}
		people[role] = actor
	}
	p.deliver("w-"+client, fmt.Sprintf(`{"type":"order.placed","timestamp":"2026-06-01T10:00:00Z","data":{"id":%q,"version":1,"placed_at":"2026-06-01T10:00:00Z","currency":"GBP",
		"customer":{"id":"%s-customer"},"tracking":{"code":"%s-link"},"tickets":[{"id":"%s-T","event":"%s-fest","type":"ga","type_name":"%s Admission","face_value":4500}]}}`, order, client, client, client, client, title))
	return people
}

// by runs a command as the person, with a key on standard input.
func (p *platform) by(a model.Actor, line string) result {
	p.t.Helper()
	key, _ := keyLine(p.t)
	var out, errs bytes.Buffer
	code := Run(p.t.Context(), Env{
		Store: p.store, Actor: a, In: strings.NewReader(key + "\n"), Out: &out, Err: &errs, Connector: fakeConnector{}, Address: "tickets.example:2222",
		Now: func() time.Time { return noon }, Hooks: storeHooks{p.store},
	}, split(p.t, line))
	return result{out: out.String(), err: errs.String(), code: code}
}

// storeHooks pings the hooks that the store has.
type storeHooks struct{ store *db.Store }

func (storeHooks) Check(string) error { return nil }

func (h storeHooks) Ping(ctx context.Context, a model.Actor, url string) (model.HookAnswer, error) {
	to, err := h.store.HookTarget(ctx, a, url)
	return model.HookAnswer{URL: to.URL, OK: true}, err
}

// Every command, by every role of every client: refused by a sentence to a role that may
// not, and what is another client's is answered, to the byte, as what does not exist.
func TestCommands_EachRoleAndClient_SeesItsOwnAlone(t *testing.T) {
	p := newPlatform(t)
	p.seed()
	acme, zebra := map[model.Role]model.Actor{}, p.team("zebra", "ZEBRA-1")
	for _, role := range model.Roles {
		key, pub := keyLine(t)
		p.in = key + "\n"
		p.admin(fmt.Sprintf("promoter add Acme-%s --role %s --key - --client acme", role, role))
		a, err := p.store.Identify(t.Context(), ssh.FingerprintSHA256(pub))
		if err != nil {
			t.Fatal(err)
		}
		acme[role] = a
	}
	things := things()
	_, unknown := keyLine(t)
	things["KEY"] = [2]string{zebra[model.Viewer].Key, ssh.FingerprintSHA256(unknown)}
	state := func() (all string) {
		for _, line := range []string{"link list --all --json", "event list --json", "promoter list --json", "key list --json", "hook list --json", "client show --json", "stats --json", "export orders"} {
			all += p.admin(line + " --client zebra")
		}
		return all + p.admin("checkout list --json") + p.admin("client list --json")
	}
	before := state()
	for _, line := range []string{ // the things are there, for their own people
		"link show zebra-link", "link qr zebra-link", "stats --link zebra-link", "stats --event zebra-fest", "order list --link zebra-link", "order list --event zebra-fest",
		"order explain ZEBRA-1", "event show zebra-fest", "client show", "client show zebra", "hook test https://zebra.example/in",
	} {
		if got := p.by(zebra[model.Owner], line); got.code != 0 || !strings.Contains(strings.ToLower(got.out), "zebra") && !strings.HasPrefix(line, "hook") && !strings.HasPrefix(line, "link qr") {
			t.Errorf("%s: exit %d %s%s", line, got.code, got.out, got.err)
		}
	}

	s := newSession(Env{Actor: model.Actor{Role: model.Admin}})
	s.root()
	classed := map[string]bool{}
	for _, leaf := range s.leaves {
		path := strings.TrimPrefix(leaf.CommandPath(), "lastclick ")
		rule, ok := access[path]
		if !ok {
			t.Errorf("%s is new: say in access who may use it, and with what of a client", path)
			continue
		}
		classed[path] = true
		for _, line := range rule.lines {
			for _, role := range model.Roles {
				p.tries(acme[role], strings.TrimSpace(path+" "+line), rule.role, things)
			}
		}
	}
	for path := range access {
		if !classed[path] {
			t.Errorf("%s is no command any more", path)
		}
	}
	if after := state(); after != before {
		t.Errorf("the other client's things have changed:\n%s\n%s", before, after)
	}
}

// tries runs the line as the person of the client acme.
func (p *platform) tries(a model.Actor, line string, least model.Role, things map[string][2]string) {
	t := p.t
	t.Helper()
	named := func(which int) (filled string, names []string) {
		filled = line
		for word, of := range things {
			if strings.Contains(filled, word) {
				filled = strings.ReplaceAll(filled, word, of[which])
				names = append(names, of[which])
			}
		}
		return filled, names
	}
	// anonymous is the answer without the names that the line itself gave.
	anonymous := func(r result, names ...string) result {
		for _, name := range names {
			for _, form := range []string{name, strings.ToLower(name)} {
				r.out, r.err = strings.ReplaceAll(r.out, form, "…"), strings.ReplaceAll(r.err, form, "…")
			}
		}
		return r
	}
	theirs, theirNames := named(0)
	none, noNames := named(1)
	if least != "" && !a.Can(least) {
		want, _ := model.PublicMessage(a.Require(least))
		for _, l := range []string{theirs, none, theirs + " --client zebra"} {
			if got := p.by(a, l); got.code != 1 || got.out != "" || got.err != want+"\n" {
				t.Errorf("%s of acme, %s: exit %d %q %q, want %q", a.Role, l, got.code, got.out, got.err, want)
			}
		}
		return
	}
	for _, more := range []struct{ theirs, none string }{{"", ""}, {" --client zebra", " --client ghost"}} {
		if more.theirs == "" && theirs == none {
			if got := p.by(a, theirs); strings.Contains(strings.ToLower(got.out+got.err), "zebra") || strings.Contains(got.err, "your role") || strings.Contains(got.err, "only an admin") {
				t.Errorf("%s of acme, %s: exit %d\n%s%s", a.Role, theirs, got.code, got.out, got.err)
			}
			continue
		}
		other := anonymous(p.by(a, theirs+more.theirs), append(theirNames, "zebra")...)
		ghost := anonymous(p.by(a, none+more.none), append(noNames, "ghost")...)
		if other != ghost {
			t.Errorf("%s of acme, %s%s: another client's thing is told from none:\n%+v\n%+v", a.Role, theirs, more.theirs, other, ghost)
		}
		if strings.Contains(strings.ToLower(other.out+other.err), "zebra") || theirs != none && other.code != 1 {
			t.Errorf("%s of acme, %s%s: exit %d\n%s%s", a.Role, theirs, more.theirs, other.code, other.out, other.err)
		}
	}
}
