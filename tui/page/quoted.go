package page

import (
	"strings"

	"lastclick/model"
)

// Quoted is text as one word of a command that ssh hands on: for the shell here, and for
// the command line there.
func Quoted(text string) string {
	text = model.Line(text)
	if strings.Trim(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.@:/") == "" && text != "" {
		return text
	}
	there := strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(text)
	return `'"` + strings.ReplaceAll(there, `'`, `'\''`) + `"'`
}
