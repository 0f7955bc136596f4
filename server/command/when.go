package command

import (
	"context"
	"strings"
	"time"

	"lastclick/model"
)

// zone is the timezone that the actor's client lives in; UTC where there is no one
// client.
func (s *session) zone(ctx context.Context, a model.Actor) *time.Location {
	if a.Client == "" {
		return time.UTC
	}
	c, err := s.Store.Client(ctx, a, a.Client)
	if err != nil {
		return time.UTC // the zone is named beside each time
	}
	return c.Location()
}

// day is a day of Filter's form; today and yesterday are the client's. What is no day stays
// as it is: the store says what is wrong with it.
func (s *session) day(ctx context.Context, a model.Actor, text string) string {
	if d, err := model.ParseDay("", text, s.Now().In(s.zone(ctx, a))); err == nil {
		return d
	}
	return text
}

// daysOf are the first and the last day that --days, --from and --to name.
func (s *session) daysOf(ctx context.Context, a model.Actor, days, from, to string) (first, last string, err error) {
	if days == "" {
		return s.day(ctx, a, from), s.day(ctx, a, to), nil
	}
	if from != "" || to != "" {
		return "", "", usagef("--days says both ends: leave --from and --to out")
	}
	if first, last, err = model.ParseDays("--days", days, s.Now().In(s.zone(ctx, a))); err != nil {
		return "", "", usagef("%s", err)
	}
	return first, last, nil
}

// minute is a time to the minute, with its zone: "2026-06-01 11:00 BST".
func minute(t time.Time, loc *time.Location) string {
	return t.In(loc).Format("2006-01-02 15:04 MST")
}

// second is a time to the second, which verdicts are exact to.
func second(t time.Time, loc *time.Location) string {
	return t.In(loc).Format("2006-01-02 15:04:05 MST")
}

// minuteOr is minute of a time that may be missing.
func minuteOr(t *time.Time, loc *time.Location, none string) string {
	if t == nil {
		return none
	}
	return minute(*t, loc)
}

// csvTime is a time in CSV, as JSON has it: RFC 3339 in UTC; empty where there is none.
func csvTime(t *time.Time) string {
	if t == nil {
		return ""
	}
	return t.UTC().Format(time.RFC3339Nano)
}

// or is what p points to, or none.
func or(p *string, none string) string {
	if p == nil {
		return none
	}
	return *p
}

// inWords is words as a sentence has them: "a, b or c".
func inWords(words []string, last string) string {
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	return strings.Join(words[:len(words)-1], ", ") + " " + last + " " + words[len(words)-1]
}
