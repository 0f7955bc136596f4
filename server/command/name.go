package command

import "strings"

// Name is the command that args call, such as "link add", for a log: of words that are no
// command, which may be anything, none is in it. It is empty where args begin with none.
func Name(args []string) string {
	root := newSession(Env{}).root()
	root.InitDefaultHelpCmd() // adds help, which is else added as a command runs
	c, _, err := root.Find(args)
	if c == nil || !c.HasParent() && err != nil {
		return ""
	}
	return strings.TrimPrefix(strings.TrimPrefix(c.CommandPath(), c.Root().Name()), " ")
}
