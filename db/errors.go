package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"lastclick/model"
)

// failed turns an error of the engine into a *model.Error, which is what callers of the
// package get; a *model.Error stays as it is.
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
	if s.file != nil && s.file.damaged(err) {
		return &model.Error{Kind: model.Busy, Msg: "the database is damaged: nothing was changed", Hint: "an admin runs lastclick check, and restores a backup", Err: err}
	}
	if s.shared != nil && s.shared.retriable(err) {
		return &model.Error{Kind: model.Busy, Msg: "other nodes changed the same rows each time that this was tried: nothing was changed", Hint: "try again in a moment", Err: err}
	}
	switch s.engine.classify(err) {
	case model.Full:
		return &model.Error{Kind: model.Full, Msg: "the disk of the database is full: nothing was changed", Hint: "free some space there; lastclick goes on without a restart", Err: err}
	case model.Busy:
		if s.shared != nil && s.shared.unreachable(err) {
			return &model.Error{Kind: model.Busy, Msg: errAway.Msg, Hint: errAway.Hint, Err: err}
		}
		return &model.Error{Kind: model.Busy, Msg: "the database cannot commit now", Hint: "try again in a moment", Err: err}
	case model.Conflict:
		return &model.Error{Kind: model.Conflict, Msg: "this conflicts with what is already stored", Hint: "look at what is there and try again", Err: err}
	}
	return &model.Error{Kind: model.Internal, Msg: "the store failed", Hint: "an admin finds the cause in the log", Err: err}
}

// orDamage says what to do where a file that does not hold what was written is the cause
// of err, to the admin who opens or checks it.
func (s *Store) orDamage(err error) error {
	cause := err
	if e, ok := errors.AsType[*model.Error](err); ok {
		cause = e.Err
	}
	if cause == nil || s.file == nil || !s.file.damaged(cause) {
		return err
	}
	return &model.Error{Kind: model.Conflict, Msg: "the file of the database is damaged", Hint: "stop the daemon, and put a backup in its place: lastclick restore BACKUP", Err: cause}
}

// errTaken says that a name is in use.
func errTaken(field, name, hint string) error {
	return &model.Error{Kind: model.Conflict, Field: field, Msg: fmt.Sprintf("the %s %q is taken", field, name), Hint: hint}
}

// isNoRows says whether a single row was not there.
func isNoRows(err error) bool { return errors.Is(err, sql.ErrNoRows) }
