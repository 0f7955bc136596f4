package mail

import (
	"embed"
	"fmt"
	htmltemplate "html/template"
	"net"
	"strings"
	texttemplate "text/template"
	"unicode/utf8"

	"lastclick/model"
)

//go:embed templates
var files embed.FS

var (
	plainTexts = texttemplate.Must(texttemplate.ParseFS(files, "templates/*.txt"))
	htmlTexts  = htmltemplate.Must(htmltemplate.ParseFS(files, "templates/*.html"))
)

// letter is what a mail says, before it is wrapped for the post.
type letter struct {
	subject string
	plain   string
	html    string
	picture *picture // shown in html by its cid
}

// welcome is what the templates of the welcome mail see.
type welcome struct {
	Subject, Name, Client string
	Event                 string // the event's name; empty at client level
	Short, Full, Stats    string
	Print                 string // the QR code as a picture to download
	CID                   string
	Side                  int // of the QR code, in CSS pixels
}

// invite is what the templates of the invite see.
type invite struct {
	Subject, Name, Client string
	May                   string // what the role allows
	Role                  model.Role
	Command, Code         string
	Expires               string
}

// write says what m is to say.
func (w *Worker) write(m model.Mail) (letter, error) {
	switch {
	case m.Kind == model.WelcomeMail && m.Link != nil && (m.Link.Level != model.EventLevel || m.Event != nil):
		return w.writeWelcome(m)
	case m.Kind == model.InviteMail && m.Invite != nil:
		return w.writeInvite(m)
	}
	return letter{}, fmt.Errorf("there is nothing to write in a mail of the kind %q without its link, event or invite", model.Clean(string(m.Kind)))
}

func (w *Worker) writeWelcome(m model.Mail) (letter, error) {
	l := m.Link
	v := welcome{
		Name: shown(m.Name), Client: clientName(m.Client),
		Short: l.ShortURL, Full: l.FullURL, Stats: l.StatsURL,
		Print: w.c.BaseURL + "/qr/" + l.Code + ".png",
		CID:   w.contentID(m),
	}
	what := v.Client
	if l.Level == model.EventLevel {
		v.Event = shown(m.Event.Name)
		what = v.Event
	}
	v.Subject = "Your tracking link for " + what
	qr, err := drawQR(l.ShortURL+"?qr", v.CID)
	if err != nil {
		return letter{}, fmt.Errorf("draw the QR code: %w", err)
	}
	v.Side = qr.side
	return fill("welcome", letter{subject: v.Subject, picture: qr}, v)
}

func (w *Worker) writeInvite(m model.Mail) (letter, error) {
	i := m.Invite
	v := invite{
		Name: shown(m.Name), Client: clientName(m.Client),
		Role: i.Role, May: may[i.Role], Command: sshLine(w.c.SSHAddress), Code: model.Clean(i.Code),
		Expires: i.ExpiresAt.In(m.Client.Location()).Format("Monday 2 January 2006, 15:04 MST"),
	}
	v.Subject = "Your invitation from " + v.Client
	return fill("invite", letter{subject: v.Subject}, v)
}

// may says in plain words what a role allows.
var may = map[model.Role]string{
	model.Admin:  "run the platform",
	model.Owner:  "do everything for it: links, events, numbers and the team",
	model.Member: "make tracking links and events, and see the numbers",
	model.Viewer: "see the numbers",
}

// sshLine is the command that signs in at address.
func sshLine(address string) string {
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		host, port = address, "22"
	}
	return "ssh -p " + port + " " + host
}

// fill writes both forms of the mail called name.
func fill(name string, l letter, v any) (letter, error) {
	var plain, html strings.Builder
	if err := plainTexts.ExecuteTemplate(&plain, name+".txt", v); err != nil {
		return l, err
	}
	if err := htmlTexts.ExecuteTemplate(&html, name+".html", v); err != nil {
		return l, err
	}
	l.plain, l.html = fold(plain.String()), html.String()
	return l, nil
}

// shown is a foreign name as a mail may hold it.
func shown(s string) string { return short(s, model.MaxName) }

// short is the harmless beginning of s; a cut can leave half an emoji, which the
// second cleaning takes away.
func short(s string, most int) string { return model.Clean(model.Truncate(model.Clean(s), most)) }

// clientName is in whose name a mail is written; the platform's own have no client.
func clientName(c model.Client) string {
	if name := shown(c.Name); name != "" {
		return name
	}
	return "lastclick"
}

// lineWidth is what every mail reader shows without breaking the line itself
// (RFC 5322 §2.1.1 asks for at most 78).
const lineWidth = 72

// fold breaks long lines at their spaces. Addresses have none, so they stay whole.
func fold(s string) string {
	var b strings.Builder
	for line := range strings.Lines(s) {
		width := 0
		for i, word := range strings.Split(line, " ") {
			n := utf8.RuneCountInString(strings.TrimSuffix(word, "\n"))
			switch {
			case i == 0:
			case width+1+n > lineWidth:
				b.WriteByte('\n')
				width = 0
			default:
				b.WriteByte(' ')
				width++
			}
			b.WriteString(word)
			width += n
		}
	}
	return b.String()
}
