package shop

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"lastclick/model"
)

var updateFixtures = flag.Bool("update-fixtures", false, "write the .golden files of testdata anew; end is never written")

// fixture is what a shop sends over some time, and what must come of it.
type fixture struct {
	About string        `json:"about"`
	Steps []fixtureStep `json:"steps"`
	End   []string      `json:"end"` // written by hand: each order and ticket as it stands in the end
}

type fixtureStep struct {
	At      time.Time                  `json:"at"`      // of its receipt, and of the fetch
	Message json.RawMessage            `json:"message"` // the body
	Raw     string                     `json:"raw"`     // the body where it is no JSON
	API     map[string]json.RawMessage `json:"api"`     // what the shop's API answers from then on; null: 404
	Again   int                        `json:"again"`   // the message of an earlier step, counted from 1
}

const fixtureSecret, fixtureToken = "whsec_c2VjcmV0IG9mIHRoZSB0ZXN0cw/+==", "token-of-the-tests"

// proofs sign a delivery as each shop does.
var proofs = map[Kind]func(d *Delivery, secret string){
	Stripe: func(d *Delivery, secret string) {
		t := strconv.FormatInt(d.Received.Unix(), 10)
		d.Header.Set("Stripe-Signature", "t="+t+",v1="+hex.EncodeToString(sumOf(secret, t+"."+string(d.Body))))
	},
	HiEvents: func(d *Delivery, secret string) {
		d.Header.Set("Signature", hex.EncodeToString(sumOf(secret, string(d.Body))))
	},
	Pretix: func(d *Delivery, secret string) {
		d.Header.Set("Authorization", "Basic "+base64.StdEncoding.EncodeToString([]byte("lastclick:"+secret)))
	},
	Eventbrite: func(d *Delivery, secret string) {
		d.Query = url.Values{"secret": {secret}}
	},
}

func sumOf(secret, signed string) []byte {
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte(signed))
	return mac.Sum(nil)
}

func delivery(kind Kind, body []byte, at time.Time) Delivery {
	d := Delivery{Header: http.Header{"Content-Type": {"application/json"}}, Body: body, Received: at}
	proofs[kind](&d, fixtureSecret)
	return d
}

// fakeAPI answers as the fixture says, and fails the test for a request without the token.
func fakeAPI(t *testing.T, answers map[string]json.RawMessage) *httptest.Server {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " "); token != fixtureToken || scheme != "Bearer" && scheme != "Token" {
			t.Errorf("GET %s with Authorization %q", r.URL, r.Header.Get("Authorization"))
		}
		w.Header().Set("Content-Type", "application/json")
		answer := answers[r.URL.RequestURI()]
		if len(answer) == 0 || bytes.Equal(answer, []byte("null")) {
			w.WriteHeader(http.StatusNotFound)
			answer = []byte(`{"detail":"Not found."}`)
		}
		_, _ = w.Write(answer)
	}))
	t.Cleanup(server.Close)
	return server
}

// outcome is what became of one step, as the golden files have it.
type outcome struct {
	Ignored  string          `json:"ignored,omitempty"`
	Note     string          `json:"note,omitempty"`
	Fetch    *Fetch          `json:"fetch,omitempty"`
	Error    string          `json:"error,omitempty"`
	Webhooks []goldenWebhook `json:"webhooks,omitempty"`
	raw      []Webhook
	decoded  []model.Webhook
}

type goldenWebhook struct {
	ID   string          `json:"id"`
	Body json.RawMessage `json:"body"`
}

// play takes a fixture through its steps.
func play(t *testing.T, kind Kind, f fixture) []outcome {
	t.Helper()
	s, ok := Of(kind)
	if !ok {
		t.Fatalf("there is no kind %s", kind)
	}
	answers := make(map[string]json.RawMessage)
	server := fakeAPI(t, answers)
	account := Account{Secrets: []string{"whsec_bmV3ZXI=", fixtureSecret}, URL: server.URL, Token: fixtureToken}
	outcomes := make([]outcome, len(f.Steps))
	for i, step := range f.Steps {
		for path, answer := range step.API {
			answers[path] = answer
		}
		if step.Again > 0 {
			step.Message, step.Raw = f.Steps[step.Again-1].Message, f.Steps[step.Again-1].Raw
		}
		var body bytes.Buffer
		if step.Raw != "" {
			body.WriteString(step.Raw)
		} else if err := json.Compact(&body, step.Message); err != nil {
			t.Fatalf("step %d: %v", i+1, err)
		}
		d := delivery(kind, body.Bytes(), step.At)
		if err := s.Verify(d, account); err != nil {
			t.Fatalf("step %d: Verify: %v", i+1, err)
		}
		outcomes[i] = run(t, s, server.Client(), account, d)
	}
	return outcomes
}

func run(t *testing.T, s Shop, client *http.Client, account Account, d Delivery) outcome {
	t.Helper()
	result, err := s.Map(d)
	o := outcome{Ignored: result.Ignored, Note: result.Note, Fetch: result.Fetch, raw: result.Webhooks}
	if err == nil && result.Fetch != nil {
		o.raw, err = s.(Fetcher).Fetch(t.Context(), client, account, *result.Fetch, d.Received)
	}
	if err != nil {
		o.Error = err.Error()
	}
	for _, w := range o.raw {
		o.Webhooks = append(o.Webhooks, goldenWebhook{w.ID, w.Body})
		o.decoded = append(o.decoded, parsed(t, w, d.Received))
	}
	return o
}

// parsed reads a webhook as the store would, but that events are named by the shop.
func parsed(t *testing.T, w Webhook, received time.Time) model.Webhook {
	t.Helper()
	if w.ID == "" || len(w.ID) > 128 || strings.ContainsFunc(w.ID, func(r rune) bool { return r <= ' ' || r > '~' }) {
		t.Errorf("webhook id %q", w.ID)
	}
	m, err := model.ParseWebhook(w.Body, received)
	if faulty, ok := errors.AsType[*model.Error](err); ok {
		for _, f := range faulty.Faults {
			if !strings.HasSuffix(f.Field, ".event") {
				t.Errorf("%s %s in %s", f.Field, f.Detail, w.Body)
			}
		}
	} else if err != nil {
		t.Errorf("%v in %s", err, w.Body)
	}
	if m.Event != nil {
		t.Errorf("an event.updated: %s", w.Body)
	}
	return m
}

// state is what the store keeps of webhooks by the rules R11 and R14: the newest version
// of each order, the latest fact about each scan.
type state struct {
	orders map[string]model.Order
	bodies map[string][]byte
	scans  map[string]model.Scan
}

// newState applies webhooks in their order.
func newState(t *testing.T, webhooks []model.Webhook, bodies []Webhook) state {
	t.Helper()
	s := state{make(map[string]model.Order), make(map[string][]byte), make(map[string]model.Scan)}
	for i, w := range webhooks {
		switch {
		case w.Scan != nil:
			if old, ok := s.scans[w.Scan.Ticket]; !ok || !old.At.After(w.Scan.At) {
				s.scans[w.Scan.Ticket] = *w.Scan
			}
		case w.Order != nil:
			old, ok := s.orders[w.Order.ID]
			if ok && old.Version == w.Order.Version && old.Digest() != w.Order.Digest() {
				t.Errorf("version %d of order %s comes with two contents", old.Version, old.ID)
			}
			if !ok || old.Version <= w.Order.Version {
				s.orders[w.Order.ID], s.bodies[w.Order.ID] = *w.Order, bodies[i].Body
			}
		}
	}
	return s
}

// lines are the state as fixtures write it.
func (s state) lines() []string {
	var lines []string
	for id, o := range s.orders {
		head := "order " + id + " " + o.PlacedAt.UTC().Format(time.RFC3339)
		var raw struct {
			Data struct {
				Channel  string            `json:"channel"`
				Customer map[string]any    `json:"customer"`
				Tracking map[string]string `json:"tracking"`
				Tickets  []struct {
					ID   string `json:"id"`
					Paid *int64 `json:"paid"`
				} `json:"tickets"`
			} `json:"data"`
		}
		_ = json.Unmarshal(s.bodies[id], &raw)
		for _, name := range []string{"id", "email"} {
			if v, ok := raw.Data.Customer[name]; ok {
				head += fmt.Sprintf(" %s=%v", name, v)
			}
		}
		for _, name := range []string{"click", "receipt", "code", "coupon"} {
			if v := raw.Data.Tracking[name]; v != "" {
				head += " " + name + "=" + v
			}
		}
		if raw.Data.Channel != "" {
			head += " channel=" + raw.Data.Channel
		}
		if o.Test {
			head += " test"
		}
		lines = append(lines, head)
		for i, ticket := range o.Tickets {
			line := fmt.Sprintf("ticket %s of %s event %s type %s (%s) %s %d", ticket.ID, id, ticket.Event, ticket.Type, ticket.TypeName, o.Currency, ticket.FaceValue)
			if p := raw.Data.Tickets[i].Paid; p != nil {
				line += fmt.Sprintf(" paid %d", *p)
			}
			line += " " + string(ticket.Status)
			if s.scans[ticket.ID].Scanned {
				line += " scanned"
			}
			lines = append(lines, line)
		}
	}
	for id, scan := range s.scans {
		lines = append(lines, fmt.Sprintf("scan of %s at %s: %t", id, scan.At.UTC().Format(time.RFC3339Nano), scan.Scanned))
	}
	slices.Sort(lines)
	return lines
}

// ended is the state after all outcomes.
func ended(t *testing.T, outcomes []outcome) state {
	t.Helper()
	var webhooks []model.Webhook
	var bodies []Webhook
	for _, o := range outcomes {
		webhooks, bodies = append(webhooks, o.decoded...), append(bodies, o.raw...)
	}
	return newState(t, webhooks, bodies)
}

func fixtures(t *testing.T, kind Kind, do func(t *testing.T, name string, f fixture)) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join("testdata", string(kind), "*.json"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no fixtures of %s: %v", kind, err)
	}
	for _, name := range files {
		t.Run(strings.TrimSuffix(filepath.Base(name), ".json"), func(t *testing.T) {
			b, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			var f fixture
			in := json.NewDecoder(bytes.NewReader(b))
			in.DisallowUnknownFields()
			if err := in.Decode(&f); err != nil {
				t.Fatal(err)
			}
			do(t, strings.TrimSuffix(name, ".json"), f)
		})
	}
}

func TestFixtures(t *testing.T) {
	for _, kind := range []Kind{Stripe, HiEvents, Pretix, Eventbrite} {
		t.Run(string(kind), func(t *testing.T) {
			fixtures(t, kind, func(t *testing.T, name string, f fixture) {
				outcomes := play(t, kind, f)
				if got := ended(t, outcomes).lines(); !slices.Equal(got, slices.Sorted(slices.Values(f.End))) {
					t.Errorf("in the end:\n%s\nwant:\n%s", strings.Join(got, "\n"), strings.Join(slices.Sorted(slices.Values(f.End)), "\n"))
				}
				golden(t, name+".golden", outcomes)
			})
		})
	}
}

// golden compares the outcomes with the file, which holds all that the shop's package says.
func golden(t *testing.T, file string, outcomes []outcome) {
	t.Helper()
	var got bytes.Buffer
	out := json.NewEncoder(&got)
	out.SetIndent("", " ")
	out.SetEscapeHTML(false)
	if err := out.Encode(outcomes); err != nil {
		t.Fatal(err)
	}
	if *updateFixtures {
		if err := os.WriteFile(file, got.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got.Bytes(), want) {
		t.Errorf("%s: got\n%s\nwant\n%s", file, got.Bytes(), want)
	}
}

// TestFixtures_TwiceAndBackwards sends every message twice, and all of them the other way
// round: the end is the same. Backwards is for the shops whose messages say it all; for
// the others only the time of the fetch counts.
func TestFixtures_TwiceAndBackwards(t *testing.T) {
	for _, kind := range []Kind{Stripe, HiEvents, Pretix, Eventbrite} {
		t.Run(string(kind), func(t *testing.T) {
			fixtures(t, kind, func(t *testing.T, _ string, f fixture) {
				s, _ := Of(kind)
				want := ended(t, play(t, kind, f)).lines()
				twice := f
				twice.Steps = nil
				for _, step := range f.Steps {
					if step.Again > 0 {
						step.Message = f.Steps[step.Again-1].Message
						step.Again = 0
					}
					twice.Steps = append(twice.Steps, step, step)
				}
				outcomes := play(t, kind, twice)
				for i := 0; i < len(outcomes); i += 2 {
					if !slices.EqualFunc(outcomes[i].raw, outcomes[i+1].raw, func(a, b Webhook) bool { return a.ID == b.ID && bytes.Equal(a.Body, b.Body) }) {
						t.Errorf("step %d gives other webhooks the second time", i/2+1)
					}
				}
				if got := ended(t, outcomes).lines(); !slices.Equal(got, want) {
					t.Errorf("twice:\n%s\nwant:\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
				}
				if _, fetches := s.(Fetcher); fetches {
					return
				}
				slices.Reverse(twice.Steps)
				if got := ended(t, play(t, kind, twice)).lines(); !slices.Equal(got, want) {
					t.Errorf("backwards:\n%s\nwant:\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
				}
			})
		})
	}
}
