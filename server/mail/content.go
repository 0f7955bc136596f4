package mail

import (
	"embed"
	"fmt"
	htmltemplate "html/template"
	"strings"
	texttemplate "text/template"
	"unicode/utf8"

	"lastclick/model"
	"lastclick/server/internal/sshline"
)

//go:embed templates
var files embed.FS

var (
	plainTexts = texttemplate.Must(texttemplate.ParseFS(files, "templates/*.txt"))
	htmlTexts  = htmltemplate.Must(htmltemplate.ParseFS(files, "templates/*.html"))
)

// content is what a mail says, before it is encoded as a message.
type content struct {
	subject     string
	plain       string
	html        string
	unsubscribe string   // address that ends such mails; empty for others
	picture     *picture // shown in html by its cid
	file        *file    // attached
}

// file is what is attached to a mail. Its name is ASCII.
type file struct {
	name, kind string
	data       []byte
}

// welcome is the data of the welcome mail's templates.
type welcome struct {
	Subject, Name, Client string
	Event                 string // the event's name; empty at client level
	Short, Full, Stats    string
	Landing               string // what the address behind the link is worth, behind "that address "
	Note                  string // what the client's tracking asks of who shares it; empty for nothing
	Answers               bool   // answers to the mail reach the client
	Print                 string // address of the QR code as a picture to download
	CID                   string
	Side                  int // of the QR code, in CSS pixels
}

// invite is the data of the invite's templates.
type invite struct {
	Subject, Name, Client string
	Can                   string // what the role allows
	Role                  model.Role
	Command, Code         string
	Expires               string
}

// disabled is the data of the mail about a hook that was disabled.
type disabled struct {
	Subject, Name, Client string
	URL, Error, Since     string
	Test, Add             string // commands
}

// content writes the mail of a row.
func (w *Worker) content(m model.Mail) (content, error) {
	switch {
	case m.Kind == model.WelcomeMail && m.Link != nil && (m.Link.Level != model.EventLevel || m.Event != nil):
		return w.welcome(m)
	case m.Kind == model.InviteMail && m.Invite != nil:
		return w.invite(m)
	case m.Kind == model.HookMail && m.Hook != nil:
		return w.hook(m)
	case m.Kind == model.NumbersMail && m.Report != nil && m.Report.Stats != nil:
		return w.numbers(m)
	}
	return content{}, fmt.Errorf("a mail of the kind %q needs its link, event, invite, hook or numbers", model.Clean(string(m.Kind)))
}

func (w *Worker) welcome(m model.Mail) (content, error) {
	l := m.Link
	v := welcome{
		Name: cleanName(m.Name), Client: clientName(m.Client),
		Short: l.ShortURL, Full: l.FullURL, Stats: l.StatsURL, Landing: l.LandingAddress(), Note: l.TrackingNote(), Answers: m.ReplyTo != "",
		Print: w.c.BaseURL + "/qr/" + l.Code + ".png",
		CID:   w.contentID(m),
	}
	what := v.Client
	if l.Level == model.EventLevel {
		v.Event = cleanName(m.Event.Name)
		what = v.Event
	}
	v.Subject = "Your tracking link for " + what
	qr, err := drawQR(l.ShortURL+"?qr", v.CID)
	if err != nil {
		return content{}, fmt.Errorf("draw the QR code: %w", err)
	}
	v.Side = qr.side
	return render("welcome", content{subject: v.Subject, picture: qr}, v)
}

func (w *Worker) invite(m model.Mail) (content, error) {
	i := m.Invite
	v := invite{
		Name: cleanName(m.Name), Client: clientName(m.Client),
		Role: i.Role, Can: allows[i.Role], Command: sshline.Format(w.c.SSHAddress, ""), Code: model.Clean(i.Code),
		Expires: i.ExpiresAt.In(m.Client.Location()).Format("Monday 2 January 2006, 15:04 MST"),
	}
	v.Subject = "Your invitation from " + v.Client
	return render("invite", content{subject: v.Subject}, v)
}

func (w *Worker) hook(m model.Mail) (content, error) {
	h := m.Hook
	v := disabled{Name: cleanName(m.Name), Client: clientName(m.Client), URL: cleanText(h.URL, model.MaxURL)}
	if h.LastError != nil {
		v.Error = cleanText(*h.LastError, maxReason)
	}
	if h.FailingSince != nil {
		v.Since = h.FailingSince.In(m.Client.Location()).Format("Monday 2 January 2006, 15:04 MST")
	}
	client := ""
	if h.Client != nil {
		client = " --client " + *h.Client
	}
	v.Test = sshline.Format(w.c.SSHAddress, "") + " hook test URL" + client
	v.Add = sshline.Format(w.c.SSHAddress, "") + " hook add URL" + client
	v.Subject = "A webhook of " + v.Client + " was disabled"
	return render("hook", content{subject: v.Subject}, v)
}

// allows says what a role allows, behind "you can".
var allows = map[model.Role]string{
	model.Admin:  "run the platform",
	model.Owner:  "do everything for it: links, events, numbers and the team",
	model.Member: "make tracking links and events, and see the numbers",
	model.Viewer: "see the numbers",
}

// render fills both templates of the mail called name with the data v.
func render(name string, c content, v any) (content, error) {
	var plain, html strings.Builder
	if err := plainTexts.ExecuteTemplate(&plain, name+".txt", v); err != nil {
		return c, err
	}
	if err := htmlTexts.ExecuteTemplate(&html, name+".html", v); err != nil {
		return c, err
	}
	c.plain, c.html = fold(plain.String()), html.String()
	return c, nil
}

// cleanName is a foreign name as a mail may hold it.
func cleanName(s string) string { return cleanText(s, model.MaxName) }

// cleanText is at most limit characters of foreign text. Truncating can leave half an
// emoji, which the second cleaning removes.
func cleanText(s string, limit int) string {
	return model.Clean(model.Truncate(model.Clean(s), limit))
}

// clientName is the client in whose name a mail is written; the platform's own mails
// have none.
func clientName(c model.Client) string {
	if name := cleanName(c.Name); name != "" {
		return name
	}
	return "lastclick"
}

// lineWidth is a width that every mail program shows without breaking lines itself
// (RFC 5322 §2.1.1 asks for at most 78).
const lineWidth = 72

// fold breaks long lines at spaces. Addresses have none and stay whole.
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
