package model

import "context"

type refreshing struct{}

// Refreshing returns a context for the reads of a watcher: after a signal of
// Keeper.Watch it reads again what it shows. Such a read may return what others were given
// since that signal; what changed later has a signal of its own. Any other read returns a
// state that holds everything that was acknowledged before it began.
func Refreshing(ctx context.Context) context.Context {
	return context.WithValue(ctx, refreshing{}, true)
}

// IsRefreshing says whether ctx came from Refreshing.
func IsRefreshing(ctx context.Context) bool { return ctx.Value(refreshing{}) != nil }
