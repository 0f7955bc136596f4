package web

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"mime"
	"net/http"
	"strings"
	"time"

	"lastclick/model"
)

const (
	maxBody     = 1 << 20
	commitWait  = 8 * time.Second  // for the store to answer
	answerWrite = 10 * time.Second // for the answer to be written, after a slow body too
)

// webhook answers POST /webhooks/{checkout}: receive does the work, and its result
// becomes the answer, a line of the log and a count.
func (s *Server) webhook(w http.ResponseWriter, r *http.Request, checkout string) {
	start := time.Now() // of a duration, measured on the monotonic clock
	id, outcome, err := s.receive(w, r, checkout)
	attrs := []any{"checkout", logText(checkout), "webhook_id", logText(id)}
	if err == nil {
		status := http.StatusOK
		if outcome.Status == model.Parked {
			status = http.StatusAccepted
		}
		writeJSON(w, status, "application/json", outcome)
		s.metrics.webhook(status, string(outcome.Status), time.Since(start))
		s.log.Debug("webhook", append(attrs, "status", status, "result", string(outcome.Status), "order", logText(outcome.Order))...)
		return
	}
	p, refused := errors.AsType[*problem](err)
	if !refused {
		p = problemOf(err, s.incident)
	}
	p.write(w)
	s.metrics.webhook(p.Status, "refused", time.Since(start))
	attrs = append(attrs, "status", p.Status, "detail", p.Detail)
	level := slog.LevelInfo
	switch p.Status {
	case http.StatusServiceUnavailable:
		level, attrs = slog.LevelWarn, append(attrs, "err", err)
	case http.StatusInternalServerError:
		level, attrs = slog.LevelError, append(attrs, "err", err, "instance", p.Instance)
	}
	s.log.Log(r.Context(), level, "webhook refused", attrs...)
}

// receive takes a webhook through its steps, from the cheapest to the dearest: find
// the checkout, read the body, verify the signature, parse, commit. A ping goes no
// further than that it is understood. Its error is a *problem, or the store's.
func (s *Server) receive(w http.ResponseWriter, r *http.Request, name string) (id string, o model.Outcome, err error) {
	checkout, err := s.checkout(r, name)
	if err != nil {
		return "", o, err
	}
	body, err := readBody(w, r)
	if err != nil {
		return "", o, err
	}
	now := s.now()
	id, err = verify(r.Header, body, checkout.Secrets, now)
	if err != nil {
		return id, o, err
	}
	webhook, faults, err := parse(body, now)
	if err != nil {
		return id, o, err
	}
	if webhook.Type == model.TypePing {
		return id, model.Outcome{Status: model.Pong}, nil
	}
	ctx, cancel := context.WithTimeout(r.Context(), commitWait)
	defer cancel()
	o, err = s.store.Receive(ctx, model.Delivery{
		Checkout: checkout.ID, WebhookID: id, Body: body, Received: now, Webhook: webhook, Faults: faults,
	})
	return id, o, err
}

// checkout returns the checkout to which the request may post, by all that its line
// and headers say.
func (s *Server) checkout(r *http.Request, name string) (model.Checkout, error) {
	if r.Method != http.MethodPost {
		return model.Checkout{}, refuse(http.StatusMethodNotAllowed, "a webhook is sent with POST", "Allow", allowPosting[0])
	}
	if s.draining.Load() {
		return model.Checkout{}, refuse(http.StatusServiceUnavailable, "this server is shutting down: send it again", "Retry-After", "5")
	}
	checkout, ok := s.store.CheckoutByName(name)
	if !ok {
		return model.Checkout{}, refuse(http.StatusNotFound, "there is no such checkout: get the address from the admin of this platform")
	}
	return checkout, checkContentType(r.Header)
}

// checkContentType requires JSON that is not compressed: the signature covers the body
// as it is sent.
func checkContentType(h http.Header) error {
	// A parameter that cannot be read says nothing about the type before it.
	mediaType, _, err := mime.ParseMediaType(h.Get("Content-Type"))
	if mediaType != "application/json" || err != nil && !errors.Is(err, mime.ErrInvalidMediaParameter) {
		return refuse(http.StatusUnsupportedMediaType, "the content type must be application/json", "Accept", "application/json")
	}
	if coding := h.Get("Content-Encoding"); coding != "" && !strings.EqualFold(coding, "identity") {
		return refuse(http.StatusUnsupportedMediaType, "the body must not be compressed", "Accept-Encoding", "identity")
	}
	return nil
}

// readBody reads at most maxBody bytes. It then gives the answer a deadline of its
// own, because the server's WriteTimeout began with the headers.
func readBody(w http.ResponseWriter, r *http.Request) ([]byte, error) {
	tooLarge := refuse(http.StatusRequestEntityTooLarge, fmt.Sprintf("the body has more than %d bytes: at most 1 MiB is allowed", maxBody))
	if r.ContentLength > maxBody {
		w.Header()["Connection"] = []string{"close"} // what follows is not read
		return nil, tooLarge
	}
	var b bytes.Buffer
	if r.ContentLength > 0 {
		b.Grow(int(min(r.ContentLength, 64<<10)) + bytes.MinRead)
	}
	_, err := io.Copy(&b, http.MaxBytesReader(w, r.Body, maxBody))
	// A recorder in a test has no deadline to set.
	_ = http.NewResponseController(w).SetWriteDeadline(time.Now().Add(answerWrite))
	if _, over := errors.AsType[*http.MaxBytesError](err); over {
		return nil, tooLarge
	}
	if err != nil {
		return nil, refuse(http.StatusBadRequest, "the body did not arrive whole: send it again")
	}
	return b.Bytes(), nil
}

// verify proves that the sender knows one of the secrets, and returns the webhook's id
// also where it does not, for the log.
func verify(h http.Header, body []byte, secrets [][]byte, now time.Time) (id string, err error) {
	headers, err := parseWebhookHeaders(h)
	if err != nil {
		return headers.id, refuse(http.StatusBadRequest, err.Error())
	}
	if err := headers.verify(body, secrets, now); err != nil {
		// RFC 9110 §11.6.1 requires a 401 to name its scheme.
		return headers.id, refuse(http.StatusUnauthorized, err.Error(), "WWW-Authenticate", "StandardWebhooks")
	}
	return headers.id, nil
}

// parse reads the verified body. A body with faults is no error here: the store keeps
// it in the inbox and refuses it with them.
func parse(body []byte, now time.Time) (model.Webhook, []model.Fault, error) {
	webhook, err := model.ParseWebhook(body, now)
	if e, ok := errors.AsType[*model.Error](err); ok && e.Kind == model.Invalid {
		return webhook, e.Faults, nil
	}
	return webhook, nil, err
}
