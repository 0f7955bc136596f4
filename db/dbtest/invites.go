package dbtest

import (
	"fmt"
	"regexp"
	"strings"
	"sync"

	"lastclick/model"
)

// invite invites a person to acme, or an admin.
func (w *World) invite(name, email string, role model.Role) model.Invite {
	w.Helper()
	i, err := w.Store.Invite(w.Ctx, w.Admin, model.NewPerson{Name: name, Email: email, Role: role})
	w.Must(err)
	return i
}

// refused fails unless the code is refused, with the answer that every such code
// gets.
func (w *World) refused(code string) {
	w.Helper()
	_, err := w.Store.Join(w.Ctx, code, key("stranger"))
	_, wrong := w.Store.Join(w.Ctx, "bcdf-ghjk-mnpq-rstv", key("stranger"))
	w.wantKind(err, model.NotFound)
	if fmt.Sprint(err) != fmt.Sprint(wrong) {
		w.Errorf("%q is told from a wrong code: %v, %v", code, err, wrong)
	}
}

var inviteTests = []test{
	{"an invited person joins with a key, once", func(w *World) {
		i := w.invite("Mia", "mia@example.com", model.Member)
		if !regexp.MustCompile(`^([b-df-hjkmnp-tv-z2-9]{4}-){3}[b-df-hjkmnp-tv-z2-9]{4}$`).MatchString(i.Code) {
			w.Errorf("code %q", i.Code)
		}
		if i.Name != "Mia" || i.Email != "mia@example.com" || i.Role != model.Member || i.Client == nil || *i.Client != "acme" || i.ExpiresAt.Sub(i.CreatedAt).Hours() != 7*24 {
			w.Errorf("invited %s", asJSON(i))
		}
		a, err := w.Store.Join(w.Ctx, i.Code, key("mia"))
		w.Must(err)
		if want := (model.Actor{Person: a.Person, Name: "Mia", Role: model.Member, Client: "acme", Key: "SHA256:mia"}); a != want || a.Person == 0 {
			w.Errorf("joined as %+v, want %+v", a, want)
		}
		if known, err := w.Store.Identify(w.Ctx, "SHA256:mia"); err != nil || known != a {
			w.Errorf("signs in as %+v, %v", known, err)
		}
		w.refused(i.Code)
		people, err := w.Store.People(w.Ctx, As("acme"))
		w.Must(err)
		if len(people) != 1 || people[0].Email == nil || *people[0].Email != "mia@example.com" || len(people[0].Keys) != 1 {
			w.Errorf("people %s", asJSON(people))
		}
		audit, err := w.Store.Audit(w.Ctx, As("acme"), model.Paging{Limit: 2})
		w.Must(err)
		if audit.Items[0].Action != "promoter join" || audit.Items[0].Actor != "Mia" || audit.Items[1].Action != "promoter invite" || audit.Items[1].Actor != "root" {
			w.Errorf("audit %s", asJSON(audit))
		}
		if all := asJSON(audit); strings.Contains(all, i.Code) {
			w.Errorf("the audit holds the code: %s", all)
		}
	}},
	{"a code is typed as people type", func(w *World) {
		for n, typed := range []func(string) string{
			strings.ToUpper,
			func(s string) string { return strings.ReplaceAll(s, "-", "") },
			func(s string) string { return " " + strings.ReplaceAll(s, "-", " \t") + "\r\n" },
			func(s string) string { return strings.ReplaceAll(s, "-", "–") },
			func(s string) string { return strings.ReplaceAll(s, "-", "\u00a0") },
		} {
			name := fmt.Sprint("mia", n)
			i := w.invite(name, "", model.Viewer)
			if _, err := w.Store.Join(w.Ctx, typed(i.Code), key(name)); err != nil {
				w.Errorf("%q: %v", typed(i.Code), err)
			}
		}
		for _, code := range []string{"", "-", "x", strings.Repeat("b", 100_000), "\x00", "\xff\xfe", "'; DROP TABLE invites --"} {
			w.refused(code)
		}
	}},
	{"one open invite for a name", func(w *World) {
		first := w.invite("Mia", "", model.Member)
		second := w.invite("mia", "mia@example.com", model.Owner)
		w.refused(first.Code)
		list, err := w.Store.Invites(w.Ctx, As("acme"))
		w.Must(err)
		if len(list) != 1 || list[0].Name != "mia" || list[0].Role != model.Owner || list[0].Code != "" || list[0].Email != "mia@example.com" || !list[0].ExpiresAt.Equal(second.ExpiresAt) {
			w.Errorf("invites %s", asJSON(list))
		}
		w.AddClient("zenith")
		_, err = w.Store.Invite(w.Ctx, As("zenith"), model.NewPerson{Name: "Mia"}) // another client's Mia
		w.Must(err)
		_, err = w.Store.Join(w.Ctx, second.Code, key("mia"))
		w.Must(err)
		_, err = w.Store.Invite(w.Ctx, As("acme"), model.NewPerson{Name: "MIA"})
		w.wantKind(err, model.Conflict)
		list, err = w.Store.Invites(w.Ctx, As("acme"))
		w.Must(err)
		if len(list) != 0 {
			w.Errorf("invites %s", asJSON(list))
		}
	}},
	{"a revoked invite cannot be used", func(w *World) {
		i := w.invite("Mia", "", "")
		w.Must(w.Store.RevokeInvite(w.Ctx, As("acme"), "MIA"))
		w.refused(i.Code)
		w.wantKind(w.Store.RevokeInvite(w.Ctx, As("acme"), "Mia"), model.NotFound)
		audit, err := w.Store.Audit(w.Ctx, As("acme"), model.Paging{Limit: 1})
		w.Must(err)
		if audit.Items[0].Action != "promoter revoke" || audit.Items[0].Object != "Mia" {
			w.Errorf("audit %s", asJSON(audit))
		}
	}},
	{"a known key does not join, and the code stays good", func(w *World) {
		w.person("olga", model.Owner)
		i := w.invite("Mia", "", model.Member)
		_, err := w.Store.Join(w.Ctx, i.Code, key("olga"))
		w.wantKind(err, model.Conflict)
		if people, err := w.Store.People(w.Ctx, As("acme")); err != nil || len(people) != 1 {
			w.Errorf("people %s %v", asJSON(people), err)
		}
		_, err = w.Store.Join(w.Ctx, i.Code, model.Key{})
		w.wantKind(err, model.Invalid)
		_, err = w.Store.Join(w.Ctx, i.Code, key("mia"))
		w.Must(err)
	}},
	{"a person of the name was added meanwhile", func(w *World) {
		i := w.invite("Mia", "mia@example.com", model.Member)
		w.person("mia", model.Owner)
		w.refused(i.Code) // the invite has ended with it
		open, err := w.Store.Invites(w.Ctx, As("acme"))
		if w.Must(err); len(open) > 0 {
			w.Errorf("invites %s", asJSON(open))
		}
		audit, err := w.Store.Audit(w.Ctx, As("acme"), model.Paging{Limit: 2})
		w.Must(err)
		if audit.Items[0].Action != "promoter revoke" || audit.Items[0].Object != "Mia" || audit.Items[1].Action != "promoter add" {
			w.Errorf("audit %s", asJSON(audit))
		}
		_, err = w.Store.Identify(w.Ctx, "SHA256:other")
		w.wantKind(err, model.NotFound)
	}},
	{"who may invite whom", func(w *World) {
		member := model.Actor{Name: "mia", Role: model.Member, Client: "acme"}
		_, err := w.Store.Invite(w.Ctx, member, model.NewPerson{Name: "Kim"})
		w.wantKind(err, model.Denied)
		_, err = w.Store.Invites(w.Ctx, member)
		w.wantKind(err, model.Denied)
		w.wantKind(w.Store.RevokeInvite(w.Ctx, member, "Kim"), model.Denied)
		_, err = w.Store.Invite(w.Ctx, As("acme"), model.NewPerson{Name: "Kim", Role: model.Admin})
		w.wantKind(err, model.Denied)
		_, err = w.Store.Invite(w.Ctx, As("acme"), model.NewPerson{Name: "Kim", Role: "boss"})
		w.wantKind(err, model.Invalid)
		_, err = w.Store.Invite(w.Ctx, As("acme"), model.NewPerson{Name: "Kim", Email: "kim at example"})
		w.wantKind(err, model.Invalid)
		_, err = w.Store.Invite(w.Ctx, As("acme"), model.NewPerson{Name: "K\x1b[31m"})
		w.wantKind(err, model.Invalid)
		_, err = w.Store.Invite(w.Ctx, model.Actor{Name: "root", Role: model.Admin}, model.NewPerson{Name: "Kim"})
		w.wantKind(err, model.Invalid) // no client is chosen
		if mails := w.due(); len(mails) != 2 {
			w.Errorf("what was refused is mailed: %s", asJSON(mails))
		}
	}},
	{"an admin is invited by an admin", func(w *World) {
		i := w.invite("ops", "ops@example.com", model.Admin)
		if i.Client != nil {
			w.Errorf("an admin has no client: %s", asJSON(i))
		}
		if list, err := w.Store.Invites(w.Ctx, As("acme")); err != nil || len(list) != 0 {
			w.Errorf("an owner sees no admins: %s %v", asJSON(list), err)
		}
		w.wantKind(w.Store.RevokeInvite(w.Ctx, As("acme"), "ops"), model.NotFound)
		w.mailed()
		a, err := w.Store.Join(w.Ctx, i.Code, key("ops"))
		w.Must(err)
		if a.Role != model.Admin || a.Client != "" {
			w.Errorf("joined as %+v", a)
		}
	}},
	{"another client's invites are not there", func(w *World) {
		w.AddClient("zenith")
		w.invite("Mia", "", model.Member)
		if list, err := w.Store.Invites(w.Ctx, As("zenith")); err != nil || len(list) != 0 {
			w.Errorf("invites %s %v", asJSON(list), err)
		}
		w.wantKind(w.Store.RevokeInvite(w.Ctx, As("zenith"), "Mia"), model.NotFound)
		_, err := w.Store.Invite(w.Ctx, As("zenith"), model.NewPerson{Name: "Mia"})
		w.Must(err)
		everywhere := model.Actor{Name: "root", Role: model.Admin}
		if list, err := w.Store.Invites(w.Ctx, everywhere); err != nil || len(list) != 2 {
			w.Errorf("an admin without a client sees all: %s %v", asJSON(list), err)
		}
		w.wantKind(w.Store.RevokeInvite(w.Ctx, everywhere, "Mia"), model.Invalid)
		w.Must(w.Store.RevokeInvite(w.Ctx, w.Admin, "Mia"))
	}},
	{"an invite is mailed where there is an address", func(w *World) {
		w.mailed()
		w.invite("Kim", "", model.Member)
		if mails := w.due(); len(mails) != 0 {
			w.Errorf("nobody to mail to: %s", asJSON(mails))
		}
		i := w.invite("Mia", "mia@example.com", model.Member)
		mails := w.due()
		if len(mails) != 1 {
			w.Fatalf("due %s", asJSON(mails))
		}
		m := mails[0]
		if m.Kind != model.InviteMail || m.To != "mia@example.com" || m.Name != "Mia" || m.Client.Name != "Client acme" || m.Link != nil || m.Invite == nil || asJSON(*m.Invite) != asJSON(i) {
			w.Errorf("mail %s, want the invite %s", asJSON(m), asJSON(i))
		}
		w.Must(w.Store.MailFailed(w.Ctx, m.ID, "450 later", i.CreatedAt))
		if again := w.due(); len(again) != 1 || again[0].Invite.Code != i.Code {
			w.Errorf("a mail that is tried again has the code still: %s", asJSON(again))
		}
		w.Must(w.Store.MailSent(w.Ctx, m.ID))
		_, err := w.Store.Join(w.Ctx, i.Code, key("mia"))
		w.Must(err)
	}},
	{"the mail of an invite that ended is not sent", func(w *World) {
		w.mailed()
		w.invite("Mia", "mia@example.com", model.Member)
		w.Must(w.Store.RevokeInvite(w.Ctx, As("acme"), "Mia"))
		i := w.invite("Kim", "kim@example.com", model.Member)
		_, err := w.Store.Join(w.Ctx, i.Code, key("kim"))
		w.Must(err)
		w.invite("Lou", "lou@example.com", model.Member)
		second := w.invite("Lou", "lou@example.com", model.Member)
		if mails := w.due(); len(mails) != 1 || mails[0].Invite.Code != second.Code {
			w.Errorf("due %s", asJSON(mails))
		}
	}},
	{"a code that many enter at once lets one in", func(w *World) {
		i := w.invite("Mia", "", model.Member)
		var in, out sync.WaitGroup
		joined := make(chan model.Actor, 20)
		in.Add(1)
		for n := range 20 {
			out.Go(func() {
				in.Wait()
				a, err := w.Store.Join(w.Ctx, i.Code, key(fmt.Sprint("k", n)))
				if err == nil {
					joined <- a
				} else if model.KindOf(err) != model.NotFound {
					w.Error(err)
				}
			})
		}
		in.Done()
		out.Wait()
		close(joined)
		if n := len(joined); n != 1 {
			w.Errorf("%d joined, want 1", n)
		}
	}},
}
