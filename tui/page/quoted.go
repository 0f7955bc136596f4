package page

import (
	"strings"

	"lastclick/model"
)

// Args is a command of ours and its arguments, as a shell takes them behind "ssh HOST". It
// is made of constants; what comes from elsewhere is put in by With, which quotes it.
type Args string

// With is the command with more words, each of which stays one whatever it holds.
func (a Args) With(words ...string) Args {
	for _, w := range words {
		if a != "" {
			a += " "
		}
		a += Args(quoted(w))
	}
	return a
}

// quoted is text as one word of a command that ssh hands on: for the shell here, and for
// the command line there.
func quoted(text string) string {
	text = model.Line(text)
	if strings.Trim(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.@:/") == "" && text != "" {
		return text
	}
	there := strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(text)
	return `'"` + strings.ReplaceAll(there, `'`, `'\''`) + `"'`
}
