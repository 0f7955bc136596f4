package command

import (
	"context"
	"errors"
	"strings"
	"testing"

	"lastclick/model"
)

func TestRun_WrongUsage_Exits2WithTheUsageLine(t *testing.T) {
	for _, c := range []struct {
		args []string
		want string
	}{
		{nil, "no command is given"},
		{[]string{"--json"}, "no command is given"},
		{[]string{"lnk"}, `there is no command "lnk": did you mean "link"?`},
		{[]string{"ls", "-la"}, `there is no command "ls"`},
		{[]string{"link"}, "link needs one more word: add, "},
		{[]string{"link", "lst"}, `there is no command "link lst": did you mean "link list"?`},
		{[]string{"link", "add"}, "NAME is missing"},
		{[]string{"link", "add", "ana@example.com"}, "EMAIL is missing"},
		{[]string{"link", "list", "--al"}, "there is no flag --al here"},
		{[]string{"link", "list", "-a"}, "flags are long here"},
		{[]string{"link", "set", "ana"}, "nothing is changed"},
		{[]string{"link", "list", "--json", "--csv"}, "--json and --csv exclude one another"},
		{[]string{"link", "show", "ana", "--csv"}, "there is no flag --csv here"},
		{[]string{"event", "add", "gala"}, "--name and --url must be given"},
		{[]string{"event", "add", "gala", "--name", "Big", "Gala", "--url", "https://x.example"}, `"Gala" is one word too many`},
		{[]string{"order", "list", "--limit", "many"}, `--limit does not take "many"`},
		{[]string{"order", "list", "--limit"}, "--limit needs a value"},
		{[]string{"__complete", "link", ""}, `there is no command "__complete"`},
		{[]string{"completion", "bash"}, `there is no command "completion"`},
		{[]string{"help", "lnk"}, `there is no command "lnk"`},
		{[]string{"export"}, "WHAT is missing"},
		{[]string{"export", "customers"}, `"customers" cannot be exported: choose one of links, orders, tickets`},
		{[]string{"export", "links", "--json"}, "export prints CSV"},
		{[]string{"promoter", "invite", "bo@example.com"}, "EMAIL is missing"},
		{[]string{"\x1b]0;owned\a"}, `there is no command "^[]0;owned^G"`},
	} {
		got := caller{store: fakeStore{}, role: model.Admin}.run(t, c.args...)
		lines := strings.Split(strings.TrimSuffix(got.err, "\n"), "\n")
		if got.code != 2 || got.out != "" || !strings.HasPrefix(got.err, c.want) || len(lines) != 3 || !strings.HasPrefix(lines[1], "Usage: ssh -p 2222 tickets.example ") {
			t.Errorf("%q: exit %d\nout: %s\nerr: %s", c.args, got.code, got.out, got.err)
		}
	}
}

// A command's help is the manual, so asking for it is no fault.
func TestHelp_Asked_Exits0(t *testing.T) {
	for _, line := range []string{"help", "--help", "link --help", "link add --help", "help link", "help link add", "stats -h"} {
		got := caller{store: fakeStore{}, role: model.Viewer}.run(t, words(line)...)
		if got.code != 0 || got.err != "" || !strings.Contains(got.out, "Usage: ssh -p 2222 tickets.example") {
			t.Errorf("%s: exit %d\n%s%s", line, got.code, got.out, got.err)
		}
	}
}

// What a role may not do is left out of help, and still answers.
func TestRoles_EachRole_ShownOrDenied(t *testing.T) {
	for role, want := range map[model.Role]struct{ shown, denied string }{
		model.Viewer: {"stats,link list,link show,link qr,order list,order explain,export,event list,event show,whoami,help", "promoter invite Bo bo@example.com,promoter revoke Bo,link resend ana,link add Ana a@example.com,link archive ana,event add gala --name G --url https://x.example,key list,audit,inbox list,client list,checkout add shop,hook list"},
		model.Member: {"link add,link resend,event add", "promoter list,promoter invite Bo bo@example.com,promoter revoke Bo,key add x,audit,client list,hook add https://x.example"},
		model.Owner:  {"promoter invite,promoter add,promoter revoke,key remove,hook add,hook test,audit", "client add x --name n --url https://x.example,checkout list,inbox retry 7"},
		model.Admin:  {"client add,checkout rotate,inbox show", ""},
		"":           {"help,whoami", "stats,link list"},
	} {
		help := caller{store: fakeStore{}, role: role}.run(t, "help").out
		for c := range strings.SplitSeq(want.shown, ",") {
			if !strings.Contains(help, "\n  "+c) {
				t.Errorf("help for %q leaves %q out", role, c)
			}
		}
		if want.denied == "" {
			continue
		}
		for c := range strings.SplitSeq(want.denied, ",") {
			name := strings.Join(words(c)[:min(2, len(words(c)))], " ")
			if strings.Contains(help, "\n  "+name+" ") {
				t.Errorf("help for %q offers %q", role, name)
			}
			if got := (caller{store: fakeStore{}, role: role}).run(t, words(c)...); got.code != 1 || got.out != "" || got.err == "" {
				t.Errorf("%q may %s: exit %d %s", role, c, got.code, got.err)
			}
		}
	}
}

// A refusal says who can do it, also where a noun stands alone.
func TestRoles_Denied_SaysWhoCan(t *testing.T) {
	const owner, admin = ": an owner of acme can do it, and so can an admin of the platform\n", "only an admin of the platform may do this\n"
	for line, want := range map[string]string{
		"key": owner, "key list": owner, "key add": owner, "promoter": owner, "report": owner, "hook": owner, "client": owner, "audit": owner,
		"inbox": admin, "checkout": admin, "customer": admin, "client list": admin, "privacy": admin,
		"link archive ana": ": a member or an owner of acme can do it, and so can an admin of the platform\n",
	} {
		if got := (caller{store: fakeStore{}, role: model.Viewer}).run(t, words(line)...); got.code != 1 || !strings.HasSuffix(got.err, want) {
			t.Errorf("%s: exit %d, %s", line, got.code, got.err)
		}
	}
}

// Errors of the store are sentences that name the flag and the remedy; what is
// inside of us stays inside.
func TestRun_StoreError_Exits1WithASentence(t *testing.T) {
	for _, c := range []struct {
		err  error
		want string
	}{
		{model.NotFoundError("link", "x"), "there is no link \"x\"\n"},
		{model.Invalidf("event", `event "x" is over`), "--event \"x\" is over\n"},
		{&model.Error{Kind: model.Conflict, Field: "code", Msg: `code "ana" is taken`, Hint: "choose another"}, "code \"ana\" is taken: choose another\n"},
		{&model.Error{Kind: model.Busy, Msg: "the store is busy"}, "the store is busy: nothing was done, try again in a moment\n"},
		{model.Faulty(model.Fault{Field: "data.id", Detail: "is missing"}), "the content is invalid: correct the fields named in errors and send it again; the body is kept for the admin\ndata.id is missing\n"},
		{&model.Error{Kind: model.Invalid, Msg: "no \x1b[31m\nred"}, "no ^[[31m red\n"},
		{&model.Error{Msg: "sql: table links is locked", Err: errors.New("secret")}, "something went wrong on the server: try again, and if it happens again, give the admin this id: f-17\n"},
		{errors.New("sql: secret"), "something went wrong on the server: try again, and if it happens again, give the admin this id: f-17\n"},
		{context.Canceled, "the command was stopped before it answered: check whether it took effect before you try again\n"},
	} {
		d := caller{store: fakeStore{err: c.err}, role: model.Admin, fault: func(error) string { return "f-17" }}
		for _, args := range [][]string{{"stats"}, {"stats", "--json"}} {
			if got := d.run(t, args...); got.code != 1 || got.out != "" || got.err != c.want {
				t.Errorf("%v: exit %d, out %q, err %q, want %q", c.err, got.code, got.out, got.err, c.want)
			}
		}
	}
}
