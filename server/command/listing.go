package command

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"lastclick/model"
)

// pagingFlags are the flags of a list that may be cut, after at most usual items.
func pagingFlags(f *pflag.FlagSet, limit *int, before *string, usual int) {
	f.IntVar(limit, "limit", usual, fmt.Sprintf("at most `N` of them, 1 to %s (default %s)", model.FormatCount(model.MaxLimit), model.FormatCount(int64(usual))))
	f.StringVar(before, "before", "", "those that follow a list that was cut: the `CURSOR` that it ended with, in JSON its \"next\"")
}

// checkPaging says what is wrong with the values of pagingFlags; parse reads a cursor of
// the list.
func checkPaging[T any](limit int, before string, parse func(string) (T, error)) error {
	if limit < 1 || limit > model.MaxLimit {
		return model.Invalidf("limit", "limit %d must be from 1 to %s", limit, model.FormatCount(model.MaxLimit))
	}
	if before == "" {
		return nil
	}
	if _, err := parse(before); err != nil {
		return usagef("--%s", err.Error())
	}
	return nil
}

// cursorOf reads a cursor of a list that runs by ids.
func cursorOf(list model.List) func(string) (int64, error) {
	return func(s string) (int64, error) { return model.ParseIDCursor(list, s) }
}

// cutJSON is a list that may have been cut, under its plural name.
func cutJSON[T any](name string, l model.Listing[T]) any {
	doc := map[string]any{name: normal(l.Items), "next": nil, "total": l.Total}
	if l.Next != "" {
		doc["next"] = l.Next
	}
	return doc
}

// followedBy says of a list that was cut how many there are, and the command that lists
// those that follow: c with the flags that it was called with. It is empty where nothing
// follows.
func followedBy[T any](s *session, c *cobra.Command, l model.Listing[T], one, many string) string {
	if l.Next == "" {
		return ""
	}
	words := []string{strings.TrimPrefix(c.CommandPath(), c.Root().Name()+" ")}
	c.Flags().Visit(func(f *pflag.Flag) {
		switch {
		case f.Name == "before":
		case f.Value.Type() == "bool":
			words = append(words, "--"+f.Name)
		default:
			words = append(words, "--"+f.Name, model.Quoted(f.Value.String()))
		}
	})
	return fmt.Sprintf("%s of %s; the next: %s%s --before %s", model.FormatCount(int64(len(l.Items))), model.Plural(l.Total, one, many), s.ssh(), strings.Join(words, " "), l.Next)
}

// whole says how many there are beneath a list that nothing follows.
func whole[T any](p *page, l model.Listing[T], before, one, many string) {
	switch {
	case l.Next != "": // followedBy says it
	case before == "":
		p.gap()
		p.say(model.Plural(l.Total, one, many) + ".")
	default:
		p.gap()
		p.say(fmt.Sprintf("%s of %s, the last ones.", model.FormatCount(int64(len(l.Items))), model.Plural(l.Total, one, many)))
	}
}
