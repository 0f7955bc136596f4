package command

import (
	"encoding/json"
	"io"
	"regexp"
	"strings"
	"testing"
	"time"

	"golang.org/x/crypto/ssh"

	"lastclick/model"
)

func TestInvite_UntilJoined_ListedWithoutItsCode(t *testing.T) {
	p := newPlatform(t)
	p.seed()
	var invite model.Invite
	if err := json.Unmarshal([]byte(p.admin(`promoter invite "Bo Lind" bo@example.com --role viewer --json`)), &invite); err != nil {
		t.Fatal(err)
	}
	if invite.Name != "Bo Lind" || invite.Email != "bo@example.com" || invite.Role != model.Viewer || !invite.ExpiresAt.After(noon) || len(invite.Code) < 12 {
		t.Errorf("invited: %+v", invite)
	}
	list := p.admin("promoter list")
	if !strings.Contains(list, "Invited, not joined yet\n") || strings.Contains(list, invite.Code) || strings.Contains(p.admin("promoter list --json"), `"code"`) {
		t.Errorf("an open invite is listed without its code:\n%s", list)
	}
	if rows := p.admin("promoter list --csv"); !strings.Contains(rows, "Bo Lind,bo@example.com,viewer,acme,,,2026-06-01T10:00:00Z,2026-06-08T10:00:00Z\n") {
		t.Errorf("as CSV:\n%s", rows)
	}

	line, pub := keyLine(t)
	actor, err := p.store.Join(t.Context(), invite.Code, model.Key{Fingerprint: ssh.FingerprintSHA256(pub), Public: line})
	if err != nil || actor.Name != "Bo Lind" || actor.Role != model.Viewer || actor.Client != "acme" {
		t.Fatalf("joined as %+v, %v", actor, err)
	}
	if list := p.admin("promoter list"); strings.Contains(list, "Invited") || !strings.Contains(list, "Bo Lind") {
		t.Errorf("an invite that was used is listed:\n%s", list)
	}
	if got := p.as(model.Owner, "promoter", "invite", "Bo", "Lind", "bo@example.com"); got.code != 1 || !strings.HasPrefix(got.err, "the name \"Bo Lind\" is taken") {
		t.Errorf("who is there is invited: exit %d, %s", got.code, got.err)
	}

	code := regexp.MustCompile(`[a-z0-9]{4}(-[a-z0-9]{4}){3}`).FindString(p.admin(`promoter invite "Cy" cy@example.com`))
	p.admin("promoter revoke Cy")
	if _, err := p.store.Join(t.Context(), code, model.Key{Fingerprint: "SHA256:cy", Public: line}); model.KindOf(err) != model.NotFound {
		t.Errorf("the code %q of a revoked invite: %v", code, err)
	}
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"promoter", "revoke", "Cy"}, `there is no invite "Cy"`},
		{[]string{"promoter", "invite", "Di", "nowhere"}, `email "nowhere" is not an e-mail address`},
		{[]string{"promoter", "invite", "Di", "di@example.com", "--role", "boss"}, `--role "boss" must be owner, member or viewer`},
		{[]string{"promoter", "invite", "Di", "di@example.com", "--role", "admin"}, "only an admin of the platform may do this"},
	} {
		if got := p.as(model.Owner, c.args...); got.code != 1 || !strings.HasPrefix(got.err, c.want) {
			t.Errorf("%q: exit %d\n%s", c.args, got.code, got.err)
		}
	}
}

func TestLinkResend_Sent_QueuedAgain(t *testing.T) {
	p := newPlatform(t)
	p.seed()
	if got, want := p.admin("link resend house"), "The welcome mail to house@example.com is queued.\n"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	if got := p.admin("link show house"); !strings.Contains(got, "The welcome mail to house@example.com is queued.") {
		t.Error(got)
	}
	p.admin("link archive house")
	if got := p.as(model.Member, "link", "resend", "house"); got.code != 1 || got.err == "" {
		t.Errorf("the mail of an archived link is sent: exit %d", got.code)
	}
}

func TestMailed_Failed_SaysWhatToDo(t *testing.T) {
	fault := "550 no such mailbox"
	for state, want := range map[model.MailState]string{
		model.MailQueued:  "is queued: the last try failed (550 no such mailbox), and it is tried again.",
		model.MailWritten: "is written to DATA/outbox, no mail server set: it has reached no one. Give the owner the shortlink yourself, or send the mail again (link resend) once the daemon has --smtp.",
		model.MailFailed:  "could not be sent (550 no such mailbox): check the address (link set --email) and send it again (link resend), or give the owner the shortlink yourself.",
	} {
		if got := (&session{}).mailed(model.Link{Email: "ana@example.com", Mail: state}, &fault); got != "The welcome mail to ana@example.com "+want {
			t.Error(got)
		}
	}
}

// Where there is no mail server nothing is queued for anyone: that is said at once.
func TestMail_NoServer_SaysWhereItGoes(t *testing.T) {
	for line, want := range map[string]string{
		"link add Ana ana@example.com":   "is written to DATA/outbox, no mail server set: it reaches no one. Give the owner",
		"link resend ana":                "is written to DATA/outbox, no mail server set: it reaches no one. Give the owner",
		"link show ana":                  "is written to DATA/outbox, no mail server set: it reaches no one. Give the owner",
		"promoter invite Bo b@x.example": "is written to DATA/outbox, no mail server set. ",
	} {
		var out, errs strings.Builder
		code := Run(t.Context(), Env{Store: fakeStore{name: "Ana"}, Actor: model.Actor{Role: model.Owner, Client: "acme"}, MailsToFiles: true, Out: &out, Err: &errs, Now: func() time.Time { return noon }}, strings.Fields(line))
		if got := out.String(); code != 0 || !strings.Contains(got, want) || strings.Contains(got, "queued") {
			t.Errorf("%s: exit %d, %s%s", line, code, got, errs.String())
		}
	}
}

// The commands that are shown reach the server as the person does.
func TestHints_SSHFlags_StandInThem(t *testing.T) {
	var out strings.Builder
	Run(t.Context(), Env{Store: fakeStore{}, Actor: model.Actor{Role: model.Owner, Client: "acme"}, Address: "tickets.example:2222", SSHFlags: "-i /tmp/key", Out: &out, Err: io.Discard, Now: func() time.Time { return noon }}, []string{"help"})
	if got := out.String(); !strings.Contains(got, "ssh -i /tmp/key -p 2222 tickets.example") || strings.Contains(got, "ssh -p") {
		t.Error(got)
	}
}

// An answer that was lost on its way must not make the second try a failure.
func TestInboxRetry_AppliedBefore_Succeeds(t *testing.T) {
	p := newPlatform(t)
	p.seed()
	p.deliver("w-2", `{"type":"order.placed","timestamp":"2026-06-01T10:00:00Z","data":{"id":"A-2","version":1,"placed_at":"2026-06-01T10:00:00Z","currency":"GBP","tickets":[{"id":"T-2","event":"winterfest","type":"ga","face_value":1}]}}`)
	if got := p.admin("inbox retry 1 --json"); got != `{"status":"parked","reason":"unknown_event","event":"winterfest"}`+"\n" {
		t.Errorf("before its event is known: %s", got)
	}
	p.admin("event add winterfest --name Winterfest --url https://tickets.example/winterfest")
	for range 2 {
		if got := p.admin("inbox retry 1 --json"); got != `{"status":"duplicate"}`+"\n" {
			t.Errorf("after it was applied: %s", got)
		}
	}
	if got := p.as(model.Admin, "inbox", "retry", "99"); got.code != 1 {
		t.Errorf("exit %d, %s", got.code, got.err)
	}
}
