package mail

import (
	"fmt"
	netmail "net/mail"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"lastclick/model"
)

func TestExim_Mail_ArrivesInTheMailbox(t *testing.T) {
	p, server := openPlatform(t), newExim(t, "ana", "ben")
	server.start(t)
	run(t, smtpConfig(t, p.store, "smtp://"+server.address))
	if _, err := p.store.AddEvent(t.Context(), p.admin, model.NewEvent{Slug: "summerfest", Name: "Sommerfest Köln", URL: "https://tickets.example/summerfest"}); err != nil {
		t.Fatal(err)
	}
	p.addLink(t, model.NewLink{Name: "Ana Díaz", Email: "ana@example.com", Code: "ana"})
	p.addLink(t, model.NewLink{Name: "Ben 陳", Email: "ben@example.com", Code: "ben", Event: "summerfest"})
	for _, code := range []string{"ana", "ben"} {
		link := p.until(t, code, "sent", func(d model.LinkDetail) bool { return d.Mail == model.MailSent }).Link
		mails := server.mailbox(t, code)
		if len(mails) != 1 {
			t.Fatalf("%d mails for %s", len(mails), code)
		}
		m := mails[0]
		if to, err := m.Header.AddressList("To"); err != nil || len(to) != 1 || *to[0] != (netmail.Address{Name: link.Name, Address: link.Email}) {
			t.Errorf("to %v, %v", to, err)
		}
		if !strings.Contains(m.Header.Get("Received"), "by mail.example with esmtps") {
			t.Errorf("it came another way: %s", m.Header.Get("Received"))
		}
		for _, address := range []string{link.ShortURL, link.FullURL, link.StatsURL} {
			if !strings.Contains(m.plain, "\n"+address+"\n") || !strings.Contains(m.html, `href="`+strings.ReplaceAll(address, "&", "&amp;")+`"`) {
				t.Errorf("the mail does not hold %s", address)
			}
		}
		for _, address := range []string{link.ShortURL, scan(t, m.picture)} {
			u, err := url.Parse(address)
			if err != nil {
				t.Fatal(err)
			}
			if target, ok := p.store.LinkByCode(strings.TrimPrefix(u.Path, "/")); !ok || target.Code != code || !strings.HasPrefix(address, base+"/") {
				t.Errorf("%s leads to %+v", address, target)
			}
		}
		if page, err := p.store.SubPromoter(t.Context(), strings.TrimPrefix(link.StatsURL, base+"/stats/")); err != nil || page.Link.Code != code {
			t.Errorf("%s shows %s, %v", link.StatsURL, page.Link.Code, err)
		}
	}
}

func TestExim_DownThenUp_KeepsOrder(t *testing.T) {
	p := openPlatform(t)
	var codes, want []string
	for i := range batch + 3 {
		codes = append(codes, fmt.Sprintf("ana-%d", i))
		want = append(want, codes[i]+"@example.com")
	}
	server := newExim(t, codes...)
	stop := server.start(t)
	run(t, smtpConfig(t, p.store, "smtp://"+server.address))
	add := func(i int) { p.addLink(t, model.NewLink{Name: "Ana", Email: want[i], Code: codes[i]}) }
	sent := func(d model.LinkDetail) bool { return d.Mail == model.MailSent }
	add(0)
	p.until(t, codes[0], "sent", sent)
	stop()
	for i := range codes[1:] {
		add(i + 1)
	}
	p.until(t, codes[1], "queued with the reason", func(d model.LinkDetail) bool {
		return d.Mail == model.MailQueued && d.MailError != nil && strings.Contains(*d.MailError, "connection refused")
	})
	server.start(t)
	for _, code := range codes {
		p.until(t, code, "sent", sent)
		if mails := server.mailbox(t, code); len(mails) == 0 {
			t.Errorf("no mail for %s", code)
		}
	}
	if got := server.took(t); !slices.Equal(got, want) {
		t.Errorf("it took %v, want %v", got, want)
	}
}

func TestExim_Refusals_DelayOrFailTheMail(t *testing.T) {
	p, server := openPlatform(t), newExim(t, "later", "ana")
	server.write(t, "full", "")
	server.start(t)
	run(t, smtpConfig(t, p.store, "smtp://"+server.address))
	for _, code := range []string{"gone", "later", "ana"} {
		p.addLink(t, model.NewLink{Name: "Ana", Email: code + "@example.com", Code: code})
	}
	gone := p.until(t, "gone", "failed", func(d model.LinkDetail) bool { return d.Mail == model.MailFailed })
	if gone.MailError == nil || *gone.MailError != "550 Unrouteable address" {
		t.Errorf("the reason kept is %v", gone.MailError)
	}
	p.until(t, "later", "queued with the reason", func(d model.LinkDetail) bool {
		return d.Mail == model.MailQueued && d.MailError != nil && *d.MailError == "452 4.2.2 the mailbox is full"
	})
	sent := func(d model.LinkDetail) bool { return d.Mail == model.MailSent }
	p.until(t, "ana", "sent", sent)
	if err := os.Remove(filepath.Join(server.dir, "full")); err != nil {
		t.Fatal(err)
	}
	p.until(t, "later", "sent", sent)
	if got := server.took(t); !slices.Equal(got, []string{"ana@example.com", "later@example.com"}) || len(server.mailbox(t, "later")) == 0 {
		t.Errorf("it took %v", got)
	}
}
