package command

import (
	"context"

	"github.com/spf13/cobra"

	"lastclick/model"
)

// identity is `whoami --json`.
type identity struct {
	Name        string     `json:"name"`
	Role        model.Role `json:"role"`
	Client      *string    `json:"client"` // nil for an admin who names none
	Fingerprint string     `json:"fingerprint"`
}

func (s *session) whoami() *cobra.Command {
	return s.leaf(spec{
		use:      "whoami",
		short:    "Show who you are here, and with which key.",
		examples: []string{"whoami"},
		run: func(ctx context.Context, _ []string) error {
			a := s.Actor
			if s.client != "" {
				var err error
				if a, err = s.actor(ctx); err != nil {
					return err
				}
			}
			id := identity{Name: a.Name, Role: a.Role, Fingerprint: a.Key}
			if a.Client != "" {
				id.Client = &a.Client
			}
			return s.reply(answer{json: id, text: func(p *page) {
				p.pairs(
					[2]string{"Name", a.Name},
					[2]string{"Role", string(a.Role)},
					[2]string{"Client", or(id.Client, "all clients: name one with --client SLUG")},
					[2]string{"Key", a.Key},
				)
			}})
		},
	})
}
