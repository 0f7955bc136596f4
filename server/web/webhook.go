package web

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"mime"
	"net/http"
	"strings"
	"time"

	"lastclick/model"
	"lastclick/server/shop/intake"
)

const (
	maxBody     = 1 << 20
	commitWait  = 8 * time.Second  // for the store to answer
	answerWrite = 10 * time.Second // for the answer to be written, after a slow body too
	refusalPace = time.Second      // between two lines of the log about what is not proved
)

// webhook answers POST /webhooks/{checkout}: receive or shopDelivery does the work, and
// the result becomes the answer, a line of the log, a count and a note of the checkout.
func (s *Server) webhook(w http.ResponseWriter, r *http.Request, name string) {
	start := time.Now() // of a duration, measured on the monotonic clock
	k, err := s.checkout(r, name)
	attrs := []any{"checkout", logCheckout(name)}
	held := s.bodies.hold(s.network(r))
	defer held.release()
	var d done
	switch {
	case err != nil:
	case k.Standard():
		var id string
		var o model.Outcome
		id, d.secret, o, err = s.receive(w, r, k, held)
		d.answer, d.result, d.parked = o, string(o.Status), o.Status == model.Parked
		attrs = append(attrs, "webhook_id", logText(id))
		if o.Order != "" { // of what was refused none is known
			attrs = append(attrs, "order", logText(o.Order))
		}
	default:
		var a intake.Answer
		a, d.secret, err = s.shopDelivery(w, r, k, held)
		d.answer, d.result = a, a.Status
		attrs = append(attrs, "kind", k.Kind)
	}
	if err != nil {
		s.refuseWebhook(w, r, k, d.secret, err, time.Since(start), attrs)
		return
	}
	status := http.StatusOK
	if d.parked {
		status = http.StatusAccepted
	}
	writeJSON(w, status, "application/json", d.answer)
	s.metrics.webhook(status, d.result, time.Since(start))
	if d.result != intake.Ping {
		s.store.Heard(model.Contact{Checkout: k.ID, At: s.now(), Secret: d.secret})
	}
	s.log.Debug("webhook", append(attrs, "status", status, "result", d.result)...)
}

// logCheckout is the name of a checkout for the log. What can be no name is not shown: it
// may be a secret that was pasted in the wrong place.
func logCheckout(name string) string {
	if !model.ValidSlug(name) {
		return "…"
	}
	return name
}

// done is a delivery that was taken.
type done struct {
	answer any
	result string // for the count
	parked bool
	secret int64 // the id of the one that proved it; also where it was refused then
}

// refuseWebhook answers a webhook that was not taken.
func (s *Server) refuseWebhook(w http.ResponseWriter, r *http.Request, k model.Checkout, secret int64, err error, took time.Duration, attrs []any) {
	p, refused := errors.AsType[*problem](err)
	if !refused {
		p = problemOf(err, s.incident)
	}
	p.write(w)
	s.metrics.webhook(p.Status, "refused", took)
	if k.ID != 0 && p.Status < 500 {
		why := p.Detail
		if len(p.Errors) > 0 {
			why = p.Errors[0].Field + " " + p.Errors[0].Detail
		}
		s.store.Heard(model.Contact{Checkout: k.ID, At: s.now(), Secret: secret, Refused: fmt.Sprintf("%d %s", p.Status, why)})
	}
	attrs = append(attrs, "status", p.Status, "detail", p.Detail)
	if len(p.Errors) > 0 {
		attrs = append(attrs, "field", logText(p.Errors[0].Field))
	}
	level := slog.LevelWarn // a sale may stand behind it
	switch p.Status {
	case http.StatusServiceUnavailable:
		attrs = append(attrs, "err", err)
	case http.StatusInternalServerError:
		level, attrs = slog.LevelError, append(attrs, "err", err, "instance", p.Instance)
	}
	log := func(write func()) { write() }
	if secret == 0 && p.Status != http.StatusInternalServerError || p.Status == http.StatusServiceUnavailable {
		// Anybody can send these, without end, and while the database is away every checkout
		// does. The metrics count them all.
		log = s.refusals.Do
	}
	log(func() { s.log.Log(r.Context(), level, "webhook refused", attrs...) })
}

// receive takes a webhook of a standard checkout through its steps, from the cheapest to
// the dearest: look at the headers, read the body, verify the signature, parse, commit.
// A ping goes no further than that it is understood. Its error is a *problem, or the store's.
func (s *Server) receive(w http.ResponseWriter, r *http.Request, k model.Checkout, held *hold) (id string, secret int64, o model.Outcome, err error) {
	if err := checkContentType(r.Header); err != nil {
		return "", 0, o, err
	}
	if err := checkLength(w, r); err != nil {
		return "", 0, o, err
	}
	headers, err := parseWebhookHeaders(r.Header)
	if err != nil {
		return headers.id, 0, o, refuse(http.StatusBadRequest, err.Error())
	}
	if err := headers.checkTime(s.now()); err != nil {
		return headers.id, 0, o, unsigned(err)
	}
	body, err := readBody(w, r, held)
	if err != nil {
		return headers.id, 0, o, err
	}
	now := s.now()
	id = headers.id
	secret, err = s.verify(r, k, headers, body)
	if err != nil {
		return id, 0, o, err
	}
	webhook, faults, err := parse(body, now)
	if err != nil {
		return id, secret, o, err
	}
	if webhook.Type == model.TypePing {
		return id, secret, model.Outcome{Status: model.Pong}, nil
	}
	ctx, cancel := context.WithTimeout(r.Context(), commitWait)
	defer cancel()
	o, err = s.store.Receive(ctx, model.Delivery{
		Checkout: k.ID, CheckoutName: k.Name, WebhookID: id, Body: body, Received: now, Webhook: webhook, Faults: faults,
	})
	return id, secret, o, err
}

// verify returns the id of the checkout's secret that signed the webhook. Where none did, it
// asks once whether the checkout has others by now.
func (s *Server) verify(r *http.Request, k model.Checkout, h webhookHeaders, body []byte) (secret int64, err error) {
	secret, refused, err := s.signer(r, k, h, body)
	if refused != nil {
		fresh, rotated, err := s.newSecrets(r, k)
		if err != nil {
			return 0, err
		}
		if rotated {
			secret, refused, err = s.signer(r, fresh, h, body)
		}
		if refused != nil {
			return 0, unsigned(refused)
		}
		return secret, err
	}
	return secret, err
}

// signer is the secret that signed the webhook; refused says why none did.
func (s *Server) signer(r *http.Request, k model.Checkout, h webhookHeaders, body []byte) (secret int64, refused, err error) {
	end, err := s.bodies.turn(r.Context(), len(body))
	if err != nil {
		return 0, nil, err
	}
	defer end()
	n, refused := h.verify(body, k.Secrets, s.now())
	if refused == nil && n < len(k.SecretIDs) {
		secret = k.SecretIDs[n]
	}
	return secret, refused, nil
}

// checkout returns the checkout to which the request may post, by all that its line says.
func (s *Server) checkout(r *http.Request, name string) (model.Checkout, error) {
	if r.Method != http.MethodPost {
		return model.Checkout{}, refuse(http.StatusMethodNotAllowed, "a webhook is sent with POST", "Allow", allowPosting[0])
	}
	if s.draining.Load() {
		return model.Checkout{}, refuse(http.StatusServiceUnavailable, "this server is shutting down: send it again", "Retry-After", "5")
	}
	if err := s.store.Away(); err != nil {
		return model.Checkout{}, err
	}
	if checkout, ok := s.store.CheckoutByName(name); ok {
		return checkout, nil
	}
	return s.lookUpCheckout(r, name)
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

// checkLength refuses a body that says itself that it is too large.
func checkLength(w http.ResponseWriter, r *http.Request) error {
	if r.ContentLength <= maxBody {
		return nil
	}
	w.Header()["Connection"] = []string{"close"} // what follows is not read
	return tooLarge()
}

func tooLarge() error {
	return refuse(http.StatusRequestEntityTooLarge, fmt.Sprintf("the body has more than %d bytes: at most 1 MiB is allowed", maxBody))
}

// readBody reads at most maxBody bytes into the memory that held counts. It then gives
// the answer a deadline of its own, because the server's WriteTimeout began with the headers.
func readBody(w http.ResponseWriter, r *http.Request, held *hold) ([]byte, error) {
	body, err := held.read(w, r)
	// A recorder in a test has no deadline to set.
	_ = http.NewResponseController(w).SetWriteDeadline(time.Now().Add(answerWrite))
	_, over := errors.AsType[*http.MaxBytesError](err)
	switch {
	case over:
		return nil, tooLarge()
	case errors.Is(err, errNoRoom):
		w.Header()["Connection"] = []string{"close"} // what follows is not read
		return nil, refuse(http.StatusServiceUnavailable, "too many webhooks arrive at this moment: send it again", "Retry-After", "5")
	case err != nil:
		return nil, refuse(http.StatusBadRequest, "the body did not arrive whole: send it again")
	}
	return body, nil
}

// unsigned refuses what is not proved. RFC 9110 §11.6.1 requires a 401 to name its scheme.
func unsigned(err error) error {
	return refuse(http.StatusUnauthorized, err.Error(), "WWW-Authenticate", "StandardWebhooks")
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
