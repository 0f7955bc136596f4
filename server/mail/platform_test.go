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

// platform is a real store with a client, and its admin.
type platform struct {
	store model.Store
	admin model.Actor
	moved <-chan struct{}
}

func openPlatform(t *testing.T) platform {
	t.Helper()
	store, err := db.Open(t.Context(), db.Options{URL: filepath.Join(t.TempDir(), "lastclick.db"), BaseURL: base})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = store.Close() })
	p := platform{store: store, admin: model.Actor{Role: model.Admin, Name: "root", Client: "acme"}}
	if _, err := store.AddClient(t.Context(), p.admin, model.NewClient{Slug: "acme", Name: "Acme Live", URL: "https://tickets.example/acme"}); err != nil {
		t.Fatal(err)
	}
	p.moved = store.Watch(t.Context(), "acme")
	return p
}

func (p platform) addLink(t *testing.T, n model.NewLink) model.Link {
	t.Helper()
	link, err := p.store.AddLink(t.Context(), p.admin, n)
	if err != nil {
		t.Fatal(err)
	}
	return link
}

// until waits for the link to be as ok wants it, and returns it so.
func (p platform) until(t *testing.T, code, what string, ok func(model.LinkDetail) bool) model.LinkDetail {
	t.Helper()
	end := time.NewTimer(patience)
	defer end.Stop()
	for {
		d, err := p.store.Link(t.Context(), p.admin, code)
		if err != nil {
			t.Fatal(err)
		}
		if ok(d) {
			return d
		}
		select {
		case <-p.moved:
		case <-end.C:
			reason := ""
			if d.MailError != nil {
				reason = *d.MailError
			}
			t.Fatalf("the mail of %s is %s (%q), waited in vain for: %s", code, d.Mail, reason, what)
		}
	}
}

// From the store method that queues a mail to the server that takes it.
func TestWorker_RealStore_MailArrives(t *testing.T) {
	p := openPlatform(t)
	ctx, store, admin := t.Context(), p.store, p.admin
	server := &mailServer{rcpt: func(to string) error {
		if to == "gone@example.com" {
			return &smtp.SMTPError{Code: 550, EnhancedCode: smtp.EnhancedCode{5, 1, 1}, Message: "nobody of that name"}
		}
		return nil
	}}
	server.start(t)
	run(t, smtpConfig(t, store, "smtp://"+server.address))

	link := p.addLink(t, model.NewLink{Name: "Ana", Email: "ana@example.com", Code: "ana"})
	welcomed := parse(t, server.next(t).data)
	for _, address := range []string{link.ShortURL, link.FullURL, link.StatsURL} {
		if !strings.Contains(welcomed.plain, "\n"+address+"\n") {
			t.Errorf("the mail does not hold %s", address)
		}
	}
	if got := scan(t, welcomed.picture); got != link.ShortURL+"?qr" {
		t.Errorf("the QR code says %s", got)
	}
	if _, err := store.ResendMail(ctx, admin, "ana"); err != nil {
		t.Fatal(err)
	}
	if again := parse(t, server.next(t).data); again.Header.Get("Message-Id") == welcomed.Header.Get("Message-Id") {
		t.Error("the resent mail would be taken for the first")
	}
	i, err := store.Invite(ctx, admin, model.NewPerson{Name: "Ben", Email: "ben@example.com"})
	if err != nil {
		t.Fatal(err)
	}
	if m := server.next(t); m.to != "ben@example.com" || !strings.Contains(parse(t, m.data).plain, "\n"+i.Code+"\n") {
		t.Errorf("the invite to %s:\n%s", m.to, m.data)
	}
	p.addLink(t, model.NewLink{Name: "Gone", Email: "gone@example.com", Code: "gone"})
	d := p.until(t, "gone", "failed", func(d model.LinkDetail) bool { return d.Mail == model.MailFailed })
	if d.MailError == nil || *d.MailError != "550 5.1.1 nobody of that name" {
		t.Errorf("the reason kept is %v", d.MailError)
	}
	if d, err := store.Link(ctx, admin, "ana"); err != nil || d.Mail != model.MailSent {
		t.Errorf("the link says %s, %v", d.Mail, err)
	}
}
