package model

import (
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"slices"
	"strings"
	"testing"
)

func TestOrder_R12_OtherContent_OtherDigest(t *testing.T) {
	base, _ := ParseWebhook([]byte(goodOrder), minute0)
	same, _ := ParseWebhook([]byte(strings.Replace(goodOrder, `"extra":{"x":[1]},`, ``, 1)), minute0)
	if base.Order.Digest() != same.Order.Digest() {
		t.Error("an unknown field changes the digest")
	}
	for from, to := range map[string]string{`4500`: `4501`, `"T-1"`: `"T-2"`, `"abc"`: `"abd"`, `cus_77`: `cus_78`, `"test":false`: `"test":true`, `GBP`: `EUR`, `"ga"`: `"vip"`} {
		other, err := ParseWebhook([]byte(strings.Replace(goodOrder, from, to, 1)), minute0)
		if err != nil || base.Order.Digest() == other.Order.Digest() {
			t.Errorf("%s and %s have one digest (%v)", from, to, err)
		}
	}
}

// Databases hold digests that were taken before an order could say more.
func TestOrder_WithoutLaterFields_DigestOfBefore(t *testing.T) {
	w, err := ParseWebhook([]byte(goodOrder), minute0)
	if err != nil {
		t.Fatal(err)
	}
	if before := digestAsSent(*w.Order); w.Order.Digest() != before {
		t.Errorf("%x, want %x", w.Order.Digest(), before)
	}
}

func TestOrder_R12_LaterFields_OtherDigest(t *testing.T) {
	amount := func(n int64) *int64 { return &n }
	base := Order{ID: "A-1", Version: 3, PlacedAt: minute0, Currency: "GBP", Tickets: []Ticket{
		{ID: "T-1", Event: "summerfest", Type: "ga", TypeName: "GA", FaceValue: 4500, Status: Valid},
		{ID: "T-2", Event: "summerfest", Type: "ga", TypeName: "GA", FaceValue: 4500, Status: Valid},
	}}
	met := map[[sha256.Size]byte]string{base.Digest(): "nothing"}
	for name, change := range map[string]func(*Order){
		"channel online":           func(o *Order) { o.Channel = "online" },
		"channel box_office":       func(o *Order) { o.Channel = "box_office" },
		"a click":                  func(o *Order) { o.Tracking.Click = "online" },
		"a coupon":                 func(o *Order) { o.Tracking.Coupon = "online" },
		"a code":                   func(o *Order) { o.Tracking.Code = "online" },
		"consent given":            func(o *Order) { o.Tracking.Consent = ConsentGiven },
		"consent refused":          func(o *Order) { o.Tracking.Consent = ConsentRefused },
		"consent and the channel":  func(o *Order) { o.Tracking.Consent, o.Channel = ConsentGiven, "online" },
		"refused, and paid with 0": func(o *Order) { o.Tracking.Consent, o.Tickets[1].Paid = ConsentRefused, amount(0) },
		"the first paid with 0":    func(o *Order) { o.Tickets[0].Paid = amount(0) },
		"the first paid with 1":    func(o *Order) { o.Tickets[0].Paid = amount(1) },
		"the second paid with 0":   func(o *Order) { o.Tickets[1].Paid = amount(0) },
		"both paid with 0":         func(o *Order) { o.Tickets[0].Paid, o.Tickets[1].Paid = amount(0), amount(0) },
	} {
		o := base
		o.Tickets = slices.Clone(base.Tickets)
		change(&o)
		digest := o.Digest()
		if other, ok := met[digest]; ok {
			t.Errorf("%s and %s have one digest", name, other)
		}
		met[digest] = name
		slices.Reverse(o.Tickets)
		if !o.SameContent(digest[:]) {
			t.Errorf("%s: the tickets in another order are other content", name)
		}
	}
}

func TestOrder_TicketsInAnotherOrder_SameContent(t *testing.T) {
	order := Order{ID: "A-1", Version: 3, PlacedAt: minute0, Currency: "GBP", Tickets: []Ticket{
		{ID: "T-1", Event: "summerfest", Type: "ga", TypeName: "General Admission", FaceValue: 4500, Status: Valid},
		{ID: "T-10", Event: "winterball", Type: "vip", TypeName: "VIP", FaceValue: 9000, Status: Refunded},
		{ID: "T-2", Event: "summerfest", Type: "ga", TypeName: "General Admission", FaceValue: 4500, Status: Void},
	}}
	want := order.Digest()
	for _, p := range [][3]int{{0, 2, 1}, {1, 0, 2}, {1, 2, 0}, {2, 0, 1}, {2, 1, 0}} {
		other := order
		other.Tickets = []Ticket{order.Tickets[p[0]], order.Tickets[p[1]], order.Tickets[p[2]]}
		if other.Digest() != want || !other.SameContent(want[:]) {
			t.Errorf("the tickets in the order %v are other content", p)
		}
		before := digestAsSent(other)
		if !other.SameContent(before[:]) || order.SameContent(before[:]) {
			t.Errorf("the digest of the tickets as they were sent, %v, is not taken for that order of them alone", p)
		}
		other.Tickets[0].FaceValue++
		if other.SameContent(want[:]) || other.SameContent(before[:]) {
			t.Errorf("another face value is the same content (%v)", p)
		}
	}
	swapped := order
	swapped.Tickets = slices.Clone(order.Tickets)
	swapped.Tickets[0].ID, swapped.Tickets[1].ID = "T-10", "T-1" // each has the other's content
	if swapped.Digest() == want || swapped.SameContent(want[:]) {
		t.Error("ids that changed places are the same content")
	}
	if order.SameContent(nil) {
		t.Error("an order without a digest has the same content")
	}
}

// digestAsSent is the digest of an order under the schemas 1 to 3.
func digestAsSent(o Order) [sha256.Size]byte {
	var b []byte
	text := func(s string) { b = append(binary.AppendUvarint(b, uint64(len(s))), s...) }
	flag := func(v bool) { b = append(b, map[bool]byte{true: 1}[v]) }
	text(o.ID)
	b = binary.AppendVarint(b, o.Version)
	b = binary.AppendVarint(b, o.PlacedAt.UnixMilli())
	flag(o.Test)
	for _, s := range []string{o.Currency, o.Customer.ID, o.Customer.Email} {
		text(s)
	}
	flag(o.Customer.Returning)
	text(o.Tracking.Receipt)
	text(o.Tracking.Code)
	for _, t := range o.Tickets {
		for _, s := range []string{t.ID, t.Event, t.Type, t.TypeName} {
			text(s)
		}
		b = binary.AppendVarint(b, t.FaceValue)
		text(string(t.Status))
	}
	return sha256.Sum256(b)
}

func TestCompareIDs_DigitsAreNumbers(t *testing.T) {
	sorted := []string{
		"", "01", "1", "2", "10", "A", "T", "T-", "T-0", "T-00", "T-01", "T-1", "T-1-2", "T-1-10", "T-2", "T-10", "T-10a", "T-18446744073709551616", "T-28446744073709551616",
		"T-100000000000000000000", "T-a", "a", "t-1", "\u00e9", "\u0663",
	}
	for i, a := range sorted {
		for j, b := range sorted {
			if got, want := cmp.Compare(CompareIDs(a, b), 0), cmp.Compare(i, j); got != want {
				t.Errorf("%q against %q: %d, want %d", a, b, got, want)
			}
		}
	}
}

func FuzzCompareIDs_AnyThree_TotalOrder(f *testing.F) {
	f.Add("T-2", "T-10", "T-02")
	f.Add("1a", "01", "a1")
	f.Fuzz(func(t *testing.T, a, b, c string) {
		if (CompareIDs(a, b) == 0) != (a == b) || cmp.Compare(CompareIDs(a, b), 0) != -cmp.Compare(CompareIDs(b, a), 0) {
			t.Errorf("%q against %q: %d, the other way round %d", a, b, CompareIDs(a, b), CompareIDs(b, a))
		}
		if CompareIDs(a, b) < 0 && CompareIDs(b, c) < 0 && CompareIDs(a, c) >= 0 {
			t.Errorf("%q is before %q, that before %q, and the first not before the last", a, b, c)
		}
	})
}

func TestCustomer_R18_IDThenEmail_Identity(t *testing.T) {
	id := func(checkout string, c Customer) string { return string(c.Identity([]byte("secret"), checkout)) }
	if id("box", Customer{ID: "1"}) == id("web", Customer{ID: "1"}) {
		t.Error("the same id at two checkouts is one person")
	}
	if id("box", Customer{Email: "kim@example.com"}) != id("web", Customer{Email: " KIM@example.com"}) {
		t.Error("the same e-mail is two persons")
	}
	if id("box", Customer{ID: "1", Email: "kim@example.com"}) != id("box", Customer{ID: "1"}) {
		t.Error("the id does not go before the e-mail")
	}
	if (Customer{}).Identity([]byte("secret"), "box") != nil {
		t.Error("a customer without id and e-mail has an identity")
	}
}
