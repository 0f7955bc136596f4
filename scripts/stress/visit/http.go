package visit

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"lastclick/scripts/benchmark/load"
)

// NewClient is a client whose connections come from the address.
func NewClient(source net.Addr, connections int) *http.Client {
	dialer := &net.Dialer{LocalAddr: source, Timeout: 20 * time.Second}
	return &http.Client{
		Timeout:       20 * time.Second,
		Transport:     &http.Transport{DialContext: dialer.DialContext, MaxIdleConnsPerHost: connections},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// Drain reads an answer to its end, so that its connection serves the next request.
func Drain(r *http.Response) {
	_, _ = io.Copy(io.Discard, r.Body)
	_ = r.Body.Close()
}

// Click follows a link of the platform at the address and says how that was answered.
func Click(ctx context.Context, client *http.Client, address, code string) string {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+address+"/"+code, nil)
	if err != nil {
		return err.Error()
	}
	r.Header.Set("User-Agent", load.UserAgent)
	resp, err := client.Do(r)
	if err != nil {
		return NoAnswer
	}
	Drain(resp)
	return fmt.Sprint(resp.StatusCode)
}

// Deliver posts a signed body to the checkout of the platform at the address, and says how it was answered.
func Deliver(ctx context.Context, client *http.Client, key *standardwebhooks.Webhook, address, id string, body []byte) string {
	now := time.Now()
	signature, err := key.Sign(id, now, body)
	if err != nil {
		return err.Error()
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+address+"/webhooks/"+CheckoutName, bytes.NewReader(body))
	if err != nil {
		return err.Error()
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set(standardwebhooks.HeaderWebhookID, id)
	r.Header.Set(standardwebhooks.HeaderWebhookTimestamp, fmt.Sprint(now.Unix()))
	r.Header.Set(standardwebhooks.HeaderWebhookSignature, signature)
	resp, err := client.Do(r)
	if err != nil {
		return NoAnswer
	}
	Drain(resp)
	if resp.StatusCode == http.StatusServiceUnavailable && resp.Header.Get("Retry-After") == "" {
		return "503 without Retry-After"
	}
	return fmt.Sprint(resp.StatusCode)
}

// Repeat does it every so often until ctx ends.
func Repeat(ctx context.Context, every time.Duration, do func()) {
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			do()
		}
	}
}

// Wait waits so long, or until ctx ends.
func Wait(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}
