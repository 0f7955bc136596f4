package tui

import (
	"slices"
	"strings"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/x/ansi"

	"lastclick/model"
)

// maxInput bounds a field, in characters: the longest thing to type is an e-mail
// address.
const maxInput = 254

// input is one line of text that is typed. It keeps grapheme clusters, so that the
// caret never stands inside an emoji; what cannot be shown never gets in; and it
// knows no clipboard but the one that the terminal pastes from.
type input struct {
	clusters []string
	at       int // the caret stands before clusters[at]
}

func newInput(s string) input {
	in := input{clusters: clusters(clean(s))}
	in.at = len(in.clusters)
	return in
}

func (in *input) value() string { return strings.Join(in.clusters, "") }

// key takes a key and says whether the text may have changed or the caret moved.
func (in *input) key(k tea.KeyMsg) bool {
	switch k.String() {
	case "left", "ctrl+b":
		in.at = max(in.at-1, 0)
	case "right", "ctrl+f":
		in.at = min(in.at+1, len(in.clusters))
	case "home", "ctrl+a":
		in.at = 0
	case "end", "ctrl+e":
		in.at = len(in.clusters)
	case "backspace", "ctrl+h":
		in.remove(in.at-1, in.at)
	case "delete", "ctrl+d":
		in.remove(in.at, in.at+1)
	case "ctrl+u":
		in.remove(0, in.at)
	case "ctrl+k":
		in.remove(in.at, len(in.clusters))
	case "ctrl+w", "alt+backspace":
		in.remove(in.wordStart(), in.at)
	default:
		if k.Alt || k.Type != tea.KeyRunes && k.Type != tea.KeySpace {
			return false
		}
		in.insert(string(k.Runes))
	}
	return true
}

// insert takes typed or pasted text: line breaks become spaces, the invisible goes.
func (in *input) insert(s string) {
	if s != " " {
		s = model.Clean(s)
	}
	if s == "" {
		return
	}
	before := strings.Join(in.clusters[:in.at], "") + s
	all := clusters(before + strings.Join(in.clusters[in.at:], ""))
	in.clusters = all[:min(len(all), maxInput)]
	in.at = min(len(clusters(before)), len(in.clusters))
}

func (in *input) remove(from, to int) {
	from, to = max(from, 0), min(to, len(in.clusters))
	if from >= to {
		return
	}
	in.clusters = slices.Delete(in.clusters, from, to)
	in.at = from
}

func (in *input) wordStart() int {
	i := in.at
	for i > 0 && in.clusters[i-1] == " " {
		i--
	}
	for i > 0 && in.clusters[i-1] != " " {
		i--
	}
	return i
}

// view is exactly w cells: the text around the caret where it is typed into, its
// beginning where it is not.
func (in *input) view(e *env, w int, focused bool) string {
	if !focused {
		return e.cell(in.value(), w)
	}
	room := w - 1 // the caret takes a cell of its own
	from, n := in.at, 0
	for from > 0 && n+width(in.clusters[from-1]) <= room {
		from--
		n += width(in.clusters[from])
	}
	to := in.at
	for to < len(in.clusters) && n+width(in.clusters[to]) <= room {
		n += width(in.clusters[to])
		to++
	}
	before := strings.Join(in.clusters[from:in.at], "")
	after := strings.Join(in.clusters[in.at:to], "")
	return before + e.ink.accent.on(e.mark.caret) + after + spaces(room-n)
}

// clusters takes s apart into what a person calls characters.
func clusters(s string) []string {
	var out []string
	for s != "" {
		c, _ := ansi.FirstGraphemeCluster(s, ansi.GraphemeWidth)
		if c == "" {
			break
		}
		out = append(out, c)
		s = s[len(c):]
	}
	return out
}
