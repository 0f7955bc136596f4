package command

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"lastclick/model"
)

// usageError is a fault in how a command was called: exit code 2.
type usageError struct{ msg string }

func (e *usageError) Error() string { return e.msg }

func usagef(format string, args ...any) error {
	return &usageError{fmt.Sprintf(format, args...)}
}

// required marks a flag that must be given.
const required = "lastclick_required"

func require(flags *pflag.FlagSet, names ...string) {
	for _, name := range names {
		_ = flags.SetAnnotation(name, required, []string{"true"}) // fails for an undefined flag only
	}
}

func isRequired(f *pflag.Flag) bool { return len(f.Annotations[required]) > 0 }

// checkUsage says what is wrong with how the command c was called.
func checkUsage(s *session, c *cobra.Command, p spec, args []string) error {
	names := strings.Fields(p.use)[1:]
	for i, name := range names {
		if i >= len(args) && !strings.HasPrefix(name, "[") {
			return usagef("%s is missing", name)
		}
	}
	if extra := len(args) - len(names); extra > 0 && !p.many {
		return usagef("%q is one word too many: your own shell removes quotes, so put the whole command in single quotes and a text of several words in double quotes inside", model.Line(args[len(args)-extra]))
	}
	var missing []string
	c.LocalNonPersistentFlags().VisitAll(func(f *pflag.Flag) {
		if isRequired(f) && !f.Changed {
			missing = append(missing, "--"+f.Name)
		}
	})
	if len(missing) > 0 {
		return usagef("%s must be given", strings.Join(missing, " and "))
	}
	if s.json && s.csv {
		return usagef("--json and --csv exclude one another: choose one")
	}
	return nil
}

// unknown answers for the root and for nouns: no command of that name, or none at all.
func (s *session) unknown(c *cobra.Command, args []string) error {
	path := strings.TrimPrefix(strings.TrimPrefix(c.CommandPath(), c.Root().Name()), " ")
	if len(args) == 0 {
		if path == "" {
			return usagef("no command is given")
		}
		var names []string
		for _, sub := range c.Commands() {
			if sub.IsAvailableCommand() {
				names = append(names, sub.Name())
			}
		}
		if len(names) == 0 {
			return s.Actor.Require(s.leastRole(c))
		}
		return usagef("%s needs one more word: %s", path, strings.Join(names, ", "))
	}
	wrong := model.Line(args[0])
	if path != "" {
		path += " "
	}
	c.SuggestionsMinimumDistance = 2
	if near := c.SuggestionsFor(args[0]); len(near) > 0 {
		return usagef("there is no command %q: did you mean %q?", path+wrong, path+near[0])
	}
	return usagef("there is no command %q", path+wrong)
}

// leastRole is the role that one of the noun's commands takes at least.
func (s *session) leastRole(noun *cobra.Command) model.Role {
	for _, role := range slices.Backward(model.Roles) {
		for _, sub := range noun.Commands() {
			if s.roles[sub] == role {
				return role
			}
		}
	}
	return model.Admin
}

// flagError says what is wrong with a flag, in one sentence.
func flagError(_ *cobra.Command, err error) error {
	msg := err.Error()
	switch rest, ok := strings.CutPrefix(msg, "unknown flag: "); {
	case ok:
		msg = "there is no flag " + rest + " here"
	case strings.HasPrefix(msg, "unknown shorthand flag"):
		msg = "flags are long here and begin with two dashes; a text that begins with a dash stands after --"
	case strings.HasPrefix(msg, "flag needs an argument: "):
		msg = strings.TrimPrefix(msg, "flag needs an argument: ") + " needs a value"
	case strings.HasPrefix(msg, "invalid argument "):
		// `invalid argument "x" for "--limit" flag: strconv.ParseInt: …`
		value, rest, _ := strings.Cut(strings.TrimPrefix(msg, "invalid argument "), " for ")
		name, _, _ := strings.Cut(strings.Trim(rest, `"`), `"`)
		msg = name + " does not take " + value
	}
	return &usageError{model.Line(msg)}
}

// line is how the command c is called, with its flags.
func (s *session) line(c *cobra.Command) string {
	if !c.HasParent() {
		return s.ssh() + "COMMAND"
	}
	words := []string{strings.TrimPrefix(c.CommandPath(), c.Root().Name()+" ")}
	if c.HasSubCommands() {
		words = append(words, "COMMAND")
	}
	words = append(words, strings.Fields(c.Use)[1:]...)
	c.LocalFlags().VisitAll(func(f *pflag.Flag) {
		if f.Name == "help" || f.Name == "csv" || f.Hidden {
			return
		}
		word := "--" + f.Name
		if value, _ := pflag.UnquoteUsage(f); value != "" {
			word += " " + value
		}
		if !isRequired(f) {
			word = "[" + word + "]"
		}
		words = append(words, word)
	})
	return s.ssh() + strings.Join(words, " ")
}
