package page

import "lastclick/model"

// Args is a command of ours and its arguments, as a shell takes them behind "ssh HOST". It
// is made of constants; what comes from elsewhere is put in by With, which quotes it.
type Args string

// With is the command with more words, each of which stays one whatever it holds.
func (a Args) With(words ...string) Args {
	for _, w := range words {
		if a != "" {
			a += " "
		}
		a += Args(model.Quoted(w))
	}
	return a
}
