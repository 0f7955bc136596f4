package listen

import (
	"bytes"
	"context"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"lastclick/model"
)

// answerSize bounds an answer of an authority: a chain of certificates, at most.
const answerSize = 1 << 20

// authority carries the requests to an ACME server, and keeps what it says of failures:
// autocert hides the cause of a failed challenge, and renews in silence.
type authority struct {
	stopped context.Context // ends requests under way
	log     *slog.Logger
	refused rate.Sometimes

	mu      sync.Mutex
	problem string
	at      time.Time
}

func newAuthority(stopped context.Context, log *slog.Logger) *authority {
	return &authority{stopped: stopped, log: log, refused: rate.Sometimes{First: 3, Interval: time.Minute}}
}

// RoundTrip reads the whole answer, so that nothing of it is open when it returns.
func (a *authority) RoundTrip(r *http.Request) (*http.Response, error) {
	ctx, cancel := context.WithCancel(r.Context())
	defer cancel()
	defer context.AfterFunc(a.stopped, cancel)()
	resp, err := http.DefaultTransport.RoundTrip(r.WithContext(ctx))
	if err != nil {
		a.note(err.Error())
		return nil, err
	}
	body, err := io.ReadAll(io.LimitReader(resp.Body, answerSize+1))
	_ = resp.Body.Close()
	if err == nil && len(body) > answerSize {
		err = errors.New("the authority's answer is too long")
	}
	if err != nil {
		a.note(err.Error())
		return nil, err
	}
	if problem := problemIn(resp, body); problem != "" {
		a.note(problem)
	}
	resp.Body = io.NopCloser(bytes.NewReader(body))
	return resp, nil
}

// note keeps the problem and logs it now and then.
func (a *authority) note(problem string) {
	problem = clean(problem)
	a.mu.Lock()
	a.problem, a.at = problem, time.Now()
	a.mu.Unlock()
	if a.stopped.Err() == nil {
		a.refused.Do(func() { a.log.Warn("the certificate authority refuses, or does not answer", "err", problem) })
	}
}

// lastProblem is the newest problem since then; empty: none.
func (a *authority) lastProblem(since time.Time) string {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.at.Before(since) {
		return ""
	}
	return a.problem
}

// acmeProblem is an error of RFC 8555 §6.7.
type acmeProblem struct {
	Type   string `json:"type"`
	Detail string `json:"detail"`
}

// problemIn is what a JSON answer says went wrong: of the request, of a challenge, or of an
// order. A nonce that is refused is part of the protocol: the client sends another.
func problemIn(resp *http.Response, body []byte) string {
	if !strings.Contains(resp.Header.Get("Content-Type"), "json") {
		if resp.StatusCode >= http.StatusBadRequest {
			return "the authority answered " + resp.Status
		}
		return ""
	}
	var answer struct {
		acmeProblem
		Error      *acmeProblem `json:"error"`
		Challenges []struct {
			Error *acmeProblem `json:"error"`
		} `json:"challenges"`
	}
	if json.Unmarshal(body, &answer) != nil {
		return ""
	}
	p := answer.Error
	if resp.StatusCode >= http.StatusBadRequest {
		p = &answer.acmeProblem
	}
	for _, c := range answer.Challenges {
		if c.Error != nil {
			p = c.Error
		}
	}
	if p == nil || strings.HasSuffix(p.Type, ":badNonce") {
		return ""
	}
	return p.Detail + " (" + strings.TrimPrefix(p.Type, "urn:ietf:params:acme:error:") + ")"
}

// clean is foreign text for the log.
func clean(text string) string { return model.Truncate(model.Line(text), 500) }

// leaf is the certificate that is served for the name.
func (a *ACME) leaf(name string) (*x509.Certificate, error) {
	d := a.domains[name]
	d.mu.Lock()
	ready := d.ready
	d.mu.Unlock()
	if !ready {
		return nil, fmt.Errorf("there is no certificate of %s", name)
	}
	c, err := a.manager.GetCertificate(ecdsaHello(name))
	if err != nil {
		return nil, err
	}
	if c.Leaf == nil {
		return x509.ParseCertificate(c.Certificate[0])
	}
	return c.Leaf, nil
}

// NotAfter is when the first of the certificates expires; zero while one is missing.
func (a *ACME) NotAfter() (first time.Time) {
	for _, name := range a.names {
		c, err := a.leaf(name)
		if err != nil {
			return time.Time{}
		}
		if first.IsZero() || c.NotAfter.Before(first) {
			first = c.NotAfter
		}
	}
	return first
}
