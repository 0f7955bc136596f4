package command

import (
	"bytes"
	"context"
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"lastclick/model"
)

func (s *session) audit() *cobra.Command {
	var limit int
	c := s.leaf(spec{
		use:      "audit",
		short:    "Show who did what, the newest first.",
		examples: []string{"audit", "audit --limit 500 --csv"},
		role:     model.Owner,
		lists:    true,
		run: func(ctx context.Context, _ []string) error {
			if err := checkLimit(limit); err != nil {
				return err
			}
			a, err := s.actor(ctx)
			if err != nil {
				return err
			}
			entries, err := s.Store.Audit(ctx, a, limit)
			if err != nil {
				return err
			}
			return s.reply(answer{
				json: listed("audit", entries),
				csv:  func() [][]string { return auditRows(entries) },
				text: func(p *page) { auditTable(p, entries, s.zone(ctx, a)) },
			})
		},
	})
	c.Flags().IntVar(&limit, "limit", model.DefaultLimit, limitText)
	return c
}

func auditTable(p *page, entries []model.AuditEntry, loc *time.Location) {
	if len(entries) == 0 {
		p.say("Nothing was done yet.")
		return
	}
	t := &table{columns: []column{
		{title: "When", drop: 1}, {title: "Who", min: 6}, {title: "Did", min: 8}, {title: "Object", min: 8},
		{title: "Client", min: 6, drop: 3}, {title: "Change", min: 12, drop: 2},
	}}
	for _, e := range entries {
		t.add(minute(e.At, loc), e.Actor, e.Action, e.Object, or(e.Client, "–"), change(e.Before, e.After))
	}
	p.list(t)
}

func auditRows(entries []model.AuditEntry) [][]string {
	rows := [][]string{{"id", "at", "actor", "client", "action", "object", "before", "after"}}
	for _, e := range entries {
		rows = append(rows, []string{strconv.FormatInt(e.ID, 10), machine(&e.At), e.Actor, or(e.Client, ""), e.Action, e.Object, or(e.Before, ""), or(e.After, "")})
	}
	return rows
}

// change says in short what became different: `window "30d" → "45s"`; empty where
// something was made or removed whole.
func change(before, after *string) string {
	if before == nil || after == nil {
		return ""
	}
	var was, is map[string]json.RawMessage
	if json.Unmarshal([]byte(*before), &was) != nil || json.Unmarshal([]byte(*after), &is) != nil {
		return ""
	}
	var parts []string
	for _, name := range slices.Sorted(maps.Keys(is)) {
		if !bytes.Equal(was[name], is[name]) {
			parts = append(parts, name+" "+dash(string(was[name]))+" → "+string(is[name]))
		}
	}
	return strings.Join(parts, ", ")
}
