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

// webhook answers POST /webhooks/{checkout}.
func (s *Server) webhook(w http.ResponseWriter, r *http.Request, checkout string) {
	start := time.Now() // a duration, measured on the monotonic clock
	id, outcome, err := s.deliver(w, r, checkout)
	attrs := []any{"checkout", shown(checkout), "webhook_id", shown(id)}
	if err == nil {
		status := http.StatusOK
		if outcome.Status == model.Parked {
			status = http.StatusAccepted
		}
		writeJSON(w, status, "application/json", outcome)
		s.metrics.webhook(status, string(outcome.Status), time.Since(start))
		s.log.Debug("webhook", append(attrs, "status", status, "result", string(outcome.Status), "order", shown(outcome.Order))...)
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
		level, attrs = slog.LevelWarn, append(attrs, "error", err)
	case http.StatusInternalServerError:
		level, attrs = slog.LevelError, append(attrs, "error", err, "instance", p.Instance)
	}
	s.log.Log(r.Context(), level, "webhook refused", attrs...)
}

// deliver takes a webhook through its checks, the cheap ones first, and gives it to
// the store. Its error is a *problem, or one of the store's.
func (s *Server) deliver(w http.ResponseWriter, r *http.Request, name string) (id string, o model.Outcome, err error) {
	if r.Method != http.MethodPost {
		return "", o, refuse(http.StatusMethodNotAllowed, "a webhook is sent with POST", "Allow", allowPosting[0])
	}
	if s.draining.Load() {
		return "", o, refuse(http.StatusServiceUnavailable, "this server is shutting down: send it again", "Retry-After", "5")
	}
	checkout, ok := s.store.CheckoutByName(name)
	if !ok {
		return "", o, refuse(http.StatusNotFound, "there is no such checkout: take the address from whoever runs this platform")
	}
	if err := checkType(r.Header); err != nil {
		return "", o, err
	}
	body, err := readBody(w, r)
	if err != nil {
		return "", o, err
	}
	c, err := readClaim(r.Header)
	if err != nil {
		return c.id, o, refuse(http.StatusBadRequest, err.Error())
	}
	now := s.now()
	if err := c.prove(body, checkout.Secrets, now); err != nil {
		// RFC 9110 §11.6.1 wants a 401 to name its scheme.
		return c.id, o, refuse(http.StatusUnauthorized, err.Error(), "WWW-Authenticate", "StandardWebhooks")
	}
	d := model.Delivery{Checkout: checkout.ID, WebhookID: c.id, Body: body, Received: now}
	if d.Webhook, err = model.ParseWebhook(body, now); err != nil {
		e, ok := errors.AsType[*model.Error](err)
		if !ok || e.Kind != model.Invalid {
			return c.id, o, err
		}
		d.Faults = e.Faults // the store keeps the body, and says so
	}
	ctx, cancel := context.WithTimeout(r.Context(), commitWait)
	defer cancel()
	o, err = s.store.Receive(ctx, d)
	return c.id, o, err
}

// checkType wants JSON, as it is and not compressed: what is signed is the body as
// it is sent.
func checkType(h http.Header) error {
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

// readBody takes at most maxBody bytes, and gives the answer its own time to be
// written, for the server's write clock began with the headers.
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
		return nil, refuse(http.StatusBadRequest, "the body did not come whole: send it again")
	}
	return b.Bytes(), nil
}
