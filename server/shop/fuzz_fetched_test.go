package shop

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// seedMessages adds the messages of a kind's fixtures.
func seedMessages(f *testing.F, kind Kind) {
	f.Helper()
	eachFixture(f, kind, func(fx fixture) {
		for _, step := range fx.Steps {
			if len(step.Message) > 0 {
				f.Add([]byte(step.Message))
			} else {
				f.Add([]byte(step.Raw))
			}
		}
	})
}

func eachFixture(f *testing.F, kind Kind, do func(fixture)) {
	f.Helper()
	files, err := filepath.Glob(filepath.Join("testdata", string(kind), "*.json"))
	if err != nil || len(files) == 0 {
		f.Fatalf("no fixtures of %s: %v", kind, err)
	}
	for _, name := range files {
		b, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		var fx fixture
		if err := json.Unmarshal(b, &fx); err != nil {
			f.Fatal(err)
		}
		do(fx)
	}
}

// fuzzMap maps whatever a shop may post: it never panics, an error is an *Unmapped, and
// each webhook is one that the store takes.
func fuzzMap(f *testing.F, kind Kind) {
	seedMessages(f, kind)
	s, _ := Of(kind)
	f.Fuzz(func(t *testing.T, body []byte) {
		d := Delivery{Header: http.Header{}, Body: body, Received: noon}
		result, err := s.Map(d)
		if err != nil {
			if _, ok := errors.AsType[*Unmapped](err); !ok {
				t.Fatalf("%T: %v", err, err)
			}
			return
		}
		for _, w := range result.Webhooks {
			parsed(t, w, noon)
		}
		if result.Fetch != nil {
			checkFetch(t, kind, *result.Fetch)
		}
	})
}

// checkFetch requires that a path stays below the part of the API that orders are in.
func checkFetch(t *testing.T, kind Kind, f Fetch) {
	t.Helper()
	prefix := map[Kind]string{Stripe: "/v1/checkout/sessions", Pretix: "/api/v1/organizers/", Eventbrite: "/v3/"}[kind]
	path, _, _ := strings.Cut(f.Path, "?")
	if !strings.HasPrefix(path, prefix) || strings.Contains(path, "//") || strings.Contains(path, "/../") || strings.Contains(path, "/./") || strings.ContainsAny(path, "%\\ #@") || f.Key == "" {
		t.Fatalf("fetch %+v", f)
	}
}

func FuzzMapStripe(f *testing.F)     { fuzzMap(f, Stripe) }
func FuzzMapHiEvents(f *testing.F)   { fuzzMap(f, HiEvents) }
func FuzzMapPretix(f *testing.F)     { fuzzMap(f, Pretix) }
func FuzzMapEventbrite(f *testing.F) { fuzzMap(f, Eventbrite) }

// fuzzFetch answers the requests of a fetch with whatever an API may say: the first one
// with first, all others with rest.
func fuzzFetch(f *testing.F, kind Kind, fetch Fetch) {
	eachFixture(f, kind, func(fx fixture) {
		for _, step := range fx.Steps {
			for _, a := range step.API {
				for _, b := range step.API {
					f.Add([]byte(a), []byte(b))
				}
			}
		}
	})
	s, _ := Of(kind)
	f.Fuzz(func(t *testing.T, first, rest []byte) {
		asked := 0
		client := &http.Client{Transport: transport(func(r *http.Request) (*http.Response, error) {
			if r.URL.Host != "shop.example" || r.URL.Scheme != "https" {
				t.Errorf("%s was asked", r.URL)
			}
			answer := rest
			if asked++; asked == 1 {
				answer = first
			}
			return &http.Response{
				StatusCode: http.StatusOK, Header: http.Header{"Content-Type": {"application/json"}},
				Body: io.NopCloser(bytes.NewReader(answer)), Request: r,
			}, nil
		})}
		webhooks, err := s.(Fetcher).Fetch(t.Context(), client, Account{URL: "https://shop.example", Token: "t"}, fetch, noon)
		_, later := errors.AsType[*Later](err)
		_, unmapped := errors.AsType[*Unmapped](err)
		if err != nil && !later && !unmapped {
			t.Fatalf("%T: %v", err, err)
		}
		if err != nil && len(webhooks) > 0 {
			t.Fatalf("%d webhooks beside %v", len(webhooks), err)
		}
		for _, w := range webhooks {
			parsed(t, w, noon)
		}
		if asked > maxRequests {
			t.Fatalf("%d requests", asked)
		}
	})
}

func FuzzFetchStripe(f *testing.F) {
	fuzzFetch(f, Stripe, Fetch{Path: "/v1/checkout/sessions?payment_intent=pi_1"})
}

func FuzzFetchPretix(f *testing.F) {
	fuzzFetch(f, Pretix, Fetch{Path: fetchers[Pretix].Path + "#23442@1780308000000"})
}

func FuzzFetchEventbrite(f *testing.F) {
	fuzzFetch(f, Eventbrite, Fetch{Path: "/v3/events/1/attendees/1001/"})
}

// TestFetch_PathsOfItsOwn: a fetch only reads what Map may ask for.
func TestFetch_PathsOfItsOwn(t *testing.T) {
	client := &http.Client{Transport: transport(func(r *http.Request) (*http.Response, error) {
		t.Errorf("%s was asked", r.URL)
		return nil, errors.New("no network in a test")
	})}
	for _, kind := range []Kind{Stripe, Pretix, Eventbrite} {
		s, _ := Of(kind)
		for _, path := range []string{"", "/", "//evil.example/", "/v3/users/me/", "/api/v1/organizers/", "/api/v1/organizers/a/events/b/orders/C/?x#9", "/v3/orders/1/../2/?expand=attendees", "/v3/orders/x/?expand=attendees"} {
			_, err := s.(Fetcher).Fetch(t.Context(), client, Account{URL: "https://shop.example", Token: "t"}, Fetch{Path: path}, time.Unix(0, 0))
			if _, ok := errors.AsType[*Unmapped](err); !ok {
				t.Errorf("%s %q: %v", kind, path, err)
			}
		}
	}
}
