package command

import (
	"context"
	"net"
	"time"

	"github.com/spf13/cobra"

	"lastclick/model"
)

// HostKeys is the SSH server's own keys, which only it knows.
type HostKeys interface {
	// HostKeys are the key that signs, and during a rotation the next one.
	HostKeys() []model.HostKey
	// RotateHostKey makes the next key, which signs once the grace is over.
	RotateHostKey(ctx context.Context, a model.Actor, grace time.Duration) error
}

// errNoHostKeys is where no SSH server is behind the commands.
var errNoHostKeys = &model.Error{Kind: model.Conflict, Msg: "the host key cannot be seen from here"}

func (s *session) hostKeys() *cobra.Command {
	return s.group("host-key", "The SSH host key: how people's ssh knows this platform.", s.hostKeyShow(), s.hostKeyRotate())
}

func (s *session) hostKeyShow() *cobra.Command {
	return s.leaf(spec{
		use:      "show",
		short:    "Show the SSH host key, and the next one during a rotation.",
		examples: []string{"host-key show"},
		role:     model.Admin,
		run: func(context.Context, []string) error {
			if s.HostKeys == nil {
				return errNoHostKeys
			}
			keys := s.HostKeys.HostKeys()
			return s.reply(answer{json: hostKeyDoc(keys), text: func(p *page) { s.hostKeyPage(p, keys) }})
		},
	})
}

func (s *session) hostKeyRotate() *cobra.Command {
	var grace string
	var now bool
	var c *cobra.Command
	c = s.leaf(spec{
		use:   "rotate",
		short: "Make the next SSH host key, which takes over after a grace.",
		more: "Until then OpenSSH's clients learn it whenever people sign in (UpdateHostKeys, on by default since 8.5 unless a UserKnownHostsFile is set), and notice nothing when it takes over. People who did not sign in meanwhile, or with another client, are warned of a changed host key: " +
			"give them the fingerprint that host-key show prints, and have them remove the old key with ssh-keygen -R. After a leak of the key use --now: it takes over at once, also one that is on its way already, and all who have not learnt it are warned. " +
			"A key of --host-key is only changed by the files that it names.",
		examples: []string{"host-key rotate", "host-key rotate --grace 7d", "host-key rotate --now"},
		role:     model.Admin,
		run: func(ctx context.Context, _ []string) error {
			if s.HostKeys == nil {
				return errNoHostKeys
			}
			var wait model.Window
			if now && c.Flags().Changed("grace") {
				return usagef("--now and --grace exclude one another")
			}
			if !now {
				var err error
				if wait, err = model.ParseWindow(grace); err != nil {
					return model.Invalidf("grace", "grace %q must be a whole number and s, m, h or d, from 1s to 400d, such as 30d", model.Truncate(model.Clean(grace), 40))
				}
			}
			if err := s.HostKeys.RotateHostKey(ctx, s.Actor, time.Duration(wait)); err != nil {
				return err
			}
			keys := s.HostKeys.HostKeys()
			return s.reply(answer{json: hostKeyDoc(keys), text: func(p *page) {
				if now {
					p.say("The host key has changed. Give people its fingerprint: their ssh warns them.")
				} else {
					p.say("The next host key is made. It takes over at the time below; people who sign in with OpenSSH until then notice nothing.")
				}
				p.gap()
				s.hostKeyPage(p, keys)
			}})
		},
	})
	f := c.Flags()
	f.StringVar(&grace, "grace", "30d", "`TIME` until the next key takes over, such as 7d or 12h")
	f.BoolVar(&now, "now", false, "have it take over at once, after a leak")
	return c
}

func hostKeyDoc(keys []model.HostKey) any {
	return map[string]any{"host_keys": normal(keys)}
}

func (s *session) hostKeyPage(p *page, keys []model.HostKey) {
	t := &table{columns: []column{{title: "Fingerprint", min: 20}, {title: "State", min: 5}, {title: "Takes over", min: 8, drop: 1}}}
	for _, k := range keys {
		from := ""
		if k.State == model.HostKeyNext {
			from = minuteOr(k.SignsFrom, time.UTC, "when --host-key names it first")
		}
		t.add(k.Fingerprint, k.State, from)
	}
	p.list(t)
	p.gap()
	p.say("For known_hosts files:")
	for _, k := range keys {
		p.put("  " + knownHost(s.Address) + " " + k.Public)
	}
}

// knownHost is an address as known_hosts has it (sshd(8), SSH_KNOWN_HOSTS FILE FORMAT).
func knownHost(address string) string {
	host, port, err := net.SplitHostPort(address)
	switch {
	case err != nil:
		return address
	case port == "22":
		return host
	}
	return "[" + host + "]:" + port
}
