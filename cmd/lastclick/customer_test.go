package main

import (
	"io"
	"net/http"
	"net/http/cookiejar"
	"strconv"
	"strings"
	"time"

	webhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"
)

// browser keeps the cookies of a customer who follows links, but not to the ticket site.
type browser struct {
	p      *platform
	client *http.Client
}

const phone = "Mozilla/5.0 (Linux; Android 16; Pixel 9) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/150.0.0.0 Mobile Safari/537.36"

func (p *platform) browser() *browser {
	jar, err := cookiejar.New(nil)
	if err != nil {
		p.t.Fatal(err)
	}
	return &browser{p, &http.Client{Jar: jar, Timeout: 10 * time.Second, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
}

// follow requests the path, with these headers, and returns the answer's status and
// Location.
func (b *browser) follow(path string, headers ...string) (int, string) {
	b.p.t.Helper()
	req, err := http.NewRequest(http.MethodGet, b.p.http+path, nil)
	if err != nil {
		b.p.t.Fatal(err)
	}
	req.Header.Set("User-Agent", phone)
	for i := 0; i+1 < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	resp, err := b.client.Do(req)
	if err != nil {
		b.p.t.Fatal(err)
	}
	_ = resp.Body.Close()
	return resp.StatusCode, resp.Header.Get("Location")
}

// receipt is the value of the cookie that the checkout would read.
func (b *browser) receipt() string {
	req, _ := http.NewRequest(http.MethodGet, b.p.http+"/", nil)
	for _, c := range b.client.Jar.Cookies(req.URL) {
		if c.Name == "lastclick" {
			return c.Value
		}
	}
	return ""
}

// checkout signs and posts webhooks.
type checkout struct {
	p      *platform
	name   string
	secret string
}

func (p *platform) checkout(name string, args ...string) *checkout {
	p.t.Helper()
	var made struct{ Name, Secret string }
	p.json(&made, append([]string{"checkout", "add", name}, args...)...)
	if made.Name != name || !strings.HasPrefix(made.Secret, "whsec_") {
		p.t.Fatalf("checkout add printed %+v", made)
	}
	return &checkout{p, name, made.Secret}
}

// post posts the body under the webhook id, signed now.
func (c *checkout) post(id, body string) (int, string) {
	c.p.t.Helper()
	status, answer, err := c.send(id, body, time.Now())
	if err != nil {
		c.p.t.Fatal(err)
	}
	return status, answer
}

// send may be called from other goroutines than the test's.
func (c *checkout) send(id, body string, at time.Time) (int, string, error) {
	sign, err := webhooks.NewWebhook(c.secret)
	if err != nil {
		return 0, "", err
	}
	signature, err := sign.Sign(id, at, []byte(body))
	if err != nil {
		return 0, "", err
	}
	req, err := http.NewRequest(http.MethodPost, c.p.http+"/webhooks/"+c.name, strings.NewReader(body))
	if err != nil {
		return 0, "", err
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("webhook-id", id)
	req.Header.Set("webhook-timestamp", strconv.FormatInt(at.Unix(), 10))
	req.Header.Set("webhook-signature", signature)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0, "", err
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	return resp.StatusCode, string(b), err
}
