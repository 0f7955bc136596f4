package shop

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// probeAPI answers each path as it is told, and others with 404.
func probeAPI(t *testing.T, answers map[string]string) (address string) {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		answer, ok := answers[r.URL.Path]
		switch {
		case !ok:
			w.WriteHeader(http.StatusNotFound)
			answer = `{}`
		case answer == "403":
			w.WriteHeader(http.StatusForbidden)
			answer = `{}`
		case answer == "429":
			w.Header().Set("Retry-After", "7")
			w.WriteHeader(http.StatusTooManyRequests)
			answer = `{}`
		case answer == "garbage":
			answer = `{"`
		}
		_, _ = io.WriteString(w, answer)
	}))
	t.Cleanup(server.Close)
	return server.URL
}

// with is a copy of the answers with one changed; empty takes it away.
func with(answers map[string]string, path, answer string) map[string]string {
	changed := map[string]string{}
	for p, a := range answers {
		changed[p] = a
	}
	if changed[path] = answer; answer == "" {
		delete(changed, path)
	}
	return changed
}

// What keeps a token from reading what an order takes is told with its name, before a
// sale is missed.
func TestProbe_Rights_AreNamed(t *testing.T) {
	stripeAnswers := map[string]string{
		"/v1/checkout/sessions": `{"data":[]}`, "/v1/payment_intents": `{"data":[]}`, "/v1/charges": `{"data":[]}`, "/v1/refunds": `{"data":[]}`, "/v1/promotion_codes": `{"data":[]}`,
	}
	const democon = "/api/v1/organizers/acme/events/democon/"
	pretixAnswers := map[string]string{
		"/api/v1/organizers/": `{"results":[{"slug":"other"},{"slug":"acme"}]}`, democon: `{"slug":"democon"}`, democon + "orders/": `{"results":[]}`, democon + "vouchers/": `{"results":[]}`,
	}
	eventbriteAnswers := map[string]string{
		"/v3/users/me/organizations/": `{"organizations":[{"id":"7"}]}`, "/v3/events/645/": `{"id":"645","organization_id":"7"}`,
	}
	for _, c := range []struct {
		name    string
		kind    Kind
		event   string
		answers map[string]string
		reads   string // of what is read; empty: it fails
		says    string // what is lacking, or the error
	}{
		{"stripe", Stripe, "prod_1", stripeAnswers, "what an order of Stripe takes", ""},
		{"stripe without refunds", Stripe, "prod_1", with(stripeAnswers, "/v1/refunds", "403"), "", "does not let it read Charges and Refunds"},
		{"stripe without sessions", Stripe, "prod_1", with(stripeAnswers, "/v1/checkout/sessions", "403"), "", "does not let it read Checkout Sessions"},
		{"stripe without codes", Stripe, "prod_1", with(stripeAnswers, "/v1/promotion_codes", "403"), "what an order", "may not read Promotion Codes"},
		{"pretix", Pretix, "democon", pretixAnswers, "orders of the event", ""},
		{"pretix, a date of a series", Pretix, "democon/12", pretixAnswers, "orders of the event", ""},
		{"pretix without orders", Pretix, "democon", with(pretixAnswers, democon+"orders/", "403"), "", "does not let it read orders"},
		{"pretix without vouchers", Pretix, "democon", with(pretixAnswers, democon+"vouchers/", "403"), "orders of the event", "may not read vouchers"},
		{"pretix, no such event", Pretix, "democon", with(pretixAnswers, democon, ""), "", "has no event"},
		{"pretix, no organizer", Pretix, "democon", with(pretixAnswers, "/api/v1/organizers/", `{"results":[]}`), "", "has no event"},
		{"eventbrite", Eventbrite, "645", eventbriteAnswers, "in Eventbrite", ""},
		{"eventbrite, of another organization", Eventbrite, "645", with(eventbriteAnswers, "/v3/events/645/", `{"id":"645","organization_id":"8"}`), "", "of another organization"},
		{"eventbrite, no such event", Eventbrite, "645", with(eventbriteAnswers, "/v3/events/645/", ""), "", "not known to Eventbrite"},
		{"tito", Tito, "fest", map[string]string{"/v3/hello": `{"lookup_mode":"live","accounts":["other","acme"]}`, "/v3/acme/fest": `{}`}, "in Tito", ""},
		{"tito, of the test mode", Tito, "fest", map[string]string{"/v3/hello": `{"lookup_mode":"test","accounts":["acme"]}`, "/v3/acme/fest": `{}`}, "in Tito", "test mode alone"},
		{"tito, no such event", Tito, "fest", map[string]string{"/v3/hello": `{"lookup_mode":"live","accounts":["acme"]}`}, "", "has no event"},
		{"eventbrite, no number", Eventbrite, "fest", eventbriteAnswers, "", "ids are numbers"},
	} {
		s, ok := shopOf(t, c.kind).(Prober)
		if !ok {
			t.Fatalf("%s is no Prober", c.kind)
		}
		p, err := s.Probe(t.Context(), http.DefaultClient, Account{URL: probeAPI(t, c.answers), Token: "sk_live_token"}, c.event)
		if c.reads == "" {
			if err == nil || !strings.Contains(err.Error(), c.says) {
				t.Errorf("%s: %+v, %v, want %q", c.name, p, err, c.says)
			}
			continue
		}
		if err != nil || !strings.Contains(p.Reads, c.reads) || !strings.Contains(p.Lacks, c.says) || c.says == "" && p.Lacks != "" {
			t.Errorf("%s: %+v, %v", c.name, p, err)
		}
	}
}

// An API that cannot answer now is no fault of the token; one that answers nonsense is told.
func TestProbe_APIIsIll_IsTold(t *testing.T) {
	for _, kind := range []Kind{Stripe, Pretix, Eventbrite} {
		first := map[Kind]string{Stripe: "/v1/checkout/sessions", Pretix: "/api/v1/organizers/", Eventbrite: "/v3/users/me/organizations/"}[kind]
		probe := func(ctx context.Context, answer string) error {
			_, err := shopOf(t, kind).(Prober).Probe(ctx, http.DefaultClient, Account{URL: probeAPI(t, map[string]string{first: answer}), Token: "sk_live_token"}, "1")
			return err
		}
		if later, ok := errors.AsType[*Later](probe(t.Context(), "429")); !ok || later.After.Seconds() != 7 {
			t.Errorf("%s, too often: %v", kind, later)
		}
		if err := probe(t.Context(), "garbage"); err == nil {
			t.Errorf("%s: garbage is taken", kind)
		}
		gone, cancel := context.WithCancel(t.Context())
		cancel()
		if err := probe(gone, `{}`); err == nil {
			t.Errorf("%s: no error once the walk was given up", kind)
		}
	}
}
