package model

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestBodySearch_Find_NamesThePerson(t *testing.T) {
	email, id := BodySearch{Email: "kim@example.com", IDFirst: true}, BodySearch{ID: "77", IDFirst: true}
	for _, tt := range []struct {
		search BodySearch
		body   string
		want   bool
		also   []string
	}{
		{email, `{"data":{"customer":{"email":" Kim@Example.com "}}}`, true, nil},
		{email, `{"data":{"customer":{"id":"77","email":"kim@example.com"}}}`, true, []string{"77"}},
		{email, `{"note":"write to kim@example.com."}`, true, nil},
		{email, `{"note":"<kim@example.com>, please"}`, true, nil},
		{email, `{"note":"kim\u0040example.com"}`, true, nil},
		{email, `{"email":"joakim@example.com"}`, false, nil},
		{email, `{"email":"kim@example.com.au"}`, false, nil},
		{email, `{"email":"kim@example.community"}`, false, nil},
		{email, `{"email":"x.kim@example.com"}`, false, nil},
		{email, `{"email":"joakim@example.com, kim@example.com"}`, true, nil},
		{email, `email=kim@example.com&n=1`, true, nil},
		{email, `email=joakim@example.com&n=1`, false, nil},
		{id, `{"data":{"customer":{"id":"77"}}}`, true, nil},
		{id, `{"data":{"Customer":{"ID":77,"email":"Kim@example.com"}}}`, true, []string{"kim@example.com"}},
		{id, `{"customer":"77"}`, true, nil},
		{id, `{"customer_id":77}`, true, nil},
		{id, `{"data":{"id":"77","customer":{"id":"777"},"tickets":[{"id":"77","face_value":77}]}}`, false, nil},
		{id, `{"id":"77"`, true, nil}, // no JSON: it is never applied, so it may be taken for the person's
		{id, ``, false, nil},
	} {
		if got, also := tt.search.Find([]byte(tt.body)); got != tt.want || !slices.Equal(also, tt.also) {
			t.Errorf("%+v in %s: %t %q, want %t %q", tt.search, tt.body, got, also, tt.want, tt.also)
		}
	}
}

func TestBodySearch_Erase_OrderStaysAsItWas(t *testing.T) {
	body := []byte(`{"type":"order.updated","timestamp":"2026-06-01T10:00:00Z","data":{"id":"A-1","version":9007199254740993,"placed_at":"2026-06-01T10:00:00Z","currency":"GBP",
		"customer":{"id":"77","email":"Kim@example.com","returning":true,"name":"Kim Smith"},"billing":{"phone":"020 7946 0018","name":"Kim"},"note":"for Kim",
		"tracking":{"receipt":"r<>&","code":"ana"},"tickets":[{"id":"T-1","event":"summerfest","type":"ga","holder":"Kim","face_value":4500,"paid":4000},{"id":"T-2","event":"summerfest","type":"ga","face_value":0,"status":"void"}]}}`)
	now := time.Date(2026, 7, 1, 0, 0, 0, 0, time.UTC)
	before, err := ParseWebhook(body, now)
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		search BodySearch
		as     Customer
		want   Customer
	}{
		{BodySearch{ID: "77", IDFirst: true}, Customer{ID: "erased-a"}, Customer{ID: "erased-a", Returning: true}},
		{BodySearch{Email: "kim@example.com", IDFirst: true}, Customer{Email: "erased-a@erased.invalid"}, Customer{ID: "77", Email: "erased-a@erased.invalid", Returning: true}},
	} {
		erased := tt.search.Erase(body, tt.as)
		after, err := ParseWebhook(erased, now)
		if err != nil {
			t.Fatalf("%v in %s", err, erased)
		}
		if after.Order.Customer != tt.want {
			t.Errorf("the customer is %+v, want %+v", after.Order.Customer, tt.want)
		}
		after.Order.Customer = before.Order.Customer
		if a, b := after.Order.Digest(), before.Order.Digest(); a != b || !after.Timestamp.Equal(before.Timestamp) {
			t.Errorf("the order has another content: %s", erased)
		}
		if strings.Contains(strings.ToLower(string(erased)), "kim") || strings.Contains(string(erased), "7946") {
			t.Errorf("the person is still in %s", erased)
		}
		if again := tt.search.Erase(erased, tt.as); string(again) != string(erased) {
			t.Errorf("erased once more it is %s", again)
		}
	}
	if got := (BodySearch{Email: "kim@example.com"}).Erase([]byte(`email=kim@example.com`), Customer{}); string(got) != ErasedBody {
		t.Errorf("what is no JSON becomes %s", got)
	}
}

func TestErasedIdentity_IsKnownByItself(t *testing.T) {
	for _, i := range []Identity{{Customer{ID: "77"}, "box"}, {Customer{Email: "kim@example.com"}, ""}} {
		as := ErasedIdentity(i, [16]byte{1, 2, 3})
		if i.Customer.Erased() || !as.Customer.Erased() || as.Checkout != i.Checkout || (as.Customer.ID == "") != (i.Customer.ID == "") {
			t.Errorf("%+v becomes %+v", i, as)
		}
		body, err := json.Marshal(map[string]any{"id": as.Customer.ID, "email": strings.ToUpper(as.Customer.Email)})
		if err != nil || as.Customer.Identity(nil, "box") == nil {
			t.Errorf("%s, %v", body, err)
		}
	}
	for _, c := range []Customer{{}, {ID: "erased-"}, {Email: "erased-a@erased.invalid"}, {Email: "kim@erased.invalid"}, {ID: "77", Email: ErasedIdentity(Identity{}, [16]byte{}).Customer.Email}} {
		if c.Erased() {
			t.Errorf("%+v is taken for one who was erased", c)
		}
	}
}

func FuzzBodySearch_Erase(f *testing.F) {
	f.Add(`{"data":{"customer":{"id":"77","email":"kim@example.com"},"tickets":[1,null,true,"kim@example.com"]}}`)
	f.Add(`{"customer":"77","Customer":{"id":77}}`)
	f.Add("{\"\u212aim@example.com\":1,\"note\":\"\u212aim@example.com \u0130\"}")
	f.Fuzz(func(t *testing.T, body string) {
		s := BodySearch{Email: "kim@example.com", ID: "77", IDFirst: true}
		erased := s.Erase([]byte(body), Customer{ID: "erased-a", Email: "erased-a@erased.invalid"})
		if found, _ := s.Find(erased); found {
			t.Errorf("%q becomes %s", body, erased)
		}
		if !json.Valid(erased) {
			t.Errorf("%q becomes what is no JSON: %s", body, erased)
		}
	})
}

func TestParseRetention(t *testing.T) {
	for _, tt := range []struct {
		text, want string
	}{{"", "for ever"}, {"0", "for ever"}, {"30d", "30d"}, {" 12h ", "12h"}, {"90m", "90m"}, {"36500d", "36500d"}} {
		if d, err := ParseRetention(tt.text); err != nil || FormatRetention(d) != tt.want {
			t.Errorf("%q: %v, %v, want %s", tt.text, d, err, tt.want)
		}
	}
	for _, text := range []string{"30", "d", "-1d", "0d", "1.5d", "36501d", "99999999999d", "30D", "for ever"} {
		if d, err := ParseRetention(text); err == nil {
			t.Errorf("%q is taken as %v", text, d)
		}
	}
}

func TestPrivacyText_SaysTheModesInForce(t *testing.T) {
	month := Window(30 * 24 * time.Hour)
	p := Privacy{Window: month, KeepInbox: &month, KeepWebhooks: &month, Clients: []ClientPrivacy{{Tracking: "cookie"}}}
	text := PrivacyText(p)
	for _, want := range []string{"For this we set one cookie, named lastclick, that lasts at most 30 days", "They are deleted 30 days after they were dealt with", "no IP address"} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in\n%s", want, text)
		}
	}
	if strings.Contains(text, "click token") || strings.Contains(text, "agreed") {
		t.Errorf("what is not in force is told:\n%s", text)
	}
	p.Clients = append(p.Clients, ClientPrivacy{Tracking: "url"}, ClientPrivacy{Tracking: "consent", Carries: true})
	p.KeepInbox, p.KeepWebhooks = nil, nil
	text = PrivacyText(p)
	for _, want := range []string{"On some links we set one cookie", "On some links we set no cookie", "only where you have agreed", "click token", "as long as our books are too"} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in\n%s", want, text)
		}
	}
}
