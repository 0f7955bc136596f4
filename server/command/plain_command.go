package command

import (
	"slices"
	"strings"

	"lastclick/server/internal/sshline"
)

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
	case slices.Contains(args, "--follow"):
		m.say("Here w says each new order as it comes.")
		return nil
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
