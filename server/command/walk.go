package command

import (
	"cmp"
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"lastclick/model"
)

// walk replies with the steps of a test, each as it is done; for programs, with all of them
// under the name of what is tested.
func (s *session) walk(what, name string, try func(say func(model.TryStep)) error) error {
	steps := []model.TryStep{}
	var gone error // of who reads them
	failed := try(func(step model.TryStep) {
		steps = append(steps, step)
		if !s.json && gone == nil {
			gone = s.reply(answer{text: func(p *page) {
				p.hanging(fmt.Sprintf("%-8s%-7s ", step.Step, step.State), 16, step.Detail)
			}})
		}
	})
	if len(steps) == 0 && failed != nil {
		return failed
	}
	if s.json {
		gone = s.reply(answer{json: map[string]any{what: name, "ok": failed == nil, "steps": steps}})
	}
	return cmp.Or(gone, failed)
}

func (s *session) linkTest() *cobra.Command {
	return s.leaf(spec{
		use:   "test CODE",
		short: "Test a tracking link as a customer would use it: click, page, receipt, order.",
		more: "The shortlink is followed as a browser does, and an order with the receipt or click token that it left is rehearsed. " +
			"Nothing is written: no click is counted, and no order is made. The page that the link leads to is not asked.",
		examples: []string{"link test ana", "link test ana --json"},
		role:     model.Viewer,
		as: func(ctx context.Context, a model.Actor, args []string) error {
			link, err := s.Store.Link(ctx, a, model.FoldCode(args[0]))
			if err != nil {
				return err
			}
			if s.Connector == nil {
				return &model.Error{Kind: model.Conflict, Msg: "no link can be tested from here"}
			}
			return s.walk("link", link.Code, func(say func(model.TryStep)) error { return s.Connector.TryLink(ctx, a, link.Code, say) })
		},
	})
}
