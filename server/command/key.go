package command

import (
	"context"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"lastclick/model"
)

// keys are the commands about the keys with which people sign in.
func (s *session) keys() *cobra.Command {
	return s.group("key", "Keys: what people sign in with.", s.keyAdd(), s.keyList(), s.keyRemove())
}

func (s *session) keyAdd() *cobra.Command {
	var person string
	c := s.leaf(spec{
		use:      "add [KEY]",
		short:    "Add another public key, for yourself or for someone of the client.",
		more:     "KEY is the line of a .pub file; without it, or with -, it is read from the input.",
		examples: []string{"key add < id_ed25519.pub", "key add --promoter Bo < bo.pub"},
		role:     model.Owner,
		many:     true,
		run: func(ctx context.Context, args []string) error {
			key, err := s.key(strings.Join(args, " "))
			if err != nil {
				return err
			}
			a, err := s.actor(ctx)
			if err != nil {
				return err
			}
			key, err = s.Store.AddKey(ctx, a, person, key)
			if err != nil {
				return err
			}
			return s.reply(answer{json: key, text: func(p *page) {
				p.say(key.Person + " can sign in with the key " + key.Fingerprint + " as well.")
			}})
		},
	})
	c.Flags().StringVar(&person, "promoter", "", "whose key it is, by `NAME` (default yourself)")
	return c
}

func keyFields(loc *time.Location) []field[model.Key] {
	return []field[model.Key]{
		{column: column{title: "Person", min: 8}, shown: func(k model.Key) string { return k.Person }},
		{csv: "fingerprint", value: func(k model.Key) string { return k.Fingerprint }, column: column{title: "Fingerprint"}},
		{csv: "public", value: func(k model.Key) string { return k.Public }},
		{csv: "comment", value: func(k model.Key) string { return k.Comment }, column: column{title: "Comment", min: 8, drop: 2}},
		{csv: "person", value: func(k model.Key) string { return k.Person }},
		{
			csv: "last_seen", value: func(k model.Key) string { return csvTime(k.LastSeen) },
			column: column{title: "Last seen", drop: 1}, shown: func(k model.Key) string { return minuteOr(k.LastSeen, loc, "never") },
		},
		{csv: "created_at", value: func(k model.Key) string { return csvTime(&k.CreatedAt) }},
	}
}

func (s *session) keyList() *cobra.Command {
	return s.leaf(spec{
		use:      "list",
		short:    "List the keys of the client's people.",
		examples: []string{"key list"},
		role:     model.Owner,
		lists:    true,
		as: func(ctx context.Context, a model.Actor, _ []string) error {
			keys, err := s.Store.Keys(ctx, a)
			if err != nil {
				return err
			}
			return s.reply(answer{
				json: listed("keys", keys),
				csv:  func() [][]string { return csvOf(keyFields(time.UTC), keys) },
				text: func(p *page) {
					if len(keys) == 0 {
						p.say("There is no key yet. Add a person with their key:")
						p.put("  " + s.ssh() + "promoter add Bo Lind --role owner --key - < bo.pub")
						return
					}
					p.list(tableOf(keyFields(s.zone(ctx, a)), keys))
				},
			})
		},
	})
}

func (s *session) keyRemove() *cobra.Command {
	return s.leaf(spec{
		use:      "remove FINGERPRINT",
		short:    "Remove a key: it no longer signs in.",
		examples: []string{"key remove SHA256:qH8baHrA5X0qCBovKCZyM02Q7TFtK4GMqVgOo4TZJAE"},
		role:     model.Owner,
		as: func(ctx context.Context, a model.Actor, args []string) error {
			if err := s.Store.RemoveKey(ctx, a, args[0]); err != nil {
				return err
			}
			return s.removed(args[0], "The key "+args[0]+" is removed.")
		},
	})
}
