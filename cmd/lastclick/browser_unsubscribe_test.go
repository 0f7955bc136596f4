package main

import (
	"os"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"lastclick/db"
	"lastclick/model"
	"lastclick/model/testenv"
)

// mailedNumbers leaves a database in which numbers were mailed a week ago, to a link's owner
// and to a person without a login, and returns what ends either.
func mailedNumbers(t *testing.T, dir string) (digest, report string) {
	t.Helper()
	clock := testenv.NewClock(time.Date(2026, 6, 7, 12, 0, 0, 0, time.UTC)) // a Sunday
	store, err := db.Open(t.Context(), db.Options{Dir: dir, Now: clock.Now})
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	admin, ctx := model.Actor{Role: model.Admin, Client: "acme"}, t.Context()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	_, err = store.AddClient(ctx, admin, model.NewClient{Slug: "acme", Name: "Acme <b>Live</b>", URL: "https://tickets.example/acme", ReplyTo: "promoters-of-the-summer@acme-live.example"})
	must(err)
	_, err = store.AddLink(ctx, admin, model.NewLink{Name: "Ana", Email: "ana@example.com", Code: "ana", NoMail: true})
	must(err)
	weekly := string(model.EveryWeek)
	_, err = store.SetLink(ctx, admin, "ana", model.LinkChange{Digest: &weekly})
	must(err)
	_, err = store.AddReport(ctx, admin, model.NewReport{Email: "boss@example.com", Every: model.EveryDay})
	must(err)
	clock.Add(24 * time.Hour)
	_, err = store.QueueReports(ctx)
	must(err)
	mails, err := store.DueMail(ctx, 10, time.Minute)
	must(err)
	for _, m := range mails {
		if m.Report.Link != nil {
			digest = "/unsubscribe/" + m.Report.Unsubscribe
		} else {
			report = "/unsubscribe/" + m.Report.Unsubscribe
		}
	}
	if digest == "" || report == "" {
		t.Fatalf("%d mails were due", len(mails))
	}
	return digest, report
}

// The pages behind List-Unsubscribe on a phone and a desk, light and dark: they say what is
// ended, end it by one click, and say whom to ask to have it again.
func TestBrowser_UnsubscribePages_Accessible(t *testing.T) {
	axe, err := os.ReadFile(testenv.Need(t, axeScript)[0])
	if err != nil {
		t.Fatal(err)
	}
	browser := chromium(t)
	var digest, report string
	p := &platform{fill: func(dir string) { digest, report = mailedNumbers(t, dir) }}
	p.begin(t)
	for _, c := range []struct {
		name, path, what, scheme string
		width, height            int64
	}{
		{"unsubscribe-phone-light", digest, "the weekly numbers of your link ana", "light", 390, 844},
		{"unsubscribe-desk-dark", report, "the daily numbers of Acme <b>Live</b>", "dark", 1280, 800},
		{"unsubscribe-phone-dark", digest, "", "dark", 390, 844},
		{"unsubscribe-desk-light", report, "", "light", 1280, 800},
		{"unsubscribe-phone-small", report, "", "light", 320, 568},
	} {
		t.Run(c.name, func(t *testing.T) {
			v := newVisitor(browser, t)
			v.opens(p.http+c.path, c.scheme, c.width, c.height)
			text := chromedp.Evaluate[string](`document.body.innerText`)
			if c.what != "" {
				if got := ask(v, text); !strings.Contains(got, "You are sent "+c.what+".") {
					t.Errorf("before: %s", got)
				}
				if height := ask(v, chromedp.Evaluate[float64](`document.querySelector("button").getBoundingClientRect().height`)); height < 44 { // WCAG 2.2, 2.5.5
					t.Errorf("the button is %v high", height)
				}
				v.keepsPicture(c.name + "-asks")
				v.check(string(axe))
				v.do(chromedp.Click(chromedp.CSS("button")), chromedp.WaitVisible(chromedp.CSS("p + p"))) // without a form between
			}
			got := ask(v, text)
			for _, want := range []string{"These mails have ended", "You will not be sent " + c.what, "To get them again, ask Acme <b>Live</b>: write to promoters-of-the-summer@acme-live.example."} {
				if !strings.Contains(got, want) {
					t.Errorf("%q is not in %s", want, got)
				}
			}
			if strings.Contains(got, "stats page go on") != (c.path == digest) {
				t.Errorf("%s: %s", c.path, got)
			}
			v.keepsPicture(c.name)
			v.check(string(axe))
		})
	}
}
