package mail

import (
	"bytes"
	"fmt"
	netmail "net/mail"
	"strings"

	gomail "github.com/wneessen/go-mail"

	"lastclick/model"
)

// message is a mail ready to be sent.
type message struct {
	*gomail.Msg
	to   string
	file string // its name as a file; names sort as the rows do
}

// compose makes the message of a row. The same row gives the same message, except for
// the boundaries between its parts.
func (w *Worker) compose(m model.Mail) (message, error) {
	to, err := model.CheckEmail("address", m.To)
	if err != nil {
		return message{}, err
	}
	c, err := w.content(m)
	if err != nil {
		return message{}, err
	}
	msg := gomail.NewMsg(gomail.WithNoDefaultUserAgent())
	msg.FromMailAddress(&netmail.Address{Name: header(clientName(m.Client)), Address: w.from})
	msg.ToMailAddress(&netmail.Address{Name: header(m.Name), Address: to})
	if m.ReplyTo != "" {
		reply, err := model.CheckEmail("reply-to", m.ReplyTo)
		if err != nil {
			return message{}, err
		}
		msg.ReplyToMailAddress(&netmail.Address{Name: header(clientName(m.Client)), Address: reply})
	}
	msg.Subject(header(c.subject))
	msg.SetMessageIDWithValue(w.messageID(m))
	at := m.CreatedAt
	if at.IsZero() {
		at = w.c.Now()
	}
	msg.SetDateWithValue(at.UTC())
	// RFC 3834 §5: so that no vacation responder answers.
	msg.SetGenHeader("Auto-Submitted", "auto-generated")
	if c.unsubscribe != "" { // RFC 2369, RFC 8058
		msg.SetGenHeader("List-Unsubscribe", "<"+c.unsubscribe+">")
		msg.SetGenHeader("List-Unsubscribe-Post", "List-Unsubscribe=One-Click")
	}
	msg.SetBodyString(gomail.TypeTextPlain, c.plain)
	msg.AddAlternativeString(gomail.TypeTextHTML, c.html)
	if p := c.picture; p != nil {
		err := msg.EmbedReader("qr.png", bytes.NewReader(p.png), gomail.WithFileContentID("<"+p.cid+">"), gomail.WithFileContentType("image/png"))
		if err != nil {
			return message{}, fmt.Errorf("embed the QR code: %w", err)
		}
	}
	if f := c.file; f != nil {
		if err := msg.AttachReader(f.name, bytes.NewReader(f.data), gomail.WithFileContentType(gomail.ContentType(f.kind))); err != nil {
			return message{}, fmt.Errorf("attach %s: %w", f.name, err)
		}
	}
	return message{Msg: msg, to: to, file: fileName(m)}, nil
}

// messageID is the same each time the row is sent. The time distinguishes the rows of
// this database from those of a newer one on the same host.
func (w *Worker) messageID(m model.Mail) string {
	return fmt.Sprintf("lastclick.%d.%d@%s", m.ID, m.CreatedAt.UnixMilli(), w.domain())
}

func (w *Worker) contentID(m model.Mail) string {
	return fmt.Sprintf("qr.%d.%d@%s", m.ID, m.CreatedAt.UnixMilli(), w.domain())
}

func (w *Worker) domain() string { return w.from[strings.LastIndexByte(w.from, '@')+1:] }

// header is foreign text for a header: one line, nothing invisible, and nothing that a
// mail program would decode (RFC 2047) into text that was not cleaned. The library
// encodes what is not ASCII.
func header(s string) string {
	return strings.ReplaceAll(cleanText(s, 2*model.MaxName), "=?", "= ?")
}

// fileName holds no foreign text, except a code that is valid as one.
func fileName(m model.Mail) string {
	kind := model.InviteMail
	if m.Kind == model.WelcomeMail || m.Kind == model.HookMail || m.Kind == model.NumbersMail {
		kind = m.Kind
	}
	name := fmt.Sprintf("%010d-%s", m.ID, kind)
	if kind == model.WelcomeMail && m.Link != nil && model.ValidSlug(m.Link.Code) {
		name += "-" + m.Link.Code
	}
	return name + ".eml"
}
