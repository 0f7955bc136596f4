package ssh

import (
	"context"
	"io"
	"strconv"
	"strings"

	"github.com/aymanbagabas/go-osc52/v2"
	"github.com/charmbracelet/lipgloss"
	"github.com/muesli/termenv"

	"lastclick/model"
)

// maxCopy bounds, in bytes, what a screen may put on the clipboard: terminals stop
// at some 75 kB of base64.
const maxCopy = 16 << 10

// Screen is what a program on the terminal gets of its session.
type Screen struct {
	Context context.Context // ends with the session
	Actor   model.Actor     // with its client chosen, where there is a choice of one
	// Renderer is the session's own, for the colours of this terminal: styles must
	// be made with it, for the default one describes the daemon's own output.
	Renderer      *lipgloss.Renderer
	Width, Height int // in cells, at the start; a tea.WindowSizeMsg with the same follows

	// Copy puts text on the clipboard of the person's terminal, if it is willing
	// (OSC 52). It may be called from any goroutine and may wait for the client.
	Copy func(text string)

	ASCII      bool   // draw with ASCII only
	NoColour   bool   // draw with bold, underline and reverse only: the person wants no colours
	User, Term string // as the client says; cleaned
	// Joined says that the person has just come to be, and the screen that took their code
	// hands over: nothing may wait for the store.
	Joined bool
}

// console describes the client's terminal, from what it said and without asking
// it: a query would wait for an answer that may never come, and eat typed keys.
type console struct {
	term string
	env  environ
}

func consoleOf(s *session) console {
	c := console{term: s.term, env: s.env}
	if s.pty {
		c.env = append(environ{}, s.env...)
		c.env = append(c.env, "TERM="+s.term)
	}
	return c
}

// renderer is for the terminal behind w, or for plain text. It has no colours where the
// person wants none.
func (c console) renderer(w io.Writer, tty bool) *lipgloss.Renderer {
	if !tty || c.noColour() {
		return plainRenderer(w)
	}
	return c.screenRenderer(w)
}

// screenRenderer is renderer for a screen, which NoColour keeps from using colours: without
// bold and the like nothing on it would be told from the rest.
func (c console) screenRenderer(w io.Writer) *lipgloss.Renderer {
	r := lipgloss.NewRenderer(w, termenv.WithEnvironment(c.env), termenv.WithUnsafe())
	// Both would be found out at first use, the second by a query.
	r.SetColorProfile(c.colours())
	r.SetHasDarkBackground(c.dark())
	return r
}

// noColour says whether the person wants no colours (no-color.org).
func (c console) noColour() bool { return c.env.Getenv("NO_COLOR") != "" }

// colours are those that the terminal says it has, and 16 where it says nothing: no
// terminal of today has none, whatever its TERM. Older ones that have none say so.
func (c console) colours() termenv.Profile {
	term := strings.ToLower(c.term)
	switch {
	case term == "" || term == "dumb" || len(term) > 2 && term[:2] == "vt" && term[2] <= '9' || strings.HasSuffix(term, "-m") || strings.HasSuffix(term, "-mono"):
		return termenv.Ascii
	case c.noColour():
		return termenv.ANSI
	}
	switch strings.ToLower(c.env.Getenv("COLORTERM")) {
	case "truecolor", "24bit":
		if strings.HasPrefix(term, "screen") { // it passes on 256
			return termenv.ANSI256
		}
		return termenv.TrueColor
	}
	switch {
	case strings.HasSuffix(term, "-direct"):
		return termenv.TrueColor
	case strings.Contains(term, "256color"):
		return termenv.ANSI256
	}
	return termenv.ANSI
}

// ScreenRenderer is the renderer for a screen on a terminal of this machine, whose
// variables are env, and whether the person wants no colours.
func ScreenRenderer(w io.Writer, env []string) (r *lipgloss.Renderer, noColour bool) {
	c := console{term: environ(env).Getenv("TERM"), env: env}
	return c.screenRenderer(w), c.noColour()
}

func plainRenderer(w io.Writer) *lipgloss.Renderer {
	r := lipgloss.NewRenderer(w, termenv.WithEnvironment(environ{}))
	r.SetColorProfile(termenv.Ascii)
	r.SetHasDarkBackground(true)
	return r
}

// dark reads COLORFGBG ("15;0": the last part is the background's colour). Where
// it is not sent, most terminals are dark.
func (c console) dark() bool {
	v := c.env.Getenv("COLORFGBG")
	n, err := strconv.Atoi(v[strings.LastIndexByte(v, ';')+1:])
	return err != nil || n < 7 || n == 8
}

// ascii says whether the terminal shows no box drawing: an old one, or a locale
// without UTF-8. Clients that send no locale have a UTF-8 one.
func (c console) ascii() bool {
	if c.simple() {
		return true
	}
	for _, name := range []string{"LC_ALL", "LC_CTYPE", "LANG"} {
		if v := strings.ToLower(c.env.Getenv(name)); v != "" {
			return !strings.Contains(v, "utf-8") && !strings.Contains(v, "utf8")
		}
	}
	return false
}

// simple terminals may print an escape sequence that they do not know.
func (c console) simple() bool {
	return c.term == "" || c.term == "dumb" || c.term == "linux" || strings.HasPrefix(c.term, "vt100")
}

// copier writes to the terminal's clipboard, in one Write, so that no frame gets
// between. Under tmux and screen it is sent both ways: plain, which tmux takes with
// set-clipboard on, and passed through to the terminal outside.
func (c console) copier(w io.Writer) func(string) {
	return func(text string) {
		if c.simple() || text == "" || len(text) > maxCopy {
			return
		}
		seq := osc52.New(text)
		out := seq.String()
		switch {
		case strings.HasPrefix(c.term, "tmux"):
			out += seq.Tmux().String()
		case strings.HasPrefix(c.term, "screen"):
			// tmux calls itself so too, and passes only its own form on.
			out += seq.Screen().String()
		}
		_, _ = io.WriteString(w, out)
	}
}
