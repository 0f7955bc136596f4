package command

import (
	"context"
	"strings"

	"github.com/charmbracelet/x/ansi"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"lastclick/model"
)

// helpCommand is `help`, alone or with the words of a command.
func (s *session) helpCommand() *cobra.Command {
	var c *cobra.Command
	c = s.leaf(spec{
		use:      "help [COMMAND]",
		short:    "Explain all commands, or one; help webhook explains what checkouts post, help secrets what is kept in clear.",
		examples: []string{"help", "help link add", "help webhook", "help secrets"},
		many:     true,
		run: func(_ context.Context, args []string) error {
			if len(args) == 1 && args[0] == "webhook" {
				return s.printWebhookHelp()
			}
			if len(args) == 1 && args[0] == "secrets" {
				return s.printSecretsHelp()
			}
			topic, rest, err := c.Root().Find(args)
			if err != nil || len(rest) > 0 {
				return usagef("there is no command %q", model.Line(strings.Join(args, " ")))
			}
			s.printHelp(topic, nil)
			return nil
		},
	})
	return c
}

func (s *session) helpLine(c *cobra.Command) string {
	if !c.HasParent() {
		return s.ssh() + "help"
	}
	return s.ssh() + strings.TrimPrefix(c.CommandPath(), c.Root().Name()+" ") + " --help"
}

// printHelp writes the manual of c.
func (s *session) printHelp(c *cobra.Command, _ []string) {
	c.InitDefaultHelpFlag()
	p := s.page()
	p.say(c.Short)
	for i, paragraph := range strings.Split(c.Long, "\n\n") {
		switch {
		case i > 0:
			p.gap()
			fallthrough
		case paragraph != "":
			p.say(paragraph)
		}
	}
	p.gap()
	p.put("Usage: " + s.line(c))
	if c.HasSubCommands() {
		s.helpCommands(p, c)
	}
	s.helpFlags(p, c)
	if c.Example != "" {
		p.gap()
		p.title("Examples")
		for example := range strings.SplitSeq(c.Example, "\n") {
			p.put("  " + s.ssh() + example)
		}
	}
	if !c.HasParent() {
		p.gap()
		p.title("Also")
		p.say("Without a command, on a terminal, the screens open:")
		p.put("  " + strings.TrimSpace(s.ssh()))
		p.say("All about one command:")
		p.put("  " + s.ssh() + "link add --help")
		p.say("Your own shell removes quotes. Where a flag takes several words, put the whole command in single quotes:")
		p.put("  " + s.ssh() + `'link set ana --name "Ana Maria Diaz"'`)
		p.say("Exit codes: 0 done; 1 refused or failed, with a sentence on stderr; 2 wrong usage.")
	}
	_, _ = s.Out.Write(p.bytes()) // the client may be gone
}

// helpCommands lists what the person may use, one line each.
func (s *session) helpCommands(p *page, c *cobra.Command) {
	var rows [][2]string
	for _, leaf := range s.leaves {
		if !leaf.Hidden && under(leaf, c) {
			rows = append(rows, helpRow(leaf))
		}
	}
	p.gap()
	p.title("Commands")
	p.terms(rows)
}

// under says whether the command stands below a group, or below one in it.
func under(c, group *cobra.Command) bool {
	for p := c.Parent(); p != nil; p = p.Parent() {
		if p == group {
			return true
		}
	}
	return false
}

func helpRow(c *cobra.Command) [2]string {
	words := append([]string{strings.TrimPrefix(c.CommandPath(), c.Root().Name()+" ")}, strings.Fields(c.Use)[1:]...)
	return [2]string{strings.Join(words, " "), c.Short}
}

func (s *session) helpFlags(p *page, c *cobra.Command) {
	var rows [][2]string
	add := func(f *pflag.Flag) {
		if f.Hidden {
			return
		}
		value, text := pflag.UnquoteUsage(f)
		switch {
		case f.Name == "help":
			text = "show this help"
		case isRequired(f):
			text += " (must be given)"
		}
		rows = append(rows, [2]string{strings.TrimSpace("--" + f.Name + " " + value), text})
	}
	c.LocalFlags().VisitAll(add)
	c.InheritedFlags().VisitAll(add)
	p.gap()
	p.title("Flags")
	p.terms(rows)
}

// terms are words with their explanations beside them, or beneath where the terminal
// is narrow.
func (p *page) terms(rows [][2]string) {
	const indent, most = 2, 34
	left := 0
	for _, r := range rows {
		if w := ansi.StringWidth(r[0]); w <= most {
			left = max(left, w)
		}
	}
	column := indent + left + 2
	if p.width > 0 && p.width < column+24 {
		for _, r := range rows {
			p.put("  " + model.Line(r[0]))
			p.wrapped("      ", r[1])
		}
		return
	}
	for _, r := range rows {
		head := "  " + model.Line(r[0])
		if ansi.StringWidth(head) > column-2 {
			p.put(head)
			head = ""
		}
		p.hanging(head, column, r[1])
	}
}
