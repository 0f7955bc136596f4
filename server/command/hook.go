package command

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/spf13/cobra"

	"lastclick/model"
)

// HookSender is what hook add and hook test need of the worker that sends.
type HookSender interface {
	Check(url string) error // refuses an address to which nothing is sent
	Ping(ctx context.Context, a model.Actor, url string) (model.HookAnswer, error)
}

// hooks are the commands about our own webhooks.
func (s *session) hooks() *cobra.Command {
	return s.group("hook", "Hooks: addresses that are told of credited sales and of scans.", s.hookAdd(), s.hookList(), s.hookTest(), s.hookRemove())
}

// hookActor is the signed-in person, working on the client that --client names. Without
// it an admin works on the platform's hooks, also where there is only one client.
func (s *session) hookActor(ctx context.Context) (model.Actor, error) {
	if s.client == "" && s.Actor.Can(model.Admin) {
		return s.Actor, nil
	}
	return s.actor(ctx)
}

func (s *session) hookAdd() *cobra.Command {
	return s.leaf(spec{
		use:   "add URL",
		short: "Tell an address of each credited sale and scan, and print the secret.",
		more: "Messages are signed by Standard Webhooks: sale.credited and sale.reversed, one for each order and link, with its tickets, and ticket.scanned. " +
			"A message comes at least once: one whose webhook-id came before is the same. Those of one order come in their order; add what is credited and subtract what is reversed, and you have the link's numbers. " +
			"Answer 2xx within 10 seconds; all else is tried again. After three days without a success the hook is disabled, which is mailed to who added it; adding it again enables it, with the same secret. " +
			"An admin's hook without --client is told of all clients.",
		examples: []string{"hook add https://example.com/sales", "hook list"},
		role:     model.Owner,
		run: func(ctx context.Context, args []string) error {
			a, err := s.hookActor(ctx)
			if err != nil {
				return err
			}
			if s.Hooks != nil {
				if err := s.Hooks.Check(args[0]); err != nil {
					return err
				}
			}
			h, err := s.Store.AddHook(ctx, a, args[0])
			if err != nil {
				return err
			}
			return s.reply(answer{json: h, text: func(p *page) {
				p.say("Sales and scans of " + or(h.Client, "all clients") + " are sent from now on to")
				p.put("  " + model.Line(h.URL))
				p.say("They are signed with this secret:")
				p.gap()
				p.put("  " + h.Secret)
				p.gap()
				p.say("Store it where the receiver keeps its secrets: it is not shown again. Test the whole way with: hook test URL")
			}})
		},
	})
}

var hookFields = []field[model.Hook]{
	{csv: "url", value: func(h model.Hook) string { return h.URL }, column: column{title: "URL"}}, // never cut: hook remove takes it
	{
		csv: "client", value: func(h model.Hook) string { return or(h.Client, "") },
		column: column{title: "Sales of", min: 8, drop: 4}, shown: func(h model.Hook) string { return or(h.Client, "all clients") },
	},
	{csv: "state", value: func(h model.Hook) string { return string(h.State) }, column: column{title: "State"}},
	count("waiting", column{title: "Waiting", right: true, drop: 3}, func(h model.Hook) int64 { return h.Waiting }),
	{csv: "last_error", value: func(h model.Hook) string { return or(h.LastError, "") }, column: column{title: "Last error", min: 12, drop: 2}},
	{csv: "failing_since", value: func(h model.Hook) string { return csvTime(h.FailingSince) }},
	{csv: "delivered_at", value: func(h model.Hook) string { return csvTime(h.DeliveredAt) }},
	{csv: "created_by", value: func(h model.Hook) string { return h.CreatedBy }},
	{
		csv: "created_at", value: func(h model.Hook) string { return csvTime(&h.CreatedAt) },
		column: column{title: "Added", drop: 5}, shown: func(h model.Hook) string { return minute(h.CreatedAt, time.UTC) },
	},
}

func (s *session) hookList() *cobra.Command {
	return s.leaf(spec{
		use:      "list",
		short:    "List the hooks, and how they fare.",
		more:     "A failing hook is tried again; a disabled one is not, until it is added again.",
		examples: []string{"hook list"},
		role:     model.Owner,
		lists:    true,
		run: func(ctx context.Context, _ []string) error {
			a, err := s.hookActor(ctx)
			if err != nil {
				return err
			}
			hooks, err := s.Store.Hooks(ctx, a)
			if err != nil {
				return err
			}
			return s.reply(listAnswer("hooks", hookFields, hooks, s.first("There is no hook, so no address is told of sales. Add one:", "hook add https://example.com/sales")))
		},
	})
}

func (s *session) hookTest() *cobra.Command {
	return s.leaf(spec{
		use:      "test URL",
		short:    "Send a signed ping to a hook, and show what came back.",
		more:     "Where it was not answered with 2xx the exit code is 1, or with --json, ok is false. It does not count as a failure of the hook.",
		examples: []string{"hook test https://example.com/sales"},
		role:     model.Owner,
		run: func(ctx context.Context, args []string) error {
			a, err := s.hookActor(ctx)
			if err != nil {
				return err
			}
			if s.Hooks == nil {
				return &model.Error{Kind: model.Busy, Msg: "nothing is sent from here"}
			}
			got, err := s.Hooks.Ping(ctx, a, args[0])
			if err != nil {
				return err
			}
			if !got.OK && !s.json {
				return &model.Error{Kind: model.Invalid, Msg: fmt.Sprintf("the ping was not taken after %d ms: %s", got.Millis, or(got.Error, "")), Hint: or(got.Answer, "")}
			}
			return s.reply(answer{json: got, text: func(p *page) {
				p.say(fmt.Sprintf("The ping was answered %s after %d ms.", statusOf(got), got.Millis))
				if got.Answer != nil {
					p.put("  " + model.Line(*got.Answer))
				}
			}})
		},
	})
}

func statusOf(a model.HookAnswer) string {
	if a.Status == nil {
		return "nothing"
	}
	return strconv.Itoa(*a.Status)
}

func (s *session) hookRemove() *cobra.Command {
	return s.leaf(spec{
		use:      "remove URL",
		short:    "Remove a hook: what waits for it is dropped.",
		examples: []string{"hook remove https://example.com/sales"},
		role:     model.Owner,
		run: func(ctx context.Context, args []string) error {
			a, err := s.hookActor(ctx)
			if err != nil {
				return err
			}
			h, err := s.Store.RemoveHook(ctx, a, args[0])
			if err != nil {
				return err
			}
			return s.removed(h.URL, "The hook "+h.URL+" is removed. Nothing is sent to it any more.")
		},
	})
}
