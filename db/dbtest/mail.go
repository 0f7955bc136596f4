package dbtest

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"time"

	"lastclick/model"
)

// due takes what is due; the lease is longer than the test.
func (w *World) due() []model.Mail {
	w.Helper()
	mails, err := w.Store.DueMail(w.Ctx, 0, time.Hour)
	w.Must(err)
	return mails
}

// mailed sends what is due, so that a test begins with an empty outbox.
func (w *World) mailed() {
	w.Helper()
	for _, m := range w.due() {
		w.Must(w.Store.MailSent(w.Ctx, m.ID))
	}
}

// mailOf is the state of a link's mail, and why.
func (w *World) mailOf(code string) string {
	w.Helper()
	d, err := w.Store.Link(w.Ctx, As("acme"), code)
	w.Must(err)
	if d.MailError != nil {
		return string(d.Mail) + ": " + *d.MailError
	}
	return string(d.Mail)
}

var mailTests = []test{
	{"a welcome mail has all that its text needs", func(w *World) {
		mails := w.due()
		if len(mails) != 2 {
			w.Fatalf("%d mails are due, want ana's and bea's", len(mails))
		}
		ana, bea := mails[0], mails[1]
		if ana.Kind != model.WelcomeMail || ana.To != "ana@example.com" || ana.Name != "Name of ana" || ana.Client.Name != "Client acme" ||
			ana.Link.Code != "ana" || !strings.Contains(ana.Link.StatsURL, "/stats/") || ana.Event != nil || ana.Invite != nil || ana.Attempts != 0 || ana.CreatedAt.IsZero() {
			w.Errorf("ana's mail: %s", asJSON(ana))
		}
		if bea.Link.Code != "bea" || bea.Event == nil || bea.Event.Name != "Event summerfest" || bea.ID <= ana.ID {
			w.Errorf("bea's mail, at event level: %s", asJSON(bea))
		}
		if again := w.due(); len(again) != 0 {
			w.Errorf("%d mails were handed out twice", len(again))
		}
		_, err := w.Store.AddLink(w.Ctx, As("acme"), model.NewLink{Name: "Kim", Email: "kim@example.com", NoMail: true})
		w.Must(err)
		if more := w.due(); len(more) != 0 {
			w.Errorf("a mail too many: %s", asJSON(more))
		}
	}},
	{"a mail comes back when its lease ends", func(w *World) {
		first, err := w.Store.DueMail(w.Ctx, 1, 0)
		w.Must(err)
		again, err := w.Store.DueMail(w.Ctx, 1, 0)
		w.Must(err)
		if len(first) != 1 || len(again) != 1 || first[0].ID != again[0].ID || again[0].Attempts != 0 {
			w.Errorf("first %s, then %s", asJSON(first), asJSON(again))
		}
	}},
	{"sent, tried again, given up", func(w *World) {
		mails := w.due()
		w.Must(w.Store.MailSent(w.Ctx, mails[0].ID))
		if got := w.mailOf("ana"); got != "sent" {
			w.Errorf("ana's mail is %s", got)
		}
		w.Must(w.Store.MailFailed(w.Ctx, mails[0].ID, "too late", time.Time{}))
		if got := w.mailOf("ana"); got != "sent" {
			w.Errorf("what went out stays so: %s", got)
		}
		w.Must(w.Store.MailFailed(w.Ctx, mails[1].ID, "450 try\r\nlater \x1b[31m", time.Now().Add(-time.Second)))
		if got := w.mailOf("bea"); got != "queued: 450 try later [31m" {
			w.Errorf("bea's mail is %q", got)
		}
		again := w.due()
		if len(again) != 1 || again[0].ID != mails[1].ID || again[0].Attempts != 1 {
			w.Fatalf("due again: %s", asJSON(again))
		}
		w.Must(w.Store.MailFailed(w.Ctx, again[0].ID, "450 still not", time.Now().Add(time.Hour)))
		if early := w.due(); len(early) != 0 {
			w.Errorf("due before its time: %s", asJSON(early))
		}
		w.Must(w.Store.MailFailed(w.Ctx, again[0].ID, strings.Repeat("x", 9999), time.Time{}))
		if got := w.mailOf("bea"); !strings.HasPrefix(got, "failed: xxx") || len(got) > 600 {
			w.Errorf("bea's mail is %q", got)
		}
		w.Must(w.Store.MailSent(w.Ctx, again[0].ID)) // it went out after all
		if got := w.mailOf("bea"); got != "sent" {
			w.Errorf("bea's mail is %s", got)
		}
		w.wantKind(w.Store.MailSent(w.Ctx, 999), model.NotFound)
		w.wantKind(w.Store.MailFailed(w.Ctx, 999, "why", time.Time{}), model.NotFound)
	}},
	{"a mail that became a file is written, and may be sent later", func(w *World) {
		mails := w.due()
		w.Must(w.Store.MailFailed(w.Ctx, mails[0].ID, "the disk is full", time.Now().Add(-time.Second)))
		w.due()
		w.Must(w.Store.MailWritten(w.Ctx, mails[0].ID))
		if got := w.mailOf("ana"); got != "written" {
			w.Errorf("ana's mail is %q", got)
		}
		w.Must(w.Store.MailSent(w.Ctx, mails[0].ID))
		if got := w.mailOf("ana"); got != "written" {
			w.Errorf("what was written stays so: %q", got)
		}
		if again := w.due(); len(again) != 0 {
			w.Errorf("a file is written once: %s", asJSON(again))
		}
		_, err := w.Store.ResendMail(w.Ctx, As("acme"), "ana") // there is a mail server now
		w.Must(err)
		again := w.due()
		if len(again) != 1 || again[0].ID <= mails[1].ID {
			w.Fatalf("due %s", asJSON(again))
		}
		w.Must(w.Store.MailSent(w.Ctx, again[0].ID))
		if got := w.mailOf("ana"); got != "sent" {
			w.Errorf("ana's mail is %q", got)
		}
		w.wantKind(w.Store.MailWritten(w.Ctx, 999), model.NotFound)
	}},
	{"answers go to who made the link, or where the client wants them", func(w *World) {
		w.mailed()
		person, err := w.Store.AddPerson(w.Ctx, w.Admin, model.NewPerson{Name: "Olga", Email: "olga@example.com", Role: model.Owner, Key: model.Key{Fingerprint: "SHA256:olga", Public: "ssh-ed25519 AAAA"}})
		w.Must(err)
		olga := As("acme")
		olga.Person = person.ID
		reply := func() string {
			w.Helper()
			mails := w.due()
			if len(mails) != 1 {
				w.Fatalf("due %s", asJSON(mails))
			}
			return mails[0].ReplyTo
		}
		_, err = w.Store.ResendMail(w.Ctx, As("acme"), "ana")
		w.Must(err)
		if got := reply(); got != "" {
			w.Errorf("from the daemon itself: %q", got)
		}
		_, err = w.Store.ResendMail(w.Ctx, olga, "ana")
		w.Must(err)
		if got := reply(); got != "olga@example.com" {
			w.Errorf("from Olga: %q", got)
		}
		address := "boxoffice@acme.example"
		_, err = w.Store.SetClient(w.Ctx, w.Admin, "acme", model.ClientChange{ReplyTo: &address})
		w.Must(err)
		_, err = w.Store.ResendMail(w.Ctx, olga, "ana")
		w.Must(err)
		if got := reply(); got != address {
			w.Errorf("with --reply-to: %q", got)
		}
		bad := "Olga <olga@example.com>"
		_, err = w.Store.SetClient(w.Ctx, w.Admin, "acme", model.ClientChange{ReplyTo: &bad})
		w.wantKind(err, model.Invalid)
	}},
	{"two workers never get the same mail", func(w *World) {
		for i := range 20 {
			w.AddLink("acme", fmt.Sprint("link-", i), "")
		}
		got := make(chan int64, 100)
		var workers sync.WaitGroup
		for range 4 {
			workers.Go(func() {
				for range 10 {
					mails, err := w.Store.DueMail(w.Ctx, 3, time.Hour)
					if err != nil {
						w.Error(err)
					}
					for _, m := range mails {
						got <- m.ID
					}
				}
			})
		}
		workers.Wait()
		close(got)
		seen := map[int64]bool{}
		for id := range got {
			if seen[id] {
				w.Errorf("mail %d was handed out twice", id)
			}
			seen[id] = true
		}
		if len(seen) != 22 {
			w.Errorf("%d mails were handed out, want 22", len(seen))
		}
	}},
	{"the mail of an archived link waits for its return", func(w *World) {
		_, err := w.Store.ArchiveLink(w.Ctx, As("acme"), "ana")
		w.Must(err)
		if mails := w.due(); len(mails) != 1 || mails[0].Link.Code != "bea" {
			w.Errorf("due %s", asJSON(mails))
		}
		_, err = w.Store.RestoreLink(w.Ctx, As("acme"), "ana")
		w.Must(err)
		if mails := w.due(); len(mails) != 1 || mails[0].Link.Code != "ana" {
			w.Errorf("due %s", asJSON(mails))
		}
	}},
	{"a mail is sent again, to the new address", func(w *World) {
		w.Must(w.Store.MailFailed(w.Ctx, w.due()[0].ID, "550 no such user", time.Time{}))
		email := "ana@new.example"
		_, err := w.Store.SetLink(w.Ctx, As("acme"), "ana", model.LinkChange{Email: &email})
		w.Must(err)
		for range 2 { // what still waits is replaced: one mail, not two
			l, err := w.Store.ResendMail(w.Ctx, As("acme"), "Ana")
			w.Must(err)
			if l.Mail != model.MailQueued {
				w.Errorf("resent %s", asJSON(l))
			}
		}
		if got := w.mailOf("ana"); got != "queued" {
			w.Errorf("ana's mail is %q", got)
		}
		mails := w.due()
		if len(mails) != 1 || mails[0].To != email {
			w.Fatalf("due %s", asJSON(mails))
		}
		w.Must(w.Store.MailSent(w.Ctx, mails[0].ID))
		if got := w.mailOf("ana"); got != "sent" {
			w.Errorf("ana's mail is %q", got)
		}
		audit, err := w.Store.Audit(w.Ctx, As("acme"), model.Paging{Limit: 1})
		w.Must(err)
		if audit.Items[0].Action != "link resend" || audit.Items[0].Object != "ana" {
			w.Errorf("audit %s", asJSON(audit))
		}
	}},
	{"who may send a mail again", func(w *World) {
		w.AddClient("zenith")
		_, err := w.Store.ResendMail(w.Ctx, As("zenith"), "ana")
		w.wantKind(err, model.NotFound)
		_, err = w.Store.ResendMail(w.Ctx, model.Actor{Name: "vic", Role: model.Viewer, Client: "acme"}, "ana")
		w.wantKind(err, model.Denied)
		_, err = w.Store.ResendMail(w.Ctx, model.Actor{Name: "mia", Role: model.Member, Client: "acme"}, "ana")
		w.Must(err)
		_, err = w.Store.ArchiveLink(w.Ctx, As("acme"), "ana")
		w.Must(err)
		_, err = w.Store.ResendMail(w.Ctx, As("acme"), "ana")
		w.wantKind(err, model.Conflict)
	}},
	{"who looks at the link is told", func(w *World) {
		mails := w.due()
		ctx, cancel := context.WithCancel(w.Ctx)
		defer cancel()
		acme := w.Store.Watch(ctx, "acme")
		w.Must(w.Store.MailSent(w.Ctx, mails[0].ID))
		w.signalled(acme)
		w.Must(w.Store.MailFailed(w.Ctx, mails[1].ID, "why", time.Time{}))
		w.signalled(acme)
	}},
}
