package command

import (
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"lastclick/server/internal/sshline"
)

// reading are the commands that change nothing. What is not here may: behind it, z would take
// back what is no longer the last change.
var reading = []string{
	"link list", "link show", "link test", "link qr", "stats", "statement", "order list", "order explain", "export", "event list", "event show",
	"promoter list", "key list", "client list", "client show", "checkout list", "checkout show", "checkout test", "hook list", "inbox list", "inbox show",
	"report list", "customer show", "privacy", "receipt-key list", "host-key show", "audit", "keys list", "whoami", "help",
}

// ending are the commands that end something for good, or that z cannot take back: they are asked
// about, as all that is chosen by a letter is. Run over ssh they are not: there a line is
// typed whole.
var ending = []string{
	"link code remove", "promoter remove", "promoter revoke", "key remove", "checkout rotate", "checkout remove", "hook remove", "inbox dismiss",
	"report remove", "customer erase", "receipt-key rotate", "host-key rotate",
}

// command runs a command within the dialogue, as ": link list" asks for it: everything that
// there is no choice for can be done so. What reads its input has none here.
func (m *plainMode) command(line string) error {
	args, err := sshline.Split(line)
	switch {
	case err != nil:
		m.say("That did not work: " + err.Error() + ".")
		return nil
	case len(args) == 0:
		m.say("Say a command behind the colon, such as : stats --days 7d. Say : help for all of them, and : help and its name for one.")
		return nil
	case args[0] == "plain":
		m.say("You are in plain mode already.")
		return nil
	}
	c := m.asks(args)
	if c.has("follow") {
		m.say("A command that goes on is not for here. The choice w says each new order as it comes: it is in the list of links, and in each list of orders.")
		return nil
	}
	if why := c.confirms(); why != "" && !c.has("help") {
		if yes, err := m.confirm("Run “" + strings.TrimSpace(line) + "”? " + why); err != nil || !yes {
			return err
		}
	}
	if !slices.Contains(reading, c.name) && !c.has("help") {
		m.changed(nil)
	}
	env := m.Env
	env.In, env.Err, env.Renderer, env.TTY = strings.NewReader(""), m.Out, nil, false
	env.Actor = m.actor
	env.Failed = nil // it is not how the dialogue ends
	Run(m.ctx, env, args)
	if m.ctx.Err() != nil {
		return errLeave
	}
	return nil
}

// called is what a line of words asks for.
type called struct {
	name string // of the command: "order list"
	cmd  *cobra.Command
}

// asks reads the words as Run does: a word may be the value of a flag, and no flag.
func (m *plainMode) asks(args []string) called {
	root := newSession(m.Env).root()
	root.InitDefaultHelpCmd() // as Execute does
	c, rest, err := root.Find(joinKey(args))
	if err != nil {
		return called{cmd: root}
	}
	c.InitDefaultHelpFlag()
	_ = c.ParseFlags(rest) // Run says what is wrong with them
	return called{name: strings.TrimPrefix(c.CommandPath(), root.Name()+" "), cmd: c}
}

// confirms is what to say of the command before it is run; empty where it is not asked about.
func (a called) confirms() string {
	switch {
	case slices.Contains(ending, a.name):
		return "Nothing here takes it back."
	case a.name == "link set" && a.has("new-stats-token"):
		return "The old address of the stats page stops working at once, and cannot be had back."
	case a.name == "link resend":
		return "It sends a mail to the link's owner."
	}
	return ""
}

// has says whether a flag that is yes or no is set.
func (a called) has(flag string) bool {
	f := a.cmd.Flags().Lookup(flag)
	return f != nil && f.Value.String() == "true"
}
