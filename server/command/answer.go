package command

import "errors"

// answer is the result of a command in each form that can be asked for.
type answer struct {
	json any               // one document
	csv  func() [][]string // the names of the columns first; nil where nothing is listed
	text func(*page)
}

// reply writes the form of the answer that the flags ask for, in one piece.
func (s *session) reply(a answer) error {
	var out []byte
	switch {
	case s.json:
		var err error
		if out, err = document(a.json); err != nil {
			return err
		}
	case s.csv:
		out = csvBytes(a.csv())
	default:
		p := s.page()
		a.text(p)
		out = p.bytes()
	}
	if _, err := s.Out.Write(out); err != nil {
		return errGone
	}
	return nil
}

// errGone: the client has closed its end.
var errGone = errors.New("the client is gone")
