package model

import (
	"errors"
	"fmt"
	"strings"
)

// Kind says what the caller can do next. HTTP and SSH turn it into a status; the text
// of an error decides nothing.
type Kind uint8

// The kinds of errors.
const (
	Internal  Kind = iota // our fault: see the log
	Malformed             // the bytes are not in the announced format
	Invalid               // understood, and refused: correct the input
	NotFound              // there is no such thing, or the actor must not see it
	Conflict              // it contradicts what is stored
	Denied                // the actor's role does not allow it
	Busy                  // cannot be done now: try again
	Full                  // the store has no room; try again later
)

func (k Kind) String() string {
	switch k {
	case Malformed:
		return "malformed"
	case Invalid:
		return "invalid"
	case NotFound:
		return "not found"
	case Conflict:
		return "conflict"
	case Denied:
		return "denied"
	case Busy:
		return "busy"
	case Full:
		return "full"
	}
	return "internal"
}

// Fault is one thing wrong with an input, and where: a path such as
// "data.tickets[0].face_value".
type Fault struct {
	Field  string `json:"field"`
	Detail string `json:"detail"`
}

// Error is the error type that callers in other packages act on. Msg says what is wrong,
// Hint what to do next; Err is the cause, which is for the log only.
type Error struct {
	Kind   Kind
	Field  string // the input it is about, if one
	Msg    string
	Hint   string
	Faults []Fault // every fault of a webhook's body
	Err    error
}

func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString(e.Msg)
	if e.Hint != "" {
		b.WriteString(": ")
		b.WriteString(e.Hint)
	}
	if e.Err != nil {
		fmt.Fprintf(&b, " (%v)", e.Err)
	}
	return b.String()
}

func (e *Error) Unwrap() error { return e.Err }

// KindOf is the kind of err; an error from elsewhere is Internal.
func KindOf(err error) Kind {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Kind
	}
	return Internal
}

// ErrChangedSince is that a change does not stand any more (Holds), and is not taken back.
var ErrChangedSince = &Error{Kind: Conflict, Msg: "It was changed again since: nothing was taken back"}

// FieldErrors collects what is wrong with the fields of an input, so that a form can
// say all of it at once.
type FieldErrors struct{ errs []error }

// Add notes err, if it is one.
func (f *FieldErrors) Add(err error) {
	if err != nil {
		f.errs = append(f.errs, err)
	}
}

// Err is nil, the one error, or all of them joined; KindOf and PublicMessage speak
// of the first.
func (f *FieldErrors) Err() error {
	if len(f.errs) == 1 {
		return f.errs[0]
	}
	return errors.Join(f.errs...)
}

// set stores a checked value and notes its error: set(&faults, &n.Name)(CheckText(…)).
func set[T any](f *FieldErrors, dst *T) func(T, error) {
	return func(v T, err error) {
		*dst = v
		f.Add(err)
	}
}

// FieldError is what err says of the field; nil where it says nothing.
func FieldError(err error, field string) error {
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		for _, one := range joined.Unwrap() {
			if found := FieldError(one, field); found != nil {
				return found
			}
		}
		return nil
	}
	if e, ok := errors.AsType[*Error](err); ok && e.Field == field {
		return e
	}
	return nil
}

// Invalidf refuses the input named field.
func Invalidf(field, format string, args ...any) *Error {
	return &Error{Kind: Invalid, Field: field, Msg: fmt.Sprintf(format, args...)}
}

// NotFoundError says that there is no such thing. It is also the answer about a thing
// of another client, so that it cannot be told apart from one that does not exist.
func NotFoundError(what, name string) *Error {
	return &Error{Kind: NotFound, Field: what, Msg: fmt.Sprintf("there is no %s %q", what, Clean(name))}
}
