package mail

import (
	"errors"
	"fmt"
	"net/textproto"
)

// consequence is what follows from a mail that did not leave.
type consequence uint8

const (
	later  consequence = iota // this mail is tried again, others go on
	never                     // this mail is given up
	closed                    // no mail leaves for now
)

// failure is why a mail did not leave.
type failure struct {
	what   consequence
	reason string // for people: clean, one line
	broken bool   // the connection is of no more use
	early  bool   // before the server knew anything of the mail
}

func (f *failure) Error() string { return f.reason }

// maxReason is enough for a server's sentence and its link to an explanation.
const maxReason = 300

// sentence is err behind what it means, as promoters may read it. Servers answer
// with what they like, so that it is foreign text.
func sentence(meaning string, err error) string {
	s := err.Error()
	if reply, ok := errors.AsType[*textproto.Error](err); ok {
		s = fmt.Sprintf("%d %s", reply.Code, reply.Msg) // its own form is quoted, as in a program
	}
	if meaning != "" {
		s = meaning + ": " + s
	}
	return short(s, maxReason)
}
