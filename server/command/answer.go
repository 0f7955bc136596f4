package command

import (
	"errors"

	"lastclick/server/internal/spreadsheet"
)

// answer is the result of a command in each form that can be asked for.
type answer struct {
	json any               // one document
	csv  func() [][]string // the names of the columns first; nil where nothing is listed
	text func(*page)
	cut  string // of a list that was cut: how it goes on; empty where it is whole
	warn string // what is done and yet not right, a sentence for standard error; empty for nothing
}

// reply writes the form of the answer that the flags ask for, in one piece.
func (s *session) reply(a answer) error {
	var out []byte
	var note []string
	switch {
	case s.json:
		var err error
		if out, err = document(a.json); err != nil {
			return err
		}
	case s.csv:
		out = spreadsheet.Bytes(a.csv())
		if a.cut != "" {
			note = []string{a.cut} // beside the spreadsheet, not in it
		}
	default:
		p := s.page()
		a.text(p)
		if a.cut != "" {
			p.gap()
			p.put(a.cut)
		}
		out = p.bytes()
	}
	if _, err := s.Out.Write(out); err != nil {
		return errGone
	}
	if a.warn != "" {
		note = append(note, "Warning: "+a.warn)
	}
	if note != nil {
		s.complain(note...)
	}
	return nil
}

// errGone: the client has closed its end.
var errGone = errors.New("the client is gone")
