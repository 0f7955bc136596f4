package db

import (
	"context"
	"errors"
	"fmt"

	"lastclick/model"
)

// failed turns an error of the engine into one that may leave the room; a
// *model.Error goes as it is.
func (s *Store) failed(err error) error {
	if err == nil {
		return nil
	}
	if _, ok := errors.AsType[*model.Error](err); ok {
		return err
	}
	if errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled) {
		return &model.Error{Kind: model.Busy, Msg: "the store did not answer in time", Hint: "try again", Err: err}
	}
	switch s.engine.classify(err) {
	case model.Full:
		return &model.Error{Kind: model.Full, Msg: "the disk of the database is full: nothing was changed", Hint: "make room there; it goes on without a restart", Err: err}
	case model.Busy:
		return &model.Error{Kind: model.Busy, Msg: "the database cannot commit now", Hint: "try again in a moment", Err: err}
	case model.Conflict:
		return &model.Error{Kind: model.Conflict, Msg: "this contradicts what is already kept", Hint: "look at what is there and try again", Err: err}
	}
	return &model.Error{Kind: model.Internal, Msg: "the store failed", Hint: "an admin finds the cause in the log", Err: err}
}

// taken says that a name is in use.
func taken(field, name, hint string) error {
	return &model.Error{Kind: model.Conflict, Field: field, Msg: fmt.Sprintf("the %s %q is taken", field, name), Hint: hint}
}
