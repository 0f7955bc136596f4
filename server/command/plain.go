package command

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"lastclick/model"
)

// plainPart is how many things of a list are read out before m goes on.
const plainPart = 10

func (s *session) plain() *cobra.Command {
	var c *cobra.Command
	c = s.leaf(spec{
		use:      "plain",
		short:    "The console as a dialogue in lines, for screen readers and bad connections.",
		more:     "Nothing is drawn and nothing is painted again: each answer is a few lines, and a number or a letter goes on. Any other command can be run in it, behind a colon. It works with and without a terminal (-t); h lists the choices, q leaves.",
		examples: []string{"plain"},
		role:     model.Viewer,
		run: func(ctx context.Context, _ []string) error {
			if s.json {
				return usagef("plain is a dialogue: for JSON take stats, link list or order list")
			}
			return s.dialogue(ctx, c)
		},
	})
	c.Flags().BoolVar(&s.json, "json", false, "")
	_ = c.Flags().MarkHidden("json") // refused above, so help does not promise it
	return c
}

// plainMode is one dialogue. Its screens are functions that ask until the person goes back.
type plainMode struct {
	*session
	ctx   context.Context
	cmd   *cobra.Command
	actor model.Actor
	in    *lineReader
	loc   *time.Location
	title string // of the client

	filter     model.Filter      // of the numbers: event and days
	days       string            // as they were said: a word for them moves on with the clock
	sort       string            // a column of stats --sort
	find       string            // words that the links shown have
	archived   bool              // they are listed too
	eventNames map[string]string // by slug, as they were read last
	undo       *undo             // of the last change, where that can be taken back
}

// errLeave ends the dialogue: q, or the end of the input.
var errLeave = errors.New("the person leaves")

func (s *session) dialogue(ctx context.Context, c *cobra.Command) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	a, err := s.actor(ctx)
	if err != nil {
		return err
	}
	s.Out, s.Renderer = &sharedWriter{w: s.Out}, nil // nothing is painted
	m := &plainMode{session: s, ctx: ctx, cmd: c, actor: a, in: readLines(ctx, s.In, s.Out, s.TTY), sort: "tickets"}
	err = m.chooseClient()
	if err == nil {
		err = m.home()
	}
	if errors.Is(err, errLeave) {
		return nil
	}
	return err
}

// chooseClient asks an admin of several clients for one.
func (m *plainMode) chooseClient() error {
	if m.actor.Client == "" {
		clients, err := m.Store.Clients(m.ctx, m.actor)
		if err != nil {
			return err
		}
		if len(clients) == 0 {
			m.say("There is no client yet. Add the first one: " + m.ssh() + "client add SLUG --name N --url URL")
			return errLeave
		}
		for i, c := range clients {
			m.say(strconv.Itoa(i+1) + " " + c.Name + ", " + c.Slug + ".")
		}
		n := 0
		for n == 0 { // there is nothing to go back to
			var err error
			if n, err = m.askNumber("Say the number of a client, or q to leave.", len(clients)); err != nil {
				return err
			}
		}
		if m.actor, err = m.Store.Choose(m.ctx, m.actor, clients[n-1].Slug); err != nil {
			return err
		}
	}
	client, err := m.Store.Client(m.ctx, m.actor, m.actor.Client)
	if err != nil {
		return err
	}
	m.loc, m.title = client.Location(), client.Name
	return nil
}

// say writes a sentence, or a few of them, as a line of its own; on a terminal it is broken
// between words.
func (m *plainMode) say(lines ...string) {
	m.sayPage(func(p *page) {
		for _, line := range lines {
			p.say(line)
		}
	})
}

// sayPage says what write writes.
func (m *plainMode) sayPage(write func(p *page)) {
	p := m.page()
	write(p)
	m.write(p.bytes())
}

func (m *plainMode) write(b []byte) { _, _ = m.Out.Write(b) } // where the client is gone, its input ends

// ask waits for a line. It ends with errLeave once there are none.
func (m *plainMode) ask(prompt string) (string, error) {
	m.write([]byte(prompt))
	select {
	case line, ok := <-m.in.lines:
		if !ok {
			m.write([]byte("\n"))
			return "", errLeave
		}
		return strings.TrimSpace(line), nil
	case <-m.ctx.Done(): // ctrl+c, or the session is to end
		m.write([]byte("\n"))
		return "", errLeave
	}
}

// choice is a letter of a screen. Without a text it is not offered, but understood.
type choice struct {
	key, text string
	run       func() error
}

// choose asks for one of the choices, or for a number up to most, which pick takes. The
// choices are read out where all says so.
func (m *plainMode) choose(all bool, most int, what string, pick func(n int) error, choices []choice) error {
	if all {
		m.sayChoices(most, what, choices, false)
	}
	line, err := m.ask("> ")
	if err != nil {
		return err
	}
	if command, ok := strings.CutPrefix(line, ":"); ok {
		return m.command(command)
	}
	word := strings.ToLower(line)
	if n, err := strconv.Atoi(word); err == nil {
		if n >= 1 && n <= most {
			return pick(n)
		}
		m.say("There is no number " + model.FormatCount(int64(n)) + " here.")
		return nil
	}
	switch word {
	case "":
		return nil
	case "q", "quit", "exit":
		return errLeave
	case "h", "help", "?":
		m.sayChoices(most, what, choices, true)
		if m.undo != nil {
			m.say("z takes back the last change, until there is another one. There is no hurry: it has no time limit.")
		}
		m.say("Say a colon and a command to run it here, such as : stats --days 7d. : help lists the commands.")
		return nil
	}
	i := slices.IndexFunc(choices, func(c choice) bool { return c.key == word })
	if i < 0 {
		m.say("“" + model.Truncate(line, 40) + "” is no choice here. h lists the choices.")
		return nil
	}
	return choices[i].run()
}

// rarely parts the choices that are read out with the screen from those that h lists too.
var rarely = choice{}

func (m *plainMode) sayChoices(most int, what string, choices []choice, all bool) {
	var words []string
	if most > 0 {
		words = append(words, "a number "+what)
	}
	help := "h for help"
	for _, c := range choices {
		if c.key == rarely.key {
			if !all {
				help = "h for more choices"
				break
			}
			continue
		}
		if c.text != "" {
			words = append(words, c.key+" "+c.text)
		}
	}
	m.say("Say " + strings.Join(append(words, help, "q to leave"), ", ") + ".")
}

// askNumber asks until a number from 1 to most is said; 0 is that the person goes back. The
// other letters do what they do elsewhere.
func (m *plainMode) askNumber(sentence string, most int) (int, error) {
	for {
		m.say(sentence)
		line, err := m.ask("> ")
		if err != nil {
			return 0, err
		}
		switch word := strings.ToLower(line); word {
		case "", ".", "b":
			return 0, nil
		case "q", "quit", "exit":
			return 0, errLeave
		case "h", "help", "?": // the sentence says all that there is
		default:
			if n, err := strconv.Atoi(word); err == nil && n >= 1 && n <= most {
				return n, nil
			}
			m.say("“" + model.Truncate(line, 40) + "” is no number from 1 to " + model.FormatCount(int64(most)) + ".")
		}
	}
}

// confirm asks before something is done; the answer to nothing is no, and no says so.
func (m *plainMode) confirm(question string) (bool, error) {
	yes, err := m.askYes(question)
	if err == nil && !yes {
		m.say("Nothing was done.")
	}
	return yes, err
}

// askYes asks a question where no is an answer too.
func (m *plainMode) askYes(question string) (bool, error) {
	m.say(question + " y for yes, n for no; no is meant where you say nothing.")
	line, err := m.ask("> ")
	word := strings.ToLower(line)
	return word == "y" || word == "yes", err
}

// fail says what went wrong, and goes on: the dialogue ends only where the session does.
func (m *plainMode) fail(err error) error {
	if errors.Is(err, errLeave) || m.ctx.Err() != nil {
		return errLeave
	}
	for _, line := range m.sentences(m.ctx, m.cmd, err) {
		m.say("That did not work: " + line + ".")
	}
	return nil
}

// back ends a screen.
var errBack = errors.New("back")

func goBack() error { return errBack }

// then goes on with next behind what ended with err.
func then(err error, next func() error) error {
	if err != nil {
		return err
	}
	return next()
}

// screen runs a screen until the person goes back from it.
func screen(turn func(first bool) error) error {
	for first := true; ; first = false {
		switch err := turn(first); {
		case errors.Is(err, errBack):
			return nil
		case err != nil:
			return err
		}
	}
}
