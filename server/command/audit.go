package command

import (
	"context"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"lastclick/model"
)

func (s *session) audit() *cobra.Command {
	var part model.Paging
	var c *cobra.Command
	c = s.leaf(spec{
		use:      "audit",
		short:    "Show who did what, the newest first.",
		examples: []string{"audit", "audit --limit 500 --csv"},
		role:     model.Owner,
		lists:    true,
		run: func(ctx context.Context, _ []string) error {
			if err := checkPaging(part.Limit, part.Before, cursorOf(model.AuditList)); err != nil {
				return err
			}
			a, err := s.actor(ctx)
			if err != nil {
				return err
			}
			entries, err := s.Store.Audit(ctx, a, part)
			if err != nil {
				return err
			}
			return s.reply(answer{
				json: cutJSON("audit", entries),
				csv:  func() [][]string { return csvOf(auditFields(time.UTC), entries.Items) },
				text: func(p *page) {
					switch {
					case len(entries.Items) > 0:
						p.list(tableOf(auditFields(s.zone(ctx, a)), entries.Items))
					case part.Before != "":
						p.say("Nothing follows: the list ended there.")
					case part.Search != "":
						p.say("No entry holds all of these words.")
					default:
						p.say("Nothing has been done yet.")
					}
				},
				cut: followedBy(s, c, entries, "entry", "entries"),
			})
		},
	})
	c.Flags().StringVar(&part.Search, "search", "", "entries in which all words of the `TEXT` are found")
	pagingFlags(c.Flags(), &part.Limit, &part.Before, model.DefaultLimit)
	return c
}

func auditFields(loc *time.Location) []field[model.AuditEntry] {
	return []field[model.AuditEntry]{
		{csv: "id", value: func(e model.AuditEntry) string { return strconv.FormatInt(e.ID, 10) }},
		{
			csv: "at", value: func(e model.AuditEntry) string { return csvTime(&e.At) },
			column: column{title: "When", drop: 1}, shown: func(e model.AuditEntry) string { return minute(e.At, loc) },
		},
		{csv: "actor", value: func(e model.AuditEntry) string { return e.Actor }, column: column{title: "Who", min: 12}},
		{csv: "client", value: func(e model.AuditEntry) string { return or(e.Client, "") }},
		{csv: "action", value: func(e model.AuditEntry) string { return e.Action }, column: column{title: "Did", min: 16}},
		{csv: "object", value: func(e model.AuditEntry) string { return e.Object }, column: column{title: "Object", min: 16}},
		{column: column{title: "Client", min: 6, drop: 3}, shown: func(e model.AuditEntry) string { return or(e.Client, "–") }},
		{column: column{title: "Change", min: 12, drop: 2}, shown: changes},
		{csv: "before", value: func(e model.AuditEntry) string { return or(e.Before, "") }},
		{csv: "after", value: func(e model.AuditEntry) string { return or(e.After, "") }},
	}
}

// changes says in short what became different: "window 30d → 45s"; empty where the
// object was added or removed whole.
func changes(e model.AuditEntry) string {
	if e.Before == nil || e.After == nil {
		return ""
	}
	var parts []string
	for _, c := range e.Changes() {
		if c.Changed() {
			parts = append(parts, c.Name+" "+dash(or(c.Before, ""))+" → "+dash(or(c.After, "")))
		}
	}
	return strings.Join(parts, ", ")
}
