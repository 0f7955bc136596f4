package command

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"lastclick/model"
)

// identity is `whoami --json`.
type identity struct {
	Name        string     `json:"name"`
	Role        model.Role `json:"role"`
	Client      *string    `json:"client"` // nil for an admin who names none
	Fingerprint string     `json:"fingerprint"`

	Certificate *model.Certificate `json:"certificate"` // nil: the plain key signed in
}

func (s *session) whoami() *cobra.Command {
	return s.leaf(spec{
		use:      "whoami",
		short:    "Show who you are here, and with which key or certificate.",
		examples: []string{"whoami"},
		run: func(ctx context.Context, _ []string) error {
			a := s.Actor
			if s.client != "" {
				var err error
				if a, err = s.actor(ctx); err != nil {
					return err
				}
			}
			id := identity{Name: a.Name, Role: a.Role, Fingerprint: a.Key, Certificate: a.Certificate}
			if a.Client != "" {
				id.Client = &a.Client
			}
			return s.reply(answer{json: id, text: func(p *page) {
				rows := [][2]string{
					{"Name", a.Name},
					{"Role", string(a.Role)},
					{"Client", or(id.Client, "all clients: name one with --client SLUG")},
					{"Key", a.Key},
				}
				if c := a.Certificate; c != nil {
					rows = append(rows,
						[2]string{"Certificate", fmt.Sprintf("%s, serial %d", c.KeyID, c.Serial)},
						[2]string{"Principals", strings.Join(c.Principals, ", ")},
						[2]string{"Signed by", c.Authority},
						[2]string{"Valid until", minuteOr(c.ValidUntil, time.UTC, "for ever")})
				}
				p.pairs(rows...)
			}})
		},
	})
}
