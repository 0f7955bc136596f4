package sshline

import (
	"errors"
	"fmt"
	"strings"
)

// MaxLine bounds a command line, in bytes.
const MaxLine = 32 << 10

// Split makes arguments of a command line, with the quotes of a shell and none of its
// powers. The SSH library's own (Session.Command) drops an empty word, which is how a person
// takes a setting away: event set gala --starts "". What is in quotes, or follows a
// backslash, stands for itself; within double quotes a backslash does so only before
// another one or a double quote.
func Split(line string) ([]string, error) {
	if len(line) > MaxLine {
		return nil, fmt.Errorf("the command line has %d bytes, at most %d are allowed", len(line), MaxLine)
	}
	var words []string
	var word strings.Builder
	inWord, quote, escaped := false, rune(0), false
	for _, c := range line {
		switch {
		case escaped:
			if quote == '"' && c != '"' && c != '\\' {
				word.WriteByte('\\')
			}
			word.WriteRune(c)
			escaped = false
		case c == '\\' && quote != '\'':
			inWord, escaped = true, true
		case c == quote:
			quote = 0
		case quote != 0:
			word.WriteRune(c)
		case c == '\'' || c == '"':
			inWord, quote = true, c
		case c == ' ' || c == '\t' || c == '\r' || c == '\n':
			if inWord {
				words = append(words, word.String())
				word.Reset()
				inWord = false
			}
		default:
			inWord = true
			word.WriteRune(c)
		}
	}
	if quote != 0 || escaped {
		return nil, errors.New("a quote in the command line is not closed")
	}
	if inWord {
		words = append(words, word.String())
	}
	return words, nil
}
