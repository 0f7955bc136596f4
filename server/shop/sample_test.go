package shop

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"lastclick/model"
)

var updateSamples = flag.Bool("update-samples", false, "write the files of testdata/samples anew")

// samplers are the kinds that make a test order, with an event as each calls it.
var samplers = map[Kind]string{WooCommerce: "1345", TicketTailor: "es_596", Tito: "summerfest", HiEvents: "12", Plain: "1345"}

const (
	sampleOrder   = "lastclick-test-abcdefghij27"
	sampleToken   = "aaaabbbbccccddddeeeeffffgggg2222"
	sampleReceipt = "AQAAAAF0aGUgcmVjZWlwdCBvZiBhIHZpc2l0b3IgbG9uZ2VyIHRoYW4gYW55IGNvZGU"
)

// sampleFor is a Sample that brings the click as the carrier says.
func sampleFor(kind Kind, c Carrier) Sample {
	s := Sample{Order: sampleOrder, Event: samplers[kind], At: received}
	switch c {
	case CarriesToken:
		s.Click = sampleToken
	case CarriesReceipt:
		s.Receipt = sampleReceipt
	case CarriesCoupon:
		s.Coupon = "ana10"
	}
	return s
}

// A sample of each shop is proved by that shop's own rule, by the newest secret alone, and
// becomes a test order of one free ticket with what it carries. The files hold both.
func TestSample_EachKind_VerifiesAndMapsToATestOrder(t *testing.T) {
	kinds := map[Kind]bool{}
	for _, kind := range Kinds() {
		s, _ := Of(kind)
		sampler, ok := s.(Sampler)
		if _, listed := samplers[kind]; ok != listed {
			t.Errorf("%s makes samples: %v", kind, ok)
		}
		if _, triggers := s.(Trigger); ok == triggers {
			t.Errorf("%s makes samples: %v, triggers: %v", kind, ok, triggers)
		}
		if !ok {
			continue
		}
		kinds[kind] = true
		for _, carrier := range Carriers(kind) {
			t.Run(string(kind)+"/"+string(carrier), func(t *testing.T) {
				d := sampler.Sample(Account{Secrets: []string{"newest-secret", "older-secret"}}, sampleFor(kind, carrier))
				if err := s.Verify(d, Account{Secrets: []string{"newest-secret"}}); err != nil {
					t.Fatalf("Verify: %v", err)
				}
				if err := s.Verify(d, Account{Secrets: []string{"older-secret", ""}}); !errors.Is(err, ErrSignature) {
					t.Errorf("by another secret: %v", err)
				}
				r, err := s.Map(d)
				if err != nil || r.Fetch != nil || r.Note != "" || len(r.Webhooks) != 1 {
					t.Fatalf("Map = %+v, %v", r, err)
				}
				o := parsed(t, r.Webhooks[0], received).Order
				if o == nil || o.ID != sampleOrder || !o.Test || len(o.Tickets) != 1 || o.Tickets[0].FaceValue != 0 || o.Tickets[0].Status != model.Valid ||
					o.Tickets[0].Event != samplers[kind] || !o.PlacedAt.Equal(received) {
					t.Errorf("the order %+v", o)
				}
				var got bytes.Buffer
				_ = json.Indent(&got, d.Body, "", " ")
				got.WriteString("\n" + asks(r, nil))
				file := filepath.Join("testdata", "samples", string(kind)+"."+string(carrier)+".want")
				if *updateSamples {
					if err := os.WriteFile(file, got.Bytes(), 0o644); err != nil {
						t.Fatal(err)
					}
				}
				want, err := os.ReadFile(file)
				if err != nil || got.String() != string(want) {
					t.Errorf("%v: got\n%s\nwant\n%s", err, got.Bytes(), want)
				}
				if value := map[Carrier]string{CarriesToken: `"click":"` + sampleToken, CarriesReceipt: `"receipt":"` + sampleReceipt, CarriesCoupon: `"coupon":"ana10"`}[carrier]; !strings.Contains(string(r.Webhooks[0].Body), value) {
					t.Errorf("%s is not in %s", value, r.Webhooks[0].Body)
				}
			})
		}
	}
	if len(kinds) != len(samplers) {
		t.Errorf("samples of %v", kinds)
	}
}

// Two samples never share an id of an order or a ticket.
func TestSample_TwoOrders_ShareNoID(t *testing.T) {
	for kind := range samplers {
		s, _ := Of(kind)
		ids := map[string]bool{}
		for range 100 {
			sample := sampleFor(kind, Carriers(kind)[0])
			sample.Order = NewSampleID()
			r, err := s.Map(s.(Sampler).Sample(Account{Secrets: []string{"newest-secret"}}, sample))
			if err != nil {
				t.Fatal(err)
			}
			o := parsed(t, r.Webhooks[0], received).Order
			if !o.Test || ids[o.ID] || ids["ticket "+o.Tickets[0].ID] {
				t.Fatalf("%s: %+v", kind, o)
			}
			ids[o.ID], ids["ticket "+o.Tickets[0].ID] = true, true
		}
	}
}

// orderIDs are where each kind writes the id of an order.
var orderIDs = map[Kind]string{WooCommerce: `"id":"` + sampleOrder, TicketTailor: `"id":"` + sampleOrder, Tito: `"slug":"` + sampleOrder, HiEvents: `"public_id":"` + sampleOrder, Plain: `"order":"` + sampleOrder}

// An id that only looks like that of a sample makes no test order: not one that begins or
// ends with it, nor in capitals, nor a number.
func TestSample_AlmostItsID_IsNoTest(t *testing.T) {
	almost := []string{
		"lastclick-test-", "lastclick-test-1", "lastclick-test-abcdefghij2", "lastclick-test-abcdefghij277", "lastclick-test-abcdefghij21", "lastclick-test-abcdefghij2A",
		"lastclick-test-ABCDEFGHIJ27", "LASTCLICK-TEST-ABCDEFGHIJ27", "xlastclick-test-abcdefghij27", "lastclick_test_abcdefghij27", "abcdefghij27", "723", "or_723",
	}
	for _, id := range almost {
		if isSample(id) {
			t.Errorf("%s is taken for a sample's", id)
		}
	}
	for range 1000 {
		if id := NewSampleID(); !isSample(id) || len(id) > 64 {
			t.Fatalf("NewSampleID() = %s", id)
		}
	}
	for kind, field := range orderIDs {
		s, _ := Of(kind)
		d := s.(Sampler).Sample(Account{Secrets: []string{"newest-secret"}}, sampleFor(kind, Carriers(kind)[0]))
		d.Body = bytes.ReplaceAll(bytes.ReplaceAll(d.Body, []byte(`"test":true`), []byte(`"test":false`)), []byte(`"test_mode":true`), []byte(`"test_mode":false`))
		if !bytes.Contains(d.Body, []byte(field)) {
			t.Fatalf("%s: %s is not in %s", kind, field, d.Body)
		}
		r, err := s.Map(d)
		if err != nil || !parsed(t, r.Webhooks[0], received).Order.Test {
			t.Errorf("%s: the id alone makes no test: %v", kind, err)
		}
		for _, id := range almost {
			other := d
			other.Body = bytes.ReplaceAll(d.Body, []byte(field), []byte(strings.Replace(field, sampleOrder, id, 1)))
			r, err := s.Map(other)
			if err != nil {
				continue // WooCommerce takes numbers alone
			}
			for _, w := range r.Webhooks {
				if parsed(t, w, received).Order.Test {
					t.Errorf("%s: the order %s is a test", kind, id)
				}
			}
		}
	}
}

// What real shops post is a test where the shop says so, and never by its id. Those of
// testdata that are say it in their names or their texts.
func TestMap_RealOrders_NeverATestByTheirID(t *testing.T) {
	orders := 0
	for kind := range topicHeaders {
		for _, file := range messageFiles(t, kind) {
			d := message(t, kind, file)
			r, err := shopOf(t, kind).Map(d)
			if err != nil {
				continue
			}
			says := bytes.Contains(d.Body, []byte(`"test": true`)) || bytes.Contains(d.Body, []byte(`"test":true`)) || bytes.Contains(d.Body, []byte(`"test_mode": true`))
			for _, w := range r.Webhooks {
				if o := parsed(t, w, received).Order; o != nil {
					orders++
					if o.Test != says {
						t.Errorf("%s: test = %v", file, o.Test)
					}
				}
			}
		}
	}
	if orders < 50 {
		t.Errorf("only %d orders", orders)
	}
}

// A trigger is proved by the newest secret, asks for nothing, and leaves nothing.
func TestTrigger_EachKind_VerifiesAndIsIgnored(t *testing.T) {
	var kinds []Kind
	for _, kind := range Kinds() {
		s, _ := Of(kind)
		trigger, ok := s.(Trigger)
		if !ok {
			continue
		}
		kinds = append(kinds, kind)
		d := trigger.Trigger(Account{Secrets: []string{"newest-secret", "older-secret"}}, noon)
		if err := s.Verify(d, Account{Secrets: []string{"newest-secret"}}); err != nil {
			t.Errorf("%s: Verify: %v", kind, err)
		}
		if err := s.Verify(d, Account{Secrets: []string{"older-secret"}}); !errors.Is(err, ErrSignature) {
			t.Errorf("%s: by another secret: %v", kind, err)
		}
		r, err := s.Map(d)
		if err != nil || r.Ignored == "" || r.Fetch != nil || len(r.Webhooks) > 0 {
			t.Errorf("%s: Map = %+v, %v", kind, r, err)
		}
		if how := trigger.TestOrder(Account{Token: "rk_test_1"}, "https://go.example/ana"); !strings.Contains(how, "https://go.example/ana") || !strings.HasSuffix(how, ".") {
			t.Errorf("%s: %s", kind, how)
		}
	}
	if !slices.Equal(kinds, []Kind{Stripe, Pretix, Eventbrite}) {
		t.Errorf("triggers of %v", kinds)
	}
	if how := (stripe{}).TestOrder(Account{Token: "rk_live_1"}, "https://go.example/ana"); strings.Contains(how, "4242") || !strings.Contains(how, "test mode") {
		t.Errorf("with a key that takes real payments: %s", how)
	}
}

// The kinds that model knows, and what it says of their secrets and APIs, are those that
// this package has.
func TestKinds_AgreeWithModel(t *testing.T) {
	var names []string
	for _, k := range model.CheckoutKinds[1:] {
		names = append(names, k.Name)
		kind := Kind(k.Name)
		s, ok := Of(kind)
		if !ok {
			t.Errorf("no shop of the kind %s", kind)
			continue
		}
		_, fetches := s.(Fetcher)
		_, probes := s.(Prober)
		_, triggers := s.(Trigger)
		if k.NeedsAPI != triggers {
			t.Errorf("%s needs an API: %v, only says that something happened: %v", kind, k.NeedsAPI, triggers)
		}
		if fetches != probes || k.NeedsAPI && !fetches || k.NoAPI && fetches {
			t.Errorf("%s fetches: %v, probes: %v, of %+v", kind, fetches, probes, k)
		}
		if len(Carriers(kind)) == 0 || EventID(kind) == "" {
			t.Errorf("%s: carriers %v, events %q", kind, Carriers(kind), EventID(kind))
		}
		guide := strings.Join(s.Guide("https://go.example/webhooks/main-shop"), "\n")
		for _, p := range model.CarryPresets {
			if p.Shop == k.Name && !strings.Contains(guide, "--carry "+p.Shop) {
				t.Errorf("%s: the guide lacks its carrier", kind)
			}
		}
		// A secret of the shop's own is copied from there; one of ours is entered there.
		given := strings.Contains(guide, "give it to this checkout")
		if entered := strings.Contains(guide, "secret of this checkout"); entered == k.OwnSecret || k.OwnSecret && !given {
			t.Errorf("%s has a secret of its own: %v; its guide:\n%s", kind, k.OwnSecret, guide)
		}
		if k.NeedsURL || k.TokenURL {
			if _, err := openAPI(k.Title, http.DefaultClient, Account{Token: "12345678"}, "", "Token"); err == nil {
				t.Errorf("%s: an API without an address", kind)
			}
		}
	}
	kinds := make([]string, 0, len(names))
	for _, k := range Kinds() {
		kinds = append(kinds, string(k))
	}
	if slices.Sort(names); !slices.Equal(names, slices.Sorted(slices.Values(kinds))) || model.CheckoutKinds[0].Name != model.StandardKind {
		t.Errorf("model has %v, shop has %v", names, kinds)
	}
	for _, p := range model.CarryPresets {
		if !slices.Contains(Carriers(Kind(p.Shop)), CarriesToken) {
			t.Errorf("the preset %s is of a kind whose orders carry no token", p.Shop)
		}
	}
}
