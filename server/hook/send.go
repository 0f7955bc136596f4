package hook

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"lastclick/model"
)

const (
	sendTime   = 10 * time.Second // for one message, from the name's look-up to the answer
	maxAnswer  = 4 << 10          // bytes of an answer's body that are read
	maxHeaders = 16 << 10         // bytes of its headers
	maxReason  = 300              // characters of a failure that are kept
	maxDelay   = time.Hour        // that a receiver may ask for with Retry-After
)

// newClient is a client that dials public addresses alone, unless private ones are
// allowed.
func newClient(private bool, trust *tls.Config) *http.Client {
	d := &net.Dialer{Timeout: sendTime}
	if !private {
		d.Control = control
	}
	return &http.Client{
		Transport: &http.Transport{ // no Proxy: it would dial for us
			DialContext: d.DialContext, TLSClientConfig: trust, TLSHandshakeTimeout: sendTime,
			MaxIdleConnsPerHost: perHook, IdleConnTimeout: 30 * time.Second,
			MaxResponseHeaderBytes: maxHeaders, DisableCompression: true,
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// answer is what came back for a message.
type answer struct {
	status int // 0: nothing
	text   string
	err    error         // nil: it was taken
	gone   bool          // the receiver wants no more messages
	delay  time.Duration // that the receiver asks for
}

// send sends a body under an id, signed now. It returns after sendTime at the latest.
func (w *Worker) send(ctx context.Context, to model.HookTarget, id string, body []byte) answer {
	ctx, cancel := context.WithTimeout(ctx, sendTime)
	defer cancel()
	req, err := w.request(ctx, to, id, body)
	if err != nil {
		return answer{err: err}
	}
	resp, err := w.client.Do(req)
	if err != nil {
		return answer{err: cause(err)}
	}
	defer resp.Body.Close()
	text, _ := io.ReadAll(io.LimitReader(resp.Body, maxAnswer)) // what came of it; the status decides
	a := answer{status: resp.StatusCode, text: string(text)}
	switch {
	case a.status >= 200 && a.status < 300:
	case a.status >= 300 && a.status < 400:
		a.err = fmt.Errorf("it answered %d, which leads elsewhere (%s) and is not followed: enter the address that takes messages", a.status, model.Truncate(model.Line(resp.Header.Get("Location")), 100))
	default:
		a.err = fmt.Errorf("it answered %s", model.Truncate(model.Line(resp.Status), 100))
		a.gone = a.status == http.StatusGone
		if seconds, err := strconv.Atoi(resp.Header.Get("Retry-After")); err == nil && seconds > 0 {
			a.delay = min(time.Duration(min(seconds, 1<<20))*time.Second, maxDelay)
		}
	}
	return a
}

func (w *Worker) request(ctx context.Context, to model.HookTarget, id string, body []byte) (*http.Request, error) {
	key, err := standardwebhooks.NewWebhookRaw(to.Secret)
	if err != nil {
		return nil, errors.New("the hook has no secret")
	}
	at := w.c.Now()
	signature, err := key.Sign(id, at, body)
	if err != nil {
		return nil, errors.New("the message cannot be signed")
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, to.URL, bytes.NewReader(body))
	if err != nil {
		return nil, errors.New("the URL is not an address")
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("User-Agent", "lastclick")
	req.Header.Set(standardwebhooks.HeaderWebhookID, id)
	req.Header.Set(standardwebhooks.HeaderWebhookTimestamp, strconv.FormatInt(at.Unix(), 10))
	req.Header.Set(standardwebhooks.HeaderWebhookSignature, signature)
	return req, nil
}

// cause is why nothing came back, without the URL, which may hold a token.
func cause(err error) error {
	if private, ok := errors.AsType[*privateError](err); ok {
		return private
	}
	if errors.Is(err, context.DeadlineExceeded) {
		return fmt.Errorf("no answer came within %s", sendTime)
	}
	if outer, ok := errors.AsType[*url.Error](err); ok {
		err = outer.Err
	}
	if timeout, ok := errors.AsType[net.Error](err); ok && timeout.Timeout() {
		return fmt.Errorf("no answer came within %s", sendTime)
	}
	return errors.New(model.Truncate(model.Line(strings.TrimSpace(err.Error())), maxReason))
}
