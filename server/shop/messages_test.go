package shop

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"lastclick/model"
)

// The messages of testdata/<kind> are single deliveries in the shapes of the vendors'
// documents, with invented people. What each asks for stands beside it in a .want file. A
// name like order.updated.two_types.json says the topic that goes into a header first.

var updateWant = flag.Bool("update-want", false, "write the .want files of testdata")

// received is when the messages of testdata arrive.
var received = time.Date(2026, 7, 1, 9, 0, 0, 0, time.UTC)

// topicHeaders are the headers in which kinds say what a message is about.
var topicHeaders = map[Kind]string{WooCommerce: "X-WC-Webhook-Topic", Tito: "X-Webhook-Name", TicketTailor: "", Plain: ""}

func messageFiles(t testing.TB, kind Kind) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join("testdata", string(kind), "*.json"))
	if err != nil || len(files) == 0 {
		t.Fatalf("testdata of %s: %d files, %v", kind, len(files), err)
	}
	return files
}

// message reads a delivery of testdata.
func message(t testing.TB, kind Kind, file string) Delivery {
	t.Helper()
	body, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	d := Delivery{Header: http.Header{"Content-Type": {"application/json"}}, Body: body, Received: received}
	if header := topicHeaders[kind]; header != "" {
		parts := strings.SplitN(filepath.Base(file), ".", 3)
		d.Header.Set(header, parts[0]+"."+parts[1])
	}
	return d
}

// shopOf is the shop of a kind.
func shopOf(t testing.TB, kind Kind) Shop {
	t.Helper()
	s, ok := Of(kind)
	if !ok {
		t.Fatalf("there is no kind %s", kind)
	}
	return s
}

// asks writes down what a delivery asks for.
func asks(r Result, err error) string {
	var b strings.Builder
	if e, ok := errors.AsType[*Unmapped](err); ok {
		fmt.Fprintf(&b, "unmapped %s: %s\n", e.Field, e.Detail)
	} else if err != nil {
		fmt.Fprintf(&b, "error %v\n", err)
	}
	if r.Ignored != "" {
		fmt.Fprintf(&b, "ignored: %s\n", r.Ignored)
	}
	if r.Fetch != nil {
		fmt.Fprintf(&b, "fetch %s: %s\n", r.Fetch.Key, r.Fetch.Path)
	}
	if r.Note != "" {
		fmt.Fprintf(&b, "note: %s\n", r.Note)
	}
	for _, w := range r.Webhooks {
		// A ticket a line is what a person compares.
		body := strings.ReplaceAll(string(w.Body), `{"id":`, "\n  {\"id\":")
		fmt.Fprintf(&b, "webhook %s\n  %s\n", w.ID, body)
	}
	return b.String()
}

func TestMap_Messages(t *testing.T) {
	for kind := range topicHeaders {
		s := shopOf(t, kind)
		for _, file := range messageFiles(t, kind) {
			t.Run(string(kind)+"/"+filepath.Base(file), func(t *testing.T) {
				d := message(t, kind, file)
				r, err := s.Map(d)
				checkResult(t, d, r, err)
				got := asks(r, err)
				wantFile := strings.TrimSuffix(file, ".json") + ".want"
				if *updateWant {
					if err := os.WriteFile(wantFile, []byte(got), 0o644); err != nil {
						t.Fatal(err)
					}
				}
				want, err := os.ReadFile(wantFile)
				if err != nil {
					t.Fatal(err)
				}
				if got != string(want) {
					t.Errorf("got\n%s\nwant\n%s", got, want)
				}
				again, err := s.Map(d)
				if asks(again, err) != got {
					t.Error("the same delivery asks for something else the second time")
				}
			})
		}
	}
}

// checkResult fails where a result breaks what every result must hold: webhooks that
// ParseWebhook takes, but for the shop's names of events; ids that are safe in a header;
// an error that is an *Unmapped.
func checkResult(t testing.TB, d Delivery, r Result, err error) {
	t.Helper()
	if err != nil {
		if e, ok := errors.AsType[*Unmapped](err); !ok || e.Field == "" || e.Detail == "" {
			t.Errorf("the error is %#v, no *Unmapped that says what and why", err)
		} else if model.Clean(e.Error()) != e.Error() {
			t.Errorf("the error %q holds foreign text as it came", e.Error())
		}
		if len(r.Webhooks) > 0 || r.Fetch != nil {
			t.Errorf("an error and a result: %+v", r)
		}
	}
	for _, text := range []string{r.Ignored, r.Note} {
		if model.Clean(text) != text {
			t.Errorf("%q holds foreign text as it came", text)
		}
	}
	if r.Fetch != nil && (r.Fetch.Key == "" || !strings.HasPrefix(r.Fetch.Path, "/") || strings.Contains(r.Fetch.Path, "..") || strings.ContainsAny(r.Fetch.Path, "?#\\ \n")) {
		t.Errorf("fetch %+v", r.Fetch)
	}
	for _, w := range r.Webhooks {
		checkWebhook(t, d, w)
	}
}

func checkWebhook(t testing.TB, d Delivery, w Webhook) model.Webhook {
	t.Helper()
	if w.ID == "" || len(w.ID) > 128 || strings.ContainsFunc(w.ID, func(r rune) bool { return r <= ' ' || r > '~' }) {
		t.Errorf("webhook id %q", w.ID)
	}
	in, err := model.ParseWebhook(w.Body, d.Received)
	if faulty, ok := errors.AsType[*model.Error](err); ok && len(faulty.Faults) > 0 {
		for _, f := range faulty.Faults {
			if !strings.HasSuffix(f.Field, ".event") || strings.Contains(f.Detail, "missing") {
				t.Errorf("%s %s\n%s", f.Field, f.Detail, w.Body)
			}
		}
	} else if err != nil {
		t.Errorf("%v\n%s", err, w.Body)
	}
	if in.Event != nil || in.Order == nil && in.Scan == nil {
		t.Errorf("no order and no scan: %s", w.Body)
	}
	return in
}

// parsedOrder is the order of a message of testdata.
func parsedOrder(t *testing.T, kind Kind, name string) (model.Order, Webhook) {
	t.Helper()
	d := message(t, kind, filepath.Join("testdata", string(kind), name+".json"))
	r, err := shopOf(t, kind).Map(d)
	if err != nil || len(r.Webhooks) != 1 {
		t.Fatalf("%s: %d webhooks, %v", name, len(r.Webhooks), err)
	}
	in := checkWebhook(t, d, r.Webhooks[0])
	if in.Order == nil {
		t.Fatalf("%s makes no order", name)
	}
	return *in.Order, r.Webhooks[0]
}

// Of the messages about one order the later state has the higher version, so the end does
// not depend on the order of their arrival (R11).
func TestMap_LaterStateHasHigherVersion(t *testing.T) {
	for kind, names := range map[Kind][]string{
		WooCommerce: {
			"order.created.two_types", "order.updated.on_hold_after_payment", "order.updated.part_refund",
			"order.updated.part_refund_of_two", "order.updated.all_refunded", "order.updated.cancelled_after_part_refund",
		},
		TicketTailor: {"two_types", "one_voided", "cancelled"},
		Tito:         {"registration.finished.two_types", "registration.cancelled.cancelled"},
		Plain:        {"two_types", "part_refund", "cancelled"},
	} {
		t.Run(string(kind), func(t *testing.T) {
			var versions []int64
			for _, name := range names {
				o, _ := parsedOrder(t, kind, name)
				versions = append(versions, o.Version)
				if first, _ := parsedOrder(t, kind, names[0]); o.ID != first.ID {
					t.Errorf("%s is of order %s, not of %s", name, o.ID, first.ID)
				}
			}
			if !slices.IsSorted(versions) || len(slices.Compact(slices.Clone(versions))) != len(versions) {
				t.Errorf("versions %d", versions)
			}
		})
	}
}

// The tickets of an order have the same ids in every version of it.
func TestMap_TicketIDsStay(t *testing.T) {
	ids := func(o model.Order) []string {
		var ids []string
		for _, ticket := range o.Tickets {
			ids = append(ids, ticket.ID)
		}
		slices.Sort(ids)
		return ids
	}
	for kind, names := range map[Kind][]string{
		WooCommerce:  {"order.created.two_types", "order.updated.part_refund", "order.updated.all_refunded", "order.updated.cancelled"},
		TicketTailor: {"two_types", "part_refund", "cancelled"},
		Tito:         {"registration.finished.two_types", "registration.cancelled.cancelled"},
		Plain:        {"two_types", "part_refund", "part_refund_rows_the_other_way", "cancelled"},
	} {
		first, _ := parsedOrder(t, kind, names[0])
		for _, name := range names[1:] {
			if o, _ := parsedOrder(t, kind, name); !slices.Equal(ids(o), ids(first)) {
				t.Errorf("%s: %s has the tickets %v, %s had %v", kind, name, ids(o), names[0], ids(first))
			}
		}
	}
}

// What comes twice makes the same webhook, whichever topic it comes under and however the
// sender orders or spaces it.
func TestMap_Duplicate(t *testing.T) {
	d := message(t, WooCommerce, "testdata/woocommerce/order.created.two_types.json")
	first, err := wooCommerce{}.Map(d)
	if err != nil {
		t.Fatal(err)
	}
	d.Header.Set("X-WC-Webhook-Topic", "order.updated")
	d.Received = d.Received.Add(time.Hour)
	d.Body = bytes.ReplaceAll(d.Body, []byte("\n"), nil)
	second, err := wooCommerce{}.Map(d)
	if err != nil {
		t.Fatal(err)
	}
	if asks(first, nil) != asks(second, nil) {
		t.Errorf("first\n%s\nsecond\n%s", asks(first, nil), asks(second, nil))
	}
	_, a := parsedOrder(t, Plain, "part_refund")
	_, b := parsedOrder(t, Plain, "part_refund_rows_the_other_way")
	if a.ID != b.ID {
		t.Errorf("the same rows in another order are %s and %s", a.ID, b.ID)
	}
}

func TestOf(t *testing.T) {
	kinds := Kinds()
	for _, kind := range []Kind{WooCommerce, TicketTailor, Tito, Plain} {
		if !slices.Contains(kinds, kind) {
			t.Errorf("Kinds() = %v, without %s", kinds, kind)
		}
	}
	for _, kind := range kinds {
		if s, ok := Of(kind); !ok || s == nil {
			t.Errorf("Of(%s) = %v, %t", kind, s, ok)
		}
	}
	if s, ok := Of("standard"); ok {
		t.Errorf("Of(standard) = %v", s)
	}
}

func TestGuide(t *testing.T) {
	const url = "https://go.example/webhooks/main-shop"
	for kind, carry := range map[Kind]string{WooCommerce: "--carry woocommerce", TicketTailor: "--carry tickettailor", Tito: "--carry tito", Plain: "--carry 'NAME={click}'"} {
		guide := strings.Join(shopOf(t, kind).Guide(url), "\n")
		for _, want := range []string{url, "--shop main-shop:", carry, "secret"} {
			if !strings.Contains(guide, want) {
				t.Errorf("the guide of %s does not say %q:\n%s", kind, want, guide)
			}
		}
	}
}

// WordPress posts to some addresses alone: the guide says so before the first order is
// missed.
func TestGuide_AddressThatWordPressRefuses_IsTold(t *testing.T) {
	for address, want := range map[string]string{
		"https://go.example/webhooks/webshop":        "",
		"https://go.example:443/webhooks/webshop":    "",
		"http://go.example:8080/webhooks/webshop":    "",
		"https://203.0.113.9/webhooks/webshop":       "",
		"https://go.example:8443/webhooks/webshop":   "this address has 8443",
		"http://localhost:8080/webhooks/webshop":     "this one is not",
		"https://192.168.0.7/webhooks/webshop":       "this one is not",
		"http://[::1]:8080/webhooks/webshop":         "this one is not",
		"https://host.internal.example/webhooks/web": "",
	} {
		guide := strings.Join(wooCommerce{}.Guide(address), "\n")
		if warned := strings.Contains(guide, "WordPress posts to"); warned != (want != "") || !strings.Contains(guide, want) {
			t.Errorf("%s: %s", address, guide)
		}
	}
}
