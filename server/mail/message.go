package mail

import (
	"bytes"
	"fmt"
	netmail "net/mail"
	"strings"

	gomail "github.com/wneessen/go-mail"

	"lastclick/model"
)

// message is a mail ready for the post.
type message struct {
	*gomail.Msg
	to   string
	file string // its name as a file; sorts as the rows do
}

// compose makes the message of a row. The same row gives the same message, but for
// the boundaries between its parts.
func (w *Worker) compose(m model.Mail) (message, error) {
	to, err := model.CheckEmail("address", m.To)
	if err != nil {
		return message{}, err
	}
	l, err := w.write(m)
	if err != nil {
		return message{}, err
	}
	msg := gomail.NewMsg(gomail.WithNoDefaultUserAgent())
	msg.FromMailAddress(&netmail.Address{Name: header(clientName(m.Client)), Address: w.from})
	msg.ToMailAddress(&netmail.Address{Name: header(m.Name), Address: to})
	msg.Subject(header(l.subject))
	msg.SetMessageIDWithValue(w.messageID(m))
	at := m.CreatedAt
	if at.IsZero() {
		at = w.c.Now()
	}
	msg.SetDateWithValue(at.UTC())
	// RFC 3834 §5: no holiday note comes back.
	msg.SetGenHeader("Auto-Submitted", "auto-generated")
	msg.SetBodyString(gomail.TypeTextPlain, l.plain)
	msg.AddAlternativeString(gomail.TypeTextHTML, l.html)
	if p := l.picture; p != nil {
		err := msg.EmbedReader("qr.png", bytes.NewReader(p.png), gomail.WithFileContentID("<"+p.cid+">"), gomail.WithFileContentType("image/png"))
		if err != nil {
			return message{}, fmt.Errorf("embed the QR code: %w", err)
		}
	}
	return message{Msg: msg, to: to, file: fileName(m)}, nil
}

// messageID is the same each time the row is sent. The time keeps the rows of a
// database apart from those of one that was begun anew.
func (w *Worker) messageID(m model.Mail) string {
	return fmt.Sprintf("lastclick.%d.%d@%s", m.ID, m.CreatedAt.UnixMilli(), w.domain())
}

func (w *Worker) contentID(m model.Mail) string {
	return fmt.Sprintf("qr.%d.%d@%s", m.ID, m.CreatedAt.UnixMilli(), w.domain())
}

func (w *Worker) domain() string { return w.from[strings.LastIndexByte(w.from, '@')+1:] }

// header is foreign text as it may stand in a header: one line, nothing invisible,
// and nothing that a reader's program would decode (RFC 2047) into something that
// was never looked at. What is not ASCII is encoded by the writer.
func header(s string) string {
	return strings.ReplaceAll(short(s, 2*model.MaxName), "=?", "= ?")
}

// fileName holds nothing of anybody's typing but a code that is one.
func fileName(m model.Mail) string {
	name := fmt.Sprintf("%010d-%s", m.ID, model.InviteMail)
	if m.Kind == model.WelcomeMail {
		name = fmt.Sprintf("%010d-%s", m.ID, model.WelcomeMail)
		if m.Link != nil && model.ValidSlug(m.Link.Code) {
			name += "-" + m.Link.Code
		}
	}
	return name + ".eml"
}
