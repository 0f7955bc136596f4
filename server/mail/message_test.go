package mail

import (
	"bytes"
	"fmt"
	"image/png"
	"maps"
	"mime"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"

	"lastclick/model"
	"lastclick/server/internal/qrimage"
)

const base = "https://go.example.com"

var written = time.Date(2026, 6, 1, 10, 0, 0, 0, time.UTC)

var acme = model.Client{Slug: "acme", Name: "Acme Live", URL: "https://tickets.example/acme", Timezone: "Europe/London"}

// welcomeMail is of an event-level link, or without event of a client-level one.
func welcomeMail(id int64, name, event string) model.Mail {
	l := model.Link{Code: fmt.Sprintf("ana-%d", id), Name: name, Email: "ana@example.com", Level: model.ClientLevel, Client: "acme", StatsToken: "dG9rZW4"}
	m := model.Mail{ID: id, Kind: model.WelcomeMail, To: "ana@example.com", Name: name, Client: acme, CreatedAt: written}
	if event != "" {
		slug := "summerfest"
		l.Level, l.Event = model.EventLevel, &slug
		m.Event = &model.Event{Slug: slug, Client: "acme", Name: event}
	}
	l = l.WithURLs(base)
	m.Link = &l
	return m
}

func inviteMail(id int64, name string) model.Mail {
	client := "acme"
	return model.Mail{
		ID: id, Kind: model.InviteMail, To: "ben@example.com", Name: name, Client: acme, CreatedAt: written,
		Invite: &model.Invite{Code: "k7wq-3mzt-9xcd", Name: name, Email: "ben@example.com", Role: model.Member, Client: &client, ExpiresAt: written.Add(7 * 24 * time.Hour)},
	}
}

func hookMail(id int64, name string) model.Mail {
	client, reason, since := "acme", "it answered 502 Bad Gateway", written.Add(-72*time.Hour)
	return model.Mail{
		ID: id, Kind: model.HookMail, To: "olga@example.com", Name: name, Client: acme, CreatedAt: written,
		Hook: &model.Hook{URL: "https://receiver.example/sales?token=4711&x=<b>", Client: &client, State: model.HookDisabled, LastError: &reason, FailingSince: &since},
	}
}

// testConfig is a worker's that writes files.
func testConfig(t *testing.T, s Store) Config {
	return Config{
		Store: s, BaseURL: base, SSHAddress: "go.example.com:2222", Outbox: t.TempDir() + "/outbox",
		Backoff: func(int) time.Duration { return time.Millisecond },
	}
}

func TestCompose_Mails_AreAsGolden(t *testing.T) {
	for name, m := range map[string]model.Mail{
		"welcome-event":  welcomeMail(1, "Ana Díaz", "Summer Fest"),
		"welcome-client": welcomeMail(2, "Ana Díaz", ""),
		"invite":         inviteMail(3, "Ben Okri"),
		"hook":           hookMail(4, "Olga Ford"),
		"report":         reportMail(5, ""),
		"digest":         digestMail(6, model.EveryWeek),
		"first-sale":     digestMail(7, model.FirstSale),
	} {
		p := parse(t, composed(t, m))
		golden(t, name+".txt", p.plain)
		golden(t, name+".html", p.html)
		for line := range strings.Lines(p.plain) {
			if len([]rune(line)) > lineWidth+1 && !strings.Contains(line, "://") {
				t.Errorf("%s: a line too long for a mail: %s", name, line)
			}
		}
		for _, banned := range []string{"<img src=\"http", "<script", "@import", "url(", "@font-face"} {
			if strings.Contains(p.html, banned) {
				t.Errorf("%s fetches something when it is read: %s", name, banned)
			}
		}
	}
}

// A mail program that shows no pictures writes the words for the QR code on its white, also
// where the text around it is white on black.
func TestCompose_BlockedPicture_WordsAreDarkOnWhite(t *testing.T) {
	p := parse(t, composed(t, welcomeMail(1, "Ana Díaz", "Summer Fest")))
	_, rule, found := strings.Cut(p.html, "\n.qr {")
	rule, _, _ = strings.Cut(rule, "}")
	if !found || !strings.Contains(rule, " background: #ffffff;") || !strings.Contains(rule, " color: #18181b;") {
		t.Errorf("the picture's rule is %q", rule)
	}
}

func TestCompose_WelcomeMail_LeadsToTheLink(t *testing.T) {
	for _, event := range []string{"Summer Fest", ""} {
		m := welcomeMail(7, "Ana Díaz", event)
		p := parse(t, composed(t, m))
		if got := scan(t, p.picture); got != m.Link.ShortURL+"?qr" {
			t.Errorf("the QR code says %s", got)
		}
		if !strings.Contains(p.html, `src="cid:`+strings.Trim(p.cid, "<>")+`"`) || p.cid == "" {
			t.Errorf("the text does not show the picture %s", p.cid)
		}
		for _, address := range []string{m.Link.ShortURL, m.Link.FullURL, m.Link.StatsURL} {
			if !strings.Contains(p.plain, "\n"+address+"\n") {
				t.Errorf("the plain text does not have %s on a line of its own", address)
			}
			if !strings.Contains(p.html, `href="`+strings.ReplaceAll(address, "&", "&amp;")+`"`) {
				t.Errorf("the HTML text does not link to %s", address)
			}
		}
		h := p.Header
		for key, want := range map[string]string{
			"From":           `"Acme Live" <lastclick@go.example.com>`,
			"To":             `=?utf-8?q?Ana_D=C3=ADaz?= <ana@example.com>`,
			"Subject":        "Your tracking link for " + map[bool]string{true: "Summer Fest", false: "Acme Live"}[event != ""],
			"Date":           "Mon, 01 Jun 2026 10:00:00 +0000",
			"Auto-Submitted": "auto-generated",
			"Message-Id":     fmt.Sprintf("<lastclick.7.%d@go.example.com>", written.UnixMilli()),
		} {
			if got := h.Get(key); got != want {
				t.Errorf("%s: %s, want %s", key, got, want)
			}
		}
	}
}

func TestCompose_ReplyTo_IsThePersonToAsk(t *testing.T) {
	m := welcomeMail(7, "Ana Díaz", "")
	if got := parse(t, composed(t, m)).Header["Reply-To"]; got != nil {
		t.Errorf("with no one to answer to: %q", got)
	}
	m.ReplyTo = "olga@example.com"
	if got := parse(t, composed(t, m)).Header.Get("Reply-To"); got != `"Acme Live" <olga@example.com>` {
		t.Errorf("Reply-To: %s", got)
	}
	for _, name := range hostile {
		m.Client.Name = name
		list, err := parse(t, composed(t, m)).Header.AddressList("Reply-To")
		if err != nil || len(list) != 1 || list[0].Address != m.ReplyTo {
			t.Errorf("%q: reply to %v (%v)", name, list, err)
		}
	}
	w, err := New(testConfig(t, newShelf()))
	if err != nil {
		t.Fatal(err)
	}
	m.ReplyTo = "olga@example.com\r\nBcc: all@example.com"
	if _, err := w.compose(m); err == nil {
		t.Error("an address with a header in it was taken")
	}
}

func TestCompose_R23_Carrier_OtherWarning(t *testing.T) {
	m := welcomeMail(7, "Ana Díaz", "")
	m.Link.Carry = "utm_content"
	p := parse(t, composed(t, m))
	for _, text := range []string{p.plain, p.html} {
		text = strings.Join(strings.Fields(strings.ReplaceAll(text, "&#39;", "'")), " ")
		if !strings.Contains(text, "that address counts for the purchase of the person who clicked, and for nobody else's.") || strings.Contains(text, "tracks nobody") {
			t.Errorf("the warning is not that of a page with a carrier:\n%s", text)
		}
	}
}

func TestCompose_R26_Consent_SaysWhatToShare(t *testing.T) {
	const note = "Where you have it, link to https://go.example.com/ana-7?consent=1."
	m := welcomeMail(7, "Ana Díaz", "")
	for _, m.Link.Tracking = range []model.TrackingMode{model.TrackConsent, model.TrackCookie} {
		p := parse(t, composed(t, m))
		for _, text := range []string{p.plain, p.html} {
			if said := strings.Contains(strings.Join(strings.Fields(strings.ReplaceAll(text, "&#39;", "'")), " "), note); said != (m.Link.Tracking == model.TrackConsent) {
				t.Errorf("%s: said %t in\n%s", m.Link.Tracking, said, text)
			}
		}
	}
}

func TestDrawQR_Picture_HasWholePixels(t *testing.T) {
	p, err := drawQR("https://go.example.com/ana?qr", "x")
	if err != nil {
		t.Fatal(err)
	}
	img, err := png.Decode(bytes.NewReader(p.png))
	if err != nil {
		t.Fatal(err)
	}
	side := img.Bounds().Dx()
	if side != p.side*modulePixels/moduleShown || side != img.Bounds().Dy() || side%modulePixels != 0 {
		t.Errorf("%d pixels for %d shown", side, p.side)
	}
	// A border that is wider than the quiet zone would mean smaller modules.
	quiet := qrimage.Quiet * modulePixels
	if r, _, _, _ := img.At(quiet-1, quiet-1).RGBA(); r == 0 {
		t.Error("the quiet zone is dark: without it cameras do not find the code")
	}
	if r, _, _, _ := img.At(quiet, quiet).RGBA(); r != 0 {
		t.Error("the code does not begin behind its quiet zone")
	}
}

var hostile = []string{
	"Ana\r\nBcc: all@example.com", "Ana\nX-Evil: 1\n\nbody", "Ana\r\n\r\n<script>alert(1)</script>",
	`Ana" <evil@example.com>, "`, "Ana <evil@example.com>", "a@example.com, b@example.com", "(comment) Ana;:\\",
	"=?utf-8?q?Ana=0D=0ABcc:_all@example.com?=", "=?utf-8?b?QW5hDQpCY2M6IGFsbEBleGFtcGxlLmNvbQ==?=",
	"\x1b]0;owned\a Ana \x1b[31m", "Ana \u202etxt.exe\u202c", "Ana\u2028Bcc: all@example.com", "\xff\xfeAna",
	"<b>Ana</b> & <img src=http://evil.example/x.png>", "{{.Stats}}", "'; DROP TABLE outbox; --",
	strings.Repeat("long ", 100), strings.Repeat("x", 500), strings.Repeat("é", 500), strings.Repeat("👩‍👩‍👧‍👦", 60), "", "\u200b",
}

func TestCompose_HostileNames_StayNames(t *testing.T) {
	headers := slices.Sorted(maps.Keys(map[string]bool{
		"From": true, "To": true, "Subject": true, "Date": true, "Message-Id": true,
		"Mime-Version": true, "Auto-Submitted": true, "Content-Type": true,
	}))
	var decoder mime.WordDecoder
	for _, name := range hostile {
		welcomed, invited := welcomeMail(1, name, name+"!"), inviteMail(2, name)
		disabled := hookMail(3, name)
		disabled.Hook.URL, disabled.Hook.LastError = "https://receiver.example/"+name, &name
		welcomed.Client.Name, invited.Client.Name, disabled.Client.Name = name, name, name
		for _, m := range []model.Mail{welcomed, invited, disabled} {
			raw := composed(t, m)
			p := parse(t, raw)
			if got := slices.Sorted(maps.Keys(p.Header)); !slices.Equal(got, headers) {
				t.Errorf("%q made the headers %q", name, got)
			}
			for key, values := range p.Header {
				if len(values) != 1 {
					t.Errorf("%q: %s stands %d times", name, key, len(values))
				}
			}
			to, err := p.Header.AddressList("To")
			if err != nil || len(to) != 1 || to[0].Address != m.To {
				t.Errorf("%q: to %v (%v)", name, to, err)
			}
			from, err := p.Header.AddressList("From")
			if err != nil || len(from) != 1 || from[0].Address != "lastclick@go.example.com" || from[0].Name == "" {
				t.Errorf("%q: from %v (%v)", name, from, err)
			}
			subject, err := decoder.DecodeHeader(p.Header.Get("Subject"))
			if err != nil {
				t.Errorf("%q: %v", name, err)
			}
			for _, text := range []string{subject, to[0].Name, from[0].Name} {
				again, err := decoder.DecodeHeader(text)
				if err != nil || again != text || model.Clean(text) != text {
					t.Errorf("%q: a header says %q, and then %q", name, text, again)
				}
			}
			checkBody(t, name, p)
			for line := range strings.SplitSeq(raw, "\r\n") {
				if len(line) > 998 || strings.ContainsAny(line, "\r\n") {
					t.Errorf("%q: a line that SMTP does not take: %q", name, line)
				}
			}
		}
	}
}

func checkBody(t *testing.T, name string, p parsed) {
	t.Helper()
	for _, r := range p.plain + p.html {
		if r != '\n' && (unicode.IsControl(r) || r == '\u202e' || r == '\u2028' || r == unicode.ReplacementChar) {
			t.Errorf("%q put %U into the text", name, r)
		}
	}
	for _, banned := range []string{"<script>", "<b>Ana", "<img src=http"} {
		if strings.Contains(p.html, banned) {
			t.Errorf("%q put %s into the HTML", name, banned)
		}
	}
	if n := strings.Count(p.html, "<img"); n > 1 {
		t.Errorf("%q: %d pictures", name, n)
	}
}

func TestCompose_SameRow_SameMessageID(t *testing.T) {
	a, b := parse(t, composed(t, welcomeMail(5, "Ana", ""))), parse(t, composed(t, welcomeMail(5, "Ana", "")))
	again := welcomeMail(6, "Ana", "")
	c := parse(t, composed(t, again))
	if a.Header.Get("Message-Id") != b.Header.Get("Message-Id") || a.Header.Get("Date") != b.Header.Get("Date") {
		t.Error("a repeated mail is not recognisable")
	}
	if a.Header.Get("Message-Id") == c.Header.Get("Message-Id") {
		t.Error("a resent mail would be taken for the first")
	}
}

func TestFold_LongLines_BreakAtSpaces(t *testing.T) {
	long := strings.Repeat("word ", 30)
	address := "https://go.example.com/" + strings.Repeat("a", 100)
	got := fold("a\n\n" + long + "end\n" + address + "\n")
	for line := range strings.Lines(got) {
		if n := len(strings.TrimSuffix(line, "\n")); n > lineWidth && !strings.HasPrefix(line, address) {
			t.Errorf("%d wide: %s", n, line)
		}
	}
	if strings.Join(strings.Fields(got), " ") != strings.Join(strings.Fields("a "+long+"end "+address), " ") || !strings.HasPrefix(got, "a\n\nword") {
		t.Errorf("the words changed:\n%s", got)
	}
}

// The owner of a link is told whom to ask for mailed numbers, and to answer the mail only
// where an answer reaches the client.
func TestCompose_Welcome_SaysWhomToAsk(t *testing.T) {
	for reply, want := range map[string]string{"": "Ask Acme Live for that.", "hello@acme.example": "Answer this mail to ask for that,"} {
		m := welcomeMail(1, "Ana", "Summer Fest")
		m.ReplyTo = reply
		p := parse(t, composed(t, m))
		for _, body := range []string{p.plain, p.html} {
			if !strings.Contains(strings.Join(strings.Fields(body), " "), want) {
				t.Errorf("answers go to %q: %q is not in\n%s", reply, want, body)
			}
		}
	}
}
