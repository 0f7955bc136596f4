package web

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"strings"

	"lastclick/model"
)

// problem is an answer of RFC 9457. Its type is always about:blank: the status says
// what kind it is, and the title is the status's own phrase (§4.2.1).
type problem struct {
	Type     string        `json:"type"`
	Title    string        `json:"title"`
	Status   int           `json:"status"`
	Detail   string        `json:"detail"`
	Instance string        `json:"instance,omitempty"` // of a fault of ours: what the log calls it
	Errors   []model.Fault `json:"errors,omitempty"`   // every fault of a body

	header http.Header
}

func (p *problem) Error() string { return p.Detail }

// refuse makes a problem; pairs are the headers that go with it.
func refuse(status int, detail string, pairs ...string) *problem {
	p := &problem{Type: "about:blank", Title: http.StatusText(status), Status: status, Detail: detail, header: http.Header{}}
	for i := 0; i+1 < len(pairs); i += 2 {
		p.header.Set(pairs[i], pairs[i+1])
	}
	return p
}

// answers is what each kind of error is to a machine: a status, and for those that
// pass, the seconds after which to come again.
var answers = map[model.Kind]struct{ status, retryAfter int }{
	model.Malformed: {http.StatusBadRequest, 0},
	model.Invalid:   {http.StatusUnprocessableEntity, 0},
	model.NotFound:  {http.StatusNotFound, 0},
	model.Conflict:  {http.StatusConflict, 0},
	model.Denied:    {http.StatusForbidden, 0},
	model.Busy:      {http.StatusServiceUnavailable, 2},
	model.Full:      {http.StatusServiceUnavailable, 30},
	model.Internal:  {http.StatusInternalServerError, 0},
}

// problemOf is what the sender may know of err. An Internal one keeps its text for
// the log and shows only the incident.
func problemOf(err error, incident func() string) *problem {
	e, ok := errors.AsType[*model.Error](err)
	if !ok {
		e = &model.Error{Kind: model.Internal, Err: err}
		if errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled) {
			e = &model.Error{Kind: model.Busy, Msg: "the store did not answer in time", Hint: "send it again"}
		}
	}
	a, ok := answers[e.Kind]
	if !ok {
		a = answers[model.Internal]
	}
	if a.status == http.StatusInternalServerError {
		p := refuse(a.status, "the fault is on our side, and nothing was kept: send it again later, and if it stays so, name the instance to whoever runs this platform")
		p.Instance = "urn:lastclick:incident:" + incident()
		return p
	}
	p := refuse(a.status, sentence(e))
	p.Errors = e.Faults
	if len(p.Errors) == 0 && e.Kind == model.Invalid {
		field := e.Field
		if field == "" {
			field = "body"
		}
		p.Errors = []model.Fault{{Field: field, Detail: e.Msg}}
	}
	if a.retryAfter > 0 {
		p.header.Set("Retry-After", strconv.Itoa(a.retryAfter))
	}
	return p
}

// write answers with the problem.
func (p *problem) write(w http.ResponseWriter) {
	for name, values := range p.header {
		w.Header()[name] = values
	}
	writeJSON(w, p.Status, "application/problem+json", p)
}

// writeJSON answers with v and a newline.
func writeJSON(w http.ResponseWriter, status int, mediaType string, v any) {
	var b strings.Builder
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false) // the type says that it is no HTML, and nosniff that nobody guesses
	if err := enc.Encode(v); err != nil {
		panic(err) // plain strings, numbers and lists always encode
	}
	h := w.Header()
	h["Content-Type"] = []string{mediaType}
	h["Content-Length"] = []string{strconv.Itoa(b.Len())}
	h["X-Content-Type-Options"] = noSniff
	h["Cache-Control"] = noStore
	w.WriteHeader(status)
	w.Write([]byte(b.String()))
}
