package shop

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
)

// mayRead reads the path and forgets the answer. The error of a token that is known, and
// has not the right for it, names right.
func (a *api) mayRead(ctx context.Context, path, right string) error {
	var ignored json.RawMessage
	err := a.get(ctx, path, &ignored)
	if r, ok := errors.AsType[*refused](err); ok {
		r.right = right
	}
	return err
}

// readOne reads the first of the paths that is there, and returns it. Each is where an
// organizer or account of the token would have the event.
func (a *api) readOne(ctx context.Context, paths []string, event string) (string, error) {
	for _, path := range paths[:min(len(paths), maxRequests/2)] {
		var ignored json.RawMessage
		if err := a.get(ctx, path, &ignored); !optional(err) {
			return path, err
		}
	}
	return "", fmt.Errorf("%s has no event %s that the token may read: compare what the event is called here with the shop, and what the token is for", a.shop, quoted(event))
}

// rightOf is the right that a probe found missing; "" where err says something else.
func rightOf(err error) string {
	if r, ok := errors.AsType[*refused](err); ok && r.code == http.StatusForbidden {
		return r.right
	}
	return ""
}
