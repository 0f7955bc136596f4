package model

import (
	"cmp"
	"strings"
)

// Called are the names of a client's links and events, by code and by slug. One that is not
// among them is called by its code.
type Called struct{ Links, Events map[string]string }

// NamesOf are those of the links and events.
func NamesOf(links []Link, events []Event) Called {
	c := Called{make(map[string]string, len(links)), make(map[string]string, len(events))}
	for i := range links {
		c.Links[links[i].Code] = links[i].Name
	}
	for i := range events {
		c.Events[events[i].Slug] = events[i].Name
	}
	return c
}

// Link is a link's name with its code.
func (c Called) Link(code string) string {
	if name := c.Links[code]; name != "" {
		return name + " (" + code + ")"
	}
	return code
}

// Event is the event's name.
func (c Called) Event(slug string) string { return cmp.Or(c.Events[slug], slug) }

// unquoted are the bytes of a word that means itself to a shell.
const unquoted = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.@:/+="

// Quoted is text as one word of a command that ssh hands on: for the shell where it is
// typed, and for the command line behind it. A word that begins with = is an expansion of
// zsh.
func Quoted(text string) string {
	text = Line(text)
	if text != "" && strings.Trim(text, unquoted) == "" && text[0] != '=' {
		return text
	}
	inner := strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(text)
	return `'"` + strings.ReplaceAll(inner, `'`, `'\''`) + `"'`
}

// MaxPicked bounds the links that are named one by one in a command.
const MaxPicked = 200

// PickLinks is a command of a shell that lets of the lines of stats --csv those through that
// are about the links with these codes, and the titles.
func PickLinks(codes []string) string {
	return "grep -E '^(row|link|ticket_type),(link|" + strings.Join(codes, "|") + "),'"
}
