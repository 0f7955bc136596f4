package peer

import (
	"bufio"
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"lastclick/scripts/benchmark/load"
)

// run starts a peer and returns its address, for as long as the test lasts.
func run(t *testing.T, name string, c Config) (http string) {
	t.Helper()
	ctx, stop := context.WithCancel(context.Background())
	out, in := io.Pipe()
	ended := make(chan error, 1)
	go func() { ended <- Run(ctx, name, c, in) }()
	t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	line, err := bufio.NewReader(out).ReadString('\n')
	fields := strings.Fields(line)
	if err != nil || len(fields) != 4 || fields[0] != "ready" {
		t.Fatalf("%q %v", line, err)
	}
	return "http://" + strings.TrimPrefix(fields[1], "http=")
}

func do(t *testing.T, r *http.Request) (*http.Response, string) {
	t.Helper()
	answer, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer, string(body)
}

func TestBare_KnownCode_RedirectsWithNewCookie(t *testing.T) {
	url := run(t, Bare, Config{Links: 3})
	cookies := map[string]bool{}
	for path, want := range map[string]int{load.Code(0): 302, load.Code(2): 302, load.Code(3): 404} {
		r, _ := http.NewRequest(http.MethodGet, url+"/"+path, nil)
		answer, _ := do(t, r)
		if answer.StatusCode != want {
			t.Errorf("%s: %d", path, answer.StatusCode)
		}
		for _, c := range answer.Cookies() {
			cookies[c.Value] = true
		}
	}
	if len(cookies) != 2 {
		t.Errorf("cookies %v", cookies)
	}
}

const anOrder = `{"type":"order.placed","data":{"id":"A-1","customer":{"id":"kim"},"tracking":{"code":"l0000001"},"tickets":[{"id":"T-1","face_value":100},{"id":"T-2","face_value":150}]}}`

func TestNoStore_SignedOrder_AppliedElseRefused(t *testing.T) {
	const secret = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
	url := run(t, NoStore, Config{Secret: secret})
	key, err := standardwebhooks.NewWebhook(secret)
	if err != nil {
		t.Fatal(err)
	}
	for body, want := range map[string]int{anOrder: 200, anOrder + " ": 401} {
		now := time.Now()
		signature, err := key.Sign("msg_1", now, []byte(anOrder))
		if err != nil {
			t.Fatal(err)
		}
		r, _ := http.NewRequest(http.MethodPost, url+"/webhooks/box", strings.NewReader(body))
		r.Header.Set("webhook-id", "msg_1")
		r.Header.Set("webhook-timestamp", strconv.FormatInt(now.Unix(), 10))
		r.Header.Set("webhook-signature", signature)
		answer, text := do(t, r)
		if answer.StatusCode != want || want == 200 && !strings.Contains(text, `"applied","order":"A-1","tickets":[{"id":"T-1"`) {
			t.Errorf("%d %s", answer.StatusCode, text)
		}
	}
}

func TestBoard_Orders_CountedByLinkAndPublished(t *testing.T) {
	b := newBoard(3)
	follower := make(chan []line, 1)
	b.followers[follower] = struct{}{}
	for range 2 {
		r, _ := http.NewRequest(http.MethodPost, "/webhooks/box", strings.NewReader(anOrder))
		b.orders().ServeHTTP(httptest.NewRecorder(), r)
	}
	want := line{code: load.Code(1), customers: 1, orders: 2, tickets: 4, face: 500}
	if got := (<-follower)[1]; got != want {
		t.Errorf("%+v, want %+v", got, want)
	}
	if err := b.add(order{}); err == nil {
		t.Error("an order without a link is counted")
	}
}
