package shop

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// Bounds of one Fetch.
const (
	maxAnswer     = 4 << 20          // bytes of an answer, decompressed
	maxRequests   = 60               // requests of one Fetch, all pages together
	answerWait    = 20 * time.Second // for one answer, its body included
	maxRetryAfter = time.Hour        // a shop that names more is asked again after this
	maxRedirects  = 3
)

// api reads JSON from the API of one shop. The token goes to the host of base and to no
// other: a redirect elsewhere is an error, and no address is ever taken from a delivery.
type api struct {
	shop   string // as people call it
	client *http.Client
	base   *url.URL    // scheme and host
	header http.Header // of every request, with the token
	left   int         // requests that may still be made
}

// openAPI prepares requests to the API of the shop. Without an address of its own the
// account uses the usual one; where usual is empty, it needs one. scheme stands before the
// token in the header Authorization. An error says what the admin must correct.
func openAPI(shop string, client *http.Client, account Account, usual, scheme string) (*api, error) {
	address := account.URL
	if address == "" {
		address = usual
	}
	if address == "" {
		return nil, fmt.Errorf("the checkout has no address of %s: give it with --url, such as https://tickets.example", shop)
	}
	base, err := url.Parse(address)
	if err != nil || base.Host == "" || base.User != nil || strings.Trim(base.Path, "/") != "" || base.RawQuery != "" || base.Fragment != "" {
		return nil, fmt.Errorf("the address of %s must be a scheme and a host alone, such as https://tickets.example", shop)
	}
	if base.Scheme != "https" && (base.Scheme != "http" || !inside(base.Hostname())) {
		return nil, fmt.Errorf("the address of %s must begin with https://, since the API token is sent to it", shop)
	}
	if account.Token == "" {
		return nil, fmt.Errorf("the checkout has no API token of %s: give it with --token-stdin", shop)
	}
	if strings.ContainsFunc(account.Token, func(r rune) bool { return r <= ' ' || r >= 0x7f }) {
		return nil, fmt.Errorf("the API token of %s holds a character that no token has: copy it again", shop)
	}
	pinned := *client
	pinned.Jar = nil
	pinned.CheckRedirect = func(r *http.Request, via []*http.Request) error {
		if r.URL.Scheme != base.Scheme || r.URL.Host != base.Host || len(via) > maxRedirects {
			return http.ErrUseLastResponse
		}
		return nil
	}
	header := http.Header{}
	header.Set("Authorization", scheme+" "+account.Token)
	header.Set("Accept", "application/json")
	header.Set("User-Agent", "lastclick")
	return &api{shop, &pinned, &url.URL{Scheme: base.Scheme, Host: base.Host}, header, maxRequests}, nil
}

// inside says whether the host is on this machine or in its network, where an API may be
// reached without TLS: a loopback or private address, or a name without a dot, as
// containers have.
func inside(host string) bool {
	if ip, err := netip.ParseAddr(host); err == nil {
		return ip.IsLoopback() || ip.IsPrivate()
	}
	return !strings.Contains(host, ".")
}

// notFound says that the shop has no such object.
type notFound struct{ shop, path string }

func (e *notFound) Error() string {
	return fmt.Sprintf("%s has nothing at %s: compare the address and the token of the checkout with the shop that sent the message", e.shop, e.path)
}

// refused says that the shop does not take the token, or not for this.
type refused struct {
	shop  string
	code  int // the status
	said  string
	right string // that the token lacks; empty where that is not known
}

func (e *refused) Error() string {
	if e.right != "" && e.code == http.StatusForbidden {
		return fmt.Sprintf("%s knows the API token, and does not let it read %s (%s): give it that right there", e.shop, e.right, e.said)
	}
	return fmt.Sprintf("%s refuses the API token (%s): make a new one there that may read orders, and give it to the checkout", e.shop, e.said)
}

// optional says whether err, of a get of something that an order can do without, only
// says that it cannot be had.
func optional(err error) bool {
	_, absent := errors.AsType[*notFound](err)
	_, hidden := errors.AsType[*refused](err)
	return absent || hidden
}

// get reads the JSON at path, which begins with / and may have a query, into v. Its error
// is a *Later, an *Unmapped where the JSON has another shape than v, a *notFound, or says
// what the admin must correct.
func (a *api) get(ctx context.Context, path string, v any) error {
	if a.left == 0 {
		return &Unmapped{path, fmt.Sprintf("would take more than %d requests", maxRequests)}
	}
	a.left--
	target, err := a.base.Parse(path)
	if err != nil || !strings.HasPrefix(path, "/") || target.Host != a.base.Host || target.Scheme != a.base.Scheme || target.User != nil {
		return &Unmapped{"path", "is no path of the API"}
	}
	ctx, cancel := context.WithTimeout(ctx, answerWait)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, target.String(), http.NoBody)
	if err != nil {
		return &Unmapped{"path", "is no path of the API"}
	}
	request.Header = a.header.Clone()
	answer, err := a.client.Do(request)
	if err != nil {
		return &Later{Err: withoutURL(err)}
	}
	defer answer.Body.Close()
	if err := a.status(answer, target.Path); err != nil {
		return err
	}
	return decodeAnswer(answer, v)
}

// status is the error that an answer's status says; nil for 200.
func (a *api) status(answer *http.Response, path string) error {
	said := strconv.Itoa(answer.StatusCode)
	if text := http.StatusText(answer.StatusCode); text != "" {
		said += " " + text
	}
	later := func() error {
		return &Later{retryAfter(answer.Header, time.Now()), fmt.Errorf("%s answers %s", a.shop, said)}
	}
	switch code := answer.StatusCode; {
	case code == http.StatusOK:
		return nil
	case code == http.StatusUnauthorized || code == http.StatusForbidden:
		return &refused{shop: a.shop, code: code, said: said}
	case code == http.StatusNotFound || code == http.StatusGone:
		return &notFound{a.shop, path}
	case code >= 300 && code < 400:
		return fmt.Errorf("%s answers with a redirect that is not followed, since it leads to another host or in a circle: give the checkout the address that the shop's API has now", a.shop)
	case code == http.StatusTooManyRequests || code == http.StatusRequestTimeout || code == http.StatusConflict || code == http.StatusTooEarly || code >= 500 || code < 300:
		return later()
	}
	return fmt.Errorf("%s answers %s to a question about an order: compare the address and the token of the checkout with the shop", a.shop, said)
}

// decodeAnswer reads a bounded body of JSON into v.
func decodeAnswer(answer *http.Response, v any) error {
	if kind, _, err := mime.ParseMediaType(answer.Header.Get("Content-Type")); err != nil && !errors.Is(err, mime.ErrInvalidMediaParameter) || kind != "application/json" {
		return &Later{Err: errors.New("its answer is not JSON")}
	}
	body, err := io.ReadAll(io.LimitReader(answer.Body, maxAnswer+1))
	switch {
	case err != nil:
		return &Later{Err: withoutURL(err)}
	case len(body) > maxAnswer:
		return &Later{Err: fmt.Errorf("its answer has more than %d bytes", maxAnswer)}
	}
	if !json.Valid(body) {
		return &Later{Err: errors.New("its answer is not JSON")}
	}
	return decode(body, v)
}

// retryAfter is how long the header Retry-After asks to wait (RFC 9110 §10.2.3), at most
// maxRetryAfter; zero where it says nothing that can be read.
func retryAfter(h http.Header, now time.Time) time.Duration {
	said := h.Get("Retry-After")
	wait := time.Duration(0)
	if seconds, err := strconv.ParseInt(said, 10, 64); err == nil {
		wait = time.Duration(min(seconds, int64(maxRetryAfter/time.Second))) * time.Second
	} else if at, err := http.ParseTime(said); err == nil {
		wait = at.Sub(now)
	}
	return min(max(wait, 0), maxRetryAfter)
}

// withoutURL takes the addresses off an error of net/http: it ends in a message for
// people, to whom they say nothing that the checkout does not say.
func withoutURL(err error) error {
	if e, ok := errors.AsType[*url.Error](err); ok {
		err = e.Err
	}
	if e, ok := errors.AsType[*net.OpError](err); ok && !e.Timeout() {
		return fmt.Errorf("%s: %w", e.Op, e.Err)
	}
	if e, ok := errors.AsType[net.Error](err); ok && e.Timeout() || errors.Is(err, context.DeadlineExceeded) {
		return errors.New("it did not answer in time")
	}
	return err
}
