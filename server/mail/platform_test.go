package mail

import (
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-smtp"

	"lastclick/db"
	"lastclick/model"
)

// The outbox that really is: from the command that queues a mail to the mailbox.
func TestMailOfARealPlatformArrives(t *testing.T) {
	ctx, admin := t.Context(), model.Actor{Role: model.Admin, Name: "root", Client: "acme"}
	store, err := db.Open(ctx, db.Options{URL: filepath.Join(t.TempDir(), "lastclick.db"), BaseURL: base})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = store.Close() })
	if _, err := store.AddClient(ctx, admin, model.NewClient{Slug: "acme", Name: "Acme Live", URL: "https://tickets.example/acme"}); err != nil {
		t.Fatal(err)
	}
	server := &mailServer{rcpt: func(to string) error {
		if to == "gone@example.com" {
			return &smtp.SMTPError{Code: 550, EnhancedCode: smtp.EnhancedCode{5, 1, 1}, Message: "nobody of that name"}
		}
		return nil
	}}
	server.start(t)
	moved := store.Watch(ctx, "acme")
	run(t, smtpConfig(t, store, "smtp://"+server.address))

	link, err := store.AddLink(ctx, admin, model.NewLink{Name: "Ana", Email: "ana@example.com", Code: "ana"})
	if err != nil {
		t.Fatal(err)
	}
	p := parse(t, server.next(t).data)
	for _, address := range []string{link.ShortURL, link.FullURL, link.StatsURL} {
		if !strings.Contains(p.plain, "\n"+address+"\n") {
			t.Errorf("the mail does not hold %s", address)
		}
	}
	if got := scan(t, p.picture); got != link.ShortURL+"?qr" {
		t.Errorf("the QR code says %s", got)
	}
	if _, err := store.ResendMail(ctx, admin, "ana"); err != nil {
		t.Fatal(err)
	}
	if again := parse(t, server.next(t).data); again.Header.Get("Message-Id") == p.Header.Get("Message-Id") {
		t.Error("the resent mail would be taken for the first")
	}
	i, err := store.Invite(ctx, admin, model.NewPerson{Name: "Ben", Email: "ben@example.com"})
	if err != nil {
		t.Fatal(err)
	}
	if m := server.next(t); m.to != "ben@example.com" || !strings.Contains(parse(t, m.data).plain, "\n"+i.Code+"\n") {
		t.Errorf("the invite to %s:\n%s", m.to, m.data)
	}
	if _, err := store.AddLink(ctx, admin, model.NewLink{Name: "Gone", Email: "gone@example.com", Code: "gone"}); err != nil {
		t.Fatal(err)
	}
	end := time.NewTimer(patience)
	defer end.Stop()
	for {
		d, err := store.Link(ctx, admin, "gone")
		if err != nil {
			t.Fatal(err)
		}
		if d.Mail == model.MailFailed {
			if d.MailError == nil || *d.MailError != "550 5.1.1 nobody of that name" {
				t.Errorf("the reason kept is %v", d.MailError)
			}
			break
		}
		select {
		case <-moved:
		case <-end.C:
			t.Fatalf("the refused mail is %s", d.Mail)
		}
	}
	if d, err := store.Link(ctx, admin, "ana"); err != nil || d.Mail != model.MailSent {
		t.Errorf("the link says %s, %v", d.Mail, err)
	}
}
