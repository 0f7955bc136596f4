package main

import (
	"net/http"
	"net/mail"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// What the owner of a link gets: a mail (a file, where there is no mail server), a
// QR code whose scans are told from clicks, and a page of their own.
func TestSubPromoter_NewLink_MailQRAndPage(t *testing.T) {
	p := serve(t)
	box := p.seed()
	var link struct {
		ShortURL string `json:"short_url"`
		StatsURL string `json:"stats_url"`
		Mail     string
	}
	p.json(&link, "link", "add", "'Zoë Quill'", "zoe@example.com", "--event", "summerfest", "--code", "zoe")
	p.eventually("the mail", func() bool {
		p.json(&link, "link", "show", "zoe")
		return link.Mail == "written" // there is no mail server
	})
	files, err := filepath.Glob(filepath.Join(p.data, "outbox", "*.eml"))
	if err != nil || len(files) != 1 {
		t.Fatalf("outbox: %q, %v", files, err)
	}
	f, err := os.Open(files[0])
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	m, err := mail.ReadMessage(f)
	if err != nil {
		t.Fatal(err)
	}
	if to, err := m.Header.AddressList("To"); err != nil || to[0].Address != "zoe@example.com" || to[0].Name != "Zoë Quill" {
		t.Errorf("To %v, %v", to, err)
	}

	status, png := p.get("/qr/zoe.png")
	if status != 200 || !strings.HasPrefix(png, "\x89PNG") {
		t.Errorf("/qr/zoe.png: %d, %d bytes", status, len(png))
	}
	kim := p.browser()
	kim.follow("/zoe?qr")
	if status, answer := box.post("m1", orderBody("A-1", kim.receipt(), 4500)); status != 200 {
		t.Fatalf("%d %s", status, answer)
	}
	var shown struct {
		Clicks  int
		QRScans int `json:"qr_scans"`
	}
	p.json(&shown, "link", "show", "zoe")
	if shown.Clicks != 1 || shown.QRScans != 1 {
		t.Errorf("%+v", shown)
	}

	path := link.StatsURL[strings.Index(link.StatsURL, "/stats/"):]
	status, page := p.get(path)
	for _, word := range []string{"45.00", link.ShortURL, "New Customers", "Face Value", "Europe/London"} {
		if status != 200 || !strings.Contains(page, word) {
			t.Errorf("%s: %d without %q", path, status, word)
		}
	}
	if strings.Contains(page, "cus_A-1") || strings.Contains(page, "/ana") {
		t.Error("the page tells of a customer or another link")
	}
	p.run("link", "set", "zoe", "--new-stats-token")
	if status, _ := p.get(path); status != 404 {
		t.Errorf("the old page after its token was renewed: %d", status)
	}
}

func (p *platform) get(path string) (int, string) {
	p.t.Helper()
	req, err := http.NewRequest(http.MethodGet, p.http+path, nil)
	if err != nil {
		p.t.Fatal(err)
	}
	return p.do(req)
}
