package command

import (
	"context"
	"errors"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"lastclick/model"
)

// exit writes what went wrong, if anything, and returns the exit code.
func (s *session) exit(ctx context.Context, c *cobra.Command, err error) int {
	if err == nil {
		return exitDone
	}
	if errors.Is(err, errGone) {
		s.failed("the client is gone")
		return exitFailed // no one is left to tell
	}
	if _, ok := errors.AsType[*usageError](err); ok {
		s.complain(err.Error(), "Usage: "+s.line(c), "Help:  "+s.helpLine(c))
		return exitUsage
	}
	s.failed(reason(ctx, err))
	lines := s.sentences(ctx, c, err)
	if _, ok := errors.AsType[*cutOff](err); ok {
		lines = append(lines, "What was printed is not complete.")
	}
	s.complain(lines...)
	return exitFailed
}

func (s *session) failed(why string) {
	if s.Failed != nil {
		s.Failed(why)
	}
}

// reason is why a command failed, without a word of what was entered: "not found: link".
func reason(ctx context.Context, err error) string {
	e, ok := errors.AsType[*model.Error](err)
	switch {
	case ctx.Err() != nil || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded):
		return "stopped"
	case !ok:
		return model.Internal.String()
	case model.ValidSlug(e.Field):
		return e.Kind.String() + ": " + e.Field
	}
	return e.Kind.String()
}

// complain writes each line to Err; the client may be gone.
func (s *session) complain(lines ...string) {
	for i, line := range lines {
		lines[i] = model.Line(line)
	}
	_, _ = io.WriteString(s.Err, strings.Join(lines, "\n")+"\n")
}

// maxSlugs bounds the clients that a sentence names.
const maxSlugs = 10

// whichClient names the clients to choose from to an admin who has named none; the store
// says only that it takes one.
func (s *session) whichClient(ctx context.Context, err error) error {
	e, ok := errors.AsType[*model.Error](err)
	if !ok || e.Kind != model.Invalid || e.Field != "client" || s.client != "" || s.Actor.Client != "" || !s.Actor.Can(model.Admin) {
		return err
	}
	clients, unread := s.Store.Clients(ctx, s.Actor)
	if unread != nil || len(clients) == 0 {
		return err
	}
	var slugs []string
	for _, c := range clients[:min(len(clients), maxSlugs)] {
		slugs = append(slugs, c.Slug)
	}
	hint := "name one with --client SLUG, of " + strings.Join(slugs, ", ")
	if more := len(clients) - len(slugs); more > 0 {
		hint += " and " + model.FormatCount(int64(more)) + " more (client list has all)"
	}
	return &model.Error{Kind: e.Kind, Field: e.Field, Msg: e.Msg, Hint: hint}
}

// sentences say what is wrong and what to do next. The cause of an internal error
// stays in the log; the person gets the id of its entry.
func (s *session) sentences(ctx context.Context, c *cobra.Command, err error) []string {
	err = s.whichClient(ctx, err)
	msg, public := model.PublicMessage(err)
	stopped := ctx.Err() != nil && model.KindOf(err) == model.Busy // the wait ended, not the work
	switch {
	case public && !stopped:
		e, _ := errors.AsType[*model.Error](err)
		// The model names a field; here it is a flag.
		if c.Flags().Lookup(e.Field) != nil && strings.HasPrefix(msg, e.Field+" ") {
			msg = "--" + msg
		}
		if e.Hint == "" && (e.Kind == model.Busy || e.Kind == model.Full) {
			msg += ": nothing was done, try again in a moment"
		}
		lines := []string{msg}
		for _, f := range e.Faults {
			lines = append(lines, f.Field+" "+f.Detail)
		}
		return lines
	case ctx.Err() != nil || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded):
		return []string{"the command was stopped before it answered: check whether it took effect before you try again"}
	}
	id := ""
	if s.Fault != nil {
		id = s.Fault(err)
	}
	if id == "" {
		return []string{"something went wrong on the server: try again, and if it happens again, tell the admin"}
	}
	return []string{"something went wrong on the server: try again, and if it happens again, give the admin this id: " + id}
}
