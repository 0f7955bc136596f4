package load

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"lastclick/model"
)

// steps runs a job as the process does, and returns the results of its steps.
func steps(t *testing.T, job Job, all ...Step) []Result {
	t.Helper()
	var in, out bytes.Buffer
	lines := json.NewEncoder(&in)
	if err := lines.Encode(job); err != nil {
		t.Fatal(err)
	}
	for _, s := range all {
		if err := lines.Encode(s); err != nil {
			t.Fatal(err)
		}
	}
	if err := Main(t.Context(), &in, &out); err != nil {
		t.Fatal(err)
	}
	text, ok := strings.CutPrefix(out.String(), "ready\n")
	if !ok {
		t.Fatalf("%q", out.String())
	}
	var results []Result
	for d := json.NewDecoder(strings.NewReader(text)); ; {
		var r Result
		if err := d.Decode(&r); err == io.EOF {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		results = append(results, r)
	}
	if len(results) != len(all) {
		t.Fatalf("%d results of %d steps", len(results), len(all))
	}
	return results
}

func address(s *httptest.Server) string { return s.Listener.Addr().String() }

func TestClicks_EveryLink_VisitedAndCounted(t *testing.T) {
	var mu sync.Mutex
	paths := map[string]int{}
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		paths[r.URL.Path]++
		if r.UserAgent() != UserAgent {
			t.Errorf("User-Agent %q", r.UserAgent())
		}
		if r.URL.Path == "/"+Code(3) {
			w.WriteHeader(http.StatusNotFound)
			return
		}
		w.WriteHeader(http.StatusFound)
	}))
	defer s.Close()
	r := steps(t, Job{Clicks: &Clicks{Address: address(s), Links: 10, Connections: 3}}, Step{For: 100 * time.Millisecond})[0]
	answers := 0
	for _, n := range paths {
		answers += n
	}
	if r.Good+r.Bad != answers || r.Bad != paths["/"+Code(3)] || !strings.HasPrefix(r.FirstBad, "404") || r.Cut != 0 {
		t.Errorf("%+v, %d answers, %v", r, answers, paths)
	}
	if len(paths) != 10 || r.Seconds <= 0 || r.P50 <= 0 || r.P99 < r.P50 || r.Max < r.P99 || r.Settled > r.Good {
		t.Errorf("%+v, %v", r, paths)
	}
}

func TestClicks_ServerGone_CutWithWhatWasAnswered(t *testing.T) {
	answered := 0
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		if answered++; answered > 5 {
			panic(http.ErrAbortHandler)
		}
		w.WriteHeader(http.StatusFound)
	}))
	defer s.Close()
	r := steps(t, Job{Clicks: &Clicks{Address: address(s), Links: 10, Connections: 1}}, Step{For: time.Minute})[0]
	if r.Good != 5 || r.Cut != 1 || r.FirstCut == "" {
		t.Errorf("%+v", r)
	}
}

func TestOrders_EachOnce_SignedAndValid(t *testing.T) {
	const secret = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
	key, err := standardwebhooks.NewWebhook(secret)
	if err != nil {
		t.Fatal(err)
	}
	var mu sync.Mutex
	seen := map[string]bool{}
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		if err := key.Verify(body, r.Header); err != nil {
			t.Error(err)
		}
		hook, err := model.ParseWebhook(body, time.Now())
		if err != nil || r.URL.Path != "/webhooks/box" || hook.Order.Tracking.Receipt != "a receipt" || len(hook.Order.Tickets) < 2 {
			t.Errorf("%v %s %s", err, r.URL.Path, body)
		}
		mu.Lock()
		defer mu.Unlock()
		if id := r.Header.Get("webhook-id") + " " + hook.Order.ID; seen[id] {
			t.Errorf("%s came twice", id)
		} else {
			seen[id] = true
		}
		_, _ = io.WriteString(w, `{"status":"applied"}`)
	}))
	defer s.Close()
	o := &Orders{
		Addresses: []string{address(s)}, Checkout: "box", Secret: secret, Connections: 4, Prefix: "p", Count: 50,
		Customers: 9, Receipts: []string{"a receipt"}, Events: []string{"summerfest"}, Types: []string{"ga", "vip"},
	}
	if r := steps(t, Job{Orders: o}, Step{For: time.Minute})[0]; r.Good != 50 || r.Bad != 0 || len(seen) != 50 {
		t.Errorf("%+v, %d seen", r, len(seen))
	}
}

func TestOrders_NotApplied_Bad(t *testing.T) {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		_, _ = io.WriteString(w, `{"status":"parked"}`)
	}))
	defer s.Close()
	o := &Orders{
		Addresses: []string{address(s)}, Checkout: "box", Secret: "whsec_AAAA", Connections: 1, Prefix: "p", Count: 3,
		Customers: 1, Codes: 2, Events: []string{"summerfest"}, Types: []string{"ga"},
	}
	if r := steps(t, Job{Orders: o}, Step{For: time.Minute})[0]; r.Good != 0 || r.Bad != 3 || !strings.Contains(r.FirstBad, "parked") {
		t.Errorf("%+v", r)
	}
}
