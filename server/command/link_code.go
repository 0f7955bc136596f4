package command

import (
	"context"
	"strings"

	"github.com/spf13/cobra"

	"lastclick/model"
)

// linkCodes are the commands about a link's further codes.
func (s *session) linkCodes() *cobra.Command {
	return s.group("code", "Further codes and coupons of a tracking link.", s.linkCodeAdd(), s.linkCodeRemove())
}

func (s *session) linkCodeAdd() *cobra.Command {
	return s.leaf(spec{
		use:      "add CODE ALIAS",
		short:    "Give a tracking link a further code, such as its owner's coupon.",
		more:     "An order that comes with ALIAS as its code or coupon is credited to the link, unless a click counts; and the shortlink works with ALIAS too. ALIAS is 3 to 40 characters of a-z, 0-9 and -, in any case, and is never given to another link, also not once it is removed.",
		examples: []string{"link code add ana ana10"},
		role:     model.Member,
		run: func(ctx context.Context, args []string) error {
			return s.changed(ctx, "has the further code "+slug(args[1])+".", func(a model.Actor) (model.Link, error) {
				return s.Store.AddAlias(ctx, a, model.FoldCode(args[0]), args[1])
			})
		},
	})
}

func (s *session) linkCodeRemove() *cobra.Command {
	return s.leaf(spec{
		use:      "remove CODE ALIAS",
		short:    "Take a further code from a tracking link.",
		more:     "Orders that it credited stay credited. Nobody else gets it: link code add gives it back to the same link.",
		examples: []string{"link code remove ana ana10"},
		role:     model.Member,
		run: func(ctx context.Context, args []string) error {
			return s.changed(ctx, "has the code "+slug(args[1])+" no more.", func(a model.Actor) (model.Link, error) {
				return s.Store.RemoveAlias(ctx, a, model.FoldCode(args[0]), args[1])
			})
		},
	})
}

// codes are the further codes of a link, for people and CSV.
func codes(l model.Link) string { return strings.Join(l.Aliases, " ") }

// linkFieldsOf leaves the further codes out of the table where no link has any.
func linkFieldsOf(links []model.Link) []field[model.Link] {
	var fields []field[model.Link]
	for _, f := range linkFields {
		if f.csv == "aliases" {
			f.column = column{title: "Further codes", min: 8, drop: 8}
			if !hasCodes(links) {
				f.column = column{}
			}
		}
		fields = append(fields, f)
	}
	return fields
}

func hasCodes(links []model.Link) bool {
	for _, l := range links {
		if len(l.Aliases) > 0 {
			return true
		}
	}
	return false
}
