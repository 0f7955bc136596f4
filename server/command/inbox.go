package command

import (
	"bytes"
	"context"
	"encoding/json"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"lastclick/model"
)

// inbox are the commands about webhooks that could not be applied.
func (s *session) inbox() *cobra.Command {
	return s.group("inbox", "Inbox: webhooks that were parked or refused.", s.inboxList(), s.inboxShow(), s.inboxRetry(), s.inboxDismiss())
}

var inboxFields = []field[model.InboxItem]{
	{csv: "id", value: func(i model.InboxItem) string { return strconv.FormatInt(i.ID, 10) }, column: column{title: "ID", right: true}},
	{column: column{title: "Received", drop: 2}, shown: func(i model.InboxItem) string { return minute(i.ReceivedAt, time.UTC) }},
	{csv: "checkout", value: func(i model.InboxItem) string { return i.Checkout }, column: column{title: "Checkout", min: 6, drop: 3}},
	{csv: "webhook_id", value: func(i model.InboxItem) string { return i.WebhookID }},
	{csv: "type", value: func(i model.InboxItem) string { return i.Type }, column: column{title: "Type", min: 12, drop: 4}},
	{csv: "state", value: func(i model.InboxItem) string { return i.State }, column: column{title: "State"}},
	{csv: "reason", value: func(i model.InboxItem) string { return i.Reason }, column: column{title: "Reason", min: 30}},
	{csv: "errors", value: func(i model.InboxItem) string {
		var faults []string
		for _, f := range i.Errors {
			faults = append(faults, f.Field+" "+f.Detail)
		}
		return strings.Join(faults, "; ")
	}},
	{csv: "event", value: func(i model.InboxItem) string { return or(i.Event, "") }},
	{csv: "received_at", value: func(i model.InboxItem) string { return csvTime(&i.ReceivedAt) }},
	{csv: "resolved_at", value: func(i model.InboxItem) string { return csvTime(i.ResolvedAt) }},
}

func (s *session) inboxList() *cobra.Command {
	var part model.Paging
	var c *cobra.Command
	c = s.leaf(spec{
		use:      "list",
		short:    "List the webhooks that wait for an event or were refused, the newest first.",
		examples: []string{"inbox list", "inbox list --limit 20"},
		role:     model.Admin,
		lists:    true,
		as: func(ctx context.Context, a model.Actor, _ []string) error {
			if err := checkPaging(part.Limit, part.Before, cursorOf(model.InboxList)); err != nil {
				return err
			}
			items, err := s.Store.Inbox(ctx, a, part)
			if err != nil {
				return err
			}
			return s.reply(answer{
				json: cutJSON("inbox", items),
				csv:  func() [][]string { return csvOf(inboxFields, items.Items) },
				text: func(p *page) { s.inboxTable(p, items, part) },
				cut:  followedBy(s, c, items, "webhook", "webhooks"),
			})
		},
	})
	c.Flags().StringVar(&part.Search, "search", "", "webhooks in which all words of the `TEXT` are found")
	pagingFlags(c.Flags(), &part.Limit, &part.Before, model.MaxLimit)
	return c
}

func (s *session) inboxTable(p *page, items model.Listing[model.InboxItem], part model.Paging) {
	switch {
	case len(items.Items) > 0:
		p.list(tableOf(inboxFields, items.Items))
		p.gap()
		p.say("To see one with all its faults:")
		p.put("  " + s.ssh() + "inbox show " + strconv.FormatInt(items.Items[0].ID, 10))
	case part.Before != "":
		p.say("No webhook follows: the list ended there.")
	case part.Search != "":
		p.say("No webhook of the inbox holds all of these words.")
	default:
		p.say("The inbox is empty: every webhook was applied.")
	}
}

func (s *session) inboxShow() *cobra.Command {
	return s.leaf(spec{
		use:      "show ID",
		short:    "Show a webhook of the inbox, its faults and its body.",
		examples: []string{"inbox show 7"},
		role:     model.Admin,
		run: func(ctx context.Context, args []string) error {
			a, id, err := s.inboxID(ctx, args[0])
			if err != nil {
				return err
			}
			item, err := s.Store.InboxItem(ctx, a, id)
			if err != nil {
				return err
			}
			return s.reply(answer{json: item, text: func(p *page) { s.inboxPage(p, item) }})
		},
	})
}

func (s *session) inboxPage(p *page, i model.InboxItem) {
	p.title("Webhook " + strconv.FormatInt(i.ID, 10) + ": " + i.State)
	p.say(i.Reason)
	p.pairs(
		[2]string{"Checkout", i.Checkout},
		[2]string{"Webhook id", i.WebhookID},
		[2]string{"Type", i.Type},
		[2]string{"Waits for event", or(i.Event, "–")},
		[2]string{"Received", second(i.ReceivedAt, time.UTC)},
		[2]string{"Resolved", minuteOr(i.ResolvedAt, time.UTC, "not yet")},
	)
	if len(i.Errors) > 0 {
		p.gap()
		p.title("Faults")
		for _, f := range i.Errors {
			p.hanging("  ", 2, f.Field+" "+f.Detail)
		}
	}
	if i.Body != "" {
		p.gap()
		p.title("Body")
		body := i.Body
		var pretty bytes.Buffer
		if json.Indent(&pretty, []byte(body), "", "  ") == nil {
			body = pretty.String()
		}
		for line := range strings.SplitSeq(body, "\n") {
			p.put(line)
		}
	}
	if i.BodyNote != "" {
		p.gap()
		p.say("The body is not what came. " + i.BodyNote)
	}
	if id, ok := model.ParseShopID(or(i.Event, "")); ok && i.ResolvedAt == nil {
		name, ignore := id.Commands()
		p.gap()
		p.say("Say which event it is, and it is applied by itself:")
		p.put("  " + s.ssh() + inQuotes(name))
		p.say("Or that it is no event, and it is applied without it:")
		p.put("  " + s.ssh() + inQuotes(ignore))
	}
	if i.ResolvedAt == nil {
		p.gap()
		p.say("Once the reason is gone, apply it:")
		p.put("  " + s.ssh() + "inbox retry " + strconv.FormatInt(i.ID, 10))
	}
}

// inQuotes is a command for the shell before ours, which takes quotes away.
func inQuotes(command string) string {
	if strings.Contains(command, `"`) {
		return "'" + command + "'"
	}
	return command
}

func (s *session) inboxRetry() *cobra.Command {
	return s.leaf(spec{
		use:      "retry ID",
		short:    "Try to apply a webhook of the inbox again.",
		more:     "A parked webhook is applied by itself once its event is added; this is for the others. What a shop posted is mapped again, and fetched where that is needed: the inbox then says what became of it. One that is applied already is left as it is.",
		examples: []string{"inbox retry 7"},
		role:     model.Admin,
		run: func(ctx context.Context, args []string) error {
			a, id, err := s.inboxID(ctx, args[0])
			if err != nil {
				return err
			}
			out, err := s.Store.RetryInbox(ctx, a, id)
			if model.KindOf(err) == model.Conflict && s.applied(ctx, a, id) {
				out, err = model.Outcome{Status: model.Duplicate}, nil
			}
			if err != nil {
				return err
			}
			return s.reply(answer{json: out, text: func(p *page) { outcome(p, out) }})
		},
	})
}

func (s *session) inboxDismiss() *cobra.Command {
	return s.leaf(spec{
		use:      "dismiss ID",
		short:    "Put a webhook of the inbox away: nothing is to be done about it.",
		more:     "It is not applied when its event is added. Its body is kept, and inbox retry takes it up again.",
		examples: []string{"inbox dismiss 7"},
		role:     model.Admin,
		run: func(ctx context.Context, args []string) error {
			a, id, err := s.inboxID(ctx, args[0])
			if err != nil {
				return err
			}
			item, err := s.Store.DismissInbox(ctx, a, id)
			if err != nil {
				return err
			}
			return s.reply(answer{json: item, text: func(p *page) {
				p.say("The webhook " + strconv.FormatInt(item.ID, 10) + " is put away. To take it up again: " + s.ssh() + "inbox retry " + strconv.FormatInt(item.ID, 10))
			}})
		},
	})
}

// applied says whether a webhook of the inbox is done with: trying it once more, after
// an answer that was lost, is then no fault.
func (s *session) applied(ctx context.Context, a model.Actor, id int64) bool {
	item, err := s.Store.InboxItem(ctx, a, id)
	return err == nil && item.ResolvedAt != nil && item.State != "dismissed"
}

func outcome(p *page, out model.Outcome) {
	p.say(out.Explain() + ".")
	if len(out.Tickets) == 0 {
		return
	}
	t := &table{columns: []column{{title: "Ticket", min: 8}, {title: "Link", min: 8}, {title: "Reason"}}}
	for _, x := range out.Tickets {
		t.add(x.ID, or(x.Link, "–"), string(x.Reason))
	}
	p.gap()
	p.list(t)
}

// inboxID reads the number of a webhook.
func (s *session) inboxID(ctx context.Context, text string) (model.Actor, int64, error) {
	id, err := strconv.ParseInt(text, 10, 64)
	if err != nil || id < 1 {
		return s.Actor, 0, model.Invalidf("id", "id %q must be a number of the inbox: see inbox list", model.Line(model.Truncate(text, 40)))
	}
	a, err := s.actor(ctx)
	return a, id, err
}
