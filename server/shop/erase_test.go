package shop

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"lastclick/model"
)

// A delivery that a person was erased out of asks for the same as before, but for who the
// customer is. This is what keeps the fields that model keeps whole.
func TestErase_EachMessage_MappedAsBefore(t *testing.T) {
	compared := 0
	for kind := range topicHeaders {
		for _, file := range messageFiles(t, kind) {
			compared += compareErased(t, kind, file, message(t, kind, file))
		}
	}
	for kind := range proofs {
		for _, file := range messageFiles(t, kind) {
			raw, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			var f fixture
			if err := json.Unmarshal(raw, &f); err != nil {
				t.Fatal(err)
			}
			for _, step := range f.Steps {
				if len(step.Message) > 0 {
					compared += compareErased(t, kind, file, delivery(kind, step.Message, step.At))
				}
			}
		}
	}
	if compared < 60 {
		t.Errorf("only %d customers were erased", compared)
	}
}

// eachTime is what the content of an order decides beside its customer.
var eachTime = regexp.MustCompile(`webhook \S+|"version":\d+`)

// compareErased erases every person whom the delivery may name, and says how many it named.
func compareErased(t *testing.T, kind Kind, file string, d Delivery) (found int) {
	t.Helper()
	s := shopOf(t, kind)
	r, err := s.Map(d)
	want := eachTime.ReplaceAllString(asks(r, err), "")
	for _, who := range customersIn(t, d, r) {
		search := model.BodySearch{Email: strings.ToLower(who.Email), IDFirst: kind == Plain}
		if search.Email == "" {
			search.ID = who.ID
		}
		if ok, _ := search.Find(d.Body); !ok {
			t.Errorf("%s: %+v is not found in the body", filepath.Base(file), who)
			continue
		}
		found++
		as := model.Customer{ID: "erased-x", Email: "erased-x@erased.invalid"}
		erased := d
		erased.Body = search.Erase(d.Body, as)
		if ok, _ := search.Find(erased.Body); ok {
			t.Errorf("%s: %+v is still in %s", filepath.Base(file), who, erased.Body)
		}
		for _, field := range []string{`name":"Kim`, "first_name", "last_name", "phone", "address", "ip_address"} {
			if strings.Contains(string(erased.Body), field) {
				t.Errorf("%s: %s is still in %s", filepath.Base(file), field, erased.Body)
			}
		}
		r, err := s.Map(erased)
		got := eachTime.ReplaceAllString(asks(r, err), "")
		got = strings.NewReplacer(as.Email, who.Email, `"`+as.ID+`"`, `"`+who.ID+`"`).Replace(got)
		if !strings.EqualFold(got, want) { // an address is the same in capitals
			t.Errorf("%s: erased, it asks for\n%s\nand before for\n%s\nthe body is\n%s", filepath.Base(file), got, want, erased.Body)
		}
	}
	return found
}

var address = regexp.MustCompile(`[a-z.]+@[a-z.]+`)

// customersIn are those of the orders, and other addresses of the body.
func customersIn(t *testing.T, d Delivery, r Result) (list []customer) {
	t.Helper()
	seen := map[customer]bool{{}: true}
	for _, found := range address.FindAllString(strings.ToLower(string(d.Body)), -1) {
		if c := (customer{Email: found}); !seen[c] {
			seen[c] = true
			list = append(list, c)
		}
	}
	for _, w := range r.Webhooks {
		var body struct {
			Data struct {
				Customer customer `json:"customer"`
			} `json:"data"`
		}
		if err := json.Unmarshal(w.Body, &body); err != nil {
			t.Fatal(err)
		}
		if c := body.Data.Customer; !seen[c] {
			seen[c] = true
			list = append(list, c)
		}
	}
	return list
}
