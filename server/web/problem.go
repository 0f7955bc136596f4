package web

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strconv"

	"lastclick/model"
)

// problem is an answer of RFC 9457. Its type is always about:blank: the status says
// what kind of problem it is, and the title is the status's own phrase (§4.2.1).
type problem struct {
	Type     string        `json:"type"`
	Title    string        `json:"title"`
	Status   int           `json:"status"`
	Detail   string        `json:"detail"`
	Instance string        `json:"instance,omitempty"` // of a fault of ours: its id in the log
	Errors   []model.Fault `json:"errors,omitempty"`   // every fault in a body

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

// answers maps each kind of error to a status, and where it passes by itself, to the
// seconds after which to try again.
var answers = map[model.Kind]struct{ status, retryAfter int }{
	model.Malformed: {http.StatusBadRequest, 0},
	model.Invalid:   {http.StatusUnprocessableEntity, 0},
	model.NotFound:  {http.StatusNotFound, 0},
	model.Conflict:  {http.StatusConflict, 0},
	model.Denied:    {http.StatusForbidden, 0},
	model.Busy:      {http.StatusServiceUnavailable, 2},
	model.Full:      {http.StatusServiceUnavailable, 30},
}

// problemOf is what the sender may read of an error of the store. A fault of ours
// keeps its text for the log and shows only the incident.
func problemOf(err error, incident func() string) *problem {
	e, ok := errors.AsType[*model.Error](err)
	if !ok && (errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled)) {
		e, ok = &model.Error{Kind: model.Busy, Msg: "the store did not answer in time", Hint: "send it again"}, true
	}
	if !ok {
		return faultOfOurs(incident)
	}
	a, known := answers[e.Kind]
	detail, public := model.PublicMessage(e)
	if !known || !public {
		return faultOfOurs(incident)
	}
	p := refuse(a.status, detail)
	p.Errors = e.Faults
	if len(p.Errors) == 0 && e.Kind == model.Invalid {
		p.Errors = []model.Fault{{Field: cmp.Or(e.Field, "body"), Detail: e.Msg}}
	}
	if a.retryAfter > 0 {
		p.header.Set("Retry-After", strconv.Itoa(a.retryAfter))
	}
	return p
}

func faultOfOurs(incident func() string) *problem {
	p := refuse(http.StatusInternalServerError, "the fault is on our side, and nothing was stored: send it again later, and if it fails again, give the instance to the admin of this platform")
	p.Instance = "urn:lastclick:incident:" + incident()
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
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false) // the content type and nosniff say that it is no HTML
	if err := enc.Encode(v); err != nil {
		panic(err) // plain strings, numbers and lists always encode
	}
	body := model.EscapeHidden(b.Bytes()) // it may be read on a terminal
	h := w.Header()
	h["Content-Type"] = []string{mediaType}
	h["Content-Length"] = []string{strconv.Itoa(len(body))}
	guard(h, dataPolicy)
	write(w, status, body)
}
