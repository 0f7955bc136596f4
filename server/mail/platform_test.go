package mail

import (
	"fmt"
	"path/filepath"
	"strings"
	"sync/atomic"
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
	return openPlatformAt(t, time.Now)
}

func openPlatformAt(t *testing.T, now func() time.Time) platform {
	t.Helper()
	store, err := db.Open(t.Context(), db.Options{URL: filepath.Join(t.TempDir(), "lastclick.db"), BaseURL: base, Now: now})
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

// A mail that was written to a file is sent once there is a mail server, when someone asks.
func TestWorker_ServerComesLater_ResendSends(t *testing.T) {
	p := openPlatform(t)
	p.addLink(t, model.NewLink{Name: "Ana", Email: "ana@example.com", Code: "ana"})
	stop := run(t, testConfig(t, p.store))
	p.until(t, "ana", "written", func(d model.LinkDetail) bool { return d.Mail == model.MailWritten })
	stop()
	server := &mailServer{}
	server.start(t)
	run(t, smtpConfig(t, p.store, "smtp://"+server.address))
	if _, err := p.store.ResendMail(t.Context(), p.admin, "ana"); err != nil {
		t.Fatal(err)
	}
	if m := server.next(t); m.to != "ana@example.com" {
		t.Errorf("to %s", m.to)
	}
	p.until(t, "ana", "sent", func(d model.LinkDetail) bool { return d.Mail == model.MailSent })
}

// The owner of a link is mailed by the worker alone, and ends it with the address in the mail.
func TestWorker_Digest_IsSentAndEnds(t *testing.T) {
	p := openPlatform(t)
	link := p.addLink(t, model.NewLink{Name: "Ana", Email: "ana@example.com", Code: "ana", NoMail: true})
	if _, err := p.store.AddReport(t.Context(), p.admin, model.NewReport{Email: "boss@example.com", Every: model.EveryDay}); err != nil {
		t.Fatal(err)
	}
	digest := string(model.FirstSale)
	if _, err := p.store.SetLink(t.Context(), p.admin, "ana", model.LinkChange{Digest: &digest}); err != nil {
		t.Fatal(err)
	}
	p.sell(t, link)
	server := &mailServer{}
	server.start(t)
	run(t, smtpConfig(t, p.store, "smtp://"+server.address))
	m := server.next(t)
	mail := parse(t, m.data)
	if m.to != "ana@example.com" || mail.Header.Get("Subject") != "Your tracking link for Acme Live has made its first sale" || !strings.Contains(mail.plain, "Face Value: GBP 45.00\n") {
		t.Errorf("to %s:\n%s", m.to, m.data)
	}
	token := strings.TrimSuffix(strings.TrimPrefix(mail.Header.Get("List-Unsubscribe"), "<"+base+"/unsubscribe/"), ">")
	if n, err := p.store.ReportNotice(t.Context(), token); err != nil || !n.Ended {
		t.Errorf("%+v, %v", n, err)
	}
	if d, err := p.store.Link(t.Context(), p.admin, "ana"); err != nil || d.Digest != model.NoDigest || d.Mail != model.MailNone {
		t.Errorf("%s, %s, %v", d.Digest, d.Mail, err)
	}
}

// A report for a week goes out on Monday with the very numbers that stats --csv prints.
func TestWorker_Report_ArrivesWithItsNumbers(t *testing.T) {
	var clock atomic.Int64
	clock.Store(time.Date(2026, 6, 7, 12, 0, 0, 0, time.UTC).UnixNano()) // a Sunday
	p := openPlatformAt(t, func() time.Time { return time.Unix(0, clock.Load()) })
	p.sell(t, p.addLink(t, model.NewLink{Name: "+44 Zoë", Email: "zoe@example.com", Code: "zoe", NoMail: true}))
	if _, err := p.store.AddReport(t.Context(), p.admin, model.NewReport{Email: "boss@example.com", Every: model.EveryWeek}); err != nil {
		t.Fatal(err)
	}
	clock.Store(time.Date(2026, 6, 8, 9, 0, 0, 0, time.UTC).UnixNano())
	server := &mailServer{}
	server.start(t)
	run(t, smtpConfig(t, p.store, "smtp://"+server.address))
	m := server.next(t)
	mail := parse(t, m.data)
	const want = "row,link,name,event,type,reason,clicks,customers,new_customers,orders,tickets,scanned,unscanned,currency,face_value\n" +
		"link,zoe,'+44 Zoë,,,,0,0,0,1,1,0,1,GBP,45.00\nticket_type,zoe,ga,gala,ga,,,0,0,1,1,0,1,GBP,45.00\ntotal,,,,,,,0,0,1,1,0,1,GBP,45.00\n"
	if m.to != "boss@example.com" || mail.fileName != "tracking-links-acme-2026-06-01-2026-06-07.csv" || string(mail.file) != want {
		t.Errorf("to %s, %s:\n%s", m.to, mail.fileName, mail.file)
	}
	for line := range strings.SplitSeq(m.data, "\r\n") {
		if len(line) > 998 { // RFC 5322 §2.1.1
			t.Errorf("a line of %d bytes", len(line))
		}
	}
}

// sell credits the link with a ticket.
func (p platform) sell(t *testing.T, l model.Link) {
	t.Helper()
	if _, err := p.store.AddEvent(t.Context(), p.admin, model.NewEvent{Slug: "gala", Name: "Gala", URL: "https://tickets.example/gala"}); err != nil {
		t.Fatal(err)
	}
	if _, err := p.store.AddCheckout(t.Context(), p.admin, model.NewCheckout{Name: "box"}); err != nil {
		t.Fatal(err)
	}
	body := fmt.Appendf(nil, `{"type":"order.placed","timestamp":"2026-06-01T10:00:00Z","data":{"id":"A-1","version":1,"placed_at":"2026-06-01T10:00:00Z","currency":"GBP","tracking":{"code":%q},"tickets":[{"id":"T-1","event":"gala","type":"ga","face_value":4500}]}}`, l.Code)
	k, _ := p.store.CheckoutByName("box")
	hook, err := model.ParseWebhook(body, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := p.store.Receive(t.Context(), model.Delivery{Checkout: k.ID, CheckoutName: k.Name, WebhookID: "w-1", Body: body, Received: time.Now(), Webhook: hook}); err != nil {
		t.Fatal(err)
	}
}
