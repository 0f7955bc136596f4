package mail

import (
	"errors"
	"fmt"
	"net/textproto"

	"lastclick/model"
)

// consequence is what follows from a failure to send a mail.
type consequence uint8

const (
	retryMail   consequence = iota // this mail is tried again; others go on
	giveUpMail                     // this mail is given up; others go on
	stopSending                    // no mail is sent for now
)

// failure is why a mail was not sent.
type failure struct {
	what   consequence
	reason string // for people: one safe line
	broken bool   // the connection is of no further use
	early  bool   // before the server knew anything of the mail
}

func (f *failure) Error() string { return f.reason }

// maxReason is enough for a server's sentence with a link to an explanation.
const maxReason = 300

// sentence is err behind what it means, for promoters to read. The text of a server is
// foreign text.
func sentence(meaning string, err error) string {
	s := err.Error()
	if reply, ok := errors.AsType[*textproto.Error](err); ok {
		s = fmt.Sprintf("%d %s", reply.Code, reply.Msg) // its Error quotes the text
	}
	if meaning != "" {
		s = meaning + ": " + s
	}
	return model.Clean(model.Truncate(model.Line(s), maxReason)) // a cut emoji is cleaned away
}
